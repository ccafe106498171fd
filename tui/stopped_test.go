package tui

import (
	"testing"

	"fargate-doctor/steps"
)

// A task that stopped is listed with its decoded reason, and its start is what enter walks (R31, R39).
func TestATaskThatStoppedTellsWhatToLookAt(t *testing.T) {
	s := &script{report: blocked}
	p := sit(t, with(shop(), s), 100, 30)
	p.does("/", "shop", "enter", "enter")
	p.sees("the secret's service could")
	p.does("/", "9f00aa12", "enter", "enter")
	p.sees("What do you see?")
	p.sees("From ECS, of how the task stopped")
	p.sees("1  The secret's service could not be reached")
	p.does("enter")
	p.sees("The walk")
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.cases[len(s.cases)-1]; c.Symptom != steps.Start || c.Error != "" || c.Task == "" {
		t.Errorf("walked %+v", c)
	}
}

// How one task stopped says nothing about the next.
func TestAnotherTaskIsAskedAboutAfresh(t *testing.T) {
	p := sit(t, with(shop(), &script{report: blocked}), 100, 30)
	p.does("/", "shop", "enter", "enter", "/", "9f00aa12", "enter", "enter")
	p.sees("From ECS, of how the task stopped")
	p.does("esc", "esc", "/", "7c1e55ab", "enter", "enter")
	p.sees("What do you see?")
	if f := p.frame(); p.m.inquiry.stopped.from != "" {
		t.Errorf("the stopped task is still told of:\n%s", f)
	}
}
