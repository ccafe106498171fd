package symptom

import (
	_ "embed"
	"strings"
)

// operations lists API operations and the IAM prefix of their service, a line each, sorted without regard to case. It is made from
// the service models of botocore, of the services that containers call; names that many services share are left out.
//
//go:embed operations.txt
var operations string

// serviceOfOperation returns the service that has an API operation; "" when it is not known.
func serviceOfOperation(operation string) string {
	want := lowered(operation)
	lines := operations
	for lines != "" {
		middle := strings.LastIndexByte(lines[:len(lines)/2], '\n') + 1
		line, after, _ := strings.Cut(lines[middle:], "\n")
		name, service, _ := strings.Cut(line, " ")
		switch name = lowered(name); {
		case name == want:
			return service
		case name < want:
			lines = after
		default:
			lines = lines[:middle]
		}
	}
	return ""
}

// prefixes are the IAM prefixes whose service an SDK or a host calls by another name, in small letters without blanks.
var prefixes = map[string]string{
	"securitytokenservice": "sts", "identitymanagement": "iam", "simplesystemsmanagement": "ssm",
	"simplenotificationservice": "sns", "simplequeueservice": "sqs", "queue": "sqs",
	"keymanagementservice": "kms", "dynamodbv2": "dynamodb", "streams": "dynamodb", "cloudwatchlogs": "logs",
	"monitoring": "cloudwatch", "cloudwatchmetrics": "cloudwatch",
	"elasticloadbalancingv2": "elasticloadbalancing", "elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing",
	"simpleemailservice": "ses", "simpleemail": "ses", "simpleemailservicev2": "ses", "simpleemailv2": "ses", "sesv2": "ses",
	"email":         "ses",
	"stepfunctions": "states", "sfn": "states", "cloudwatchevents": "events", "eventbridge": "events",
	"networkfirewall": "network-firewall", "bedrockruntime": "bedrock", "bedrock-runtime": "bedrock",
	"bedrock-agent-runtime": "bedrock", "bedrockagentruntime": "bedrock", "bedrock-agent": "bedrock", "bedrockagent": "bedrock",
	"bedrockagentcore": "bedrock-agentcore", "opensearchserverless": "aoss",
	"cognitoidentityprovider": "cognito-idp", "cognitoidentity": "cognito-identity", "elasticcontainerregistry": "ecr",
	"elasticcontainerservice": "ecs", "containerservice": "ecs", "elasticcomputecloud": "ec2", "lambdainternal": "lambda",
	"elasticfilesystem": "elasticfilesystem", "efs": "elasticfilesystem", "opensearch": "es", "elasticsearch": "es",
	"elasticsearchservice": "es", "applicationautoscaling": "application-autoscaling", "costexplorer": "ce",
	"kinesisfirehose": "firehose", "dkr": "ecr", "api.ecr": "ecr",
	"sagemakerruntime": "sagemaker", "runtimesagemaker": "sagemaker", "servicediscovery": "servicediscovery",
	"cache": "elasticache", "msk": "kafka", "relationaldatabaseservice": "rds", "route53": "route53",
	"secretsmanager": "secretsmanager", "elasticmapreduce": "elasticmapreduce", "emr": "elasticmapreduce",
	"certificatemanager": "acm", "docdb": "rds", "neptune": "rds", "resourcegroupstagging": "tag",
	"resourcegroupstaggingapi": "tag", "ecrpublic": "ecr-public", "cloudwatchrum": "rum", "rdsdata": "rds-data",
	"mturk-requester": "mechanicalturk", "transcribestreaming": "transcribe", "ecrapi": "ecr", "logsruntime": "logs",
}

// known reports whether a word is the IAM prefix of a service.
func known(word string) bool { return plain[word] }

// plain are IAM prefixes that are their service's name in hosts and SDKs too.
var plain = setOf(`
	s3 dynamodb sqs sns secretsmanager ssm kms sts ecr ecs logs cloudwatch lambda ec2 iam rds kinesis firehose events
	states ses bedrock athena glue elasticache elasticloadbalancing autoscaling application-autoscaling cloudformation
	route53 cloudtrail cognito-idp cognito-identity kafka elasticfilesystem redshift sagemaker batch servicediscovery
	appconfig xray organizations account codecommit codebuild codedeploy codepipeline apigateway execute-api cloudfront
	acm eks ecr-public textract rekognition comprehend translate transcribe polly iot es scheduler sdb elasticmapreduce
	wafv2 ce timestream mq transfer datasync ssmmessages ec2messages ecs-agent ecs-telemetry sso oidc network-firewall
	glacier swf chime guardduty tag evidently connect appsync personalize quicksight budgets health mediaconvert pinpoint
	neptune-db aoss s3express s3-outposts kinesisvideo workspaces inspector2 securityhub config
	bedrock-agentcore s3vectors`)

