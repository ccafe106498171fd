package vpc

// maxTurns bounds how many route tables of VPCs one packet may pass; a packet that needs more runs in a circle.
const maxTurns = 8

// A leg is one packet's way between two address translations: from a subnet, by destination address.
type leg struct {
	from     *party
	to       *party // who has to get it, on the way back; nil on the way out
	subnet   *subnetIndex
	role     role // of the subnet
	src, dst spans
	ports    PortRange // destination ports
	icmpType int
	via      border // on the way back: what the request crossed
}

// arrivalKind says where a packet came out.
type arrivalKind int8

const (
	lost        arrivalKind = iota // it was dropped, or nothing is known beyond; a check says which
	atInterface                    // in the subnet of the destination
	atParty                        // back at the client
	atInternet
	atNAT
	atService // a gateway endpoint
)

// An arrival is where a packet came out and what it looks like there.
type arrival struct {
	kind     arrivalKind
	vpc      *vpcIndex
	subnet   *subnetIndex
	iface    *NetworkInterface
	src, dst spans
	nat      *NATGateway
	detour   []Change // routes that would avoid the NAT gateway
	border   border
}

// A packet on its way.
type packet struct {
	leg
	w       *walk
	at      *subnetIndex
	vpc     *vpcIndex
	entered bool // it came into this VPC through a transit gateway
	border  border
	zone    *subnetIndex // the subnet whose zone a transit gateway prefers
}

// carry follows routes until the packet arrives or is lost, asking every ACL on the way.
func (w *walk) carry(l leg) arrival {
	p := packet{leg: l, w: w, at: l.subnet, vpc: l.from.vpc, zone: l.subnet}
	if l.subnet == nil { // a regional NAT gateway has no subnet
		return p.fromRegionalNAT()
	}
	for range maxTurns {
		a, on := p.turn()
		if !on {
			return a
		}
	}
	at := w.hop(KindRouteTable, p.at.tableID(), "", "")
	w.check(Check{Test: p.routeTest(), Result: Failed, Code: p.cause(codeRouteLoop), Hop: at,
		Subject: Ref{Kind: KindRouteTable, ID: p.at.tableID()}, Detail: "the routes lead in a circle", Resources: []string{p.at.tableID()}})
	return arrival{}
}

func (s *subnetIndex) tableID() string {
	if s == nil || s.table == nil {
		return ""
	}
	return s.table.ID
}

// turn asks the route table of the subnet where the packet is. It returns true when the packet goes on in another VPC.
func (p *packet) turn() (arrival, bool) {
	w := p.w
	if p.at.table == nil {
		p.leaveSubnet()
		p.tableMissing()
		return arrival{}, false
	}
	r := p.at.table.lookup(p.dst, w.skip())
	if r.parts != nil && !w.back {
		w.parts = r.parts
		return arrival{}, false
	}
	if r.route != nil && !r.route.Blackhole && r.route.Target.Kind == TargetLocal {
		place, known := p.locate()
		if w.parts != nil || w.elsewhere {
			return arrival{}, false
		}
		if !known || place.subnet != p.at {
			p.leaveSubnet()
		}
		p.recordRoute(r)
		return p.deliver(place, p.at), false
	}
	p.leaveSubnet()
	p.recordRoute(r)
	if r.parts != nil || r.route == nil {
		return arrival{}, false
	}
	return p.follow(r)
}

// leaveSubnet asks the ACL of the subnet about the packet going out of it.
func (p *packet) leaveSubnet() {
	role := p.role
	if p.entered {
		role = roleTransit
	}
	p.w.acl(p.at, role, crossing{egress: true, peer: p.dst, protocol: p.w.flow.Protocol, ports: p.ports, icmpType: p.icmpType})
}

// enterSubnet asks the ACL of a subnet about the packet coming in.
func (p *packet) enterSubnet(s *subnetIndex, r role) {
	p.w.acl(s, r, crossing{peer: p.src, protocol: p.w.flow.Protocol, ports: p.ports, icmpType: p.icmpType})
}

