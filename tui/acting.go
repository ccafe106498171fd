package tui

import (
	"context"
	"io"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
)

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
