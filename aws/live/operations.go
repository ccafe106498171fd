package live

import (
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53resolver"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// operations lists every API call that an Account can make, with the page size that the API reference allows. All of them
// only read.
func operations(cfg sdk.Config) []operation {
	identity := sts.NewFromConfig(cfg)
	tasks := ecs.NewFromConfig(cfg)
	network := ec2.NewFromConfig(cfg)
	resolver := route53resolver.NewFromConfig(cfg)
	zones := route53.NewFromConfig(cfg)
	return []operation{
		op("sts", asIs, identity.GetCallerIdentity, 0),

		op("ecs", lowerFirst, tasks.ListClusters, 100),
		op("ecs", lowerFirst, tasks.DescribeClusters, 0),
		op("ecs", lowerFirst, tasks.ListServices, 100),
		op("ecs", lowerFirst, tasks.DescribeServices, 0),
		op("ecs", lowerFirst, tasks.ListTasks, 100),
		op("ecs", lowerFirst, tasks.DescribeTasks, 0),
		op("ecs", lowerFirst, tasks.DescribeTaskDefinition, 0),
		op("ecs", lowerFirst, tasks.ListAccountSettings, 10),

		op("ec2", asIs, network.DescribeRegions, 0),
		op("ec2", asIs, network.DescribeVpcs, 1000),
		op("ec2", asIs, network.DescribeVpcAttribute, 0),
		op("ec2", asIs, network.DescribeDhcpOptions, 1000),
		op("ec2", asIs, network.DescribeSubnets, 1000),
		op("ec2", asIs, network.DescribeRouteTables, 100),
		op("ec2", asIs, network.DescribeNetworkAcls, 1000),
		op("ec2", asIs, network.DescribeSecurityGroups, 1000),
		op("ec2", asIs, network.DescribeNetworkInterfaces, 1000),
		op("ec2", asIs, network.DescribeVpcEndpoints, 1000),
		op("ec2", asIs, network.DescribeVpcEndpointServices, 1000),
		op("ec2", asIs, network.DescribeNatGateways, 1000),
		op("ec2", asIs, network.DescribeInternetGateways, 1000),
		op("ec2", asIs, network.DescribeEgressOnlyInternetGateways, 255),
		op("ec2", asIs, network.DescribeVpcPeeringConnections, 1000),
		op("ec2", asIs, network.DescribePrefixLists, 1000),
		op("ec2", asIs, network.DescribeManagedPrefixLists, 100),
		op("ec2", asIs, network.GetManagedPrefixListEntries, 100),
		op("ec2", asIs, network.DescribeTransitGatewayVpcAttachments, 1000),
		op("ec2", asIs, network.DescribeTransitGatewayAttachments, 1000),
		op("ec2", asIs, network.DescribeTransitGatewayRouteTables, 1000),
		op("ec2", asIs, network.SearchTransitGatewayRoutes, 1000),

		op("route53resolver", asIs, resolver.ListResolverRuleAssociations, 100),
		op("route53resolver", asIs, resolver.ListResolverRules, 100),
		op("route53resolver", asIs, resolver.ListFirewallRuleGroupAssociations, 100),
		op("route53resolver", asIs, resolver.ListFirewallRules, 100),
		op("route53resolver", asIs, resolver.ListFirewallDomains, 5000),
		op("route53resolver", asIs, resolver.GetFirewallConfig, 0),

		op("route53", asIs, zones.ListHostedZonesByVPC, 100),
		op("route53", asIs, zones.ListResourceRecordSets, 300),
	}
}

// Operations returns the names ("ec2:DescribeSubnets") of every API call that an Account can make, in order.
func Operations() []string {
	var names []string
	for _, o := range operations(sdk.Config{}) {
		names = append(names, o.Name())
	}
	slices.Sort(names)
	return names
}
