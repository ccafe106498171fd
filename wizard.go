package main

import (
	"context"
	"errors"
	"os"

	"fargate-doctor/aws/live"
	"fargate-doctor/steps"
	"fargate-doctor/tui"
	"fargate-doctor/tui/acting"
	_ "fargate-doctor/tui/background" // before Bubble Tea asks the terminal
)

// wizard opens the terminal program, which asks for what is not known yet.
func (p *program) wizard(ctx context.Context, known steps.Case) error {
	if p.set.demo == demoList {
		return listDemos(p.out)
	}
	if p.set.plain || os.Getenv("TERM") == "dumb" {
		return p.plainWizard(ctx, known)
	}
	if _, ok := terminal(p.in); !ok {
		return usagef("scripts use: fargate-doctor diagnose, or --plain", "the wizard needs a terminal, and stdin is none")
	}
	if _, ok := terminal(p.out); !ok {
		return usagef("scripts use: fargate-doctor diagnose, or --plain", "the wizard needs a terminal, and stdout is none")
	}
	options := tui.Options{Case: known, ReadOnly: p.set.readOnly, Debug: p.debugTask, NoColor: p.colourless(), Getenv: os.Getenv, In: p.in, Out: p.out,
		Version: version(), Endpoint: p.set.endpoint, Save: saveReport}
	w, err := p.open(ctx)
	if err != nil {
		return err
	}
	options.World, options.Story, options.Suggested, options.Clock = w.title, w.story, w.asked, w.now
	session := p.session(w)
	if w.region != "" {
		options.Session = &session
	}
	if p.set.demo == "" && p.set.snapshot == "" {
		options.Connect = func(ctx context.Context, profile, region string) (acting.Session, error) {
			next, err := p.openLive(ctx, profile, region)
			if err != nil {
				return acting.Session{}, err
			}
			return p.session(next), nil
		}
		options.Regions = live.Regions()
		profiles, err := live.Profiles()
		if err != nil {
			return err
		}
		for _, profile := range profiles {
			options.Profiles = append(options.Profiles, tui.Profile{Name: profile.Name, Region: profile.Region})
		}
	}
	err = tui.Run(ctx, options)
	if errors.Is(err, context.Canceled) {
		return nil // the person, or the system, ended it
	}
	return err
}
