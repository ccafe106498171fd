package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws/demo/demotest"
	"fargate-doctor/aws/live/livetest"
)

// report is what the tests here look at in diagnose's JSON.
type reported struct {
	Verdict string
	Causes  []struct{ Code string }
	Steps   []struct {
		ID, Verdict string
		Missing     []string
	}
	Calls struct {
		Total       int
		ByOperation map[string]int
	}
}

func (r reported) codes() []string {
	codes := []string{}
	for _, c := range r.Causes {
		codes = append(codes, c.Code)
	}
	return codes
}

func (r reported) missing() []string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, s.Missing...)
	}
	return all
}

func diagnoseWorld(t *testing.T, w livetest.World) (result, reported) {
	t.Helper()
	r := run(t, "", "diagnose", "--cluster", w.Cluster, "--task", w.Task, "--to", "sns", "--format", "json")
	var report reported
	if r.out != "" {
		if err := json.Unmarshal([]byte(r.out), &report); err != nil {
			t.Fatalf("stdout is not JSON: %v\n%s", err, r.out)
		}
	}
	return r, report
}

// The worlds differ in one thing each; the API server is not ours, and neither is the SDK that talks to it.
func TestDiagnoseOnAnAPIServer(t *testing.T) {
	url := livetest.StartServer(t)
	for i, test := range []struct {
		name    string
		knobs   livetest.Knobs
		verdict string
		status  int
		cause   string
	}{
		{"endpoint", livetest.Knobs{}, "ok", exitFine, ""},
		{"NAT gateway", livetest.Knobs{NoEndpoint: true}, "ok", exitFine, ""},
		{"endpoint group admits nobody", livetest.Knobs{NoEndpointIngress: true}, "blocked", exitProblem, "endpoint.sg-ingress-denied"},
		{"no way out", livetest.Knobs{NoEndpoint: true, NoNAT: true}, "blocked", exitProblem, "route.none"},
		{"no egress", livetest.Knobs{NoEgress: true}, "blocked", exitProblem, "sg.egress-denied"},
		{"network ACL denies", livetest.Knobs{NoEndpoint: true, DenyACL: true}, "blocked", exitProblem, "nacl.egress-denied"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.knobs.Region = []string{"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "us-east-1", "us-east-2"}[i]
			livetest.Environment(t, url, test.knobs.Region)
			r, report := diagnoseWorld(t, livetest.BuildWorld(t, url, test.knobs))
			if report.Verdict != test.verdict || r.status != test.status {
				t.Errorf("verdict %s with status %d, want %s with %d\n%s%s", report.Verdict, r.status, test.verdict, test.status, r.out, r.err)
			}
			if codes := report.codes(); test.cause == "" && len(codes) > 0 || test.cause != "" && (len(codes) == 0 || codes[0] != test.cause) {
				t.Errorf("causes %v, want %q first", codes, test.cause)
			}
			if len(report.codes()) > 1 {
				t.Errorf("more than one cause: %v", report.codes())
			}
		})
	}
}

