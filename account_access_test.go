package main

import (
	"encoding/json"
	"slices"
	"testing"

	"fargate-doctor/aws/live/livetest"
)

func diagnoseCall(t *testing.T, w livetest.World) (result, reported) {
	t.Helper()
	r := run(t, "", "diagnose", "--cluster", w.Cluster, "--task", w.Task, "--symptom", "auth", "--action", "sns:Publish", "--resource", w.Topic, "--format", "json")
	var report reported
	if r.out != "" {
		if err := json.Unmarshal([]byte(r.out), &report); err != nil {
			t.Fatalf("stdout is not JSON: %v\n%s", err, r.out)
		}
	}
	return r, report
}

// The policies are put on an API server that is not ours, through the SDK, and read back; where its simulation can be asked, it is.
func TestDiagnoseRefusedCallsOnAnAPIServer(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	allow := livetest.Allow("sns:Publish")
	for i, test := range []struct {
		name   string
		access livetest.Access
		causes []string
	}{
		{"allowed", livetest.Access{Policy: allow}, []string{}},
		{"no policy", livetest.Access{}, []string{"iam.identity-not-allowed"}},
		{"another action", livetest.Access{Policy: livetest.Allow("sns:Subscribe")}, []string{"iam.identity-not-allowed"}},
		{"an explicit deny", livetest.Access{Policy: livetest.Deny("sns:*")}, []string{"iam.identity-explicit-deny"}},
		{"a boundary", livetest.Access{Policy: allow, Boundary: livetest.Allow("s3:*")}, []string{"iam.boundary-denied"}},
		{"trust", livetest.Access{Policy: allow, Trust: livetest.Trusting("ec2.amazonaws.com")}, []string{"iam.role-not-assumable"}},
		{"the endpoint", livetest.Access{Policy: allow, EndpointPolicy: livetest.ForEverybody("Allow", "sns:Subscribe")}, []string{"iam.endpoint-policy-denied"}},
		{"the topic", livetest.Access{Policy: allow, TopicPolicy: livetest.ForEverybody("Deny", "sns:Publish")}, []string{"iam.resource-policy-denied"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			faults.Set(t, 0)
			region := []string{"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "us-east-1", "us-east-2", "eu-north-1", "ca-central-1"}[i]
			livetest.Environment(t, url, region)
			w := livetest.BuildWorld(t, upstream, livetest.Knobs{Region: region, Access: &test.access})
			r, report := diagnoseCall(t, w)
			if !slices.Equal(report.codes(), test.causes) {
				t.Errorf("causes %v, want %v\n%s%s", report.codes(), test.causes, r.out, r.err)
			}
			full := report.Verdict
			for _, denied := range []string{"iam:SimulatePrincipalPolicy", "iam:ListRolePolicies", "iam:GetRole", "sns:GetTopicAttributes", "ec2:DescribeVpcEndpoints"} {
				faults.Set(t, 0, livetest.Rule{Match: denied, Fault: "access_denied"})
				_, less := diagnoseCall(t, w)
				if less.Verdict != full && less.Verdict != "unknown" {
					t.Errorf("without %s the verdict went from %s to %s", denied, full, less.Verdict)
				}
				if less.Verdict == "unknown" && full != "unknown" && !slices.Contains(less.missing(), denied) {
					t.Errorf("without %s the verdict is unknown, and the action is not named: %v", denied, less.missing())
				}
			}
		})
	}
}
