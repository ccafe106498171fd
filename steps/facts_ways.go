package steps

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
)

// A wayfinding is how the ways of some needs are found.
type wayfinding struct {
	needs   *Fact[[]need]
	network *Fact[knownNetwork] // with all that the ways lead to
	traced  *Fact[[]needWay]    // the ways of the needs, in their order
	shared  func(need) bool     // of which needs the ways are judged together, so that what stops several of them is told once
}

// The ways of what a start needs, and of what the Exec agent needs for a session.
var (
	startWays   = findWays("the start", startNeeds, sharesWay, fileSystems)
	sessionWays = findWays("the sessions", sessionNeeds, besideChannel)
)

// findWays makes the facts about the ways of needs. They want what else says where a need leads.
func findWays(of string, needs *Fact[[]need], shared func(need) bool, wanted ...known) wayfinding {
	wanted = append(wanted, owner, dualStackSetting)
	names := &Fact[vpc.Network]{
		Name:    "Route 53 Resolver for " + of,
		Actions: resolver.Actions,
		Needs:   []known{whereabouts, needs},
		Key:     func(f Facts) string { return whereabouts.Of(f).vpc + " " + strings.Join(hostsOf(needs.Of(f)), " ") },
		Fetch: func(ctx context.Context, s source, f Facts) (vpc.Network, error) {
			var all vpc.Network
			var mu sync.Mutex
			var each sync.WaitGroup
			for _, host := range hostsOf(needs.Of(f)) {
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
	w := wayfinding{needs: needs, shared: shared}
	w.network = &Fact[knownNetwork]{
		Name:    "network of " + of,
		Actions: network.Actions,
		Needs:   []known{endpointServices, homeVPC, names, needs, here, task, subnets},
		Wants:   wanted,
		Key: func(f Facts) string {
			at := here.Of(f)
			key := []string{task.Of(f).ID, strings.Join(at.subnets, ","), strings.Join(at.groups, ","), strconv.FormatBool(at.public), f.c.Answers[answerDNS]}
			for _, n := range needs.Of(f) {
				key = append(key, n.address(), fmt.Sprint(f.seen(n.host)))
			}
			return strings.Join(key, " ")
		},
		Fetch: func(ctx context.Context, s source, f Facts) (knownNetwork, error) {
			around := homeVPC.Of(f).Join(names.Of(f)).Join(endpointServices.Of(f))
			n, m := read.Follow(ctx, s, around, vpc.Compile(around), func(n vpc.Network, m *vpc.Model) []vpc.Need {
				var missing []vpc.Need
				for _, flow := range flowsOf(knownNetwork{n, m}, f, needs.Of(f)) {
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
	w.traced = &Fact[[]needWay]{
		Name:  "ways of " + of,
		Needs: []known{w.network, needs, here, task, subnets},
		Wants: wanted,
		Derive: func(f Facts) []needWay {
			n, at := w.network.Of(f), here.Of(f)
			platform := platformOf(task.Of(f))
			services := Services(f.c.Region, n.EndpointServices)
			known := map[string]needWay{}
			all := make([]needWay, 0, len(needs.Of(f)))
			for _, need := range needs.Of(f) {
				way, ok := known[need.address()]
				switch {
				case need.bypasses(platform):
					way = needWay{skip: "goes through an interface of Fargate's own, past this VPC"}
				case need.host == "":
					way = needWay{skip: "nothing that is known is dialled"}
				case need.proxy != "":
					way = needWay{skip: "goes through the proxy that " + need.proxy + " names"}
				case !ok:
					way = needWay{target: need.target(services)}
					way.paths = n.traced(needFlows(n, f, need, way.target), at)
					way.out = way.paths.wayOut(n, at, way.target, f.c.Region)
					known[need.address()] = way
				}
				all = append(all, way)
			}
			return all
		},
	}
	return w
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

// flowsOf are the connections of all needs, each host once.
func flowsOf(n knownNetwork, f Facts, needs []need) []vpc.Flow {
	var all []vpc.Flow
	seen := map[string]bool{}
	services := Services(f.c.Region, n.EndpointServices)
	for _, need := range needs {
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

// of picks the ways of the needs that a test holds for.
func (w wayfinding) of(f Facts, want func(need) bool) (picked []needWay, of []need) {
	all := w.traced.Of(f)
	for i, n := range w.needs.Of(f) {
		if want(n) {
			picked, of = append(picked, all[i]), append(of, n)
		}
	}
	return picked, of
}

// The tests of a trace that tell of blockers, by what they are about.
var (
	routeTests    = []vpc.Test{vpc.TestInterface, vpc.TestRoute, vpc.TestGateway, vpc.TestPublicAccess, vpc.TestTransit, vpc.TestPeering, vpc.TestReturnRoute}
	endpointTests = []vpc.Test{vpc.TestEndpoint, vpc.TestGatewayEndpoint, vpc.TestIngressGroups}
	groupTests    = []vpc.Test{vpc.TestEgressGroups}
	aclTests      = []vpc.Test{vpc.TestACLEgress, vpc.TestACLIngress, vpc.TestNATACL, vpc.TestDestinationACL}
)

// networkTests are all of them, in the order in which they are told.
var networkTests = slices.Concat(routeTests, endpointTests, groupTests, aclTests)

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
