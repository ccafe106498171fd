package read

import (
	"maps"
	"slices"

	"fargate-doctor/aws/vpc"
)

// An idSet collects ids that something names.
type idSet map[string]bool

func (s idSet) add(ids ...string) {
	for _, id := range ids {
		if id != "" {
			s[id] = true
		}
	}
}

// without returns the ids that are not among known, in order.
func (s idSet) without(known idSet) []string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(s)) {
		if !known[id] {
			out = append(out, id)
		}
	}
	return out
}

// idsOf returns what the ids give for the values of a list.
func idsOf[T any](list []T, ids ...func(T) string) idSet {
	s := idSet{}
	for _, v := range list {
		for _, id := range ids {
			s.add(id(v))
		}
	}
	return s
}

// routeTargets returns the targets of one kind that the network's route tables name.
func routeTargets(n vpc.Network, kind vpc.TargetKind) idSet {
	return targetsOf(n, func(r vpc.Route) bool { return r.Target.Kind == kind })
}

// deadTargets returns the targets of one kind that AWS calls gone.
func deadTargets(n vpc.Network, kind vpc.TargetKind) idSet {
	return targetsOf(n, func(r vpc.Route) bool { return r.Target.Kind == kind && r.Blackhole })
}

func targetsOf(n vpc.Network, wanted func(vpc.Route) bool) idSet {
	s := idSet{}
	for _, t := range n.RouteTables {
		for _, r := range t.Routes {
			if wanted(r) {
				s.add(r.Target.ID)
			}
		}
	}
	return s
}

// referred returns the calls of the second round: what the first one's values name and do not hold.
func referred(n vpc.Network, region string) []source {
	var second []source
	read := idsOf(withoutUnread(slices.Clone(n.PrefixLists)), func(l vpc.PrefixList) string { return l.ID })
	for _, id := range prefixListsNamed(n).without(read) {
		second = append(second, managedPrefixList(region, id))
	}
	gateways := routeTargets(n, vpc.TargetInternetGateway).without(idsOf(n.InternetGateways, gatewayID))
	if len(gateways) > 0 && !hasAnyGap(n, vpc.KindInternetGateway) { // attached elsewhere, or to nothing?
		second = append(second, internetGateways.from(region, only("internet-gateway-id", gateways...),
			func(g vpc.InternetGateway) bool { return slices.Contains(gateways, g.ID) }, gateways...))
	}
	groups := groupsWorn(n).without(idsOf(n.SecurityGroups, groupID))
	if len(groups) > 0 && !hasAnyGap(n, vpc.KindSecurityGroup) { // a group may be shared from another VPC
		second = append(second, securityGroups.from(region, only("group-id", groups...),
			func(g vpc.SecurityGroup) bool { return slices.Contains(groups, g.ID) }, groups...))
	}
	return append(second, transitTables(n, region)...)
}

func gatewayID(g vpc.InternetGateway) string { return g.ID }

func groupID(g vpc.SecurityGroup) string { return g.ID }

// prefixListsNamed returns the prefix lists that routes and security groups name.
func prefixListsNamed(n vpc.Network) idSet {
	s := idSet{}
	for _, t := range n.RouteTables {
		for _, r := range t.Routes {
			s.add(r.PrefixList)
		}
	}
	for _, g := range n.SecurityGroups {
		for _, p := range append(slices.Clone(g.Ingress), g.Egress...) {
			s.add(p.PrefixLists...)
		}
	}
	return s
}

// groupsWorn returns the security groups that interfaces and endpoints wear.
func groupsWorn(n vpc.Network) idSet {
	s := idSet{}
	for _, i := range n.Interfaces {
		s.add(i.Groups...)
	}
	for _, e := range n.Endpoints {
		s.add(e.Groups...)
	}
	return s
}

// transitTables returns the calls for all route tables of the transit gateways that the network's VPCs are attached to: the
// VPC's own table for the way there, the others for the way back.
func transitTables(n vpc.Network, region string) []source {
	own, joined := idsOf(n.VPCs, func(v vpc.VPC) string { return v.ID }), idSet{}
	for _, a := range n.TransitAttachments {
		if a.ResourceType == "vpc" && own[a.Resource] {
			joined.add(a.Gateway)
		}
	}
	var tables []source
	seen := idSet{}
	for _, a := range n.TransitAttachments {
		if joined[a.Gateway] && a.RouteTable != "" && !seen[a.RouteTable] {
			seen.add(a.RouteTable)
			tables = append(tables, transitRouteTable(region, a.Gateway, a.RouteTable))
		}
	}
	return tables
}
