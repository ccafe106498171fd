package live

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53resolver"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// operations lists every API call that the program can make, with the page size that the API reference allows. All of them
// only read.
func operations() []operation {
	stsAPI := service[sts.Client]{"sts", func(c *clients) *sts.Client { return c.sts }, asIs}
	ecsAPI := service[ecs.Client]{"ecs", func(c *clients) *ecs.Client { return c.ecs }, lowerFirst}
	ec2API := service[ec2.Client]{"ec2", func(c *clients) *ec2.Client { return c.ec2 }, asIs}
	zones := service[route53.Client]{"route53", func(c *clients) *route53.Client { return c.route53 }, asIs}
	resolver := service[route53resolver.Client]{"route53resolver", func(c *clients) *route53resolver.Client { return c.route53resolver }, asIs}
	return []operation{
		op(stsAPI, (*sts.Client).GetCallerIdentity, 0),

		op(ecsAPI, (*ecs.Client).ListClusters, 100),
		op(ecsAPI, (*ecs.Client).DescribeClusters, 0),
		op(ecsAPI, (*ecs.Client).ListServices, 100),
		op(ecsAPI, (*ecs.Client).DescribeServices, 0),
		op(ecsAPI, (*ecs.Client).ListTasks, 100),
		op(ecsAPI, (*ecs.Client).DescribeTasks, 0),
		op(ecsAPI, (*ecs.Client).DescribeTaskDefinition, 0),
		op(ecsAPI, (*ecs.Client).ListAccountSettings, 10),

		op(ec2API, (*ec2.Client).DescribeRegions, 0),
		op(ec2API, (*ec2.Client).DescribeVpcs, 1000),
		op(ec2API, (*ec2.Client).DescribeVpcAttribute, 0),
		op(ec2API, (*ec2.Client).DescribeDhcpOptions, 1000),
		op(ec2API, (*ec2.Client).DescribeSubnets, 1000),
		op(ec2API, (*ec2.Client).DescribeRouteTables, 100),
		op(ec2API, (*ec2.Client).DescribeNetworkAcls, 1000),
		op(ec2API, (*ec2.Client).DescribeSecurityGroups, 1000),
		op(ec2API, (*ec2.Client).DescribeNetworkInterfaces, 1000),
		op(ec2API, (*ec2.Client).DescribeVpcEndpoints, 1000),
		op(ec2API, (*ec2.Client).DescribeVpcEndpointServices, 1000),
		op(ec2API, (*ec2.Client).DescribeNatGateways, 1000),
		op(ec2API, (*ec2.Client).DescribeInternetGateways, 1000),
		op(ec2API, (*ec2.Client).DescribeEgressOnlyInternetGateways, 255),
		op(ec2API, (*ec2.Client).DescribeVpcPeeringConnections, 1000),
		op(ec2API, (*ec2.Client).DescribePrefixLists, 1000),
		op(ec2API, (*ec2.Client).DescribeManagedPrefixLists, 100),
		op(ec2API, (*ec2.Client).GetManagedPrefixListEntries, 100),
		op(ec2API, (*ec2.Client).DescribeTransitGatewayVpcAttachments, 1000),
		op(ec2API, (*ec2.Client).DescribeTransitGatewayAttachments, 1000),
		op(ec2API, (*ec2.Client).DescribeTransitGatewayRouteTables, 1000),
		op(ec2API, (*ec2.Client).SearchTransitGatewayRoutes, 1000),

		op(resolver, (*route53resolver.Client).ListResolverRuleAssociations, 100),
		op(resolver, (*route53resolver.Client).ListResolverRules, 100),
		op(resolver, (*route53resolver.Client).ListFirewallRuleGroupAssociations, 100),
		op(resolver, (*route53resolver.Client).ListFirewallRules, 100),
		op(resolver, (*route53resolver.Client).ListFirewallDomains, 5000),
		op(resolver, (*route53resolver.Client).GetFirewallConfig, 0),

		op(zones, (*route53.Client).ListHostedZonesByVPC, 100),
		op(zones, (*route53.Client).ListResourceRecordSets, 300),
	}
}

// Operations returns the names ("ec2:DescribeSubnets") of every API call that the program can make, in order.
func Operations() []string {
	var names []string
	for _, o := range operations() {
		names = append(names, o.Name())
	}
	slices.Sort(names)
	return names
}
