// Package acting says what a wizard works on: an account, a snapshot or a demo world, and what may be done there. Both wizards take it, the one
// with screens and the one that writes lines; whoever opens them makes it. How it is done, and how it is shown, belongs elsewhere.
package acting

import (
	"cmp"
	"context"
	"io"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

// A Session is an account, snapshot or demo world that answers.
type Session struct {
	Reader          aws.Reader
	Profile, Region string
	Refused         string     // why what is nil below can't be done here; Refusal says it where this is ""
	Debug           DebugTasks // nil where nothing may be launched
	Shell           Shell      // nil where no shell may be opened
	Probe           Probe      // nil where nobody can look from inside
	Runbook         Runbook    // nil where the AWS runbook can't be run
}

// Refusal says why what is nil can't be done. It is never "".
func (s Session) Refusal() string { return cmp.Or(s.Refused, "there is no way to do it here") }

// DebugTasks makes and removes debug tasks in the account of a session: debug.Launcher.
type DebugTasks interface {
	Launch(ctx context.Context, p debug.Plan, observe func(debug.Progress)) (debug.Launched, error)
	Follow(ctx context.Context, p debug.Plan, l debug.Launched, observe func(debug.Progress)) (debug.Launched, error)
	Stop(ctx context.Context, l debug.Launched) error
}

// Shell returns a shell in a container of a task, "" for the only one that can have one. The error says what is missing for it.
type Shell func(ctx context.Context, task aws.Task, container string) (Terminal, error)

// A Terminal has the person's terminal for itself while it runs, and leaves it as it was. If it has a method Unread() []byte, those are
// keys that were typed after its end.
type Terminal interface {
	Run() error
	SetStdin(io.Reader)
	SetStdout(io.Writer)
	SetStderr(io.Writer)
}

// Probe looks from inside the network of a case at what its walk was about: from a debug task, or from the container of the case when
// that is the zero Task. The error says what is missing for it.
type Probe func(ctx context.Context, c steps.Case, t steps.Target, in aws.Task) (probe.Round, error)

// A Runbook runs the AWS runbook for tasks that do not start (R30).
type Runbook interface {
	// Run starts the runbook for a case's task, or joins a run that is under way, and returns what came of it beside the report. It uses a
	// role, or the person's own permissions when that is "". When ctx ends the run in AWS goes on.
	Run(ctx context.Context, c steps.Case, role string, r steps.Report, show func(aws.RunbookEvent)) steps.Runbook
	Stop(ctx context.Context, id string) error
}
