package tui

import (
	"context"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

func TestWhatIsSeenFromInsideIsWalkedWith(t *testing.T) {
	s := &script{report: blocked}
	o := asked(with(shop(), s))
	o.Session.Probe = func(_ context.Context, c steps.Case, to steps.Target) (probe.Round, error) {
		return probe.Round{Target: to.Probe(c.Region), Results: []probe.Result{{Probe: "tcp", Tool: "bash"}}}, nil
	}
	p := sit(t, o, 100, 30)
	p.does("p")
	p.sees("probed from inside: 1 look")
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
	o.Session.Probe = func(context.Context, steps.Case, steps.Target) (probe.Round, error) {
		return probe.Round{}, &aws.Error{Kind: aws.Denied, Operation: "ecs:ExecuteCommand", Action: "ecs:ExecuteCommand"}
	}
	p = sit(t, o, 100, 30)
	p.does("p")
	p.sees("nothing was probed")
	p.does("!")
	p.sees("ecs:ExecuteCommand")
}
