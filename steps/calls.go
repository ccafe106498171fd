package steps

import (
	"regexp"
	"slices"
	"strings"

	"fargate-doctor/aws"
)

// A CallChoice is a call that an application may make of a service.
type CallChoice struct {
	Action   string // "sns:Publish"
	Title    string // "publish to a topic"
	Resource string // form of the ARN that policies name: "arn:aws:sns:eu-central-1:111122223333:TOPIC"; "*" when the action has no resource
}

// Calls lists what applications call most of a service ("sns", "ecr.api", an endpoint's service name), the most likely first. It is empty
// for services that the program does not know. The forms of the ARNs are those of the service authorization reference.
func Calls(service, region, account string) []CallChoice {
	var list []CallChoice
	for _, s := range calledServices {
		if s.endpoint != service {
			continue
		}
		for _, c := range s.calls {
			list = append(list, CallChoice{Action: s.prefix + ":" + c.operation, Title: c.title, Resource: resourceForm(c.resource, region, account)})
		}
	}
	return list
}

// resourceForm fills region, account and partition in. What only the application knows stays in capital letters.
func resourceForm(form, region, account string) string {
	if form == "*" {
		return form
	}
	if account == "" {
		account = "ACCOUNT"
	}
	return "arn:" + aws.PartitionOf(region).ID + ":" + strings.NewReplacer("{region}", region, "{account}", account).Replace(form)
}

// takesNoResource reports whether an action is known to work on no resource, so that policies must name "*".
func takesNoResource(action string) bool {
	c, ok := calledAs(action)
	return ok && c.resource == "*"
}

// keyActionsOf returns the KMS actions that a call makes on the customer key behind its resource.
func keyActionsOf(action string) []string {
	c, _ := calledAs(action)
	var actions []string
	for _, a := range c.key {
		actions = append(actions, "kms:"+a)
	}
	return actions
}

// calledAs returns the row of an action, compared without case as IAM does.
func calledAs(action string) (call, bool) {
	prefix, operation, _ := strings.Cut(action, ":")
	for _, s := range calledServices {
		if !strings.EqualFold(s.prefix, prefix) {
			continue
		}
		if i := slices.IndexFunc(s.calls, func(c call) bool { return strings.EqualFold(c.operation, operation) }); i >= 0 {
			return s.calls[i], true
		}
	}
	return call{}, false
}

// spelled returns an action as the service authorization reference spells it, where the program knows it.
func spelled(action string) string {
	prefix, operation, ok := strings.Cut(action, ":")
	if !ok {
		return action
	}
	if c, known := calledAs(action); known {
		operation = c.operation
	}
	return strings.ToLower(prefix) + ":" + operation
}

// targetOfAction returns the endpoint service that takes an action, "" when there is none or the action is none.
func targetOfAction(action string) string {
	prefix, _, ok := strings.Cut(strings.ToLower(action), ":")
	if !ok {
		return ""
	}
	for _, s := range calledServices {
		if s.prefix == prefix {
			return s.endpoint
		}
	}
	return prefix
}

// actionPrefix returns the prefix of a service's actions; the service may be named as its endpoint is.
func actionPrefix(service string) string {
	for _, s := range calledServices {
		if s.endpoint == service || s.prefix == service {
			return s.prefix
		}
	}
	return service
}

var actionForm = regexp.MustCompile(`^[A-Za-z0-9-]+:[A-Za-z0-9]+$`)

// IsAction reports whether a text has the form of an IAM action, such as sns:Publish. Whether there is such an action it does not know.
func IsAction(text string) bool { return actionForm.MatchString(text) }

// called is a service, named as in actions and as in endpoints, and its calls.
type called struct {
	prefix   string
	endpoint string
	calls    []call
}

// call is one operation; its resource form is an ARN without "arn:partition:".
type call struct {
	operation, title string
	resource         string
	key              []string // KMS operations on the customer key behind the resource
}

// What senders and readers of encrypted things need of the key, from "Encrypting … with AWS KMS" in the services' guides.
var (
	encrypts  = []string{"GenerateDataKey", "Decrypt"}
	makesKeys = []string{"GenerateDataKey"}
	decrypts  = []string{"Decrypt"}
)

