package plain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/steps/symptom"
	"fargate-doctor/tui/acting"
)

// A debugTask is a debug task that this conversation launched, or found.
type debugTask struct {
	session  acting.Session // that it belongs to
	plan     debug.Plan
	beside   steps.Case // that it was wanted for
	launched debug.Launched
	own      bool // this conversation launched it
}

// lives reports whether there is something to stop.
func (t *debugTask) lives(now time.Time) bool {
	left, ends := t.launched.Left(now)
	return !ends || left > 0
}

// name is what the task is called.
func (t *debugTask) name() string { return "the debug task " + short(t.launched.Task.ID) }

// standing returns the debug task that stands beside the subject of a case, nil when there is none that is known.
func (c *conversation) standing(of steps.Case) *debugTask {
	for _, t := range c.tasks {
		if t.lives(c.Clock()) && t.session.Profile == c.session.Profile && t.beside.Cluster == of.Cluster && t.beside.Service == of.Service && t.beside.Task == of.Task {
			return t
		}
	}
	return nil
}

// launch launches a debug task beside what was walked, after saying what it will be and being told to.
func (w *walk) launch(ctx context.Context) error {
	var plan debug.Plan
	var found debug.Launched
	var there bool
	var blocked string
	c := w.conversation
	c.say("Reading what it will stand beside.")
	stopped, err := c.stoppable(ctx, func(ctx context.Context) error {
		subject, err := debug.ReadSubject(ctx, c.session.Reader, c.session.Region, w.of.Cluster, w.of.Service, w.of.Task)
		if err != nil {
			return err
		}
		if plan, err = debug.NewPlan(subject, c.Debug); err != nil {
			return err
		}
		if found, there, err = debug.Find(ctx, c.session.Reader, plan); err != nil || there {
			return err
		}
		r, err := c.engine.Walk(ctx, steps.PullCase(plan.Region, plan.Network, debug.Registry(plan.Image)), nil)
		blocked = steps.PullBlocked(r)
		return err
	})
	switch {
	case stopped:
		c.say("You stopped it. Nothing was launched.")
		return nil
	case err != nil:
		return c.failed(ctx, "No debug task can be launched", err)
	case there:
		return w.follow(ctx, &debugTask{session: c.session, plan: plan, beside: w.of, launched: found})
	}
	c.say("This launches a debug task beside %s: %s.", plan.Studied, strings.Join(plan.Parts(), ", "))
	if blocked != "" {
		c.say("Its image %s can't be pulled from there: %s. Start the program with --image to name a copy that can.", plan.Image, blocked)
	}
	if yes, err := c.yes(ctx, "Launch it?"); err != nil || !yes {
		return err
	}
	t := &debugTask{session: c.session, plan: plan, beside: w.of, own: true}
	c.say("Launching it. Ctrl-C gives it up, and takes away what was made.")
	stopped, err = c.stoppable(ctx, func(ctx context.Context) (err error) {
		t.launched, err = c.session.Debug.Launch(ctx, plan, c.phases())
		return err
	})
	if err != nil {
		c.notLaunched(err, stopped)
		return ctx.Err()
	}
	c.tasks = append(c.tasks, t)
	c.say("%s is ready. It %s.", capital(t.name()), t.launched.Ending(c.Clock()))
	return nil
}

// follow takes a debug task into use that stands there already.
func (w *walk) follow(ctx context.Context, t *debugTask) error {
	c := w.conversation
	c.say("A debug task stands there already, %s.", short(t.launched.Task.ID))
	for _, known := range c.tasks { // launched here, for another task of the same network
		t.own = t.own || known.own && known.launched.Task.ARN == t.launched.Task.ARN
	}
	stopped, err := c.stoppable(ctx, func(ctx context.Context) (err error) {
		t.launched, err = c.session.Debug.Follow(ctx, t.plan, t.launched, c.phases())
		return err
	})
	switch {
	case err != nil && stopped:
		c.say("You stopped waiting for it. It goes on without you.")
	case err != nil:
		return c.failed(ctx, "It does not become ready", err)
	default:
		c.tasks = append(c.tasks, t)
		c.say("It is ready, and %s.", t.launched.Ending(c.Clock()))
	}
	return nil
}

