package report

import (
	"fmt"
	"strings"

	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// A PathQuestion is what a trace answers, in the words of the person who asked.
type PathQuestion struct {
	From, To string // "10.0.1.5", "sns.eu-central-1.amazonaws.com, tcp 443"
	Region   string // for the commands that mend
}

// PathText returns a trace for a person: the answer, what is wrong and how to mend it, and every check on the way out and back with what
// decided it. Text is wrapped to width columns; commands are not.
func PathText(q PathQuestion, t vpc.Trace, width int) string {
	q, t = cleaned(q), cleaned(t)
	p := &page{width: max(width, narrowest)}
	p.paragraph("", pathSentence(q, t))
	for _, c := range t.Causes() {
		e, _ := steps.Explain(c.Code)
		p.heading(c.Code)
		p.paragraph("  ", capital(e.Title)+".")
		p.paragraph("  Found  ", named(c.Subject)+"  "+decided(c))
		for _, change := range c.Mend {
			p.paragraph("  Mend   ", capital(change.Title()))
			p.line("           " + change.Command(q.Region))
		}
		if len(c.Mend) == 0 && e.Mend != "" {
			p.paragraph("  Mend   ", e.Mend)
		}
	}
	out, back := directions(t.Checks)
	p.checks("The way out", out)
	p.checks("The way back", back)
	return p.out.String()
}

func pathSentence(q PathQuestion, t vpc.Trace) string {
	causes := t.Causes()
	more := ""
	if len(causes) > 1 {
		more = fmt.Sprintf(" (and %d more)", len(causes)-1)
	}
	why := ""
	if len(causes) > 0 {
		e, _ := steps.Explain(causes[0].Code)
		why = ": " + e.Title + more
	} else if open := t.Undecided(); len(open) > 0 {
		why = ": " + open[0].Detail
	}
	switch t.Verdict {
	case vpc.Reachable:
		return q.From + " reaches " + q.To + "."
	case vpc.Blocked:
		return q.From + " does not reach " + q.To + why + "."
	}
	return "Whether " + strings.ToLower(q.From[:1]) + q.From[1:] + " reaches " + q.To + " is not known" + why + "."
}

// directions parts the checks of a trace into those on the way out and those on the way back.
func directions(all []vpc.Check) (out, back []vpc.Check) {
	for _, c := range all {
		if c.Backward {
			back = append(back, c)
		} else {
			out = append(out, c)
		}
	}
	return out, back
}

// named returns a component's id, and its name if it has one.
func named(r vpc.Ref) string {
	switch {
	case r.ID == "":
		return "–"
	case r.Name == "":
		return r.ID
	}
	return r.ID + " (" + r.Name + ")"
}

// decided is what decided a check. The id stands before it, and is not said twice.
func decided(c vpc.Check) string { return strings.TrimPrefix(c.Detail, c.Subject.ID+" ") }

// leastDetail is the least width that is left for what decided a check; where there is less, it gets lines of its own.
const leastDetail = 28

func (p *page) checks(title string, all []vpc.Check) {
	if len(all) == 0 {
		return
	}
	p.heading(title)
	kind, name := 0, 0
	for _, c := range all {
		kind, name = max(kind, columns(string(c.Subject.Kind))), max(name, columns(named(c.Subject)))
	}
	for _, c := range all {
		subject := named(c.Subject)
		detail := needing(c)
		row := fmt.Sprintf("  %s %-7s  %-*s  %s%s  ", pathResults[c.Result].Glyph, pathResults[c.Result].Word, kind, c.Subject.Kind, subject, strings.Repeat(" ", name-columns(subject)))
		if p.width-columns(row) < leastDetail {
			p.line(row)
			row = strings.Repeat(" ", 13)
		}
		p.paragraph(row, detail)
	}
}
