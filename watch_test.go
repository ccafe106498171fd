package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/live/livetest"
	"fargate-doctor/steps"
)

// demoReport walks a demo world.
func demoReport(t *testing.T, name string) steps.Report {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := (&steps.Engine{Reader: reader, Region: w.Region}).Walk(t.Context(), steps.Case{
		Cluster: "shop", Service: "worker", Symptom: steps.Timeout, Target: "sns"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAWatchEndsWhenThePathOpens(t *testing.T) {
	blocked, healthy := demoReport(t, "endpoint-sg-ingress-denied"), demoReport(t, "healthy-endpoint")
	outage := &aws.Error{Kind: aws.Unreachable, Operation: "ec2:DescribeVpcs"}
	walks := []struct {
		report steps.Report
		err    error
	}{{report: blocked}, {err: outage}, {err: outage}, {report: blocked}, {report: healthy}}
	var told []string
	n := 0
	w := watch{every: time.Millisecond, tell: func(format string, args ...any) { told = append(told, fmt.Sprintf(format, args...)) },
		walk: func(context.Context) (steps.Report, error) {
			n++
			return walks[n-1].report, walks[n-1].err
		}}
	r, err := w.until(t.Context(), blocked, nil)
	if err != nil || r.Verdict != steps.OK || n != len(walks) {
		t.Fatalf("after %d walks: %s, %v", n, r.Verdict, err)
	}
	text := strings.Join(told, "\n")
	for _, want := range []string{"does not reach", "endpoint.security-group: fail → pass", "nothing stops service worker"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q is not told once:\n%s", want, text)
		}
	}
	if strings.Count(text, "the walk broke off: AWS does not answer") != 1 {
		t.Errorf("the outage is not told once:\n%s", text)
	}
}

func TestAWatchEndsWithItsTimeOrItsCredentials(t *testing.T) {
	blocked := demoReport(t, "endpoint-sg-ingress-denied")
	quiet := func(string, ...any) {}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	w := watch{time.Millisecond, func(context.Context) (steps.Report, error) { return blocked, nil }, quiet}
	if r, err := w.until(ctx, blocked, nil); err != nil || r.Verdict != steps.BlockedPath {
		t.Errorf("at the end of the time: %s, %v", r.Verdict, err)
	}
	w.walk = func(context.Context) (steps.Report, error) { return steps.Report{}, context.DeadlineExceeded }
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := w.until(ctx, steps.Report{}, errors.New("no answer")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("when no walk came to its end: %v", err)
	}
	w.walk = func(context.Context) (steps.Report, error) {
		return steps.Report{}, &aws.Error{Kind: aws.Credentials, Operation: "ecs:DescribeTasks"}
	}
	if _, err := w.until(t.Context(), blocked, nil); aws.KindOf(err) != aws.Credentials {
		t.Errorf("with expired credentials: %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := w.until(ctx, blocked, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// The whole command: a line on stderr, the last report on stdout, its status.
func TestDiagnoseWatches(t *testing.T) {
	r := run(t, "", "diagnose", "--demo", "--watch=1s", "--timeout", "2500ms", "--format", "json")
	if r.status != exitProblem || strings.Count(r.out, `"schema"`) != 1 || !strings.Contains(r.err, "no longer watching") {
		t.Errorf("status %d, stdout %.80q, stderr %q", r.status, r.out, r.err)
	}
	if r := run(t, "", "diagnose", "--demo=healthy-endpoint", "--watch"); r.status != exitFine {
		t.Errorf("status %d: %s", r.status, r.err)
	}
	if r := run(t, "", "diagnose", "--demo", "--watch=10ms"); r.status != exitFailed || !strings.Contains(r.err, "too often") {
		t.Errorf("status %d: %s", r.status, r.err)
	}
}

// Each walk of a watch asks AWS again: what somebody mends meanwhile is seen.
func TestAWatchAsksAgain(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	livetest.Environment(t, url, "eu-west-1")
	world := livetest.BuildWorld(t, upstream, livetest.Knobs{Region: "eu-west-1", NoEndpointIngress: true})
	faults.Reset(t)
	r := run(t, "", "diagnose", "--cluster", world.Cluster, "--task", world.Task, "--to", "sns", "--watch=1s", "--timeout", "6s")
	if n := faults.Stats(t).Actions["ec2:DescribeSecurityGroups"].Calls; n < 2 || r.status != exitProblem {
		t.Errorf("the security groups were read %d times, status %d\n%s", n, r.status, r.err)
	}
}
