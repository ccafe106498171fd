package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/steps"
)

// finding shows all of one step. It follows the walk below it: when the step is run again, it shows what is found then.
type finding struct {
	walk   *walk
	step   string
	fix    int // which of the fixes c copies
	choice int // which answer enter gives
	scroll scroller
}

func (*finding) title() string                 { return "A step of the walk" }
func (*finding) open(*env) tea.Cmd             { return nil }
func (*finding) close(*env)                    {}
func (*finding) typing() bool                  { return false }
func (*finding) receive(*env, tea.Msg) tea.Cmd { return nil }

func (f *finding) result() (steps.StepResult, bool) {
	r, ok := f.walk.tree.results[f.step]
	return r, ok
}

// asks reports whether the step has a question that waits for an answer.
func (f *finding) asks() bool {
	r, ok := f.result()
	return ok && openQuestion(f.walk.theCase, r.Finding)
}

func (f *finding) keys(*env) []key.Binding {
	var ks []key.Binding
	r, _ := f.result()
	if f.asks() {
		ks = append(ks, keys.choice, named(keys.enter, "answer"), choices(r.Question))
	}
	if fixes := allFixes(r.Finding); len(fixes) > 0 {
		ks = append(ks, keys.copyFix)
		if f.document(fixes) != "" {
			ks = append(ks, keys.copyDocument)
		}
		if len(fixes) > 1 {
			ks = append(ks, keys.next)
		}
	}
	return append(ks, keys.again, keys.back)
}

func (f *finding) key(e *env, k tea.KeyMsg) tea.Cmd {
	r, _ := f.result()
	switch {
	case key.Matches(k, keys.choose):
		return f.walk.choose(e, f.step, int(k.Runes[0]-'1'))
	case key.Matches(k, keys.enter) && f.asks():
		return f.walk.choose(e, f.step, f.choice)
	case key.Matches(k, keys.choice) && f.asks():
		f.turn(k, len(r.Question.Choices))
	case key.Matches(k, keys.back), key.Matches(k, keys.enter):
		e.back()
	case key.Matches(k, keys.again):
		return f.walk.start(e, f.step)
	case key.Matches(k, keys.recheck):
		return f.walk.start(e, "")
	case key.Matches(k, keys.next):
		f.fix = (f.fix + 1) % max(len(allFixes(r.Finding)), 1)
	case key.Matches(k, keys.copyFix):
		return f.copyFix(e, allFixes(r.Finding))
	case key.Matches(k, keys.copyDocument):
		return copyDocument(e, steps.Fix{Document: f.document(allFixes(r.Finding))})
	default:
		f.scroll.update(k)
	}
	return nil
}

// turn moves the mark to the choice on the left or right.
func (f *finding) turn(k tea.KeyMsg, n int) {
	if s := k.String(); s == "left" || s == "h" {
		f.choice = max(f.choice-1, 0)
		return
	}
	f.choice = min(f.choice+1, n-1)
}

// document is the policy that the selected fix sets, "" when it sets none.
func (f *finding) document(fixes []steps.Fix) string {
	if f.fix >= len(fixes) {
		return ""
	}
	return fixes[f.fix].Document
}

func (f *finding) copyFix(e *env, fixes []steps.Fix) tea.Cmd {
	if f.fix >= len(fixes) {
		return copyCommand(e, steps.Fix{}, false)
	}
	return copyCommand(e, fixes[f.fix], true)
}

func (f *finding) view(e *env, w, h int) []string {
	r, ok := f.result()
	if !ok {
		return advice(w, "This step is no longer part of the walk.", "esc goes back to it.")
	}
	t := f.walk.text(e, w-2)
	if len(allFixes(r.Finding)) > 1 {
		t.fix = f.fix
	}
	if f.asks() {
		t.choice = f.choice
	}
	lines := t.lines(r)
	if f.walk.reading.busy {
		lines = append([]string{e.style.faint.Render("running again …"), ""}, lines...)
	}
	return f.scroll.view(e.style, lines, w, h)
}
