package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/exec"
	"fargate-doctor/aws/live"
	"fargate-doctor/aws/runbook"
	"fargate-doctor/aws/snapshot"
	"fargate-doctor/steps"
)

const (
	demoDefault = demo.Default
	demoList    = "list"
)

// A world is where facts come from: an account, a snapshot or a demo world.
type world struct {
	reader   aws.Reader
	sessions exec.API           // nil where none can be opened, or none may: with --read-only
	launches debug.API          // nil where nothing can be launched, or nothing may
	runbooks runbook.Automation // nil where none can be run, or none may
	cloud    *demo.Cloud        // a demo world in which debug tasks can be launched; nil elsewhere
	region   string
	profile  string
	title    string           // of a demo world or snapshot, "" for a live account
	story    string           // what the person sees, in a demo world
	asked    steps.Case       // what a demo world or a snapshot was made to ask
	now      func() time.Time // the world's own time: of a recording, when it was made
}

// open opens the world that the flags name. It does not touch the network.
func (p *program) open(ctx context.Context) (world, error) {
	switch {
	case p.set.demo != "":
		return p.openDemo(p.set.demo)
	case p.set.snapshot != "":
		return p.openSnapshot(p.set.snapshot, p.set.region)
	}
	return p.openLive(ctx, p.set.profile, p.set.region)
}

func (p *program) openLive(ctx context.Context, profile, region string) (world, error) {
	log, err := p.callLog()
	if err != nil {
		return world{}, err
	}
	account, err := live.Open(ctx, live.Options{Profile: profile, Region: region, EndpointURL: p.set.endpoint, Log: log})
	if err != nil {
		return world{}, err
	}
	w := world{reader: account, region: account.Region(), profile: account.Profile(), now: p.now}
	if !p.set.readOnly {
		w.sessions, w.launches, w.runbooks = account.Sessions(), account.Launches(), account.Automation()
	}
	return w, nil
}

func (p *program) openDemo(name string) (world, error) {
	reader, w, err := demo.Open(name)
	if err != nil {
		return world{}, err
	}
	now := p.since(w.Captured)
	return world{
		reader: reader, cloud: demo.NewCloud(reader, w, now), region: w.Region, title: "demo: " + w.Name, story: w.Story, now: now,
		asked: steps.Case{
			Region: w.Region, Cluster: w.Cluster, Task: w.Task, Service: w.Service,
			Symptom: steps.Symptom(w.Symptom), Target: w.Target, Action: w.Action, Resource: w.Resource, Error: w.Error,
		},
	}, nil
}

func (p *program) openSnapshot(path, region string) (world, error) {
	s, err := snapshot.Open(path)
	if err != nil {
		return world{}, err
	}
	if region == "" {
		region = s.Manifest().Region
	}
	if regions := s.Regions(); region == "" && len(regions) > 0 {
		region = regions[0]
	}
	asked := steps.Case{Region: region}
	return world{reader: s, region: region, title: "snapshot: " + path, asked: asked, now: p.since(s.Manifest().Captured)}, nil
}

// since returns a clock that starts at the moment of a recording, so that ages are what they were then; the program's own clock when
// the moment is not known.
func (p *program) since(captured time.Time) func() time.Time {
	if captured.IsZero() {
		return p.now
	}
	began := p.now()
	return func() time.Time { return captured.Add(p.now().Sub(began)) }
}

// listDemos prints the demo worlds, one a line.
func listDemos(out io.Writer) error {
	tab := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, w := range demo.Worlds() {
		fmt.Fprintf(tab, "%s\t%s\n", w.Name, w.Title)
	}
	return tab.Flush()
}

// merge fills what the command line left open with what the world was made to ask.
func merge(asked, flags steps.Case) steps.Case {
	c := flags
	fill := func(to *string, from string) {
		if *to == "" {
			*to = from
		}
	}
	fill(&c.Region, asked.Region)
	fill(&c.Cluster, asked.Cluster)
	if c.Task == "" && c.Service == "" && c.Launch == nil {
		c.Task, c.Service = asked.Task, asked.Service
	}
	fill(&c.Target, asked.Target)
	if c.Action == "" && c.Error == "" {
		c.Action, c.Resource, c.Error = asked.Action, cmp.Or(c.Resource, asked.Resource), asked.Error
	}
	if c.Symptom == "" {
		c.Symptom = asked.Symptom
	}
	return c
}

// quoted lists names for a hint: a, b or c.
func quoted(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
