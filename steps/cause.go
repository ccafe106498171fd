package steps

// An Explanation is what `fargate-doctor explain CODE` says about a cause.
type Explanation struct {
	Code      string   // area.what-is-wrong
	Title     string   // a few words
	Means     string   // what happens to the person's traffic, and why
	Condition string   // how it is found: the API fields that decide
	Evidence  string   // what the report shows
	Mend      string   // what to do
	Docs      []string // AWS documentation
}

// Causes lists every cause that the program can name, sorted by code.
func Causes() []Explanation { return nil }

// Explain returns the explanation of a cause code.
func Explain(code string) (Explanation, bool) { return Explanation{}, false }
