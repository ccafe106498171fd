package tui

import (
	"regexp"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// calls asks which call was refused: one of those that applications make most of the service, or any action that is typed.
type calls struct {
	of      inquiry
	offered []steps.CallChoice
	picker  // rows: what is typed, when it is an action; the matches; "I don't know"
	matches []steps.CallChoice
	typed   string // the action that is typed, when no row of the list says it
}

func newCalls(e *env, q inquiry) *calls {
	to, _ := steps.ParseTarget(q.Target, q.Region, steps.Services(q.Region, nil))
	s := &calls{of: q, offered: steps.Calls(to.Service, q.Region, ""), picker: newPicker(e.options.Suggested.Action)}
	s.judge()
	return s
}

func (*calls) title() string                 { return "Which call was refused?" }
func (*calls) open(*env) tea.Cmd             { return nil }
func (*calls) close(*env)                    {}
func (*calls) typing() bool                  { return true }
func (*calls) receive(*env, tea.Msg) tea.Cmd { return nil }

func (s *calls) keys(*env) []key.Binding { return fieldKeys(s.picker, "call") }

// fieldKeys are the keys of a text field with rows below it.
func fieldKeys(p picker, row string) []key.Binding {
	back := keys.back
	if p.input.Value() != "" {
		back = named(keys.back, "clear")
	}
	return []key.Binding{keys.enter, bind("↑ ↓", row, "up", "down"), back}
}

var operationForm = regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`)

// judge follows a change of what is typed. An operation alone is taken for one of the service.
func (s *calls) judge() {
	s.matches, s.typed = nil, ""
	text := s.text()
	known := false
	for _, c := range s.offered {
		if contains(c.Action+" "+c.Title, text) {
			s.matches = append(s.matches, c)
		}
		known = known || strings.EqualFold(c.Action, text) || strings.EqualFold(afterColon(c.Action), text)
	}
	switch {
	case known:
	case steps.IsAction(text):
		s.typed = text
	case operationForm.MatchString(text) && len(s.offered) > 0:
		s.typed = s.prefix() + ":" + text
	}
	s.cursor, s.top = 0, 0
}

// contains reports whether a text holds all words.
func contains(text, words string) bool {
	text = strings.ToLower(text)
	for _, w := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

func afterColon(action string) string { return action[strings.LastIndexByte(action, ':')+1:] }

// prefix is that of the service's actions, "" when the service is none of those with a list.
func (s *calls) prefix() string {
	if len(s.offered) == 0 {
		return ""
	}
	prefix, _, _ := strings.Cut(s.offered[0].Action, ":")
	return prefix
}

// under returns the action under the cursor, "" on the last row.
func (s *calls) under() string {
	at := s.cursor
	if s.typed != "" {
		if at == 0 {
			return s.typed
		}
		at--
	}
	if at < len(s.matches) {
		return s.matches[at].Action
	}
	return ""
}

// count is the number of rows.
func (s *calls) count() int {
	n := len(s.matches) + 1
	if s.typed != "" {
		n++
	}
	return n
}

// lost reports whether what is typed is no action at all.
func (s *calls) lost() bool { return s.text() != "" && s.typed == "" && len(s.matches) == 0 }

func (s *calls) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyEnter && s.lost():
		e.notice = "write it as service:Action, or esc clears it"
	case k.Type == tea.KeyEnter:
		s.choose(e)
	case s.picker.key(e, k, s.count(), &s.of):
		s.judge()
	}
	return nil
}

// choose goes on with the row under the cursor. An action of another service than the one that was chosen tells which one was called.
func (s *calls) choose(e *env) {
	action := s.under()
	elsewhere := action != "" && s.prefix() != "" && !strings.HasPrefix(strings.ToLower(action), s.prefix()+":")
	e.ask(func(q *inquiry) {
		q.Action, q.noAction = action, action == ""
		if elsewhere {
			q.Target = ""
		}
	})
}

func (s *calls) view(e *env, w, h int) []string {
	p := e.style
	lines := append([]string{"", s.field(p, " Call  ", w)}, s.verdict(p, w)...)
	lines = append(lines, "")
	if s.lost() {
		return lines
	}
	actions := width(s.typed)
	for _, c := range s.offered {
		actions = max(actions, width(c.Action))
	}
	return s.rows(p, lines, s.count(), w, h, func(i int) string {
		if s.typed != "" {
			if i == 0 {
				return pad(aws.Clean(s.typed), actions) + "  as typed"
			}
			i--
		}
		if i < len(s.matches) {
			return pad(s.matches[i].Action, actions) + "  " + s.matches[i].Title
		}
		return "I don't know: only credentials and role are checked"
	})
}

// verdict says what is asked for, and at once why what is typed is none.
func (s *calls) verdict(p palette, w int) []string {
	switch {
	case s.lost():
		return remark(p.verdict(steps.Fail), "this is no action; write it as service:Action, for example sns:Publish", w)
	case s.text() == "" && len(s.offered) == 0:
		return []string{p.faint.Render(cut("     service:Action, for example sns:Publish", w))}
	case s.text() == "":
		return []string{p.faint.Render(cut("     a call below, or any service:Action", w))}
	case s.under() == "":
		return []string{""}
	}
	return []string{p.good.Render(cut("   ✓ "+aws.Clean(s.under()), w))}
}
