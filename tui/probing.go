package tui

import (
	"context"
	"errors"
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

// probed is what was seen from inside, for reading id.
type probed struct {
	id    int
	round probe.Round
}

// probes reports whether one can look from inside here: into a container that runs, at a target that is known.
func (s *walk) probes(e *env) bool {
	return e.session.Probe != nil && s.report != nil && s.report.Target.Host != "" && s.theCase.Symptom != steps.Start && s.theCase.Launch == nil
}

// look probes from inside the container, or from a debug task when there is one that is ready and the container can't be entered. The walk
// stays in view meanwhile.
func (s *walk) look(e *env) tea.Cmd {
	if !s.probes(e) {
		e.notice = "there is no container to look from"
		if e.session.Probe == nil {
			e.notice = e.session.Refusal()
		}
		return nil
	}
	places := []aws.Task{{}}
	if s.offer.plan != nil {
		if t := e.standing(*s.offer.plan); t != nil && t.stage == ready {
			places = append(places, t.launched.Task)
		}
	}
	return s.lookFrom(e, places...)
}

// lookFrom probes from the first of some places that lets one in.
func (s *walk) lookFrom(e *env, places ...aws.Task) tea.Cmd {
	look, c, t := e.session.Probe, s.theCase, s.report.Target
	return s.looking.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		var problems []error
		for i, place := range places {
			round, err := look(ctx, c, t, place)
			bare := round.Where != "" && round.Image.Lacks()
			if len(round.Results) > 0 && !(bare && i < len(places)-1) {
				send(probed{id, round})
				return err
			}
			if err == nil {
				err = bareImage{round.Where}
			}
			problems = append(problems, err)
		}
		return errors.Join(problems...)
	})
}

// A bareImage says that there is nothing to probe with in a container.
type bareImage struct{ where string }

func (b bareImage) Error() string {
	return "the image of " + b.where + " has too few tools to look up a name and to connect"
}

// Advice says what to do instead.
func (bareImage) Advice() string {
	return "d launches a debug task, which has them; p probes from there."
}

// seen walks again with what was seen, and says when nothing could be.
func (s *walk) seen(e *env, msg tea.Msg) tea.Cmd {
	if p, ok := msg.(probed); ok && p.id == s.looking.id {
		s.theCase.Probes = &p.round
		s.tree.moved = false
		e.notice = fmt.Sprintf("probed from inside %s: %s", p.round.Where, count(len(p.round.Results), "look"))
		return s.start(e)
	}
	if mine, whole := s.looking.ended(e, msg); mine && !whole {
		e.notice = "nothing was probed: ! says why"
	}
	return nil
}
