package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/aws/exec"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/runbook"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
	"fargate-doctor/tui/acting"
	"fargate-doctor/tui/demoshell"
)

// session returns a world as the wizards work on it, with what may be done there.
func (p *program) session(w world) acting.Session {
	s := acting.Session{Reader: w.reader, Region: w.region, Profile: w.profile}
	switch {
	case p.set.readOnly:
		s.Refused = "--read-only takes this out of the program"
	case w.cloud != nil:
		w.cloud.Pull = w.demoPull
		s.Reader, s.Refused = w.cloud, "a demo world has no Systems Manager"
		s.Debug = &debug.Launcher{API: w.cloud, Reader: w.cloud, Now: w.now, Token: rand.Text, Every: demoLook}
		s.Shell, s.Probe = w.demoShell, p.look(w)
	case w.launches != nil:
		s.Debug = &debug.Launcher{API: w.launches, Reader: w.reader, Now: w.now, Token: rand.Text}
		s.Shell, s.Probe, s.Runbook = w.shell, p.look(w), runbooks{w}
	case w.title != "":
		s.Refused = "a snapshot can be read only"
	}
	return s
}

// runbooks runs the AWS runbook from the wizard. Leaving its screen leaves the run to itself: asked for again, it is joined.
type runbooks struct{ world }

func (w runbooks) client() *runbook.Client {
	return &runbook.Client{Automation: w.runbooks, Region: w.region}
}

func (w runbooks) Run(ctx context.Context, c steps.Case, role string, r steps.Report, show func(aws.RunbookEvent)) steps.Runbook {
	c.Task = r.Subject.Task
	task, err := failedTask(ctx, w.reader, c)
	if err != nil {
		return *noRunbook(err)
	}
	return ranRunbook(ctx, w.client(), aws.RunbookRequest{Cluster: c.Cluster, Task: task.ID, Role: role}, r, show)
}

func (w runbooks) Stop(ctx context.Context, id string) error { return w.client().Stop(ctx, id) }

// look returns what probes from inside the container of a case, or from a debug task, over one session.
func (p *program) look(w world) acting.Probe {
	return func(ctx context.Context, c steps.Case, t steps.Target, in aws.Task) (probe.Round, error) {
		ctx, cancel := context.WithTimeout(ctx, probing)
		defer cancel()
		from, err := p.placeToLook(ctx, w, c, in)
		if err != nil {
			return probe.Round{}, err
		}
		defer from.close()
		return from.look(ctx, t.Probe(c.Region))
	}
}

// placeToLook opens the container of a case, or that of a debug task where there is one.
func (p *program) placeToLook(ctx context.Context, w world, c steps.Case, in aws.Task) (place, error) {
	quiet := progress{io.Discard}
	if in.ARN == "" {
		return p.probePlace(ctx, &steps.Engine{Reader: w.reader, Region: c.Region, Now: w.now}, w, c, probeWish{in: probePlaces[0]}, quiet)
	}
	target, err := exec.Choose(in, "")
	if err != nil {
		return place{}, err
	}
	if w.cloud == nil {
		return placeIn(ctx, w, target, quiet)
	}
	c.Task, c.Service, c.Container = in.ARN, "", target.Container
	container, err := (&steps.Engine{Reader: w.cloud, Region: c.Region, Now: w.now}).Container(ctx, c)
	return place{container, "the debug task of the demo", func() error { return nil }}, err
}

// demoLook is how often a debug task of a demo world is looked at.
const demoLook = 200 * time.Millisecond

// shell opens a session of ECS Exec.
func (w world) shell(ctx context.Context, task aws.Task, container string) (acting.Terminal, error) {
	target, err := exec.Choose(task, container)
	if err != nil {
		return nil, err
	}
	return (&exec.Client{API: w.sessions}).Terminal(ctx, target), nil
}

// demoShell opens a shell in a container of a demo world.
func (w world) demoShell(ctx context.Context, task aws.Task, container string) (acting.Terminal, error) {
	target, err := exec.Choose(task, container)
	if err != nil {
		return nil, err
	}
	in := steps.Case{Region: w.region, Cluster: task.Cluster, Task: task.ARN, Container: target.Container}
	place := demoshell.Place{World: w.title, Region: w.region, Task: task.ID, Case: in}
	if arn, ok := aws.ParseARN(task.ARN); ok {
		place.Account = arn.Account
	}
	if d, err := read.TaskDefinition(ctx, w.cloud, task.TaskDefinition); err == nil {
		place.Role = d.TaskRole
		for _, c := range d.Containers {
			if c.Name == target.Container {
				place.Variables = c.Environment
			}
		}
	}
	place.Variables = append(place.Variables, task.Environment[target.Container]...)
	engine := &steps.Engine{Reader: w.cloud, Region: w.region, Now: w.now}
	place.Walk = func(ctx context.Context, c steps.Case) (steps.Report, error) { return engine.Walk(ctx, c, nil) }
	return demoshell.New(ctx, place), nil
}

// demoPull says in ECS's words why an image can't be pulled in a demo world.
func (w world) demoPull(ctx context.Context, n aws.NetworkConfiguration, image string) string {
	registry := debug.Registry(image)
	r, err := (&steps.Engine{Reader: w.reader, Region: w.region}).Walk(ctx, steps.PullCase(w.region, n, registry), nil)
	if err != nil || steps.PullBlocked(r) == "" {
		return ""
	}
	return fmt.Sprintf(`CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/%s:latest: `+
		`failed to do request: Head "https://%s/v2/%s/manifests/latest": dial tcp 203.0.113.7:443: i/o timeout`, image, registry, image)
}
