package tui

import (
	"github.com/charmbracelet/bubbles/textinput"
	"github.com/charmbracelet/x/ansi"
)

// newInput returns a focused one-line text field. How it is drawn is inputView's business.
func newInput(value string) textinput.Model {
	in := textinput.New()
	in.CharLimit = 2000
	in.SetValue(value)
	in.Focus()
	return in
}

// inputView draws a text field into at most w columns, with the part around the cursor visible. Without colour the cursor
// is a bar.
func inputView(p palette, in textinput.Model, w int) string {
	text := []rune(in.Value())
	before, under, after := string(text[:in.Position()]), " ", ""
	if in.Position() < len(text) {
		under, after = string(text[in.Position()]), string(text[in.Position()+1:])
	}
	cursor := p.mark.Render(under)
	if !p.colour {
		cursor = "▏"
		if under != " " {
			cursor += under
		}
	}
	if over := width(before) + width(cursor) - w; over > 0 {
		before = ansi.TruncateLeft(before, over, "")
	}
	return cut(before+cursor+after, w)
}
