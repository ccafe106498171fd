package read

import (
	"fmt"
	"slices"

	"fargate-doctor/aws/vpc"
)

// settle draws the conclusions that only the whole allows: what an empty list means when the VPC is another account's, and
// that what a route names and a complete list lacks is gone.
func settle(n vpc.Network, account string) vpc.Network {
	n.TransitAttachments = unite(n.TransitAttachments)
	n.PrefixLists = withoutUnread(n.PrefixLists)
	n = n.Join(vpc.Network{}) // the accounts of a recording may see the same things
	for _, v := range n.VPCs {
		n.Gaps = append(n.Gaps, sharedGaps(v, account)...)
		n = withDHCPOptions(n, v)
	}
	return withGone(n)
}

// sharedGaps returns the gaps of a VPC whose subnets another account shares with this one.
func sharedGaps(v vpc.VPC, account string) []vpc.Gap {
	if account == "" || v.Owner == "" || v.Owner == account {
		return nil
	}
	var gaps []vpc.Gap
	for _, kind := range ownersOnly {
		gaps = append(gaps, vpc.Gap{Kind: kind, Scope: v.ID,
			Reason: fmt.Sprintf("%s belongs to account %s, and account %s sees only its own part of it", v.ID, v.Owner, account)})
	}
	return gaps
}

// withDHCPOptions makes sure that the VPC's DHCP options are a value or a gap.
func withDHCPOptions(n vpc.Network, v vpc.VPC) vpc.Network {
	known := slices.ContainsFunc(n.DHCPOptions, func(o vpc.DHCPOptions) bool { return o.ID == v.DHCPOptions })
	switch {
	case known || hasGap(n, vpc.KindDHCPOptions, v.ID):
	case v.DHCPOptions == "default": // the API's word for a VPC without an option set
		n.DHCPOptions = append(n.DHCPOptions, vpc.DHCPOptions{ID: "default"})
	default:
		n.Gaps = append(n.Gaps, vpc.Gap{Kind: vpc.KindDHCPOptions, Scope: v.ID, Reason: "ec2:DescribeDhcpOptions does not list " + v.DHCPOptions})
	}
	return n
}

// withGone adds what blackhole routes name and complete lists lack: a gateway attached to nothing, a NAT gateway or peering in state
// deleted. The API forgets deleted NAT gateways and peerings after some hours, the routes to them stay. What a live route leads to is
// there, whoever may see it: it is then the list that was filtered.
func withGone(n vpc.Network) vpc.Network {
	if !hasAnyGap(n, vpc.KindInternetGateway) {
		for _, id := range deadTargets(n, vpc.TargetInternetGateway).without(idsOf(n.InternetGateways, gatewayID)) {
			n.InternetGateways = append(n.InternetGateways, vpc.InternetGateway{ID: id})
		}
	}
	if !hasAnyGap(n, vpc.KindEgressOnlyGateway) {
		for _, id := range deadTargets(n, vpc.TargetEgressOnly).without(idsOf(n.EgressOnlyGateways, gatewayID)) {
			n.EgressOnlyGateways = append(n.EgressOnlyGateways, vpc.InternetGateway{ID: id})
		}
	}
	if !hasAnyGap(n, vpc.KindNATGateway) {
		for _, id := range deadTargets(n, vpc.TargetNAT).without(idsOf(n.NATGateways, func(g vpc.NATGateway) string { return g.ID })) {
			n.NATGateways = append(n.NATGateways, vpc.NATGateway{ID: id, State: "deleted"})
		}
	}
	if !hasAnyGap(n, vpc.KindPeering) {
		for _, id := range deadTargets(n, vpc.TargetPeering).without(idsOf(n.Peerings, func(p vpc.Peering) string { return p.ID })) {
			n.Peerings = append(n.Peerings, vpc.Peering{ID: id, Status: "deleted"})
		}
	}
	return n
}

// hasGap reports whether a collection is unknown for the scope or everywhere.
func hasGap(n vpc.Network, kind vpc.Kind, scope string) bool {
	return slices.ContainsFunc(n.Gaps, func(g vpc.Gap) bool { return g.Kind == kind && (g.Scope == scope || g.Scope == "") })
}

// hasAnyGap reports whether a collection is unknown for any scope.
func hasAnyGap(n vpc.Network, kind vpc.Kind) bool {
	return slices.ContainsFunc(n.Gaps, func(g vpc.Gap) bool { return g.Kind == kind })
}
