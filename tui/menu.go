package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// menu lists every action that there is on the screen below, and everywhere. It is made of the bindings that footer and help show, and
// what is chosen is pressed there as if it were typed.
type menu struct {
	of      string // the title of the screen below
	all     []action
	matches []action
	picker
}

// An action is a key that does something.
type action struct {
	key, does string
	where     string // "here" or "everywhere"
	press     tea.KeyMsg
}

// longer says more about what a key does than fits beside it in the footer.
var longer = map[string]string{
	"recheck all":       "walk again with fresh facts, and show what changed",
	"watch":             "walk again every 15 s until the verdict changes",
	"run again":         "read afresh what this step needs, and walk again",
	"save report":       "text, JSON, Markdown or a page, to a file",
	"copy sentence":     "the answer in one sentence, for a colleague",
	"copy fix":          "the command that mends it, to the clipboard",
	"copy JSON":         "the policy that the fix sets, to the clipboard",
	"the answer":        "all that was found, on one page",
	"paste an error":    "what the application printed tells most of it",
	"read again":        "read the list afresh",
	"profile, region":   "look at another account or region",
	"who am I":          "account, identity, profile, region, calls",
	"errors":            "all that went wrong in this session",
	"mouse on or off":   "wheel and click; the terminal selects no text then",
	"help":              "the keys of this screen",
	"quit at once":      "from every screen",
	"tasks or services": "show one kind only, or both",
}

func newMenu(m *Model) *menu {
	s := &menu{of: m.top().title(), picker: newPicker("")}
	s.take("here", m.top().keys(m.env))
	s.take("everywhere", m.everywhere())
	s.judge()
	return s
}

// take adds actions for bindings: one for each digit of a binding of digits, none for what only moves the cursor.
func (s *menu) take(where string, bindings []key.Binding) {
	for _, b := range bindings {
		switch names := b.Keys(); {
		case moves(b):
		case len(names) > 1 && names[0] == "1":
			for _, digit := range names {
				s.add(action{digit, b.Help().Desc + " " + digit, where, pressed(digit)})
			}
		default:
			s.add(action{b.Help().Key, b.Help().Desc, where, pressed(names[0])})
		}
	}
}

// add leaves out a key that is on the list already: the screen's own comes first, as it does when it is pressed.
func (s *menu) add(a action) {
	if !slices.ContainsFunc(s.all, func(o action) bool { return o.key == a.key }) {
		s.all = append(s.all, a)
	}
}

// moves reports whether a binding moves a cursor.
func moves(b key.Binding) bool {
	return slices.ContainsFunc(b.Keys(), func(k string) bool {
		return slices.Contains([]string{"up", "down", "left", "right", "pgup", "pgdown", "home", "end"}, k)
	})
}

// pressed returns the key press of that name.
func pressed(name string) tea.KeyMsg {
	for t := tea.KeyF20; t <= tea.KeyType(127); t++ {
		if t != tea.KeyRunes && t.String() == name {
			return tea.KeyMsg{Type: t}
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

func (*menu) title() string                 { return "All actions" }
func (*menu) open(*env) tea.Cmd             { return nil }
func (*menu) close(*env)                    {}
func (*menu) typing() bool                  { return true }
func (*menu) receive(*env, tea.Msg) tea.Cmd { return nil }

func (s *menu) keys(*env) []key.Binding {
	ks := fieldKeys(s.picker, "action")
	if len(s.matches) > 0 {
		return append([]key.Binding{named(keys.enter, "do it")}, ks[1:]...)
	}
	return ks[1:]
}

// judge follows a change of what is typed: words, or the key itself.
func (s *menu) judge() {
	s.matches = nil
	for _, a := range s.all {
		switch {
		case a.key == s.text():
			s.matches = slices.Insert(s.matches, 0, a)
		case contains(a.does+" "+longer[a.does], s.text()):
			s.matches = append(s.matches, a)
		}
	}
	s.cursor, s.top = 0, 0
}

func (s *menu) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case k.Type == tea.KeyEnter:
		if s.cursor < len(s.matches) {
			e.backAndPress(s.matches[s.cursor].press)
		}
	case s.changes(e, k):
		s.judge()
	}
	return nil
}

// changes hands a key to the field. What is pasted is no error text here.
func (s *menu) changes(e *env, k tea.KeyMsg) bool {
	k.Paste = false
	return s.picker.key(e, k, len(s.matches), nil)
}

func (s *menu) view(e *env, w, h int) []string {
	p := e.style
	lines := []string{"", s.field(p, " : ", w), ""}
	if len(s.matches) == 0 {
		return append(lines, advice(w, "No action is called that here. esc clears.")[1:]...)
	}
	keysWidth, doesWidth := 0, 0
	for _, a := range s.all {
		keysWidth, doesWidth = max(keysWidth, width(a.key)), max(doesWidth, width(a.does))
	}
	return s.rows(p, lines, len(s.matches), w, h, func(i int) string {
		a := s.matches[i]
		line := pad(a.key, keysWidth) + "  " + pad(a.does, doesWidth) + "  "
		if more := longer[a.does]; more != "" && width(gutter+line+more) <= w {
			line += more
		}
		return strings.TrimRight(line, " ")
	})
}
