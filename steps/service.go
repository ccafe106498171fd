package steps

import (
	"cmp"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// A ServiceChoice is an AWS service that a task may want to reach.
type ServiceChoice struct {
	Name    string   // "sns", "ecr.api": the last part of its endpoint service name
	Title   string   // "Simple Notification Service"; "" when it is not a common one
	Host    string   // "sns.eu-central-1.amazonaws.com"; may start with "*.", which stands for the account id
	Port    uint16   // 443 for nearly all
	Aliases []string // other words that a person may type
}

// Services lists the services of a region: the common ones, which most tasks call, and after them the hundreds that known names (from
// DescribeVpcEndpointServices, may be nil), each by name. So nothing moves under a cursor when those arrive.
func Services(region string, known []vpc.EndpointService) []ServiceChoice {
	suffix := region + "." + aws.PartitionOf(region).DNSSuffix
	byName := make(map[string]ServiceChoice, len(commonServices)+len(known))
	for _, s := range commonServices {
		choice := ServiceChoice{Name: s.name, Title: s.title, Host: s.name + "." + suffix, Port: 443, Aliases: s.aliases}
		if s.host != "" {
			choice.Host = s.host + "." + suffix
		}
		if s.port != 0 {
			choice.Port = s.port
		}
		byName[s.name] = choice
	}
	for _, e := range known {
		name, own := serviceName(e.Name, region)
		if !own {
			continue
		}
		choice, common := byName[name]
		if !common {
			choice = ServiceChoice{Name: name, Host: name + "." + suffix, Port: 443}
		}
		if host := preferredName(e.PrivateDNSNames, suffix); host != "" && !(common && strings.HasPrefix(host, "*.")) {
			choice.Host = host
		}
		byName[name] = choice
	}
	list := make([]ServiceChoice, 0, len(byName))
	for _, c := range byName {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b ServiceChoice) int {
		if common := a.Title != ""; common != (b.Title != "") {
			return map[bool]int{true: -1, false: 1}[common]
		}
		return cmp.Compare(a.Name, b.Name)
	})
	return list
}

// serviceName returns the short name of an endpoint service of the region ("sns" for com.amazonaws.eu-central-1.sns) and
// whether it is one of AWS's own services.
func serviceName(endpointService, region string) (string, bool) {
	for _, prefix := range []string{"com.amazonaws.", "cn.com.amazonaws."} {
		if name, ok := strings.CutPrefix(endpointService, prefix+region+"."); ok {
			return name, !strings.HasPrefix(name, "vpce-svc-")
		}
	}
	return "", false
}

// preferredName picks the name that SDKs dial by default: in the region's own DNS suffix, not a FIPS or wildcard one if it
// can be helped.
func preferredName(names []string, suffix string) string {
	score := func(n string) int {
		s := 0
		if strings.HasSuffix(n, "."+suffix) {
			s += 4
		}
		if !strings.HasPrefix(n, "*.") {
			s += 2
		}
		if !strings.Contains(n, "fips") {
			s++
		}
		return s
	}
	if len(names) == 0 {
		return ""
	}
	return slices.MaxFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(score(a), score(b)), cmp.Compare(b, a))
	})
}

// nearestService returns the host of the service whose name is one letter away from the host's, or "".
func nearestService(host string, services []ServiceChoice) string {
	label, domain, _ := strings.Cut(host, ".")
	for _, s := range services {
		own, rest, _ := strings.Cut(s.Host, ".")
		if rest == domain && own != label && oneEdit(label, own) {
			return s.Host
		}
	}
	return ""
}

// oneEdit reports whether a becomes b when one letter is added, dropped or changed.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return i < len(a) && a[i+1:] == b[i+1:]
	}
	return a[i:] == b[i+1:]
}

// A commonService is a service that a person can choose even when DescribeVpcEndpointServices can't be read.
type commonService struct {
	name, title string
	host        string // what stands before region and DNS suffix, when that is not the name
	port        uint16 // 0 means 443
	aliases     []string
}

