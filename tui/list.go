package tui

import (
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
)

// A list shows rows in columns, with a cursor, a filter and an order. It draws only the rows that are in the window, and a
// key press on the filter looks at each row once, so that ten thousand rows feel like ten.
//
// Rows may arrive page by page, and again when the list is read afresh: a row keeps its identity by key, and cursor, filter
// and order stay as the person left them.
type list[T any] struct {
	columns []column[T]
	key     func(T) string   // identity of a row
	find    func(T) string   // what the filter searches beside the cells; may be nil
	wish    func(T) bool     // the row to begin on; may be nil
	first   func(a, b T) int // the order in which rows are first shown; nil means as they came
	only    func(T) bool     // the rows that are there at all; nil means all

	rows    []row[T]
	index   map[string]int // row number by key
	reading int            // which reading is arriving; rows of older ones are dropped by finish
	natural []int          // row numbers in the order in which they are first shown
	ordered []int          // the same in the order that the person chose
	shown   []int          // those of ordered that the filter lets through
	widest  []int          // of each column's cells

	cursor, top, page int
	moved             bool // the person has moved the cursor
	drawn             drawn
	order             int  // column, -1 as first shown
	reverse           bool // descending
	filter            textinput.Model
	filtering         bool
}

type row[T any] struct {
	value   T
	key     string
	cells   []string
	text    string // lower case, what the filter searches
	reading int
}

// newList returns an empty list whose rows are told apart by key.
func newList[T any](key func(T) string, columns ...column[T]) *list[T] {
	l := &list[T]{columns: columns, key: key, index: map[string]int{}, order: -1, widest: make([]int, len(columns)), page: 1}
	l.filter = newInput("")
	for i, c := range columns {
		l.widest[i] = width(c.title)
	}
	return l
}

// begin says that the rows are being read afresh.
func (l *list[T]) begin() { l.reading++ }

// add takes rows in as they arrive; a row that is known is replaced.
func (l *list[T]) add(values []T) {
	at := l.current()
	for _, v := range values {
		r := row[T]{value: v, key: l.key(v), cells: make([]string, len(l.columns)), reading: l.reading}
		var text strings.Builder
		for i, c := range l.columns {
			if c.text == nil {
				continue
			}
			r.cells[i] = aws.Clean(c.text(v))
			l.widest[i] = max(l.widest[i], width(r.cells[i]))
			text.WriteString(r.cells[i])
			text.WriteByte(' ')
		}
		if l.find != nil {
			text.WriteString(aws.Clean(l.find(v)))
		}
		r.text = strings.ToLower(text.String())
		if n, known := l.index[r.key]; known {
			l.rows[n] = r
			continue
		}
		l.index[r.key] = len(l.rows)
		l.rows = append(l.rows, r)
	}
	l.arrange(at)
}

// finish drops the rows that the reading since begin did not bring.
func (l *list[T]) finish() {
	at := l.current()
	l.rows = slices.DeleteFunc(l.rows, func(r row[T]) bool { return r.reading != l.reading })
	clear(l.index)
	for i, r := range l.rows {
		l.index[r.key] = i
	}
	l.arrange(at)
}

// arrange puts the rows in order and filters them, after rows have come or gone; the cursor stays on the row with the key at.
func (l *list[T]) arrange(at string) {
	l.natural = l.natural[:0]
	for i, r := range l.rows {
		if l.only == nil || l.only(r.value) {
			l.natural = append(l.natural, i)
		}
	}
	if l.first != nil {
		slices.SortStableFunc(l.natural, func(a, b int) int { return l.first(l.rows[a].value, l.rows[b].value) })
	}
	l.reorder(at)
}

// reorder puts the rows in the order that the person chose. Rows that are equal in it stay in their natural order.
func (l *list[T]) reorder(at string) {
	l.ordered = append(l.ordered[:0], l.natural...)
	if l.order >= 0 {
		rank := make([]int, len(l.rows))
		for i, n := range l.natural {
			rank[n] = i
		}
		slices.SortFunc(l.ordered, func(a, b int) int {
			c := l.columns[l.order].order(&l.rows[a], &l.rows[b], l.order)
			if l.reverse {
				c = -c
			}
			if c == 0 {
				return rank[a] - rank[b]
			}
			return c
		})
	}
	l.shown = l.through(l.shown[:0], l.ordered)
	l.moveTo(at)
}

// through appends to dst those rows that the filter lets through: all of its words must occur.
func (l *list[T]) through(dst, rows []int) []int {
	words := strings.Fields(strings.ToLower(l.filter.Value()))
next:
	for _, n := range rows {
		for _, w := range words {
			if !strings.Contains(l.rows[n].text, w) {
				continue next
			}
		}
		dst = append(dst, n)
	}
	return dst
}

// refilter follows a change of the filter. A filter that has only grown can't bring rows back.
func (l *list[T]) refilter(before string) {
	at := l.current()
	from := l.ordered
	if strings.HasPrefix(l.filter.Value(), before) {
		from = slices.Clone(l.shown)
	}
	l.shown = l.through(l.shown[:0], from)
	l.cursor = 0 // the first match, unless the row under the cursor is one
	l.moveTo(at)
}

// unmatched returns the filter when no row matches it and it is no longer typed: a name that the person knows and the list does not.
func (l *list[T]) unmatched() string {
	if l.filtering || len(l.shown) > 0 {
		return ""
	}
	return strings.TrimSpace(l.filter.Value())
}

