package tui

import (
	"fmt"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// A stepText says how the text of a step is drawn.
type stepText struct {
	p       palette
	w       int
	answers map[string]string // what the person has said
	fix     int               // which fix is selected, -1 when there is no choice
	choice  int               // which choice is selected, -1 when that is not shown
}

const labelWidth = 8

// field draws lines with a label before the first.
func (t stepText) field(label string, lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		if i > 0 {
			label = ""
		}
		out[i] = t.p.accent.Render(pad(label, labelWidth)) + l
	}
	return out
}

// text draws a paragraph with a label.
func (t stepText) text(label, s string) []string { return t.field(label, wrap(s, t.w-labelWidth)) }

// headline is the verdict and its summary.
func (t stepText) headline(f steps.Finding) []string {
	s := t.p.verdict(f.Verdict)
	var lines []string
	indent := width(s.String()) + 2
	for i, l := range wrap(capital(f.Summary), t.w-indent) {
		mark := pad("", indent)
		if i == 0 {
			mark = pad(s.String(), indent)
		}
		lines = append(lines, mark+t.p.bold.Render(l))
	}
	if len(lines) == 0 {
		lines = []string{s.String()}
	}
	return lines
}

// lines is all that is known of a step.
func (t stepText) lines(r steps.StepResult) []string {
	lines := append(t.headline(r.Finding), "")
	lines = append(lines, t.question(r.Finding)...)
	lines = append(lines, t.finding(r.Finding)...)
	fixes := len(r.Fixes)
	for _, also := range r.Also {
		lines = append(lines, "")
		lines = append(lines, t.headline(also)...)
		nested := t
		nested.fix = t.fix - fixes
		lines = append(lines, nested.finding(also)...)
		fixes += len(also.Fixes)
	}
	lines = append(lines, "")
	lines = append(lines, t.text("Asks", r.Ask)...)
	lines = append(lines, t.text("Why", r.Why)...)
	links := []string{}
	for _, l := range r.Links {
		links = append(links, wrap(l, t.w-labelWidth)...)
	}
	return append(lines, t.field("Read", links)...)
}

// cause is a finding as the answer names it: what is wrong and how to mend it.
func (t stepText) cause(f steps.Finding) []string {
	lines := t.headline(f)
	for i, fix := range f.Fixes {
		lines = append(lines, t.mend(fix, i, len(f.Fixes))...)
	}
	if len(f.Fixes) == 0 && f.Verdict == steps.Fail {
		lines = append(lines, t.text("Mend", "No single command mends this; the step says more.")...)
	}
	return lines
}

// finding is what was found, what it means and how to mend it.
func (t stepText) finding(f steps.Finding) []string {
	var lines []string
	var found []string
	for _, e := range f.Evidence {
		found = append(found, t.evidence(e)...)
	}
	lines = append(lines, t.field("Found", found)...)
	lines = append(lines, t.text("Means", f.Means)...)
	if f.Because != "" {
		lines = append(lines, t.text("Because", "It follows from "+f.Because+", which is named already.")...)
	}
	if len(f.Missing) > 0 {
		lines = append(lines, t.text("Needs", strings.Join(aws.SortedActions(f.Missing), ", ")+": not allowed here")...)
	}
	for i, fix := range f.Fixes {
		lines = append(lines, t.mend(fix, i, len(f.Fixes))...)
	}
	if f.Cause != "" {
		lines = append(lines, t.text("Cause", f.Cause)...)
	}
	return lines
}

// evidence is one fact that decided. What a person said is marked as theirs.
func (t stepText) evidence(e steps.Evidence) []string {
	if e.Kind == "you" {
		return wrap("You said: "+e.Detail, t.w-labelWidth)
	}
	what := e.ID
	if what == "" {
		what = e.Kind
	}
	switch {
	case what == "" || e.Detail == "":
	case strings.HasPrefix(e.Detail, "("): // the name of what has this id
		what += " "
	default:
		what += ": "
	}
	return wrap(what+e.Detail, t.w-labelWidth)
}

// mend is one fix: what it does, its command, and whether it was proven.
func (t stepText) mend(f steps.Fix, i, n int) []string {
	title := capital(f.Title)
	if n > 1 {
		title = fmt.Sprintf("%d of %d: %s", i+1, n, title)
	}
	if i == t.fix {
		title = "> " + title
	}
	body := wrap(title, t.w-labelWidth)
	if f.Command != "" {
		for _, l := range commandLines(f.Command, t.w-labelWidth) {
			body = append(body, t.p.bold.Render(l))
		}
	}
	if f.Document != "" {
		body = append(body, t.p.faint.Render(cut("the policy as JSON:", t.w-labelWidth)))
		body = append(body, documentLines(f.Document, t.w-labelWidth)...)
	}
	body = append(body, wrap(f.Effect, t.w-labelWidth)...)
	if f.Proven {
		for _, l := range wrap("✓ proven: with this change the walk, run again on the facts, passes here", t.w-labelWidth) {
			body = append(body, t.p.good.Render(l))
		}
	}
	return t.field("Mend", body)
}

// question is what only the person can say, with the choices; or what they said.
func (t stepText) question(f steps.Finding) []string {
	if f.Question == nil {
		return nil
	}
	lines := append(t.text("Say", f.Question.Text), t.field("", t.choices(*f.Question))...)
	if _, said := t.answers[f.Question.ID]; !said {
		lines = append(lines, t.field("", []string{t.p.faint.Render(cut("Your answer is marked as yours in the report.", t.w-labelWidth))})...)
	}
	return append(lines, "")
}

// questionInShort is the question with its choices, where there is no room for more of the step.
func (t stepText) questionInShort(f steps.Finding) []string {
	var lines []string
	for _, l := range append(wrap(f.Question.Text, t.w-len(gutter)-1), t.choices(*f.Question)...) {
		lines = append(lines, gutter+l)
	}
	return lines
}

// choices are the answers that a question offers, side by side as far as they fit.
func (t stepText) choices(q steps.Question) []string {
	said, answered := t.answers[q.ID]
	line, lines := "", []string{}
	for i, c := range q.Choices {
		label := fmt.Sprintf("%d %s", i+1, aws.Clean(c.Label))
		switch {
		case answered && c.Value == said:
			label += " (your answer)"
		case i == t.choice:
			label = "> " + label
		}
		if line != "" && width(line)+len(gutter)+width(label) > t.w-labelWidth {
			lines = append(lines, t.p.warn.Render(line))
			line = ""
		}
		if line != "" {
			line += gutter
		}
		line += label
	}
	return append(lines, t.p.warn.Render(line))
}
