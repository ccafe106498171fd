package tui

import (
	"errors"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/steps/symptom"
)

// debugging shows one debug task: how it comes up, and what can be done with it.
type debugging struct {
	task  *debugTask
	walk  *walk // that it can look for; nil when it was launched from elsewhere
	asked bool  // D was pressed once
	text  scroller
}

func (*debugging) title() string                 { return "Debug task" }
func (*debugging) typing() bool                  { return false }
func (*debugging) open(*env) tea.Cmd             { return nil }
func (*debugging) close(*env)                    {} // it goes on without its screen
func (*debugging) receive(*env, tea.Msg) tea.Cmd { return nil }

func (s *debugging) keys(e *env) []key.Binding {
	switch s.task.stage {
	case starting:
		return []key.Binding{named(keys.stop, "give up"), keys.back}
	case ready:
		var ks []key.Binding
		if s.task.session.Shell != nil {
			ks = append(ks, keys.shell)
		}
		if s.probes(e) {
			ks = append(ks, named(keys.probe, "probe from here"))
		}
		return append(ks, keys.stop, keys.back)
	case stopping:
		return []key.Binding{keys.back}
	}
	ks := []key.Binding{named(keys.debug, "launch again"), keys.back}
	if _, ok := s.stopped(); ok {
		ks = slices.Insert(ks, 0, named(keys.enter, "why it did not start"))
	}
	return ks
}

func (s *debugging) key(e *env, k tea.KeyMsg) tea.Cmd {
	t := s.task
	asked := s.asked
	s.asked = false
	switch {
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.shell) && t.stage == ready && t.session.Shell != nil:
		e.open(newShell(t.session, t.launched.Task, "the debug task"))
	case key.Matches(k, keys.probe) && s.probes(e):
		return s.look(e)
	case key.Matches(k, keys.stop) && (t.stage == starting || t.stage == ready):
		if !asked {
			s.asked = true
			e.notice = keys.stop.Help().Key + " again stops the debug task"
			return nil
		}
		return t.stop(e)
	case key.Matches(k, keys.debug) && t.stage == over:
		return t.launch(e)
	case key.Matches(k, keys.enter) && t.stage == over:
		if stopped, ok := s.stopped(); ok {
			e.ask(func(q *inquiry) {
				*q = inquiry{Case: steps.Case{Region: t.plan.Region, Cluster: t.plan.Cluster, Task: stopped.Task.ARN, Symptom: steps.Start}, subject: "debug task"}
			})
		}
	default:
		s.text.update(k)
	}
	return nil
}

// stopped returns the end that ECS put to the task before it was ready, if that is what became of it.
func (s *debugging) stopped() (*debug.StoppedError, bool) {
	var stopped *debug.StoppedError
	ok := s.task.stage == over && errors.As(s.task.err, &stopped)
	return stopped, ok
}

// probes reports whether the debug task is ready to look at what the walk below was about.
func (s *debugging) probes(e *env) bool {
	return s.task.stage == ready && s.walk != nil && s.walk.probes(e) && s.task.session.Profile == e.session.Profile
}

// look probes from the debug task, and goes back to the walk, where what it sees is shown.
func (s *debugging) look(e *env) tea.Cmd {
	e.backTo(s.walk)
	return s.walk.lookFrom(e, s.task.launched.Task)
}

func (s *debugging) view(e *env, w, h int) []string {
	t, p := s.task, e.style
	var lines []string
	if h >= leastHeight {
		lines = append(lines, "")
	}
	for _, l := range wrap(t.plan.Line(), w-2) {
		lines = append(lines, p.faint.Render(l))
	}
	lines = append(append(lines, ""), s.phases(e, w-1)...)
	say := func(style func(...string) string, glyph, text string) {
		for i, l := range wrap(text, w-4) {
			mark := "  "
			if i == 0 {
				mark = style(glyph) + " "
			}
			lines = append(lines, mark+l)
		}
	}
	switch {
	case t.stage == starting && t.progress.Text != "":
		say(p.warn.Render, "!", "This takes long: "+t.progress.Text+".")
	case t.stage == starting:
		say(p.faint.Render, "…", "esc leaves this screen; the debug task comes up all the same.")
	case t.stage == stopping:
		say(p.faint.Render, "…", "Stopping it and taking its task definition away.")
	case t.stage == ready:
		say(p.good.Render, "✓", s.readySentence(e))
		say(p.plain.Render, " ", "It "+t.launched.Ending(e.now())+". D stops it now.")
		if t.err != nil {
			lines = append(append(lines, ""), failed(p, sentence("It can't be stopped", t.err), aws.Hint(t.err), w)...)
		}
	case t.err != nil:
		lines = append(lines, s.failure(e, w)...)
	default:
		say(p.good.Render, "✓", "Stopped. Nothing was left behind.")
	}
	return s.text.view(p, lines, w, h)
}

// readySentence says what stands there.
func (s *debugging) readySentence(e *env) string {
	t := s.task
	what := "The debug task " + shortID(t.launched.Task.ID) + " is ready"
	if !t.own {
		what = "A debug task stood here already, " + shortID(t.launched.Task.ID)
	}
	if s.probes(e) {
		return what + ". x opens a shell in it, p probes from it."
	}
	return what + ". x opens a shell in it."
}

// phases draws what the task goes through: in one line, or in two where that is too long.
func (s *debugging) phases(e *env, w int) []string {
	t, p := s.task, e.style
	took := t.took
	if t.stage == starting {
		took = e.now().Sub(t.began)
	}
	at := slices.Index(debug.Phases(), t.phase())
	var parts []string
	for i, phase := range debug.Phases() {
		text := string(phase)
		switch {
		case i < at || t.stage == ready || t.stage == stopping && t.launched.Task.ARN != "":
			text = p.good.Render("✓ " + text)
		case i == at && t.stage == starting:
			text = p.bold.Render("… " + text)
		case i == at && t.err != nil:
			text = p.bad.Render("✗ " + text)
		default:
			text = p.faint.Render("  " + text)
		}
		parts = append(parts, text)
	}
	elapsed := "   " + clock(took)
	if t.stage == over && t.err == nil {
		return nil
	}
	if t.stage == over {
		elapsed = ""
	}
	next := p.faint.Render(" ▸ ")
	line := strings.Join(parts, next) + elapsed
	if width(line) <= w {
		return []string{line, ""}
	}
	return []string{strings.Join(parts[:3], next) + p.faint.Render(" ▸"), strings.Join(parts[3:], next) + elapsed, ""}
}

// failure says why it did not come up, decoded where ECS gave a reason.
func (s *debugging) failure(e *env, w int) []string {
	p, t := e.style, s.task
	stopped, ok := s.stopped()
	if !ok {
		return s.refused(e, w)
	}
	text := stepText{p: p, w: w - 2}
	lines := headed(p, w-2, capital(symptom.ReadStopped(stopped.Reason).Class.Words()))
	lines = append(lines, text.text("ECS", stopped.Reason)...)
	if debug.Leftovers(t.err) {
		lines = append(lines, text.text("Left", "Something may be left behind: "+aws.Clean(t.err.Error()))...)
	} else {
		lines = append(lines, text.text("Left", "Nothing was left behind.")...)
	}
	lines = append(lines, text.text("Next", "enter walks through what its start needs, and names what is missing.")...)
	return lines
}

// refused draws an error that is not the task's own end.
func (s *debugging) refused(e *env, w int) []string {
	lines := failed(e.style, sentence("It was not launched", s.task.err), aws.Hint(s.task.err), w)
	return append(lines, "  "+e.style.faint.Render("d tries again · ! shows all errors"))
}
