package steps

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"fargate-doctor/aws"
)

// A Runbook is what a run of the AWS runbook found, beside what this program found.
type Runbook struct {
	Document   string
	ID         string // of the run; "" when there is none
	Status     aws.ExecutionStatus
	Started    time.Time
	Ended      time.Time
	Analysed   bool // its analysis is there
	Tidying    bool // its analysis is there, and AWS still removes what the run made
	Steps      []aws.ExecutionStep
	Findings   []RunbookFinding // what the analysis says, sentence by sentence, in its order
	Exceptions []string         // what went wrong inside the run
	Problem    string           // why there is no analysis, "" when there is one
	Detail     string           // what AWS said about the problem, in its own words
	Hint       string
	Missing    []string // IAM actions that starting, watching or the run itself lacked
	Unnamed    []Cause  // causes that this program found and the analysis says nothing about
	Left       string   // what the run may have left in the account, "" when it can have left nothing
}

// A RunbookFinding is one sentence of the analysis.
type RunbookFinding struct {
	Text      string
	Says      RunbookSays
	Areas     []Area
	Agreement Agreement
	Cause     string // this program's cause that it agrees with or differs from, "" when it is none
	Why       string // what the agreement rests on
}

// RunbookSays is what a sentence says about the task. The zero value is that it can't be told.
type RunbookSays int8

const (
	SaysUnclear RunbookSays = iota // advice, a heading, a guess, the task's own error text, or words that are not known
	SaysProblem
	SaysFine
)

var saysNames = [...]string{"unclear", "problem", "fine"}

func (s RunbookSays) String() string               { return saysNames[s] }
func (s RunbookSays) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Agreement is how a sentence of the runbook compares to this program's findings. The zero value is that it does not.
type Agreement int8

const (
	NotComparable Agreement = iota
	Agrees
	Differs
)

var agreementNames = [...]string{"not comparable", "agrees", "differs"}

func (a Agreement) String() string               { return agreementNames[a] }
func (a Agreement) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// CompareRunbook reads what a run found and holds it against a diagnosis.
func CompareRunbook(x aws.Execution, r Report) Runbook {
	b := Runbook{Document: x.Document, ID: x.ID, Status: x.Status, Started: x.Started, Ended: x.Ended, Steps: x.Steps, Left: x.Leftovers()}
	lines := analysisOf(x)
	for _, line := range lines {
		switch lacks := lackedByRun(line); {
		case len(lacks) > 0:
			b.Missing = append(b.Missing, lacks...)
		case exception.MatchString(line):
			b.Exceptions = append(b.Exceptions, line)
		default:
			b.Findings = append(b.Findings, compare(line, r))
		}
	}
	b.Missing = aws.SortedActions(b.Missing)
	b.Analysed = len(b.Findings) > 0 && len(b.Missing) == 0 && (x.Status.Succeeded() || x.Sleeping())
	b.Tidying = b.Analysed && !x.Status.Over()
	switch {
	case x.Status.Over() && !x.Status.Succeeded():
		b.Problem, b.Detail = endingOf(x.Status), x.Failure
		for _, s := range x.Steps {
			if s.Type == "Permission" && b.Hint == "" {
				b.Hint = "`fargate-doctor policy --runbook` prints what the runbook needs"
			}
		}
	case len(b.Missing) > 0:
		b.Problem = "the runbook analysed nothing: it may not call " + strings.Join(b.Missing, ", ")
		b.Hint = "`fargate-doctor policy --runbook` prints what the runbook needs"
	case x.Status.Over() && len(lines) == 0:
		b.Problem = "the run ended and said nothing"
	}
	if b.Analysed {
		for _, c := range r.Causes {
			if !slices.ContainsFunc(b.Findings, func(f RunbookFinding) bool { return f.Cause == c.Code }) {
				b.Unnamed = append(b.Unnamed, c)
			}
		}
	}
	return b
}

func endingOf(s aws.ExecutionStatus) string {
	switch s {
	case aws.ExecutionTimedOut:
		return "the run took longer than Systems Manager allows"
	case aws.ExecutionCancelled:
		return "the run was stopped"
	case aws.ExecutionFailed:
		return "the run failed"
	}
	return fmt.Sprintf("the run ended as %s", s)
}

// analysisOf returns what a run says, sentence by sentence: its global outputs, or those of its last script while there are none yet.
func analysisOf(x aws.Execution) []string {
	lines := sentences(x.Outputs)
	for _, s := range slices.Backward(x.Steps) {
		if len(lines) > 0 || !x.Sleeping() {
			break
		}
		if s.Action == "aws:executeScript" && s.Status.Succeeded() {
			lines = sentences(s.Outputs)
		}
	}
	return lines
}

// notYet is what Systems Manager gives for the output of a step that has not run.
const notYet = "No output available yet because the step is not successfully executed"

