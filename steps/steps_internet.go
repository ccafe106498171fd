package steps

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

const (
	docInternetGateway = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html"
	docRouteTables     = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html"
	docNAT             = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html"
	docTransit         = "https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html"
	docPeering         = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html"
)

// Ways that a subnet's default route leads.
const (
	subnetPublic  = "public"
	subnetPrivate = "private, with NAT"
	subnetTransit = "to other networks"
)

// The branch of the internet (R11, R12, R20, R32, R34) and that of private addresses.
var internetSteps = []Step{{
	ID:           "route.subnet",
	Ask:          "Is the task's subnet public or private?",
	Why:          "The default route decides: to an internet gateway the subnet is public and the task needs a public address; to a NAT gateway it is private and needs none.",
	Branch:       "path.way",
	Requirements: []string{"R11", "R12", "R20", "R32", "R34"},
	Docs:         []string{docRouteTables, docTaskNetworking},
	Needs:        []known{path, exit},
	Eval:         judgeSubnet,
	Next: []Edge{
		{Way: subnetPublic, To: "route.public"}, {Way: subnetPrivate, To: "route.nat"}, {Way: subnetTransit, To: "route.transit"},
		{To: "endpoint.missing"},
	},
	Question: &Question{ID: "route.subnet", Text: "Is this subnet public (default route to an internet gateway) or private?", Choices: []Choice{
		{"private", "private: the default route leads to a NAT gateway"}, {"public", "public: the default route leads to an internet gateway"}, {"unknown", "I don't know"},
	}},
	Answers: map[string]Finding{
		"private": {Verdict: Pass, Way: subnetPrivate, Summary: "the subnet is private"},
		"public":  {Verdict: Pass, Way: subnetPublic, Summary: "the subnet is public"},
	},
}, {
	ID:           "route.public",
	Ask:          "Does the internet gateway work, and has the task a public address?",
	Why:          "An internet gateway passes only packets that come from a public address. A task gets one when it starts, or never.",
	Branch:       "route.subnet",
	Requirements: []string{"R11", "R32"},
	Docs:         []string{docInternetGateway, docTaskNetworking},
	Needs:        []known{path, exit, here, task},
	Wants:        []known{owner, network},
	Eval:         judgePublic,
	Next:         []Edge{{To: "endpoint.missing"}},
}, {
	ID:           "route.nat",
	Ask:          "Does the NAT gateway work?",
	Why:          "A NAT gateway must be available, be public, and sit in a subnet whose own default route leads to an internet gateway.",
	Branch:       "route.subnet",
	Requirements: []string{"R12", "R34"},
	Docs:         []string{docNAT},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "the NAT gateway is available and has a way to the internet", vpc.TestGateway, vpc.TestPublicAccess)
	},
	Next: []Edge{{To: "endpoint.missing"}},
	Question: &Question{ID: "route.nat", Text: "Does the NAT gateway of this subnet work (state available, in a public subnet)?", Choices: []Choice{
		{"yes", "yes, others use it"}, {"unknown", "I don't know"},
	}},
	Answers: map[string]Finding{"yes": {Verdict: Pass, Summary: "the NAT gateway works"}},
}, {
	ID:           "route.transit",
	Ask:          "Do the networks beyond lead on, and back?",
	Why:          "A transit gateway needs an attachment in the task's zone, a route there, and a route back. A peering leads no further than its peer.",
	Branch:       "route.subnet",
	Requirements: []string{"R12"},
	Docs:         []string{docTransit, docPeering},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "every network on the way leads on and back", vpc.TestTransit, vpc.TestPeering, vpc.TestGateway, vpc.TestPublicAccess, vpc.TestReturnRoute)
	},
	Next: []Edge{{To: "endpoint.missing"}},
}, {
	ID:           "endpoint.missing",
	Ask:          "Would a VPC endpoint be the way?",
	Why:          "An endpoint makes the way to the internet unnecessary. It has to be the one for exactly this service: ecr.api is not ecr.dkr, ssm is not ssmmessages.",
	Branch:       "path.way",
	Requirements: []string{"R12", "R20", "R36"},
	Docs:         []string{docInterfaceEndpoint, docECREndpoints},
	Needs:        []known{path, exit, network, here, target},
	Eval:         judgeMissingEndpoint,
	Next:         []Edge{{To: "task.groups"}},
}, {
	ID:           "route.private",
	Ask:          "Do the routes lead there and back?",
	Why:          "The longest prefix wins, and a route whose target is gone drops the packet: it does not fall through to a shorter one.",
	Branch:       "path.way",
	Requirements: []string{"R12"},
	Docs:         []string{docRouteTables, docPeering, docTransit},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "the routes lead there and back", vpc.TestInterface, vpc.TestRoute, vpc.TestGateway, vpc.TestPublicAccess, vpc.TestTransit,
			vpc.TestPeering, vpc.TestReturnRoute)
	},
	Next: []Edge{{To: "task.groups"}},
}}