// narrow shows only the rows that only lets through; all, when it is nil.
func (l *list[T]) narrow(only func(T) bool) {
	at := l.current()
	l.only = only
	l.arrange(at)
}

// clearFilter shows all rows and reports whether some were hidden.
func (l *list[T]) clearFilter() bool {
	l.filtering = false
	if l.filter.Value() == "" {
		return false
	}
	at := l.current()
	l.filter.SetValue("")
	l.reorder(at)
	return true
}

// current returns the key of the row under the cursor, "" in an empty list.
func (l *list[T]) current() string {
	if l.cursor < len(l.shown) {
		return l.rows[l.shown[l.cursor]].key
	}
	return ""
}

// selected returns the row under the cursor.
func (l *list[T]) selected() (T, bool) {
	if l.cursor < len(l.shown) {
		return l.rows[l.shown[l.cursor]].value, true
	}
	var none T
	return none, false
}

// moveTo puts the cursor on the row with a key; where it is not shown, the cursor stays inside the list. Until the person
// moves it, the cursor is on the row to begin on.
func (l *list[T]) moveTo(at string) {
	i := -1
	switch n, known := l.index[at]; {
	case l.moved && known:
		i = slices.Index(l.shown, n)
	case !l.moved && l.wish != nil:
		i = slices.IndexFunc(l.shown, func(n int) bool { return l.wish(l.rows[n].value) })
	}
	if i < 0 {
		i = min(l.cursor, len(l.shown)-1)
	}
	l.cursor = max(i, 0)
}

// nextOrder orders by the next column that can be compared.
func (l *list[T]) nextOrder() {
	at := l.current()
	for l.order++; l.order < len(l.columns) && !l.columns[l.order].orders(); l.order++ {
	}
	if l.order == len(l.columns) {
		l.order, l.reverse = -1, false
	}
	l.reorder(at)
}

// keys are those that do something with what is shown. A name that the list does not hold can be chosen where it is free to be typed.
func (l *list[T]) keys(free bool) []key.Binding {
	switch {
	case len(l.shown) > 0:
		return []key.Binding{keys.enter, keys.filter, keys.order}
	case free && l.unmatched() != "":
		return []key.Binding{keys.enter, keys.filter}
	}
	return []key.Binding{keys.filter}
}

// update handles the keys of lists and reports whether it knew the key.
func (l *list[T]) update(k tea.KeyMsg) bool {
	if l.filtering {
		return l.typeFilter(k)
	}
	switch {
	case key.Matches(k, keys.filter):
		l.filtering = true
		l.filter.CursorEnd()
	case key.Matches(k, keys.back):
		return l.clearFilter()
	case key.Matches(k, keys.order):
		l.nextOrder()
	case key.Matches(k, keys.reverse) && l.order >= 0:
		at := l.current()
		l.reverse = !l.reverse
		l.reorder(at)
	default:
		at, ok := scroll(k, l.cursor, len(l.shown), l.page)
		l.cursor, l.moved = at, l.moved || ok
		return ok
	}
	return true
}

// typeFilter handles a key while the filter is being typed.
func (l *list[T]) typeFilter(k tea.KeyMsg) bool {
	switch k.Type {
	case tea.KeyEsc:
		l.clearFilter()
	case tea.KeyEnter:
		l.filtering = false
	case tea.KeyUp, tea.KeyDown, tea.KeyPgUp, tea.KeyPgDown:
		l.cursor, _ = scroll(k, l.cursor, len(l.shown), l.page)
		l.moved = true
	default:
		before := l.filter.Value()
		l.filter, _ = l.filter.Update(k)
		if l.filter.Value() != before {
			l.refilter(before)
		}
	}
	return true
}

// point moves the cursor to the row in line y of the list.
func (l *list[T]) point(y int) (there, already bool) {
	i, there := l.drawn.row(y)
	if there {
		already, l.cursor, l.moved = l.cursor == i, i, true
	}
	return there, already
}

// view draws the list into at most h lines of w columns: a line of titles, the rows, and the filter when there is one.
func (l *list[T]) view(p palette, now time.Time, w, h int) []string {
	var foot string
	if l.filtering || l.filter.Value() != "" {
		h--
		foot = " / " + l.filter.Value()
		if l.filtering {
			foot = " / " + inputView(p, l.filter, max(w-16, 1))
		}
		foot = apart(foot, p.faint.Render(count(len(l.shown), "row")+" "), w)
	}
	places := l.layout(w)
	lines := []string{p.faint.Render(cut("   "+l.titles(places), w))}
	l.page = max(h-1, 1)
	l.top = window(l.top, l.cursor, len(l.shown), l.page)
	l.drawn = drawn{len(lines), l.top, min(l.page, len(l.shown)-l.top)}
	for i := l.top; i < min(l.top+l.page, len(l.shown)); i++ {
		lines = append(lines, l.line(p, now, &l.rows[l.shown[i]], places, i == l.cursor, w))
	}
	if len(l.shown) == 0 && l.filter.Value() != "" {
		lines = append(lines, cut("   Nothing matches “"+l.filter.Value()+"”. esc clears the filter.", w))
	}
	if foot != "" {
		for len(lines) < h {
			lines = append(lines, "")
		}
		lines = append(lines, foot)
	}
	return lines
}
