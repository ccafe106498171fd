package steps

import (
	"slices"

	"fargate-doctor/aws/vpc"
)

// A wayOut says how a task is meant to leave its VPC towards public addresses, and what it lacks.
type wayOut struct {
	missing bool   // the subnet has no way out at all: no route, or an internet gateway without a public address
	because string // the cause that explains why it would need one; "" when the missing way out is itself the cause
}

// noWayOut lists the causes that mean that a subnet was not built to reach the internet, as against a way out that broke.
var noWayOut = []string{"route.none", "route.ipv6-none", "route.igw-without-public-ip"}

// exit judges the way out once for all steps that need to know whether something is a fault or only a hint.
var exit = &Fact[wayOut]{
	Name:  "way out",
	Needs: []known{path, network, here, target},
	Derive: func(f Facts) wayOut {
		return path.Of(f).wayOut(network.Of(f), here.Of(f), target.Of(f).Target, f.c.Region)
	},
}

// wayOut judges how the way to a target would leave the VPC.
func (p paths) wayOut(n knownNetwork, at place, t Target, region string) wayOut {
	var w wayOut
	w.missing = slices.ContainsFunc(p.main.Checks, func(c vpc.Check) bool {
		return c.Result == vpc.Failed && slices.Contains(noWayOut, c.Code)
	})
	if !w.missing || p.resolution.Path != vpc.PathPublic {
		return w
	}
	if p.seen && len(n.endpointsFor(p.resolution.Service, at.vpc)) > 0 {
		w.because = elsewhere(p.resolution)
		return w
	}
	for _, c := range p.resolution.Checks {
		if c.Code != "" && (c.Test == vpc.ResolveHostnames || c.Test == vpc.ResolveEndpoint) {
			w.because = c.Code
			return w
		}
	}
	for _, c := range p.main.Checks {
		if c.Result == vpc.Failed && c.Test == vpc.TestGatewayEndpoint {
			w.because = c.Code
			return w
		}
	}
	switch {
	case t.Service == "":
	case otherRegion(t, region):
		w.because = "target.wrong-region"
	case n.complete(vpc.KindEndpoint, at.vpc) && len(n.endpointsFor(p.resolution.Service, at.vpc)) == 0 && n.builtOnEndpoints(at.vpc):
		w.because = "endpoint.missing"
	}
	return w
}

// elsewhere returns the cause code of what answers for a name in the place of the VPC's resolver, so that only the container knows what.
func elsewhere(r vpc.Resolution) string {
	for _, c := range r.Checks {
		if c.Result == vpc.NotDecided && (c.Test == vpc.ResolveServers || c.Test == vpc.ResolveForward) {
			return c.Code
		}
	}
	return ""
}

// otherRegion reports whether the target is an AWS endpoint of a region that is not the task's.
func otherRegion(t Target, region string) bool {
	r := regionOfHost(t.Host)
	return r != "" && r != region
}

// complete reports whether the network's list of the kind is complete for the VPC.
func (n knownNetwork) complete(kind vpc.Kind, vpcID string) bool {
	_, gap := n.gap(kind, vpcID)
	return !gap
}

// gap returns why a list is not complete for a VPC.
func (n knownNetwork) gap(kind vpc.Kind, vpcID string) (vpc.Gap, bool) {
	for _, g := range n.Gaps {
		if g.Kind == kind && (g.Scope == "" || g.Scope == vpcID) {
			return g, true
		}
	}
	return vpc.Gap{}, false
}

// builtOnEndpoints reports whether a VPC reaches AWS through endpoints by design: it has interface endpoints, and no route table of
// it leads private subnets to the internet.
func (n knownNetwork) builtOnEndpoints(vpcID string) bool {
	has := slices.ContainsFunc(n.Endpoints, func(e vpc.Endpoint) bool { return e.VPC == vpcID && e.Type == vpc.InterfaceEndpoint })
	leavesPrivately := func(r vpc.Route) bool {
		return r.Prefix.IsValid() && r.Prefix.Bits() == 0 && r.Target.Kind != vpc.TargetInternetGateway
	}
	return has && !slices.ContainsFunc(n.RouteTables, func(t vpc.RouteTable) bool {
		return t.VPC == vpcID && slices.ContainsFunc(t.Routes, leavesPrivately)
	})
}