// skip passes over the routes to gateway endpoints when the destination is "any public address": the name is then not one
// of the services that have a prefix list.
func (w *walk) skip() func(*Route) bool {
	if w.flow.To.Any == NotAny {
		return nil
	}
	return func(r *Route) bool { return r.PrefixList != "" && w.m.toGatewayEndpoint(r) }
}

func (m *Model) toGatewayEndpoint(r *Route) bool {
	if r.Target.Kind != TargetEndpoint {
		return false
	}
	e := m.endpoints[r.Target.ID]
	return e == nil && r.PrefixList != "" || e != nil && e.Type == GatewayEndpoint
}

// A place is where an address of a VPC is.
type place struct {
	subnet *subnetIndex // nil when not known
	iface  *NetworkInterface
}

// locate finds where in the VPC the destination is. It is false when the subnet is not known.
func (p *packet) locate() (place, bool) {
	w := p.w
	if p.to != nil && p.to.vpc.ID == p.vpc.ID {
		return place{p.to.subnet, p.to.iface}, p.to.subnet != nil
	}
	if w.flow.To.Any != NotAny && !w.back {
		w.elsewhere = true
		return place{}, false
	}
	if a, ok := p.dst.single(); ok {
		if n := w.m.located[location{p.vpc.ID, a}]; n != nil {
			if s := w.m.subnets[n.Subnet]; s != nil {
				return place{s, n}, true
			}
			return place{p.vpc.subnetAt(a), n}, p.vpc.subnetAt(a) != nil
		}
		s := p.vpc.subnetAt(a)
		return place{s, nil}, s != nil
	}
	if w.back {
		return place{}, false
	}
	if len(w.part.groups) > 0 { // an endpoint's interface somewhere in a subnet
		s := p.vpc.subnetAt(p.dst.first())
		return place{s, nil}, s != nil
	}
	if list, ok := p.dst.addresses(maxParts); ok {
		w.parts = make([]spans, len(list))
		for i, a := range list {
			w.parts[i] = spans{{a, a}}
		}
		return place{}, false
	}
	for _, s := range p.vpc.subnets { // too many to ask one by one: at least by subnet
		for _, x := range s.CIDRs {
			if p.dst.within(x) {
				return place{s, nil}, true
			}
			if inside, outside := p.dst.split(x); len(inside) > 0 {
				w.parts = []spans{inside, outside}
				return place{}, false
			}
		}
	}
	return place{}, false
}

// deliver brings the packet into the subnet of its destination. from is the subnet that it comes from within this VPC.
func (p *packet) deliver(to place, from *subnetIndex) arrival {
	a := arrival{kind: atInterface, vpc: p.vpc, subnet: to.subnet, iface: to.iface, src: p.src, dst: p.dst, border: p.border}
	role := roleDestination
	if p.to != nil {
		if p.to.vpc.ID != p.vpc.ID {
			p.strayed("the answer is delivered in " + p.vpc.ID)
			return arrival{}
		}
		a.kind, role = atParty, p.to.role
		p.to.answered = true
	}
	if to.subnet == nil {
		if p.to == nil || p.to.nat == nil {
			p.subnetMissing(to)
		}
		return a
	}
	if to.subnet != from {
		p.enterSubnet(to.subnet, role)
	}
	return a
}

func (p *packet) subnetMissing(to place) {
	w := p.w
	c := Check{Test: TestDestinationACL, Subject: Ref{Kind: KindAddress, ID: p.dst.String()}, Hop: w.hop(KindAddress, p.dst.String(), "", "")}
	if to.iface != nil {
		w.missing(&c, need{kind: KindSubnet, id: to.iface.Subnet, vpc: p.vpc.ID})
	} else {
		c.Code = codeTargetUnused
		c.Detail = "no subnet of " + p.vpc.ID + " that could be read contains " + p.dst.String()
		if g := w.m.gap(KindSubnet, p.vpc.ID); g != nil {
			c.Code = ""
			w.missing(&c, need{kind: KindSubnet, vpc: p.vpc.ID})
		}
	}
	w.check(c)
}

// routeTest names the test under which the routing at this point of the path is reported.
func (p *packet) routeTest() Test {
	switch {
	case p.w.back:
		return TestReturnRoute
	case p.entered:
		return TestTransit
	case p.role == roleSource:
		return TestRoute
	}
	return TestGateway
}

