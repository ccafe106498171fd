package report

import (
	"slices"

	"fargate-doctor/steps"
)

// problems returns the named causes of a report, the root cause first.
func problems(r steps.Report) []found {
	var out []found
	for i, c := range r.Causes {
		f := findingOf(r, c)
		p := foundBy(c.Step, f)
		p.Heading, p.Code, p.Summary, p.resources = "Also found", c.Code, c.Summary, c.Resources
		switch {
		case i == 0 && r.Verdict == steps.Inconclusive:
			p.Heading = "Perhaps"
		case i == 0:
			p.Heading = "Root cause"
		}
		out = append(out, p)
	}
	return out
}

// findingOf returns the finding that a cause comes from.
func findingOf(r steps.Report, c steps.Cause) steps.Finding {
	for _, s := range r.Steps {
		if s.ID != c.Step {
			continue
		}
		for _, f := range findings(s) {
			if f.Cause == c.Code && slices.Equal(f.Resources, c.Resources) {
				return f
			}
		}
	}
	return steps.Finding{}
}

// findings returns all that a step found.
func findings(s steps.StepResult) []steps.Finding {
	return append([]steps.Finding{s.Finding}, s.Also...)
}

func foundBy(step string, f steps.Finding) found {
	return found{Step: step, Code: f.Cause, Summary: f.Summary, Means: f.Means, Evidence: f.Evidence, Fixes: f.Fixes, Links: f.Links}
}

// warnings returns what is not the cause, and worth knowing all the same.
func warnings(results []steps.StepResult) []found {
	var out []found
	for _, s := range results {
		for _, f := range findings(s) {
			if f.Verdict == steps.Warn {
				out = append(out, foundBy(s.ID, f))
			}
		}
	}
	return out
}

// unknowns says why something is not known: the actions that are not allowed, then the other reasons.
func unknowns(r steps.Report) []string {
	var why []string
	for _, action := range Missing(r) {
		why = append(why, action+" is not allowed")
	}
	return append(why, reasons(r)...)
}

// Questions returns what only the person can say and has not said yet, each question once.
func Questions(r steps.Report, said map[string]string) []steps.Question {
	var out []steps.Question
	for _, s := range r.Steps {
		q := s.Question
		if q == nil || said[q.ID] != "" || slices.ContainsFunc(out, func(o steps.Question) bool { return o.ID == q.ID }) {
			continue
		}
		out = append(out, *q)
	}
	return out
}

// flags returns the flags that answer a question on the command line.
func flags(q steps.Question) []string {
	var out []string
	for _, c := range q.Choices {
		out = append(out, q.ID+"="+c.Value)
	}
	return out
}