// setOf returns the words of a text.
func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// serviceNamed returns the IAM prefix of a service that an SDK calls "Amazon S3", "AWSSecurityTokenService" or "Secrets Manager"; "" when
// no service can be called so. A log's words must not get into the command that a person is told to run next.
func serviceNamed(name string) string {
	low := lowered(strings.TrimSpace(name))
	dashed := strings.ReplaceAll(low, " ", "-")
	bare := strings.NewReplacer(" ", "", "-", "", "_", "").Replace(low)
	for _, vendor := range []string{"amazon", "aws"} {
		bare = strings.TrimPrefix(bare, vendor)
	}
	bare = strings.TrimSuffix(bare, "client")
	if prefix, ok := prefixes[bare]; ok {
		return prefix
	}
	if known(dashed) {
		return dashed
	}
	if bare == "ec2imds" || bare == "runtime" || bare == "util" || identifier(bare) != bare {
		return ""
	}
	return bare
}

// serviceOfHost returns the IAM prefix of the service that has a host of AWS; "" for other hosts.
func serviceOfHost(host string) string {
	rest, ok := awsLabels(host)
	if !ok {
		return ""
	}
	labels := strings.Split(rest, ".")
	for i := len(labels) - 1; i >= 0; i-- {
		label := labels[i]
		if prefix, ok := prefixes[label]; ok {
			return prefix
		}
		label = strings.TrimSuffix(label, "-fips")
		if known(label) {
			return label
		}
		if strings.HasPrefix(label, "s3-") || strings.HasPrefix(label, "s3express") {
			return "s3"
		}
	}
	for i := len(labels) - 1; i >= 0; i-- {
		if !regionLike(labels[i]) && labels[i] != "vpce" && labels[i] != "dualstack" && !strings.HasPrefix(labels[i], "vpce-") {
			return labels[i]
		}
	}
	return ""
}

// awsLabels returns a host of AWS without the suffix of its partition.
func awsLabels(host string) (string, bool) {
	low := lowered(host)
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".amazonaws.eu", ".on.aws"} {
		if rest, ok := strings.CutSuffix(low, suffix); ok {
			return rest, true
		}
	}
	return "", false
}

// regionLike reports whether a label has the form of a region: letters, dash, words, dash, digit.
func regionLike(label string) bool {
	parts := strings.Split(label, "-")
	if len(parts) < 3 || len(parts[0]) > 3 || len(parts[0]) < 2 {
		return false
	}
	last := parts[len(parts)-1]
	if len(last) != 1 || !isDigit(last[0]) {
		return false
	}
	for _, part := range parts[:len(parts)-1] {
		for i := range len(part) {
			if !isLetter(part[i]) {
				return false
			}
		}
	}
	return true
}

// wellFormed reports whether a host can be an endpoint: for a host of AWS, that its labels are names of DNS and no label is
// almost a region (us-west-2a, us_east_1, None).
func wellFormed(host string) bool {
	rest, ok := awsLabels(host)
	if !ok {
		return isName(host)
	}
	for _, label := range strings.Split(rest, ".") {
		if label == "" || label == "none" || label == "null" || label == "undefined" || strings.ContainsAny(label, "_*") {
			return false
		}
		if n := len(label); n > 3 && isLetter(label[n-1]) && regionLike(label[:n-1]) {
			return false
		}
	}
	return true
}

// spokenService returns the service that a text without an envelope is about: by words that only one service's messages hold, else
// by its name in the line that decided.
func spokenService(s screen, at int) string {
	text := s.around(at, reachBefore, reachAfter)
	for _, w := range ownWords {
		if strings.Contains(text, w.words) {
			return w.service
		}
	}
	from, to := s.lineAt(at)
	for _, span := range [][2]int{{max(from, at-300), min(to, at+300)}, {max(0, at-300), min(len(s.text), at+200)}} {
		line := s.cut(span[0], span[1])
		if _, after, ok := strings.Cut(line, "aws "); ok { // the command line: aws SERVICE OPERATION
			if name, rest, ok := strings.Cut(after, " "); ok && known(name) && rest != "" && isLetter(rest[0]) {
				return serviceNamed(name)
			}
		}
		if _, after, ok := strings.Cut(line, "Amazon"); ok { // AmazonS3Exception
			if name, ok := strings.CutSuffix(identifier(after), "Exception"); ok && known(serviceNamed(name)) {
				return serviceNamed(name)
			}
		}
		for _, w := range spokenNames {
			for i, offset := strings.Index(line, w.words), 0; i >= 0; {
				begin, end := offset+i, offset+i+len(w.words)
				if (begin == 0 || !isWord(line[begin-1]) && line[begin-1] != '/' && line[begin-1] != '-') && nameEndsAt(line, end) &&
					!givesCredentials(line[end:]) {
					return w.service
				}
				offset = end
				i = strings.Index(line[offset:], w.words)
			}
		}
	}
	return ""
}

