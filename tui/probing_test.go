package tui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

func TestWhatIsSeenFromInsideIsWalkedWith(t *testing.T) {
	s := &script{report: blocked}
	o := asked(with(shop(), s))
	o.Session.Probe = func(_ context.Context, c steps.Case, to steps.Target, _ aws.Task) (probe.Round, error) {
		return probe.Round{Where: "container app of task 7c1e55ab", Target: to.Probe(c.Region), Results: []probe.Result{{Probe: "tcp", Tool: "bash"}}}, nil
	}
	p := sit(t, o, 100, 30)
	p.does("p")
	p.sees("probed from inside container app of task 7c1e55ab: 1 look")
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.cases); n != 2 || s.cases[0].Probes != nil || s.cases[1].Probes == nil || s.cases[1].Probes.Target.Host != "sns.eu-central-1.amazonaws.com" {
		t.Errorf("walked %d times; the last with %+v", n, s.cases[n-1].Probes)
	}
}

func TestWhereNothingCanBeSeenFromInside(t *testing.T) {
	o := asked(with(shop(), &script{report: blocked}))
	p := sit(t, o, 100, 30)
	p.does()
	if strings.Contains(p.frame(), "probe inside") {
		t.Errorf("the key is offered:\n%s", p.frame())
	}
	o.Session.Probe = func(context.Context, steps.Case, steps.Target, aws.Task) (probe.Round, error) {
		return probe.Round{}, &aws.Error{Kind: aws.Denied, Operation: "ecs:ExecuteCommand", Action: "ecs:ExecuteCommand"}
	}
	p = sit(t, o, 100, 30)
	p.does("p")
	p.sees("nothing was probed")
	p.does("!")
	p.sees("ecs:ExecuteCommand")
}

// A walk is looked at from a debug task: by p on its screen, and by p in the walk where the task's own container lets nobody in, or has no
// tools.
func TestADebugTaskIsProbedFrom(t *testing.T) {
	closed := &aws.Error{Kind: aws.Denied, Operation: "ecs:ExecuteCommand", Action: "ecs:ExecuteCommand"}
	for _, test := range []struct {
		name string
		keys []string
		own  probe.Round // of the task's own container
		err  error
		in   []string // where was looked from
	}{
		{"on its screen", []string{"p"}, probe.Round{}, nil, []string{debugID}},
		{"nobody gets into the container", []string{"esc", "p"}, probe.Round{}, closed, []string{"", debugID}},
		{"the container has no tools", []string{"esc", "p"}, probe.Round{Where: "container app", Results: []probe.Result{{Probe: "name", Verdict: probe.Unknown}}}, nil, []string{"", debugID}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &script{report: pullable}
			o := asked(with(shopToActIn(), s))
			o.Session.Debug, o.Session.Shell = &workshop{to: debug.Ready}, noShellHere
			var in []string
			o.Session.Probe = func(_ context.Context, c steps.Case, to steps.Target, from aws.Task) (probe.Round, error) {
				in = append(in, from.ID)
				if from.ID == "" {
					return test.own, test.err
				}
				return probe.Round{Where: "the debug task", Target: to.Probe(c.Region), Results: []probe.Result{{Probe: "tcp", Tool: "bash"}}}, nil
			}
			p := sit(t, o, 100, 30)
			p.does("d")
			p.sees("p probes from it")
			p.does(test.keys...)
			p.sees("probed from inside the debug task: 1 look")
			if !slices.Equal(in, test.in) {
				t.Errorf("looked from %q, want %q", in, test.in)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if last := s.cases[len(s.cases)-1]; last.Probes == nil || last.Probes.Where != "the debug task" {
				t.Errorf("walked last with %+v", last.Probes)
			}
		})
	}
}

// A container with nothing to probe with is said to be that, and what to do about it.
func TestABareContainerIsToldFromAFineOne(t *testing.T) {
	o := asked(with(shop(), &script{report: blocked}))
	o.Session.Probe = func(context.Context, steps.Case, steps.Target, aws.Task) (probe.Round, error) {
		return probe.Round{Where: "container app of task 7c1e55ab"}, nil
	}
	p := sit(t, o, 100, 30)
	p.does("p")
	p.sees("nothing was probed")
	p.does("!")
	p.sees("the image of container app of task 7c1e55ab has too few tools")
	p.sees("d launches a debug task")
}
