package main

import (
	"context"
	"errors"
	"os"
	"os/signal"

	"fargate-doctor/aws/live"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
	"fargate-doctor/tui/plain"
)

// plainWizard opens the wizard that writes lines and reads lines.
func (p *program) plainWizard(ctx context.Context, known steps.Case) error {
	w, err := p.open(ctx)
	if err != nil {
		return err
	}
	_, typing := terminal(p.in)
	_, screen := terminal(p.out)
	options := plain.Options{
		Case:      known,
		Suggested: w.asked, World: w.title, Story: w.story, Save: saveReport, Debug: p.debugTask, Clock: w.now, In: p.in, Out: p.out,
		Echo: !typing, Terminal: typing && screen,
	}
	if typing {
		interrupts := make(chan os.Signal, 1)
		signal.Reset(os.Interrupt) // which ends ctx, where nobody types: what is under way is the person's to end, and the program only then
		signal.Notify(interrupts, os.Interrupt)
		defer signal.Stop(interrupts)
		options.Interrupts = interrupts
	}
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
