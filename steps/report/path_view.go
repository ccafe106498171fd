package report

import (
	"strings"

	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// pathResults are the marks of a check's result.
var pathResults = map[vpc.Result]mark{
	vpc.Passed: {"✓", "pass", "pass"}, vpc.Failed: {"✗", "fail", "fail"}, vpc.Partly: {"!", "partly", "warn"}, vpc.NotDecided: {"?", "unknown", "unknown"},
}

var pathVerdicts = map[vpc.Verdict]mark{
	vpc.Reachable: {"✓", "reachable", "pass"}, vpc.Blocked: {"✗", "blocked", "fail"}, vpc.Unknown: {"?", "not certain", "unknown"},
}

// pathView returns what there is to show of a trace.
func pathView(q PathQuestion, t vpc.Trace) view {
	q, t = cleaned(q), cleaned(t)
	v := view{
		Title: pathSentence(q, t), Mark: pathVerdicts[t.Verdict], Wrong: wrong,
		Facts: []fact{{Label: "From", Value: q.From}, {Label: "To", Value: q.To}, {Label: "Region", Value: q.Region}},
	}
	for i, c := range t.Causes() {
		v.Problems = append(v.Problems, checkFound(i, c, q.Region))
	}
	if t.Verdict != vpc.Blocked {
		v.Wrong = perhaps
	}
	anchor(v.Problems, "problem")
	for _, c := range t.Undecided() {
		v.Unread = append(v.Unread, needing(c))
	}
	v.Way, v.Back = waysOf(t.Hops, v.Problems)
	out, back := directions(t.Checks)
	for _, way := range []struct {
		title  string
		checks []vpc.Check
	}{{"The way out", out}, {"The way back", back}} {
		if len(way.checks) == 0 {
			continue
		}
		list := checkList{Title: way.title}
		for _, c := range way.checks {
			list.Rows = append(list.Rows, checkRow{pathResults[c.Result], string(c.Subject.Kind), named(c.Subject), needing(c)})
		}
		v.Checks = append(v.Checks, list)
	}
	return v
}

// checkFound tells of a check that failed, the i-th of its trace.
func checkFound(i int, c vpc.Check, region string) found {
	e, _ := steps.Explain(c.Code)
	f := found{
		Heading: "Also found", Code: c.Code, Summary: e.Title, Means: e.Means, Links: e.Docs, resources: append([]string{c.Subject.ID}, c.Resources...),
		Evidence: []steps.Evidence{{Kind: string(c.Subject.Kind), ID: named(c.Subject), Detail: decided(c)}},
	}
	if i == 0 {
		f.Heading = "First blocker"
	}
	for _, change := range c.Mend {
		f.Fixes = append(f.Fixes, steps.Fix{Title: change.Title(), Command: change.Command(region)})
	}
	if len(c.Mend) == 0 && e.Mend != "" {
		f.Fixes = append(f.Fixes, steps.Fix{Title: e.Mend})
	}
	return f
}

// needing is what decided a check, and the IAM actions without which it can't be decided.
func needing(c vpc.Check) string {
	detail := decided(c)
	for _, action := range c.Missing {
		if !strings.Contains(detail, action) {
			detail += "; needs " + action
		}
	}
	return detail
}
