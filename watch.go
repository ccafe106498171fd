package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"
)

const (
	watchEvery   = 15 * time.Second
	leastWatch   = time.Second
	watchTimeout = time.Hour // where --timeout is not given: who watches waits for somebody else
)

// A watch walks again and again until nothing is in the way.
type watch struct {
	every time.Duration
	walk  func(context.Context) (steps.Report, error) // with fresh facts
	tell  func(format string, args ...any)            // one line for the person
}

// until returns the report of the walk on which nothing was in the way any more, or the last one when ctx comes to its deadline. It goes on
// from a first walk, which may have failed. A walk that breaks off is walked again, but for credentials that are no longer good.
func (w watch) until(ctx context.Context, last steps.Report, err error) (steps.Report, error) {
	walked := err == nil
	if walked {
		w.tell("%s", report.Sentence(last))
	}
	for failed := ""; ; {
		switch {
		case err == nil && last.Verdict == steps.OK:
			return last, nil
		case context.Cause(ctx) == context.DeadlineExceeded && walked:
			w.tell("no longer watching: the time is over")
			return last, nil
		case ctx.Err() != nil:
			return last, ctx.Err()
		case err != nil && aws.KindOf(err) == aws.Credentials:
			return last, err
		case err != nil && aws.Why(err) != failed: // an outage is told once
			failed = aws.Why(err)
			w.tell("the walk broke off: %s", failed)
		}
		select {
		case <-time.After(w.every):
		case <-ctx.Done():
			continue
		}
		var r steps.Report
		if r, err = w.walk(ctx); err != nil {
			continue
		}
		failed = ""
		if d := steps.Compare(last, r); !walked || !d.None() {
			if walked {
				for _, c := range d.Steps {
					w.tell("%s: %s", c.Step, c.Words())
				}
			}
			w.tell("%s", report.Sentence(r))
		}
		last, walked = r, true
	}
}

// tell prints a line with the time on stderr.
func (p *program) tell(now time.Time, format string, args ...any) {
	fmt.Fprintf(p.err, "%s %s\n", now.Format(time.TimeOnly), aws.Clean(strings.TrimSpace(fmt.Sprintf(format, args...))))
}
