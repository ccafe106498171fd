package main

import (
	"encoding/json"
	"slices"
	"testing"

	"fargate-doctor/aws/live/livetest"
)

// The branch of ECS Exec over the real SDK, on an API server that is not ours. Its tasks start without ECS Exec, as tasks do.
func TestDiagnoseSessionsOnAnAPIServer(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	allow := livetest.Allow("ssmmessages:*")
	for i, test := range []struct {
		name   string
		access livetest.Access
		causes []string
	}{
		{"allowed", livetest.Access{Policy: allow}, []string{"exec.not-enabled"}},
		{"no policy", livetest.Access{}, []string{"exec.not-enabled", "exec.task-role-denied"}},
		{"one action of four", livetest.Access{Policy: livetest.Allow("ssmmessages:OpenDataChannel")}, []string{"exec.not-enabled", "exec.task-role-denied"}},
		{"a boundary", livetest.Access{Policy: allow, Boundary: livetest.Allow("s3:*")}, []string{"exec.not-enabled", "iam.boundary-denied"}},
		{"trust", livetest.Access{Policy: allow, Trust: livetest.Trusting("ec2.amazonaws.com")}, []string{"exec.not-enabled", "iam.role-not-assumable"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			faults.Set(t, 0)
			region := []string{"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "us-east-1"}[i]
			livetest.Environment(t, url, region)
			w := livetest.BuildWorld(t, upstream, livetest.Knobs{Region: region, Access: &test.access})
			diagnose := func() reported {
				r := run(t, "", "diagnose", "--cluster", w.Cluster, "--task", w.Task, "--symptom", "exec", "--format", "json")
				var report reported
				if err := json.Unmarshal([]byte(r.out), &report); err != nil {
					t.Fatalf("%v\n%s%s", err, r.out, r.err)
				}
				return report
			}
			full := diagnose()
			if !slices.Equal(full.codes(), test.causes) || full.Verdict != "misconfigured" {
				t.Errorf("%s with %v, want %v", full.Verdict, full.codes(), test.causes)
			}
			for _, denied := range []string{"ecs:DescribeClusters", "iam:ListRolePolicies", "iam:GetRole"} {
				faults.Set(t, 0, livetest.Rule{Match: denied, Fault: "access_denied"})
				less := diagnose()
				if !slices.Contains(less.missing(), denied) && denied != "iam:ListRolePolicies" { // the simulation stands in for the policies
					t.Errorf("without %s the action is not named: %v", denied, less.missing())
				}
				for _, code := range less.codes() {
					if !slices.Contains(test.causes, code) {
						t.Errorf("without %s there is a cause that is none: %s", denied, code)
					}
				}
			}
		})
	}
}
