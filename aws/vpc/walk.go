package vpc

import (
	"net/netip"
	"slices"
)

// A walk follows one connection: out, and back with the answer.
type walk struct {
	m     *Model
	flow  *Flow
	part  part
	trace Trace

	back      bool    // now on the way back
	parts     []spans // the addresses take different ways: walk each part alone
	elsewhere bool    // the addresses belong to the VPC itself and can't be meant by "any public address"
	service   bool    // a gateway endpoint takes the traffic
}

// A role is what a subnet or an address is on the path; it decides how a check is named.
type role int8

const (
	roleSource role = iota
	roleNATInside
	roleNATOutside
	roleTransit
	roleDestination
)

// A party is one end of a connection between two address translations.
type party struct {
	role    role
	vpc     *vpcIndex
	subnet  *subnetIndex // nil for a regional NAT gateway
	iface   *NetworkInterface
	address spans // its address in its VPC
	public  spans // what the internet sees of it; empty when it has no public address
	groups  []string
	ports   PortRange // where it takes answers
	nat     *NATGateway
	detour  []Change // of a NAT gateway that is the wrong one: routes to others

	answered bool // the ACL of its subnet has been asked about the answer, or does not see it
}

// A border is the widest border that a packet has crossed.
type border int8

const (
	borderNone    border = iota // it stayed in the VPC
	borderPeering               // a peering within the region
	borderRegions               // a peering between regions
	borderTransit
	borderInternet
)

func (m *Model) walk(f *Flow, p part) *walk {
	w := &walk{m: m, flow: f, part: p}
	w.trace.Hops = make([]Hop, 0, 12)
	w.trace.Checks = make([]Check, 0, 16)
	from, ok := w.source(p.to.is6())
	if !ok {
		return w
	}
	if a, one := p.to.single(); one {
		if own, known := from.address.single(); known && own == a && from.iface != nil {
			at := w.hop(KindInterface, from.iface.ID, "", a.String())
			w.check(Check{Test: TestRoute, Result: Passed, Hop: at, Subject: Ref{Kind: KindInterface, ID: from.iface.ID}, Detail: "the source's own address"})
			return w
		}
		if isLinkLocal(a) || from.vpc.resolver(a) {
			at := w.hop(KindAddress, a.String(), "", "")
			w.check(Check{Test: TestRoute, Result: Passed, Hop: at, Subject: Ref{Kind: KindAddress, ID: a.String()},
				Detail: "answered by AWS in the VPC itself; groups, ACLs and routes do not see it"})
			return w
		}
	}
	w.converse(from, p.to, 0)
	if w.parts == nil && !w.elsewhere {
		w.checkEndpoint(from)
		w.hintGatewayEndpoint(from)
	}
	return w
}

func isLinkLocal(a netip.Addr) bool {
	return slices.ContainsFunc(linkLocal[:], func(p netip.Prefix) bool { return p.Contains(a) })
}

// converse walks from c to the addresses and back.
func (w *walk) converse(c *party, to spans, depth int) {
	groups := -1
	if c.role == roleSource {
		groups = w.reserveGroups(c)
	}
	a := w.carry(leg{from: c, subnet: c.subnet, role: c.role, src: c.address, dst: to, ports: PortRange{w.flow.Port, w.flow.Port}, icmpType: echoRequest(to)})
	if w.parts != nil || w.elsewhere {
		return
	}
	if groups >= 0 {
		w.egressGroups(groups, c, to, a)
	}
	switch a.kind {
	case atInterface:
		w.reach(c, to, a)
	case atInternet:
		w.leave(c, to)
	case atService:
		w.answerAt(c, to)
	case atNAT:
		w.translate(c, to, a, depth)
	}
	if !c.answered && c.role == roleSource {
		w.answerAt(c, to)
	}
}

// reach asks the destination's groups and walks back from its subnet.
func (w *walk) reach(c *party, to spans, a arrival) {
	w.ingressGroups(c, a)
	server := &party{role: roleDestination, vpc: a.vpc, subnet: a.subnet, iface: a.iface, address: a.dst, ports: PortRange{w.flow.Port, w.flow.Port}}
	if a.iface != nil {
		server.public = a.iface.publicOf(a.dst)
	}
	if a.subnet == nil {
		return
	}
	w.answer(server, c, to, a)
}

