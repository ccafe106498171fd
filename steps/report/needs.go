package report

import (
	"cmp"
	"strings"

	"fargate-doctor/steps"
)

// A needView is a row of the matrix of what a start needs.
type needView struct {
	Title, For                     string
	Exists, Path, Access, Endpoint mark
}

func needViewOf(n steps.Need) needView {
	whose := strings.Join(n.Containers, ", ")
	return needView{n.Title, cmp.Or(whose, "the task"), markOf(n.Exists.Verdict), markOf(n.Path.Verdict), markOf(n.Access.Verdict), markOf(n.Endpoint.Verdict)}
}

// needHead are the titles of the matrix's columns.
var needHead = []string{"Need", "For", "Exists", "Path", "Role", "Endpoint policy"}

func (m *sheet) needs(rows []needView) {
	if len(rows) == 0 {
		return
	}
	m.block("## What the start needs")
	var cells [][]string
	for _, n := range rows {
		cells = append(cells, []string{m.text(n.Title), m.text(n.For), m.mark(n.Exists), m.mark(n.Path), m.mark(n.Access), m.mark(n.Endpoint)})
	}
	m.table(needHead, cells)
}

// needs writes the matrix of what a start needs: a row for each need, with a glyph and a word for each question. Narrow pages leave the
// words out.
func (p *page) needs(rows []steps.Need) {
	if len(rows) == 0 {
		return
	}
	p.heading("What the start needs")
	const beside = 44 // columns that the four answers take
	room := min(max(p.width-2-beside, 16), 48)
	head := "  " + pad("", room)
	for _, title := range []string{"exists", "path", "role", "endpoint"} {
		head += " " + pad(title, 10)
	}
	p.line(p.paint(faint, head))
	for _, n := range rows {
		line := "  " + pad(cut(n.Title, room), room)
		for _, c := range []steps.Cell{n.Exists, n.Path, n.Access, n.Endpoint} {
			sign := markOf(c.Verdict)
			if c.Verdict == steps.Skipped {
				sign.Word = ""
			}
			line += " " + p.paint(styles[sign.Kind], pad(sign.Glyph+" "+sign.Word, 10))
		}
		p.line(line)
		for _, c := range []steps.Cell{n.Exists, n.Path, n.Access, n.Endpoint} {
			if c.Verdict == steps.Fail {
				p.paragraph("    ", c.Cause+": "+c.Summary)
			}
		}
	}
}

// pad fills a text up with spaces.
func pad(s string, width int) string {
	for columns(s) < width {
		s += " "
	}
	return s
}

// cut shortens a text to a width.
func cut(s string, width int) string {
	if columns(s) <= width {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && columns(string(r))+1 > width {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}
