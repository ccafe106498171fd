// Package runbook runs AWSSupport-TroubleshootECSTaskFailedToStart of AWS Systems Manager Automation for one task: it looks whether a run
// for the task is under way, starts one if not, watches it to its result, and stops it when asked to.
//
// What Systems Manager is asked goes through Automation, which aws/live implements. What a result means, and whether it agrees with the
// program's own findings, do not belong here.
package runbook

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"fargate-doctor/aws"
)

// Automation is what a run asks of Systems Manager. Errors are *aws.Error.
type Automation interface {
	Start(ctx context.Context, r aws.StartRequest) (id string, err error)
	Get(ctx context.Context, id string) (aws.Execution, error)
	Steps(ctx context.Context, id string) ([]aws.ExecutionStep, error)  // all of them, also where Get has More
	Stop(ctx context.Context, id string) error                          // of what has ended is an error
	Find(ctx context.Context, document string) ([]aws.Execution, error) // those under way, newest first, without parameters and steps
}

const (
	defaultLimit = 15 * time.Minute
	soonest      = 2 * time.Second  // between two looks at a run
	latest       = 10 * time.Second // once nothing changes
	patience     = 6                // looks in a row that may fail and pass
	acting       = 30 * time.Second // how long a start or a stop may take once the caller has gone
	candidates   = 10               // runs under way that are looked at for the task's
)

// A Client runs the runbook.
type Client struct {
	Automation Automation
	Region     string                     // for sentences and commands
	Limit      time.Duration              // how long a run is watched; 0 means 15 min
	Pause      time.Duration              // between two looks while something changes; 0 means 2 s
	ToEnd      bool                       // watch until AWS has removed what the run made, half an hour after its result
	Confirm    func(context.Context) bool // asked before a run is started; nil means yes
	Stopping   bool                       // stop a run that this Client started when the context ends
}

// parameters returns what the runbook is given.
func parameters(r aws.RunbookRequest) map[string][]string {
	p := map[string][]string{"ClusterName": {aws.ShortName(r.Cluster)}, "TaskId": {aws.ShortName(r.Task)}}
	if r.Role != "" {
		p["AutomationAssumeRole"] = []string{r.Role}
	}
	return p
}

// Run finds the task's run or starts one, and watches it until its result is there, telling show how far it has come. What it returns is
// the run as it was seen last, together with the error, an *Error, when it was not seen to its result. A run that ended in failure is a
// result. Show may be nil.
func (c *Client) Run(ctx context.Context, r aws.RunbookRequest, show func(aws.RunbookEvent)) (aws.Execution, error) {
	if show == nil {
		show = func(aws.RunbookEvent) {}
	}
	x, found, err := c.Find(ctx, r)
	if ctx.Err() != nil {
		return aws.Execution{}, interrupted(ctx, "the runbook was not started")
	}
	if err != nil {
		show(aws.RunbookEvent{Note: fmt.Sprintf("whether a run for this task is under way is not known: %s", reason(err))})
	}
	if !found {
		if c.Confirm != nil && !c.Confirm(ctx) {
			return aws.Execution{}, &Error{Text: "the runbook was not started"}
		}
		if x.ID, err = c.start(ctx, r); err != nil {
			return aws.Execution{}, err
		}
		x.Document, x.Status, x.Parameters = aws.TroubleshootRunbook, aws.ExecutionPending, parameters(r)
	}
	show(aws.RunbookEvent{Execution: x, Found: found})
	return c.watch(ctx, x, found, show)
}

// Find returns the run under way for the task, if there is one. Whose role it uses makes no difference.
func (c *Client) Find(ctx context.Context, r aws.RunbookRequest) (aws.Execution, bool, error) {
	running, err := c.Automation.Find(ctx, aws.TroubleshootRunbook)
	if err != nil {
		return aws.Execution{}, false, err
	}
	want := parameters(r)
	for _, one := range running[:min(len(running), candidates)] {
		x, err := c.Automation.Get(ctx, one.ID)
		if aws.KindOf(err) == aws.NotFound && err != nil {
			continue
		}
		if err != nil {
			return aws.Execution{}, false, err
		}
		if x.Document == aws.TroubleshootRunbook && !x.Status.Over() && x.Status != aws.ExecutionCancelling &&
			slices.Equal(x.Parameters["TaskId"], want["TaskId"]) && slices.Equal(x.Parameters["ClusterName"], want["ClusterName"]) {
			return x, true, nil
		}
	}
	return aws.Execution{}, false, nil
}

// start starts a run. A start that has been asked for is not given up half-way: nobody would know whether there is a run.
func (c *Client) start(ctx context.Context, r aws.RunbookRequest) (string, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), acting)
	defer cancel()
	id, err := c.Automation.Start(ctx, aws.StartRequest{
		Document: aws.TroubleshootRunbook, Parameters: parameters(r), Token: token(), Tags: map[string]string{"fargate-doctor": aws.ShortName(r.Task)},
	})
	if err != nil {
		return "", c.notStarted(r, err)
	}
	return id, nil
}