// answer walks the way back from where the packet arrived to c. The client sees the answer come from `as`.
func (w *walk) answer(server, c *party, as spans, a arrival) {
	w.back = true
	defer func() { w.back = false }()
	to := c.address
	if a.border == borderInternet {
		to = c.public
	}
	if len(to) == 0 {
		return // the way out has failed: no public address
	}
	b := w.carry(leg{from: server, to: c, subnet: server.subnet, role: server.role, src: a.dst, dst: to, ports: c.ports, icmpType: echoReply(to), via: a.border})
	if b.kind == atInternet && a.border == borderInternet {
		w.answerAt(c, as)
	}
}

// leave ends the way out at the internet. When the address belongs to an interface that is known, the way goes on there.
func (w *walk) leave(c *party, to spans) {
	a, one := to.single()
	var n *NetworkInterface
	if one {
		n = w.m.publicOwners[a]
	}
	if n == nil || a.Is6() && w.m.located[location{c.vpc.ID, a}] == n {
		w.hop(KindInternet, "internet", "", to.String())
		w.answerAt(c, to)
		return
	}
	w.enter(c, to, n, a)
}

// answerAt asks the ACL of c's subnet about answers that come from outside the VPC or from an unknown place.
func (w *walk) answerAt(c *party, from spans) {
	if c.answered {
		return
	}
	c.answered = true
	back := w.back
	w.back = true
	if c.subnet != nil {
		w.acl(c.subnet, c.role, crossing{egress: false, peer: from, protocol: w.flow.Protocol, ports: c.ports, icmpType: echoReply(from)})
	}
	w.back = back
}

// source finds the party that opens the connection.
func (w *walk) source(six bool) (*party, bool) {
	f := &w.flow.From
	c := &party{role: roleSource, ports: PortRange{32768, 60999}}
	if f.Windows {
		c.ports.From, c.ports.To = 49152, 65535
	}
	check := Check{Test: TestInterface, Hop: 0}
	subnet := f.Subnet
	if f.Interface != "" {
		n := w.m.interfaces[f.Interface]
		if n == nil {
			w.hop(KindInterface, f.Interface, "", "")
			check.Subject = Ref{Kind: KindInterface, ID: f.Interface}
			w.missing(&check, need{kind: KindInterface, id: f.Interface, vpc: f.VPC})
			w.check(check)
			return nil, false
		}
		c.iface, c.groups, subnet = n, n.Groups, n.Subnet
		a := n.addressOf(six, f.Address)
		w.hop(KindInterface, n.ID, "", a.String())
		check.Subject = Ref{Kind: KindInterface, ID: n.ID}
		if !a.IsValid() {
			w.noAddress(check, six)
			return nil, false
		}
		c.address = spans{{a, a}}
		c.public = n.publicOf(c.address)
		check.Detail = a.String()
	}
	s := w.m.subnets[subnet]
	if s == nil {
		if f.Interface == "" {
			w.hop(KindSubnet, subnet, "", "")
		}
		check.Subject = Ref{Kind: KindSubnet, ID: subnet}
		w.missing(&check, need{kind: KindSubnet, id: subnet, vpc: f.VPC})
		w.check(check)
		return nil, false
	}
	c.subnet, c.vpc = s, s.home
	if f.Interface == "" {
		w.hop(KindSubnet, s.ID, s.Name, "a task that would start here")
		check.Subject = Ref{Kind: KindSubnet, ID: s.ID, Name: s.Name}
		c.groups = f.Groups
		if len(c.groups) == 0 {
			c.groups = w.m.defaultGroup(s.VPC)
		}
		for _, p := range s.CIDRs {
			if p.Addr().Is6() == six {
				c.address = append(c.address, spanOf(p))
			}
		}
		if len(c.address) == 0 || six && !f.IPv6 {
			w.noAddress(check, six)
			return nil, false
		}
		if six {
			c.public = c.address
		} else if f.PublicIP {
			c.public = publicIPv4
		}
		check.Detail = "an address of " + c.address.String()
	}
	check.Result = Passed
	w.check(check)
	return c, true
}

func (w *walk) noAddress(c Check, six bool) {
	c.Result, c.Code, c.Detail = Failed, codeNoIPv4, "it has no IPv4 address"
	if six {
		c.Code, c.Detail = codeNoIPv6, "it has no IPv6 address"
	}
	c.Resources = []string{c.Subject.ID}
	if e := w.part.endpoint; e != nil {
		c.Code, c.Resources = codeEndpointFamily, append(c.Resources, e.ID)
		c.Detail += ", and " + e.ID + " is reached by such only"
	}
	w.check(c)
}

