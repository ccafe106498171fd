package tui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// needed shows the whole matrix of what a start needs, and the answers in the row under the cursor in words. It follows the walk below it.
type needed struct {
	walk  *walk
	at    int
	top   int
	page  int
	drawn drawn
}

func (*needed) title() string                 { return needsTitle }
func (*needed) open(*env) tea.Cmd             { return nil }
func (*needed) close(*env)                    {}
func (*needed) typing() bool                  { return false }
func (*needed) receive(*env, tea.Msg) tea.Cmd { return nil }

// selected returns the row under the cursor.
func (s *needed) selected() (steps.Need, bool) {
	rows := s.walk.needs()
	if len(rows) == 0 {
		return steps.Need{}, false
	}
	return rows[max(min(s.at, len(rows)-1), 0)], true
}

// step returns the step that found what is at fault in the row under the cursor, "" when nothing is, or no step shows it.
func (s *needed) step() string {
	n, _ := s.selected()
	for _, q := range needQuestions {
		c := q.cell(n)
		if c.Verdict != steps.Fail || c.Cause == "" {
			continue
		}
		for _, id := range s.walk.tree.order {
			f := s.walk.tree.results[id].Finding
			if f.Cause == c.Cause || slices.ContainsFunc(f.Also, func(also steps.Finding) bool { return also.Cause == c.Cause }) {
				return id
			}
		}
	}
	return ""
}

func (s *needed) keys(*env) []key.Binding {
	var ks []key.Binding
	if s.step() != "" {
		ks = append(ks, named(keys.enter, "the step"))
	}
	return append(ks, keys.recheck, keys.back)
}

func (s *needed) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case key.Matches(k, keys.back), key.Matches(k, keys.needs):
		e.back()
	case key.Matches(k, keys.recheck), key.Matches(k, keys.refresh):
		return s.walk.start(e, "")
	case key.Matches(k, keys.enter):
		if step := s.step(); step != "" {
			e.open(&finding{walk: s.walk, step: step})
		} else {
			e.notice = "no step found a fault in this row"
		}
	default:
		s.at, _ = scroll(k, s.at, len(s.walk.needs()), max(s.page, 1))
	}
	return nil
}

func (s *needed) point(_ *env, y int) (bool, bool) {
	i, there := s.drawn.row(y)
	already := there && i == s.at
	if there {
		s.at = i
	}
	return there, already
}

func (s *needed) view(e *env, w, h int) []string {
	p, rows := e.style, s.walk.needs()
	n, ok := s.selected()
	if !ok {
		return advice(w, "The walk has no table of what the start needs.", "esc goes back to it.")
	}
	head := []string{newNeedTable(p, w, rows).head()}
	if h >= leastHeight {
		head = append([]string{""}, head...)
	}
	told := answersOf(p, n, w-2)
	if s.walk.reading.busy {
		told = append([]string{p.faint.Render("walking again; this is what the last walk found")}, told...)
	}
	most := max(h-len(head)-1-min(len(rows), max(h/4, 3)), 1)
	if len(told) > most {
		told = append(told[:most-1], p.faint.Render("… a taller window shows the rest"))
	}
	foot := []string{p.faint.Render(" " + strings.Repeat("─", w-2))}
	for _, l := range told {
		foot = append(foot, " "+l)
	}
	s.at = max(min(s.at, len(rows)-1), 0)
	s.page = max(h-len(head)-len(foot), 1)
	s.top = window(s.top, s.at, len(rows), s.page)
	s.drawn = drawn{len(head), s.top, min(s.page, len(rows)-s.top)}
	t, lines := newNeedTable(p, w, rows), head
	for i, r := range rows[s.top : s.top+s.drawn.count] {
		lines = append(lines, t.row(r, s.top+i == s.at))
	}
	return stacked(h, lines, foot)
}

// answersOf says what a row of the matrix holds: whose it is, and the answer to each question, what is not fine first.
func answersOf(p palette, n steps.Need, w int) []string {
	const label = len("endpoint  ")
	about := aws.Clean(n.Title) + ", for " + aws.Clean(cmp.Or(strings.Join(n.Containers, ", "), "the task"))
	for _, more := range []string{n.Role, n.Interface} {
		if more != "" {
			about += " · " + aws.Clean(more)
		}
	}
	lines := []string{p.bold.Render(cut(about, w))}
	if n.Aside {
		lines = append(lines, p.faint.Render(cut("a failure here does not keep the task from starting", w)))
	}
	order := slices.Clone(needQuestions)
	slices.SortStableFunc(order, func(a, b needQuestion) int {
		at := func(q needQuestion) int { return min(concern[q.cell(n).Verdict], concern[steps.Skipped]) } // the rest in the table's order
		return at(a) - at(b)
	})
	for _, q := range order {
		c := q.cell(n)
		sign := p.verdict(c.Verdict)
		text := c.Summary
		if c.Cause != "" {
			text = c.Cause + ": " + text
		}
		if c.Verdict == steps.Skipped {
			text = cmp.Or(text, "not asked of it")
		}
		for i, l := range wrap(cmp.Or(text, sign.word), w-label-2) {
			mark := strings.Repeat(" ", label+2)
			if i == 0 {
				mark = p.accent.Render(pad(q.title, label)) + sign.style.Render(sign.glyph) + " "
			}
			lines = append(lines, mark+l)
		}
	}
	return lines
}
