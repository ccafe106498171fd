package main

import (
	"context"
	"errors"

	"fargate-doctor/aws/live"
	"fargate-doctor/steps"
	"fargate-doctor/tui/plain"
)

// plainWizard opens the wizard that writes lines and reads lines.
func (p *program) plainWizard(ctx context.Context, known steps.Case) error {
	w, err := p.open(ctx)
	if err != nil {
		return err
	}
	_, typing := terminal(p.in)
	options := plain.Options{
		Case:      known,
		Suggested: w.asked, World: w.title, Story: w.story, Save: saveReport, Clock: w.now, In: p.in, Out: p.out, Echo: !typing,
	}
	if w.region != "" {
		options.Session = &plain.Session{Reader: w.reader, Region: w.region, Profile: w.profile}
	}
	if p.set.demo == "" && p.set.snapshot == "" {
		options.Connect = func(ctx context.Context, profile, region string) (plain.Session, error) {
			next, err := p.openLive(ctx, profile, region)
			return plain.Session{Reader: next.reader, Region: next.region, Profile: next.profile}, err
		}
		profiles, err := live.Profiles()
		if err != nil {
			return err
		}
		for _, profile := range profiles {
			options.Profiles = append(options.Profiles, profile.Name)
		}
	}
	err = plain.Run(ctx, options)
	if errors.Is(err, context.Canceled) {
		return nil // the person, or the system, ended it
	}
	return err
}
