package tui

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"fargate-doctor/steps"
)

// A palette holds the few styles of the wizard. It uses the terminal's own 16 colours, so that it can be read on light and
// dark backgrounds; nothing is said by colour alone.
type palette struct {
	plain, bold, faint, mark lipgloss.Style
	good, bad, warn, unknown lipgloss.Style
	accent                   lipgloss.Style // keys, titles
	colour                   bool
}

// newPalette returns the palette for an output. Without colour every style leaves its text as it is.
func newPalette(out io.Writer, colour bool) palette {
	r := lipgloss.NewRenderer(out)
	r.SetHasDarkBackground(true)
	r.SetColorProfile(termenv.Ascii)
	if colour {
		r.SetColorProfile(termenv.ANSI)
	}
	s := r.NewStyle()
	ink := func(c string) lipgloss.Style { return s.Foreground(lipgloss.Color(c)) }
	return palette{
		plain: s, bold: s.Bold(true), faint: s.Faint(true), mark: s.Reverse(true),
		bad: ink("1").Bold(true), good: ink("2"), warn: ink("3"), unknown: ink("5"), accent: ink("6"),
		colour: colour,
	}
}

// A sign is how a verdict is shown: a glyph and a word, so that it can be read without colour.
type sign struct {
	glyph, word string
	style       lipgloss.Style
}

func (s sign) String() string { return s.style.Render(s.glyph + " " + s.word) }

// signWidth is the width of the widest sign.
const signWidth = len("? unknown")

// verdict returns the sign of a step's verdict.
func (p palette) verdict(v steps.Verdict) sign {
	switch v {
	case steps.Pass:
		return sign{"✓", "pass", p.good}
	case steps.Fail:
		return sign{"✗", "fail", p.bad}
	case steps.Warn:
		return sign{"!", "warn", p.warn}
	case steps.Skipped:
		return sign{"–", "skipped", p.faint}
	}
	return sign{"?", "unknown", p.unknown}
}

// overall returns the sign of a whole diagnosis.
func (p palette) overall(v steps.Overall) sign {
	switch v {
	case steps.OK:
		return sign{"✓", "nothing in the way", p.good}
	case steps.BlockedPath:
		return sign{"✗", "blocked", p.bad}
	case steps.DeniedCall:
		return sign{"✗", "denied", p.bad}
	case steps.Misconfigured:
		return sign{"✗", "misconfigured", p.bad}
	}
	return sign{"?", "not certain", p.unknown}
}

// marked draws the line under the cursor: reversed as far as the window goes.
func (p palette) marked(line string, w int) string { return p.mark.Render(fit(line, w)) }
