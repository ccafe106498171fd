package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/steps"
)

// symptom asks what the person sees (R1).
type symptom struct {
	offered []steps.SymptomInfo
	cursor  int
}

func newSymptom(e *env) *symptom {
	s := &symptom{offered: steps.Symptoms()}
	s.cursor = max(slices.IndexFunc(s.offered, func(o steps.SymptomInfo) bool {
		return o.Symptom == e.options.Suggested.Symptom
	}), 0)
	return s
}

func (*symptom) title() string                 { return "What do you see?" }
func (*symptom) open(*env) tea.Cmd             { return nil }
func (*symptom) close(*env)                    {}
func (*symptom) typing() bool                  { return false }
func (*symptom) receive(*env, tea.Msg) tea.Cmd { return nil }
func (*symptom) keys(*env) []key.Binding       { return []key.Binding{keys.enter, keys.back} }

func (s *symptom) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.enter):
		chosen := s.offered[s.cursor].Symptom
		e.ask(func(q *inquiry) { q.Symptom = chosen })
	default:
		s.cursor, _ = scroll(k, s.cursor, len(s.offered), len(s.offered))
	}
	return nil
}

func (s *symptom) view(e *env, w, h int) []string {
	lines := append([]string{""}, e.story(w, h)...)
	titles := 0
	for _, o := range s.offered {
		titles = max(titles, width(o.Title))
	}
	beside := w >= roomForTwo
	for i, o := range s.offered {
		mark := gutter
		if i == s.cursor {
			mark = " > "
		}
		line := mark + o.Title
		if beside {
			line = mark + pad(o.Title, titles) + gutter + o.Looks
		}
		if i == s.cursor {
			line = e.style.marked(line, w)
		}
		lines = append(lines, line)
		if !beside {
			lines = append(lines, e.style.faint.Render(cut("     "+o.Looks, w)))
		}
	}
	return lines
}