// phases returns what says how far a launch has come: each phase once, and once why it takes long.
func (c *conversation) phases() func(debug.Progress) {
	var last debug.Progress
	return func(p debug.Progress) {
		if p.Phase != last.Phase {
			c.say("Debug task: %s.", p.Phase)
		}
		if p.Text != "" && p.Text != last.Text {
			c.say("This takes long: %s.", p.Text)
		}
		last = p
	}
}

// notLaunched says why a debug task did not come to run, and whether something of it may be left.
func (c *conversation) notLaunched(err error, stopped bool) {
	var ended *debug.StoppedError
	left := debug.Leftovers(err)
	switch {
	case errors.As(err, &ended):
		c.say("The debug task stopped before it was ready: %s. ECS says: %s", symptom.ReadStopped(ended.Reason).Class.Words(), ended.Reason)
	case stopped, aws.KindOf(err) == aws.Cancelled, errors.Is(err, context.Canceled):
		c.say("The launch was given up.")
	default:
		c.fail("It was not launched", err)
	}
	if left {
		c.say("Something may be left behind: %s. This takes it away: %s", err, c.command("debug", "stop"))
		return
	}
	c.say("Nothing was left behind.")
}

// stop stops a debug task and takes its task definition away, and reports whether that went well.
func (c *conversation) stop(ctx context.Context, t *debugTask) (bool, error) {
	c.say("Stopping %s and taking its task definition away.", t.name())
	stopped, err := c.stoppable(ctx, func(ctx context.Context) error { return t.session.Debug.Stop(ctx, t.launched) })
	switch {
	case err == nil:
		c.forget(t)
		c.say("It is stopped. Nothing was left behind.")
		return true, nil
	case stopped:
		c.say("You stopped that. The debug task may run still.")
		return false, nil
	}
	return false, c.failed(ctx, "It can't be stopped", err)
}

// forget drops a debug task, whatever it was wanted for.
func (c *conversation) forget(gone *debugTask) {
	var rest []*debugTask
	for _, t := range c.tasks {
		if t.launched.Task.ARN != gone.launched.Task.ARN {
			rest = append(rest, t)
		}
	}
	c.tasks = rest
}

// own lists the debug tasks that this conversation launched and that live, each once.
func (c *conversation) own() []*debugTask {
	var all []*debugTask
	seen := map[string]bool{}
	for _, t := range c.tasks {
		if arn := t.launched.Task.ARN; t.own && t.lives(c.Clock()) && !seen[arn] {
			seen[arn] = true
			all = append(all, t)
		}
	}
	return all
}

// leave asks what becomes of the debug tasks that were launched here. The error is errQuit when the person goes, nil when they stay.
func (c *conversation) leave(ctx context.Context) error {
	for {
		tasks := c.own()
		if len(tasks) == 0 {
			return errQuit
		}
		it, rest := "it", "it "+tasks[0].launched.Ending(c.Clock())
		for _, t := range tasks {
			c.say("%s runs in cluster %s, beside %s. It %s.", capital(t.name()), t.plan.Cluster, t.plan.Studied, t.launched.Ending(c.Clock()))
		}
		if len(tasks) > 1 {
			it, rest = "them", "they end by themselves"
		}
		i, _, err := c.choose(ctx, menu{ask: fmt.Sprintf("You launched %s. What becomes of %s?", it, it), suggest: -1, choices: []choice{
			{"stop " + it + " and quit", []string{"stop"}}, {"leave " + it + " and quit: " + rest, []string{"leave"}}, {"stay here", []string{"stay"}}}})
		switch {
		case errors.Is(err, errBack), err == nil && i == 2:
			return nil
		case err != nil:
			return err
		case i == 1:
			return errQuit
		}
		for _, t := range tasks {
			if gone, err := c.stop(ctx, t); err != nil {
				return err
			} else if !gone {
				break // and asked once more
			}
		}
	}
}

// nameLiving says at the end which debug tasks that were launched here still run.
func (c *conversation) nameLiving() {
	for _, t := range c.own() {
		if c.World != "" {
			c.say("%s ends with the demo.", capital(t.name()))
			continue
		}
		c.say("%s in cluster %s %s. This stops it now: %s", capital(t.name()), t.plan.Cluster, t.launched.Ending(c.Clock()),
			(&conversation{session: t.session}).command("debug", "stop", "--cluster", t.plan.Cluster, "--task", short(t.launched.Task.ID)))
	}
}
