package tui

import (
	"context"
	"errors"
	"sync"

	"fargate-doctor/steps"
)

// A walker lets one use of a Walker at a time go on, as an engine demands: a walk that was cancelled may still be on its way out when the
// next one is asked for.
type walker struct {
	turn sync.Mutex
	w    Walker

	mu      sync.Mutex
	yielded context.CancelCauseFunc // ends the reading of proposals that is under way
}

// errYielded ends the reading of proposals when a walk is waiting.
var errYielded = errors.New("a walk comes first")

// walk forgets what the steps need and walks. It blocks; call it from a stream's work.
func (w *walker) walk(ctx context.Context, c steps.Case, forget []string, observe func(steps.Event)) (steps.Report, error) {
	w.mu.Lock()
	if w.yielded != nil {
		w.yielded(errYielded)
	}
	w.mu.Unlock()
	w.turn.Lock()
	defer w.turn.Unlock()
	for _, step := range forget {
		w.w.Forget(step)
	}
	return w.w.Walk(ctx, c, observe)
}

// proposals reads what the application's log tells. It blocks as walk does, and makes way for a walk: its error is errYielded then.
func (w *walker) proposals(ctx context.Context, c steps.Case) ([]steps.Proposal, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w.mu.Lock()
	w.yielded = cancel
	w.mu.Unlock()
	told, err := w.w.Proposals(ctx, c)
	if errors.Is(context.Cause(ctx), errYielded) {
		err = errYielded
	}
	return told, err
}
