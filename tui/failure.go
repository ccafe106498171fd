package tui

import (
	"time"

	"fargate-doctor/aws"
)

// A fault is an error that happened, for the error log.
type fault struct {
	at   time.Time
	text string
	hint string
	err  error
}

// sentence says what could not be done ("The tasks can't be read") and why, without a full stop.
func sentence(what string, err error) string { return what + ": " + aws.Why(err) }

// failureLines draws an error that ended a reading: one sentence, its hint, and what the person can do.
func failureLines(p palette, what string, err error, w int) []string {
	var lines []string
	for i, l := range wrap(sentence(what, err)+".", w-4) {
		mark := "   "
		if i == 0 {
			mark = " ✗ "
		}
		lines = append(lines, p.bad.Render(mark+l))
	}
	for _, l := range wrap(aws.Hint(err), w-4) {
		lines = append(lines, "   "+l)
	}
	return append(lines, "   "+p.faint.Render(cut("r tries again · ! shows all errors", w-3)))
}
