package tui

import (
	"context"
	"errors"
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
func sentence(what string, err error) string {
	action := aws.Missing(err)
	switch kind := aws.KindOf(err); {
	case action != "":
		return what + ": " + action + " is not allowed"
	case kind == aws.Throttled:
		return what + ": AWS answers that there are too many calls"
	case kind == aws.Unreachable:
		return what + ": AWS does not answer"
	case kind == aws.Credentials:
		return what + ": the credentials are missing or have expired"
	case kind == aws.Malformed:
		return what + ": the answer is not one of AWS (a proxy, a login page?)"
	case kind == aws.NotRecorded:
		return what + ": it was not recorded"
	case kind == aws.NotFound && resource(err) != "":
		return what + ": " + aws.Clean(resource(err)) + " was not found"
	case errors.Is(err, context.DeadlineExceeded):
		return what + ": it took too long"
	}
	return what + ": " + aws.Clean(err.Error())
}

// resource returns what err says was asked for.
func resource(err error) string {
	var e *aws.Error
	if errors.As(err, &e) {
		return e.Resource
	}
	return ""
}

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
