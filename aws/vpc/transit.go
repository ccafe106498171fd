package vpc

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// maxGateways bounds how many transit gateways a packet may pass through peerings of gateways.
const maxGateways = 4

// A transitTable is a transit gateway route table with its routes in the order in which they win: longest prefix, then
// static over propagated. https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
type transitTable struct {
	*TransitRouteTable
	entries []transitEntry
	unread  string // a prefix list that is not known
}

type transitEntry struct {
	prefix netip.Prefix
	route  *TransitRoute
}

func (m *Model) indexTransit() {
	for i := range m.net.TransitAttachments {
		a := &m.net.TransitAttachments[i]
		m.addAttachment(attachmentKey{a.ID, a.Gateway}, a)
		if a.ResourceType == "vpc" {
			m.addAttachment(attachmentKey{a.Resource, a.Gateway}, a)
		}
	}
	for i := range m.net.TransitRouteTables {
		t := &m.net.TransitRouteTables[i]
		if old := m.transitTables[t.ID]; old != nil && old.Known {
			continue
		}
		m.transitTables[t.ID] = m.compileTransit(t)
	}
}

// addAttachment prefers live attachments, and those seen from the account that may see most.
func (m *Model) addAttachment(k attachmentKey, a *TransitAttachment) {
	old := m.attachments[k]
	if old == nil || worth(a) > worth(old) {
		m.attachments[k] = a
	}
}

func worth(a *TransitAttachment) int {
	n := 0
	if a.live() {
		n += 4
	}
	if a.RouteTable != "" {
		n += 2
	}
	if a.SubnetsKnown {
		n++
	}
	return n
}

func (a *TransitAttachment) live() bool {
	return strings.EqualFold(a.State, "available") || strings.EqualFold(a.State, "modifying")
}

func (m *Model) compileTransit(t *TransitRouteTable) *transitTable {
	c := &transitTable{TransitRouteTable: t}
	for i := range t.Routes {
		r := &t.Routes[i]
		if r.PrefixList == "" {
			if r.Prefix.IsValid() {
				c.entries = append(c.entries, transitEntry{r.Prefix, r})
			}
			continue
		}
		list := m.prefixLists[r.PrefixList]
		if list == nil {
			c.unread = r.PrefixList
			continue
		}
		for _, p := range list.Prefixes {
			if p.IsValid() {
				c.entries = append(c.entries, transitEntry{p, r})
			}
		}
	}
	slices.SortStableFunc(c.entries, func(a, b transitEntry) int {
		return cmp.Or(cmp.Compare(b.prefix.Bits(), a.prefix.Bits()), cmp.Compare(propagated(a.route), propagated(b.route)))
	})
	return c
}

func propagated(r *TransitRoute) int {
	if r.Static {
		return 0
	}
	return 1
}

// throughTransit takes the packet through a transit gateway into the VPC that its routes name. It returns true when the
// packet has come into that VPC.
func (p *packet) throughTransit(id string, dead bool) (arrival, bool) {
	w := p.w
	ref := Ref{Kind: KindOther, ID: id}
	a := w.m.attachments[attachmentKey{p.vpc.ID, id}]
	if a == nil || !a.live() {
		if dead && a == nil {
			return arrival{}, false // the blackhole has been reported
		}
		j := p.judge(TestTransit, ref, "")
		if a == nil && !w.m.knowsGateway(id) {
			j.unknown(need{kind: KindTransitAttachment, id: id, vpc: p.vpc.ID})
			return arrival{}, false
		}
		if a == nil && w.m.gap(KindTransitAttachment, id, p.vpc.ID) != nil {
			j.unknown(need{kind: KindTransitAttachment, id: id, vpc: p.vpc.ID})
			return arrival{}, false
		}
		detail := p.vpc.ID + " is not attached to " + id
		if a != nil {
			detail = a.ID + " is " + a.State
		}
		j.fail(codeTransitZone, detail, nil, p.vpc.ID)
		return arrival{}, false
	}
	if !p.intoGateway(a) {
		return arrival{}, false
	}
	for range maxGateways {
		next, ok := p.crossGateway(a)
		if !ok {
			return arrival{}, false
		}
		if next.ResourceType == "vpc" {
			return arrival{}, p.outOfGateway(next)
		}
		a = next
	}
	j := p.judge(TestTransit, ref, "")
	j.fail(codeTransitNoRoute, "the transit gateways pass the packet in a circle", nil)
	return arrival{}, false
}

