package plain

import (
	"context"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"
)

// noRunbook says why the runbook of AWS can't be run, "" when it can.
func (w *walk) noRunbook() string {
	switch {
	case w.session.Runbook == nil:
		return w.session.Refusal()
	case w.of.Symptom != steps.Start:
		return "the runbook is for tasks that do not start"
	case w.last == nil:
		return noWalk
	case w.last.Subject.Task == "":
		return "there is no task that failed, which is what the runbook examines"
	}
	return ""
}

// runbook runs the runbook of AWS after saying what it will do and being told to, and holds what it says against the walk.
func (w *walk) runbook(ctx context.Context) error {
	c := w.conversation
	role, err := c.askRole(ctx)
	if err != nil {
		return err
	}
	plan := steps.PlanRunbook(aws.RunbookRequest{Cluster: w.of.Cluster, Task: w.last.Subject.Task, Role: role}, c.session.Region)
	c.tell(plan.Does)
	c.say("It may make: %s.", strings.Join(plan.Makes, "; "))
	c.say("%s", plan.Takes)
	if yes, err := c.yes(ctx, "Start it, or join a run that is under way?"); err != nil || !yes {
		return err
	}
	c.say("Asking Systems Manager. Ctrl-C stops watching; the run goes on in AWS.")
	id := ""
	var came steps.Runbook
	stopped, _ := c.stoppable(ctx, func(ctx context.Context) error {
		came = c.session.Runbook.Run(ctx, w.of, role, *w.last, func(e aws.RunbookEvent) {
			if id == "" && e.Execution.ID != "" {
				id = e.Execution.ID
				c.say("Run %s is under way.", id)
			}
			c.runbookMoved(e)
		})
		return ctx.Err()
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if stopped {
		return w.leaveRun(ctx, id)
	}
	r := *w.last
	r.Runbook = &came
	w.last = &r // a report that is saved now tells of it
	c.tell(report.SpokenRunbook(came))
	return nil
}

// askRole asks whose permissions the runbook is to use; "" are the person's own.
func (c *conversation) askRole(ctx context.Context) (string, error) {
	for {
		c.say("")
		role, err := c.answer(ctx, "Which role is it to use? Give its ARN; an empty line takes your own permissions:")
		if err != nil || role == "" || aws.IsRole(role) {
			return role, err
		}
		c.say("That is no ARN of a role, such as arn:aws:iam::111122223333:role/automation.")
	}
}

// runbookMoved says how far a run has come.
func (c *conversation) runbookMoved(e aws.RunbookEvent) {
	if e.Note != "" {
		c.say("%s", e.Note)
	}
	for _, s := range e.Changed {
		if s.Status == aws.ExecutionPending {
			continue
		}
		if e.Steps > 0 {
			c.say("Step %d of %d, %s: %s.", s.Number, e.Steps, s.Name, s.Status)
		} else {
			c.say("Step %d, %s: %s.", s.Number, s.Name, s.Status)
		}
	}
}

// leaveRun asks whether a run that is no longer watched is to be cancelled.
func (w *walk) leaveRun(ctx context.Context, id string) error {
	c := w.conversation
	if id == "" {
		c.say("You stopped waiting. A run that was started meanwhile is joined when you ask again.")
		return nil
	}
	c.say("The run goes on in AWS. Ask for the runbook again to join it.")
	yes, err := c.yes(ctx, "Cancel the run instead?")
	if err != nil || !yes {
		return err
	}
	_, err = c.stoppable(ctx, func(ctx context.Context) error { return c.session.Runbook.Stop(ctx, id) })
	if err != nil {
		return c.failed(ctx, "The run can't be cancelled", err)
	}
	c.say("The run is being cancelled.")
	return nil
}
