package live

import (
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/efs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53resolver"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
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
	access := iam.NewFromConfig(cfg)
	keys := kms.NewFromConfig(cfg)
	buckets := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil }) // a local server has no name for each bucket
	queues := sqs.NewFromConfig(cfg)
	topics := sns.NewFromConfig(cfg)
	tables := dynamodb.NewFromConfig(cfg)
	secrets := secretsmanager.NewFromConfig(cfg)
	parameters := ssm.NewFromConfig(cfg)
	images := ecr.NewFromConfig(cfg)
	logs := cloudwatchlogs.NewFromConfig(cfg)
	files := efs.NewFromConfig(cfg)
	balancers := elasticloadbalancingv2.NewFromConfig(cfg)
	return []operation{
		op("sts", asIs, identity.GetCallerIdentity, 0),

		op("ecs", lowerFirst, tasks.ListClusters, 100),
		op("ecs", lowerFirst, tasks.DescribeClusters, 0),
		op("ecs", lowerFirst, tasks.ListServices, 100),
		op("ecs", lowerFirst, tasks.DescribeServices, 0),
		op("ecs", lowerFirst, tasks.ListTasks, 100),
		op("ecs", lowerFirst, tasks.DescribeTasks, 0),
		op("ecs", lowerFirst, tasks.DescribeTaskDefinition, 0),
		op("ecs", lowerFirst, tasks.ListTaskDefinitions, 100),
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

		op("iam", asIs, access.GetRole, 0),
		op("iam", asIs, access.ListAttachedRolePolicies, 1000),
		op("iam", asIs, access.ListRolePolicies, 1000),
		op("iam", asIs, access.GetRolePolicy, 0),
		op("iam", asIs, access.GetPolicy, 0),
		op("iam", asIs, access.GetPolicyVersion, 0),
		op("iam", asIs, access.SimulatePrincipalPolicy, 1000),

		op("kms", asIs, keys.DescribeKey, 0),
		op("kms", asIs, keys.GetKeyPolicy, 0),
		op("s3", asIs, buckets.GetBucketPolicy, 0),
		op("s3", asIs, buckets.GetBucketEncryption, 0),
		op("sqs", asIs, queues.GetQueueAttributes, 0),
		op("sns", asIs, topics.GetTopicAttributes, 0),
		op("dynamodb", asIs, tables.DescribeTable, 0),
		op("dynamodb", asIs, tables.GetResourcePolicy, 0),
		op("secretsmanager", asIs, secrets.DescribeSecret, 0),
		op("secretsmanager", asIs, secrets.ListSecretVersionIds, 100),
		op("secretsmanager", asIs, secrets.GetResourcePolicy, 0),
		op("ssm", asIs, parameters.DescribeParameters, 50),

		op("ecr", lowerFirst, images.DescribeRepositories, 0),
		op("ecr", lowerFirst, images.GetRepositoryPolicy, 0),
		op("ecr", lowerFirst, images.DescribeImages, 0),
		op("ecr", lowerFirst, images.BatchGetImage, 0),
		op("ecr", lowerFirst, images.DescribePullThroughCacheRules, 0),

		op("logs", lowerFirst, logs.DescribeLogGroups, 0).upTo(1), // in the order of names: one that is the whole prefix comes first
		op("logs", lowerFirst, logs.FilterLogEvents, 0).upTo(5),

		op("elasticfilesystem", asIs, files.DescribeFileSystems, 0),
		op("elasticfilesystem", asIs, files.DescribeFileSystemPolicy, 0),
		op("elasticfilesystem", asIs, files.DescribeMountTargets, 100),
		op("elasticfilesystem", asIs, files.DescribeMountTargetSecurityGroups, 0),
		op("elasticfilesystem", asIs, files.DescribeAccessPoints, 0),

		op("elasticloadbalancing", asIs, balancers.DescribeTargetGroups, 0),
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
