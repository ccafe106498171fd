package iam_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"

	"fargate-doctor/aws/iam"
)

// "Grammar of the IAM JSON policy language": one value for a list, values without quotation marks, elements in any order.
func TestParse(t *testing.T) {
	const document = `{"Statement": {"Resource": "*", "Condition": {"NumericLessThanEquals": {"s3:max-keys": 10}, "Bool": {"aws:SecureTransport": [true]}},
		"Action": "s3:ListBucket", "Effect": "Allow", "Principal": {"AWS": ["111122223333", "999999999999"], "Service": "ecs-tasks.amazonaws.com"}, "Sid": "One", "Comment": {"of": ["tomorrow"]}},
		"Id": "cd3ad3d9-2776-4ef1-a904-4c229d1642ee", "Version": "2012-10-17"}`
	want := iam.Statement{Sid: "One", Effect: iam.EffectAllow, Actions: []string{"s3:ListBucket"}, Resources: []string{"*"}, Index: 1,
		Principals: []iam.PrincipalName{{Type: "AWS", Value: "111122223333"}, {Type: "AWS", Value: "999999999999"}, {Type: "Service", Value: "ecs-tasks.amazonaws.com"}},
		Conditions: []iam.Condition{{Operator: "NumericLessThanEquals", Key: "s3:max-keys", Values: []string{"10"}}, {Operator: "Bool", Key: "aws:SecureTransport", Values: []string{"true"}}}}
	for name, text := range map[string]string{"JSON": document, "URL-encoded": url.PathEscape(document), "form-encoded": url.QueryEscape(document),
		"with a byte order mark": "\ufeff" + document + "\n"} {
		p, err := iam.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Version != "2012-10-17" || p.ID != "cd3ad3d9-2776-4ef1-a904-4c229d1642ee" || len(p.Statements) != 1 {
			t.Fatalf("%s: %+v", name, p)
		}
		got := iam.Policy{}.With(p.Statements[0]).Statements[0]
		if again := parse(t, iam.Document(want)).Statements[0]; !reflect.DeepEqual(fields(got), fields(want)) || !reflect.DeepEqual(fields(again), fields(want)) {
			t.Errorf("%s: %+v and %+v", name, got, again)
		}
		if !strings.Contains(got.JSON(), "\n  \"Comment\": {") {
			t.Errorf("%s: evidence is not what the document has:\n%s", name, got.JSON())
		}
	}
	plus := parse(t, "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22a:b%22%2C%22Resource%22%3A%22arn:aws:s3:::a+b%22%7D%7D")
	if plus.Statements[0].Resources[0] != "arn:aws:s3:::a+b" {
		t.Errorf("a plus sign became %q", plus.Statements[0].Resources)
	}
}

// fields is what of a statement does not depend on how it was written.
func fields(s iam.Statement) []any {
	return []any{s.Sid, s.Effect, s.Principals, s.NotPrincipals, s.Actions, s.NotActions, s.Resources, s.NotResources, s.Conditions}
}

func TestParseErrorsNameTheStatement(t *testing.T) {
	for _, c := range []struct{ document, want string }{
		{``, "policy document: it is empty"},
		{`{`, "policy document: the JSON ends too early"},
		{`[]`, "policy document: it is not a JSON object"},
		{`{} {}`, "policy document: more text follows the JSON"},
		{`{"Version": "2012-10-17"}`, "policy document: no Statement"},
		{`%7B%2`, `policy document: invalid URL escape "%2"`},
		{strings.Repeat("[", 100_000), "policy document: the JSON is nested too deeply"},
		{`{"Statement": "x"}`, "policy document: statement 1: it is not a JSON object"},
		{`{"Statement": [{"Effect": "Allow", "Action": "*"}, {"Action": "*", "Sid": "Two"}]}`, `policy document: statement 2 (Sid "Two"): no Effect`},
		{`{"Statement": {"Effect": "allow", "Action": "*"}}`, `policy document: statement 1: Effect "allow" is neither Allow nor Deny`},
		{`{"Statement": {"Effect": "Allow", "Resource": "*"}}`, "policy document: statement 1: no Action"},
		{`{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "NotResource": "*"}}`, "policy document: statement 1: both Resource and NotResource"},
		{`{"Statement": {"Effect": "Allow", "Action": [{}]}}`, "policy document: statement 1: Action: {} is not a value"},
		{`{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": {"x": [null]}}}}`, "policy document: statement 1: Condition: Bool: x: null is not a value"},
		{`{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": "true"}}}`, "policy document: statement 1: Condition: Bool: it is not a JSON object"},
	} {
		if _, err := iam.Parse(c.document); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", c.document, err)
		}
	}
}

// Where an element stands twice the last one counts, but no condition gets lost: an allow must not become wider than it is written.
func TestParseDuplicates(t *testing.T) {
	p := parse(t, `{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "a:b", "Action": "c:d", "Resource": "*",
		"Condition": {"StringEquals": {"x:one": "1"}, "StringEquals": {"x:two": "2", "x:two": "3"}}, "Condition": {"Bool": {"x:three": "true"}}}}`)
	if s := p.Statements[0]; s.Effect != iam.EffectAllow || s.Actions[0] != "c:d" || len(s.Conditions) != 4 {
		t.Errorf("%+v", s)
	}
}

func TestDocument(t *testing.T) {
	s := iam.Least("s3:GetObject", "arn:aws:s3:::b/<k>&", iam.PrincipalName{Type: "AWS", Value: web.ARN}, iam.PrincipalName{Type: "AWS", Value: "111122223333"})
	s.Sid = "Read"
	s.Conditions = []iam.Condition{{Operator: "StringEquals", Key: "aws:SourceVpce", Values: []string{"vpce-1", "vpce-2"}}, {Operator: "StringEquals", Key: "aws:SourceAccount", Values: []string{"1"}}}
	want := `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Principal": {
        "AWS": [
          "arn:aws:iam::111122223333:role/app/web",
          "111122223333"
        ]
      },
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::b/<k>&",
      "Condition": {
        "StringEquals": {
          "aws:SourceVpce": [
            "vpce-1",
            "vpce-2"
          ],
          "aws:SourceAccount": "1"
        }
      }
    },
    {
      "Effect": "Allow",
      "Principal": "*",
      "Action": "sns:Publish",
      "Resource": "*"
    }
  ]
}`
	if got := iam.Document(s, iam.Least("sns:Publish", "", everyone)); got != want {
		t.Errorf("%s", got)
	}
	if got := parse(t, want).Statements[0].JSON(); got != s.JSON() {
		t.Errorf("%s", got)
	}
}

func TestWithAndWithout(t *testing.T) {
	before := parse(t, `{"Statement": [{"Sid": "A", "Effect": "Allow", "Action": "a:b"}, {"Sid": "B", "Effect": "Deny", "Action": "a:*"}]}`)
	after := before.Without(2).With(iam.Least("c:d", "*"))
	if len(before.Statements) != 2 || len(after.Statements) != 2 || after.Statements[0].Sid != "A" || after.Statements[1].Index != 2 {
		t.Errorf("%+v, %+v", before, after)
	}
	a := iam.Known(before)
	b := a.With(after)
	if r := (iam.Request{Action: "c:d", Resource: "*", Principal: web}); iam.Combine(with(none(), func(p *iam.Policies) { p.Identity = a }), r).Answer != iam.NoMatch ||
		iam.Combine(with(none(), func(p *iam.Policies) { p.Identity = b }), r).Answer != iam.Allow {
		t.Error("the mend is not proven")
	}
}
