package runbook

import (
	"context"
	"errors"
	"fmt"

	"fargate-doctor/aws"
)

// An Error says why a run has no result.
type Error struct {
	Text    string // a clause that stands by itself
	Hint    string // what the person can do; no part of Error's text
	Missing string // the IAM action that is missing, "" when none is
	Err     error  // the cause, as Systems Manager gave it; may be nil
}

func (e *Error) Error() string { return e.Text }
func (e *Error) Unwrap() error { return e.Err }

// Advice returns the hint, for whoever shows errors without knowing their types.
func (e *Error) Advice() string { return e.Hint }

// Detail returns what AWS said, in its own words, or "".
func (e *Error) Detail() string {
	var cause *aws.Error
	if errors.As(e.Err, &cause) && cause.Err != nil {
		return cause.Err.Error()
	}
	return ""
}

const permissions = "`fargate-doctor policy --runbook` prints what the runbook needs"

// notStarted says why there is no run.
func (c *Client) notStarted(r aws.RunbookRequest, err error) *Error {
	e := &Error{Text: "the runbook was not started: " + reason(err), Hint: aws.Hint(err), Missing: aws.Missing(err), Err: err}
	partition := aws.PartitionOf(c.Region).ID
	switch code := aws.CodeOf(err); {
	case code == "AutomationExecutionLimitExceededException":
		e.Text = "the runbook was not started: as many runs are under way as Systems Manager allows"
		e.Hint = "try again when some have ended"
	case code == "AutomationDefinitionNotFoundException", code == "AutomationDefinitionVersionNotFoundException", code == "InvalidDocument":
		e.Text = fmt.Sprintf("the runbook was not started: Systems Manager has no runbook %s in %s", aws.TroubleshootRunbook, c.Region)
		e.Hint = "the program's own checks don't need it"
		if partition != "aws" {
			e.Text = fmt.Sprintf("%s; not every runbook is offered in the partition %s", e.Text, partition)
		}
	case code == "InvalidAutomationExecutionParametersException":
		e.Text = "the runbook was not started: Systems Manager does not take its parameters"
		if r.Role != "" {
			e.Hint = fmt.Sprintf("check that %s exists and that its trust policy names ssm.amazonaws.com", r.Role)
		}
	case e.Missing == "iam:PassRole":
		e.Text = "the runbook was not started: iam:PassRole is not allowed, which giving Automation a role needs"
		e.Hint = fmt.Sprintf("allow iam:PassRole on %s, or leave --automation-role out: the runbook then uses your own permissions", r.Role)
	case e.Missing != "":
		e.Hint = permissions
	case aws.Unanswered(err): // Cancelled is by this package's own limit: the caller's context is not heeded
		e.Text = "whether the runbook was started is not known: " + reason(err)
		e.Hint = "a run under way is found again: ask once more"
	case aws.KindOf(err) == aws.Unsupported:
		e.Text = fmt.Sprintf("the runbook was not started: Systems Manager in %s does not run runbooks", c.Region)
	}
	return e
}

// reason says in few words why a call failed.
func reason(err error) string {
	var e *aws.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	switch e.Kind {
	case aws.Denied:
		return e.Action + " is not allowed"
	case aws.Throttled:
		return "Systems Manager limits the calls of this account (" + e.Operation + ")"
	case aws.Unreachable:
		return "Systems Manager does not answer (" + e.Operation + ")"
	case aws.Malformed:
		return "what answers is not Systems Manager (" + e.Operation + ")"
	case aws.Cancelled:
		return "Systems Manager takes too long (" + e.Operation + ")"
	case aws.NotFound:
		return "Systems Manager does not know it (" + e.Operation + ")"
	}
	return e.Error()
}

func interrupted(ctx context.Context, text string) *Error {
	return &Error{Text: text, Err: context.Cause(ctx)}
}

func (c *Client) lookCommand(id string) string {
	return fmt.Sprintf("aws ssm get-automation-execution --automation-execution-id %s --region %s", id, c.Region)
}

func (c *Client) stopCommand(id string) string {
	return fmt.Sprintf("aws ssm stop-automation-execution --automation-execution-id %s --region %s", id, c.Region)
}
