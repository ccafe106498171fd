package read

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// Interfaces returns elastic network interfaces by id. When some do not exist it returns the others and an error of kind
// aws.NotFound.
func Interfaces(ctx context.Context, r aws.Reader, ids ...string) ([]vpc.NetworkInterface, error) {
	return byID(ctx, r, interfaces, "NetworkInterfaceIds", ids, func(i vpc.NetworkInterface) string { return i.ID })
}

// Subnets returns subnets by id. When some do not exist it returns the others and an error of kind aws.NotFound.
func Subnets(ctx context.Context, r aws.Reader, ids ...string) ([]vpc.Subnet, error) {
	return byID(ctx, r, subnets, "SubnetIds", ids, func(s vpc.Subnet) string { return s.ID })
}

func byID[W, T any](ctx context.Context, r aws.Reader, c collection[W, T], parameter string, ids []string, id func(T) string) ([]T, error) {
	if len(ids) == 0 {
		return nil, nil // without ids the API would answer with all that there are
	}
	missing := make(map[string]bool, len(ids))
	for _, i := range ids {
		missing[i] = true
	}
	q := aws.Query{Service: "ec2", Operation: c.operation, Input: aws.Input{parameter: ids}}
	found, err := c.read(ctx, r, q, func(v T) bool {
		wanted := missing[id(v)]
		delete(missing, id(v))
		return wanted
	})
	if err != nil {
		return nil, err
	}
	var absent []string
	for _, i := range ids {
		if missing[i] {
			absent = append(absent, i)
		}
	}
	if len(absent) > 0 {
		return found, aws.Errorf(aws.NotFound, q, strings.Join(absent, ", "), "the answer does not hold it")
	}
	return found, nil
}

// VPC returns all that belongs to one VPC, read in one round of parallel calls and a second one for what those refer to
// (managed prefix lists, gateways elsewhere, transit gateway tables). What could not be read is in Gaps. What a route names
// and the account surely does not have is there as well, as a gateway attached to nothing or in state deleted.
func VPC(ctx context.Context, r aws.Reader, region, id string) vpc.Network {
	var account string
	var wait sync.WaitGroup
	wait.Go(func() { account = accountOf(ctx, r) })
	var n vpc.Network
	collections := sources(region, id)
	answers := ask(ctx, r, append(collections, attributes(region, id)...))
	wait.Wait()
	for i, fill := range answers {
		if i == len(collections) && len(n.VPCs) == 0 && !hasGap(n, vpc.KindVPC, id) {
			n.Gaps = append(n.Gaps, strangerGaps(id)...)
		}
		fill(&n)
	}
	for _, fill := range ask(ctx, r, referred(n, region)) {
		fill(&n)
	}
	return settle(n, account)
}

// strangerGaps returns the gaps of a VPC that does not exist for the reader: its empty lists say nothing.
func strangerGaps(id string) []vpc.Gap {
	var gaps []vpc.Gap
	for _, kind := range inVPC {
		gaps = append(gaps, vpc.Gap{Kind: kind, Scope: id, Reason: id + " is not among what this account or recording holds"})
	}
	return gaps
}

// Everything returns the networks of all regions that the reader holds; for snapshots, where reading is free.
func Everything(ctx context.Context, r aws.Reader) vpc.Network {
	regions := aws.Regions(r)
	if len(regions) == 0 {
		regions = []string{""}
	}
	account := accountOf(ctx, r)
	var all vpc.Network
	for _, region := range regions {
		n := scoped(round(ctx, r, append(sources(region, ""), endpointServices.from(region, nil, every, ""))))
		second := referred(n, region)
		for _, v := range n.VPCs {
			second = append(second, attributes(region, v.ID)...)
		}
		for _, fill := range ask(ctx, r, second) {
			fill(&n)
		}
		all = all.Join(settle(n, account))
		for _, v := range n.VPCs {
			all = all.Join(Resolver(ctx, r, region, v.ID, ""))
		}
	}
	return all
}

// scoped narrows the gaps of one region's collections to the VPCs in it: they say nothing of other regions.
func scoped(n vpc.Network) vpc.Network {
	here := idsOf(n.VPCs, func(v vpc.VPC) string { return v.ID })
	for _, s := range n.Subnets {
		here.add(s.VPC)
	}
	for _, i := range n.Interfaces {
		here.add(i.VPC)
	}
	gaps := n.Gaps
	n.Gaps = nil
	for _, g := range gaps {
		if !slices.Contains(inVPC, g.Kind) {
			n.Gaps = append(n.Gaps, g)
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(here)) {
			g.Scope = id
			n.Gaps = append(n.Gaps, g)
		}
	}
	return n
}

