package report

import (
	"fmt"
	"strings"

	"fargate-doctor/steps"
)

// Spoken returns the report as lines to be read aloud, or by a terminal that can only write lines: no columns, no glyphs, nothing that
// hangs on where it stands. The walk comes first, then the answer. What has changed since an earlier walk is said of each step; it may be
// nil.
func Spoken(r steps.Report, since *steps.Difference) []string {
	r = cleaned(r)
	var lines []string
	say := func(format string, args ...any) {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
	was := map[string]string{}
	if since != nil {
		for _, c := range since.Steps {
			was[c.Step] = c.Before.String() + " before, now "
			if c.Came {
				was[c.Step] = "not walked before, now "
			}
		}
	}
	for i, s := range r.Steps {
		say("Step %d of %d: %s %s%s: %s.", i+1, len(r.Steps), s.Ask, capital(was[s.ID]), s.Verdict, s.Summary)
	}
	say("Answer: %s", Sentence(r))
	if since != nil {
		say("Since the last walk: %s.", changes(*since))
	}
	for _, f := range problems(r) {
		say("%s, %s: %s.", f.Heading, f.Code, f.Summary)
		lines = append(lines, f.spoken()...)
	}
	for _, f := range warnings(r.Steps) {
		say("Worth knowing: %s.", f.Summary)
		lines = append(lines, f.spoken()...)
	}
	for _, why := range unknowns(r) {
		say("Not known: %s.", why)
	}
	return lines
}

// changes says in one clause what has changed.
func changes(d steps.Difference) string {
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

// spoken is what was found, what it means and how it is mended.
func (f found) spoken() []string {
	var lines []string
	for _, e := range f.Evidence {
		lines = append(lines, "Found: "+strings.TrimSpace(e.ID+" "+e.Detail))
	}
	if f.Means != "" {
		lines = append(lines, "Means: "+f.Means)
	}
	for i, fix := range f.Fixes {
		lines = append(lines, fmt.Sprintf("Mend, way %d of %d: %s.", i+1, len(f.Fixes), fix.Title))
		if fix.Command != "" {
			lines = append(lines, "Command: "+fix.Command)
		}
		if fix.Effect != "" {
			lines = append(lines, "Effect: "+fix.Effect)
		}
		if fix.Proven {
			lines = append(lines, "Proven: with this change the walk no longer fails here.")
		}
	}
	return lines
}
