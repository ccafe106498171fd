package snapshot

// An operation says how a call's answers are kept.
type operation struct {
	key string // top-level member of the answer that holds what was asked for

	// For outputs that do not name what was asked: the list that keeps several, the id that stands beside each output, and
	// the parameter of the call that it is compared with.
	several, id, parameter string

	// For outputs that do name it: the member of each element that must be the parameter. Then nothing is an answer only when
	// it was recorded for this very parameter.
	names string
	one   bool // the answer holds one object, not a list

	asIs bool // the answer is kept whole: it has no list

	// For lists of ARNs: the list of descriptions, and the member of each, that hold the same ARNs.
	described, arn string
}

// operations lists the calls that snapshots answer.
var operations = map[string]operation{
	"sts:GetCallerIdentity": {asIs: true},

	"ecs:ListClusters":           {key: "clusterArns", described: "clusters", arn: "clusterArn"},
	"ecs:DescribeClusters":       {key: "clusters"},
	"ecs:ListServices":           {key: "serviceArns", described: "services", arn: "serviceArn"},
	"ecs:DescribeServices":       {key: "services"},
	"ecs:ListTasks":              {key: "taskArns", described: "tasks", arn: "taskArn"},
	"ecs:DescribeTasks":          {key: "tasks"},
	"ecs:DescribeTaskDefinition": {key: "taskDefinition", parameter: "taskDefinition", names: "taskDefinitionArn", one: true},
	"ecs:ListAccountSettings":    {key: "settings"},

	"ec2:DescribeAvailabilityZones":                     {key: "AvailabilityZones"},
	"ec2:DescribeDhcpOptions":                           {key: "DhcpOptions"},
	"ec2:DescribeEgressOnlyInternetGateways":            {key: "EgressOnlyInternetGateways"},
	"ec2:DescribeInternetGateways":                      {key: "InternetGateways"},
	"ec2:DescribeNatGateways":                           {key: "NatGateways"},
	"ec2:DescribeNetworkAcls":                           {key: "NetworkAcls"},
	"ec2:DescribeNetworkInterfaces":                     {key: "NetworkInterfaces"},
	"ec2:DescribePrefixLists":                           {key: "PrefixLists"},
	"ec2:DescribeRouteTables":                           {key: "RouteTables"},
	"ec2:DescribeSecurityGroups":                        {key: "SecurityGroups"},
	"ec2:DescribeSubnets":                               {key: "Subnets"},
	"ec2:DescribeTransitGatewayAttachments":             {key: "TransitGatewayAttachments"},
	"ec2:DescribeTransitGatewayRouteTables":             {key: "TransitGatewayRouteTables"},
	"ec2:DescribeTransitGatewayVpcAttachments":          {key: "TransitGatewayVpcAttachments"},
	"ec2:DescribeVpcEndpointServices":                   {key: "ServiceDetails"},
	"ec2:DescribeVpcEndpoints":                          {key: "VpcEndpoints"},
	"ec2:DescribeVpcPeeringConnections":                 {key: "VpcPeeringConnections"},
	"ec2:DescribeVpcs":                                  {key: "Vpcs"},
	"ec2:DescribeVpcAttribute":                          {several: "VpcAttributes", id: "VpcId", parameter: "VpcId"},
	"ec2:GetManagedPrefixListEntries":                   {key: "Entries", several: "PrefixListEntries", id: "PrefixListId", parameter: "PrefixListId"},
	"ec2:SearchTransitGatewayRoutes":                    {key: "Routes", several: "TransitGatewayRoutes", id: "TransitGatewayRouteTableId", parameter: "TransitGatewayRouteTableId"},
	"route53resolver:ListResolverRuleAssociations":      {key: "ResolverRuleAssociations"},
	"route53resolver:ListResolverRules":                 {key: "ResolverRules"},
	"route53resolver:ListFirewallRuleGroupAssociations": {key: "FirewallRuleGroupAssociations"},
	"route53resolver:ListFirewallRules":                 {key: "FirewallRules", parameter: "FirewallRuleGroupId", names: "FirewallRuleGroupId"},
	"route53resolver:ListFirewallDomains":               {key: "Domains", several: "FirewallDomains", id: "FirewallDomainListId", parameter: "FirewallDomainListId"},
	"route53resolver:GetFirewallConfig":                 {key: "FirewallConfig", parameter: "ResourceId", names: "ResourceId", one: true},
	"route53:ListHostedZonesByVPC":                      {key: "HostedZoneSummaries", several: "HostedZonesByVPC", id: "VPCId", parameter: "VPCId"},
	"route53:ListResourceRecordSets":                    {key: "ResourceRecordSets", several: "ResourceRecordSetsByZone", id: "HostedZoneId", parameter: "HostedZoneId"},
}
