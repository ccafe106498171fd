package report

import (
	"fmt"
	"strings"

	"fargate-doctor/steps"
)

// An aside is what was seen beside the walk: from inside the container, or by the runbook of AWS.
type aside struct {
	Title         string
	Before, After []string // paragraphs above and below the rows
	Rows          []asideRow
}

type asideRow struct {
	Mark mark
	Text string
}

// asidesOf lists what was seen beside the walk of a report.
func asidesOf(r steps.Report) []aside {
	return append(probedAside(r.Probes), runbookAside(r.Runbook)...)
}

// said leaves out what is empty.
func said(lead, text string) []string {
	if text == "" {
		return nil
	}
	return []string{lead + text}
}

func (p *page) asides(all []aside) {
	for _, a := range all {
		p.heading(a.Title)
		for _, s := range a.Before {
			p.paragraph("  ", s)
		}
		for _, r := range a.Rows {
			p.marked(fmt.Sprintf("  %s %-14s ", r.Mark.Glyph, r.Mark.Word), styles[r.Mark.Kind], r.Text)
		}
		for _, s := range a.After {
			p.paragraph("  ", s)
		}
	}
}

// marked writes text behind a mark in a style, wrapped under itself.
func (p *page) marked(mark, style, text string) {
	for i, l := range wrap(text, p.width-columns(mark)) {
		if i == 0 {
			p.line(p.paint(style, mark) + l)
		} else {
			p.line(strings.Repeat(" ", columns(mark)) + l)
		}
	}
}

// asideHead are the titles of the columns of an aside.
var asideHead = []string{"Result", "What was seen"}

func (m *sheet) asides(all []aside) {
	for _, a := range all {
		m.block("## " + m.text(a.Title))
		for _, s := range a.Before {
			m.block(m.text(s))
		}
		var rows [][]string
		for _, r := range a.Rows {
			rows = append(rows, []string{m.mark(r.Mark), m.text(r.Text)})
		}
		m.table(asideHead, rows)
		for _, s := range a.After {
			m.block(m.text(s))
		}
	}
}
