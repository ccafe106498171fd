package report

import (
	"encoding/json"

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
	t = cleaned(t)
	p := pathJSON{Verdict: t.Verdict.String(), Causes: []causeJSON{}, Hops: []hopJSON{}, Missing: []string{}, Unknown: []string{}}
	for _, c := range t.Causes() {
		p.Causes = append(p.Causes, causeJSON{Code: c.Code, Resources: list(c.Resources), Summary: c.Detail})
	}
	for _, h := range t.Hops {
		p.Hops = append(p.Hops, hopJSON{Kind: string(h.Kind), ID: h.ID, Detail: h.Detail})
	}
	var missing []string
	for _, c := range t.Undecided() {
		missing = append(missing, c.Missing...)
		p.Unknown = append(p.Unknown, c.Detail)
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