// cause gives the cause code for a failure of routing: on the way back it is the missing way back that matters, and beyond
// a NAT gateway that the gateway has no way to the internet.
func (p *packet) cause(code string) string {
	switch {
	case p.w.back && (p.via == borderPeering || p.via == borderRegions):
		return codePeeringNoReturn
	case p.w.back && p.via == borderTransit:
		return codeTransitNoReturn
	case p.w.back:
		return codeRouteNoReturn
	}
	if p.role == roleNATOutside && (code == codeRouteNone || code == codeRouteLoop) {
		return codeNATNoInternet
	}
	if code == codeRouteNone && !p.dst.private() && p.dst.is6() {
		return codeRouteIPv6None
	}
	return code
}

// recordRoute reports what the table says.
func (p *packet) recordRoute(r routing) {
	w, t := p.w, p.at.table
	c := Check{Test: p.routeTest(), Result: Passed, Subject: Ref{Kind: KindRouteTable, ID: t.ID, Name: t.Name}}
	switch {
	case r.parts != nil:
		c.Result, c.Detail = NotDecided, "the answers to "+p.dst.String()+" take different ways"
	case r.unread != nil:
		c.Detail = "whether the route to " + r.unread.PrefixList + " takes " + p.dst.String() + " is not known"
		w.missing(&c, need{kind: KindPrefixList, id: r.unread.PrefixList, vpc: t.VPC})
	case r.route == nil && p.viaAbsentList(t):
		c.Result, c.Detail = NotDecided, "not all routes are known"
	case r.route == nil:
		c.Result, c.Code, c.Detail = Failed, p.cause(codeRouteNone), "no route to "+p.dst.String()
	case r.rival != nil:
		c.Result, c.Code, c.Detail = NotDecided, codeRouteAmbiguous, r.text+", and "+r.rival.PrefixList+" → "+r.rival.Target.ID+" matches too"
		c.Resources = []string{t.ID, r.route.PrefixList, r.rival.PrefixList}
	case r.route.Blackhole:
		c.Result, c.Code, c.Detail = Failed, p.cause(codeRouteBlackhole), r.text+" is a blackhole"
		c.Resources = []string{t.ID, r.route.Target.ID}
	default:
		c.Detail = r.text
	}
	if p.role == roleNATOutside && c.Result == Failed && !w.back && !p.entered {
		c.Resources = []string{p.from.nat.ID, t.ID}
	}
	if c.Result == Failed {
		if len(c.Resources) == 0 {
			c.Resources = []string{t.ID, p.at.ID}
		}
		c.Mend = p.mendRoute(r)
	}
	c.Hop = w.hop(KindRouteTable, t.ID, t.Name, r.text)
	w.check(c)
}

// viaAbsentList reports whether routes may be missing in a table that could be read only in part.
func (p *packet) viaAbsentList(t *routeTable) bool {
	return p.w.m.gap(KindRouteTable, t.ID) != nil
}

func (p *packet) tableMissing() {
	w := p.w
	c := Check{Test: p.routeTest(), Subject: Ref{Kind: KindRouteTable}, Hop: w.hop(KindRouteTable, "", "", "of "+p.at.ID)}
	if !p.at.known {
		w.missing(&c, need{kind: KindVPC, id: p.at.VPC, owner: p.at.Owner})
	} else {
		w.missing(&c, need{kind: KindRouteTable, vpc: p.at.VPC})
	}
	c.Detail = "the route table of " + p.at.ID + " is not known" + gapReason(w.m.gap(KindRouteTable, p.at.VPC))
	w.check(c)
}

// strayed reports that an answer does not come back to where the request came from.
func (p *packet) strayed(detail string) {
	t := p.at.tableID()
	p.w.check(Check{Test: TestReturnRoute, Result: Failed, Code: p.cause(codeRouteNoReturn), Hop: p.w.hop(KindRouteTable, t, "", ""),
		Subject: Ref{Kind: KindRouteTable, ID: t}, Detail: detail, Resources: []string{t}})
}
