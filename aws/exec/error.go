package exec

import (
	"errors"
	"fmt"
	"path"
	"regexp"

	"fargate-doctor/aws"
)

// An Error says why there is no session, or why one ended before its command did.
type Error struct {
	Cause string // code of the catalogue ("exec.no-shell"), "" when none fits
	Text  string
	Hint  string // what the person can do; no part of Error's text
	Err   error  // the cause, if there is one
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Text + ": " + e.Err.Error()
	}
	return e.Text
}

func (e *Error) Unwrap() error { return e.Err }

// Advice returns the hint, for whoever shows errors without knowing their types.
func (e *Error) Advice() string { return e.Hint }

// CauseOf returns the catalogue's code of the first *Error in err's chain, or "".
func CauseOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Cause
	}
	return ""
}

// The agent passes on what the kernel and Go's exec say about a program that is not in the image.
var missingProgram = regexp.MustCompile(`(?:fork/exec |exec: ")([^\s":]+)"?: (?:no such file or directory|executable file not found)`)

var shells = map[string]bool{"sh": true, "bash": true, "ash": true, "dash": true, "zsh": true, "ksh": true}

// closed says what the reason of channel_closed means; nil when there is none, which is how a command ends.
func closed(reason string) error {
	reason = aws.Clean(reason)
	m := missingProgram.FindStringSubmatch(reason)
	switch {
	case reason == "":
		return nil
	case m == nil:
		return &Error{Text: "the session was closed: " + reason}
	case shells[path.Base(m[1])]:
		return &Error{Cause: "exec.no-shell", Text: fmt.Sprintf("the container has no %s", m[1]), Err: errors.New(reason),
			Hint: "images built from scratch or distroless hold no shell: a debug task with the same network and roles answers instead"}
	}
	return &Error{Text: fmt.Sprintf("the container has no %s", m[1]), Err: errors.New(reason), Hint: "check the command's name and path in the image"}
}
