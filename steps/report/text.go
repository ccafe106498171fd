package report

import (
	"fmt"
	"strings"

	"fargate-doctor/steps"
)

// narrowest is the least width that text is wrapped to.
const narrowest = 40

// Text returns the report as a person would paste it to a colleague, wrapped to width columns (at least 40); color adds ANSI colours.
// Commands are never wrapped, so that they can be copied.
func Text(r steps.Report, width int, color bool) string {
	r = cleaned(r)
	p := &page{width: max(width, narrowest), color: color}
	for _, l := range wrap(Sentence(r), p.width) {
		p.line(p.paint(bold, l))
	}
	p.head(r)
	for _, f := range problems(r) {
		p.heading(f.Heading + ": " + f.Code)
		p.finding(f)
	}
	p.warnings(r.Steps)
	p.unread(r)
	p.needs(r.Needs)
	p.asides(asidesOf(r))
	p.walked(r.Steps)
	return p.out.String()
}

// Styles of ANSI terminals; the 16 colours that every one has.
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	faint  = "2"
)

// styles are those of the kinds of marks.
var styles = map[string]string{"pass": green, "fail": red, "warn": yellow, "unknown": yellow, "skipped": faint}

// page collects lines.
type page struct {
	out   strings.Builder
	width int
	color bool
}

// paint returns s in a style, if colours are wanted.
func (p *page) paint(style, s string) string {
	if !p.color || s == "" {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}

func (p *page) line(s string) { p.out.WriteString(strings.TrimRight(s, " ") + "\n") }

// paragraph writes text behind an indent, wrapped; following lines are indented by as much.
func (p *page) paragraph(indent, text string) {
	for _, l := range wrap(text, p.width-columns(indent)) {
		p.line(indent + l)
		indent = strings.Repeat(" ", columns(indent))
	}
}

func (p *page) heading(title string) {
	p.line("")
	p.line(p.paint(bold, title))
}

func (p *page) head(r steps.Report) {
	s := r.Subject
	var facts []string
	for _, f := range []struct{ label, value string }{
		{"account", s.Account}, {"region", s.Region}, {"cluster", s.Cluster}, {"service", s.Service}, {"task", s.Task}, {"address", s.Address},
	} {
		if f.value != "" {
			facts = append(facts, f.label+" "+f.value)
		}
	}
	facts = append(facts, fmt.Sprintf("%d calls to AWS", total(r.Calls)))
	p.paragraph("", strings.Join(facts, " · "))
}

// finding tells what was found and how to mend it.
func (p *page) finding(f found) {
	p.paragraph("  ", capital(f.Summary)+".")
	if f.Means != "" {
		p.paragraph("  ", f.Means)
	}
	for _, e := range f.Evidence {
		p.paragraph("  Found  ", strings.TrimSpace(e.ID+"  "+e.Detail))
	}
	for _, fix := range f.Fixes {
		p.paragraph("  Mend   ", capital(fix.Title))
		if fix.Command != "" {
			p.line("           " + fix.Command)
		}
		if fix.Effect != "" {
			p.paragraph("         ", fix.Effect)
		}
		if fix.Proven {
			for _, l := range wrap("✓ proven: with this change the walk no longer fails here", p.width-9) {
				p.line("         " + p.paint(green, l))
			}
		}
	}
}

// capital makes the first letter a capital one, unless a name begins there: sns:Publish stays what it is.
func capital(s string) string {
	if at := namePattern.FindStringIndex(s); s == "" || at != nil && at[0] == 0 {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// warnings tells what is not the cause, and worth knowing all the same.
func (p *page) warnings(results []steps.StepResult) {
	for i, f := range warnings(results) {
		if i == 0 {
			p.heading("Worth knowing")
		}
		p.finding(f)
	}
}

func (p *page) unread(r steps.Report) {
	why, open := append(unknowns(r), said("", unsaid(r))...), Questions(r, nil)
	if len(why) == 0 && len(open) == 0 {
		return
	}
	p.heading("Not known")
	for _, reason := range why {
		p.paragraph("  ", reason)
	}
	for _, q := range open {
		p.paragraph("  ", q.Text)
		p.paragraph("    ", "answer with --answer "+strings.Join(flags(q), " or "))
	}
}

// unsaid says which flag gives what nobody has said of the refused call, "" when nothing is missing.
func unsaid(r steps.Report) string {
	switch {
	case r.Symptom != steps.Auth || r.Verdict != steps.Inconclusive:
		return ""
	case r.Call.Action == "":
		return "Say which call was refused with --action, or what the application printed with --error."
	case r.Call.Resource == "":
		return "Say on what it was refused with --resource."
	}
	return ""
}

func (p *page) walked(results []steps.StepResult) {
	p.heading("Steps")
	for _, s := range results {
		sign := markOf(s.Verdict)
		indent := "  "
		if s.Branch != "" {
			indent = "    "
		}
		mark := fmt.Sprintf("%s%s %-8s", indent, sign.Glyph, sign.Word)
		text := s.Summary
		if s.Because != "" {
			text += ", because of " + s.Because
		}
		p.marked(mark, styles[sign.Kind], text)
	}
}
