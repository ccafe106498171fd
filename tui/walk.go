package tui

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// walk shows the decision tree lighting up while facts arrive, and what came of it.
type walk struct {
	theCase  steps.Case
	reading  reading
	started  time.Time
	took     time.Duration // by the last walk that ended
	calls    int           // of the walk under way
	tree     tree
	report   *steps.Report // of the last walk that came to its end
	walkedAt time.Time     // when that was
	recheck  recheck
	head     int // lines above the tree
	offer    offer
	looking  reading // from inside the container
}

// stepSeen is an event of walk id.
type stepSeen struct {
	id    int
	event steps.Event
}

// walked is the report of walk id.
type walked struct {
	id     int
	report steps.Report
}

func newWalk(q inquiry) *walk {
	s := &walk{theCase: q.Case, reading: reading{what: "walking", fails: "The walk broke off"}, tree: newTree(), offer: newOffer(q.Case),
		looking: reading{what: "probing from inside", fails: "Nothing was probed"}}
	s.offer.walk = s
	return s
}

func (s *walk) title() string { return "The walk" }
func (s *walk) typing() bool  { return false }
func (s *walk) close(e *env) {
	s.reading.stop(e)
	s.recheck.wait.stop(e)
	s.offer.reading.stop(e)
	s.looking.stop(e)
}
func (s *walk) open(e *env) tea.Cmd { return s.start(e) }

// start walks, after the facts of the steps in forget were dropped; "" drops all. What the last walk found stays in view
// until the new one has found it again.
func (s *walk) start(e *env, forget ...string) tea.Cmd {
	w, c := e.walker, s.theCase
	c.Answers = maps.Clone(c.Answers)
	s.recheck.begin(e, s.report, s.walkedAt, len(forget) > 0 || s.reading.err != nil)
	s.started, s.calls = e.now(), 0
	s.tree.begin()
	return s.reading.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		r, err := w.walk(ctx, c, forget, func(ev steps.Event) { send(stepSeen{id, ev}) })
		if err == nil {
			send(walked{id, r})
		}
		return err
	})
}

func (s *walk) receive(e *env, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case stepSeen:
		if msg.id == s.reading.id {
			s.see(e, msg.event)
		}
	case walked:
		if msg.id == s.reading.id {
			s.report, s.walkedAt = &msg.report, e.now()
			s.tree.settle(msg.report)
			s.recheck.walked(e, s.report)
		}
	}
	if mine, whole := s.reading.ended(e, msg); mine {
		e.failUnanswered()
		if !whole {
			s.tree.breakOff()
		}
		s.took = e.now().Sub(s.started)
		watching := s.watchOn(e)
		if whole && s.offer.plan == nil && !s.offer.reading.busy {
			return tea.Batch(watching, s.offer.read(e, true))
		}
		return watching
	}
	if _, waited := s.recheck.wait.ended(e, msg); waited {
		return s.start(e, "")
	}
	return tea.Batch(s.offer.receive(e, msg), s.seen(e, msg))
}

// see takes in one event of the walk.
func (s *walk) see(e *env, ev steps.Event) {
	s.calls = max(s.calls, ev.Calls)
	if ev.Err != nil {
		e.fail("Fact “"+aws.Clean(ev.Fact)+"” can't be read", ev.Err)
	}
	s.tree.see(ev)
}

func (s *walk) keys(e *env) []key.Binding {
	if s.reading.err != nil {
		return append([]key.Binding{named(keys.again, "try again"), keys.paste}, s.leaving()...)
	}
	var ks []key.Binding
	if r, ok := s.tree.selected(); ok {
		ks = append(ks, named(keys.enter, "open"))
		if openQuestion(s.theCase, r.Finding) {
			ks = append(ks, choices(r.Question))
		}
	}
	if _, ok := s.fix(); ok {
		ks = append(ks, keys.copyFix)
	}
	if _, ok := s.document(); ok {
		ks = append(ks, keys.copyDocument)
	}
	ks = append(ks, e.actions()...)
	if s.probes(e) {
		ks = append(ks, keys.probe)
	}
	if s.runs(e) {
		ks = append(ks, keys.runbook)
	}
	if len(s.needs()) > 0 {
		ks = append(ks, keys.needs)
	}
	if s.report != nil {
		ks = append(ks, keys.answer, keys.copySentence)
	}
	ks = append(ks, keys.again, keys.recheck)
	if s.saves(e) {
		ks = append(ks, keys.save)
	}
	return append(append(ks, keys.paste), s.leaving()...)
}

// saves reports whether there is a report to save, and a way to.
func (s *walk) saves(e *env) bool { return s.report != nil && e.options.Save != nil }

// leaving are the bindings that end a watch, or the walk.
func (s *walk) leaving() []key.Binding {
	if s.recheck.watching {
		return []key.Binding{named(keys.watch, "stop watching"), named(keys.back, "stop watching")}
	}
	return []key.Binding{keys.watch, keys.back}
}