// knowsGateway reports whether any attachment or table of the gateway is known, so that its attachments have been read.
func (m *Model) knowsGateway(id string) bool {
	return slices.ContainsFunc(m.net.TransitAttachments, func(a TransitAttachment) bool { return a.Gateway == id }) ||
		slices.ContainsFunc(m.net.TransitRouteTables, func(t TransitRouteTable) bool { return t.Gateway == id })
}

func attachmentRef(a *TransitAttachment) Ref { return Ref{Kind: KindTransitAttachment, ID: a.ID} }

// intoGateway brings the packet to the attachment's interface in its own zone. Without one in the zone it is dropped.
func (p *packet) intoGateway(a *TransitAttachment) bool {
	w := p.w
	j := p.judge(TestTransit, attachmentRef(a), a.Gateway)
	if !a.SubnetsKnown {
		j.unknown(need{kind: KindTransitAttachment, id: a.ID, owner: a.ResourceOwner, vpc: p.vpc.ID})
		return true
	}
	var in *subnetIndex
	for _, id := range a.Subnets {
		s := w.m.subnets[id]
		if s == nil {
			j.unknown(need{kind: KindSubnet, id: id, vpc: p.vpc.ID})
			return true
		}
		if s.sameZone(p.at) {
			in = s
			break
		}
	}
	if in == nil {
		j.fail(codeTransitZone, a.ID+" has no subnet in "+p.at.Zone, []Change{AddTransitSubnet{a.ID, p.at.ID}}, p.at.ID)
		return true // the rest of the path does not depend on it
	}
	// In the attachment's subnet the ACL sees the packet come in; traffic that starts in that very subnet, too.
	// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
	p.enterSubnet(in, roleTransit)
	j.pass("attached in " + in.Zone)
	return true
}

func (s *subnetIndex) sameZone(o *subnetIndex) bool {
	if o == nil {
		return false
	}
	if s.ZoneID != "" && o.ZoneID != "" {
		return s.ZoneID == o.ZoneID
	}
	return s.Zone == o.Zone
}

// crossGateway looks the destination up in the route table of the attachment that the packet came from and returns the
// attachment that it leaves by. For a peering that is the same attachment seen from the other gateway.
func (p *packet) crossGateway(a *TransitAttachment) (*TransitAttachment, bool) {
	w := p.w
	if a.RouteTable == "" {
		return nil, p.noAssociation(a)
	}
	t := w.m.transitTables[a.RouteTable]
	j := p.judge(TestTransit, Ref{Kind: KindTransitRouteTable, ID: a.RouteTable}, "")
	if t == nil {
		j.unknown(need{kind: KindTransitRouteTable, id: a.RouteTable, vpc: p.regionVPC(a)})
		return nil, false
	}
	var r *TransitRoute
	var prefix netip.Prefix
	for _, e := range t.entries {
		if p.dst.within(e.prefix) {
			r, prefix = e.route, e.prefix
			break
		}
		if inside, outside := p.dst.split(e.prefix); len(inside) > 0 {
			if w.back {
				j.unknown(need{kind: KindTransitRouteTable, id: ""})
				return nil, false
			}
			w.parts = []spans{inside, outside}
			return nil, false
		}
	}
	switch {
	case t.unread != "":
		j.unknown(need{kind: KindPrefixList, id: t.unread, vpc: p.vpc.ID})
	case !t.Known:
		j.unknown(need{kind: KindTransitRouteTable, id: t.ID, vpc: p.vpc.ID})
	}
	if r == nil {
		if !j.bad {
			j.fail(codeTransitNoRoute, "no route to "+p.dst.String(), w.mendTransitRoute(t, p.dst), a.Gateway)
		}
		return nil, false
	}
	if r.Blackhole {
		if !j.bad {
			j.fail(codeRouteBlackhole, prefix.String()+" is a blackhole", nil, a.Gateway)
		}
		return nil, false
	}
	if len(r.Attachments) == 0 {
		j.unknown(need{kind: KindTransitAttachment, id: a.Gateway})
		return nil, false
	}
	j.pass(prefix.String() + " → " + r.Attachments[0])
	return p.leaveBy(a, r.Attachments[0])
}