func judgeSubnet(f Facts) Finding {
	p := path.Of(f)
	found := silenced(f, onPath(f, "", vpc.TestInterface, vpc.TestRoute))
	way, gateway := firstGateway(p.main)
	found.Way = way
	switch {
	case found.Verdict == Pass && way == subnetPublic:
		found.Summary = "the subnet is public: its default route leads to " + gateway
		if egressOnly(p.main) {
			found.Summary = "IPv6 leaves through " + gateway + ", which lets nothing in"
		}
	case found.Verdict == Pass && way == subnetPrivate:
		found.Summary = "the subnet is private: its route leads to " + gateway
	case found.Verdict == Pass:
		found.Summary = "the route leads to " + gateway
	case found.Verdict == Fail || found.Verdict == Skipped:
		found.Way = ""
	}
	return found
}

// firstGateway returns what kind of subnet the first gateway on the way out makes, and the gateway's id.
func firstGateway(t vpc.Trace) (way, id string) {
	for _, h := range t.Hops {
		if h.Backward {
			continue
		}
		switch h.Kind {
		case vpc.KindInternetGateway, vpc.KindEgressOnlyGateway:
			return subnetPublic, h.ID
		case vpc.KindNATGateway:
			return subnetPrivate, h.ID
		case vpc.KindTransitAttachment, vpc.KindPeering, vpc.KindOther, vpc.KindInstance:
			return subnetTransit, h.ID
		}
	}
	for _, c := range t.Checks {
		if c.Test == vpc.TestTransit || c.Test == vpc.TestPeering || c.Test == vpc.TestGateway {
			return subnetTransit, c.Subject.ID
		}
	}
	return "", ""
}

// egressOnly reports whether a trace leaves through an egress-only internet gateway.
func egressOnly(t vpc.Trace) bool {
	return slices.ContainsFunc(t.Hops, func(h vpc.Hop) bool { return h.Kind == vpc.KindEgressOnlyGateway && !h.Backward })
}

// silenced silences a missing way out that only matters because of something else, which is named.
func silenced(f Facts, found Finding) Finding {
	because := exit.Of(f).because
	if because == "" || found.Verdict != Fail || !slices.Contains(noWayOut, found.Cause) {
		return found
	}
	if len(found.Also) > 0 {
		rest := found.Also[0]
		rest.Also = found.Also[1:]
		return rest
	}
	return found.because(because)
}

func judgePublic(f Facts) Finding {
	p := path.Of(f)
	if f.c.Answers["route.subnet"] == subnetPublic && len(fromTrace(p.main, vpc.TestGateway)) == 0 {
		return assumedPublic(f)
	}
	good := "the task has a public address and the internet gateway is attached"
	if egressOnly(p.main) {
		good = "the egress-only internet gateway is attached; IPv6 needs no other public address"
	}
	found := onPath(f, good, vpc.TestGateway, vpc.TestPublicAccess, vpc.TestReturnRoute)
	if found.Verdict == Fail && found.Cause == "route.igw-without-public-ip" {
		found.Fixes = append(publicAddressFixes(f), found.Fixes...)
	}
	return silenced(f, found)
}

// assumedPublic judges a subnet that the person calls public: then all hangs on the task's public address.
func assumedPublic(f Facts) Finding {
	at, found := here.Of(f), Finding{Answered: true, Evidence: []Evidence{{Kind: "you", Detail: "the subnet is public"}}}
	public, known := at.public, at.planned && at.enough
	if n, err := network.Try(f); err == nil && !at.planned {
		i, read := n.networkInterface(task.Of(f).Attachment.Interface)
		known = read
		for _, a := range i.Addresses {
			public = public || a.Public.IsValid()
		}
		public = public && read
	}
	switch {
	case !known:
		found.Summary = "whether the task has a public address is not known"
	case public:
		found.Verdict, found.Summary = Pass, "the task has a public address, and you said that the subnet is public"
	default:
		e, _ := Explain("route.igw-without-public-ip")
		found.Verdict, found.Cause, found.Means = Fail, e.Code, e.Means
		found.Summary = "the task has no public address, and you said that the subnet is public"
		found.Fixes = publicAddressFixes(f)
	}
	return found
}

