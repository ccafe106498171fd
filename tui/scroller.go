package tui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"
)

// A scroller shows a text that may be longer than the window.
type scroller struct {
	top, last, page int // last is the greatest top
}

func (s *scroller) update(k tea.KeyMsg) { s.top, _ = scroll(k, s.top, s.last+1, max(s.page, 1)) }

// view draws the lines that are in the window, and where in the text that is.
func (s *scroller) view(p palette, lines []string, w, h int) []string {
	s.page = max(h-1, 1)
	s.last = max(len(lines)-s.page, 0)
	s.top = min(s.top, s.last)
	out := make([]string, 0, h)
	for _, l := range lines[s.top:min(s.top+s.page, len(lines))] {
		out = append(out, " "+l)
	}
	if s.last == 0 {
		return out
	}
	where := fmt.Sprintf("lines %d to %d of %d", s.top+1, min(s.top+s.page, len(lines)), len(lines))
	return stacked(h, out, []string{apart("", p.faint.Render(where)+" ", w)})
}
