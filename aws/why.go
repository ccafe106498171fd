package aws

import (
	"context"
	"errors"
)

// Why says in plain words, without a full stop, why something could not be read.
func Why(err error) string {
	action := Missing(err)
	var e *Error
	errors.As(err, &e)
	switch kind := KindOf(err); {
	case action != "":
		return action + " is not allowed"
	case kind == Throttled:
		return "AWS answers that there are too many calls"
	case kind == Unreachable:
		return "AWS does not answer"
	case kind == Credentials:
		return "the credentials are missing or have expired"
	case kind == Malformed:
		return "the answer is not one of AWS (a proxy, a login page?)"
	case kind == NotRecorded:
		return "it was not recorded"
	case kind == NotFound && e != nil && e.Resource != "":
		return Clean(e.Resource) + " was not found"
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	}
	return Clean(err.Error())
}
