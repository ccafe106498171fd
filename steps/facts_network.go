package steps

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
)

// A place is where in the network the task is, or would be.
type place struct {
	vpc     string
	subnets []string // the task's own; for a task that does not exist yet, all that it may start in
	groups  []string // that a new task would get; nil when they are not known
	public  bool     // a new task would get a public address
	planned bool     // there is no network interface: the task has ended, or does not exist yet
	enough  bool     // groups and public are known
}

// subnets is every subnet of the region. It is asked for at once, before the task is known, and saves a round trip.
var subnets = &Fact[map[string]vpc.Subnet]{
	Name:    "subnets",
	Actions: []string{"ec2:DescribeSubnets"},
	Fetch: func(ctx context.Context, s source, _ Facts) (map[string]vpc.Subnet, error) {
		all, err := read.AllSubnets(ctx, s, s.region)
		byID := make(map[string]vpc.Subnet, len(all))
		for _, n := range all {
			byID[n.ID] = n
		}
		return byID, err
	},
}

// whereabouts finds the subnets in which to look, and their VPC.
var whereabouts = &Fact[place]{
	Name:  "subnet of the task",
	Needs: []known{task, subnets},
	Wants: []known{service},
	Key: func(f Facts) string {
		ids, _ := subnetsOf(f)
		return strings.Join(ids, " ")
	},
	Fetch: func(_ context.Context, _ source, f Facts) (place, error) {
		ids, err := subnetsOf(f)
		var at place
		for _, id := range ids {
			s, ok := subnets.Of(f)[id]
			switch {
			case ok && at.vpc == "":
				at = place{vpc: s.VPC, subnets: ids}
			case !ok && (at.vpc == "" || f.c.Launch != nil):
				err = aws.Errorf(aws.NotFound, aws.Query{Service: "ec2", Operation: "DescribeSubnets"}, id, "region %s has no such subnet", f.c.Region)
			}
		}
		if at.vpc != "" && f.c.Launch == nil {
			return at, nil
		}
		return at, err
	},
}

// subnetsOf returns the subnet of the task, else those in which a new task would start. The error is why they are not known.
func subnetsOf(f Facts) ([]string, error) {
	if f.c.Launch != nil {
		return f.c.Launch.Subnets, nil
	}
	if t := task.Of(f); t.Attachment.Subnet != "" {
		return []string{t.Attachment.Subnet}, nil
	}
	s, err := service.Try(f)
	return s.Network.Subnets, err
}

// here says where the task is, with what a new task in its place would get.
var here = &Fact[place]{
	Name:  "place of the task",
	Needs: []known{task, whereabouts},
	Wants: []known{owner},
	Derive: func(f Facts) place {
		p, t := whereabouts.Of(f), task.Of(f)
		p.planned = p.planned || t.ID == "" || t.Ended() || t.Attachment.Interface == ""
		if l := f.c.Launch; l != nil {
			p.groups, p.public, p.enough = l.SecurityGroups, l.PublicIP, true
			return p
		}
		if s, err := owner.Try(f); err == nil && s.Name != "" {
			p.groups, p.public, p.enough = s.Network.SecurityGroups, p.public || s.Network.AssignPublicIP, true
		}
		return p
	},
}

// endpointServices is what AWS offers endpoints for in the region; their names are how host names are recognised.
var endpointServices = &Fact[vpc.Network]{
	Name:    "endpoint services",
	Actions: []string{"ec2:DescribeVpcEndpointServices"},
	Fetch: func(ctx context.Context, s source, _ Facts) (vpc.Network, error) {
		return read.EndpointServices(ctx, s, s.region), ctx.Err()
	},
}

// homeVPC is all that belongs to the task's VPC.
var homeVPC = &Fact[vpc.Network]{
	Name: "VPC",
	Actions: []string{
		"ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeNetworkAcls",
		"ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces", "ec2:DescribeInternetGateways",
		"ec2:DescribeEgressOnlyInternetGateways", "ec2:DescribeNatGateways", "ec2:DescribeVpcEndpoints",
		"ec2:DescribeVpcPeeringConnections", "ec2:DescribePrefixLists", "ec2:DescribeManagedPrefixLists",
		"ec2:GetManagedPrefixListEntries", "ec2:DescribeDhcpOptions", "ec2:DescribeTransitGatewayAttachments",
		"ec2:DescribeTransitGatewayVpcAttachments", "ec2:SearchTransitGatewayRoutes",
	},
	Needs: []known{whereabouts},
	Key:   func(f Facts) string { return whereabouts.Of(f).vpc },
	Fetch: func(ctx context.Context, s source, f Facts) (vpc.Network, error) {
		id := whereabouts.Of(f).vpc
		if id == "" {
			return vpc.Network{}, nil
		}
		return read.VPC(ctx, s, s.region, id), ctx.Err()
	},
}

