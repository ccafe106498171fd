package vpc

import (
	"net/netip"
	"slices"
	"strings"
)

// follow goes on behind the target of a route. It returns true when the packet goes on in another VPC.
func (p *packet) follow(r routing) (arrival, bool) {
	dead := r.route.Blackhole
	switch r.route.Target.Kind {
	case TargetInternetGateway:
		return p.throughInternetGateway(r.route.Target.ID, dead), false
	case TargetEgressOnly:
		return p.throughEgressOnly(r.route.Target.ID, dead), false
	case TargetNAT:
		return p.toNAT(r), false
	case TargetPeering:
		return p.throughPeering(r.route.Target.ID, dead), false
	case TargetTransit:
		return p.throughTransit(r.route.Target.ID, dead)
	case TargetEndpoint:
		if p.w.m.toGatewayEndpoint(r.route) {
			return p.toGatewayEndpoint(r.route.Target.ID, dead), false
		}
	case TargetInterface, TargetInstance:
		p.toAppliance(r.route.Target, dead)
		return arrival{}, false
	}
	if !dead {
		p.opaque(KindOther, r.route.Target.ID, opaqueNames[r.route.Target.Kind])
	}
	return arrival{}, false
}

// opaqueNames are targets behind which nothing can be known from the VPC's configuration.
var opaqueNames = map[TargetKind]string{
	TargetEndpoint:       "a firewall or gateway load balancer endpoint",
	TargetVirtualPrivate: "a virtual private gateway",
	TargetCoreNetwork:    "Cloud WAN",
	TargetLocalGateway:   "a local gateway",
	TargetCarrier:        "a carrier gateway",
	TargetUnknown:        "a target of unknown kind",
}

// opaque records that the way leads into something that can't be modelled.
func (p *packet) opaque(kind Kind, id, what string) {
	w := p.w
	if what == "" {
		what = "something unknown"
	}
	test := TestGateway
	if w.back {
		test = TestReturnRoute
	}
	w.check(Check{Test: test, Code: codeRouteOpaque, Hop: w.hop(kind, id, "", what), Subject: Ref{Kind: kind, ID: id},
		Detail: "the way goes through " + what + ", behind which nothing is known", Resources: []string{id}})
}

// A judgement collects what is wrong with one hop; with nothing wrong it passes.
type judgement struct {
	p    *packet
	test Test
	ref  Ref
	hop  int
	bad  bool
}

func (p *packet) judge(test Test, ref Ref, detail string) *judgement {
	if p.w.back {
		test = TestReturnRoute
	}
	return &judgement{p: p, test: test, ref: ref, hop: p.w.hop(ref.Kind, ref.ID, ref.Name, detail)}
}

func (j *judgement) fail(code, detail string, mend []Change, resources ...string) {
	j.bad = true
	if j.p.w.back {
		out := func(c Check) bool { return c.Result == Failed && !c.Backward && c.Subject == j.ref }
		if slices.ContainsFunc(j.p.w.trace.Checks, out) {
			return // what stops the way out is not told again for the way back
		}
		code = j.p.cause(code)
	}
	j.p.w.check(Check{Test: j.test, Result: Failed, Code: code, Hop: j.hop, Subject: j.ref, Detail: detail, Mend: mend,
		Resources: append([]string{j.ref.ID}, resources...)})
}

func (j *judgement) unknown(n need) {
	j.bad = true
	c := Check{Test: j.test, Hop: j.hop, Subject: j.ref}
	j.p.w.missing(&c, n)
	j.p.w.check(c)
}

func (j *judgement) pass(detail string) {
	if !j.bad {
		j.p.w.check(Check{Test: j.test, Result: Passed, Hop: j.hop, Subject: j.ref, Detail: detail})
	}
}

