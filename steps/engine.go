package steps

import (
	"context"
	"time"

	"fargate-doctor/aws"
)

// Facts is what a walk knows so far.
type Facts struct{}

// An Engine walks the tree for cases. It may be used for one walk at a time; facts that it has read stay with it, so that a
// second walk costs nothing, until Forget.
type Engine struct {
	Reader aws.Reader
	Region string
	Now    func() time.Time // the clock for Report.Duration and Subject.Captured; nil leaves both zero
}

// An Event tells an observer what happens during a walk. Events come one at a time, in order.
type Event struct {
	Step    string      // the step concerned, "" for a fact
	Started bool        // the step is waiting for facts
	Result  *StepResult // the step is decided
	Fact    string      // a fact arrived or failed: its name
	Err     error       // why it failed
	Calls   int         // API calls made so far
}

// Walk walks the tree. The error is about the walk itself (cancelled, the task was not found, no credentials); what could
// not be read on the way is in the report.
func (e *Engine) Walk(ctx context.Context, c Case, observe func(Event)) (Report, error) {
	return Report{}, nil
}

// Forget drops the facts that the step needs (all facts, if step is ""), so that the next walk reads them again.
func (e *Engine) Forget(step string) {}