// Forms of ARNs, without "arn:partition:".
const (
	topicARN      = "sns:{region}:{account}:TOPIC"
	queueARN      = "sqs:{region}:{account}:QUEUE"
	objectARN     = "s3:::BUCKET/KEY"
	bucketARN     = "s3:::BUCKET"
	tableARN      = "dynamodb:{region}:{account}:table/TABLE"
	secretARN     = "secretsmanager:{region}:{account}:secret:NAME-??????"
	parameterARN  = "ssm:{region}:{account}:parameter/NAME"
	keyARN        = "kms:{region}:{account}:key/ID"
	repositoryARN = "ecr:{region}:{account}:repository/NAME"
	logStreamARN  = "logs:{region}:{account}:log-group:GROUP:log-stream:STREAM"
	logGroupARN   = "logs:{region}:{account}:log-group:GROUP"
	streamARN     = "kinesis:{region}:{account}:stream/STREAM"
	deliveryARN   = "firehose:{region}:{account}:deliverystream/STREAM"
	busARN        = "events:{region}:{account}:event-bus/BUS"
	machineARN    = "states:{region}:{account}:stateMachine:NAME"
	functionARN   = "lambda:{region}:{account}:function:NAME"
)

var calledServices = []called{
	{"sns", "sns", []call{
		{"Publish", "publish to a topic", topicARN, encrypts}, {"PublishBatch", "publish several messages", topicARN, encrypts},
		{"Subscribe", "subscribe to a topic", topicARN, nil}, {"ListTopics", "list the topics", "*", nil},
		{"GetTopicAttributes", "read a topic's settings", topicARN, nil}, {"CreateTopic", "create a topic", topicARN, nil},
	}},
	{"sqs", "sqs", []call{
		{"SendMessage", "send to a queue", queueARN, encrypts}, {"ReceiveMessage", "receive from a queue", queueARN, decrypts},
		{"DeleteMessage", "delete what was received", queueARN, nil}, {"GetQueueUrl", "look a queue's URL up", queueARN, nil},
		{"GetQueueAttributes", "read a queue's settings", queueARN, nil}, {"ChangeMessageVisibility", "keep a message longer", queueARN, nil},
		{"ListQueues", "list the queues", "*", nil},
	}},
	{"s3", "s3", []call{
		{"GetObject", "read an object", objectARN, decrypts}, {"PutObject", "write an object", objectARN, makesKeys},
		{"ListBucket", "list a bucket (also HeadBucket, ListObjectsV2)", bucketARN, nil}, {"DeleteObject", "delete an object", objectARN, nil},
		{"GetBucketLocation", "ask where a bucket is", bucketARN, nil}, {"ListAllMyBuckets", "list the buckets", "*", nil},
	}},
	{"dynamodb", "dynamodb", []call{
		{"GetItem", "read an item", tableARN, decrypts}, {"PutItem", "write an item", tableARN, decrypts}, {"Query", "query a table", tableARN, decrypts},
		{"UpdateItem", "change an item", tableARN, decrypts}, {"BatchGetItem", "read several items", tableARN, decrypts},
		{"BatchWriteItem", "write several items", tableARN, decrypts}, {"DeleteItem", "delete an item", tableARN, decrypts}, {"Scan", "scan a table", tableARN, decrypts},
		{"DescribeTable", "read a table's settings", tableARN, nil}, {"ListTables", "list the tables", "*", nil},
	}},
	{"secretsmanager", "secretsmanager", []call{
		{"GetSecretValue", "read a secret", secretARN, decrypts}, {"DescribeSecret", "read what is known of a secret", secretARN, nil},
		{"PutSecretValue", "write a secret", secretARN, encrypts}, {"ListSecrets", "list the secrets", "*", nil},
	}},
	{"ssm", "ssm", []call{
		{"GetParameters", "read parameters by name", parameterARN, decrypts}, {"GetParameter", "read one parameter", parameterARN, decrypts},
		{"GetParametersByPath", "read all below a path", parameterARN, decrypts}, {"PutParameter", "write a parameter", parameterARN, []string{"Encrypt"}},
		{"DescribeParameters", "list the parameters", "*", nil},
	}},
	{"kms", "kms", []call{
		{"Decrypt", "decrypt", keyARN, nil}, {"GenerateDataKey", "make a data key", keyARN, nil}, {"Encrypt", "encrypt", keyARN, nil},
		{"DescribeKey", "read a key's settings", keyARN, nil}, {"Sign", "sign", keyARN, nil}, {"ListKeys", "list the keys", "*", nil},
	}},
	{"ecr", "ecr.api", []call{
		{"GetAuthorizationToken", "log in to the registry", "*", nil}, {"BatchGetImage", "read an image", repositoryARN, nil},
		{"GetDownloadUrlForLayer", "download a layer", repositoryARN, nil}, {"BatchCheckLayerAvailability", "ask for layers", repositoryARN, nil},
		{"PutImage", "push an image", repositoryARN, nil},
	}},
	{"logs", "logs", []call{
		{"PutLogEvents", "write log lines", logStreamARN, nil}, {"CreateLogStream", "create a log stream", logGroupARN, nil},
		{"CreateLogGroup", "create a log group", logGroupARN, nil}, {"DescribeLogStreams", "list log streams", logGroupARN, nil},
		{"FilterLogEvents", "search log lines", logGroupARN, nil},
	}},
	{"cloudwatch", "monitoring", []call{
		{"PutMetricData", "write metrics", "*", nil}, {"GetMetricData", "read metrics", "*", nil}, {"ListMetrics", "list metrics", "*", nil},
	}},
	{"kinesis", "kinesis-streams", []call{
		{"PutRecords", "write records", streamARN, makesKeys}, {"PutRecord", "write a record", streamARN, makesKeys}, {"GetRecords", "read records", streamARN, decrypts},
		{"GetShardIterator", "start reading a shard", streamARN, nil}, {"DescribeStreamSummary", "read a stream's settings", streamARN, nil},
		{"ListShards", "list shards", streamARN, nil},
	}},
	{"firehose", "kinesis-firehose", []call{
		{"PutRecordBatch", "write records", deliveryARN, nil}, {"PutRecord", "write a record", deliveryARN, nil},
	}},
	{"events", "events", []call{{"PutEvents", "send events", busARN, nil}}},
	{"states", "states", []call{
		{"StartExecution", "start a state machine", machineARN, nil}, {"StartSyncExecution", "run an express state machine", machineARN, nil},
		{"SendTaskSuccess", "report a task as done", "*", nil},
	}},
	{"lambda", "lambda", []call{{"InvokeFunction", "invoke a function", functionARN, nil}}},
	{"sts", "sts", []call{
		{"AssumeRole", "assume a role", "iam::{account}:role/NAME", nil}, {"GetCallerIdentity", "ask who one is", "*", nil},
	}},
	{"ses", "email", []call{
		{"SendEmail", "send mail", "ses:{region}:{account}:identity/NAME", nil}, {"SendRawEmail", "send mail as it is", "ses:{region}:{account}:identity/NAME", nil},
	}},
	{"ssmmessages", "ssmmessages", []call{
		{"CreateControlChannel", "register for ECS Exec", "*", nil}, {"CreateDataChannel", "open a session's data channel", "*", nil},
		{"OpenControlChannel", "keep the control channel", "*", nil}, {"OpenDataChannel", "carry a session", "*", nil},
	}},
	{"xray", "xray", []call{{"PutTraceSegments", "write traces", "*", nil}, {"PutTelemetryRecords", "write telemetry", "*", nil}}},
	{"bedrock", "bedrock-runtime", []call{
		{"InvokeModel", "invoke a model", "bedrock:{region}::foundation-model/ID", nil},
		{"InvokeModelWithResponseStream", "invoke a model, answer streamed", "bedrock:{region}::foundation-model/ID", nil},
	}},
	{"rds-data", "rds-data", []call{{"ExecuteStatement", "run SQL", "rds:{region}:{account}:cluster:NAME", nil}}},
	{"ecs", "ecs", []call{
		{"DescribeTasks", "read tasks", "ecs:{region}:{account}:task/CLUSTER/ID", nil}, {"ListTasks", "list tasks", "*", nil},
		{"RunTask", "start a task", "ecs:{region}:{account}:task-definition/FAMILY:REVISION", nil},
	}},
	{"servicediscovery", "data-servicediscovery", []call{{"DiscoverInstances", "look instances up", "*", nil}}},
	{"appconfig", "appconfigdata", []call{
		{"GetLatestConfiguration", "read a configuration", "appconfig:{region}:{account}:application/A/environment/E/configuration/C", nil},
		{"StartConfigurationSession", "start reading a configuration", "appconfig:{region}:{account}:application/A/environment/E/configuration/C", nil},
	}},
	{"elasticfilesystem", "elasticfilesystem", []call{
		{"ClientMount", "mount a file system", "elasticfilesystem:{region}:{account}:file-system/ID", nil},
		{"ClientWrite", "write to a file system", "elasticfilesystem:{region}:{account}:file-system/ID", nil},
	}},
	{"execute-api", "execute-api", []call{{"Invoke", "call an API", "execute-api:{region}:{account}:API/STAGE/METHOD/PATH", nil}}},
}
