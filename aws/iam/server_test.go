package iam_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fargate-doctor/aws/iam"
	"fargate-doctor/aws/live/livetest"
)

// The local AWS API server simulates policies with an engine of its own. It is right for what this test draws: actions and resources with
// stars, without conditions, NotResource, variables and question marks, and actions in the case that the request has.
func TestAgainstSimulateCustomPolicy(t *testing.T) {
	server := livetest.StartServer(t)
	actions := []string{"sns:Publish", "sns:Subscribe", "sqs:SendMessage", "s3:GetObject"}
	patterns := append([]string{"*", "sns:*", "sns:Pub*", "*:Sub*", "s3:Get*"}, actions...)
	resources := []string{"arn:aws:sns:eu-central-1:111122223333:orders", "arn:aws:sqs:eu-central-1:111122223333:orders", "arn:aws:s3:::orders/a/b"}
	resourcePatterns := append([]string{"*", "arn:aws:*:orders", "arn:aws:s3:::*", "arn:aws:s3:::orders/*b", "arn:aws:sns:*:*:*"}, resources...)
	rapid.Check(t, func(t *rapid.T) {
		var policies []iam.Policy
		form := url.Values{"Action": {"SimulateCustomPolicy"}, "Version": {"2010-05-08"}}
		for n := range rapid.IntRange(1, 2).Draw(t, "policies") {
			var statements []iam.Statement
			for range rapid.IntRange(1, 3).Draw(t, "statements") {
				s := iam.Statement{Effect: rapid.SampledFrom([]iam.Effect{iam.EffectAllow, iam.EffectAllow, iam.EffectDeny}).Draw(t, "effect"), Resources: drawSome(t, resourcePatterns, "resources")}
				if rapid.IntRange(0, 4).Draw(t, "not") == 0 {
					s.NotActions = drawSome(t, patterns, "actions")
				} else {
					s.Actions = drawSome(t, patterns, "actions")
				}
				statements = append(statements, s)
			}
			document := iam.Document(statements...)
			p, err := iam.Parse(document)
			if err != nil {
				t.Fatal(err)
			}
			policies = append(policies, p)
			form.Set(fmt.Sprintf("PolicyInputList.member.%d", n+1), document)
		}
		for i, a := range actions {
			form.Set(fmt.Sprintf("ActionNames.member.%d", i+1), a)
		}
		for i, r := range resources {
			form.Set(fmt.Sprintf("ResourceArns.member.%d", i+1), r)
		}
		request, err := http.NewRequest(http.MethodPost, server, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var answer struct {
			Results []struct {
				EvalActionName, EvalResourceName, EvalDecision string
			} `xml:"SimulateCustomPolicyResult>EvaluationResults>member"`
		}
		if err := xml.NewDecoder(response.Body).Decode(&answer); err != nil || len(answer.Results) != len(actions)*len(resources) {
			t.Fatalf("%s: %v, %+v", response.Status, err, answer)
		}
		for _, r := range answer.Results {
			want := map[string]iam.Answer{"allowed": iam.Allow, "explicitDeny": iam.Deny, "implicitDeny": iam.NoMatch}[r.EvalDecision]
			if d := iam.EvaluateAll(policies, iam.Request{Action: r.EvalActionName, Resource: r.EvalResourceName}); d.Answer != want {
				t.Fatalf("%+v, but %+v", r, d)
			}
		}
	})
}