// Whatever goes wrong on the way to AWS, a verdict is the true one or it is unknown, and the exit status says which.
func TestFaultsNeverChangeTheVerdict(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	livetest.Environment(t, url, "eu-west-1")
	world := livetest.BuildWorld(t, upstream, livetest.Knobs{Region: "eu-west-1", NoEndpointIngress: true})
	const truth = "endpoint.sg-ingress-denied"
	faults.Set(t, 0)
	faults.Reset(t)
	_, clean := diagnoseWorld(t, world)
	if !slices.Equal(clean.codes(), []string{truth}) {
		t.Fatalf("without faults the causes are %v", clean.codes())
	}
	asked := faults.Stats(t)
	for action, n := range asked.Actions {
		if n.Calls > 1 && action != "ec2:DescribeVpcAttribute" { // that one is asked for each attribute
			t.Errorf("%s was called %d times", action, n.Calls)
		}
	}
	check := func(t *testing.T, r result, report reported) {
		t.Helper()
		switch r.status {
		case exitFailed:
			if r.out != "" || r.err == "" {
				t.Errorf("failed with stdout %q and stderr %q", r.out, r.err)
			}
		case exitProblem:
			if report.Verdict != "blocked" || !slices.Equal(report.codes(), []string{truth}) {
				t.Errorf("%s with causes %v", report.Verdict, report.codes())
			}
		case exitInconclusive:
			if report.Verdict != "unknown" || len(report.codes()) > 0 && !slices.Equal(report.codes(), []string{truth}) {
				t.Errorf("%s with causes %v", report.Verdict, report.codes())
			}
		default:
			t.Errorf("status %d, verdict %s: a broken path was called fine", r.status, report.Verdict)
		}
	}
	// Every action is denied once, and each of the other faults meets every sixth action.
	others := []livetest.Rule{
		{Fault: "garbage"},
		{Fault: "http", Status: 502, Body: "<html>bad gateway</html>"},
		{Fault: "throttle", Times: 2},
		{Fault: "reset", Times: 1},
		{Fault: "expired_token"},
		{Fault: "truncate"},
	}
	for i, action := range demotest.Some(slices.Sorted(maps.Keys(asked.Actions))) {
		for _, fault := range []livetest.Rule{{Fault: "access_denied"}, others[i%len(others)]} {
			t.Run(fmt.Sprintf("%s/%s", action, fault.Fault), func(t *testing.T) {
				fault.Match = action
				faults.Set(t, 0, fault)
				r, report := diagnoseWorld(t, world)
				check(t, r, report)
				if fault.Times > 0 && r.status != exitProblem {
					t.Errorf("a passing fault was not survived: status %d\n%s", r.status, r.err)
				}
				if fault.Fault == "access_denied" && r.status == exitInconclusive && !slices.Contains(report.missing(), action) {
					t.Errorf("the report does not name %s; it names %v", action, report.missing())
				}
			})
		}
	}
}

// Network ACLs may not be read, and nothing else is wrong.
func TestUnreadableNetworkACLsAreNamed(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	livetest.Environment(t, url, "eu-west-1")
	world := livetest.BuildWorld(t, upstream, livetest.Knobs{Region: "eu-west-1", NoEndpoint: true}) // the NAT gateway is in another subnet
	faults.Set(t, 0, livetest.Rule{Match: "ec2:DescribeNetworkAcls", Fault: "access_denied"})
	r, report := diagnoseWorld(t, world)
	if r.status != exitInconclusive || report.Verdict != "unknown" {
		t.Errorf("status %d, verdict %s", r.status, report.Verdict)
	}
	if !slices.Contains(report.missing(), "ec2:DescribeNetworkAcls") {
		t.Errorf("missing: %v", report.missing())
	}
}

// The policy that the program prints is enough: everything else is denied.
func TestThePrintedPolicyIsEnough(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	livetest.Environment(t, url, "eu-west-1")
	world := livetest.BuildWorld(t, upstream, livetest.Knobs{Region: "eu-west-1"})
	faults.Set(t, 0)
	faults.Reset(t)
	if r, _ := diagnoseWorld(t, world); r.status != exitFine {
		t.Fatalf("status %d\n%s", r.status, r.err)
	}
	allowed := leastPolicy().Statement[0].Action
	for action := range faults.Stats(t).Actions {
		if !slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(a, action) }) {
			t.Errorf("%s is called and the policy does not allow it", action)
		}
	}
}

func BenchmarkDiagnoseWithLatency(b *testing.B) {
	upstream := livetest.StartServer(b)
	url, faults := livetest.StartFaultProxy(b, upstream)
	livetest.Environment(b, url, "eu-west-1")
	world := livetest.BuildWorld(b, upstream, livetest.Knobs{Region: "eu-west-1"})
	faults.Set(b, 80*time.Millisecond)
	for b.Loop() {
		p := benchProgram()
		if status := p.run(b.Context(), []string{"diagnose", "--cluster", world.Cluster, "--task", world.Task, "--to", "sns"}); status != exitFine {
			b.Fatalf("status %d", status)
		}
	}
}
