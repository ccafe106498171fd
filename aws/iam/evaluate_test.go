package iam_test

import (
	"strings"
	"testing"

	"fargate-doctor/aws/iam"
)

func parse(t testing.TB, document string) iam.Policy {
	t.Helper()
	p, err := iam.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A case is one request to one document of the AWS documentation, with the answer that the page gives in words.
type docCase struct {
	name, action, resource string
	principal              iam.Principal
	context                map[string][]string
	absent                 string // names of keys, separated by spaces
	want                   iam.Answer
}

func (c docCase) request() iam.Request {
	r := iam.Request{Action: c.action, Resource: c.resource, Principal: c.principal, Context: c.context, Absent: map[string]bool{}}
	for _, key := range strings.Fields(c.absent) {
		r.Absent[key] = true
	}
	return r
}

func check(t *testing.T, document string, cases ...docCase) {
	t.Helper()
	p := parse(t, document)
	for _, c := range cases {
		if got := p.Evaluate(c.request()); got.Answer != c.want {
			t.Errorf("%s: %s on %s is %v, not %v (open %v, unknown %v, unclear %v)", c.name, c.action, c.resource, got.Answer, c.want, got.Open, got.Unknown, got.Unclear)
		}
	}
}

// "Policy evaluation logic", example of identity-based and resource-based policies.
func TestCarlos(t *testing.T) {
	identity := parse(t, `{"Version": "2012-10-17", "Statement": [
		{"Sid": "AllowS3ListRead", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints", "s3:ListAllMyBuckets"], "Resource": "arn:aws:s3:::*"},
		{"Sid": "AllowS3Self", "Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]},
		{"Sid": "DenyS3Logs", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*log*"}]}`)
	bucket := parse(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/carlossalazar"},
		"Action": "s3:*", "Resource": ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]}]}`)
	carlos := iam.Principal{ARN: "arn:aws:iam::123456789012:user/carlossalazar"}
	ask := func(identity, resource iam.Attached, bucket string) iam.Verdict {
		return iam.Combine(iam.Policies{Identity: identity, Boundary: iam.Known(), Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(),
			Resource: resource, Endpoint: iam.Known(), ResourceAccount: "123456789012"},
			iam.Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::" + bucket + "/x", Principal: carlos})
	}
	both := ask(iam.Known(identity), iam.Known(bucket), "carlossalazar")
	if both.Answer != iam.Allow {
		t.Errorf("own bucket: %v", both.Answer)
	}
	if v := ask(iam.Known(), iam.Known(bucket), "carlossalazar"); v.Answer != iam.Allow || v.Layer != iam.Resource {
		t.Errorf("bucket policy alone: %v by %v", v.Answer, v.Layer)
	}
	if v := ask(iam.Known(identity), iam.Known(), "carlossalazar"); v.Answer != iam.Allow || v.Layer != iam.Identity {
		t.Errorf("identity policy alone: %v by %v", v.Answer, v.Layer)
	}
	logs := ask(iam.Known(identity), iam.Known(), "carlossalazar-logs")
	if logs.Answer != iam.Deny || logs.Layer != iam.Identity || logs.Decision.Statement.Sid != "DenyS3Logs" {
		t.Errorf("logs: %v by %v, %v", logs.Answer, logs.Layer, logs.Decision.Statement)
	}
}
