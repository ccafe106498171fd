package iam_test

import (
	"slices"
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

// A docCase is one request to a policy of the AWS documentation, with the answer that the page gives in words.
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
		got := p.Evaluate(c.request())
		if got.Answer != c.want {
			t.Errorf("%s: %s on %s is %v, not %v\n%s\n%+v", c.name, c.action, c.resource, got.Answer, c.want, document, got)
		}
		if got.Answer == iam.Unknown && (len(got.Open) == 0 || len(got.Unknown)+len(got.Unclear) == 0) {
			t.Errorf("%s: nothing says what is not known: %+v", c.name, got)
		}
		if (got.Answer == iam.Allow || got.Answer == iam.Deny) != (got.Statement != nil) {
			t.Errorf("%s: %v was decided by %v", c.name, got.Answer, got.Statement)
		}
	}
}

// "Policy evaluation logic", the difference between explicit and implicit denies.
func TestExplicitAndImplicitDeny(t *testing.T) {
	check(t, `{"Version": "2012-10-17", "Statement": [{"Sid": "AllowGetList", "Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"},
			{"Sid": "DenyReports", "Effect": "Deny", "Action": "iam:*Report", "Resource": "*"}]}`,
		docCase{name: "read", action: "iam:GetUser", resource: "arn:aws:iam::1:user/x", want: iam.Allow},
		docCase{name: "case of actions", action: "IAM:getuser", resource: "arn:aws:iam::1:user/x", want: iam.Allow},
		docCase{name: "create", action: "iam:CreatePolicy", resource: "*", want: iam.NoMatch},
		docCase{name: "report", action: "iam:GetOrganizationsAccessReport", resource: "*", want: iam.Deny},
		docCase{name: "report that nothing allows", action: "iam:GenerateCredentialReport", resource: "*", want: iam.Deny})
}

// "IAM JSON policy elements: Resource", wildcards.
func TestResourceWildcards(t *testing.T) {
	policy := func(resource string) string {
		return `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "` + resource + `"}}`
	}
	object := func(key string, want iam.Answer) docCase {
		return docCase{name: key, action: "s3:GetObject", resource: "arn:aws:s3:::amzn-s3-demo-bucket/" + key, want: want}
	}
	check(t, policy("arn:aws:s3:::amzn-s3-demo-bucket/*/test/*"),
		object("1/test/object.jpg", iam.Allow), object("1/2/test/object.jpg", iam.Allow), object("1/2/test/3/object.jpg", iam.Allow),
		object("1/2/3/test/4/object.jpg", iam.Allow), object("1///test///object.jpg", iam.Allow), object("/test/.jpg", iam.Allow),
		object("1/test/", iam.Allow), object("/test/object.jpg", iam.Allow),
		object("1-test/object.jpg", iam.NoMatch), object("test/object.jpg", iam.NoMatch), object("1/2/test.jpg", iam.NoMatch))
	check(t, policy("arn:aws:iam::111122223333:user/Bob"),
		docCase{name: "names of resources have case", action: "iam:GetUser", resource: "arn:aws:iam::111122223333:user/bob", want: iam.NoMatch})
	topic := func(resource string, want iam.Answer) docCase {
		return docCase{name: resource, action: "sns:Publish", resource: resource, want: want}
	}
	check(t, policy("arn:aws:sns:*"), topic("arn:aws:sns:eu-central-1:111122223333:orders", iam.Allow), topic("*", iam.NoMatch),
		topic("arn:aws:sns:*:*:*", iam.Allow), topic("", iam.Unknown))
	check(t, policy("arn:aws:sns:*:*:orders"), topic("arn:aws:sns:eu-central-1:111122223333:*", iam.Unknown), topic("", iam.Unknown),
		topic("arn:aws:sqs:eu-central-1:111122223333:*", iam.NoMatch), topic("arn:aws:sns:eu-central-1:111122223333:invoices", iam.NoMatch))
	check(t, policy("*"), topic("", iam.Allow), topic("*", iam.Allow))
	check(t, policy("[a-z]+.*(x)"), topic("[a-z]+.abc(x)", iam.Allow), topic("abc.def", iam.NoMatch))
}

