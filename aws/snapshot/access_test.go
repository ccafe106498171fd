package snapshot_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
)

// What the AWS CLI prints is understood without additions where it names what was asked for; IAM and S3 from any folder.
func TestAnswersAboutPermissionsByHand(t *testing.T) {
	const (
		role   = "arn:aws:iam::111122223333:role/task"
		secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"
		key    = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666"
		topic  = "arn:aws:sns:eu-central-1:111122223333:orders"
	)
	files := fstest.MapFS{}
	for name, content := range map[string]string{
		"eu-central-1/clusters.json":   `{"clusters":[]}`,
		"us-east-1/role.json":          `{"Role":{"RoleName":"task","Arn":"` + role + `","AssumeRolePolicyDocument":{"Statement":[]}}} {"Role":{"RoleName":"other","Arn":"` + role + `2"}}`,
		"us-east-1/bucket.json":        `{"Bucket":"assets","Policy":"{\"Statement\":[]}"}`,
		"us-east-1/simulation.json":    `{"PolicySourceArn":"` + role + `","EvaluationResults":[{"EvalActionName":"sns:Publish","EvalResourceName":"*","EvalDecision":"allowed"}]}`,
		"eu-central-1/secret.json":     `{"ARN":"` + secret + `","Name":"db","KmsKeyId":"` + key + `","CreatedDate":"2024-05-06T07:08:09+00:00","VersionIdsToStages":{"v1":["AWSCURRENT"]}}`,
		"eu-central-1/key.json":        `{"KeyMetadata":{"KeyId":"0a1b2c3d-1111-2222-3333-444455556666","Arn":"` + key + `","KeyState":"Enabled","KeyManager":"CUSTOMER"}}`,
		"eu-central-1/topic.json":      `{"Attributes":{"TopicArn":"` + topic + `","Policy":"{\"Statement\":[]}"}}`,
		"eu-central-1/parameters.json": `{"Parameters":[{"Name":"/app/key","Type":"String"}]}`,
		"eu-central-1/groups.json":     `{"logGroups":[{"logGroupName":"/app/web"}]} {"logGroupNamePrefix":"/app/gone","logGroups":[]}`,
		"manifest.json":                `{"schema":1,"region":"eu-central-1"}`,
	} {
		files[name] = &fstest.MapFile{Data: []byte(content)}
	}
	r, err := snapshot.OpenFS(files)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if got, err := read.Role(ctx, r, role); got.ARN != role || err != nil {
		t.Errorf("role: %+v, %v", got, err)
	}
	if got, err := read.Secret(ctx, r, secret); got.Key != key || err != nil {
		t.Errorf("secret: %+v, %v", got, err)
	}
	if got, err := read.Key(ctx, r, key); got.State != "Enabled" || aws.KindOf(got.PolicyErr) != aws.NotRecorded || err != nil {
		t.Errorf("key: %+v, %v", got, err)
	}
	for _, arn := range []string{topic, "arn:aws:s3:::assets"} {
		if got, err := read.ResourcePolicy(ctx, r, arn); got.Document != `{"Statement":[]}` || err != nil {
			t.Errorf("policy of %s: %+v, %v", arn, got, err)
		}
	}
	if got, err := read.Simulate(ctx, r, role, []string{"sns:Publish"}, []string{topic}, nil); err != nil || got[0].Decision != "allowed" {
		t.Errorf("simulation: %+v, %v", got, err)
	}
	if _, err := read.Parameter(ctx, r, "/app/key"); err != nil {
		t.Error(err)
	}
	// What was not asked for is not known; what was asked for and is not there is.
	for what, c := range map[string]struct {
		err  error
		kind aws.Kind
		hint string
	}{
		"another role":                    {failure(read.Role(ctx, r, "third")), aws.NotRecorded, "aws iam get-role --role-name third"},
		"a secret's policy":               {failure(read.ResourcePolicy(ctx, r, secret)), aws.NotRecorded, "aws secretsmanager get-resource-policy --secret-id " + secret},
		"a bucket's key":                  {failure(read.EncryptionKey(ctx, r, "arn:aws:s3:::assets")), aws.NotRecorded, `aws s3api get-bucket-encryption --bucket assets --region eu-central-1 --output json and add "Bucket": "assets"`},
		"another parameter":               {failure(read.Parameter(ctx, r, "/app/other")), aws.NotRecorded, "--parameter-filters Key=Name,Option=Equals,Values=/app/other"},
		"a log group that was not read":   {failure(read.LogGroup(ctx, r, "", "/app/other")), aws.NotRecorded, "--log-group-name-prefix /app/other"},
		"a log group that is not there":   {failure(read.LogGroup(ctx, r, "", "/app/gone")), aws.NotFound, ""},
		"the same in another context":     {failure(read.Simulate(ctx, r, role, []string{"sns:Publish"}, nil, map[string][]string{"aws:SourceVpc": {"vpc-1"}})), aws.NotRecorded, "simulate-principal-policy"},
		"an image":                        {failure(read.Image(ctx, r, "arn:aws:ecr:eu-central-1:111122223333:repository/web", "7")), aws.NotRecorded, `--image-ids imageTag=7`},
		"mount targets of a file system":  {failure(read.MountTargets(ctx, r, "", "fs-01")), aws.NotRecorded, "aws efs describe-mount-targets --file-system-id fs-01"},
		"a secret of a region not held":   {failure(read.Secret(ctx, r, strings.Replace(secret, "eu-central", "eu-west", 1))), aws.NotRecorded, "--region eu-west-1"},
		"a policy that a role might have": {failure(read.RolePolicies(ctx, r, role)), aws.NotRecorded, "list-role-policies"},
	} {
		if c.err == nil || aws.KindOf(c.err) != c.kind || !strings.Contains(aws.Hint(c.err), c.hint) {
			t.Errorf("%s: %v, hint %q", what, c.err, aws.Hint(c.err))
		}
	}
}

