package report

// causeJSON is a named problem, in the JSON of a report and of a path.
type causeJSON struct {
	Code      string   `json:"code" doc:"Cause code; fargate-doctor explain tells more."`
	Resources []string `json:"resources" doc:"Ids that it is about, the most telling first."`
	Summary   string   `json:"summary" doc:"What is wrong, as a clause."`
}

// list returns a list that is there even when it is empty, so that JSON has no null.
func list(texts []string) []string { return append([]string{}, texts...) }