// givesCredentials reports whether the words behind IAM or EC2 make it the source of credentials instead of the service that was
// called: "IAM role", "EC2 instance metadata".
func givesCredentials(after string) bool {
	for _, words := range []string{" role", " IMDS", " instance profile", " instance role", " instance metadata",
		" Instance Metadata", " metadata"} {
		if strings.HasPrefix(after, words) {
			return true
		}
	}
	return false
}

// nameEndsAt reports whether the name of a service ends at an offset: with the word, or before the next word of a type
// (S3Exception).
func nameEndsAt(line string, end int) bool {
	if end >= len(line) {
		return true
	}
	if c := line[end]; c >= 'A' && c <= 'Z' && end+1 < len(line) {
		next := line[end+1]
		return next >= 'a' && next <= 'z'
	}
	return !isWord(line[end]) && line[end] != '-' && line[end] != '/'
}

// ownWords occur in the messages of one service only.
var ownWords = []struct{ words, service string }{
	{"host id: ", "s3"}, {"HostID: ", "s3"}, {"<HostId>", "s3"}, {"S3 Extended Request ID", "s3"},
	{"AuthorizationHeaderMalformed", "s3"}, {"PermanentRedirect", "s3"}, {"NoSuchBucket", "s3"}, {"NoSuchKey", "s3"},
	{"The bucket you are attempting", "s3"}, {"BucketRegionError", "s3"}, {"The bucket is in this region", "s3"},
	{"AuthorizationQueryParameters", "s3"}, {"SlowDown", "s3"}, {"The specified bucket", "s3"}, {"InvalidAccessKeyId", "s3"},
	{"AWS.SimpleQueueService", "sqs"}, {"The specified queue", "sqs"}, {"queue.amazonaws.com/doc", "sqs"},
	{"Secrets Manager can't", "secretsmanager"}, {"Access to KMS is not allowed", "secretsmanager"}, {"UnauthorizedOperation",
		"ec2"}, {"was not able to validate the provided access credentials", "ec2"}, {"RequestLimitExceeded", "ec2"},
	{"AmazonSimpleSystemsManagement", "ssm"}, {"Parameter Store", "ssm"}, {"ParameterNotFound", "ssm"},
	{"ProvisionedThroughputExceeded", "dynamodb"}, {"Topic does not exist", "sns"}, {"log group", "logs"},
	{"ciphertext refers to a customer master key", "kms"}, {"InvalidCiphertext", "kms"}, {"launch template", "ec2"},
	{"Secrets Manager", "secretsmanager"}, {"StateMachineDoesNotExist", "states"}, {"DBInstanceNotFound", "rds"},
	{"RepositoryNotFoundException", "ecr"},
}

// spokenNames are services as people write them.
var spokenNames = []struct{ words, service string }{
	{"S3", "s3"}, {"DynamoDB", "dynamodb"}, {"SQS", "sqs"}, {"SNS", "sns"}, {"SSM", "ssm"}, {"ECR", "ecr"}, {"KMS", "kms"},
	{"STS", "sts"}, {"Kinesis", "kinesis"}, {"CloudWatch Logs", "logs"}, {"CloudWatch", "cloudwatch"}, {"Lambda", "lambda"},
	{"SES", "ses"}, {"RDS", "rds"}, {"EC2", "ec2"}, {"CloudFormation", "cloudformation"}, {"API Gateway", "apigateway"},
	{"Secrets Manager", "secretsmanager"}, {"SecretsManager", "secretsmanager"}, {"Route 53", "route53"},
	{"Route53", "route53"}, {"Step Functions", "states"}, {"EventBridge", "events"}, {"Athena", "athena"}, {"Glue", "glue"},
	{"Cognito", "cognito-idp"}, {"Firehose", "firehose"}, {"CloudFront", "cloudfront"}, {"ECS", "ecs"}, {"EKS", "eks"},
	{"IAM", "iam"}, {"SageMaker", "sagemaker"}, {"Redshift", "redshift"}, {"ElastiCache", "elasticache"},
	{"OpenSearch", "es"}, {"CodeBuild", "codebuild"}, {"CodePipeline", "codepipeline"}, {"Rekognition", "rekognition"},
	{"Textract", "textract"}, {"Auto Scaling", "autoscaling"}, {"AutoScaling", "autoscaling"},
	{"Bedrock", "bedrock"}, {"s3", "s3"}, {"dynamodb", "dynamodb"}, {"sqs", "sqs"}, {"sns", "sns"}, {"kinesis", "kinesis"},
	{"secretsmanager", "secretsmanager"}, {"ssm", "ssm"}, {"rds", "rds"}, {"sts", "sts"}, {"kms", "kms"}, {"ecr", "ecr"},
}
