package report

import "fargate-doctor/aws"

// causeJSON is a named problem, in the JSON of a report and of a path.
type causeJSON struct {
	Code      string   `json:"code"`
	Resources []string `json:"resources"`
	Summary   string   `json:"summary"`
}

// clean strips control sequences from each text. It returns a list even where there is none, so that JSON has no null.
func clean(texts []string) []string {
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		out = append(out, aws.Clean(t))
	}
	return out
}