// throughInternetGateway leaves the VPC for the internet, with the public address of the sender.
func (p *packet) throughInternetGateway(id string, dead bool) arrival {
	w, g := p.w, p.w.m.internet[id]
	j := p.judge(TestGateway, Ref{Kind: KindInternetGateway, ID: id, Name: nameOf(g)}, "")
	switch {
	case g == nil && dead && w.m.gap(KindInternetGateway, id, p.vpc.ID) == nil:
		j.fail(codeGatewayDetached, id+" is not attached to "+p.vpc.ID, w.mendDetached(id, p.vpc.ID), p.vpc.ID)
	case g == nil && dead:
		j.bad = true
	case g == nil:
		j.unknown(need{kind: KindInternetGateway, id: id, vpc: p.vpc.ID})
	case !slices.Contains(g.VPCs, p.vpc.ID):
		j.fail(codeGatewayDetached, attachedTo(g, p.vpc.ID), w.mendDetached(id, p.vpc.ID), p.vpc.ID)
	}
	switch {
	case p.dst.private():
		j.fail(codeGatewayPrivate, p.dst.String()+" is a private address; an internet gateway drops it", p.mendPrivateRoute(netip.Prefix{}), p.at.tableID())
		return arrival{}
	case p.from.nat != nil && p.from.nat.Private:
		j.fail(codeNATPrivate, p.from.nat.ID+" is a private NAT gateway; an internet gateway drops what comes from it", p.from.detour, p.from.nat.ID)
	case p.entered || p.border != borderNone:
		j.fail(codeGatewayNoPublicIP, "the packet comes from another VPC; an internet gateway serves only its own", nil, p.at.tableID())
		return arrival{}
	case len(p.from.public) == 0:
		if p.from.nat != nil {
			j.fail(codeGatewayNoPublicIP, p.from.nat.ID+" has no public address", nil, p.from.nat.ID)
		} else {
			j.fail(codeGatewayNoPublicIP, "the interface has no public address", nil, p.at.ID)
		}
	}
	p.publicAccess(p.at, p.from.nat != nil)
	p.edge(id)
	j.pass("attached to " + p.vpc.ID)
	return arrival{kind: atInternet, vpc: p.vpc, src: p.from.public, dst: p.dst, border: borderInternet}
}

// edge looks at the route table of the gateway itself, which may lead what comes in through an appliance first.
// https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
func (p *packet) edge(id string) {
	t := p.w.m.edgeTables[id]
	if t == nil || len(p.from.address) == 0 || p.w.back {
		return
	}
	r := t.lookup(p.from.address, nil)
	if r.route == nil || r.route.Target.Kind == TargetLocal {
		return
	}
	p.w.check(Check{Test: TestGateway, Code: codeRouteOpaque, Hop: p.w.hop(KindRouteTable, t.ID, t.Name, r.text), Subject: Ref{Kind: KindRouteTable, ID: t.ID, Name: t.Name},
		Detail: "what comes in goes by " + r.text + ", behind which nothing is known", Resources: []string{t.ID, r.route.Target.ID}})
}

func nameOf(g *InternetGateway) string {
	if g == nil {
		return ""
	}
	return g.Name
}

func attachedTo(g *InternetGateway, vpcID string) string {
	if len(g.VPCs) == 0 {
		return g.ID + " is not attached to a VPC"
	}
	return g.ID + " is attached to " + g.VPCs[0] + ", not to " + vpcID
}

// publicAccess asks VPC Block Public Access of the subnet.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
func (p *packet) publicAccess(s *subnetIndex, outboundOnly bool) {
	if s == nil || s.BlockPublicAccess == "" || p.w.back {
		return
	}
	mode := strings.ToLower(s.BlockPublicAccess)
	c := Check{Test: TestPublicAccess, Result: Passed, Hop: p.w.hop(KindSubnet, s.ID, s.Name, ""), Subject: Ref{Kind: KindSubnet, ID: s.ID, Name: s.Name},
		Detail: "VPC Block Public Access is " + mode}
	if mode == "block-bidirectional" || mode == "block-ingress" && !outboundOnly {
		c.Result, c.Code, c.Resources = Failed, codePublicAccess, []string{s.ID, s.VPC}
		c.Mend = []Change{ExcludePublicAccess{Subnet: s.ID, OutboundOnly: outboundOnly || p.from.nat != nil}}
	}
	p.w.check(c)
}