// sourceHas reports whether the source has an address of the family, as far as is known.
func (m *Model) sourceHas(f Source, six bool) bool {
	if n := m.interfaces[f.Interface]; n != nil {
		return n.addressOf(six, f.Address).IsValid()
	}
	if s := m.subnets[f.Subnet]; s != nil {
		return slices.ContainsFunc(s.CIDRs, func(p netip.Prefix) bool { return p.Addr().Is6() == six }) && (!six || f.IPv6)
	}
	return !six
}

// addressOf returns the interface's address of the family: the wanted one, else the primary one.
func (n *NetworkInterface) addressOf(six bool, want netip.Addr) netip.Addr {
	if want.IsValid() && want.Is6() == six {
		return want
	}
	if six {
		if len(n.IPv6) > 0 {
			return n.IPv6[0]
		}
		return netip.Addr{}
	}
	if len(n.Addresses) > 0 {
		return n.Addresses[0].Private
	}
	return netip.Addr{}
}

// publicOf returns what the internet sees of one of the interface's addresses.
func (n *NetworkInterface) publicOf(s spans) spans {
	if s.is6() {
		return s
	}
	a, _ := s.single()
	for _, x := range n.Addresses {
		if x.Private == a && x.Public.IsValid() {
			return spans{{x.Public, x.Public}}
		}
	}
	return nil
}

// defaultGroup returns the VPC's default security group, which tasks get when none is named.
func (m *Model) defaultGroup(vpcID string) []string {
	for _, g := range m.net.SecurityGroups {
		if g.VPC == vpcID && g.Name == "default" {
			return []string{g.ID}
		}
	}
	return []string{"default of " + vpcID}
}

func echoRequest(s spans) int {
	if s.is6() {
		return 128
	}
	return 8
}

func echoReply(s spans) int {
	if s.is6() {
		return 129
	}
	return 0
}

// hop returns the index of a hop. On the way out the packet meets a new one, on the way back mostly those that it has passed.
func (w *walk) hop(kind Kind, id, name, detail string) int {
	h := w.trace.Hops
	if !w.back && len(h) > 0 {
		h = h[len(h)-1:]
	}
	for i := range h {
		if h[i].Kind == kind && h[i].ID == id && (kind != KindACL || h[i].Detail == detail) {
			return len(w.trace.Hops) - len(h) + i
		}
	}
	w.trace.Hops = append(w.trace.Hops, Hop{Ref: Ref{Kind: kind, ID: id, Name: name}, Detail: detail, Backward: w.back})
	return len(w.trace.Hops) - 1
}

// check records the answer to one question.
func (w *walk) check(c Check) {
	c.Backward = w.back
	w.trace.Checks = append(w.trace.Checks, c)
	w.mark(c)
}

func (w *walk) mark(c Check) {
	if c.Hop >= len(w.trace.Hops) {
		return
	}
	switch c.Result {
	case Failed:
		w.trace.Hops[c.Hop].Blocked = true
	case NotDecided, Partly:
		w.trace.Hops[c.Hop].Unknown = true
	}
}

// A need is a resource on the path that the network does not hold.
type need struct {
	kind               Kind
	id                 string
	vpc, region, owner string
}

// missing makes the check undecided: because of a gap, or because the resource has still to be read.
func (w *walk) missing(c *Check, n need) {
	c.Result = NotDecided
	if g := w.m.gap(n.kind, n.id, n.vpc); g != nil {
		if g.Missing != "" && !slices.Contains(c.Missing, g.Missing) {
			c.Missing = append(c.Missing, g.Missing)
		}
		c.Detail = string(n.kind) + " " + n.id + " could not be read"
		if g.Reason != "" {
			c.Detail += ": " + g.Reason
		}
		return
	}
	if n.region == "" {
		if v := w.m.vpcs[n.vpc]; v != nil {
			n.region = v.Region
		}
	}
	c.Detail = string(n.kind) + " " + n.id + " is not known"
	x := Need{Ref: Ref{Kind: n.kind, ID: n.id}, Region: n.region, Owner: n.owner}
	if n.id != "" && !slices.Contains(w.trace.Needs, x) {
		w.trace.Needs = append(w.trace.Needs, x)
	}
}

// finish draws the verdict: one certain failure blocks, anything undecided leaves it open.
func (w *walk) finish() partTrace {
	w.trace.Verdict = Reachable
	for i := range w.trace.Checks {
		switch w.trace.Checks[i].Result {
		case Failed:
			w.trace.Verdict = Blocked
			return partTrace{Trace: w.trace}
		case NotDecided, Partly:
			w.trace.Verdict = Unknown
		}
	}
	if w.parts != nil || len(w.trace.Checks) == 0 {
		w.trace.Verdict = Unknown
	}
	return partTrace{Trace: w.trace}
}
