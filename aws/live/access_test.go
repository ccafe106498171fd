package live_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
	"fargate-doctor/aws/live/livetest"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
)

const (
	trustTasks = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	onlyTLS    = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	mayPublish = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sns:Publish","Resource":"*"}]}`
	execution  = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
)

// permissions are resources with and without policies, as they were made on the API server.
type permissions struct {
	account, role, key, bucket, open, queue, topic, secret, repository string // ARNs, but for the account
	logged                                                             time.Time
}

// must ends the test when a resource could not be made.
func must[T any](t *testing.T) func(T, error) T {
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func buildPermissions(t *testing.T, url string) permissions {
	t.Helper()
	livetest.Environment(t, url, livetest.Region)
	ctx := t.Context()
	cfg := must[sdk.Config](t)(config.LoadDefaultConfig(ctx, config.WithHTTPClient(livetest.NewClient())))
	var p permissions

	roles := iam.NewFromConfig(cfg)
	managed := must[*iam.CreatePolicyOutput](t)(roles.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: sdk.String("shared"), PolicyDocument: sdk.String(mayPublish)})).Policy.Arn
	p.role = *must[*iam.CreateRoleOutput](t)(roles.CreateRole(ctx, &iam.CreateRoleInput{RoleName: sdk.String("task"), Path: sdk.String("/app/"),
		AssumeRolePolicyDocument: sdk.String(trustTasks), PermissionsBoundary: managed})).Role.Arn
	p.account = strings.Split(p.role, ":")[4]
	must[*iam.PutRolePolicyOutput](t)(roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: sdk.String("task"), PolicyName: sdk.String("inline"), PolicyDocument: sdk.String(mayPublish)}))
	for _, arn := range []string{*managed, execution} {
		must[*iam.AttachRolePolicyOutput](t)(roles.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: sdk.String("task"), PolicyArn: &arn}))
	}

	keys := kms.NewFromConfig(cfg)
	p.key = *must[*kms.CreateKeyOutput](t)(keys.CreateKey(ctx, &kms.CreateKeyInput{Policy: sdk.String(onlyTLS)})).KeyMetadata.Arn
	must[*kms.CreateAliasOutput](t)(keys.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: sdk.String("alias/app"), TargetKeyId: &p.key}))

	buckets := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	for _, name := range []string{"assets", "open"} {
		must[*s3.CreateBucketOutput](t)(buckets.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name,
			CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: livetest.Region}}))
	}
	must[*s3.PutBucketPolicyOutput](t)(buckets.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: sdk.String("assets"), Policy: sdk.String(onlyTLS)}))
	must[*s3.PutBucketEncryptionOutput](t)(buckets.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{Bucket: sdk.String("assets"),
		ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{Rules: []s3types.ServerSideEncryptionRule{{
			ApplyServerSideEncryptionByDefault: &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: "aws:kms", KMSMasterKeyID: &p.key}}}}}))
	p.bucket, p.open = "arn:aws:s3:::assets", "arn:aws:s3:::open"

	must[*sqs.CreateQueueOutput](t)(sqs.NewFromConfig(cfg).CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: sdk.String("orders"), Attributes: map[string]string{"Policy": onlyTLS, "KmsMasterKeyId": p.key}}))
	p.queue = "arn:aws:sqs:" + livetest.Region + ":" + p.account + ":orders"
	p.topic = *must[*sns.CreateTopicOutput](t)(sns.NewFromConfig(cfg).CreateTopic(ctx, &sns.CreateTopicInput{Name: sdk.String("orders"), Attributes: map[string]string{"KmsMasterKeyId": "alias/aws/sns"}})).TopicArn
	secrets := secretsmanager.NewFromConfig(cfg)
	p.secret = *must[*secretsmanager.CreateSecretOutput](t)(secrets.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: sdk.String("shop/db"), SecretString: sdk.String("hunter2"), KmsKeyId: &p.key})).ARN
	must[*secretsmanager.PutResourcePolicyOutput](t)(secrets.PutResourcePolicy(ctx, &secretsmanager.PutResourcePolicyInput{SecretId: &p.secret, ResourcePolicy: sdk.String(onlyTLS)}))
	must[*ssm.PutParameterOutput](t)(ssm.NewFromConfig(cfg).PutParameter(ctx, &ssm.PutParameterInput{Name: sdk.String("/shop/key"), Type: ssmtypes.ParameterTypeSecureString, Value: sdk.String("hunter2"), KeyId: &p.key}))
	images := ecr.NewFromConfig(cfg)
	p.repository = *must[*ecr.CreateRepositoryOutput](t)(images.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: sdk.String("team/web")})).Repository.RepositoryArn

	logs := cloudwatchlogs.NewFromConfig(cfg)
	p.logged = time.Now().Add(-time.Minute).Truncate(time.Millisecond)
	must[*cloudwatchlogs.CreateLogGroupOutput](t)(logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: sdk.String("/shop/web")}))
	must[*cloudwatchlogs.CreateLogStreamOutput](t)(logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: sdk.String("/shop/web"), LogStreamName: sdk.String("web/1")}))
	var events []logtypes.InputLogEvent
	for i, text := range []string{"fine", "ERROR password=hunter2", "fine"} {
		events = append(events, logtypes.InputLogEvent{Message: &text, Timestamp: sdk.Int64(p.logged.Add(time.Duration(i) * time.Second).UnixMilli())})
	}
	must[*cloudwatchlogs.PutLogEventsOutput](t)(logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: sdk.String("/shop/web"), LogStreamName: sdk.String("web/1"), LogEvents: events}))
	return p
}

// sameJSON reports whether two documents mean the same.
func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && cmp.Equal(x, y)
}

