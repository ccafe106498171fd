package tui

import (
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

func (s *walk) view(e *env, w, h int) []string {
	head := append(s.heading(e, w), s.way(e.style, w, h)...)
	if h >= leastHeight {
		head = append(head, "")
	}
	foot := append(s.conclusion(e, w, h), s.offered(e, w, h)...)
	if l := s.recheck.countdown(e.now()); l != "" {
		foot = append(foot, gutter+e.style.warn.Render(cut(l, w-4)))
	}
	body := max(h-len(head)-len(foot), 1)
	s.head = len(head)
	if w < roomForTwo {
		return stacked(h, head, s.tree.view(e.style, w, body, s.recheck.was), foot)
	}
	left := min(s.tree.width(), max(w*45/100, w-60))
	return stacked(h, head, beside(s.tree.view(e.style, left, body, s.recheck.was), s.pane(e, w-left-4, body), left, body, e.style), foot)
}

func (s *walk) point(_ *env, y int) (bool, bool) { return s.tree.point(y - s.head) }

// heading says what is asked, and what came of it so far.
func (s *walk) heading(e *env, w int) []string {
	p := e.style
	right := p.faint.Render("walking")
	switch {
	case s.reading.busy:
	case s.reading.err != nil:
		right = p.bad.Render("✗ the walk broke off")
	case s.report != nil:
		right = p.overall(s.report.Verdict).String()
	}
	took := s.took
	if s.reading.busy {
		took = e.now().Sub(s.started)
	}
	right += "   " + count(s.calls, "call") + "   " + seconds(took) + " "
	left := " " + p.bold.Render(s.asked())
	if more := "   " + symptomTitle(s.theCase.Symptom); width(left+more+right)+1 <= w {
		left += more
	}
	return []string{apart(left, right, w)}
}

// asked is the question in short: who → where to, or who ⇢ which call.
func (s *walk) asked() string {
	who := subjectOf(s.theCase)
	to := s.theCase.Target
	if s.report != nil {
		if s.report.Target.Host != "" {
			to = destination(s.report.Target)
		}
		if name := s.report.Subject.Service; name != "" {
			who = name
		}
	}
	switch {
	case s.aboutStart():
		return aws.Clean("the start of " + who)
	case s.aboutSession():
		return aws.Clean("ECS Exec into " + who)
	case s.aboutCall():
		return aws.Clean(who + " ⇢ " + s.call())
	}
	return aws.Clean(who + " → " + to)
}

// aboutStart reports whether the walk asks why a task does not start.
func (s *walk) aboutStart() bool { return s.theCase.Symptom == steps.Start }

// aboutSession reports whether the walk asks why no session of ECS Exec opens.
func (s *walk) aboutSession() bool { return s.theCase.Symptom == steps.Exec }

// call names the refused call, or what is called when nobody has said which call it was.
func (s *walk) call() string {
	action, resource := s.theCase.Action, s.theCase.Resource
	if s.report != nil {
		action, resource = s.report.Call.Action, s.report.Call.Resource
	}
	switch {
	case action != "":
		return callName(action, resource)
	case s.theCase.Target != "":
		return s.theCase.Target
	}
	return "AWS"
}

func symptomTitle(symptom steps.Symptom) string {
	for _, o := range steps.Symptoms() {
		if o.Symptom == symptom {
			return o.Title
		}
	}
	return string(symptom)
}

// way is the ribbon, or the matrix of what a start needs; before the walk has come to the path, its two ends.
func (s *walk) way(p palette, w, h int) []string {
	ribbons := 1
	if h >= roomy-2 {
		ribbons = 2
	}
	switch {
	case len(s.needs()) > 0 && w < roomForTwo: // the tree has its room above the conclusion, which is longer here
		return needs(p, s.needs(), s.rootCode(), w, max(h/4, 3))
	case len(s.needs()) > 0:
		return needs(p, s.needs(), s.rootCode(), w, max(h/3, 3))
	case s.aboutCall():
		return []string{s.layerRibbon(p, w)}
	case s.report == nil && s.aboutStart():
		return []string{p.faint.Render(cut(" task ┄▷ what its start needs", w))}
	case s.report == nil:
		return []string{p.faint.Render(cut(" task ┄▷ "+aws.Clean(s.theCase.Target), w))}
	case len(s.report.Trace.Hops) == 0 && s.aboutStart():
		return []string{p.faint.Render(cut(" no way is stopped for certain", w))}
	case len(s.report.Trace.Hops) == 0:
		return []string{p.faint.Render(cut(" no path was walked", w))}
	}
	return ribbon(p, s.report.Trace.Hops, w, ribbons)
}

// conclusion is the end line: what came of the walk, what mends it, what was not read, what is asked of the person.
func (s *walk) conclusion(e *env, w, h int) []string {
	p := e.style
	var lines []string
	if h >= leastHeight {
		lines = append(lines, p.faint.Render(" "+strings.Repeat("─", w-2)))
	}
	if s.reading.err != nil {
		return append(lines, s.reading.failure(p, w)...)
	}
	if s.report == nil || s.reading.busy {
		return nil
	}
	sign := p.overall(s.report.Verdict)
	for i, l := range wrap(capital(s.outcome()), w-4) {
		mark := gutter
		if i == 0 {
			mark = " " + sign.style.Render(sign.glyph) + " "
		}
		if i < 2 {
			lines = append(lines, mark+p.bold.Render(l))
		}
	}
	lines = append(lines, s.recheck.lines(e, w)...)
	if f, ok := s.rootFix(); ok && w < roomForTwo {
		command := commandLines(f.Command, w-len("   Mend  "))
		for i, l := range command[:min(len(command), max(h/8, 1))] {
			label := "      "
			if i == 0 {
				label = "Mend  "
			}
			lines = append(lines, gutter+p.accent.Render(label)+l)
		}
	}
	if r, ok := s.tree.selected(); ok && w < roomForTwo && openQuestion(s.theCase, r.Finding) {
		return append(lines, s.text(e, w).questionInShort(r.Finding)...)
	}
	if more := s.besides(); more != "" {
		lines = append(lines, gutter+p.faint.Render(cut(aws.Clean(more), w-4)))
	}
	return lines
}

// offered says what d will do, once the walk has ended.
func (s *walk) offered(e *env, w, h int) []string {
	if s.reading.busy || s.reading.err != nil {
		return nil
	}
	return s.offer.lines(e, w, 1+h/leastHeight)
}

// pane is the step under the cursor.
func (s *walk) pane(e *env, w, h int) []string {
	r, decided := s.tree.selected()
	if !decided {
		if s.tree.cursor == "" {
			return nil
		}
		return []string{e.style.faint.Render("Reading what this step needs …")}
	}
	lines := s.text(e, w).lines(r)
	if len(lines) > h {
		lines = append(lines[:max(h-1, 0)], e.style.faint.Render("… enter shows the rest"))
	}
	return lines
}

// text draws steps of this walk, w columns wide.
func (s *walk) text(e *env, w int) stepText {
	return stepText{p: e.style, w: w, answers: s.theCase.Answers, fix: -1, choice: -1}
}

// beside puts two blocks side by side, a line between them.
func beside(left, right []string, w, h int, p palette) []string {
	lines := make([]string, h)
	for i := range lines {
		l, r := "", ""
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		lines[i] = fit(l, w) + " " + p.faint.Render("│") + " " + r
	}
	return lines
}