// throughEgressOnly leaves the VPC for the IPv6 internet, outbound only.
func (p *packet) throughEgressOnly(id string, dead bool) arrival {
	w, g := p.w, p.w.m.egressOnly[id]
	j := p.judge(TestGateway, Ref{Kind: KindEgressOnlyGateway, ID: id, Name: nameOf(g)}, "")
	switch {
	case g == nil && dead && w.m.gap(KindEgressOnlyGateway, id, p.vpc.ID) == nil:
		j.fail(codeEgressOnlyDetached, id+" is not attached to "+p.vpc.ID, nil, p.vpc.ID)
	case g == nil && dead:
		j.bad = true
	case g == nil:
		j.unknown(need{kind: KindEgressOnlyGateway, id: id, vpc: p.vpc.ID})
	case !slices.Contains(g.VPCs, p.vpc.ID):
		j.fail(codeEgressOnlyDetached, attachedTo(g, p.vpc.ID), nil, p.vpc.ID)
	}
	if w.back {
		j.fail(codeRouteNoReturn, "an egress-only gateway takes no connections from outside", nil)
	}
	if p.dst.private() {
		j.fail(codeGatewayPrivate, p.dst.String()+" is a private address", nil, p.at.tableID())
		return arrival{}
	}
	p.publicAccess(p.at, true)
	j.pass("attached to " + p.vpc.ID)
	return arrival{kind: atInternet, vpc: p.vpc, src: p.from.public, dst: p.dst, border: borderInternet}
}

// toNAT brings the packet to a NAT gateway.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
func (p *packet) toNAT(r routing) arrival {
	id, dead := r.route.Target.ID, r.route.Blackhole
	w, n := p.w, p.w.m.nats[id]
	ref := Ref{Kind: KindNATGateway, ID: id}
	if n != nil {
		ref.Name = n.Name
	}
	if w.back {
		j := p.judge(TestReturnRoute, ref, "")
		j.fail(codeRouteNoReturn, "the answer would leave through "+id+" with another address", nil, p.at.tableID())
		return arrival{}
	}
	var home *subnetIndex
	if n != nil && n.Subnet != "" {
		if home = w.m.subnets[n.Subnet]; home != nil && home != p.at {
			p.enterSubnet(home, roleNATInside)
		}
	}
	j := p.judge(TestGateway, ref, "")
	if n == nil {
		if !dead {
			j.unknown(need{kind: KindNATGateway, id: id, vpc: p.vpc.ID})
		}
		return arrival{}
	}
	if p.from.nat != nil && !p.entered {
		j.fail(codeNATNoInternet, "the subnet of "+p.from.nat.ID+" sends "+p.dst.String()+" to "+id+", not to an internet gateway", p.mendNATRoute(r.route.Prefix), p.at.tableID())
		return arrival{}
	}
	if state := strings.ToLower(n.State); state != "available" {
		detail := id + " is " + n.State
		if n.State == "" {
			j.unknown(need{kind: KindNATGateway, id: id, vpc: p.vpc.ID})
		} else {
			if n.FailureCode != "" {
				detail += ": " + n.FailureCode + " " + n.FailureMessage
			}
			j.fail(codeNATUnavailable, detail, p.mendRoute(r))
		}
	}
	if n.Regional {
		p.natZone(j, n, r)
	} else if home == nil {
		if j.bad {
			return arrival{}
		}
		j.unknown(need{kind: KindSubnet, id: n.Subnet, vpc: n.VPC})
		return arrival{}
	}
	if !j.bad {
		j.pass("available" + natAddress(n))
	}
	a := arrival{kind: atNAT, vpc: p.vpc, subnet: home, src: p.src, dst: p.dst, nat: n, border: p.border}
	if n.Private {
		a.detour = p.mendRoute(r)
	}
	return a
}