// What was made on the API server reads back, through the account, through a recording of it, and through that with redaction.
func TestReadsPermissions(t *testing.T) {
	url := livetest.StartServer(t)
	p := buildPermissions(t, url)
	recorder := snapshot.NewRecorder(openLocal(t, url))
	checkPermissions(t, recorder, p)
	path := filepath.Join(t.TempDir(), "s.zip")
	if err := recorder.Write(path, snapshot.Manifest{Region: livetest.Region}, false); err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	checkPermissions(t, s, p)
}

func checkPermissions(t *testing.T, r aws.Reader, p permissions) {
	t.Helper()
	ctx := t.Context()
	role, err := read.Role(ctx, r, p.role)
	if role.Path != "/app/" || !sameJSON(t, role.Trust, trustTasks) || role.Boundary != "arn:aws:iam::"+p.account+":policy/shared" || role.Created.IsZero() || err != nil {
		t.Errorf("role: %+v, %v", role, err)
	}
	if _, err := read.Role(ctx, r, "none"); aws.KindOf(err) != aws.NotFound {
		t.Errorf("no role: %v", err)
	}
	policies, err := read.RolePolicies(ctx, r, p.role)
	if len(policies.Known) != 3 || len(policies.Unread) != 0 || err != nil || policies.Known[0].Name != "inline" || !sameJSON(t, policies.Known[0].Document, mayPublish) {
		t.Errorf("policies: %+v, %v", policies, err)
	}
	for _, known := range policies.Known {
		if known.ARN == execution && !strings.Contains(known.Document, "ecr:GetAuthorizationToken") {
			t.Errorf("AWS's policy is %s", known.Document)
		}
	}
	simulations, err := read.Simulate(ctx, r, p.role, []string{"sns:Publish", "s3:GetObject"}, []string{p.topic}, map[string][]string{"aws:SecureTransport": {"true"}})
	if len(simulations) != 2 || err != nil || simulations[0].Decision != "allowed" || simulations[1].Decision != "implicitDeny" {
		t.Errorf("simulations: %+v, %v", simulations, err)
	}
	for arn, want := range map[string]string{p.bucket + "/logo.svg": onlyTLS, p.open: "", p.queue: onlyTLS, p.secret: onlyTLS, p.key: onlyTLS, p.repository: ""} {
		got, err := read.ResourcePolicy(ctx, r, arn)
		if err != nil || got.Document != want && !sameJSON(t, got.Document, want) {
			t.Errorf("policy of %s: %+v, %v", arn, got, err)
		}
	}
	if got, err := read.ResourcePolicy(ctx, r, p.topic); err != nil || !strings.Contains(got.Document, p.topic) {
		t.Errorf("policy of the topic: %+v, %v", got, err)
	}
	for arn, want := range map[string]string{p.bucket: p.key, p.queue: p.key, p.topic: "arn:aws:kms:" + livetest.Region + ":" + p.account + ":alias/aws/sns", p.secret: p.key, p.repository: "",
		"arn:aws:ssm:" + livetest.Region + ":" + p.account + ":parameter/shop/key": p.key, "arn:aws:logs:" + livetest.Region + ":" + p.account + ":log-group:/shop/web:*": ""} {
		if got, err := read.EncryptionKey(ctx, r, arn); got != want || err != nil {
			t.Errorf("key of %s: %q, %v", arn, got, err)
		}
	}
	for _, gone := range []string{"arn:aws:s3:::gone", p.queue + "-gone", p.topic + "-gone", p.secret + "gone", p.repository + "-gone"} {
		if _, err := read.ResourcePolicy(ctx, r, gone); aws.KindOf(err) != aws.NotFound {
			t.Errorf("policy of %s: %v", gone, err)
		}
		if _, err := read.EncryptionKey(ctx, r, gone); aws.KindOf(err) != aws.NotFound {
			t.Errorf("key of %s: %v", gone, err)
		}
	}
	for _, id := range []string{p.key, "alias/app"} {
		k, err := read.Key(ctx, r, id)
		if k.ARN != p.key || k.State != "Enabled" || k.Manager != "CUSTOMER" || !sameJSON(t, k.Policy, onlyTLS) || err != nil {
			t.Errorf("%s: %+v, %v", id, k, err)
		}
	}
	if _, err := read.Key(ctx, r, "alias/none"); aws.KindOf(err) != aws.NotFound {
		t.Errorf("no key: %v", err)
	}
	secret, err := read.Secret(ctx, r, p.secret+":password:AWSCURRENT:")
	if secret.Name != "shop/db" || secret.Key != p.key || !secret.Staged("AWSCURRENT") || err != nil {
		t.Errorf("secret: %+v, %v", secret, err)
	}
	parameter, err := read.Parameter(ctx, r, "/shop/key")
	if parameter.Type != "SecureString" || parameter.Key != p.key || err != nil {
		t.Errorf("parameter: %+v, %v", parameter, err)
	}
	if _, err := read.Parameter(ctx, r, "/shop/none"); aws.KindOf(err) != aws.NotFound {
		t.Errorf("no parameter: %v", err)
	}
	if _, err := read.LogGroup(ctx, r, "", "/shop/we"); aws.KindOf(err) != aws.NotFound {
		t.Errorf("no log group: %v", err)
	}
	lines, err := read.LogLines(ctx, r, "", "/shop/web", nil, p.logged, "ERROR", 10)
	if len(lines) != 1 || err != nil || !strings.HasPrefix(lines[0].Text, "ERROR password=") || lines[0].At.UnixMilli() != p.logged.Add(time.Second).UnixMilli() || lines[0].Stream != "web/1" {
		t.Errorf("lines: %+v, %v", lines, err)
	}
}
