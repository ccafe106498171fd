package tui

import (
	"context"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// scriptedRun is a run that goes as far as it is let.
type scriptedRun struct {
	gate    chan struct{} // the result waits for it
	role    string        // that it was started with
	stopped chan string
}

func (r *scriptedRun) Run(ctx context.Context, _ steps.Case, role string, _ steps.Report, show func(aws.RunbookEvent)) steps.Runbook {
	r.role = role
	show(aws.RunbookEvent{Step: 2, Steps: 8, Execution: aws.Execution{ID: "0f1e2d3c", Steps: []aws.ExecutionStep{
		{Name: "ValidateCluster", Status: aws.ExecutionSuccess}, {Name: "GetTaskDetails", Status: aws.ExecutionInProgress}}}})
	select {
	case <-r.gate:
	case <-ctx.Done():
	}
	return steps.Runbook{Document: aws.TroubleshootRunbook, ID: "0f1e2d3c", Status: aws.ExecutionSuccess, Analysed: true, Findings: []steps.RunbookFinding{
		{Text: "There is no VPC endpoint for secretsmanager", Says: steps.SaysProblem, Agreement: steps.Agrees},
		{Text: "Consider a NAT gateway"},
	}}
}

func (r *scriptedRun) Stop(_ context.Context, id string) error {
	r.stopped <- id
	close(r.gate)
	return nil
}

func fromRunbook(r *scriptedRun) Options {
	o := fromStart()
	o.Session.Runbook = r
	return o
}

// fromRunbookOver is a run that comes to its end at once.
func fromRunbookOver() Options {
	r := &scriptedRun{gate: make(chan struct{}), stopped: make(chan string, 1)}
	close(r.gate)
	return fromRunbook(r)
}

// R30: what it will do is said before it starts; its steps stream; its findings stand beside our own.
func TestTheRunbookIsShownFromItsPlanToItsResult(t *testing.T) {
	r := &scriptedRun{gate: make(chan struct{}), stopped: make(chan string, 1)}
	p := sit(t, fromRunbook(r), 100, 30)
	p.does("b")
	p.sees("It may make")
	p.sees("enter starts it")
	p.press("enter")
	p.sees("step 2 of 8")
	p.sees("GetTaskDetails")
	p.sees("cancel the run")
	close(r.gate)
	p.sees("= agrees")
	p.sees("· not compared")
	p.does("esc")
	if got := p.m.top().title(); got != "The walk" {
		t.Errorf("esc leads to %q", got)
	}
}

func TestARunCanBeCancelled(t *testing.T) {
	r := &scriptedRun{gate: make(chan struct{}), stopped: make(chan string, 1)}
	p := sit(t, fromRunbook(r), 80, 24)
	p.does("b")
	p.press("enter")
	p.sees("step 2 of 8")
	p.press("D")
	if id := <-r.stopped; id != "0f1e2d3c" {
		t.Errorf("run %q is cancelled", id)
	}
	p.sees("= agrees")
}

func TestOnlyAStartHasTheRunbook(t *testing.T) {
	o := fromWalk()
	o.Session.Runbook = &scriptedRun{}
	p := sit(t, o, 100, 30)
	p.does()
	if strings.Contains(p.frame(), "runbook of AWS") {
		t.Errorf("the key is offered:\n%s", p.frame())
	}
	p.does("b")
	if got := p.m.top().title(); got != "The walk" {
		t.Errorf("b leads to %q", got)
	}
}

// R30: the role that the runbook uses can be named, and what is none is not used.
func TestTheRunbookUsesTheRoleThatIsNamed(t *testing.T) {
	const role = "arn:aws:iam::111122223333:role/automation"
	r := &scriptedRun{gate: make(chan struct{})}
	close(r.gate)
	p := sit(t, fromRunbook(r), 100, 30)
	p.does("b")
	p.sees("with your own permissions")
	p.does("tab")
	p.press("automation q?")
	p.does("enter")
	p.sees("the ARN of a role")
	p.sees("with your own permissions")
	p.does("esc", "tab")
	p.press(role)
	p.does("enter")
	p.sees("with the permissions of")
	p.does("enter")
	p.sees("= agrees")
	if r.role != role {
		t.Errorf("it was started with the role %q", r.role)
	}
}
