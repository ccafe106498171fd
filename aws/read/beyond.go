package read

import (
	"context"
	"maps"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// Beyond returns what a trace asked for: other VPCs, transit gateway tables, prefix lists. A need that cannot be read becomes a
// Gap, so that the same need is not asked twice.
func Beyond(ctx context.Context, r aws.Reader, needs []vpc.Need) vpc.Network {
	parts := make([]source, len(needs))
	for i, need := range needs {
		parts[i] = source{need.Kind, []string{need.ID}, func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
			part := reach(ctx, r, need)
			return func(n *vpc.Network) { *n = n.Join(part) }, nil
		}}
	}
	n := round(ctx, r, parts)
	for _, need := range needs {
		if !held(n, need.Kind)[need.ID] && !hasGap(n, need.Kind, need.ID) {
			n.Gaps = append(n.Gaps, gapOf(n, need))
		}
	}
	return n
}

// gapOf says why a need could not be met: the refusal of what had to be read on the way to it, if there was one.
func gapOf(n vpc.Network, need vpc.Need) vpc.Gap {
	for _, g := range n.Gaps {
		if g.Scope == need.ID && g.Missing != "" {
			return vpc.Gap{Kind: need.Kind, Scope: need.ID, Missing: g.Missing, Reason: g.Reason}
		}
	}
	return vpc.Gap{Kind: need.Kind, Scope: need.ID, Reason: need.ID + " is not among what this account or recording holds"}
}

// reach reads one need.
func reach(ctx context.Context, r aws.Reader, need vpc.Need) vpc.Network {
	region, id := need.Region, need.ID
	switch need.Kind {
	case vpc.KindVPC:
		return VPC(ctx, r, region, id)
	case vpc.KindPrefixList:
		return round(ctx, r, []source{managedPrefixList(region, id)})
	case vpc.KindTransitRouteTable, vpc.KindTransitAttachment:
		return transit(ctx, r, region, id)
	case vpc.KindPeering:
		return round(ctx, r, []source{peerings.from(region, nil, func(p vpc.Peering) bool { return p.ID == id }, id)})
	case vpc.KindSecurityGroup:
		return round(ctx, r, []source{securityGroups.from(region, only("group-id", id), func(g vpc.SecurityGroup) bool { return g.ID == id }, id)})
	case vpc.KindSubnet:
		return round(ctx, r, []source{subnets.from(region, only("subnet-id", id), func(s vpc.Subnet) bool { return s.ID == id }, id)})
	case vpc.KindInterface:
		return round(ctx, r, []source{interfaces.from(region, only("network-interface-id", id), func(i vpc.NetworkInterface) bool { return i.ID == id }, id)})
	}
	return vpc.Network{}
}

// transit reads the attachments of a region, and the route tables that belong to id: the table itself, an attachment's, or all of
// a gateway's.
func transit(ctx context.Context, r aws.Reader, region, id string) vpc.Network {
	n := round(ctx, r, []source{
		transitAttachments.from(region, nil, every, id),
		transitVPCAttachments.from(region, nil, every, id),
	})
	n.TransitAttachments = unite(n.TransitAttachments)
	gateways := map[string]string{} // by table
	for _, a := range n.TransitAttachments {
		if a.RouteTable != "" && (a.ID == id || a.Gateway == id || a.RouteTable == id) {
			gateways[a.RouteTable] = a.Gateway
		}
	}
	if strings.HasPrefix(id, "tgw-rtb-") && gateways[id] == "" {
		gateways[id] = ""
	}
	var tables []source
	for _, table := range slices.Sorted(maps.Keys(gateways)) {
		tables = append(tables, transitRouteTable(region, gateways[table], table))
	}
	return n.Join(round(ctx, r, tables))
}

// held returns the ids that the network has values for. A transit gateway is held when any of its parts is.
func held(n vpc.Network, kind vpc.Kind) idSet {
	switch kind {
	case vpc.KindVPC:
		return idsOf(n.VPCs, func(v vpc.VPC) string { return v.ID })
	case vpc.KindPrefixList:
		return idsOf(n.PrefixLists, func(v vpc.PrefixList) string { return v.ID })
	case vpc.KindTransitRouteTable:
		return idsOf(n.TransitRouteTables, func(v vpc.TransitRouteTable) string { return v.ID }, func(v vpc.TransitRouteTable) string { return v.Gateway })
	case vpc.KindTransitAttachment:
		return idsOf(n.TransitAttachments, func(v vpc.TransitAttachment) string { return v.ID }, func(v vpc.TransitAttachment) string { return v.Gateway })
	case vpc.KindPeering:
		return idsOf(n.Peerings, func(v vpc.Peering) string { return v.ID })
	case vpc.KindSecurityGroup:
		return idsOf(n.SecurityGroups, groupID)
	case vpc.KindSubnet:
		return idsOf(n.Subnets, func(v vpc.Subnet) string { return v.ID })
	case vpc.KindInterface:
		return idsOf(n.Interfaces, func(v vpc.NetworkInterface) string { return v.ID })
	}
	return nil
}
