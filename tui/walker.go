package tui

import (
	"context"
	"sync"

	"fargate-doctor/steps"
)

// A walker lets one walk at a time use a Walker, as an engine demands: a walk that was cancelled may still be on its way
// out when the next one is asked for.
type walker struct {
	turn sync.Mutex
	w    Walker
}

// walk forgets what the steps need and walks. It blocks; call it from a stream's work.
func (w *walker) walk(ctx context.Context, c steps.Case, forget []string, observe func(steps.Event)) (steps.Report, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	for _, step := range forget {
		w.w.Forget(step)
	}
	return w.w.Walk(ctx, c, observe)
}
