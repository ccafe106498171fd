package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// A screen is one page of the wizard: a plain struct that keeps its own cursor, filter and results while other screens lie
// above it. Screens hold no I/O; what takes time they start with env.start, and results come back as messages.
type screen interface {
	// title names the screen in the header.
	title() string
	// open returns the first command. It is called once, when the screen is put on the stack.
	open(*env) tea.Cmd
	// key handles a key press; only the screen on top gets them.
	key(*env, tea.KeyMsg) tea.Cmd
	// receive handles any other message. All screens get all of them and drop what is not theirs, by the stream's id.
	receive(*env, tea.Msg) tea.Cmd
	// view draws the screen into at most h lines of at most w columns.
	view(e *env, w, h int) []string
	// keys lists the bindings that do something now, the most telling first; footer and help show them.
	keys(*env) []key.Binding
	// typing reports whether letters are text now, and no commands.
	typing() bool
	// close ends what the screen has under way. It is called when the screen leaves the stack.
	close(*env)
}

// An inquiry is what is known so far of what the person asks.
type inquiry struct {
	steps.Case
	subject              string // the task or service as the person calls it
	stopped              told   // how the task failed to start, where the list has told it
	noAction, noResource bool   // the person does not know which call was refused, or on what
}

// subjectOf names the task or service of a case.
func subjectOf(c steps.Case) string {
	switch {
	case c.Task != "" && c.Service != "":
		return c.Service + " ▸ " + shortID(c.Task)
	case c.Task != "":
		return shortID(c.Task)
	case c.Service != "":
		return c.Service
	case c.Launch != nil:
		return "a new task"
	}
	return ""
}

// shortID returns the first eight characters of a task's id, which is how people tell tasks apart.
func shortID(task string) string {
	id := aws.ShortName(task)
	return id[:min(len(id), 8)]
}

// lacks returns what has to be asked next.
func (q inquiry) lacks() steps.Lack { return steps.Lacks(q.Case, q.noAction, q.noResource) }

// understood returns the inquiry with what its answers imply.
func (q inquiry) understood() inquiry {
	q.Case = steps.Understand(q.Case)
	return q
}

// next returns the screen that asks for what the inquiry still lacks; the walk, when it lacks nothing.
func (q inquiry) next(e *env) screen {
	switch q.lacks() {
	case steps.NoCluster:
		return newClusters(e)
	case steps.NoSubject:
		return newTasks(e, q)
	case steps.NoSymptom:
		return newSymptom(e, q)
	case steps.NoTarget, steps.NoService:
		return newTarget(e, q)
	case steps.NoAction:
		return newCalls(e, q)
	case steps.NoResource:
		return newRefusedOn(e, q)
	}
	return newWalk(q)
}

// crumbs is the way so far: cluster ▸ task ▸ target, or the call that was refused.
func (q inquiry) crumbs() string {
	to := q.Target
	if q.Symptom == steps.Auth && q.Action != "" {
		to = q.Action
	}
	var parts []string
	for _, s := range []string{aws.ShortName(q.Cluster), q.subject, to} {
		if s != "" {
			parts = append(parts, aws.Clean(s))
		}
	}
	return strings.Join(parts, " ▸ ")
}
