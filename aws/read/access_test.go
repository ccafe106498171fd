package read_test

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

const (
	roleARN = "arn:aws:iam::111122223333:role/app/task"
	keyARN  = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666"
	trust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	getOne  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::assets/*"}]}`
)

// answers is a reader that is a function.
type answers func(aws.Query) (string, error)

func (a answers) Read(_ context.Context, q aws.Query, page func(json.RawMessage) error) error {
	answer, err := a(q)
	if err != nil {
		return err
	}
	return page(json.RawMessage(answer))
}

// fails returns the error that a live account ends in.
func fails(q aws.Query, kind aws.Kind, code string) error {
	e := aws.Errorf(kind, q, "", "%s: as told", code)
	e.Code = code
	return e
}

func TestRole(t *testing.T) {
	want := aws.Role{ARN: roleARN, Name: "task", Path: "/app/", Trust: trust, Boundary: "arn:aws:iam::111122223333:policy/shared",
		Created: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)}
	for _, called := range []string{"task", "app/task", "/app/task", roleARN, "arn:aws:sts::111122223333:assumed-role/task/0123456789abcdef"} {
		w := recorded(t)
		w.asked = func(q aws.Query) {
			if q.Input["RoleName"] != "task" || q.Region != "" {
				t.Errorf("%s asks for %v in %q", called, q.Input, q.Region)
			}
		}
		got, err := read.Role(t.Context(), w, called)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", called, err, diff)
		}
	}
	for called, kind := range map[string]aws.Kind{
		"arn:aws:iam::111122223333:role/task":     aws.NotFound, // without the path that the role has
		"arn:aws:iam::444455556666:role/app/task": aws.Other,
	} {
		if _, err := read.Role(t.Context(), recorded(t), called); err == nil || aws.KindOf(err) != kind {
			t.Errorf("%s: %v, want %v", called, err, kind)
		}
	}
}

// A policy means the same as the AWS CLI prints it, as IAM sends it and as other services send it.
func TestDocumentForms(t *testing.T) {
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	strange := `{"Statement":[{"Condition":{"StringLike":{"k":"100% + ä/\"é"}}}]}`
	for what, form := range map[string]string{"object": strange, "string": quote(" " + strange + "\n"), "URL-encoded": quote(url.PathEscape(strange))} {
		got, err := read.Role(t.Context(), recorded(t).with("iam:GetRole", `{"Role":{"RoleName":"x","Arn":"arn:aws:iam::1:role/x","AssumeRolePolicyDocument":`+form+`}}`), "x")
		if got.Trust != strange || err != nil {
			t.Errorf("%s: %q, %v", what, got.Trust, err)
		}
	}
	for _, form := range []string{`"%zz"`, `"[]"`, `["x"]`, `"text"`, `7`, `"%7B"`} {
		_, err := read.Role(t.Context(), recorded(t).with("iam:GetRole", `{"Role":{"RoleName":"x","Arn":"arn:aws:iam::1:role/x","AssumeRolePolicyDocument":`+form+`}}`), "x")
		if aws.KindOf(err) != aws.Malformed {
			t.Errorf("%s: %v", form, err)
		}
	}
}

func TestRolePolicies(t *testing.T) {
	got, err := read.RolePolicies(t.Context(), recorded(t), roleARN)
	want := aws.Policies{Known: []aws.PolicyDocument{{Name: "inline", Document: compact(getOne)},
		{Name: "shared", ARN: "arn:aws:iam::111122223333:policy/shared", Document: getOne}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func compact(s string) string { return strings.ReplaceAll(s, ", ", ",") }

// A role of many policies of which one is denied: the others are known, and the calls take three rounds.
func TestRolePoliciesUnread(t *testing.T) {
	const delay = 20 * time.Millisecond
	r := answers(func(q aws.Query) (string, error) {
		time.Sleep(delay)
		switch q.Operation {
		case "ListRolePolicies":
			return `{"PolicyNames":["c","a","b"]}`, nil
		case "ListAttachedRolePolicies":
			return `{"AttachedPolicies":[{"PolicyArn":"arn:1"},{"PolicyArn":"arn:2"}]}`, nil
		case "GetPolicy":
			return `{"Policy":{"PolicyName":"m","DefaultVersionId":"v1"}}`, nil
		case "GetPolicyVersion":
			if q.Input["PolicyArn"] == "arn:2" {
				return `{"PolicyVersion":{"VersionId":"v2","Document":{}}}`, nil // not the one that is in force
			}
			return `{"PolicyVersion":{"VersionId":"v1","Document":{}}}`, nil
		case "GetRolePolicy":
			if q.Input["PolicyName"] == "b" {
				return "", fails(q, aws.Denied, "AccessDenied")
			}
		}
		return `{"PolicyDocument":{}}`, nil
	})
	start := time.Now()
	got, err := read.RolePolicies(t.Context(), r, "task")
	if took := time.Since(start); took > 5*delay {
		t.Errorf("took %v, more than three rounds of %v", took, delay)
	}
	var names []string
	for _, p := range got.Known {
		names = append(names, p.Name+p.ARN)
	}
	if !slices.Equal(names, []string{"a", "c", "marn:1"}) || err != nil {
		t.Errorf("known are %v, %v", names, err)
	}
	if len(got.Unread) != 2 || aws.Missing(got.Unread[0]) != "iam:GetRolePolicy" || aws.KindOf(got.Unread[1]) != aws.Malformed {
		t.Errorf("unread are %v", got.Unread)
	}
	for _, list := range []string{"iam:ListRolePolicies", "iam:ListAttachedRolePolicies"} {
		w := recorded(t)
		w.denied[list] = true
		if _, err := read.RolePolicies(t.Context(), w, "task"); aws.Missing(err) != list {
			t.Errorf("without %s: %v", list, err)
		}
	}
}

func TestSimulate(t *testing.T) {
	w := recorded(t)
	var asked aws.Query
	w.asked = func(q aws.Query) { asked = q }
	got, err := read.Simulate(t.Context(), w, roleARN, []string{"s3:GetObject", "sts:GetCallerIdentity"}, []string{"arn:aws:s3:::assets/a", "arn:aws:s3:::other/b"},
		map[string][]string{"aws:SourceVpc": {"vpc-1"}, "aws:SecureTransport": {"true"}, "aws:SourceIp": {"10.0.0.1", "10.1.0.0/16"}, "aws:SourceAccount": {"111122223333"}})
	want := []aws.Simulation{
		{Action: "s3:GetObject", Resource: "arn:aws:s3:::assets/a", Decision: "allowed", Matched: []aws.MatchedStatement{{PolicyID: "inline", PolicyType: "IAM Policy"}},
			MissingContext: []string{"aws:SourceVpce"}, Boundary: "allowed", Organization: "denied"},
		{Action: "s3:GetObject", Resource: "arn:aws:s3:::other/b", Decision: "implicitDeny", MissingContext: []string{"aws:SourceVpce", "aws:userid"}, Boundary: "denied", Organization: "denied"},
		{Action: "sts:GetCallerIdentity", Resource: "arn:aws:s3:::assets/a", Decision: "implicitDeny"},
		{Action: "sts:GetCallerIdentity", Resource: "arn:aws:s3:::other/b", Decision: "implicitDeny"},
	}
	if diff := cmp.Diff(want, got, same); diff != "" || err != nil {
		t.Error(err, diff)
	}
	wantContext := []aws.Input{
		{"ContextKeyName": "aws:SecureTransport", "ContextKeyType": "boolean", "ContextKeyValues": []string{"true"}},
		{"ContextKeyName": "aws:SourceAccount", "ContextKeyType": "string", "ContextKeyValues": []string{"111122223333"}},
		{"ContextKeyName": "aws:SourceIp", "ContextKeyType": "ipList", "ContextKeyValues": []string{"10.0.0.1", "10.1.0.0/16"}},
		{"ContextKeyName": "aws:SourceVpc", "ContextKeyType": "string", "ContextKeyValues": []string{"vpc-1"}},
	}
	if diff := cmp.Diff(any(wantContext), asked.Input["ContextEntries"]); diff != "" {
		t.Error(diff)
	}
	if _, err := read.Simulate(t.Context(), w, roleARN, []string{"s3:PutObject"}, nil, nil); aws.KindOf(err) != aws.NotRecorded {
		t.Errorf("an action that the recording lacks: %v", err)
	}
}

// Each guarded resource: how it is asked for, the policy, none, and the resource that does not exist.
func TestResourcePolicies(t *testing.T) {
	for _, c := range []struct {
		arn, operation, region string
		input                  aws.Input
		mark                   string // in the policy
		none                   string // answer or error code when there is no policy
		gone                   string // error code when there is no resource
	}{
		{"arn:aws:s3:::assets/images/a.png", "s3:GetBucketPolicy", "", aws.Input{"Bucket": "assets"}, "assets", "NoSuchBucketPolicy", "NoSuchBucket"},
		{"arn:aws:sqs:eu-west-1:111122223333:orders", "sqs:GetQueueAttributes", "eu-west-1", aws.Input{"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/orders", "AttributeNames": []string{"QueueArn", "Policy", "KmsMasterKeyId"}},
			"orders", `{"Attributes":{"QueueArn":"x"}}`, "AWS.SimpleQueueService.NonExistentQueue"},
		{"arn:aws-cn:sqs:cn-north-1:111122223333:orders", "sqs:GetQueueAttributes", "cn-north-1", aws.Input{"QueueUrl": "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/orders", "AttributeNames": []string{"QueueArn", "Policy", "KmsMasterKeyId"}},
			"orders", `{"Attributes":{"QueueArn":"x"}}`, "AWS.SimpleQueueService.NonExistentQueue"},
		{"arn:aws:sns:eu-central-1:111122223333:orders", "sns:GetTopicAttributes", "eu-central-1", aws.Input{"TopicArn": "arn:aws:sns:eu-central-1:111122223333:orders"}, "topic", `{"Attributes":{"TopicArn":"x"}}`, "NotFound"},
		{keyARN, "kms:GetKeyPolicy", "eu-central-1", aws.Input{"KeyId": keyARN, "PolicyName": "default"}, "root", "", "NotFoundException"},
		{"arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf:password::", "secretsmanager:GetResourcePolicy", "eu-central-1",
			aws.Input{"SecretId": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"}, "secret", `{"ARN":"x","Name":"db"}`, "ResourceNotFoundException"},
		{"arn:aws:ecr:eu-central-1:444455556666:repository/team/web", "ecr:GetRepositoryPolicy", "eu-central-1", aws.Input{"registryId": "444455556666", "repositoryName": "team/web"}, "repo", "RepositoryPolicyNotFoundException", "RepositoryNotFoundException"},
		{"arn:aws:dynamodb:eu-central-1:111122223333:table/orders/index/by-day", "dynamodb:GetResourcePolicy", "eu-central-1",
			aws.Input{"ResourceArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/orders"}, "table", "PolicyNotFoundException", "ResourceNotFoundException"},
	} {
		w := recorded(t)
		w.asked = func(q aws.Query) {
			if diff := cmp.Diff(aws.Query{Service: strings.Split(c.operation, ":")[0], Operation: strings.Split(c.operation, ":")[1], Region: c.region, Input: c.input}, q); diff != "" {
				t.Errorf("%s: %s", c.arn, diff)
			}
		}
		got, err := read.ResourcePolicy(t.Context(), w, c.arn)
		if !strings.Contains(got.Document, c.mark) || !json.Valid([]byte(got.Document)) || got.ARN != c.arn || err != nil {
			t.Errorf("%s: %+v, %v", c.arn, got, err)
		}
		if !read.HasResourcePolicy(c.arn) || !slices.Equal(read.ResourcePolicyActions(c.arn), []string{c.operation}) || !slices.Contains(read.ResourcePolicyActions(""), c.operation) {
			t.Errorf("%s needs %v", c.arn, read.ResourcePolicyActions(c.arn))
		}
		if c.none != "" {
			got, err = read.ResourcePolicy(t.Context(), answers(func(q aws.Query) (string, error) {
				if strings.HasPrefix(c.none, "{") {
					return c.none, nil
				}
				return "", fails(q, aws.NotFound, c.none)
			}), c.arn)
			if got.Document != "" || got.ARN != c.arn || err != nil {
				t.Errorf("%s without policy: %+v, %v", c.arn, got, err)
			}
		}
		if _, err := read.ResourcePolicy(t.Context(), answers(func(q aws.Query) (string, error) { return "", fails(q, aws.NotFound, c.gone) }), c.arn); aws.KindOf(err) != aws.NotFound {
			t.Errorf("%s, which does not exist: %v", c.arn, err)
		}
	}
	for _, arn := range []string{"", "orders", "arn:aws:lambda:eu-central-1:111122223333:function:f", "arn:aws:s3:eu-central-1:111122223333:accesspoint/a", "arn:aws:kms:eu-central-1:111122223333:alias/a"} {
		if _, err := read.ResourcePolicy(t.Context(), recorded(t), arn); read.HasResourcePolicy(arn) || aws.KindOf(err) != aws.Unsupported {
			t.Errorf("%q: %v", arn, err)
		}
	}
}

func TestEncryptionKeys(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:s3:::assets/a":                                                           keyARN,
		"arn:aws:sqs:eu-central-1:111122223333:orders":                                    "arn:aws:kms:eu-central-1:111122223333:alias/aws/sqs",
		"arn:aws:sns:eu-central-1:111122223333:orders":                                    keyARN,
		"arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf:k:AWSCURRENT:": keyARN,
		"arn:aws:ssm:eu-central-1:111122223333:parameter/app/key":                         "arn:aws:kms:eu-central-1:111122223333:alias/aws/ssm",
		"arn:aws:logs:eu-central-1:111122223333:log-group:/app/web:log-stream:web/1":      keyARN,
		"arn:aws:ecr:eu-central-1:111122223333:repository/team/web":                       keyARN,
		"arn:aws:dynamodb:eu-central-1:111122223333:table/orders":                         keyARN,
	} {
		got, err := read.EncryptionKey(t.Context(), recorded(t), arn)
		if got != want || err != nil {
			t.Errorf("%s: %q, %v; want %s", arn, got, err, want)
		}
		w := recorded(t)
		for _, action := range read.EncryptionKeyActions(arn) {
			w.denied[strings.Replace(action, "GetEncryptionConfiguration", "GetBucketEncryption", 1)] = true
		}
		if _, err := read.EncryptionKey(t.Context(), w, arn); aws.Missing(err) == "" || !slices.Contains(read.EncryptionKeyActions(arn), aws.Missing(err)) {
			t.Errorf("%s, denied: %v", arn, err)
		}
	}
	bucket := func(answer string) string {
		got, err := read.EncryptionKey(t.Context(), recorded(t).with("s3:GetBucketEncryption", answer), "arn:aws:s3:::b")
		if err != nil {
			t.Error(err)
		}
		return got
	}
	if got := bucket(`{"ServerSideEncryptionConfiguration":{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}}`); got != "" {
		t.Errorf("AES256: %q", got)
	}
	if got := bucket(`{"ServerSideEncryptionConfiguration":{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}]}}`); !aws.ManagedByAWS(got) {
		t.Errorf("aws:kms without a key: %q", got)
	}
}

func TestKey(t *testing.T) {
	for _, called := range []string{keyARN, "0a1b2c3d-1111-2222-3333-444455556666", "alias/app"} {
		k, err := read.Key(t.Context(), recorded(t), called)
		if k.ARN != keyARN || k.State != "PendingDeletion" || k.Manager != "CUSTOMER" || !strings.HasPrefix(k.Policy, `{"Version"`) || k.PolicyErr != nil || err != nil {
			t.Errorf("%s: %+v, %v", called, k, err)
		}
		w := recorded(t)
		w.denied["kms:GetKeyPolicy"] = true
		if k, err = read.Key(t.Context(), w, called); k.State != "PendingDeletion" || k.Policy != "" || aws.Missing(k.PolicyErr) != "kms:GetKeyPolicy" || err != nil {
			t.Errorf("%s without its policy: %+v, %v", called, k, err)
		}
	}
	managed := recorded(t).with("kms:DescribeKey", `{"KeyMetadata":{"Arn":"x","KeyManager":"AWS","KeyState":"Enabled"}}`)
	managed.denied["kms:GetKeyPolicy"] = true
	if k, err := read.Key(t.Context(), managed, "alias/aws/ssm"); k.PolicyErr != nil || k.Policy != "" || err != nil {
		t.Errorf("a key of AWS: %+v, %v", k, err)
	}
}

func TestSecretsAndParameters(t *testing.T) {
	s, err := read.Secret(t.Context(), recorded(t), "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf:k:AWSCURRENT:")
	if s.Key != keyARN || !s.Staged("AWSCURRENT") || s.Staged("AWSPENDING") || s.Deleted.IsZero() || s.Primary != "us-east-1" || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
	s, err = read.Secret(t.Context(), recorded(t).with("secretsmanager:DescribeSecret", `{"ARN":"arn:aws:secretsmanager:eu-central-1:1:secret:db-AbCdEf","Name":"db"}`), "db")
	if s.Key != "arn:aws:kms:eu-central-1:1:alias/aws/secretsmanager" || !aws.ManagedByAWS(s.Key) || err != nil {
		t.Errorf("%+v, %v", s, err)
	}
	versions, err := read.SecretVersions(t.Context(), recorded(t), "db")
	if diff := cmp.Diff(map[string][]string{"v1": {"AWSCURRENT"}, "v0": nil}, versions); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for called, names := range map[string][]string{
		"/app/key": {"/app/key"}, "key": {"key"}, "arn:aws:ssm:eu-central-1:111122223333:parameter/app/key": {"/app/key"},
		"arn:aws:ssm:eu-west-1:111122223333:parameter/key": {"key", "/key"},
	} {
		w := recorded(t)
		w.asked = func(q aws.Query) {
			if diff := cmp.Diff(any([]aws.Input{{"Key": "Name", "Option": "Equals", "Values": names}}), q.Input["ParameterFilters"]); diff != "" {
				t.Errorf("%s: %s", called, diff)
			}
		}
		p, err := read.Parameter(t.Context(), w, called)
		if there := names[0] == "/app/key"; there && (p.Type != "SecureString" || !aws.ManagedByAWS(p.Key) || p.Version != 4 || err != nil) || !there && aws.KindOf(err) != aws.NotFound {
			t.Errorf("%s: %+v, %v", called, p, err)
		}
	}
}

func TestLogs(t *testing.T) {
	g, err := read.LogGroup(t.Context(), recorded(t), "", "/app/web")
	if g.ARN != "arn:aws:logs:eu-central-1:111122223333:log-group:/app/web" || g.Key != keyARN || err != nil {
		t.Errorf("%+v, %v", g, err)
	}
	if _, err := read.LogGroup(t.Context(), recorded(t), "", "/app/we"); aws.KindOf(err) != aws.NotFound {
		t.Errorf("the beginning of a name: %v", err)
	}
	start := time.UnixMilli(1714979289000).UTC()
	for _, c := range []struct {
		streams []string
		since   time.Time
		pattern string
		most    int
		want    string
	}{
		{nil, time.Time{}, "", 10, "ERROR one|ERROR two|Timeout three|fine"},
		{nil, start, "?ERROR ?Timeout", 10, "ERROR one|ERROR two|Timeout three"},
		{nil, start, `"ERROR t"`, 10, "ERROR two"},
		{nil, start, "ERROR -one", 10, "ERROR two"},
		{nil, start, "error", 10, ""},
		{nil, start, "", 2, "Timeout three|fine"},
		{nil, start.Add(1500 * time.Millisecond), "", 10, "ERROR two|Timeout three|fine"},
		{[]string{"web/2"}, start, "", 10, "Timeout three|fine"},
		{nil, start, "{ $.x = 1 }", 10, "ERROR one|ERROR two|Timeout three|fine"}, // left to the service
	} {
		lines, err := read.LogLines(t.Context(), recorded(t), "", "/app/web", c.streams, c.since, c.pattern, c.most)
		var texts []string
		for _, l := range lines {
			texts = append(texts, l.Text)
		}
		if got := strings.Join(texts, "|"); got != c.want || err != nil {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}

// No read asks for an action outside the list that its facts declare.
func TestActionsAreDeclared(t *testing.T) {
	declared := map[string]bool{}
	for _, list := range [][]string{read.RoleActions, read.RolePolicyActions, read.SimulateActions, read.KeyActions, read.ResourcePolicyActions(""),
		read.EncryptionKeyActions(""), read.LogGroupActions, read.LogLineActions, read.SecretActions, read.SecretVersionActions, read.ParameterActions, read.RepositoryActions,
		read.ImageActions, read.FileSystemActions, read.MountTargetActions, read.AccessPointActions, read.TargetGroupActions} {
		for _, a := range list {
			declared[a] = true
		}
	}
	w := recorded(t)
	var mu sync.Mutex
	w.asked = func(q aws.Query) {
		mu.Lock()
		defer mu.Unlock()
		if !declared[q.Action()] {
			t.Errorf("%s is not declared", q.Action())
		}
	}
	ctx := t.Context()
	read.Role(ctx, w, "task")
	read.RolePolicies(ctx, w, "task")
	read.Simulate(ctx, w, roleARN, []string{"s3:GetObject"}, nil, nil)
	read.Key(ctx, w, keyARN)
	for _, arn := range []string{"arn:aws:s3:::b", "arn:aws:sqs:r:1:q", "arn:aws:sns:r:1:t", "arn:aws:ssm:r:1:parameter/x", "arn:aws:secretsmanager:r:1:secret:x",
		"arn:aws:ecr:r:1:repository/x", "arn:aws:dynamodb:r:1:table/x", "arn:aws:logs:r:1:log-group:x"} {
		read.ResourcePolicy(ctx, w, arn)
		read.EncryptionKey(ctx, w, arn)
	}
	read.LogLines(ctx, w, "", "g", nil, time.Time{}, "", 1)
	read.SecretVersions(ctx, w, "x")
	read.Image(ctx, w, repositoryARN, "7")
	read.FileSystem(ctx, w, "", "fs-01")
	read.MountTargets(ctx, w, "", "fs-01")
	read.AccessPoint(ctx, w, "", "fsap-01")
	read.TargetGroup(ctx, w, "arn:aws:elasticloadbalancing:r:1:targetgroup/web/1")
}