// publicAddressFixes give new tasks a public address; one that runs can't get one (R32).
func publicAddressFixes(f Facts) []Fix {
	s, err := owner.Try(f)
	if err != nil || s.Name == "" {
		return nil
	}
	return []Fix{{
		Title: "give new tasks of the service a public address",
		Command: fmt.Sprintf("aws ecs update-service --cluster %s --service %s --network-configuration %q --region %s", clusterName(task.Of(f), f.c), s.Name,
			awsvpc(s.Network.Subnets, s.Network.SecurityGroups, true), f.c.Region),
		Effect: "The service replaces its tasks. A task that runs can't get a public address.",
		apply: func(f Facts) Facts {
			at := whereabouts.Of(f)
			at.planned, at.public = true, true
			return f.with(whereabouts, at, nil).retried()
		},
	}}
}

func awsvpc(subnets, groups []string, public bool) string {
	assign := "DISABLED"
	if public {
		assign = "ENABLED"
	}
	return fmt.Sprintf("awsvpcConfiguration={subnets=[%s],securityGroups=[%s],assignPublicIp=%s}", strings.Join(subnets, ","), strings.Join(groups, ","), assign)
}

func judgeMissingEndpoint(f Facts) Finding {
	p, out, n, at := path.Of(f), exit.Of(f), network.Of(f), here.Of(f)
	service := p.resolution.Service
	switch {
	case service == "":
		return Finding{Verdict: Skipped, Summary: "the target is no AWS service that has endpoints"}
	case len(n.endpointsFor(service, at.vpc)) > 0:
		return Finding{Verdict: Skipped, Summary: "the VPC has an endpoint for " + service}
	}
	if g, gap := n.gap(vpc.KindEndpoint, at.vpc); gap {
		return Finding{Summary: "the endpoints of the VPC can't be read: " + aws.Clean(g.Reason), Missing: []string{g.Missing}}
	}
	e, _ := Explain("endpoint.missing")
	fix := n.endpointFix(at, service, f.c.Region)
	switch {
	case out.because == e.Code && p.doubt == nil && !p.proxied:
		found := Finding{
			Verdict: Fail, Cause: e.Code, Summary: "there is no VPC endpoint for " + service + ", and no way to the internet", Means: e.Means, Resources: append([]string{at.vpc}, at.subnets[0]),
			Evidence: []Evidence{{Kind: string(vpc.KindVPC), ID: at.vpc, Detail: "has endpoints for " + strings.Join(n.servicesWithEndpoints(at.vpc, f.c.Region), ", ")}},
			Fixes:    []Fix{fix},
		}
		for _, c := range p.main.Checks {
			if c.Result == vpc.Failed && slices.Contains(noWayOut, c.Code) {
				found.Evidence = append(found.Evidence, Evidence{Kind: string(c.Subject.Kind), ID: c.Subject.ID, Detail: aws.Clean(c.Detail)})
				found.Fixes = append(found.Fixes, fixesOf(c.Mend, f.c.Region)...)
			}
		}
		return found
	case otherRegion(target.Of(f).Target, f.c.Region):
		return Finding{Verdict: Skipped, Summary: "endpoints of this VPC serve names of " + f.c.Region + " only"}
	case out.missing:
		return Finding{Verdict: Warn, Summary: "an endpoint for " + service + " would do without the internet", Fixes: []Fix{fix}}
	case p.main.Verdict != vpc.Reachable:
		return Finding{Verdict: Skipped, Summary: "there is no endpoint for " + service + ": the packets are meant to go over the internet"}
	}
	return Finding{Verdict: Pass, Summary: "there is no endpoint for " + service + ", and none is needed: the packets go over the internet"}
}

func (n knownNetwork) servicesWithEndpoints(vpcID, region string) []string {
	var out []string
	for _, e := range n.Endpoints {
		name, own := serviceName(e.Service, region)
		if e.VPC == vpcID && own {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
