package steps

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
)

// startResolver is what Route 53 adds to the VPC's DNS for the names that a start dials.
var startResolver = &Fact[vpc.Network]{
	Name:    "Route 53 Resolver for the start",
	Actions: resolver.Actions,
	Needs:   []known{whereabouts, startNeeds, definition, task},
	Key:     func(f Facts) string { return whereabouts.Of(f).vpc + " " + definitionKey(f) },
	Fetch: func(ctx context.Context, s source, f Facts) (vpc.Network, error) {
		var all vpc.Network
		var mu sync.Mutex
		var each sync.WaitGroup
		for _, host := range hostsOf(startNeeds.Of(f)) {
			each.Go(func() {
				n, err := resolverFor(ctx, s, whereabouts.Of(f).vpc, host)
				if err == nil {
					mu.Lock()
					all = all.Join(n)
					mu.Unlock()
				}
			})
		}
		each.Wait()
		return all, ctx.Err()
	},
}

// hostsOf lists the hosts that needs dial, each once, sorted. Mount targets are found without a name.
func hostsOf(all []need) []string {
	var hosts []string
	for _, n := range all {
		if n.host != "" && n.kind != needFiles {
			hosts = append(hosts, n.host)
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// startNetwork is the network with all that the ways of the needs lead to.
var startNetwork = &Fact[knownNetwork]{
	Name:    "network of the start",
	Actions: network.Actions,
	Needs:   []known{endpointServices, homeVPC, startResolver, startNeeds, definition, here, task, subnets},
	Wants:   []known{owner, dualStackSetting, fileSystems},
	Key: func(f Facts) string {
		at := here.Of(f)
		return strings.Join([]string{definitionKey(f), strings.Join(at.subnets, ","), strings.Join(at.groups, ","), strconv.FormatBool(at.public), f.c.Answers[answerDNS]}, " ")
	},
	Fetch: func(ctx context.Context, s source, f Facts) (knownNetwork, error) {
		around := homeVPC.Of(f).Join(startResolver.Of(f)).Join(endpointServices.Of(f))
		n, m := read.Follow(ctx, s, around, vpc.Compile(around), func(n vpc.Network, m *vpc.Model) []vpc.Need {
			var missing []vpc.Need
			for _, flow := range startFlows(knownNetwork{n, m}, f) {
				for _, need := range m.Trace(flow).Needs {
					if !slices.Contains(missing, need) {
						missing = append(missing, need)
					}
				}
			}
			return missing
		})
		return knownNetwork{n, m}, ctx.Err()
	},
}

// startFlows are the connections of all needs, each host once.
func startFlows(n knownNetwork, f Facts) []vpc.Flow {
	var all []vpc.Flow
	seen := map[string]bool{}
	services := Services(f.c.Region, n.EndpointServices)
	for _, need := range startNeeds.Of(f) {
		if id := need.address(); need.host != "" && !seen[id] {
			seen[id] = true
			w := needFlows(n, f, need, need.target(services))
			w.siblings = nil
			all = append(all, w.all()...)
		}
	}
	return all
}

func (n need) address() string { return n.host + ":" + strconv.Itoa(int(n.port)) }

// needFlows are the connections that one need takes.
func needFlows(n knownNetwork, f Facts, need need, to Target) flows {
	at := here.Of(f)
	if need.kind != needFiles {
		return flowsTo(n, f, to)
	}
	all, _ := fileSystems.Try(f)
	m, ok := mountTargetFor(all[need.name].value.targets, subnetZone(f))
	if !ok || at.vpc == "" || !m.Address.IsValid() {
		return flows{}
	}
	d := vpc.Destination{Name: need.host, Addresses: only(m.Address)}
	return flows{main: &vpc.Flow{From: sourceOf(f, at.subnets[0]), To: d, Protocol: vpc.TCP, Port: need.port}}
}

// target is what a need dials, with the service that it is among those of the region.
func (n need) target(services []ServiceChoice) Target {
	return Target{Typed: n.host, Service: serviceOfHost(n.host, services), Scheme: schemeOf("", n.port), Host: n.host, Port: n.port, Protocol: "tcp"}
}

// subnetZone returns the availability zone of the subnet that is examined, "" when it is not known.
func subnetZone(f Facts) string {
	at, err := here.Try(f)
	if err != nil || len(at.subnets) == 0 {
		return ""
	}
	all, _ := subnets.Try(f)
	return all[at.subnets[0]].Zone
}

// mountTargetFor picks the mount target to which the file system's name leads in a zone: there is at most one in each.
func mountTargetFor(all []aws.MountTarget, zone string) (aws.MountTarget, bool) {
	i := slices.IndexFunc(all, func(m aws.MountTarget) bool { return m.Zone == zone && m.State == "available" })
	if i < 0 {
		return aws.MountTarget{}, false
	}
	return all[i], true
}

// A needWay is the way of a need, and how it would leave the VPC.
type needWay struct {
	paths
	out    wayOut
	target Target
	skip   string // why no way is followed; "" when one is
}

// ways are the ways of the needs, in their order.
var ways = &Fact[[]needWay]{
	Name:  "ways of the start",
	Needs: []known{startNetwork, startNeeds, here, task, subnets},
	Wants: []known{owner, dualStackSetting, fileSystems},
	Derive: func(f Facts) []needWay {
		n, at := startNetwork.Of(f), here.Of(f)
		platform := platformOf(task.Of(f))
		services := Services(f.c.Region, n.EndpointServices)
		traced := map[string]needWay{}
		all := make([]needWay, 0, len(startNeeds.Of(f)))
		for _, need := range startNeeds.Of(f) {
			w, ok := traced[need.address()]
			switch {
			case need.bypasses(platform):
				w = needWay{skip: "goes through an interface of Fargate's own, past this VPC"}
			case need.host == "":
				w = needWay{skip: "nothing that is known is dialled"}
			case !ok:
				w = needWay{target: need.target(services)}
				w.paths = n.traced(needFlows(n, f, need, w.target), at)
				w.out = w.paths.wayOut(n, at, w.target, f.c.Region)
				traced[need.address()] = w
			}
			all = append(all, w)
		}
		return all
	},
}

// waysOf picks the ways of the needs that a test holds for.
func waysOf(f Facts, want func(need) bool) (picked []needWay, of []need) {
	all := ways.Of(f)
	for i, n := range startNeeds.Of(f) {
		if want(n) {
			picked, of = append(picked, all[i]), append(of, n)
		}
	}
	return picked, of
}

// networkTests are all the tests of a trace that tell of blockers, in the order in which they are told.
var networkTests = []vpc.Test{
	vpc.TestInterface, vpc.TestRoute, vpc.TestGateway, vpc.TestPublicAccess, vpc.TestTransit, vpc.TestPeering, vpc.TestReturnRoute,
	vpc.TestEndpoint, vpc.TestGatewayEndpoint, vpc.TestIngressGroups, vpc.TestEgressGroups, vpc.TestACLEgress, vpc.TestACLIngress, vpc.TestNATACL,
	vpc.TestDestinationACL,
}

// blocker returns the cause that stops the way, "" when none is certain.
func (w needWay) blocker() string {
	if w.skip != "" {
		return ""
	}
	if w.resolution.Path == vpc.PathNowhere {
		return lookupFailure(w.resolution)
	}
	if len(w.lookups) > 0 {
		for _, t := range w.lookups {
			if t.Verdict == vpc.Blocked {
				return "dns.custom-resolver-blocked"
			}
		}
	}
	if w.flows.main == nil || w.main.Verdict != vpc.Blocked {
		return ""
	}
	first := ""
	for _, c := range w.main.Checks {
		if c.Result != vpc.Failed {
			continue
		}
		if slices.Contains(noWayOut, c.Code) && w.out.because != "" {
			return w.out.because
		}
		if first == "" {
			first = c.Code
		}
	}
	return first
}

// passes reports whether the way is known to work.
func (w needWay) passes() bool {
	return w.skip != "" || w.flows.main != nil && w.main.Verdict == vpc.Reachable
}

// whyNotKnown says why the way is not decided, with the actions that are missing.
func (w needWay) whyNotKnown() (string, []string) {
	var missing []string
	why := ""
	note := func(detail string, actions []string) {
		if why == "" {
			why = aws.Clean(detail)
		}
		missing = append(missing, actions...)
	}
	for _, c := range w.resolution.Checks {
		if c.Result == vpc.NotDecided {
			note(c.Detail, c.Missing)
		}
	}
	for _, c := range w.main.Checks {
		if c.Result == vpc.NotDecided || c.Result == vpc.Partly {
			note(c.Detail, c.Missing)
		}
	}
	if why == "" {
		why = "where the name leads is not known"
	}
	return why, aws.SortedActions(missing)
}
