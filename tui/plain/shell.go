package plain

import (
	"context"
	"fmt"
	"io"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps"
)

// shell opens a shell in the task of the case.
func (w *walk) shell(ctx context.Context) error {
	c := w.conversation
	var task aws.Task
	stopped, err := c.stoppable(ctx, func(ctx context.Context) (err error) {
		task, err = taskOf(ctx, c.session.Reader, w.of)
		return err
	})
	switch {
	case stopped:
		c.say("You stopped looking for the task.")
		return nil
	case err != nil:
		return c.failed(ctx, "The task can't be read", err)
	}
	return c.openShell(ctx, task)
}

// taskOf returns the task that a case is about: of a service the newest one.
func taskOf(ctx context.Context, r aws.Reader, of steps.Case) (aws.Task, error) {
	if of.Task != "" {
		return read.FindTask(ctx, r, of.Cluster, of.Service, of.Task)
	}
	t, err := read.NewestTask(ctx, r, of.Cluster, of.Service)
	if err == nil && t.ARN == "" {
		err = fmt.Errorf("service %s has no task", of.Service)
	}
	return t, err
}

// openShell hands the terminal over to a shell in a container of a task. Where there is none it says which command opens one.
func (c *conversation) openShell(ctx context.Context, task aws.Task) error {
	container := ""
	if names := task.Open(); len(names) == 1 {
		container = names[0]
	} else if len(names) > 1 {
		m := menu{ask: "In which container?", suggest: -1}
		for _, name := range names {
			m.choices = append(m.choices, choice{name, []string{name}})
		}
		i, _, err := c.choose(ctx, m)
		if err != nil {
			return err
		}
		container = names[i]
	}
	t, err := c.session.Shell(ctx, task, container)
	switch {
	case err != nil:
		return c.failed(ctx, "No shell", err)
	case !c.Terminal && c.World != "":
		c.say("A shell needs a terminal, and here is none.")
		return nil
	case !c.Terminal:
		c.say("A shell needs a terminal, and here is none. In a terminal this opens it: %s",
			c.command("exec", "--cluster", aws.ShortName(task.Cluster), "--task", task.ID, "--container", container))
		return nil
	}
	c.say("Opening a shell in container %s of task %s. exit comes back here.", container, short(task.ID))
	t.SetStdin(c.In)
	t.SetStdout(c.Out)
	t.SetStderr(io.Discard) // it moves the cursor to say what one waits for
	err = t.Run()
	if typed, ok := t.(interface{ Unread() []byte }); ok {
		c.lines.typed(typed.Unread())
	}
	c.say("")
	if err != nil {
		return c.failed(ctx, "The shell broke off", err)
	}
	c.say("The shell has ended.")
	return nil
}