func natAddress(n *NATGateway) string {
	if len(n.Addresses) == 0 || !n.Addresses[0].Public.IsValid() {
		return ""
	}
	return ", address " + n.Addresses[0].Public.String()
}

// natZone asks whether a regional NAT gateway has an address in the zone of the sender.
func (p *packet) natZone(j *judgement, n *NATGateway, r routing) {
	if !n.serves(p.at) {
		j.fail(codeNATZone, n.ID+" has no address in "+p.at.Zone, p.mendRoute(r), p.at.ID)
	}
}

// serves reports whether a regional NAT gateway has an address in the zone of the subnet, or does not tell its zones.
func (n *NATGateway) serves(s *subnetIndex) bool {
	for _, a := range n.Addresses {
		if a.Zone == "" || a.Zone == s.Zone || a.Zone == s.ZoneID {
			return true
		}
	}
	return len(n.Addresses) == 0
}

// translate goes on behind a NAT gateway, and brings the answer from it back to the client.
func (w *walk) translate(c *party, to spans, a arrival, depth int) {
	n := a.nat
	nat := &party{role: roleNATOutside, vpc: a.vpc, subnet: a.subnet, nat: n, ports: PortRange{1024, 65535}, detour: a.detour}
	for _, x := range n.Addresses {
		if x.Private.IsValid() && len(nat.address) == 0 {
			nat.address = spans{{x.Private, x.Private}}
		}
		if x.Public.IsValid() && len(nat.public) == 0 {
			nat.public = spans{{x.Public, x.Public}}
		}
	}
	if len(nat.public) == 0 && !n.Private && len(n.Addresses) == 0 {
		nat.public = publicIPv4 // the answer about the gateway did not tell its addresses
	}
	if len(nat.address) == 0 && a.subnet != nil && len(a.subnet.CIDRs) > 0 {
		nat.address = spans{spanOf(a.subnet.CIDRs[0])}
	}
	beyond := to
	if to.is6() {
		if beyond = embedded(to); beyond == nil {
			w.check(Check{Test: TestGateway, Code: codeRouteOpaque, Hop: w.hop(KindNATGateway, n.ID, n.Name, ""), Subject: Ref{Kind: KindNATGateway, ID: n.ID, Name: n.Name},
				Detail: "a NAT gateway carries IPv6 only to " + nat64.String(), Resources: []string{n.ID}})
			return
		}
	}
	if depth >= 3 {
		w.check(Check{Test: TestGateway, Result: Failed, Code: codeRouteLoop, Hop: w.hop(KindNATGateway, n.ID, n.Name, ""), Subject: Ref{Kind: KindNATGateway, ID: n.ID, Name: n.Name},
			Detail: "the way goes from one NAT gateway to the next", Resources: []string{n.ID}})
		return
	}
	w.converse(nat, beyond, depth+1)
	if w.parts != nil || w.elsewhere {
		return
	}
	if a.subnet == nil {
		if a.border == borderNone {
			w.answerAt(c, to)
			return
		}
		w.back = true
		w.check(Check{Test: TestReturnRoute, Hop: w.hop(KindNATGateway, n.ID, n.Name, ""), Subject: Ref{Kind: KindNATGateway, ID: n.ID, Name: n.Name},
			Detail: "how answers leave a regional NAT gateway for another VPC is not known"})
		w.back = false
		return
	}
	w.back = true
	w.carry(leg{from: nat, to: c, subnet: a.subnet, role: roleNATInside, src: to, dst: c.address, ports: c.ports, icmpType: echoReply(c.address), via: a.border})
	w.back = false
}

