package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/steps/report"
)

// answer is the end: one sentence for a colleague, the fix, what else was found, and what could not be read.
type answer struct {
	walk   *walk
	scroll scroller
}

func (*answer) title() string                 { return "The answer" }
func (*answer) open(*env) tea.Cmd             { return nil }
func (*answer) close(*env)                    {}
func (*answer) typing() bool                  { return false }
func (*answer) receive(*env, tea.Msg) tea.Cmd { return nil }

func (a *answer) keys(e *env) []key.Binding {
	ks := []key.Binding{}
	if _, ok := a.walk.rootFix(); ok {
		ks = append(ks, keys.copyFix)
	}
	if _, ok := a.walk.rootDocument(); ok {
		ks = append(ks, keys.copyDocument)
	}
	ks = append(ks, keys.copySentence, keys.recheck)
	if a.walk.saves(e) {
		ks = append(ks, keys.save)
	}
	return append(ks, keys.back)
}

func (a *answer) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case key.Matches(k, keys.back), key.Matches(k, keys.enter), key.Matches(k, keys.answer):
		e.back()
	case key.Matches(k, keys.save) && a.walk.saves(e):
		e.open(newSave(e, *a.walk.report))
	case key.Matches(k, keys.copySentence):
		return e.copier.copy("a sentence about it", a.walk.message())
	case key.Matches(k, keys.copyFix):
		f, ok := a.walk.rootFix()
		return copyCommand(e, f, ok)
	case key.Matches(k, keys.copyDocument):
		f, _ := a.walk.rootDocument()
		return copyDocument(e, f)
	case key.Matches(k, keys.recheck):
		return a.walk.start(e, "")
	default:
		a.scroll.update(k)
	}
	return nil
}

func (a *answer) view(e *env, w, h int) []string {
	s, p := a.walk, e.style
	t := s.text(e, w-2)
	var lines []string
	if s.reading.busy {
		lines = append(lines, p.faint.Render("walking again …"), "")
	}
	lines = append(lines, p.overall(s.report.Verdict).String(), "")
	lines = append(lines, wrap(s.telling()+".", t.w)...)
	lines = append(lines, s.recheck.all(t)...)
	for _, c := range s.report.Causes {
		lines = append(lines, "")
		lines = append(lines, t.cause(s.finding(c))...)
	}
	lines = append(lines, "")
	for _, r := range s.warnings() {
		lines = append(lines, t.text("Also", capital(r.Summary))...)
	}
	for _, u := range s.unreadInShort() {
		lines = append(lines, t.text("Unread", u)...)
	}
	if actions := report.Missing(*s.report); len(actions) > 0 {
		lines = append(lines, t.text("Needs", strings.Join(actions, ", "))...)
	}
	for _, said := range s.said() {
		lines = append(lines, t.text("Said", said+" (your answer)")...)
	}
	lines = append(lines, "", p.faint.Render(count(s.calls, "call")+", "+seconds(s.took)))
	return a.scroll.view(p, lines, w, h)
}
