package steps_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var sameReport = cmp.Options{cmpopts.IgnoreUnexported(steps.Fix{}, steps.Finding{}), cmpopts.EquateComparable(), cmpopts.IgnoreFields(steps.Report{}, "Trace", "Resolved", "Calls", "Duration")}

// opened keeps the worlds that tests have opened: reading one does not change it, and opening one takes most of a test's time.
var opened sync.Map

type openedWorld struct {
	aws.Reader
	world demo.World
}

// openWorld returns a demo world's reader and what it asks.
func openWorld(t testing.TB, name string) (aws.Reader, steps.Case) {
	t.Helper()
	if o, ok := opened.Load(name); ok {
		return o.(openedWorld).Reader, askedBy(o.(openedWorld).world)
	}
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	opened.Store(name, openedWorld{reader, w})
	return reader, askedBy(w)
}

func TestASecondWalkCostsNothing(t *testing.T) {
	reader, c := openWorld(t, "several-endpoint")
	engine := &steps.Engine{Reader: reader, Region: c.Region}
	first, err := engine.Walk(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := engine.Walk(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(first.Calls) == 0 || len(second.Calls) != 0 {
		t.Errorf("the first walk made %v, the second %v", first.Calls, second.Calls)
	}
	if diff := cmp.Diff(first, second, sameReport); diff != "" {
		t.Errorf("the reports differ:\n%s", diff)
	}
}

// What is shown while a walk goes on counts its own calls, as its report does, and not those of the walks before it.
func TestAWalkCountsItsOwnCalls(t *testing.T) {
	reader, c := openWorld(t, "healthy-endpoint")
	engine := &steps.Engine{Reader: reader, Region: c.Region}
	for _, walk := range []string{"first", "again, with nothing to read", "again, with fresh facts"} {
		shown := -1
		r, err := engine.Walk(t.Context(), c, func(e steps.Event) { shown = e.Calls })
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, n := range r.Calls {
			total += n
		}
		if shown != total {
			t.Errorf("%s: %d calls are shown and %d were made", walk, shown, total)
		}
		if walk == "again, with nothing to read" {
			engine.Forget("")
		}
	}
}

func TestForgetReadsOnlyWhatTheStepNeedsAgain(t *testing.T) {
	reader, c := openWorld(t, "healthy-nat")
	engine := &steps.Engine{Reader: reader, Region: c.Region}
	walk := func() map[string]int {
		r, err := engine.Walk(t.Context(), c, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.Calls
	}
	all := walk()
	engine.Forget("platform.version")
	if got := walk(); got["ecs:DescribeTasks"] == 0 || got["ec2:DescribeRouteTables"] != 0 {
		t.Errorf("after platform.version was forgotten the walk asked %v; want the task, and no routes", got)
	}
	engine.Forget("nacl.outbound")
	if got := walk(); got["ec2:DescribeNetworkAcls"] == 0 {
		t.Errorf("after nacl.outbound was forgotten the walk asked %v; want the ACLs", got)
	}
	engine.Forget("")
	if diff := cmp.Diff(all, walk()); diff != "" {
		t.Errorf("after all was forgotten (-first +again):\n%s", diff)
	}
}

func TestEventsTellEachStepOnceAndInOrder(t *testing.T) {
	reader, c := openWorld(t, "route-nat-unavailable")
	engine := &steps.Engine{Reader: reader, Region: c.Region}
	started, decided := []string{}, map[string]int{}
	calls := 0
	r, err := engine.Walk(t.Context(), c, func(e steps.Event) {
		if e.Calls < calls {
			t.Errorf("the number of calls fell from %d to %d", calls, e.Calls)
		}
		calls = e.Calls
		switch {
		case e.Started:
			started = append(started, e.Step)
		case e.Result != nil:
			if !slices.Contains(started, e.Step) {
				t.Errorf("%s was decided and never started", e.Step)
			}
			decided[e.Step]++
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var reported []string
	for _, s := range r.Steps {
		reported = append(reported, s.ID)
		if decided[s.ID] != 1 {
			t.Errorf("%s was decided %d times", s.ID, decided[s.ID])
		}
	}
	if diff := cmp.Diff(reported, started); diff != "" {
		t.Errorf("steps of the report and as started:\n%s", diff)
	}
}

// hanging doesn't answer one operation until it is mended. A cancelled call may still be on its way when it is.
type hanging struct {
	aws.Reader
	operation string
	mended    atomic.Bool
	asked     chan struct{}
	once      sync.Once
}

func (h *hanging) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if q.Operation != h.operation || h.mended.Load() {
		return h.Reader.Read(ctx, q, page)
	}
	h.once.Do(func() { close(h.asked) })
	<-ctx.Done()
	return ctx.Err()
}

func TestStepsAreDecidedBeforeTheLastFactArrives(t *testing.T) {
	reader, c := openWorld(t, "healthy-nat")
	slow := &hanging{Reader: reader, operation: "DescribeRouteTables", asked: make(chan struct{})}
	engine := &steps.Engine{Reader: slow, Region: c.Region}
	ctx, cancel := context.WithCancel(t.Context())
	decided := map[string]bool{}
	var mu sync.Mutex
	go func() {
		<-slow.asked
		for {
			mu.Lock()
			done := decided["task.interface"] && decided["target.form"] && decided["target.port"]
			mu.Unlock()
			if done {
				cancel()
				return
			}
			if ctx.Err() != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, err := engine.Walk(ctx, c, func(e steps.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Result != nil {
			decided[e.Step] = true
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled walk ended with %v", err)
	}
	// What was cancelled is not kept: the next walk reads it.
	slow.mended.Store(true)
	r, err := engine.Walk(t.Context(), c, nil)
	if err != nil || r.Verdict != steps.OK {
		t.Errorf("the walk after a cancelled one: %s, %v", r.Verdict, err)
	}
}

// failing fails one operation with an error of some kind.
type failing struct {
	aws.Reader
	operation string
	kind      aws.Kind
}

func (f failing) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if f.operation == "" || q.Operation == f.operation {
		return aws.Errorf(f.kind, q, "", "by the test")
	}
	return f.Reader.Read(ctx, q, page)
}

func TestWhatEndsAWalkAndWhatDoesNot(t *testing.T) {
	tests := []struct {
		operation string
		kind      aws.Kind
		fails     bool
	}{
		{"", aws.Credentials, true},
		{"DescribeSubnets", aws.Credentials, true},
		{"DescribeTasks", aws.NotFound, true},
		{"DescribeTasks", aws.Unreachable, true},
		{"DescribeTasks", aws.Denied, false},
		{"DescribeTasks", aws.Malformed, false},
		{"ListTasks", aws.Throttled, false},
		{"GetCallerIdentity", aws.Unreachable, false},
		{"DescribeSubnets", aws.Unreachable, false},
		{"DescribeVpcEndpointServices", aws.Unsupported, false},
	}
	for _, tt := range tests {
		t.Run(tt.operation+" "+tt.kind.String(), func(t *testing.T) {
			reader, c := openWorld(t, "route-none")
			r, err := (&steps.Engine{Reader: failing{reader, tt.operation, tt.kind}, Region: c.Region}).Walk(t.Context(), c, nil)
			if (err != nil) != tt.fails {
				t.Fatalf("the walk ended with %v", err)
			}
			if tt.fails {
				if got := aws.KindOf(err); got != tt.kind {
					t.Errorf("the error is of kind %s, want %s", got, tt.kind)
				}
				return
			}
			if r.Verdict == steps.OK {
				t.Errorf("what could not be read passes for fine:\n%s", describe(r))
			}
		})
	}
}

func TestDurationComesFromTheClock(t *testing.T) {
	reader, c := openWorld(t, "healthy-nat")
	synctest.Test(t, func(t *testing.T) {
		engine := &steps.Engine{Reader: slowly{reader, time.Second}, Region: c.Region, Now: time.Now}
		began := time.Now()
		r, err := engine.Walk(t.Context(), c, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Duration != time.Since(began) || r.Duration == 0 || !r.Subject.Captured.Equal(began) {
			t.Errorf("duration %s, captured %s; began %s", r.Duration, r.Subject.Captured, began)
		}
	})
}

type slowly struct {
	aws.Reader
	latency time.Duration
}

func (s slowly) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	time.Sleep(s.latency)
	return s.Reader.Read(ctx, q, page)
}

func TestTaskIsFoundByIDArnAndPrefix(t *testing.T) {
	reader, c := openWorld(t, "healthy-nat")
	whole, err := (&steps.Engine{Reader: reader, Region: c.Region}).Walk(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	id := whole.Subject.Task
	for _, typed := range []string{id, id[:8], "arn:aws:ecs:" + c.Region + ":111122223333:task/" + c.Cluster + "/" + id} {
		c.Task, c.Service = typed, ""
		r, err := (&steps.Engine{Reader: reader, Region: c.Region}).Walk(t.Context(), c, nil)
		if err != nil {
			t.Errorf("%s: %v", typed, err)
			continue
		}
		if r.Subject.Task != id || r.Verdict != whole.Verdict {
			t.Errorf("%s: task %s, verdict %s", typed, r.Subject.Task, r.Verdict)
		}
	}
	c.Task = "ffffffff"
	_, err = (&steps.Engine{Reader: reader, Region: c.Region}).Walk(t.Context(), c, nil)
	if aws.KindOf(err) != aws.NotFound || !strings.Contains(err.Error(), "ffffffff") {
		t.Errorf("a prefix that no task has ends in %v", err)
	}
}

func TestATaskThatDoesNotExistYet(t *testing.T) {
	reader, c := openWorld(t, "route-igw-without-public-ip")
	launch := steps.Launch{Subnets: []string{"subnet-0f3c0760c74d2740a"}, SecurityGroups: []string{"sg-0d8fe7a3a52a88087"}} // public-a, edge
	for _, tt := range []struct {
		public bool
		want   []string
	}{{false, []string{"route.igw-without-public-ip"}}, {true, []string{}}} {
		launch.PublicIP = tt.public
		r, err := (&steps.Engine{Reader: reader, Region: c.Region}).Walk(t.Context(), steps.Case{Region: c.Region, Launch: &launch, Symptom: steps.Timeout, Target: c.Target}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, codes(r)); diff != "" {
			t.Errorf("public address %v (-want +got):\n%s\n%s", tt.public, diff, describe(r))
		}
	}
}
