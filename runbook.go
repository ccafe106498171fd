package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/runbook"
	"fargate-doctor/steps"
)

// runbookWish is what the command line says about the runbook.
type runbookWish struct {
	wanted bool
	role   string // ARN, "" for the person's own permissions
}

// check refuses a runbook where none can be run.
func (r runbookWish) check(set settings, c steps.Case) error {
	switch {
	case !r.wanted && r.role != "":
		return usagef("add --runbook", "--automation-role is for the runbook")
	case !r.wanted:
		return nil
	case set.demo != "" && set.demo != demoList:
		return usagef("leave --demo out for a task of your account", "a demo world has no Systems Manager to run the runbook in")
	case set.snapshot != "":
		return usagef("leave --snapshot out for a task of your account", "a snapshot has no Systems Manager to run the runbook in")
	case set.readOnly:
		return usagef("leave --read-only out", "--read-only takes the runbook out of the program: it can make a Lambda function and a role")
	case c.Launch != nil:
		return usagef("say --cluster and --task", "the runbook examines a task that failed, not one that does not exist yet")
	case r.role != "" && !aws.IsRole(r.role):
		return usagef("for example --automation-role arn:aws:iam::111122223333:role/automation", "--automation-role %s is no ARN of a role", r.role)
	}
	return nil
}

// runRunbook runs the runbook on the task and holds what it finds against the report. Whatever becomes of it is part of what it returns.
func (p *program) runRunbook(ctx context.Context, w world, c steps.Case, role string, r steps.Report) *steps.Runbook {
	task, err := failedTask(ctx, w.reader, c)
	if err != nil {
		return noRunbook(err)
	}
	request := aws.RunbookRequest{Cluster: c.Cluster, Task: task.ID, Role: role}
	show := p.newRunbookProgress()
	client := &runbook.Client{
		Automation: w.runbooks, Region: w.region, Stopping: true,
		Confirm: func(ctx context.Context) bool {
			p.showPlan(steps.PlanRunbook(request, w.region))
			return p.agreed(ctx, "Start it?")
		},
	}
	view := ranRunbook(ctx, client, request, r, show.event)
	show.line.clear()
	return &view
}

// ranRunbook runs the runbook, or joins its run, and holds what it says against the report.
func ranRunbook(ctx context.Context, client *runbook.Client, request aws.RunbookRequest, r steps.Report, show func(aws.RunbookEvent)) steps.Runbook {
	x, err := client.Run(ctx, request, show)
	view := steps.CompareRunbook(x, r)
	view.Document = aws.TroubleshootRunbook
	var failed *runbook.Error
	if errors.As(err, &failed) {
		view.Problem, view.Detail, view.Hint = failed.Text, failed.Detail(), failed.Hint
		view.Missing = aws.SortedActions(append(view.Missing, failed.Missing))
	}
	return view
}

// failedTask returns the task to examine: the one that was named, else the service's task that stopped last.
func failedTask(ctx context.Context, r aws.Reader, c steps.Case) (aws.Task, error) {
	if c.Task != "" {
		task, err := read.FindTask(ctx, r, c.Cluster, c.Service, c.Task)
		if err == nil && task.Running() {
			err = usagef("say --task with one that failed", "the runbook was not started: it examines tasks that failed to start, and task %s runs", task.ID)
		}
		return task, err
	}
	var last aws.Task
	err := read.Tasks(ctx, r, c.Cluster, c.Service, func(page []aws.Task) {
		for _, t := range page {
			if t.Ended() && (last.ID == "" || t.Stopped.After(last.Stopped)) {
				last = t
			}
		}
	})
	if err == nil && last.ID == "" {
		err = usagef("stopped tasks can be read for about an hour", "the runbook was not started: no task of service %s has stopped lately", c.Service)
	}
	return last, err
}

func noRunbook(err error) *steps.Runbook {
	return &steps.Runbook{Document: aws.TroubleshootRunbook, Problem: err.Error(), Hint: aws.Hint(err), Missing: aws.SortedActions([]string{aws.Missing(err)})}
}

// showPlan says on stderr what the runbook will do.
func (p *program) showPlan(plan steps.RunbookPlan) {
	for _, s := range plan.Does {
		fmt.Fprintln(p.err, aws.Clean(s))
	}
	fmt.Fprintf(p.err, "It checks %s.\nIt may make:\n", strings.Join(plan.Checks, ", "))
	for _, s := range plan.Makes {
		fmt.Fprintln(p.err, "  "+s)
	}
	fmt.Fprintln(p.err, plan.Takes)
}

// agreed asks a person at a terminal. A script has agreed by its command line.
func (p *program) agreed(ctx context.Context, question string) bool {
	in, keys := terminal(p.in)
	_, screen := terminal(p.err)
	if !keys || !screen {
		return true
	}
	fmt.Fprintf(p.err, "%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // no line is no answer
		answer <- line
	}()
	select {
	case line := <-answer:
		line = strings.ToLower(strings.TrimSpace(line))
		return line == "y" || line == "yes"
	case <-ctx.Done():
		fmt.Fprintln(p.err)
		return false
	}
}

// runbookProgress tells on stderr how far a run has come: with a bar at a terminal, else a line for each step.
type runbookProgress struct {
	line  progress
	log   io.Writer // of lines, where there is no terminal
	now   func() time.Time
	began time.Time
	id    string
}

func (p *program) newRunbookProgress() *runbookProgress {
	r := &runbookProgress{line: p.newProgress(), log: io.Discard, now: p.now, began: p.now()}
	if r.line.to == io.Discard {
		r.log = p.err
	}
	return r
}

const barWidth = 24

func (r *runbookProgress) event(e aws.RunbookEvent) {
	x := e.Execution
	if x.ID != "" && r.id == "" {
		r.id = x.ID
		verb := "started"
		if e.Found {
			verb = "found, it was under way"
		}
		fmt.Fprintf(r.log, "runbook: run %s %s\n", aws.Clean(x.ID), verb)
	}
	if e.Note != "" {
		fmt.Fprintf(r.log, "runbook: %s\n", aws.Clean(e.Note))
		r.line.show("runbook: " + aws.Clean(e.Note))
		return
	}
	of, bar := "", ""
	if e.Steps > 0 {
		done := min(e.Step*barWidth/e.Steps, barWidth)
		of, bar = fmt.Sprintf(" of %d", e.Steps), strings.Repeat("█", done)+strings.Repeat("░", barWidth-done)+" "
	}
	for _, s := range e.Changed {
		fmt.Fprintf(r.log, "runbook: step %d%s, %s: %s\n", s.Number, of, aws.Clean(s.Name), s.Status)
	}
	at := "waiting for the first step"
	if e.Step > 0 {
		at = fmt.Sprintf("step %d%s, %s", e.Step, of, aws.Clean(x.Steps[e.Step-1].Name))
	}
	r.line.show(fmt.Sprintf("runbook %s%s, %s", bar, at, r.now().Sub(r.began).Round(time.Second)))
}
