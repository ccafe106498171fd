package steps

import (
	"slices"
	"strings"

	"fargate-doctor/aws"
)

// A Step is a node of the decision tree: one question, what is needed to answer it, and where each outcome leads.
type Step struct {
	ID           string
	Ask          string   // the question, as a person would ask it
	Why          string   // why the answer matters
	Branch       string   // id of the step this one hangs under, "" on the trunk
	Requirements []string // of the source documents: "R7"
	Docs         []string // AWS documentation

	Needs []known // facts without which there is no answer
	Wants []known // facts that make the answer better
	Eval  func(Facts) Finding
	Next  []Edge // in order; the first that fits is taken

	Question *Question          // asked when the step ends unknown
	Answers  map[string]Finding // what each answer comes to; Verdict, Cause and Summary are used
}

// An Edge leads from a step to the next.
type Edge struct {
	Symptoms []Symptom // of the cases that have this edge; nil is every case
	Way      string    // the Finding.Way that takes this edge; "" takes any
	On       []Verdict // the verdicts that take it; nil is every verdict
	To       string    // id of the next step; "" ends the walk
}

func (e Edge) fits(f Finding) bool {
	return (e.Way == "" || e.Way == f.Way) && (e.On == nil || slices.Contains(e.On, f.Verdict))
}

// edges returns the edges that the step has in cases with the symptom.
func (s Step) edges(symptom Symptom) []Edge {
	if !slices.ContainsFunc(s.Next, func(e Edge) bool { return e.Symptoms != nil }) {
		return s.Next
	}
	var edges []Edge
	for _, e := range s.Next {
		if e.Symptoms == nil || slices.Contains(e.Symptoms, symptom) {
			edges = append(edges, e)
		}
	}
	return edges
}

// label says in words what takes an edge of the step, "" when everything does.
func (s Step) label(e Edge) string {
	if len(s.Next) == 1 && e.Way == "" && e.On == nil {
		return ""
	}
	if e.Symptoms != nil {
		var titles []string
		for _, symptom := range e.Symptoms {
			titles = append(titles, titleOf(symptom))
		}
		return strings.Join(titles, ", ")
	}
	if e.Way != "" {
		return e.Way
	}
	if e.On == nil {
		return "otherwise"
	}
	var words []string
	for _, v := range e.On {
		words = append(words, v.String())
	}
	return strings.Join(words, ", ")
}

func (s Step) needs() []known { return s.Needs }
func (s Step) wants() []known { return s.Wants }

// always returns the id of the next step if every outcome leads to the same one. The first edge without a condition hides what follows.
func (s Step) always(symptom Symptom) (string, bool) {
	if edges := s.edges(symptom); len(edges) > 0 && edges[0].Way == "" && edges[0].On == nil {
		return edges[0].To, true
	}
	return "", false
}

// after returns the id of the step that a finding leads to, "" at the end.
func (s Step) after(f Finding, symptom Symptom) string {
	for _, e := range s.edges(symptom) {
		if e.fits(f) {
			return e.To
		}
	}
	return ""
}

// ready reports whether everything that the step needs or wants has been read, or has failed to be.
func (s Step) ready(f Facts) bool {
	return !slices.ContainsFunc(s.Needs, f.waits) && !slices.ContainsFunc(s.Wants, f.waits)
}

// judge answers the step's question from the facts. A fact that could not be read never reaches Eval: the answer is then
// unknown and names what is missing. Where the answer is unknown the person's own counts, and is marked as theirs.
func (s Step) judge(f Facts) StepResult {
	finding := s.evaluate(f)
	if finding.Verdict == Unknown && s.Question != nil && !finding.settled {
		value := f.answered(s.Question.ID)
		seen := value != ""
		if !seen {
			value = f.c.Answers[s.Question.ID]
		}
		if answer, ok := s.Answers[value]; ok {
			finding = finding.answered(answer, *s.Question, value, seen)
		} else if f.lacks(task) == nil { // without the task there is nothing that an answer could be about
			finding.Question = s.Question
		}
	}
	finding.Missing = aws.SortedActions(finding.Missing)
	finding.Links = append(slices.Clone(finding.Links), s.Docs...)
	return StepResult{ID: s.ID, Ask: s.Ask, Why: s.Why, Branch: s.Branch, Finding: finding}
}

func (s Step) evaluate(f Facts) Finding {
	for _, need := range s.Needs {
		if err := f.lacks(need); err != nil {
			return unread(err)
		}
	}
	return s.Eval(f.within(s))
}

// unread is what is found when a fact can't be read.
func unread(err error) Finding {
	f := Finding{Summary: "this can't be read: " + aws.Clean(err.Error()), Means: aws.Clean(aws.Hint(err))}
	if action := aws.Missing(err); action != "" {
		f.Missing = []string{action}
		f.Summary = "this can't be read: " + action + " is not allowed"
	}
	return f
}

// answered returns the finding as an answer makes it, which the person gave, or which was seen from inside. What could not be read stays
// named.
func (f Finding) answered(answer Finding, q Question, value string, seen bool) Finding {
	by, words := "you", " (you said so)"
	if seen {
		by, words = "probe", " (seen from inside)"
	}
	for _, c := range q.Choices {
		if c.Value == value {
			f.Evidence = append(slices.Clone(f.Evidence), Evidence{Kind: by, Detail: c.Label})
		}
	}
	f.Verdict, f.Cause, f.Answered = answer.Verdict, answer.Cause, !seen
	f.Summary = answer.Summary + words
	if answer.Means != "" {
		f.Means = answer.Means
	}
	if answer.Way != "" {
		f.Way = answer.Way
	}
	return f
}
