package plain

import (
	"context"
	"fmt"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"
)

// watch walks again by the clock until the verdict changes, and says each look in one line. Enter or Ctrl-C ends it.
func (w *walk) watch(ctx context.Context) error {
	c, since := w.conversation, *w.last
	c.say("Looking again every %s until the verdict changes. Enter or Ctrl-C ends the watch.", spoken(c.WatchEvery))
	looks, settled := 0, false
	stopped, err := c.endedBy(ctx, c.lines, func(ctx context.Context) error {
		for {
			r, err := w.look(ctx)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			looks++
			text := ""
			switch {
			case err == nil:
				text = report.Changes(steps.Compare(*w.last, r))
				w.last = &r
				settled = steps.Compare(since, r).Settled()
			case aws.KindOf(err) == aws.Credentials:
				return err // time does not mend them
			default:
				text = "the walk broke off: " + aws.Why(err)
			}
			c.say("Look %d, %s: %s.", looks, c.Clock().Format(time.TimeOnly), text)
			if settled {
				return nil
			}
			select {
			case <-time.After(c.WatchEvery):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
	switch {
	case settled:
		c.say("The verdict changed; the watch has ended.")
		c.tell(report.SpokenSince(*w.last, steps.Compare(since, *w.last)))
		return nil
	case stopped && c.lines.over():
		c.say("The input has ended, and the watch with it. A script can use fargate-doctor diagnose --watch.")
		return nil
	case stopped:
		c.say("The watch has ended.")
		return nil
	}
	return c.failed(ctx, "The watch broke off", err)
}

// spoken says a time of some seconds.
func spoken(d time.Duration) string { return fmt.Sprintf("%g seconds", d.Seconds()) }

// look walks once more with fresh facts, and says nothing.
func (w *walk) look(ctx context.Context) (steps.Report, error) {
	w.engine.Forget("")
	return w.engine.Walk(ctx, w.of, nil)
}
