package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/tui/acting"
)

// A debugTask is a debug task that this wizard launched, or found. It goes on when its screen is left, and when another account is chosen.
type debugTask struct {
	session  acting.Session // that it belongs to
	plan     debug.Plan
	stream   int // that launches or stops it
	stage    stage
	progress debug.Progress
	began    time.Time
	took     time.Duration // to be ready
	launched debug.Launched
	own      bool // this wizard launched it
	err      error
}

// A stage is what a debug task has come to.
type stage int

const (
	starting stage = iota
	ready
	stopping
	over // stopped, or never came to run
)

// launchMoved is how far the launching of stream id has come.
type launchMoved struct {
	id       int
	progress debug.Progress
}

// launchReady is the debug task that stream id launched or found.
type launchReady struct {
	id       int
	launched debug.Launched
	own      bool
}

// launch looks for a debug task that stands in the network of the plan already, and launches one when there is none.
func (t *debugTask) launch(e *env) tea.Cmd {
	t.stage, t.err, t.began, t.progress, t.own = starting, nil, e.now(), debug.Progress{}, true
	s, plan := t.session, t.plan
	id, cmd := e.startLasting("launching the debug task", func(ctx context.Context, id int, send func(tea.Msg)) error {
		found, there, err := debug.Find(ctx, s.Reader, plan)
		if err != nil {
			return err
		}
		observe := func(p debug.Progress) { send(launchMoved{id, p}) }
		launched := found
		if there {
			launched, err = s.Debug.Follow(ctx, plan, found, observe)
		} else {
			launched, err = s.Debug.Launch(ctx, plan, observe)
		}
		if err == nil {
			send(launchReady{id, launched, !there})
		}
		return err
	})
	t.stream = id
	return cmd
}

// stop stops it, and takes away what was made for it. What is starting is given up; the launcher tidies up.
func (t *debugTask) stop(e *env) tea.Cmd {
	if t.stage == starting {
		t.stage = stopping
		if s := e.streams[t.stream]; s != nil {
			s.cancel()
		}
		return nil
	}
	t.stage, t.err = stopping, nil
	s, launched := t.session, t.launched
	id, cmd := e.startLasting("stopping the debug task", func(ctx context.Context, _ int, _ func(tea.Msg)) error {
		return s.Debug.Stop(ctx, launched)
	})
	t.stream = id
	return cmd
}

// receive takes note of what the stream of the task brings.
func (t *debugTask) receive(e *env, msg tea.Msg) {
	switch msg := msg.(type) {
	case launchMoved:
		if msg.id == t.stream {
			t.progress = msg.progress
		}
	case launchReady:
		if msg.id == t.stream {
			t.launched, t.own, t.took = msg.launched, msg.own, e.now().Sub(t.began)
			t.progress = debug.Progress{Phase: debug.Ready, Task: msg.launched.Task}
			if t.stage == starting {
				t.stage = ready
			}
		}
	case ended:
		if msg.id != t.stream {
			return
		}
		launched := t.launched.Task.ARN != ""
		switch {
		case t.stage == stopping && msg.err != nil && launched: // it still runs
			t.stage, t.err = ready, msg.err
			e.fail("The debug task can't be stopped", msg.err)
		case t.stage == stopping:
			t.stage, t.launched = over, debug.Launched{}
			if tidied := onlyCancelled(msg.err); !tidied {
				t.err = msg.err
			}
		case msg.err != nil:
			t.stage, t.err = over, msg.err
			e.fail("The debug task did not start", msg.err)
		}
	}
}

// onlyCancelled reports whether an error is nothing but the end of what was given up, so that nothing was left behind.
func onlyCancelled(err error) bool {
	if err == nil {
		return true
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return !slices.ContainsFunc(joined.Unwrap(), func(e error) bool { return !onlyCancelled(e) })
	}
	return errors.Is(err, context.Canceled) || aws.KindOf(err) == aws.Cancelled
}

// left is how long it still lives, "" when it does not tell.
func (t *debugTask) left(now time.Time) string {
	left, ends := t.launched.Left(now)
	if !ends {
		return ""
	}
	return fmt.Sprintf("%d min", int(left.Minutes()))
}

// state says in a few words what it has come to.
func (t *debugTask) state(now time.Time) string {
	switch t.stage {
	case starting:
		return string(t.phase()) + " " + clock(now.Sub(t.began))
	case stopping:
		return "stopping"
	case ready:
		return t.launched.Ending(now)
	}
	return "stopped"
}

// inShort is the state where there is little room.
func (t *debugTask) inShort(now time.Time) string {
	if left := t.left(now); left != "" && t.stage == ready {
		return left + " left"
	}
	if t.stage == ready {
		return "runs"
	}
	return t.state(now)
}

// phase is the one it is in.
func (t *debugTask) phase() debug.Phase {
	if t.progress.Phase == "" {
		return debug.Registering
	}
	return t.progress.Phase
}

// lives reports whether there is something to stop, or about to be.
func (t *debugTask) lives(now time.Time) bool {
	at := t.launched.Expires()
	return t.stage != over && (at.IsZero() || t.launched.Service != "" || now.Before(at))
}

// standing returns the debug task in the network of the plan that the wizard knows of, nil when there is none.
func (e *env) standing(p debug.Plan) *debugTask {
	for _, t := range e.tasks {
		if t.lives(e.now()) && t.session.Profile == e.session.Profile && t.plan.Region == p.Region && t.plan.Cluster == p.Cluster &&
			slices.Equal(t.plan.Network.Subnets, p.Network.Subnets) && t.plan.TaskRole == p.TaskRole {
			return t
		}
	}
	return nil
}

// living lists the debug tasks that run or start; with own, those that this wizard launched.
func (e *env) living(own bool) []*debugTask {
	var all []*debugTask
	for _, t := range e.tasks {
		if t.lives(e.now()) && (t.own || !own) {
			all = append(all, t)
		}
	}
	return all
}

// clock says a duration as "00:41".
func clock(d time.Duration) string {
	s := max(int(d.Seconds()), 0)
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}