// Stop stops a run. What the run had made by then may be left; see aws.Execution.Leftovers.
func (c *Client) Stop(ctx context.Context, id string) error {
	if err := c.Automation.Stop(ctx, id); err != nil {
		return &Error{Text: fmt.Sprintf("run %s could not be stopped: %s", id, reason(err)), Hint: c.stopCommand(id), Missing: aws.Missing(err), Err: err}
	}
	return nil
}

// watch looks at a run again and again until its result is there.
func (c *Client) watch(ctx context.Context, x aws.Execution, found bool, show func(aws.RunbookEvent)) (aws.Execution, error) {
	limit, soonest := cmp.Or(c.Limit, defaultLimit), cmp.Or(c.Pause, soonest)
	end := time.Now().Add(limit)
	course := course{seen: map[int]aws.ExecutionStatus{}, found: found}
	for pause, failures := soonest, 0; ; {
		next, err := c.look(ctx, x.ID)
		switch {
		case ctx.Err() != nil:
			return c.leave(ctx, x, found)
		case err == nil:
			failures, x = 0, next
			e := course.event(x)
			show(e)
			if x.Status.Over() || x.Sleeping() && !c.ToEnd {
				return x, nil
			}
			pause = min(pause*3/2, latest)
			if len(e.Changed) > 0 {
				pause = soonest
			}
		case passing(err) && failures < patience:
			failures++
			pause = min(pause*2, latest)
			show(aws.RunbookEvent{Execution: x, Found: found, Note: fmt.Sprintf("how far the run has come can't be read now: %s; it is asked again", reason(err))})
		default:
			return x, &Error{
				Text: fmt.Sprintf("how far run %s has come can't be read: %s; the run goes on", x.ID, reason(err)),
				Hint: c.lookCommand(x.ID), Missing: aws.Missing(err), Err: err,
			}
		}
		if !time.Now().Add(pause).Before(end) {
			return x, &Error{Text: fmt.Sprintf("run %s has no result after %s; it goes on", x.ID, limit), Hint: c.lookCommand(x.ID)}
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return c.leave(ctx, x, found)
		}
	}
}

// look returns the run with all of its steps; when those beyond the first can't be read it returns those.
func (c *Client) look(ctx context.Context, id string) (aws.Execution, error) {
	x, err := c.Automation.Get(ctx, id)
	if err == nil && x.More {
		if all, err := c.Automation.Steps(ctx, id); err == nil {
			x.Steps, x.More = all, false
		}
	}
	return x, err
}

// leave ends the watching because the caller has gone.
func (c *Client) leave(ctx context.Context, x aws.Execution, found bool) (aws.Execution, error) {
	if !c.Stopping || found {
		e := interrupted(ctx, fmt.Sprintf("run %s was left; it goes on", x.ID))
		e.Hint = c.stopCommand(x.ID)
		return x, e
	}
	acted, cancel := context.WithTimeout(context.WithoutCancel(ctx), acting)
	defer cancel()
	if err := c.Stop(acted, x.ID); err != nil {
		return x, err
	}
	x.Status = aws.ExecutionCancelling
	e := interrupted(ctx, fmt.Sprintf("run %s was stopped", x.ID))
	e.Hint = x.Leftovers()
	return x, e
}

// passing reports whether a failed look may succeed the next time. A run is not always found right after its start.
func passing(err error) bool {
	switch aws.KindOf(err) {
	case aws.Throttled, aws.Unreachable, aws.NotFound, aws.Malformed, aws.Other:
		return true
	}
	return false
}

// course remembers what has been told of a run's steps.
type course struct {
	seen  map[int]aws.ExecutionStatus // by number
	found bool
}

// event says what is new in a run.
func (c course) event(x aws.Execution) aws.RunbookEvent {
	e := aws.RunbookEvent{Execution: x, Found: c.found, Step: reached(x)}
	for _, s := range x.Steps {
		before, known := c.seen[s.Number]
		if s.Status != before && (known || s.Status != aws.ExecutionPending) {
			e.Changed = append(e.Changed, s)
		}
		c.seen[s.Number] = s.Status
	}
	// The steps to come are listed as Pending. A list without one may be of those only that have begun.
	if x.Status.Over() || e.Step < len(x.Steps) {
		e.Steps = len(x.Steps)
	}
	return e
}

// reached returns the number of the last step that has begun, from 1.
func reached(x aws.Execution) int {
	for i, s := range slices.Backward(x.Steps) {
		if s.Status != aws.ExecutionPending && s.Status != "" {
			return i + 1
		}
	}
	return 0
}

// token returns a random UUID (RFC 9562, version 4).
func token() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