// resolver is what Route 53 adds to the VPC's DNS for the name that the task dials.
var resolver = &Fact[vpc.Network]{
	Name: "Route 53 Resolver",
	Actions: []string{
		"route53:ListHostedZonesByVPC", "route53:ListResourceRecordSets", "route53resolver:GetFirewallConfig",
		"route53resolver:GetResolverRule", "route53resolver:ListFirewallDomains", "route53resolver:ListFirewallRuleGroupAssociations",
		"route53resolver:ListFirewallRules", "route53resolver:ListResolverRuleAssociations", "route53resolver:ListResolverRules",
	},
	Needs: []known{whereabouts, target},
	Key: func(f Facts) string {
		return whereabouts.Of(f).vpc + " " + target.Of(f).Host
	},
	Fetch: func(ctx context.Context, s source, f Facts) (vpc.Network, error) {
		return resolverFor(ctx, s, whereabouts.Of(f).vpc, target.Of(f).Host)
	},
}

// proxyResolver is the same for the name of the container's proxy, if it has one. The task definition tells it late.
var proxyResolver = &Fact[vpc.Network]{
	Name:    "Route 53 Resolver for the proxy",
	Actions: resolver.Actions,
	Needs:   []known{whereabouts, dialled, target},
	Key: func(f Facts) string {
		return whereabouts.Of(f).vpc + " " + dialled.Of(f).Host
	},
	Fetch: func(ctx context.Context, s source, f Facts) (vpc.Network, error) {
		host := dialled.Of(f).Host
		if host == target.Of(f).Host {
			return vpc.Network{}, nil
		}
		return resolverFor(ctx, s, whereabouts.Of(f).vpc, host)
	},
}

func resolverFor(ctx context.Context, s source, vpcID, host string) (vpc.Network, error) {
	if _, err := netip.ParseAddr(host); err == nil || vpcID == "" || host == "" {
		return vpc.Network{}, nil
	}
	return read.Resolver(ctx, s, s.region, vpcID, host), ctx.Err()
}

// A knownNetwork is a network and the model that was compiled from it.
type knownNetwork struct {
	vpc.Network
	*vpc.Model
}

func compiled(n vpc.Network) knownNetwork { return knownNetwork{n, vpc.Compile(n)} }

// surroundings is all that was read without following a path. Tasks of one VPC that dial one name share it.
var surroundings = &Fact[knownNetwork]{
	Name:  "surroundings",
	Needs: []known{endpointServices, homeVPC, resolver, proxyResolver, whereabouts, target, dialled},
	Key: func(f Facts) string {
		return strings.Join([]string{whereabouts.Of(f).vpc, target.Of(f).Host, dialled.Of(f).Host}, " ")
	},
	Fetch: func(_ context.Context, _ source, f Facts) (knownNetwork, error) {
		return compiled(homeVPC.Of(f).Join(resolver.Of(f)).Join(proxyResolver.Of(f)).Join(endpointServices.Of(f))), nil
	},
}

// network is the surroundings and what the path needs beyond them: other VPCs, transit gateways, prefix lists. It is read by
// tracing, reading what the trace needs, and tracing again.
var network = &Fact[knownNetwork]{
	Name:    "network",
	Actions: []string{"ec2:GetTransitGatewayRouteTableAssociations", "ec2:DescribeTransitGatewayRouteTables"},
	Needs:   []known{surroundings, dialled, here, task, target, subnets},
	Wants:   []known{proxy, owner, dualStackSetting},
	Key: func(f Facts) string {
		at := here.Of(f)
		return strings.Join([]string{task.Of(f).ID, strings.Join(at.subnets, ","), strings.Join(at.groups, ","), f.c.Target,
			f.c.Container, f.c.Answers[answerDNS], fmt.Sprint(f.seen(dialled.Of(f).Host), f.seen(target.Of(f).Host))}, " ")
	},
	Fetch: func(ctx context.Context, s source, f Facts) (knownNetwork, error) {
		around := surroundings.Of(f)
		n, m := read.Follow(ctx, s, around.Network, around.Model, func(n vpc.Network, m *vpc.Model) []vpc.Need {
			var needs []vpc.Need
			for _, flow := range flowsOver(knownNetwork{n, m}, f).all() {
				for _, need := range m.Trace(flow).Needs {
					if !slices.Contains(needs, need) {
						needs = append(needs, need)
					}
				}
			}
			return needs
		})
		return knownNetwork{n, m}, ctx.Err()
	},
}

// ownAccount returns the account of the task, "" when nothing says it.
func ownAccount(t aws.Task, s aws.Service) string {
	for _, arn := range []string{t.ARN, s.ARN} {
		if a, ok := aws.ParseARN(arn); ok {
			return a.Account
		}
	}
	return ""
}
