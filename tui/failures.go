package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

const failuresTitle = "Errors"

// failures is the error log: everything that went wrong in this session, the newest first.
type failures struct{ top int }

func (*failures) title() string                 { return failuresTitle }
func (*failures) open(*env) tea.Cmd             { return nil }
func (*failures) close(*env)                    {}
func (*failures) typing() bool                  { return false }
func (*failures) receive(*env, tea.Msg) tea.Cmd { return nil }
func (*failures) keys(*env) []key.Binding       { return []key.Binding{keys.back} }
func (f *failures) key(e *env, k tea.KeyMsg) tea.Cmd {
	if key.Matches(k, keys.back) {
		e.back()
		return nil
	}
	f.top, _ = scroll(k, f.top, len(e.faults), 5)
	return nil
}

func (f *failures) view(e *env, w, h int) []string {
	if len(e.faults) == 0 {
		return []string{"", " Nothing went wrong so far."}
	}
	var lines []string
	for i := len(e.faults) - 1 - f.top; i >= 0 && len(lines) < h; i-- {
		at := e.faults[i]
		lines = append(lines, "")
		for n, l := range wrap(at.text, w-11) {
			stamp := pad("", 8)
			if n == 0 {
				stamp = at.at.Format("15:04:05")
			}
			lines = append(lines, " "+e.style.faint.Render(stamp)+" "+l)
		}
		beside := wrap(at.hint, w-11)
		if whole := at.err.Error(); !strings.Contains(at.text, whole) {
			beside = append(beside, wrap(whole, w-11)...)
		}
		for _, l := range beside {
			lines = append(lines, pad("", 10)+e.style.faint.Render(l))
		}
	}
	return lines
}