// sentences splits outputs into sentences, each once.
func sentences(outputs map[string][]string) []string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(outputs)) {
		if key == "ExecutionLog" { // what the script printed for its own authors
			continue
		}
		for _, value := range outputs[key] {
			for _, text := range flatten("", value) {
				for _, line := range strings.Split(text, "\n") {
					for _, s := range sentenceEnd.Split(bullet.ReplaceAllString(line, ""), -1) {
						s = strings.Join(strings.Fields(aws.Clean(s)), " ")
						if !wordy.MatchString(s) || strings.HasPrefix(s, notYet) || slices.Contains(all, s) {
							continue
						}
						all = append(all, s)
					}
				}
			}
		}
	}
	return all
}

var (
	bullet      = regexp.MustCompile(`^[\s\-*•#=>|]+|\s+$`)
	sentenceEnd = regexp.MustCompile(`\.\s+(?:\*+\s*)?\b`)
	wordy       = regexp.MustCompile(`\pL{2}`)
)

// flatten returns the texts in a value, which may be JSON. A word that stands alone keeps the name that it has there.
func flatten(name, value string) []string {
	trimmed := strings.TrimSpace(value)
	var parsed any
	if strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		if json.Unmarshal([]byte(trimmed), &parsed) == nil {
			return texts(name, parsed)
		}
	}
	if name != "" && !strings.ContainsAny(trimmed, " \n") {
		value = name + ": " + trimmed
	}
	return []string{value}
}

func texts(name string, v any) []string {
	var all []string
	switch v := v.(type) {
	case string:
		return flatten(name, v)
	case []any:
		for _, one := range v {
			all = append(all, texts("", one)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, texts(key, v[key])...)
		}
	case nil:
	default:
		return flatten(name, fmt.Sprint(v))
	}
	return all
}

// exception matches what Python and the AWS SDK for Python say when a script breaks. The errors that a task stopped with
// ("ResourceInitializationError: …") are none.
var exception = regexp.MustCompile(`(?i)\btraceback\b|\bbotocore\b|an error occurred \(|\bexception\b|^(?:key|value|type|index|attribute|runtime|name)error\b`)

var (
	actionName = regexp.MustCompile(`\b[a-z][a-z0-9-]+:[A-Z][A-Za-z]+\b`)
	actionOnly = regexp.MustCompile(`^["'\s]*[a-z][a-z0-9-]+:[A-Z][A-Za-z]+(?:["',;\s]+[a-z][a-z0-9-]+:[A-Z][A-Za-z]+)*["'\s,;]*$`)
)

// lackedByRun returns the actions that a sentence says the run itself lacks. They are no others than the runbook calls; none of these is
// needed by an execution role.
func lackedByRun(line string) []string {
	actions := actionName.FindAllString(line, -1)
	for _, a := range actions {
		if !slices.Contains(runbookActions, a) {
			return nil
		}
	}
	if actionOnly.MatchString(line) || len(actions) > 0 && says(line) == SaysProblem {
		return actions
	}
	return nil
}

var (
	advising   = regexp.MustCompile(`(?i)^(?:please|make sure|ensure|check|checking|verify|verifying|consider|configure|choose|specify|create|to (?:fix|resolve|allow)|add|update|if|for more|see|refer|you can)\b|\b(?:should|must|needs? to)\b`)
	guessing   = regexp.MustCompile(`(?i)\b(?:may|might|possibl[ey]|potential(?:ly)?)\b`)
	quoting    = regexp.MustCompile(`\b(?:ResourceInitialization|Cannot[A-Z]\w+|ContainerRuntime\w*|OutOfMemory|DockerTimeout|Internal|Outdated\w*)Error\b|\bdial tcp\b|\b(?i:service call has been retried|unable to pull secrets or registry auth|unable to (?:assume|place)|stopped ?reason|essential container)\b`)
	untroubled = regexp.MustCompile(`(?i)\bno (?:issues?|problems?|errors?|failures?|missing \w+)\b|\b(?:not|n't) (?:find|found|detect|detected|identify|identified) any \w+|\bnothing wrong\b`)
	troubled   = regexp.MustCompile(`(?i)\b(?:not|no|cannot|unable|fail|fails|failed|failure|missing|den(?:y|ies|ied)|block(?:s|ed)|invalid|incorrect|unreachable|timed out|time-?out|refused|without|lacks?|wrong|unauthorized|off|disabled|expired)\b|n't\b`)
	content    = regexp.MustCompile(`(?i)\b(?:ok|pass|passed|success|successful|successfully|allows?|allowed|valid|correct|correctly|exists?|reachable|properly|has all|have all)\b`)
)

// says tells what a sentence says. The runbook's words are published nowhere, so that only plain ones count.
func says(line string) RunbookSays {
	if quoting.MatchString(line) || advising.MatchString(line) || guessing.MatchString(line) || strings.HasSuffix(line, "?") || strings.HasSuffix(line, ":") {
		return SaysUnclear
	}
	rest := untroubled.ReplaceAllString(line, "")
	switch {
	case troubled.MatchString(rest):
		return SaysProblem
	case rest != line, content.MatchString(rest):
		return SaysFine
	}
	return SaysUnclear
}
