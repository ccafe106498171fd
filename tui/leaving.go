package tui

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
)

const leavingTitle = "Before you go"

// leaving asks what becomes of the debug tasks that this wizard launched.
type leaving struct {
	tasks  []*debugTask
	cursor int
	going  bool // they are being stopped, and the wizard ends after that
}

func (*leaving) title() string     { return leavingTitle }
func (*leaving) typing() bool      { return false }
func (*leaving) open(*env) tea.Cmd { return nil }
func (*leaving) close(*env)        {}

// A way out is what can be done with the tasks.
type wayOut struct {
	text string
	do   func(*leaving, *env) tea.Cmd
}

// ways lists what can be done now. What is only starting can't be left: nobody would follow it, or tidy up.
func (s *leaving) ways(e *env) []wayOut {
	ways := []wayOut{{"stop it and quit", (*leaving).stop}}
	if !slices.ContainsFunc(s.tasks, func(t *debugTask) bool { return t.stage == starting }) {
		left := "leave it: it " + s.tasks[0].launched.Ending(e.now())
		ways = append(ways, wayOut{left, func(_ *leaving, e *env) tea.Cmd {
			e.moves = append(e.moves, (*Model).quit)
			return nil
		}})
	}
	return append(ways, wayOut{"stay", func(_ *leaving, e *env) tea.Cmd {
		e.back()
		return nil
	}})
}

func (s *leaving) stop(e *env) tea.Cmd {
	s.going = true
	var all []tea.Cmd
	for _, t := range s.tasks {
		if t.stage == starting || t.stage == ready {
			all = append(all, t.stop(e))
		}
	}
	if len(all) == 0 {
		e.moves = append(e.moves, (*Model).quit)
	}
	return tea.Batch(all...)
}

// receive ends the wizard once all are stopped.
func (s *leaving) receive(e *env, _ tea.Msg) tea.Cmd {
	if !s.going {
		return nil
	}
	for _, t := range s.tasks {
		switch {
		case t.stage == ready: // stopping failed
			s.going = false
			return nil
		case t.stage != over:
			return nil
		case t.err != nil:
			s.going = false
			return nil
		}
	}
	e.moves = append(e.moves, (*Model).quit)
	return nil
}

func (s *leaving) keys(e *env) []key.Binding {
	if s.going {
		return []key.Binding{named(keys.quit, "quit at once")}
	}
	return []key.Binding{keys.enter, numbered(named(keys.takeTold, "choose"), len(s.ways(e))), named(keys.back, "stay")}
}

func (s *leaving) key(e *env, k tea.KeyMsg) tea.Cmd {
	ways := s.ways(e)
	switch {
	case s.going:
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.enter):
		return ways[min(s.cursor, len(ways)-1)].do(s, e)
	case key.Matches(k, keys.takeTold):
		if i := int(k.Runes[0] - '1'); i < len(ways) {
			return ways[i].do(s, e)
		}
	default:
		s.cursor, _ = scroll(k, s.cursor, len(ways), len(ways))
	}
	return nil
}

func (s *leaving) view(e *env, w, _ int) []string {
	p := e.style
	lines := []string{""}
	for _, t := range s.tasks {
		what := "A debug task that you launched runs"
		if t.stage == starting {
			what = "A debug task that you launched is starting"
		}
		text := fmt.Sprintf("%s in cluster %s, beside %s (%s).", what, aws.Clean(t.plan.Cluster), aws.Clean(t.plan.Studied), t.state(e.now()))
		for _, l := range wrap(text, w-2) {
			lines = append(lines, " "+l)
		}
	}
	lines = append(lines, "")
	if s.going {
		return append(lines, " Stopping it and taking its task definition away …")
	}
	for i, way := range s.ways(e) {
		line := fmt.Sprintf("%d  %s", i+1, way.text)
		if i == s.cursor {
			lines = append(lines, p.marked(" > "+line, w))
			continue
		}
		lines = append(lines, cut(gutter+line, w))
	}
	for _, t := range s.tasks {
		if t.err != nil {
			lines = append(lines, "")
			for _, l := range failed(p, sentence("It could not be stopped", t.err), aws.Hint(t.err), w) {
				lines = append(lines, " "+l)
			}
		}
	}
	return lines
}

// tidy waits, when the wizard has ended, for what is being tidied up, and says what is left.
func (m *Model) tidy() {
	e := m.env
	m.cancel()
	if !e.tidying.TryLock() {
		fmt.Fprintln(e.options.Out, "Stopping the debug task that was starting …")
		e.tidying.Lock()
	}
	e.tidying.Unlock()
	for _, t := range e.living(true) {
		if t.stage == ready && e.options.World == "" {
			fmt.Fprintf(e.options.Out, "The debug task %s in cluster %s %s. fargate-doctor debug stop ends it now.\n",
				shortID(t.launched.Task.ID), aws.Clean(t.plan.Cluster), t.launched.Ending(e.now()))
		}
	}
}
