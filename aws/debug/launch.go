package debug

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

// A Launcher makes debug tasks.
type Launcher struct {
	API    API
	Reader aws.Reader       // what is asked again and again: it must not remember answers
	Now    func() time.Time // for the tag that says when a task ends
	Token  func() string    // a new one for each task, so that a request whose answer was lost is not carried out twice

	Every time.Duration // how often a task is looked at while it starts; 0 means 2 s
}

// A Progress is what a debug task has come to.
type Progress struct {
	Phase Phase
	Task  aws.Task // as it was last seen
	Text  string   // why it takes long, "" when it does not
}

// A Phase is a stage that a starting task goes through.
type Phase string

// The phases in their order.
const (
	Registering  Phase = "task definition"
	Provisioning Phase = "provisioning"
	Pending      Phase = "pending"
	Running      Phase = "running"
	Ready        Phase = "exec agent ready"
)

// Phases lists the phases in their order.
func Phases() []Phase { return []Phase{Registering, Provisioning, Pending, Running, Ready} }

// A Launched is a debug task that runs, or a service that keeps one running.
type Launched struct {
	Task       aws.Task
	Service    string // name, "" for a standalone task
	Definition string // ARN
}

// A StoppedError says that a debug task ended before one could use it. Reason is ECS's own text.
type StoppedError struct {
	Task   aws.Task
	Reason string
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("debug task %s stopped before it was ready: %s", short(e.Task.ID), e.Reason)
}

// Leftovers reports whether something that was made may be there still, by the error of a launch: taking it away failed too.
func Leftovers(err error) bool {
	_, both := err.(interface{ Unwrap() []error })
	return both
}

const (
	every    = 2 * time.Second
	slow     = 90 * time.Second // after this a person is told what to wait for
	cleaning = 10 * time.Second // how long taking away may take after ctx has ended
)

// Launch makes what the plan says and returns when the Exec agent runs. Whatever fails on the way leaves nothing behind; when ctx ends,
// what was started is stopped. Observe is told each step; nil is allowed.
func (l *Launcher) Launch(ctx context.Context, p Plan, observe func(Progress)) (Launched, error) {
	tell := func(progress Progress) {
		if observe != nil {
			observe(progress)
		}
	}
	tell(Progress{Phase: Registering})
	definition, own, err := l.definition(ctx, p)
	if err != nil {
		return Launched{}, err
	}
	made := Launched{Definition: definition}
	launched, err := l.start(ctx, p, made, tell)
	if err == nil {
		return launched, nil
	}
	cleanup, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleaning)
	defer cancel()
	if left := l.remove(cleanup, p.Cluster, launched, own); left != nil {
		err = errors.Join(err, left)
	}
	return Launched{}, err
}

// Follow waits until the Exec agent of a debug task that was found runs. It takes nothing away when that fails.
func (l *Launcher) Follow(ctx context.Context, p Plan, d Launched, observe func(Progress)) (Launched, error) {
	return l.follow(ctx, p, d, observe)
}

// definition returns a task definition that the plan fits, and whether it was made for it.
func (l *Launcher) definition(ctx context.Context, p Plan) (arn string, own bool, err error) {
	if arns, err := read.TaskDefinitions(ctx, l.Reader, Family); err == nil && len(arns) > 0 {
		if d, err := read.TaskDefinition(ctx, l.Reader, arns[0]); err == nil && p.fits(d) {
			return d.ARN, false, nil
		}
	}
	arn, err = l.API.RegisterDefinition(ctx, p.definition())
	return arn, true, err
}

// start starts the task, and follows it until sessions can be opened. What it returns with an error is what there is to take away.
func (l *Launcher) start(ctx context.Context, p Plan, made Launched, tell func(Progress)) (Launched, error) {
	expires := l.Now().Add(p.TTL).UTC().Format(time.RFC3339)
	r := aws.RunRequest{
		Cluster: p.Cluster, Definition: made.Definition, Network: p.Network, Platform: p.Platform, Container: container, StartedBy: startedBy,
		Environment: []aws.Pair{{Name: ttlName, Value: seconds(p.TTL)}, {Name: placeName, Value: p.place()}}, Tags: map[string]string{Tag: "debug", ExpiresTag: expires}, Token: l.Token(),
	}
	tell(Progress{Phase: Provisioning})
	if p.AsService {
		r.Service = Family
		_, err := l.API.CreateService(ctx, r)
		if err == nil || aws.Unanswered(err) { // a task would end by itself, a service does not
			made.Service = r.Service
		}
		if err != nil {
			return made, err
		}
	} else {
		arn, err := l.API.RunTask(ctx, r)
		if err != nil {
			return made, err
		}
		made.Task = aws.Task{ARN: arn, ID: aws.ShortName(arn), Cluster: p.Cluster}
	}
	return l.follow(ctx, p, made, tell)
}

// follow looks at the task until it is ready, has stopped, or ctx ends.
func (l *Launcher) follow(ctx context.Context, p Plan, made Launched, tell func(Progress)) (Launched, error) {
	pause := l.Every
	if pause == 0 {
		pause = every
	}
	began := l.Now()
	for {
		task, err := l.look(ctx, p, made)
		switch {
		case err != nil && !passing(err):
			return made, err
		case err == nil && task.ARN != "":
			made.Task = task
			if task.Ended() {
				return made, &StoppedError{task, reasonOf(task)}
			}
			progress := Progress{Phase: phaseOf(task), Task: task}
			if progress.Phase != Ready && l.Now().Sub(began) > slow {
				progress.Text = waits[progress.Phase]
			}
			tell(progress)
			if progress.Phase == Ready {
				return made, nil
			}
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return made, ctx.Err()
		}
	}
}

// look returns the task as it is now. A service may not have started one yet.
func (l *Launcher) look(ctx context.Context, p Plan, made Launched) (aws.Task, error) {
	if made.Task.ARN != "" && made.Service == "" {
		return read.Task(ctx, l.Reader, p.Cluster, made.Task.ARN)
	}
	return read.NewestTask(ctx, l.Reader, p.Cluster, made.Service)
}

// passing reports whether a look is worth another one: a new task may not be known everywhere at once.
func passing(err error) bool {
	switch aws.KindOf(err) {
	case aws.NotFound, aws.Throttled, aws.Unreachable, aws.Malformed:
		return true
	}
	return false
}

// waits says what a slow phase waits for.
var waits = map[Phase]string{
	Provisioning: "Fargate is making its network interface; a subnet without free addresses makes it wait",
	Pending:      "the image is being pulled; without a way to the registry this ends after some minutes",
	Running:      "the Exec agent is not up; it needs a way to ssmmessages and the task role's permission",
}

func phaseOf(t aws.Task) Phase {
	switch t.LastStatus {
	case "PROVISIONING":
		return Provisioning
	case "PENDING", "ACTIVATING":
		return Pending
	}
	for _, c := range t.Containers {
		if c.Name == container && c.Status == "RUNNING" && c.ExecAgent == "RUNNING" {
			return Ready
		}
	}
	return Running
}

func reasonOf(t aws.Task) string {
	for _, c := range t.Containers {
		if c.Reason != "" && t.StoppedReason == "" {
			return c.Reason
		}
	}
	if t.StoppedReason == "" {
		return "no reason was given"
	}
	return t.StoppedReason
}
