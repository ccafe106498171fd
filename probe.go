package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/aws/exec"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

// probePlaces lists what --probe-in takes.
var probePlaces = []string{"task", "debug"}

// probing is how long probes may take in all, the opening of the session included.
const probing = 2 * time.Minute

// probeWish is what the command line says about probes.
type probeWish struct {
	wanted  bool
	in      string // one of probePlaces
	install bool   // tools that the image lacks
}

// check refuses probes where none can be run.
func (w probeWish) check(set settings, c steps.Case) error {
	switch {
	case !slices.Contains(probePlaces, w.in):
		return usagef("use "+quoted(probePlaces), "--probe-in %s is not known", w.in)
	case !w.wanted && (w.install || w.in != probePlaces[0]):
		return usagef("add --probe", "--probe-in and --probe-install are for probes")
	case !w.wanted:
		return nil
	case set.snapshot != "":
		return usagef("leave --snapshot out for a task of your account", "a snapshot has no containers to probe from")
	case set.readOnly && set.demo == "":
		return usagef("leave --read-only out", "--read-only takes sessions out of the program, and probes need one")
	case c.Launch != nil:
		return usagef("say --cluster and --task, or --service", "a task that does not exist yet can't be probed from")
	}
	return nil
}

// A place is a container that scripts run in.
type place struct {
	probe.Runner
	name  string
	close func() error
}

// look probes a target from the place.
func (p place) look(ctx context.Context, t probe.Target) (probe.Round, error) {
	round, err := probe.Run(ctx, p, t)
	round.Where = p.name
	return round, err
}

// probed probes the target of a report from inside, and walks again with what was seen. Whatever becomes of it, the report is whole: why
// nothing could be probed is part of it.
func (p *program) probed(ctx context.Context, engine *steps.Engine, w world, c steps.Case, wish probeWish, r steps.Report) (steps.Report, error) {
	fail := func(err error) (steps.Report, error) {
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		if r.Probes == nil {
			r.Probes = &steps.Probed{}
		}
		r.Probes.Problem, r.Probes.Hint = "not all was probed: "+err.Error(), aws.Hint(err)
		if len(r.Probes.Round.Results) == 0 {
			r.Probes.Problem = "nothing was probed: " + err.Error()
		}
		return r, nil
	}
	switch {
	case c.Symptom == steps.Start:
		return fail(usagef("walk the timeout of a task that runs, or of a debug task", "a task that does not start has no container to look from"))
	case r.Target.Host == "":
		return fail(usagef("say --to", "it is not known what to reach"))
	}
	limited, cancel := context.WithTimeout(ctx, probing)
	defer cancel()
	progress := p.newProgress()
	defer progress.clear()
	from, err := p.probePlace(limited, engine, w, c, wish, progress)
	if err != nil {
		return fail(err)
	}
	defer func() {
		if err := from.close(); err != nil { // the report is whole, and the session may stay for a while
			progress.clear()
			p.complain(err)
		}
	}()
	progress.show("probing from " + from.name)
	round, failure := from.look(limited, r.Target.Probe(c.Region))
	if failure == nil && wish.install && round.Image.Lacks() {
		progress.show("installing tools in " + from.name)
		if failure = install(limited, from, round.Image); failure == nil {
			round, failure = from.look(limited, r.Target.Probe(c.Region))
		}
	}
	if len(round.Results) > 0 {
		c.Probes = &round
		calls := r.Calls
		if r, err = engine.Walk(ctx, c, nil); err != nil {
			return r, err
		}
		for name, n := range calls {
			r.Calls[name] += n
		}
	} else {
		r.Probes = &steps.Probed{Round: round}
	}
	switch {
	case failure != nil:
		return fail(failure)
	case round.Image.Lacks():
		r.Probes.Problem = "the image has too few tools to look up a name and to connect"
		r.Probes.Hint = "--probe-install installs some in the container, or probe from a debug task: --probe-in debug"
		if _, known := probe.Installer(round.Image); !known {
			r.Probes.Hint = "probe from a debug task: fargate-doctor debug launch, then --probe-in debug"
		}
	}
	return r, nil
}

// install installs tools in the container, which the person has agreed to by --probe-install.
func install(ctx context.Context, in probe.Runner, i probe.Image) error {
	script, ok := probe.Installer(i)
	if !ok {
		return fmt.Errorf("how tools are installed in this image is not known")
	}
	_, err := in.Run(ctx, script) // what it printed is shown by what the image then has
	return err
}

// probePlace opens what scripts run in: the task's container, a debug task that runs beside it, or what stands for a container in a demo.
func (p *program) probePlace(ctx context.Context, engine *steps.Engine, w world, c steps.Case, wish probeWish, progress progress) (place, error) {
	if p.set.demo != "" {
		container, err := engine.Container(ctx, c)
		return place{container, "a container of the demo", func() error { return nil }}, err
	}
	progress.show("opening a session")
	var target exec.Target
	var err error
	if wish.in == "debug" {
		target, err = p.debugTarget(ctx, w, c)
	} else {
		target, err = p.execTarget(ctx, w, execCase{cluster: c.Cluster, service: c.Service, task: c.Task, container: c.Container})
	}
	if err != nil {
		return place{}, err
	}
	return placeIn(ctx, w, target, progress)
}

// placeIn opens a session that scripts run in.
func placeIn(ctx context.Context, w world, target exec.Target, progress progress) (place, error) {
	client := &exec.Client{API: w.sessions, Notice: progress.show}
	shell, err := client.Shell(ctx, target)
	if err != nil {
		return place{}, err
	}
	return place{inShell{shell}, target.String(), shell.Close}, nil
}

// debugTarget finds the debug task that runs beside the task.
func (p *program) debugTarget(ctx context.Context, w world, c steps.Case) (exec.Target, error) {
	plan, err := p.planned(ctx, w, launchCase{cluster: c.Cluster, task: c.Task, service: c.Service, options: debug.Options{Image: debug.DefaultImage, TTL: debug.DefaultTTL}})
	if err != nil {
		return exec.Target{}, err
	}
	running, found, err := debug.Find(ctx, w.reader, plan)
	if err != nil {
		return exec.Target{}, err
	}
	if !found {
		return exec.Target{}, usagef(fmt.Sprintf("fargate-doctor debug launch --cluster %s starts one", aws.ShortName(c.Cluster)), "no debug task runs beside this task")
	}
	return exec.Choose(running.Task, "")
}

// inShell runs probes in a shell of ECS Exec.
type inShell struct{ *exec.Shell }

func (s inShell) Run(ctx context.Context, script string) (probe.Output, error) {
	out, err := s.Shell.Run(ctx, script)
	return probe.Output{Text: out.Text, Truncated: out.Truncated}, err
}
