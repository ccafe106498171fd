package aws

import (
	"errors"
	"fmt"
)

// A Kind says why something could not be read. The zero Kind is Other: not known, and never "fine".
type Kind int

const (
	Other       Kind = iota
	Denied           // the caller lacks the IAM action
	NotFound         // the API says that the resource does not exist
	Throttled        // still throttled after the retries
	Unreachable      // no answer from the API: network, DNS, TLS, time-out
	Credentials      // none found, expired or not valid
	Malformed        // an answer that is not the API's: a captive portal, a broken proxy
	NotRecorded      // a snapshot or demo world does not hold this answer
	Unsupported      // the API or region does not know the operation
	Cancelled        // the person or a deadline ended the read
)

var kindNames = [...]string{"failed", "denied", "not found", "throttled", "unreachable", "credentials", "malformed answer",
	"not recorded", "unsupported", "cancelled"}

func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return kindNames[Other]
	}
	return kindNames[k]
}

// An Error says which read failed, on what, why, and what the person can do about it. Hint is a sentence for the person
// and no part of Error's text.
type Error struct {
	Kind      Kind
	Operation string // "ec2:DescribeSubnets"
	Action    string // the IAM action that is missing; set when Kind is Denied
	Code      string // the API's own error code: "NoSuchBucketPolicy"; "" when it was not the API that failed
	Resource  string // what was asked for, when one thing was
	Hint      string
	Err       error // the cause, as the SDK or the file system gave it
}

func (e *Error) Error() string {
	s := e.Operation
	if e.Resource != "" {
		s += " " + e.Resource
	}
	s += ": " + e.Kind.String()
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the Kind of the first *Error in err's chain, Other when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Other
}

// Unanswered reports whether what an API was asked to do may have been done although err came of it.
func Unanswered(err error) bool {
	switch KindOf(err) {
	case Unreachable, Malformed, Cancelled:
		return true
	case Other:
		code := CodeOf(err)
		return code == "" || code == "InternalServerError" || code == "ServerException" // of Systems Manager, of ECS
	}
	return false
}

// CodeOf returns the API's own error code of the first *Error in err's chain, or "".
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Advice returns the hint.
func (e *Error) Advice() string { return e.Hint }

// Hint returns what err tells the person to do: the advice of the first error in its tree that has some, of whatever type.
func Hint(err error) string {
	if e, ok := err.(interface{ Advice() string }); ok && e.Advice() != "" {
		return e.Advice()
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return Hint(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			if hint := Hint(one); hint != "" {
				return hint
			}
		}
	}
	return ""
}

// Missing returns the IAM action that err says is missing, or "".
func Missing(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind == Denied {
		return e.Action
	}
	return ""
}

// Errorf returns an *Error for a query; the format's %w argument, if any, becomes its cause.
func Errorf(kind Kind, q Query, resource, format string, args ...any) *Error {
	e := &Error{Kind: kind, Operation: q.Name(), Resource: resource, Err: fmt.Errorf(format, args...)}
	if kind == Denied {
		e.Action = q.Action()
	}
	return e
}
