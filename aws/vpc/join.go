package vpc

import "fmt"

// Join returns what n and o know together. Of two values for the same resource the one that is complete is kept, else the first;
// neither n nor o is modified.
func (n Network) Join(o Network) Network {
	return Network{
		VPCs:               join(n.VPCs, o.VPCs, func(v VPC) string { return v.ID }),
		Subnets:            join(n.Subnets, o.Subnets, func(v Subnet) string { return v.ID }),
		RouteTables:        join(n.RouteTables, o.RouteTables, func(v RouteTable) string { return v.ID }),
		ACLs:               join(n.ACLs, o.ACLs, func(v NetworkACL) string { return v.ID }),
		SecurityGroups:     join(n.SecurityGroups, o.SecurityGroups, func(v SecurityGroup) string { return v.ID }),
		Interfaces:         join(n.Interfaces, o.Interfaces, func(v NetworkInterface) string { return v.ID }),
		InternetGateways:   join(n.InternetGateways, o.InternetGateways, func(v InternetGateway) string { return v.ID }),
		EgressOnlyGateways: join(n.EgressOnlyGateways, o.EgressOnlyGateways, func(v InternetGateway) string { return v.ID }),
		NATGateways:        join(n.NATGateways, o.NATGateways, func(v NATGateway) string { return v.ID }),
		Endpoints:          join(n.Endpoints, o.Endpoints, func(v Endpoint) string { return v.ID }),
		Peerings:           join(n.Peerings, o.Peerings, func(v Peering) string { return v.ID }),
		PrefixLists:        join(n.PrefixLists, o.PrefixLists, func(v PrefixList) string { return v.ID }),
		DHCPOptions:        join(n.DHCPOptions, o.DHCPOptions, func(v DHCPOptions) string { return v.ID }),
		TransitAttachments: joinBest(n.TransitAttachments, o.TransitAttachments,
			func(v TransitAttachment) [2]string { return [2]string{v.ID, v.Gateway} }, // a peering has one at each gateway
			func(v TransitAttachment) bool { return v.SubnetsKnown }),
		TransitRouteTables: joinBest(n.TransitRouteTables, o.TransitRouteTables, func(v TransitRouteTable) string { return v.ID },
			func(v TransitRouteTable) bool { return v.Known }),
		ResolverRules:    join(n.ResolverRules, o.ResolverRules, func(v ResolverRule) [2]string { return [2]string{v.ID, v.VPC} }),
		FirewallRules:    join(n.FirewallRules, o.FirewallRules, firewallKey),
		PrivateZones:     join(n.PrivateZones, o.PrivateZones, func(v PrivateZone) [2]string { return [2]string{v.ID, v.VPC} }),
		EndpointServices: join(n.EndpointServices, o.EndpointServices, endpointServiceKey),
		Gaps:             join(n.Gaps, o.Gaps, func(v Gap) Gap { return v }),
	}
}

// endpointServiceKey tells services apart: AWS lists one that has both kinds of endpoint, as S3 has, once for each.
func endpointServiceKey(s EndpointService) [2]string { return [2]string{s.Name, fmt.Sprint(s.Types)} }

// firewallKey tells the rules of a group apart: a priority is used once in a group.
func firewallKey(r DNSFirewallRule) (key struct {
	VPC, Group, Name string
	Priority         int
}) {
	key.VPC, key.Group, key.Name, key.Priority = r.VPC, r.Group, r.Name, r.Priority
	return key
}

// joinBest joins lists whose values may be known in part: one read told that the resource is there, another one what is in it.
func joinBest[T any, K comparable](a, b []T, key func(T) K, complete func(T) bool) []T {
	var known, partial []T
	for _, list := range [][]T{a, b} {
		for _, v := range list {
			if complete(v) {
				known = append(known, v)
			} else {
				partial = append(partial, v)
			}
		}
	}
	return join(known, partial, key)
}

func join[T any, K comparable](a, b []T, key func(T) K) []T {
	if len(a)+len(b) == 0 {
		return nil
	}
	seen := make(map[K]bool, len(a)+len(b))
	out := make([]T, 0, len(a)+len(b))
	for _, list := range [][]T{a, b} {
		for _, v := range list {
			if k := key(v); !seen[k] {
				seen[k] = true
				out = append(out, v)
			}
		}
	}
	return out
}
