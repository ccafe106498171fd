package tui

import (
	"context"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

// Probe looks from inside the container of a case at what its walk was about. The error says what is missing for it.
type Probe func(ctx context.Context, c steps.Case, t steps.Target) (probe.Round, error)

// probed is what was seen from inside, for reading id.
type probed struct {
	id    int
	round probe.Round
}

// probes reports whether one can look from inside here: into a container that runs, at a target that is known.
func (s *walk) probes(e *env) bool {
	return e.session.Probe != nil && s.report != nil && s.report.Target.Host != "" && s.theCase.Symptom != steps.Start && s.theCase.Launch == nil
}

// look probes from inside. The walk stays in view meanwhile.
func (s *walk) look(e *env) tea.Cmd {
	if !s.probes(e) {
		e.notice = "there is no container to look from"
		if e.session.Probe == nil {
			e.notice = e.refusal()
		}
		return nil
	}
	look, c, t := e.session.Probe, s.theCase, s.report.Target
	return s.looking.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		round, err := look(ctx, c, t)
		if len(round.Results) > 0 {
			send(probed{id, round})
		}
		return err
	})
}

// seen walks again with what was seen, and says when nothing could be.
func (s *walk) seen(e *env, msg tea.Msg) tea.Cmd {
	if p, ok := msg.(probed); ok && p.id == s.looking.id {
		s.theCase.Probes = &p.round
		s.tree.moved = false
		e.notice = fmt.Sprintf("probed from inside: %s", count(len(p.round.Results), "look"))
		return s.start(e)
	}
	if mine, whole := s.looking.ended(e, msg); mine && !whole {
		e.notice = "nothing was probed: ! says why"
	}
	return nil
}
