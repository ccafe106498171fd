package vpc

import "strings"

// aclNames says under which test and causes an ACL's answer is reported, by the role of its subnet.
var aclNames = [...]struct {
	test            Test
	ingress, egress string
}{
	roleSource:      {"", codeACLIngress, codeACLEgress},
	roleNATInside:   {TestNATACL, codeACLDestinationIngress, codeACLDestinationEgress},
	roleNATOutside:  {TestNATACL, codeACLNATIngress, codeACLNATEgress},
	roleTransit:     {TestTransit, codeACLTransitIngress, codeACLTransitEgress},
	roleDestination: {TestDestinationACL, codeACLDestinationIngress, codeACLDestinationEgress},
}

// acl asks the ACL of a subnet about a crossing of its border.
func (w *walk) acl(s *subnetIndex, r role, x crossing) {
	names := aclNames[r]
	c := Check{Test: names.test}
	code := names.ingress
	if x.egress {
		code = names.egress
	}
	if r == roleSource {
		c.Test = TestACLIngress
		if x.egress {
			c.Test = TestACLEgress
		}
	}
	if s.acl == nil {
		c.Subject = Ref{Kind: KindACL, ID: ""}
		c.Hop = w.hop(KindACL, "", "", "of "+s.ID)
		w.missing(&c, need{kind: KindACL, vpc: s.VPC})
		c.Detail = "the network ACL of " + s.ID + " is not known" + gapReason(w.m.gap(KindACL, s.VPC))
		if !s.known {
			w.missing(&c, need{kind: KindVPC, id: s.VPC, owner: s.Owner})
		}
		w.check(c)
		return
	}
	c.Subject = Ref{Kind: KindACL, ID: s.acl.ID, Name: s.acl.Name}
	c.Hop = w.hop(KindACL, s.acl.ID, s.acl.Name, s.ID)
	if len(x.peer) == 0 {
		c.Detail = "the address on the other side is not known"
		w.check(c)
		return
	}
	ruling := s.acl.judge(x)
	c.Result, c.Detail = ruling.result, ruling.describe(x)
	if c.Result != Passed {
		c.Code, c.Witness = code, ruling.witness
		c.Resources = []string{s.acl.ID, s.ID}
		if r == roleSource && !x.egress && c.Result == Partly && ruling.denied != x.ports {
			c.Code = codeACLIngressPartial
		}
		c.Mend = mendACL(s.acl, x, ruling)
	}
	w.check(c)
}

func gapReason(g *Gap) string {
	if g == nil || g.Reason == "" {
		return ""
	}
	return ": " + g.Reason
}

// reserveGroups keeps the place of the source's groups, which come first on the path but are asked when it is known who the
// peer is.
func (w *walk) reserveGroups(c *party) int {
	at := w.hop(KindSecurityGroup, firstOf(c.groups), "", "")
	w.trace.Checks = append(w.trace.Checks, Check{Test: TestEgressGroups, Hop: at})
	return len(w.trace.Checks) - 1
}

func (w *walk) egressGroups(at int, c *party, to spans, a arrival) {
	k := knock{egress: true, peer: to, protocol: w.flow.Protocol, port: w.flow.Port, icmpType: echoRequest(to)}
	switch {
	case a.kind == atInterface && a.border != borderInternet:
		k.references = a.border.references()
		k.peerGroups, k.peerKnown = w.groupsAt(a)
	case a.kind == lost && to.private():
		k.references = referencesMaybe
	default:
		k.references = referencesFail
	}
	check := w.groupCheck(c.groups, k, c.vpc.ID)
	if len(c.groups) == 0 && c.iface != nil && c.iface.Type != "" && c.iface.Type != "interface" {
		check = Check{Result: Passed, Subject: Ref{Kind: KindInterface, ID: c.iface.ID}, Detail: "an interface of a " + c.iface.Type + " has no security groups"}
	}
	check.Test = TestEgressGroups
	check.Hop = w.trace.Checks[at].Hop
	if check.Result == Failed {
		check.Code = codeGroupEgress
	} else if check.Result == Partly {
		check.Code = codeGroupEgressPartial
	}
	if check.Result == Failed || check.Result == Partly {
		check.Mend = w.mendGroups(c.groups, k, c.vpc)
	}
	if h := &w.trace.Hops[check.Hop]; check.Subject.ID != "" {
		h.ID, h.Name = check.Subject.ID, check.Subject.Name
	}
	w.trace.Checks[at] = check
	w.mark(check)
}

func (b border) references() references {
	switch b {
	case borderNone, borderPeering:
		return referencesHold
	case borderTransit:
		return referencesMaybe // security group referencing is an option of the gateway and the attachments
	}
	return referencesFail
}

// groupsAt returns the groups at the place of arrival.
func (w *walk) groupsAt(a arrival) ([]string, bool) {
	if a.iface != nil {
		return a.iface.Groups, true
	}
	if len(w.part.groups) > 0 {
		return w.part.groups, true
	}
	return nil, false
}