func failure[T any](_ T, err error) error { return err }

// Two simulations that differ in their context stay apart in a recording.
func TestSimulationsKeepTheirContext(t *testing.T) {
	decisions := map[string]string{"": "implicitDeny", "vpc-1": "allowed"}
	simulate := func(r aws.Reader, vpc string) string {
		var context map[string][]string
		if vpc != "" {
			context = map[string][]string{"aws:SourceVpc": {vpc}}
		}
		got, err := read.Simulate(t.Context(), r, "arn:aws:iam::111122223333:role/task", []string{"sns:Publish"}, nil, context)
		if err != nil {
			return aws.KindOf(err).String()
		}
		return got[0].Decision
	}
	recorder := snapshot.NewRecorder(simulator(decisions))
	for vpc, want := range decisions {
		if got := simulate(recorder, vpc); got != want {
			t.Fatalf("%q: %s", vpc, got)
		}
	}
	path := filepath.Join(t.TempDir(), "s.zip")
	if err := recorder.Write(path, snapshot.Manifest{Region: "eu-central-1"}, false); err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for vpc, want := range map[string]string{"": "implicitDeny", "vpc-1": "allowed", "vpc-2": "not recorded"} {
		if got := simulate(s, vpc); got != want {
			t.Errorf("%q: %s, want %s", vpc, got, want)
		}
	}
}

// A simulator decides by the VPC in the context.
type simulator map[string]string

func (s simulator) Read(_ context.Context, q aws.Query, page func(json.RawMessage) error) error {
	vpc := ""
	if entries, ok := q.Input["ContextEntries"].([]aws.Input); ok {
		vpc = entries[0]["ContextKeyValues"].([]string)[0]
	}
	return page(json.RawMessage(`{"EvaluationResults":[{"EvalActionName":"sns:Publish","EvalResourceName":"*","EvalDecision":"` + s[vpc] + `"}]}`))
}
