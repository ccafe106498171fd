package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/steps"
)

// paste is the box into which a person pastes what the application printed. It says at once what was understood, and takes the answers
// of the inquiry from that.
type paste struct {
	of     *inquiry // of the screen below
	editor editor
	heard  heard // of the text as it is drawn last
	pasted bool  // the terminal said that the text was pasted, and nothing was typed since: enter then is no line of it
}

// newPaste returns the box with a text, or with what was pasted before when there is none.
func newPaste(e *env, q *inquiry, text string) *paste {
	if text == "" {
		text = e.draft
	}
	s := &paste{of: q, editor: newEditor(text)}
	s.listen(e)
	return s
}

func (*paste) title() string                 { return "What did it print?" }
func (*paste) open(*env) tea.Cmd             { return nil }
func (*paste) close(*env)                    {}
func (*paste) typing() bool                  { return true }
func (*paste) receive(*env, tea.Msg) tea.Cmd { return nil }

func (s *paste) keys(*env) []key.Binding {
	if s.editor.empty() {
		return []key.Binding{keys.back}
	}
	take := keys.take
	if s.pasted {
		take = keys.takePasted
	}
	if s.onlyKept() {
		take = named(take, "keep it")
	}
	return []key.Binding{take, keys.clear, keys.back}
}

// onlyKept reports whether the text answers nothing, so that the screen below has to be answered as before.
func (s *paste) onlyKept() bool { return s.heard.Symptom == "" && s.of.lacks() != steps.Nothing }

func (s *paste) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case key.Matches(k, keys.back):
		e.back()
		return nil
	case key.Matches(k, keys.take), s.pasted && key.Matches(k, keys.takePasted):
		s.take(e)
		return nil
	case key.Matches(k, keys.clear):
		s.editor, s.pasted = newEditor(""), false
	default:
		s.pasted = k.Paste
		s.editor.key(k)
	}
	s.listen(e)
	return nil
}

// listen follows a change of the text.
func (s *paste) listen(e *env) {
	if text := s.editor.text(); text != s.heard.Error || text == "" {
		s.heard = hear(text)
		e.draft = text
	}
}

// take goes on with what was understood. A text that tells of nothing is kept as evidence; the symptom is then the person's to choose.
func (s *paste) take(e *env) {
	said := s.heard.Case
	switch {
	case s.editor.empty():
		e.notice = "there is nothing to take yet"
	case s.onlyKept():
		s.of.Error = said.Error
		e.keep(func(q *inquiry) { q.Error = said.Error })
		e.notice = "the text is kept as evidence"
	default:
		e.ask(func(q *inquiry) { q.tell(said) })
	}
}

// tell takes what an error text tells for the answers of an inquiry.
func (q *inquiry) tell(said steps.Case) {
	q.Case = q.Told(said)
	if said.Symptom != "" {
		q.noAction, q.noResource = false, false
	}
}

// view draws the box and, below it, what was understood. The halves stay where they are while one types.
func (s *paste) view(e *env, w, h int) []string {
	p := e.style
	below := min(h/2, 12)
	lines := []string{" Paste what the application printed, all lines of it."}
	for _, l := range s.editor.view(p, w-4, h-below-2) {
		lines = append(lines, " "+p.faint.Render("│")+" "+l)
	}
	lines = append(lines, "")
	return append(lines, s.understood(p, w)...)
}