// ingressGroups asks the groups of the interface where the packet arrives.
func (w *walk) ingressGroups(c *party, a arrival) {
	groups, known := w.groupsAt(a)
	e := w.part.endpoint
	id, name := a.dst.String(), ""
	kind := KindAddress
	if a.iface != nil {
		kind, id, name = KindInterface, a.iface.ID, a.iface.Description
		if of := w.m.endpointOf[id]; of != nil {
			e = of
		}
	}
	if !known {
		w.unused(a)
		return
	}
	if len(groups) > 0 {
		k := knock{peer: a.src, protocol: w.flow.Protocol, port: w.flow.Port, icmpType: echoRequest(a.src), references: a.border.references()}
		if c.role == roleSource {
			k.peerGroups, k.peerKnown = c.groups, true
		} else {
			k.references = referencesFail // a NAT gateway has no groups
		}
		check := w.groupCheck(groups, k, a.vpc.ID)
		check.Test = TestIngressGroups
		check.Hop = w.hop(KindSecurityGroup, check.Subject.ID, check.Subject.Name, "")
		if check.Result == Failed || check.Result == Partly {
			check.Code = codeTargetIngress
			if e != nil {
				check.Code = codeEndpointIngress
				check.Resources = append(check.Resources, e.ID)
			} else if a.iface != nil {
				check.Resources = append(check.Resources, a.iface.ID)
			}
			check.Mend = w.mendGroups(groups, k, a.vpc)
		}
		w.check(check)
	}
	at := w.hop(kind, id, name, a.dst.String())
	if a.iface != nil {
		if why := w.behind(c, a); why != "" {
			w.check(Check{Test: TestIngressGroups, Code: codeTargetOpaque, Hop: at, Subject: Ref{Kind: kind, ID: id, Name: name}, Detail: why, Resources: []string{id}})
		}
	}
}

// behind says what may drop the packet behind an interface that admits it, "" if nothing is known of such.
func (w *walk) behind(c *party, a arrival) string {
	n := a.iface
	switch {
	case beyond[n.Type] != "":
		return beyond[n.Type]
	case !n.SourceDestCheck && w.m.appliances[n.ID]:
		return "routes lead through this interface: what an appliance lets pass only it knows"
	case n.Instance != "" && n.DeviceIndex > 0 && n.RequesterID == "" && !strings.HasPrefix(n.Description, "aws-K8S") && c.subnet != a.subnet:
		return "a secondary interface of " + n.Instance + ": whether answers leave by it depends on the routes inside the instance"
	}
	return ""
}

// beyond names interface types behind which something decides that the configuration of the VPC does not show.
var beyond = map[string]string{
	"network_load_balancer":          "a network load balancer answers only where a listener and a healthy target are",
	"gateway_load_balancer":          "a gateway load balancer passes packets to appliances",
	"gateway_load_balancer_endpoint": "a gateway load balancer endpoint passes packets to appliances",
	"nat_gateway":                    "a NAT gateway accepts no connections",
	"transit_gateway":                "the interface belongs to a transit gateway",
	"global_accelerator_managed":     "the interface belongs to Global Accelerator",
}

// unused records that no interface is known to hold the address.
func (w *walk) unused(a arrival) {
	at := w.hop(KindAddress, a.dst.String(), "", "")
	c := Check{Test: TestIngressGroups, Code: codeTargetUnused, Hop: at, Subject: Ref{Kind: KindAddress, ID: a.dst.String()}}
	c.Detail = "no network interface that could be read holds this address"
	if g := w.m.gap(KindInterface, a.vpc.ID); g != nil {
		c.Code = ""
		c.Detail = "whose address this is could not be read" + gapReason(g)
		if g.Missing != "" {
			c.Missing = []string{g.Missing}
		}
	}
	w.check(c)
}

// groupCheck asks a set of groups and fills in what decided.
func (w *walk) groupCheck(groups []string, k knock, vpcID string) Check {
	a := w.m.admit(groups, k)
	c := Check{Result: a.result, Detail: a.describe(k), Witness: a.witness}
	switch {
	case a.result == NotDecided && len(a.unread) > 0:
		c.Subject = Ref{Kind: KindSecurityGroup, ID: a.unread[0]}
	case a.group != nil:
		c.Subject = Ref{Kind: KindSecurityGroup, ID: a.group.ID, Name: a.group.Name}
	default:
		c.Subject = Ref{Kind: KindSecurityGroup, ID: firstOf(groups)}
		if g := w.m.groups[firstOf(groups)]; g != nil {
			c.Subject.Name = g.Name
		}
	}
	if a.result == NotDecided {
		for _, id := range a.unread {
			w.missing(&c, need{kind: KindSecurityGroup, id: id, vpc: vpcID})
		}
		for _, id := range a.lists {
			w.missing(&c, need{kind: KindPrefixList, id: id, vpc: vpcID})
		}
		if len(a.unread)+len(a.lists) == 0 {
			if g := w.m.gap(KindInterface, vpcID); g != nil && g.Missing != "" && k.references == referencesHold {
				c.Missing = append(c.Missing, g.Missing)
			}
		}
	}
	if a.result == Failed || a.result == Partly {
		c.Resources = append(c.Resources, groups...)
		if len(groups) == 0 {
			c.Detail = "the interface has no security group"
		}
	}
	return c
}