// embedded returns the IPv4 addresses that NAT64 addresses stand for, nil for other ones.
func embedded(s spans) spans {
	if !s.within(nat64) {
		return nil
	}
	out := make(spans, len(s))
	for i, r := range s {
		out[i] = span{lastFour(r.from), lastFour(r.to)}
	}
	return out
}

// fromRegionalNAT leaves through the internet gateway of the VPC: a regional NAT gateway has routes of its own to it.
func (p *packet) fromRegionalNAT() arrival {
	for _, g := range p.w.m.net.InternetGateways {
		if slices.Contains(g.VPCs, p.vpc.ID) {
			return p.throughInternetGateway(g.ID, false)
		}
	}
	j := p.judge(TestGateway, Ref{Kind: KindNATGateway, ID: p.from.nat.ID, Name: p.from.nat.Name}, "")
	if p.w.m.gap(KindInternetGateway, p.vpc.ID) != nil {
		j.unknown(need{kind: KindInternetGateway, vpc: p.vpc.ID})
		return arrival{}
	}
	j.fail(codeNATNoInternet, "no internet gateway is attached to "+p.vpc.ID, nil, p.vpc.ID)
	return arrival{}
}

// toAppliance meets an interface that has to forward what is not its own.
func (p *packet) toAppliance(t Target, dead bool) {
	w := p.w
	id := t.Interface
	if t.Kind == TargetInterface {
		id = t.ID
	}
	n := w.m.interfaces[id]
	if n == nil && t.Kind == TargetInstance {
		for i := range w.m.net.Interfaces {
			if x := &w.m.net.Interfaces[i]; x.Instance == t.ID {
				n = x
				break
			}
		}
	}
	kind, name := KindInstance, t.ID
	if t.Kind == TargetInterface {
		kind = KindInterface
	}
	if n == nil {
		if !dead {
			j := p.judge(TestGateway, Ref{Kind: kind, ID: name}, "")
			if id == "" {
				id = t.ID
			}
			j.unknown(need{kind: KindInterface, id: id, vpc: p.vpc.ID})
		}
		return
	}
	if n.SourceDestCheck {
		j := p.judge(TestGateway, Ref{Kind: kind, ID: name}, "")
		j.fail(codeSourceDestCheck, n.ID+" checks source and destination, so it drops packets that are not its own", []Change{StopSourceDestCheck{n.ID}}, n.ID)
		return
	}
	if !dead {
		p.opaque(kind, name, "an appliance")
	}
}

// toGatewayEndpoint hands the packet to S3 or DynamoDB.
// https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
func (p *packet) toGatewayEndpoint(id string, dead bool) arrival {
	w, e := p.w, p.w.m.endpoints[id]
	j := p.judge(TestGatewayEndpoint, Ref{Kind: KindEndpoint, ID: id}, "")
	if e == nil {
		if !dead {
			j.unknown(need{kind: KindEndpoint, id: id, vpc: p.vpc.ID})
		}
		w.service = true
		return arrival{kind: atService, vpc: p.vpc, src: p.src, dst: p.dst, border: p.border}
	}
	if w.back {
		j.fail(codeRouteNoReturn, "the answer would go to a gateway endpoint", nil)
		return arrival{}
	}
	if !strings.EqualFold(e.State, "available") {
		j.fail(codeEndpointState, id+" is "+e.State, nil)
	}
	if p.entered {
		j.fail(codeEndpointOtherVPC, id+" serves only its own VPC "+e.VPC, nil, e.VPC)
	}
	if p.dst.is6() && e.IPAddressType != "" && !strings.EqualFold(e.IPAddressType, "dualstack") && !strings.EqualFold(e.IPAddressType, "ipv6") {
		j.fail(codeEndpointFamily, id+" carries "+e.IPAddressType+" only", nil)
	}
	j.pass("available")
	w.service = true
	return arrival{kind: atService, vpc: p.vpc, src: p.src, dst: p.dst, border: p.border}
}
