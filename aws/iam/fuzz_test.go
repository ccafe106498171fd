package iam_test

import (
	"testing"

	"pgregory.net/rapid"

	"fargate-doctor/aws/iam"
)

// FuzzParse reads anything as a policy document and asks it; any answer will do.
func FuzzParse(f *testing.F) {
	for _, document := range []string{
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": ["s3:*"], "Resource": "arn:aws:sns:*:*:${aws:PrincipalTag/x, 'd'}?", "Condition": {"ForAllValues:DateLessThanIfExists": {"x:y": [1, true, "2020"]}}}}`,
		`{"Statement": [{"Effect": "Deny", "Action": "*", "NotPrincipal": {"AWS": ["111122223333"]}, "NotResource": "${", "Condition": {"IpAddress": {"aws:SourceIp": "::/0"}, "Null": {"x": "true"}}}]}`,
		`%7B%22Statement%22%3A%5B%5D%7D`,
	} {
		f.Add(document, "sns:Publish", "arn:aws:sns:eu-central-1:111122223333:orders", "2020-01-01")
	}
	f.Fuzz(func(t *testing.T, document, action, resource, value string) {
		p, err := iam.Parse(document)
		if err != nil {
			return
		}
		r := iam.Request{Action: action, Resource: resource, Principal: web, Context: map[string][]string{"x:y": {value, value}, "aws:sourceip": {value}, "aws:principaltag/x": {value}}}
		for _, s := range p.Statements {
			if s.String() == "" || s.JSON() == "" {
				t.Errorf("%+v says nothing", s)
			}
		}
		if _, err := iam.Parse(iam.Document(p.Statements...)); err != nil {
			t.Errorf("%s does not read back: %v", document, err)
		}
		d := p.Evaluate(r)
		v := iam.Combine(iam.Policies{Identity: iam.Known(p), Resource: iam.Known(p), Endpoint: iam.Known(p), Boundary: iam.Known(), Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known()}, r)
		if d.Answer == iam.Deny && v.Answer != iam.Deny && action != "sts:GetCallerIdentity" && len(p.Statements) == 1 && len(p.Statements[0].NotPrincipals) == 0 {
			t.Errorf("a deny got lost: %+v", v)
		}
	})
}

// FuzzCombine asks policies that no account has.
func FuzzCombine(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { iam.Combine(drawPolicies(t), drawRequest(t)) }))
}
