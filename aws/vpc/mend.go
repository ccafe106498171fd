package vpc

import (
	"net/netip"
	"slices"
	"strings"
)

// everywhere returns the prefix of all addresses of a family.
func everywhere(six bool) netip.Prefix {
	if six {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

// blockFor returns the narrowest block that is sensible in a rule about the addresses: the address itself, a block of the
// VPC that holds them, or everything.
func (s spans) blockFor(vpcs ...*vpcIndex) netip.Prefix {
	if a, ok := s.single(); ok && s.private() {
		return netip.PrefixFrom(a, a.BitLen())
	}
	for _, v := range vpcs {
		for _, p := range v.CIDRs {
			if s.within(p) {
				return p.Masked()
			}
		}
	}
	return everywhere(s.is6())
}

// mendGroups returns permissions that would let the traffic pass, the narrowest first.
func (w *walk) mendGroups(groups []string, k knock, v *vpcIndex) []Change {
	id := ""
	for _, g := range groups {
		if w.m.groups[g] != nil {
			id = g
			break
		}
	}
	if id == "" || len(k.peer) == 0 {
		return nil
	}
	c := AuthorizeGroup{ID: id, Egress: k.egress, Protocol: k.protocol, Ports: PortRange{k.port, k.port}}
	var out []Change
	if k.references == referencesHold && len(k.peerGroups) > 0 && w.m.groups[k.peerGroups[0]] != nil {
		byGroup := c
		byGroup.Group = k.peerGroups[0]
		out = append(out, byGroup)
	}
	if list := w.flow.To.PrefixList; k.egress && list != "" && w.m.prefixLists[list] != nil {
		byList := c
		byList.PrefixList = list
		out = append(out, byList)
	}
	c.Prefix = k.peer.blockFor(v)
	for _, p := range v.CIDRs { // addresses of tasks change; a block of their VPC stays
		if k.peer.within(p) {
			c.Prefix = p.Masked()
		}
	}
	return append(out, c)
}

// mendACL returns an entry that is tried before the one that denies.
func mendACL(a *aclRules, x crossing, r ruling) []Change {
	if len(x.peer) == 0 {
		return nil
	}
	entries := a.ingress
	if x.egress {
		entries = a.egress
	}
	e := ACLEntry{Egress: x.egress, Allow: true, Protocol: x.protocol, Prefix: x.peer.blockFor(), ICMPType: -1, ICMPCode: -1}
	if x.protocol == TCP || x.protocol == UDP {
		e.Ports = x.ports
	}
	taken := map[int]bool{}
	before, last := 32767, 0
	for _, o := range entries {
		taken[o.Number] = true
		if o.Number < 32767 {
			last = max(last, o.Number)
		}
		if _, matches := o.matches(x); matches && !o.Allow && o.Number < before && x.peer.overlaps(o.Prefix) {
			before = o.Number
		}
	}
	e.Number = 0
	if before >= 32767 {
		for n := last/10*10 + 10; n < 32767; n += 10 {
			if !taken[n] {
				e.Number = n
				break
			}
		}
	}
	for n := before - 1; n > 0 && e.Number == 0; n-- {
		if !taken[n] {
			e.Number = n
		}
	}
	if e.Number == 0 {
		e.Number = before
		return []Change{PutACLEntry{ACL: a.ID, Entry: e, Replace: true}}
	}
	return []Change{PutACLEntry{ACL: a.ID, Entry: e}}
}

// mendRoute returns routes that would take the packet on, where the VPC has something to route to.
func (p *packet) mendRoute(r routing) []Change {
	prefix := netip.Prefix{} // of the route to replace
	if r.route != nil && r.route.PrefixList == "" {
		prefix = r.route.Prefix
	}
	if p.dst.private() || p.w.back && p.via != borderInternet {
		return p.mendPrivateRoute(prefix)
	}
	if !prefix.IsValid() {
		prefix = everywhere(p.dst.is6())
	}
	if p.role == roleNATOutside && !p.w.back {
		return p.mendNATRoute(prefix)
	}
	var out []Change
	put := func(kind TargetKind, id string) { out = append(out, putRoute(p.at.table, prefix, kind, id)) }
	m := p.w.m
	if p.dst.is6() && !p.w.back {
		for _, g := range m.net.EgressOnlyGateways {
			if slices.Contains(g.VPCs, p.vpc.ID) {
				put(TargetEgressOnly, g.ID)
			}
		}
	}
	if id := p.nearestNAT(); id != "" && !p.dst.is6() && p.role == roleSource {
		put(TargetNAT, id)
	}
	if len(p.from.public) > 0 && !(p.dst.is6() && len(out) > 0) { // an egress-only gateway keeps connections from outside out
		for _, g := range m.net.InternetGateways {
			if slices.Contains(g.VPCs, p.vpc.ID) {
				put(TargetInternetGateway, g.ID)
			}
		}
	}
	return out
}

// mendPrivateRoute returns routes by the peerings and transit gateways that join the VPC with the one of the destination.
func (p *packet) mendPrivateRoute(prefix netip.Prefix) []Change {
	var out []Change
	put := func(v *vpcIndex, kind TargetKind, id string) {
		to := prefix
		if block := p.dst.blockIn(v); !to.IsValid() {
			to = block
		}
		if to.IsValid() && p.at != nil && p.at.table != nil {
			out = append(out, putRoute(p.at.table, to, kind, id))
		}
	}
	m := p.w.m
	for _, x := range m.net.Peerings {
		far := x.Accepter.VPC
		if far == p.vpc.ID {
			far = x.Requester.VPC
		} else if x.Requester.VPC != p.vpc.ID {
			continue
		}
		if v := m.vpcs[far]; v != nil && strings.EqualFold(x.Status, "active") && p.dst.blockIn(v).IsValid() {
			put(v, TargetPeering, x.ID)
		}
	}
	for _, a := range m.net.TransitAttachments {
		if a.ResourceType != "vpc" || a.Resource != p.vpc.ID || !a.live() {
			continue
		}
		if v, _ := m.behind(a.Gateway, p.dst); v != nil && v != p.vpc {
			put(v, TargetTransit, a.Gateway)
		}
	}
	return out
}

// behind returns the VPC that holds the addresses and its attachment to the gateway.
func (m *Model) behind(gateway string, s spans) (*vpcIndex, *TransitAttachment) {
	for i := range m.net.TransitAttachments {
		a := &m.net.TransitAttachments[i]
		if a.Gateway != gateway || a.ResourceType != "vpc" || !a.live() {
			continue
		}
		if v := m.vpcs[a.Resource]; v != nil && s.blockIn(v).IsValid() {
			return v, a
		}
	}
	return nil, nil
}

// blockIn returns the block of the VPC that holds the addresses, the zero Prefix if none does.
func (s spans) blockIn(v *vpcIndex) netip.Prefix {
	for _, p := range v.CIDRs {
		if s.within(p) {
			return p.Masked()
		}
	}
	return netip.Prefix{}
}

// nearestNAT returns the id of a NAT gateway that would carry the packet to the internet, "" if there is none. One in the zone of the
// sender comes first: it survives the loss of another zone, and traffic between zones costs.
func (p *packet) nearestNAT() string {
	found := ""
	for i := range p.w.m.net.NATGateways {
		n := &p.w.m.net.NATGateways[i]
		if !p.usable(n) {
			continue
		}
		if s := p.w.m.subnets[n.Subnet]; s == nil || s.Zone == p.at.Zone {
			return n.ID
		}
		if found == "" {
			found = n.ID
		}
	}
	return found
}

// usable reports whether the NAT gateway would carry traffic of the VPC to the internet.
func (p *packet) usable(n *NATGateway) bool {
	if n.VPC != p.vpc.ID || n.Private || !strings.EqualFold(n.State, "available") || n.Subnet == p.at.ID {
		return false
	}
	if n.Regional {
		return n.serves(p.at)
	}
	s := p.w.m.subnets[n.Subnet]
	return s != nil && s.table != p.at.table && p.leadsOut(s.table)
}

// leadsOut reports whether a route table takes the packet to an internet gateway of the VPC.
func (p *packet) leadsOut(t *routeTable) bool {
	if t == nil {
		return false
	}
	r := t.lookup(p.dst, p.w.skip())
	if r.route == nil || r.route.Blackhole || r.route.Target.Kind != TargetInternetGateway {
		return false
	}
	g := p.w.m.internet[r.route.Target.ID]
	return g == nil || slices.Contains(g.VPCs, p.vpc.ID)
}

func putRoute(t *routeTable, prefix netip.Prefix, kind TargetKind, id string) Change {
	replace := slices.ContainsFunc(t.Routes, func(o Route) bool { return o.PrefixList == "" && o.Prefix == prefix && !o.Propagated })
	return PutRoute{Table: t.ID, Route: Route{Prefix: prefix, Target: Target{Kind: kind, ID: id}}, Replace: replace}
}

// mendNATRoute sends a NAT gateway's subnet to the internet gateway of its VPC. A subnet that follows the main table gets a public
// table instead, where there is one: a route in the main table would make every subnet without a table of its own public.
func (p *packet) mendNATRoute(prefix netip.Prefix) []Change {
	t := p.at.table
	if t == nil {
		return nil
	}
	if !slices.Contains(t.Subnets, p.at.ID) {
		for _, s := range p.vpc.subnets {
			if s.table != t && p.leadsOut(s.table) {
				return []Change{AssociateRouteTable{Table: s.table.ID, Subnet: p.at.ID}}
			}
		}
	}
	for _, g := range p.w.m.net.InternetGateways {
		if slices.Contains(g.VPCs, p.vpc.ID) {
			return []Change{putRoute(t, prefix, TargetInternetGateway, g.ID)}
		}
	}
	return nil
}

// mendDetached attaches an internet gateway that is free.
func (w *walk) mendDetached(id, vpcID string) []Change {
	if g := w.m.internet[id]; g != nil && len(g.VPCs) == 0 {
		return []Change{AttachInternetGateway{Gateway: id, VPC: vpcID}}
	}
	return nil
}

// mendTransitRoute routes to the attachment of the VPC that holds the addresses.
func (w *walk) mendTransitRoute(t *transitTable, to spans) []Change {
	if v, a := w.m.behind(t.Gateway, to); a != nil {
		return []Change{PutTransitRoute{Table: t.ID, Route: TransitRoute{Prefix: to.blockIn(v), Static: true, Attachments: []string{a.ID}}}}
	}
	return nil
}

// mendPeering accepts a connection that waits for it.
func mendPeering(x *Peering) []Change {
	if strings.EqualFold(x.Status, "pending-acceptance") {
		return []Change{AcceptPeering{x.ID}}
	}
	return nil
}
