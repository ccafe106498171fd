package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/steps"
)

// What is spoken is a report as lines to be read aloud, or by a terminal that can only write lines: no columns, no glyphs, nothing that hangs
// on where it stands. A listener can't skim, so that each part is one of its own, and the answer comes first.

// Spoken returns the answer, what was found and how it is mended, what is not known, and what was seen beside the walk.
func Spoken(r steps.Report) []string {
	r = cleaned(r)
	v := voice{}
	v.say("Answer: %s", Sentence(r))
	v.say("%s", tally(r.Steps))
	v.problems(problems(r))
	for _, f := range warnings(r.Steps) {
		v.say("Worth knowing: %s.", f.Summary)
		v.found(f)
	}
	v.unknowns(r)
	v.asides(asidesOf(r))
	return v.lines
}

// SpokenSteps returns the steps that were walked, each in a line.
func SpokenSteps(r steps.Report) []string {
	r = cleaned(r)
	v := voice{}
	for i, s := range r.Steps {
		v.say("Step %d of %d: %s %s: %s.", i+1, len(r.Steps), s.Ask, capital(s.Verdict.String()), s.Summary)
	}
	return v.lines
}

// SpokenSince returns the answer of a later walk and what it found differently from an earlier one.
func SpokenSince(r steps.Report, d steps.Difference) []string {
	r = cleaned(r)
	v := voice{}
	v.say("Answer: %s", Sentence(r))
	v.say("Since the last walk: %s.", Changes(d))
	for _, c := range d.Steps {
		now := ""
		for _, s := range r.Steps {
			if s.ID == c.Step {
				now = s.Summary
			}
		}
		switch {
		case c.Left:
			v.say("Changed: %s %s before, not walked now.", c.Ask, capital(c.Before.String()))
		case c.Came:
			v.say("Changed: %s Not walked before, now %s: %s.", c.Ask, c.After, now)
		default:
			v.say("Changed: %s %s before, now %s: %s.", c.Ask, capital(c.Before.String()), c.After, now)
		}
	}
	v.problems(slices.DeleteFunc(problems(r), func(f found) bool {
		return !slices.ContainsFunc(d.New, func(c steps.Cause) bool { return c.Code == f.Code && slices.Equal(c.Resources, f.resources) })
	}))
	v.unknowns(r)
	return v.lines
}

// SpokenProbes returns what was seen from inside, and how it compares to what the walk predicted.
func SpokenProbes(b steps.Probed) []string {
	v := voice{}
	v.asides(probedAside(&b))
	return v.lines
}

// SpokenRunbook returns what came of a run of the AWS runbook, and where it agrees with this program.
func SpokenRunbook(b steps.Runbook) []string {
	v := voice{}
	v.asides(runbookAside(&b))
	return v.lines
}

// SpokenNeeds returns the matrix of what a start needs, row by row: what it is and how it stands with it, then what is at fault.
func SpokenNeeds(rows []steps.Need) []string {
	v, fine := voice{}, 0
	for i, n := range rows {
		var stand, wrong []string
		for q, c := range []steps.Cell{n.Exists, n.Path, n.Access, n.Endpoint} {
			title := strings.ToLower(needHead[q+2])
			word := c.Verdict.String()
			switch c.Verdict {
			case steps.Skipped:
				word = "not asked"
			case steps.Pass:
			default:
				wrong = append(wrong, fmt.Sprintf("%s, %s: %s.", capital(title), word, strings.TrimPrefix(c.Cause+": "+c.Summary, ": ")))
			}
			stand = append(stand, title+" "+word)
		}
		v.say("Need %d of %d: %s, for %s: %s.", i+1, len(rows), n.Title, cmp.Or(strings.Join(n.Containers, ", "), "the task"), strings.Join(stand, ", "))
		if len(wrong) == 0 {
			fine++
		}
		for _, w := range wrong {
			v.say("%s", w)
		}
		if n.Aside && len(wrong) > 0 {
			v.say("A failure here does not keep the task from starting.")
		}
	}
	v.say("All in all, fine %d of %d.", fine, len(rows))
	return v.lines
}

// Changes says in one clause what has changed.
func Changes(d steps.Difference) string {
	if d.None() {
		return "nothing changed"
	}
	var parts []string
	if d.Before != d.After {
		parts = append(parts, fmt.Sprintf("it was %s and is %s", overall[d.Before].Word, overall[d.After].Word))
	}
	for _, c := range d.Gone {
		parts = append(parts, c.Code+" is gone")
	}
	for _, c := range d.Unread {
		parts = append(parts, c.Code+" is not known now")
	}
	for _, c := range d.New {
		parts = append(parts, c.Code+" is new")
	}
	if n := len(d.Steps); n == 1 {
		parts = append(parts, "1 step changed")
	} else if n > 1 {
		parts = append(parts, fmt.Sprintf("%d steps changed", n))
	}
	return strings.Join(parts, ", ")
}

// tally says how many steps were walked, and with what verdicts, the worst first.
func tally(results []steps.StepResult) string {
	if len(results) == 0 {
		return ""
	}
	times := map[steps.Verdict]int{}
	for _, s := range results {
		times[s.Verdict]++
	}
	var parts []string
	for _, v := range []steps.Verdict{steps.Fail, steps.Unknown, steps.Warn, steps.Pass, steps.Skipped} {
		if times[v] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", v, times[v]))
		}
	}
	return fmt.Sprintf("Steps walked, %d: %s.", len(results), strings.Join(parts, ", "))
}

// A voice gathers lines that are spoken.
type voice struct{ lines []string }

func (v *voice) say(format string, args ...any) {
	if line := strings.TrimSpace(fmt.Sprintf(format, args...)); line != "" {
		v.lines = append(v.lines, line)
	}
}

func (v *voice) problems(all []found) {
	for _, f := range all {
		v.say("%s, %s: %s.", f.Heading, f.Code, f.Summary)
		v.found(f)
	}
}

// found says what was found, what it means and how it is mended.
func (v *voice) found(f found) {
	for _, e := range f.Evidence {
		v.say("Found: %s", strings.TrimSpace(e.ID+" "+e.Detail))
	}
	if f.Means != "" {
		v.say("Means: %s", f.Means)
	}
	for i, fix := range f.Fixes {
		v.say("Mend, way %d of %d: %s.", i+1, len(f.Fixes), fix.Title)
		if fix.Command != "" {
			v.say("Command: %s", fix.Command)
		}
		if fix.Effect != "" {
			v.say("Effect: %s", fix.Effect)
		}
		if fix.Proven {
			v.say("Proven: with this change the walk no longer fails here.")
		}
	}
}

func (v *voice) unknowns(r steps.Report) {
	for _, why := range unknowns(r) {
		v.say("Not known: %s.", why)
	}
}

func (v *voice) asides(all []aside) {
	for _, a := range all {
		v.say("%s:", a.Title)
		for _, s := range a.Before {
			v.say("%s", strings.TrimPrefix(s, "→ "))
		}
		for _, r := range a.Rows {
			v.say("%s: %s.", capital(r.Mark.Word), strings.TrimSuffix(r.Text, "."))
		}
		for _, s := range a.After {
			v.say("%s", s)
		}
	}
}