// accountOf returns the account that the reader sees with, "" when that is not known (a recording may join several).
func accountOf(ctx context.Context, r aws.Reader) string {
	who, err := Identity(ctx, r)
	if err != nil {
		return ""
	}
	return who.Account
}

// inVPC lists the collections that a VPC owns.
var inVPC = append([]vpc.Kind{vpc.KindVPC, vpc.KindSubnet, vpc.KindRouteTable, vpc.KindACL, vpc.KindDHCPOptions}, ownersOnly...)

// ownersOnly lists the collections of which the participants of a shared VPC see only their own part, or nothing:
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html
var ownersOnly = []vpc.Kind{vpc.KindSecurityGroup, vpc.KindInterface, vpc.KindInternetGateway, vpc.KindEgressOnlyGateway,
	vpc.KindNATGateway, vpc.KindEndpoint, vpc.KindPeering, vpc.KindTransitAttachment}

// sources returns the calls of the first round, for one VPC or, with id "", for all of a region. Where the API cannot filter by
// VPC the whole list is read; it is short, and the same for all VPCs.
func sources(region, id string) []source {
	filter := func(name string) aws.Input {
		if id == "" {
			return nil
		}
		return only(name, id)
	}
	natFilter := filter("vpc-id")
	if natFilter != nil { // DescribeNatGateways calls the parameter Filter
		natFilter = aws.Input{"Filter": natFilter["Filters"]}
	}
	in := func(v string) bool { return id == "" || v == id }
	// Subnets are asked for without a filter: AllSubnets has asked the same before the VPC was known.
	return []source{
		vpcs(region).from(region, filter("vpc-id"), func(v vpc.VPC) bool { return in(v.ID) }, id),
		subnets.from(region, nil, func(s vpc.Subnet) bool { return in(s.VPC) }, id),
		routeTables.from(region, filter("vpc-id"), func(t vpc.RouteTable) bool { return in(t.VPC) }, id),
		acls.from(region, filter("vpc-id"), func(a vpc.NetworkACL) bool { return in(a.VPC) }, id),
		securityGroups.from(region, filter("vpc-id"), func(g vpc.SecurityGroup) bool { return in(g.VPC) }, id),
		interfaces.from(region, filter("vpc-id"), func(i vpc.NetworkInterface) bool { return in(i.VPC) }, id),
		endpoints.from(region, filter("vpc-id"), func(e vpc.Endpoint) bool { return in(e.VPC) }, id),
		natGateways.from(region, natFilter, func(g vpc.NATGateway) bool { return in(g.VPC) }, id),
		internetGateways.from(region, filter("attachment.vpc-id"), func(g vpc.InternetGateway) bool { return id == "" || slices.Contains(g.VPCs, id) }, id),
		egressOnlyGateways.from(region, nil, every, id),
		peerings.from(region, nil, func(p vpc.Peering) bool { return in(p.Requester.VPC) || in(p.Accepter.VPC) }, id),
		dhcpOptions.from(region, nil, every, id),
		servicePrefixLists.from(region, nil, every, ""),
		transitVPCAttachments.from(region, filter("vpc-id"), func(a vpc.TransitAttachment) bool { return in(a.Resource) }, id),
		transitAttachments.from(region, nil, every, id),
	}
}

// attributes returns the calls for a VPC's DNS attributes. They write to the VPC's value, so they come after it.
func attributes(region, id string) []source {
	type answer struct{ EnableDnsSupport, EnableDnsHostnames *struct{ Value bool } }
	attribute := func(name, key string, set func(*vpc.VPC, answer)) source {
		q := aws.Query{Service: "ec2", Operation: "DescribeVpcAttribute", Region: region, Input: aws.Input{"VpcId": id, "Attribute": name}}
		return source{vpc.KindVPC, []string{id}, func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
			a, err := object[answer](ctx, r, q, key)
			return func(n *vpc.Network) {
				for i := range n.VPCs {
					if n.VPCs[i].ID == id {
						set(&n.VPCs[i], a)
					}
				}
			}, err
		}}
	}
	return []source{
		attribute("enableDnsSupport", "EnableDnsSupport", func(v *vpc.VPC, a answer) { v.DNSSupport = vpc.TruthOf(a.EnableDnsSupport.Value) }),
		attribute("enableDnsHostnames", "EnableDnsHostnames", func(v *vpc.VPC, a answer) { v.DNSHostnames = vpc.TruthOf(a.EnableDnsHostnames.Value) }),
	}
}
