package snapshot

import (
	"encoding/json"
	"strconv"
	"strings"

	"fargate-doctor/aws"
)

// An operation says how a call's answers are kept.
type operation struct {
	key string // top-level member of the answer that holds what was asked for

	// For outputs that do not name what was asked: the list that keeps several, the id that stands beside each output, and
	// the parameter of the call that it is compared with. Where it takes several ids, their names are separated by spaces. A dot
	// leads into a parameter, a number into a list.
	several, id, parameter string
	own                    string // members of such an output that name it as well, with the same form
	others                 string // members that only other operations' outputs have which are named alike

	// For outputs that do name it: the member of each element that must be the parameter. Then nothing is an answer only when
	// it was recorded for this very parameter.
	names string
	one   bool // the answer holds one object, not a list

	asIs bool // the answer is kept whole: it has no list

	// For lists of ARNs: the list of descriptions, and the member of each, that hold the same ARNs.
	described, arn string
}

// ids returns the names of what stands beside an output.
func (op operation) ids() []string { return strings.Fields(op.id) }

// asked returns what a query says for each id, "" for what it leaves open.
func (op operation) asked(q aws.Query) []string {
	if op.parameter == "" {
		return nil
	}
	input, _ := json.Marshal(q.Input)
	var values []string
	for _, path := range strings.Fields(op.parameter) {
		values = append(values, textAt(input, path))
	}
	return values
}

// textAt returns what is at the end of a path of members and positions, "" when nothing is there. Lists and objects become their JSON.
func textAt(value json.RawMessage, path string) string {
	for _, name := range strings.Split(path, ".") {
		var list []json.RawMessage
		if i, err := strconv.Atoi(name); err == nil && json.Unmarshal(value, &list) == nil && i < len(list) {
			value = list[i]
			continue
		}
		var d document
		if json.Unmarshal(value, &d) != nil {
			return ""
		}
		value = d.value(name)
	}
	var s string
	if json.Unmarshal(value, &s) != nil {
		return string(value)
	}
	return s
}

// everywhere lists the services whose answers are not of one region: any folder may hold them.
var everywhere = map[string]bool{"iam": true, "s3": true}

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

	"iam:GetRole":                  {key: "Role", parameter: "RoleName", names: "RoleName", one: true},
	"iam:GetPolicy":                {key: "Policy", parameter: "PolicyArn", names: "Arn", one: true},
	"iam:ListAttachedRolePolicies": {key: "AttachedPolicies", several: "AttachedRolePolicies", id: "RoleName", parameter: "RoleName"},
	"iam:ListRolePolicies":         {key: "PolicyNames", several: "RolePolicyNames", id: "RoleName", parameter: "RoleName"},
	"iam:GetRolePolicy":            {key: "PolicyDocument", several: "RolePolicies", id: "RoleName PolicyName", parameter: "RoleName PolicyName"},
	"iam:GetPolicyVersion":         {key: "PolicyVersion", several: "PolicyVersions", id: "PolicyArn", parameter: "PolicyArn"},
	"iam:SimulatePrincipalPolicy":  {key: "EvaluationResults", several: "Simulations", id: "PolicySourceArn ContextEntries", parameter: "PolicySourceArn ContextEntries"},

	"kms:DescribeKey":                     {key: "KeyMetadata", several: "DescribedKeys", id: "KeyId", parameter: "KeyId", own: "KeyMetadata.Arn KeyMetadata.KeyId"},
	"kms:GetKeyPolicy":                    {key: "Policy", several: "KeyPolicies", id: "KeyId", parameter: "KeyId"},
	"s3:GetBucketPolicy":                  {key: "Policy", several: "BucketPolicies", id: "Bucket", parameter: "Bucket"},
	"s3:GetBucketEncryption":              {key: "ServerSideEncryptionConfiguration", several: "BucketEncryptions", id: "Bucket", parameter: "Bucket"},
	"sqs:GetQueueAttributes":              {key: "Attributes", several: "QueueAttributes", id: "QueueUrl", parameter: "QueueUrl"},
	"sns:GetTopicAttributes":              {key: "Attributes", several: "TopicAttributes", id: "TopicArn", parameter: "TopicArn", own: "Attributes.TopicArn"},
	"dynamodb:DescribeTable":              {key: "Table", parameter: "TableName", names: "TableArn", one: true},
	"dynamodb:GetResourcePolicy":          {key: "Policy", several: "TablePolicies", id: "ResourceArn", parameter: "ResourceArn"},
	"secretsmanager:DescribeSecret":       {key: "CreatedDate", several: "Secrets", id: "SecretId", parameter: "SecretId", own: "ARN Name"},
	"secretsmanager:ListSecretVersionIds": {key: "Versions", several: "SecretVersions", id: "SecretId", parameter: "SecretId", own: "ARN Name"},
	"secretsmanager:GetResourcePolicy":    {key: "ARN", several: "SecretPolicies", id: "SecretId", parameter: "SecretId", own: "ARN Name", others: "CreatedDate Versions"},
	"ssm:DescribeParameters": {key: "Parameters", several: "ParametersByName", id: "Name", parameter: "ParameterFilters.0.Values.0",
		names: "Name"},
	"ecr:DescribeRepositories": {key: "repositories", parameter: "repositoryNames.0", names: "repositoryName"},
	"ecr:GetRepositoryPolicy":  {key: "policyText", several: "RepositoryPolicies", id: "repositoryName", parameter: "repositoryName"},
	"ecr:DescribeImages": {key: "imageDetails", several: "DescribedImages", id: "repositoryName imageTag imageDigest",
		parameter: "repositoryName imageIds.0.imageTag imageIds.0.imageDigest"},
	"ecr:BatchGetImage": {key: "images", several: "ImageManifests", id: "repositoryName imageTag imageDigest",
		parameter: "repositoryName imageIds.0.imageTag imageIds.0.imageDigest"},
	"ecr:DescribePullThroughCacheRules":          {key: "pullThroughCacheRules", several: "PullThroughCacheRules", id: "registryId", parameter: "registryId", names: "registryId"},
	"elasticfilesystem:DescribeFileSystems":      {key: "FileSystems", parameter: "FileSystemId", names: "FileSystemId"},
	"elasticfilesystem:DescribeFileSystemPolicy": {key: "FileSystemId", several: "FileSystemPolicies", id: "FileSystemId", parameter: "FileSystemId", others: "MountTargets"},
	"elasticfilesystem:DescribeMountTargets": {key: "MountTargets", several: "MountTargetsByFileSystem", id: "FileSystemId", parameter: "FileSystemId",
		names: "FileSystemId"},
	"elasticfilesystem:DescribeMountTargetSecurityGroups": {key: "SecurityGroups", several: "MountTargetSecurityGroups", id: "MountTargetId", parameter: "MountTargetId"},
	"elasticfilesystem:DescribeAccessPoints":              {key: "AccessPoints", parameter: "AccessPointId", names: "AccessPointId"},
	"elasticloadbalancing:DescribeTargetGroups":           {key: "TargetGroups", parameter: "TargetGroupArns.0", names: "TargetGroupArn"},
	"logs:DescribeLogGroups":                              {key: "logGroups", several: "LogGroupsByPrefix", id: "logGroupNamePrefix", parameter: "logGroupNamePrefix", names: "logGroupName"},
	"logs:FilterLogEvents":                                {key: "events", several: "LogEvents", id: "logGroupName", parameter: "logGroupName"},
}
