package steps_test

import (
	"testing"

	"fargate-doctor/steps"

	"github.com/google/go-cmp/cmp"
)

func TestAnswersAreTheirsAndTheWalkGoesOn(t *testing.T) {
	tests := []struct {
		name, world string
		denied      string
		answers     map[string]string
		step        string
		verdict     steps.Verdict
		causes      []string
		overall     steps.Overall
	}{
		{"routes, no answer", "route-igw-without-public-ip", "ec2:DescribeRouteTables", nil, "route.subnet", steps.Unknown, []string{}, steps.Inconclusive},
		{"routes, not known", "route-igw-without-public-ip", "ec2:DescribeRouteTables", map[string]string{"route.subnet": "unknown"},
			"route.subnet", steps.Unknown, []string{}, steps.Inconclusive},
		{"routes, public", "route-igw-without-public-ip", "ec2:DescribeRouteTables", map[string]string{"route.subnet": "public"},
			"route.public", steps.Fail, []string{"route.igw-without-public-ip"}, steps.BlockedPath},
		{"routes, public and it has an address", "healthy-public", "ec2:DescribeRouteTables", map[string]string{"route.subnet": "public"},
			"route.public", steps.Pass, []string{}, steps.Inconclusive},
		{"routes, private", "healthy-nat", "ec2:DescribeRouteTables", map[string]string{"route.subnet": "private", "route.nat": "yes"},
			"route.nat", steps.Pass, []string{}, steps.Inconclusive},
		{"ACLs", "healthy-nat", "ec2:DescribeNetworkAcls", map[string]string{"nacl": "default"}, "nacl.return", steps.Pass, []string{}, steps.OK},
		{"groups say no", "healthy-nat", "ec2:DescribeSecurityGroups", map[string]string{"task.groups": "no"}, "task.groups", steps.Fail,
			[]string{"sg.egress-denied"}, steps.BlockedPath},
		{"name, public", "dns-custom-resolver", "", map[string]string{"dns.name": "none"}, "dns.name", steps.Fail, []string{"dns.name-not-found", "dns.custom-resolver"}, steps.BlockedPath},
		{"no proxy", "route-none", "ecs:DescribeTaskDefinition", map[string]string{"proxy.settings": "no"}, "route.subnet", steps.Fail, []string{"route.none"}, steps.BlockedPath},
		{"perhaps a proxy", "route-none", "ecs:DescribeTaskDefinition", nil, "route.subnet", steps.Unknown, []string{}, steps.Inconclusive},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			reader, c := openWorld(t, tt.world)
			c.Answers = tt.answers
			r, err := (&steps.Engine{Reader: denying{reader, []string{tt.denied}}, Region: c.Region}).Walk(t.Context(), c, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range r.Steps {
				if s.ID != tt.step {
					continue
				}
				if s.Verdict != tt.verdict {
					t.Errorf("%s is %s, want %s", s.ID, s.Verdict, tt.verdict)
				}
				if s.Answered && !hasEvidence(s, "you") {
					t.Errorf("%s rests on an answer and does not show it", s.ID)
				}
				if s.Answered && s.Question != nil {
					t.Errorf("%s was answered and asks again", s.ID)
				}
			}
			if diff := cmp.Diff(tt.causes, codes(r)); diff != "" {
				t.Errorf("causes (-want +got):\n%s", diff)
			}
			if r.Verdict != tt.overall {
				t.Errorf("verdict %s, want %s", r.Verdict, tt.overall)
			}
			if t.Failed() {
				t.Log("\n" + describe(r))
			}
		})
	}
}

func hasEvidence(s steps.StepResult, kind string) bool {
	for _, e := range s.Evidence {
		if e.Kind == kind {
			return true
		}
	}
	return false
}
