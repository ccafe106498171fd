package steps

import (
	"regexp"
	"strings"

	"fargate-doctor/steps/symptom"
)

// A sessionError is what the error text of a session that failed tells by itself. The texts are those of ECS, of the agent, of the AWS
// CLI and of this program's own client (aws/exec), whose errors carry the same causes.
type sessionError struct {
	symptom.Reading
	cause  string // "" when the text names none that facts can't tell better
	begun  bool   // the session had begun: its handshake or the agent's look at the log failed
	opener string // who opened the session, where the text refuses a call of theirs
}

// sessionError reads the case's error text.
func (c Case) sessionError() sessionError {
	heard := c.heard()
	told := sessionError{Reading: heard}
	action := strings.ToLower(actionOf(heard))
	refused := heard.Class.Symptom() == string(Auth)
	if refused && (action == strings.ToLower(opens) || action == strings.ToLower(makesKey)) {
		told.opener = heard.Principal
	}
	if c.retried {
		return told
	}
	told.begun = strings.Contains(c.Error, "error while initiating handshake") || strings.Contains(c.Error, "ouldn't start the session because ")
	switch {
	case noShell.MatchString(c.Error):
		told.cause = "exec.no-shell"
	case strings.Contains(c.Error, "SessionManagerPlugin is not found"):
		told.cause = "exec.plugin-missing"
	case strings.Contains(c.Error, "encryption is not set up on the selected"):
		told.cause = "exec.logging-denied"
	case strings.Contains(c.Error, "KMS gave no key"), refused && strings.HasPrefix(action, "kms:"):
		told.cause = "exec.kms-denied"
	case c.notConnected():
		told.cause = "exec.target-not-connected"
	case refused && action == strings.ToLower(opens), strings.Contains(c.Error, opens) && strings.Contains(c.Error, ": denied"):
		told.cause = "exec.caller-denied"
	}
	return told
}

// notConnected reports whether the text says that the agent is not connected. What comes after it connects is then not the question, nor is
// it once that is mended.
func (c Case) notConnected() bool { return strings.Contains(c.Error, "TargetNotConnected") }

// The agent passes on what the kernel and Go's exec say about a program that is not in the image.
var noShell = regexp.MustCompile(`(?:fork/exec |exec: "|stat )(?:\S*/)?(?:sh|bash|ash|dash|zsh|ksh)"?: (?:no such file or directory|executable file not found)`)

// accepted reports whether the text proves that ECS took the call: what failed came after that.
func (e sessionError) accepted() bool {
	return e.begun || e.cause == "exec.target-not-connected" || e.cause == "exec.no-shell" || e.cause == "exec.kms-denied" || e.cause == "exec.logging-denied"
}

// evidence is the line of the text.
func (e sessionError) evidence() []Evidence { return refusedCall{Reading: e.Reading}.message() }