func (s *walk) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case key.Matches(k, keys.watch), key.Matches(k, keys.back) && s.recheck.watching:
		return s.watch(e)
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.save) && s.saves(e):
		e.open(newSave(e, *s.report))
	case key.Matches(k, keys.recheck), key.Matches(k, keys.refresh):
		return s.start(e, "")
	case key.Matches(k, keys.again):
		return s.again(e)
	case key.Matches(k, keys.enter):
		if _, ok := s.tree.selected(); ok {
			e.open(&finding{walk: s, step: s.tree.cursor})
		}
	case key.Matches(k, keys.debug), key.Matches(k, keys.shell):
		return act(e, k, &s.offer)
	case key.Matches(k, keys.runbook) && s.runs(e):
		e.open(newRunbook(s))
	case key.Matches(k, keys.probe):
		return s.look(e)
	case key.Matches(k, keys.needs) && len(s.needs()) > 0:
		e.open(&needed{walk: s})
	case key.Matches(k, keys.answer) && s.report != nil:
		e.open(&answer{walk: s})
	case key.Matches(k, keys.copyFix):
		return s.copyFix(e)
	case key.Matches(k, keys.copyDocument):
		f, _ := s.document()
		return copyDocument(e, f)
	case k.Paste, key.Matches(k, keys.paste):
		text := ""
		if k.Paste {
			text = string(k.Runes)
		}
		e.open(newPaste(e, &inquiry{Case: s.theCase}, text))
	case key.Matches(k, keys.copySentence) && s.report != nil:
		return e.copier.copy("a sentence about it", s.message())
	case key.Matches(k, keys.choose):
		return s.choose(e, s.tree.cursor, int(k.Runes[0]-'1'))
	default:
		s.tree.move(k)
	}
	return nil
}

// again runs the step under the cursor with fresh facts; all steps after a walk that failed.
func (s *walk) again(e *env) tea.Cmd {
	if s.reading.err != nil {
		return s.start(e)
	}
	if s.tree.cursor == "" {
		return nil
	}
	return s.start(e, s.tree.cursor)
}

// choose answers the question of a step and walks on with the answer.
func (s *walk) choose(e *env, step string, choice int) tea.Cmd {
	q := s.tree.results[step].Question
	if q == nil || choice < 0 || choice >= len(q.Choices) {
		return nil
	}
	answers := maps.Clone(s.theCase.Answers)
	if answers == nil {
		answers = map[string]string{}
	}
	answers[q.ID] = q.Choices[choice].Value
	s.theCase.Answers = answers
	e.notice = "answered: " + aws.Clean(q.Choices[choice].Label)
	s.tree.moved = false
	return s.start(e)
}

// choices is the binding that answers a question.
func choices(q *steps.Question) key.Binding { return numbered(keys.choose, len(q.Choices)) }

// openQuestion reports whether a finding asks something that the person has not said yet.
func openQuestion(c steps.Case, f steps.Finding) bool {
	if f.Question == nil {
		return false
	}
	_, said := c.Answers[f.Question.ID]
	return !said
}

// fix is the command for the step under the cursor; when that has none, the one for the root cause.
func (s *walk) fix() (steps.Fix, bool) {
	if r, ok := s.tree.selected(); ok {
		if f, ok := firstFix(r.Finding); ok {
			return f, true
		}
	}
	return s.rootFix()
}

// rootFix is the command that mends the root cause, if there is one.
func (s *walk) rootFix() (steps.Fix, bool) {
	if s.report == nil || len(s.report.Causes) == 0 {
		return steps.Fix{}, false
	}
	return firstFix(s.finding(s.report.Causes[0]))
}

// finding is what was found about a cause, by the step that found it.
func (s *walk) finding(c steps.Cause) steps.Finding {
	f := s.tree.results[c.Step].Finding
	for _, also := range f.Also {
		if also.Cause == c.Code && f.Cause != c.Code {
			return also
		}
	}
	f.Also = nil
	return f
}

// firstFix returns the first fix that has a command.
func firstFix(f steps.Finding) (steps.Fix, bool) {
	fixes := allFixes(f)
	i := slices.IndexFunc(fixes, func(f steps.Fix) bool { return f.Command != "" })
	if i < 0 {
		return steps.Fix{}, false
	}
	return fixes[i], true
}

// allFixes returns the fixes of a finding and of what was found beside it.
func allFixes(f steps.Finding) []steps.Fix {
	fixes := slices.Clone(f.Fixes)
	for _, also := range f.Also {
		fixes = append(fixes, also.Fixes...)
	}
	return fixes
}

func (s *walk) copyFix(e *env) tea.Cmd {
	f, ok := s.fix()
	return copyCommand(e, f, ok)
}

// copyCommand copies what a fix says to run.
func copyCommand(e *env, f steps.Fix, ok bool) tea.Cmd {
	if !ok || f.Command == "" {
		e.notice = "there is no command to copy"
		return nil
	}
	return e.copier.copy("the fix: "+aws.Clean(f.Title), oneLine(f.Command))
}

// document is the fix for the step under the cursor, or for the root cause, that sets a policy.
func (s *walk) document() (steps.Fix, bool) {
	if r, ok := s.tree.selected(); ok {
		if f, ok := withDocument(allFixes(r.Finding)); ok {
			return f, true
		}
	}
	return s.rootDocument()
}

// rootDocument is the fix for the root cause that sets a policy, if there is one.
func (s *walk) rootDocument() (steps.Fix, bool) {
	if s.report == nil || len(s.report.Causes) == 0 {
		return steps.Fix{}, false
	}
	return withDocument(allFixes(s.finding(s.report.Causes[0])))
}

// withDocument returns the first fix that sets a policy.
func withDocument(fixes []steps.Fix) (steps.Fix, bool) {
	i := slices.IndexFunc(fixes, func(f steps.Fix) bool { return f.Document != "" })
	if i < 0 {
		return steps.Fix{}, false
	}
	return fixes[i], true
}

// copyDocument copies the policy that a fix sets, for a template.
func copyDocument(e *env, f steps.Fix) tea.Cmd {
	if f.Document == "" {
		e.notice = "there is no JSON to copy"
		return nil
	}
	return e.copier.copy("the policy as JSON", pasted(f.Document))
}

// oneLine returns a command as it is pasted into a shell.
func oneLine(command string) string { return strings.TrimSpace(aws.Clean(command)) }
