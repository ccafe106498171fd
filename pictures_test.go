package main

import (
	"fmt"
	"html"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// pictures are the screens that the README shows, by the golden frame that each is drawn from.
var pictures = map[string]string{"walk-blocked": "A walk that found what blocks", "walk-refused": "A call that is refused", "walk-start": "A task that does not start"}

// The README's pictures are drawn from the golden frames, which the wizard's own tests hold.
func TestGeneratedPicturesAgreeWithTheFrames(t *testing.T) {
	for name, title := range pictures {
		frame := contents(t, filepath.Join("tui/testdata/TestFramesInColour", name+".golden"))
		same(t, filepath.Join("docs/pictures", name+".svg"), picture(title, frame))
		if !strings.Contains(contents(t, "README.md"), "docs/pictures/"+name+".svg") {
			t.Errorf("README.md does not show %s", name)
		}
	}
}

const (
	cellWidth, cellHeight = 8.4, 18
	margin                = 14
)

var style = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// colours of the 16 that terminals have, on a dark ground.
var colours = map[string]string{"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "35": "#d2a8ff", "36": "#79c0ff"}

// picture draws a coloured frame as SVG. Each run of one style is placed by its column, so that wide characters move nothing.
func picture(title, frame string) string {
	lines := strings.Split(strings.TrimRight(frame, "\n"), "\n")
	columns := 0
	for _, l := range lines {
		columns = max(columns, ansi.StringWidth(l))
	}
	w, h := float64(columns)*cellWidth+2*margin, len(lines)*cellHeight+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" role="img" aria-labelledby="t">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, "<title id=\"t\">%s</title>\n<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#e6edf3;white-space:pre}</style>\n", html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="#0d1117"/>`+"\n")
	for row, l := range lines {
		codes, column := "", 0
		for l != "" {
			at := style.FindStringSubmatchIndex(l)
			text := l
			if at != nil {
				text = l[:at[0]]
			}
			if strings.TrimSpace(text) != "" {
				b.WriteString(styledRun(text, codes, column, row))
			}
			column += ansi.StringWidth(text)
			if at == nil {
				break
			}
			codes, l = l[at[2]:at[3]], l[at[1]:]
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// drawn is a text at its place, as wide as its columns.
func drawn(text, attributes string, x float64, y int) string {
	width := float64(ansi.StringWidth(text)) * cellWidth
	return fmt.Sprintf(`<text x="%.1f" y="%d" textLength="%.1f" lengthAdjust="spacingAndGlyphs"%s>%s</text>`+"\n", x, y, width, attributes, html.EscapeString(text))
}

// styledRun draws a text of one style, without the blanks around it.
func styledRun(text, codes string, column, row int) string {
	lead := len(text) - len(strings.TrimLeft(text, " "))
	x, y := margin+float64(column+lead)*cellWidth, margin+row*cellHeight+13
	text = strings.TrimSpace(text)
	attributes, ground := "", ""
	for _, code := range strings.Split(codes, ";") {
		switch {
		case code == "1":
			attributes += ` font-weight="700"`
		case code == "2":
			attributes += ` opacity=".6"`
		case code == "7":
			ground = fmt.Sprintf(`<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="#30363d"/>`+"\n", x, y-13, float64(ansi.StringWidth(text))*cellWidth, cellHeight)
		case colours[code] != "":
			attributes += ` fill="` + colours[code] + `"`
		}
	}
	return ground + drawn(text, attributes, x, y)
}
