package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// pathJSON is what `path` prints, and a line of `path --batch`.
type pathJSON struct {
	Verdict string      `json:"verdict"`
	Causes  []causeJSON `json:"causes"`
	Hops    []hopJSON   `json:"hops"`
	Missing []string    `json:"missing"`
	Unknown []string    `json:"unknown"` // what could not be decided, a clause each
}

type hopJSON struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Detail string `json:"detail"`
}

// PathJSON returns a trace as one line of JSON.
func PathJSON(t vpc.Trace) []byte {
	p := pathJSON{Verdict: t.Verdict.String(), Causes: []causeJSON{}, Hops: []hopJSON{}, Missing: []string{}, Unknown: []string{}}
	for _, c := range t.Causes() {
		p.Causes = append(p.Causes, causeJSON{Code: c.Code, Resources: clean(c.Resources), Summary: aws.Clean(c.Detail)})
	}
	for _, h := range t.Hops {
		p.Hops = append(p.Hops, hopJSON{Kind: string(h.Kind), ID: aws.Clean(h.ID), Detail: aws.Clean(h.Detail)})
	}
	var missing []string
	for _, c := range t.Undecided() {
		missing = append(missing, c.Missing...)
		p.Unknown = append(p.Unknown, aws.Clean(c.Detail))
	}
	p.Missing = append(p.Missing, aws.SortedActions(missing)...)
	return line(p)
}

// PathUnknown returns the line for a question that could not be asked.
func PathUnknown(why string) []byte {
	return line(pathJSON{
		Verdict: vpc.Unknown.String(), Causes: []causeJSON{}, Hops: []hopJSON{}, Missing: []string{}, Unknown: []string{aws.Clean(why)},
	})
}

func line(p pathJSON) []byte {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and slices of strings always marshal
	}
	return text
}

// pathMarks are the glyph and the word of a check's result.
var pathMarks = map[vpc.Result]string{vpc.Passed: "✓ pass   ", vpc.Failed: "✗ fail   ", vpc.Partly: "! partly ", vpc.NotDecided: "? unknown"}

// PathText returns a trace for a person: the way, then every check with what decided it.
func PathText(t vpc.Trace) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", t.Verdict)
	for i, h := range t.Hops {
		arrow := "─▶"
		switch {
		case i == 0:
			arrow = "  "
		case h.Blocked:
			arrow = "─✗"
		case h.Unknown:
			arrow = "┄▷"
		}
		fmt.Fprintf(&b, " %s %s %s  %s\n", arrow, h.Kind, aws.Clean(h.ID), aws.Clean(h.Detail))
	}
	b.WriteByte('\n')
	for _, c := range t.Checks {
		fmt.Fprintf(&b, " %s  %s  %s\n", pathMarks[c.Result], aws.Clean(c.Subject.ID), aws.Clean(c.Detail))
		if c.Code != "" {
			fmt.Fprintf(&b, "            %s\n", c.Code)
		}
		if len(c.Missing) > 0 {
			fmt.Fprintf(&b, "            missing: %s\n", strings.Join(c.Missing, ", "))
		}
	}
	return b.String()
}

// PathExitCode returns the exit status for a trace: 0 reachable, 2 blocked, 3 unknown.
func PathExitCode(t vpc.Trace) int {
	switch t.Verdict {
	case vpc.Reachable:
		return 0
	case vpc.Blocked:
		return 2
	}
	return 3
}