func (p *packet) regionVPC(a *TransitAttachment) string {
	if a.ResourceType == "vpc" {
		return a.Resource
	}
	return ""
}

// noAssociation judges an attachment without a route table. Other accounts do not see a gateway's associations.
func (p *packet) noAssociation(a *TransitAttachment) bool {
	j := p.judge(TestTransit, attachmentRef(a), a.Gateway)
	mine := slices.ContainsFunc(p.w.m.net.TransitRouteTables, func(t TransitRouteTable) bool { return t.Gateway == a.Gateway })
	if mine && p.w.m.gap(KindTransitRouteTable, a.Gateway) == nil && p.w.m.gap(KindTransitAttachment, a.Gateway) == nil {
		j.fail(codeTransitNoRoute, a.ID+" is not associated with a route table of "+a.Gateway, nil, a.Gateway)
		return false
	}
	j.unknown(need{kind: KindTransitRouteTable, id: a.Gateway, vpc: p.vpc.ID})
	return false
}

// leaveBy finds the attachment that a route names.
func (p *packet) leaveBy(from *TransitAttachment, id string) (*TransitAttachment, bool) {
	w := p.w
	to := w.m.attachments[attachmentKey{id, from.Gateway}]
	j := p.judge(TestTransit, Ref{Kind: KindTransitAttachment, ID: id}, from.Gateway)
	if to == nil {
		j.unknown(need{kind: KindTransitAttachment, id: id, vpc: p.vpc.ID})
		return nil, false
	}
	if !to.live() {
		j.fail(codeTransitNoRoute, id+" is "+to.State, nil, from.Gateway)
		return nil, false
	}
	switch to.ResourceType {
	case "vpc":
		return to, true
	case "peering":
		far := w.m.attachments[attachmentKey{id, to.Resource}]
		if far == nil {
			j.unknown(need{kind: KindTransitAttachment, id: to.Resource, owner: to.ResourceOwner})
			return nil, false
		}
		return far, true
	}
	p.opaque(KindTransitAttachment, id, "a "+to.ResourceType+" attachment of "+from.Gateway)
	return nil, false
}

// outOfGateway brings the packet into the VPC behind an attachment: into the subnet of the zone that it comes from, else
// into any of the attachment's subnets.
func (p *packet) outOfGateway(a *TransitAttachment) bool {
	w := p.w
	there := w.m.vpcs[a.Resource]
	j := p.judge(TestTransit, attachmentRef(a), a.Gateway)
	if there == nil {
		j.unknown(need{kind: KindVPC, id: a.Resource, owner: a.ResourceOwner, region: p.vpc.Region})
		return false
	}
	if !a.SubnetsKnown {
		j.unknown(need{kind: KindTransitAttachment, id: a.ID, owner: a.ResourceOwner, vpc: a.Resource})
		return false
	}
	var in *subnetIndex
	alike := true
	for _, id := range a.Subnets {
		s := w.m.subnets[id]
		if s == nil {
			j.unknown(need{kind: KindSubnet, id: id, vpc: a.Resource})
			return false
		}
		if s.sameZone(p.zone) && there.Region == p.zone.home.Region {
			in, alike = s, true
			break
		}
		if in == nil {
			in = s
		} else if in.table != s.table || in.acl != s.acl {
			alike = false
		}
	}
	if in == nil {
		j.fail(codeTransitNoRoute, a.ID+" has no subnets", nil, a.Gateway)
		return false
	}
	if !alike {
		j.bad = true
		w.check(Check{Test: j.test, Hop: j.hop, Subject: j.ref, Detail: "it is not known by which subnet of " + a.ID + " the packet comes in, and they differ"})
	}
	p.at, p.vpc, p.zone = in, there, in
	p.entered, p.border = true, borderTransit
	return true
}
