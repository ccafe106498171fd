package tui

import (
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
)

// A column of a list.
type column[T any] struct {
	title   string
	text    func(T) string            // the cell; nil when it changes with time
	at      func(T, time.Time) string // the cell at a time, at most least columns wide
	compare func(a, b T) int          // how rows are ordered by it; nil means by the cells' text, where there is one
	least   int                       // columns that it must have; 0 means as wide as its widest cell
	most    int                       // columns that it never exceeds; 0 means no limit
	grows   bool                      // takes what the others leave
	yields  int                       // in a narrow window the column with the highest number goes first; 0 stays
	style   func(palette, T) lipgloss.Style
}

// orders reports whether rows can be ordered by the column.
func (c column[T]) orders() bool { return c.compare != nil || c.text != nil }

// order compares two rows by the column, which is number i.
func (c column[T]) order(a, b *row[T], i int) int {
	if c.compare != nil {
		return c.compare(a.value, b.value)
	}
	return strings.Compare(a.cells[i], b.cells[i])
}

// A place is a column that found room in the window.
type place struct{ column, width int }

const (
	gutter = "   " // before each row; holds the cursor
	gap    = 2     // between columns
)

// layout says which columns are shown in w columns, and how wide.
func (l *list[T]) layout(w int) []place {
	gone := make([]bool, len(l.columns))
	for {
		places, least := l.widths(gone)
		spare := w - len(gutter) - least
		if spare >= 0 || !l.yieldOne(gone) {
			return l.spread(places, spare)
		}
	}
}

// widths returns the columns at their natural widths, growing ones at their least, and the room that they need.
func (l *list[T]) widths(gone []bool) ([]place, int) {
	var places []place
	need := 0
	for i, c := range l.columns {
		if gone[i] {
			continue
		}
		wide := max(l.widest[i], c.least)
		if c.most > 0 {
			wide = min(wide, max(c.most, width(c.title)))
		}
		if c.grows {
			wide = min(wide, max(c.least, width(c.title)))
		}
		places = append(places, place{i, wide})
		need += wide + gap
	}
	return places, need - gap
}

// yieldOne drops the column that yields first, and reports whether there was one.
func (l *list[T]) yieldOne(gone []bool) bool {
	first := -1
	for i, c := range l.columns {
		if !gone[i] && c.yields > 0 && (first < 0 || c.yields > l.columns[first].yields) {
			first = i
		}
	}
	if first >= 0 {
		gone[first] = true
	}
	return first >= 0
}

// spread gives the spare room to the columns that grow, the first ones first, and no more than they need.
func (l *list[T]) spread(places []place, spare int) []place {
	for i, p := range places {
		if c := l.columns[p.column]; c.grows && spare > 0 {
			more := min(spare, max(l.widest[p.column]-p.width, 0))
			places[i].width += more
			spare -= more
		}
	}
	return places
}

// titles returns the line above the rows; the column that decides the order has an arrow.
func (l *list[T]) titles(places []place) string {
	var b strings.Builder
	for i, p := range places {
		title, w := l.columns[p.column].title, p.width+gap
		if i == len(places)-1 {
			w = p.width
		}
		if p.column == l.order {
			arrow := "▲"
			if l.reverse {
				arrow = "▼"
			}
			title = cut(title, w-1) + arrow
		}
		b.WriteString(fit(title, w))
	}
	return b.String()
}

// line draws one row. The row under the cursor is marked by a sign and by reversed colours.
func (l *list[T]) line(p palette, now time.Time, r *row[T], places []place, under bool, w int) string {
	var b strings.Builder
	for i, at := range places {
		if i > 0 {
			b.WriteString(strings.Repeat(" ", gap))
		}
		c := l.columns[at.column]
		cell := r.cells[at.column]
		if c.at != nil {
			cell = c.at(r.value, now)
		}
		cell = cut(cell, at.width)
		fill := at.width - width(cell)
		if c.style != nil && !under {
			cell = c.style(p, r.value).Render(cell)
		}
		b.WriteString(cell)
		if i < len(places)-1 {
			b.WriteString(strings.Repeat(" ", max(fill, 0)))
		}
	}
	if !under {
		return cut(gutter+b.String(), w)
	}
	return p.marked(" > "+b.String(), w)
}
