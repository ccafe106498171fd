package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"fargate-doctor/aws/iam"
)

// documents are ten policies of 6 KiB each, the most that one role's managed policies come to. The last statement of the last one decides.
func documents() []string {
	var all []string
	for n := range 10 {
		var b strings.Builder
		b.WriteString(`{"Version": "2012-10-17", "Statement": [`)
		for i := 0; b.Len() < 6*1024-500; i++ {
			fmt.Fprintf(&b, `{"Sid": "S%d", "Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "sns:Pub*", "sqs:SendMessage"], "Resource": ["arn:aws:sns:*:*:team-%d-*", "arn:aws:s3:::team-%d/${aws:PrincipalTag/team}/*"],
				"Condition": {"StringLike": {"aws:PrincipalOrgPaths": "o-%d/*"}, "Bool": {"aws:SecureTransport": "true"}}},`, i, i, i, n)
		}
		b.WriteString(`{"Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-central-1:111122223333:` + []string{"other", "orders"}[n/9] + `"}]}`)
		all = append(all, b.String())
	}
	return all
}

func BenchmarkParse(b *testing.B) {
	all := documents()
	size := 0
	for _, d := range all {
		size += len(d)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range all {
			if _, err := iam.Parse(d); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func benchmarkPolicies(b *testing.B) []iam.Policy {
	var all []iam.Policy
	for _, d := range documents() {
		all = append(all, parse(b, d))
	}
	return all
}

func BenchmarkEvaluate(b *testing.B) {
	all := benchmarkPolicies(b)
	b.ReportAllocs()
	for b.Loop() {
		if d := iam.EvaluateAll(all, publish); d.Answer != iam.Allow {
			b.Fatalf("%+v", d)
		}
	}
}

func BenchmarkCombine(b *testing.B) {
	p := none(benchmarkPolicies(b)...)
	p.Endpoint = iam.Known(allow("*", "*", everyone))
	b.ReportAllocs()
	for b.Loop() {
		if v := iam.Combine(p, publish); v.Answer != iam.Allow {
			b.Fatalf("%+v", v)
		}
	}
}