// commonServices lists what Fargate tasks use most, with the names under which
// https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html lists their endpoints.
var commonServices = []commonService{
	{name: "appconfigdata", title: "AppConfig", aliases: []string{"appconfig"}},
	{name: "athena", title: "Athena"},
	{name: "autoscaling", title: "EC2 Auto Scaling"},
	{name: "bedrock-runtime", title: "Bedrock", aliases: []string{"bedrock"}},
	{name: "cloudformation", title: "CloudFormation", aliases: []string{"cfn"}},
	{name: "codeartifact.api", title: "CodeArtifact", host: "codeartifact", aliases: []string{"codeartifact"}},
	{name: "cognito-idp", title: "Cognito user pools", aliases: []string{"cognito"}},
	{name: "data-servicediscovery", title: "Cloud Map", aliases: []string{"cloudmap", "cloud map"}},
	{name: "dynamodb", title: "DynamoDB", aliases: []string{"ddb", "dynamo"}},
	{name: "ec2", title: "EC2"},
	{name: "ec2messages", title: "Systems Manager messages (agent)"},
	{name: "ecr.api", title: "Elastic Container Registry API", host: "api.ecr", aliases: []string{"ecr"}},
	{name: "ecr.dkr", title: "Elastic Container Registry images", host: "*.dkr.ecr", aliases: []string{"docker registry", "dkr"}},
	{name: "ecs", title: "Elastic Container Service"},
	{name: "elasticfilesystem", title: "Elastic File System API", aliases: []string{"efs"}},
	{name: "elasticloadbalancing", title: "Elastic Load Balancing API", aliases: []string{"elb"}},
	{name: "email", title: "Simple Email Service API", aliases: []string{"ses"}},
	{name: "email-smtp", title: "Simple Email Service over SMTP", port: 587, aliases: []string{"smtp"}},
	{name: "events", title: "EventBridge", aliases: []string{"eventbridge", "cloudwatch events"}},
	{name: "glue", title: "Glue"},
	{name: "kinesis-firehose", title: "Data Firehose", host: "firehose", aliases: []string{"firehose"}},
	{name: "kinesis-streams", title: "Kinesis Data Streams", host: "kinesis", aliases: []string{"kinesis"}},
	{name: "kms", title: "Key Management Service"},
	{name: "lambda", title: "Lambda"},
	{name: "logs", title: "CloudWatch Logs", aliases: []string{"cloudwatch logs", "cloudwatchlogs", "cloudwatch-logs", "cwl", "awslogs"}},
	{name: "monitoring", title: "CloudWatch metrics", aliases: []string{"cloudwatch"}},
	{name: "rds", title: "RDS API"},
	{name: "rds-data", title: "RDS Data API"},
	{name: "redshift-data", title: "Redshift Data API"},
	{name: "s3", title: "Simple Storage Service"},
	{name: "sagemaker.runtime", title: "SageMaker endpoints", host: "runtime.sagemaker", aliases: []string{"sagemaker"}},
	{name: "secretsmanager", title: "Secrets Manager", aliases: []string{"secrets", "secrets manager", "secrets-manager"}},
	{name: "sns", title: "Simple Notification Service"},
	{name: "sqs", title: "Simple Queue Service"},
	{name: "ssm", title: "Systems Manager, Parameter Store", aliases: []string{"parameter store", "parameter-store", "systems manager"}},
	{name: "ssmmessages", title: "ECS Exec and Session Manager channel", aliases: []string{"exec", "ecs exec", "session manager"}},
	{name: "states", title: "Step Functions", aliases: []string{"step functions", "stepfunctions", "sfn"}},
	{name: "sts", title: "Security Token Service"},
	{name: "xray", title: "X-Ray", aliases: []string{"x-ray"}},
}
