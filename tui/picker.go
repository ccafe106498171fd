package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"
)

// A picker is a text field with rows below it that follow what is typed, and a cursor on the rows.
type picker struct {
	input       textinput.Model
	cursor, top int
	page        int // rows that are visible
	drawn       drawn
}

func newPicker(value string) picker { return picker{input: newInput(value), page: 1} }

// text is what is typed.
func (p *picker) text() string { return strings.TrimSpace(p.input.Value()) }

// key handles a key, n rows being there, and reports whether the text has changed. What is pasted and can't be a value of a field, as it
// holds blanks, is an error text: it goes to the paste box.
func (p *picker) key(e *env, k tea.KeyMsg, n int, q *inquiry) (changed bool) {
	before := p.input.Value()
	switch {
	case k.Type == tea.KeyEsc && before == "":
		e.back()
	case k.Type == tea.KeyEsc:
		p.input.SetValue("")
	case k.Type == tea.KeyUp, k.Type == tea.KeyDown, k.Type == tea.KeyPgUp, k.Type == tea.KeyPgDown:
		p.cursor, _ = scroll(k, p.cursor, n, p.page)
	case k.Paste && strings.ContainsAny(strings.TrimSpace(string(k.Runes)), " \t\r\n"):
		e.open(newPaste(e, q, string(k.Runes)))
	default:
		p.input, _ = p.input.Update(k)
	}
	if p.input.Value() == before {
		return false
	}
	p.cursor, p.top = 0, 0
	return true
}

// field draws the text field after its prompt.
func (p *picker) field(pal palette, prompt string, w int) string {
	return prompt + inputView(pal, p.input, w-width(prompt)-1)
}

// rows draws those of n rows for which there is room below other lines, in h lines all together.
func (p *picker) rows(pal palette, lines []string, n, w, h int, row func(i int) string) []string {
	p.page = max(h-len(lines), 1)
	p.top = window(p.top, p.cursor, n, p.page)
	p.drawn = drawn{len(lines), p.top, min(p.page, n-p.top)}
	for i := p.top; i < min(p.top+p.page, n); i++ {
		if i == p.cursor {
			lines = append(lines, pal.marked(" > "+row(i), w))
			continue
		}
		lines = append(lines, cut(gutter+row(i), w))
	}
	return lines
}

func (p *picker) point(_ *env, y int) (there, already bool) {
	i, there := p.drawn.row(y)
	if there {
		already, p.cursor = p.cursor == i, i
	}
	return there, already
}

// remark draws what is said about the text of a field: a glyph and a sentence.
func remark(s sign, text string, w int) []string {
	var lines []string
	for i, l := range wrap(text, w-6) {
		mark := "     "
		if i == 0 {
			mark = "   " + s.glyph + " "
		}
		lines = append(lines, s.style.Render(mark+l))
	}
	return lines
}