// "IAM JSON policy elements: NotAction" and "NotResource".
func TestNegatedElements(t *testing.T) {
	check(t, `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}}`,
		docCase{name: "all but", action: "s3:GetObject", resource: "arn:aws:s3:::b/x", want: iam.Allow},
		docCase{name: "the one", action: "s3:DeleteBucket", resource: "arn:aws:s3:::b", want: iam.NoMatch},
		docCase{name: "another service", action: "sns:Publish", resource: "arn:aws:sns:eu-west-1:1:t", want: iam.NoMatch})
	check(t, `{"Version": "2012-10-17", "Statement": [{"Sid": "DenyAllUsersNotUsingMFA", "Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}},
			{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`,
		docCase{name: "with", action: "s3:GetObject", resource: "*", context: ctx("aws:MultiFactorAuthPresent=true"), want: iam.Allow},
		docCase{name: "without", action: "s3:GetObject", resource: "*", context: ctx("aws:MultiFactorAuthPresent=false"), want: iam.Deny},
		docCase{name: "long-term keys", action: "s3:GetObject", resource: "*", absent: "aws:MultiFactorAuthPresent", want: iam.Deny},
		docCase{name: "iam", action: "iam:GetUser", resource: "*", context: ctx("aws:MultiFactorAuthPresent=false"), want: iam.Allow})
	check(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*",
			"NotResource": ["arn:aws:s3:::HRBucket/Payroll", "arn:aws:s3:::HRBucket/Payroll/*"]}]}`,
		docCase{name: "listed", action: "s3:GetObject", resource: "arn:aws:s3:::HRBucket/Payroll/x", want: iam.Allow},
		docCase{name: "not listed", action: "s3:GetObject", resource: "arn:aws:s3:::HRBucket/Plans", want: iam.Deny},
		docCase{name: "perhaps listed", action: "s3:GetObject", resource: "arn:aws:s3:::HRBucket/*", want: iam.Unknown},
		docCase{name: "another bucket", action: "s3:GetObject", resource: "arn:aws:s3:::other/*", want: iam.Deny})
}

// "Access Analyzer policy check reference", empty array action, empty array resource, empty object principal: such a statement has no effect.
func TestEmptyElements(t *testing.T) {
	for _, elements := range []string{`"Action": [], "Resource": "*"`, `"Action": "*", "Resource": []`, `"Action": "*", "Resource": "*", "Principal": {}`,
		`"Action": "*", "Resource": "*", "Principal": {"AWS": []}`} {
		check(t, `{"Statement": [{"Effect": "Allow", `+elements+`}]}`, docCase{name: elements, action: "a:b", resource: "*", want: iam.NoMatch})
	}
}

// What is not known leaves open no more than it has to, and is named.
func TestUnknownIsNamed(t *testing.T) {
	p := parse(t, `{"Version": "2012-10-17", "Statement": [
		{"Sid": "A", "Effect": "Allow", "Action": "sns:Publish", "Resource": "*"},
		{"Sid": "B", "Effect": "Deny", "Action": "sns:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}, "Bool": {"x:Flag": "true"}}},
		{"Sid": "D", "Effect": "Allow", "Action": "sns:*", "Resource": "*", "Condition": {"Bool": {"x:irrelevant": "true"}}},
		{"Sid": "C", "Effect": "Deny", "Action": "sqs:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}]}`)
	p.Name = "inline policy web"
	r := iam.Request{Action: "sns:Publish", Resource: "arn:aws:sns:eu-central-1:111122223333:orders", Context: ctx("x:flag=true")}
	d := p.Evaluate(r)
	if d.Answer != iam.Unknown || !slices.Equal(d.Unknown, []string{"aws:SourceVpce"}) || len(d.Open) != 1 || d.Open[0].Sid != "B" {
		t.Errorf("%+v", d)
	}
	r.Context["aws:sourcevpce"] = []string{"vpce-1"}
	if d = p.Evaluate(r); d.Answer != iam.Allow || d.Statement.Sid != "A" || d.Policy != p.Name || len(d.Unknown) != 0 {
		t.Errorf("%+v", d)
	}
	r.Action = "sqs:SendMessage"
	if d = p.Evaluate(r); d.Answer != iam.NoMatch || d.Denies != iam.Maybe || !slices.Equal(d.Unknown, []string{"aws:SourceVpc"}) {
		t.Errorf("refused either way, but %+v", d)
	}
}

func TestStatementSaysWhatItIs(t *testing.T) {
	p := parse(t, `{"Statement": [{"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "NotResource": "arn:aws:s3:::x", "Principal": {"Service": "ecs-tasks.amazonaws.com", "AWS": "111122223333"}},
		{"Sid": "NoPublish", "Effect": "Deny", "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-central-1:111122223333:orders", "Condition": {"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}, "Bool": {"x:y": true}}}]}`)
	p.Name = "inline policy web-deny"
	d := p.Evaluate(iam.Request{Action: "sns:Publish", Resource: "arn:aws:sns:eu-central-1:111122223333:orders", Context: ctx("aws:SourceVpce=vpce-1", "x:y=true")})
	want := `Deny sns:Publish on arn:aws:sns:eu-central-1:111122223333:orders if aws:SourceVpce StringEquals vpce-1, vpce-2 and x:y Bool true (Sid "NoPublish", statement 2 of inline policy web-deny)`
	if got := d.Statement.String(); got != want {
		t.Errorf("%s", got)
	}
	want = `Allow all but iam:*, sts:* on all but arn:aws:s3:::x for Service ecs-tasks.amazonaws.com, 111122223333 (statement 1)`
	if got := p.Statements[0].String(); got != want {
		t.Errorf("%s", got)
	}
	if got := iam.Least("sns:Publish", "").String(); got != "Allow sns:Publish on *" {
		t.Errorf("%s", got)
	}
}
