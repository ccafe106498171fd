package plain

import (
	"context"
	"errors"
	"strings"
)

var (
	errQuit    = errors.New("the person quits")
	errBack    = errors.New("the person goes back")
	errEnded   = errors.New("the input has ended")
	errStopped = errors.New("the person stops what is under way")
)

// stoppable does something that Ctrl-C ends, and says whether it did. What was done comes first: it may have come to its end all the same.
func (c *conversation) stoppable(ctx context.Context, do func(context.Context) error) (stopped bool, err error) {
	return c.endedBy(ctx, nil, do)
}

// endedBy does something that Ctrl-C ends, or a line of the input where those are given.
func (c *conversation) endedBy(ctx context.Context, l *lines, do func(context.Context) error) (stopped bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var read <-chan string
	var ended <-chan struct{}
	if l != nil {
		l.want()
		read, ended = l.read, l.ended
	}
	var typed []string
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-c.Interrupts:
		case line := <-read:
			l.taken()
			typed = append(typed, line)
		case <-ended:
		case <-over:
			return
		}
		cancel(errStopped)
	}()
	err = do(ctx)
	close(over)
	<-done
	for _, line := range typed {
		if strings.TrimSpace(line) != "" {
			l.kept = append(l.kept, line) // it says what comes next, too
		} else if c.Echo {
			c.say("")
		}
	}
	return errors.Is(context.Cause(ctx), errStopped), err
}
