package steps

// Verdict is the outcome of a step. The zero value is Unknown, so that a forgotten verdict never reads as "fine".
type Verdict int8

const (
	Unknown Verdict = iota // something needed could not be read or decided; Missing or Summary names it
	Pass
	Fail
	Warn    // not the cause, but worth knowing: advice, or true for a part only
	Skipped // does not apply here, or only a consequence of a cause that is already named
)

var verdictNames = [...]string{"unknown", "pass", "fail", "warn", "skipped"}

func (v Verdict) String() string               { return verdictNames[v] }
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// A Finding is what a step found.
type Finding struct {
	Verdict   Verdict
	Cause     string     // cause code, set when Verdict is Fail, and when Warn or Unknown comes from a named cause
	Summary   string     // one line, without a final stop
	Means     string     // what that means for the person; may be empty
	Evidence  []Evidence // the very rule, route, state or statement
	Resources []string   // ids that the cause is about, the most telling first
	Fixes     []Fix      // the least first
	Missing   []string   // IAM actions that were needed and refused
	Question  *Question  // what only the person can say, when Verdict is Unknown
	Answered  bool       // rests on the person's answer
	Links     []string   // AWS documentation
	Also      []Finding  // further causes of the same step (a step may find several blockers)
	Way       string     // which way a fork of the tree takes; "" for steps that are no fork
	Because   string     // when Skipped as a consequence: the cause code that explains it

	spares  bool // sessions of ECS Exec open all the same, and only their log is lost
	settled bool // Unknown, and yet known as well as AWS can tell: true for a part only, or a named component decides. Nobody is asked
}

// Evidence is one fact that decided.
type Evidence struct {
	Kind   string // "security-group", "route-table", "network-acl", "vpc-endpoint", "you" …
	ID     string
	Detail string
}

// A Fix is a way to mend a cause.
type Fix struct {
	Title   string
	Command string // AWS CLI, real ids; "" when no command can do it
	Effect  string // what it changes, and what it costs, when that is not plain from the title
	// Document is a policy document that the fix sets, as indented JSON, for people who keep theirs in a template; "" when it sets none.
	Document string
	Proven   bool // it was applied to the facts in memory, the walk was run again, and it no longer failed there

	apply func(Facts) Facts // nil when the facts can't show it
}

// A Question is asked of the person when a fact can't be read.
type Question struct {
	ID      string // key of Case.Answers
	Text    string
	Choices []Choice
}

// A Choice is one answer to a Question.
type Choice struct{ Value, Label string }
