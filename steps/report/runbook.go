package report

import (
	"fmt"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// agreementMark gives an agreement a glyph beside its words.
func agreementMark(a steps.Agreement) mark {
	switch a {
	case steps.Agrees:
		return mark{"=", a.String(), "pass"}
	case steps.Differs:
		return mark{"≠", a.String(), "warn"}
	}
	return mark{"·", a.String(), "skipped"}
}

// runbookAside is what the AWS runbook found, and where it agrees; none when it was not run.
func runbookAside(b *steps.Runbook) []aside {
	if b == nil {
		return nil
	}
	a := aside{Title: "Runbook " + b.Document, Before: append(append([]string{RunbookSentence(*b)}, said("AWS says: ", b.Detail)...), said("→ ", b.Hint)...)}
	if b.Left != b.Hint {
		a.Before = append(a.Before, said("→ ", b.Left)...)
	}
	for _, f := range b.Findings {
		text := f.Text
		switch {
		case f.Cause != "":
			text += fmt.Sprintf(" (%s: %s)", f.Why, f.Cause)
		case f.Why != "":
			text += " (" + f.Why + ")"
		}
		a.Rows = append(a.Rows, asideRow{agreementMark(f.Agreement), text})
	}
	for _, c := range b.Unnamed {
		a.After = append(a.After, fmt.Sprintf("Not named by the runbook: %s, %s", c.Code, c.Summary))
	}
	for _, e := range b.Exceptions {
		a.After = append(a.After, "Inside the run: "+e)
	}
	for _, s := range b.Steps {
		if s.Failure != "" || s.Status.Over() && !s.Status.Succeeded() {
			a.After = append(a.After, stepFailure(s))
		}
	}
	return []aside{a}
}

func stepFailure(s aws.ExecutionStep) string {
	text := fmt.Sprintf("Step %s (%s) ended as %s", s.Name, s.Action, s.Status)
	for _, about := range []string{s.Type, s.Stage} {
		if about != "" {
			text += ", " + about
		}
	}
	if s.Failure != "" {
		text += ": " + s.Failure
	}
	for _, d := range s.Details {
		if !strings.Contains(s.Failure, d) {
			text += " · " + d
		}
	}
	return text
}

// RunbookSentence says in a sentence or two what became of the run.
func RunbookSentence(b steps.Runbook) string {
	run := "The run"
	if b.ID != "" {
		run = "Run " + b.ID
	}
	took := ""
	if !b.Started.IsZero() && b.Ended.After(b.Started) {
		took = " after " + b.Ended.Sub(b.Started).Round(time.Second).String()
	}
	compared := map[steps.Agreement]int{}
	for _, f := range b.Findings {
		compared[f.Agreement]++
	}
	result := fmt.Sprintf("sentences that agree with this program %d, that differ %d, not comparable %d", compared[steps.Agrees], compared[steps.Differs],
		compared[steps.NotComparable])
	switch {
	case b.Problem != "" && b.ID != "" && !strings.Contains(b.Problem, b.ID):
		return fmt.Sprintf("%s: %s%s. This program's own findings stand.", run, b.Problem, took)
	case b.Problem != "":
		return capital(b.Problem) + ". This program's own findings stand."
	case b.Tidying:
		return fmt.Sprintf("%s analysed the task: %s. AWS goes on to remove what the run made, which takes half an hour.", run, result)
	case b.Analysed:
		return fmt.Sprintf("%s analysed the task%s: %s.", run, took, result)
	}
	return fmt.Sprintf("%s has no result (%s). This program's own findings stand.", run, b.Status)
}

type runbookJSON struct {
	Document   string               `json:"document" doc:"Name of the Systems Manager document."`
	ID         string               `json:"id" doc:"Of the run; empty when there is none."`
	Status     aws.ExecutionStatus  `json:"status" doc:"As Systems Manager reports it."`
	StartedAt  string               `json:"startedAt" doc:"RFC 3339, UTC; empty when it did not start."`
	EndedAt    string               `json:"endedAt" doc:"RFC 3339, UTC; empty while it runs."`
	Analysed   bool                 `json:"analysed" doc:"Whether the runbook came to a result."`
	Tidying    bool                 `json:"tidying" doc:"Whether AWS still removes what the run made."`
	Summary    string               `json:"summary" doc:"What came of the run, in one sentence."`
	Problem    string               `json:"problem" doc:"Why there is no result; empty when there is one."`
	Detail     string               `json:"detail" doc:"More about the problem."`
	Hint       string               `json:"hint" doc:"What the person can do about the problem."`
	Left       string               `json:"left" doc:"What the run may have left in the account; empty when nothing."`
	Missing    []string             `json:"missing" doc:"IAM actions that the run needed and was refused."`
	Findings   []runbookFindingJSON `json:"findings" doc:"What the runbook says, sentence by sentence, held against this program."`
	Unnamed    []causeJSON          `json:"unnamed" doc:"Causes that this program found and the runbook does not name."`
	Exceptions []string             `json:"exceptions" doc:"Exceptions of the run, as it printed them."`
	Steps      []runbookStepJSON    `json:"steps" doc:"The steps of the run."`
}

type runbookFindingJSON struct {
	Text      string            `json:"text" doc:"What the runbook says."`
	Says      steps.RunbookSays `json:"says" doc:"Whether it calls something wrong, fine, or only tells of it."`
	Areas     []steps.Area      `json:"areas" doc:"What it is about."`
	Agreement steps.Agreement   `json:"agreement" doc:"Whether this program finds the same."`
	Cause     string            `json:"cause" doc:"The cause that it agrees with; empty when there is none."`
	Why       string            `json:"why" doc:"Why they are held to agree or not."`
}

type runbookStepJSON struct {
	Name      string              `json:"name" doc:"Of the step."`
	Action    string              `json:"action" doc:"What kind of step it is."`
	Status    aws.ExecutionStatus `json:"status" doc:"As Systems Manager reports it."`
	StartedAt string              `json:"startedAt" doc:"RFC 3339, UTC; empty before it starts."`
	EndedAt   string              `json:"endedAt" doc:"RFC 3339, UTC; empty while it runs."`
	Failure   string              `json:"failure" doc:"Why it failed; empty when it did not."`
	Type      string              `json:"failureType" doc:"Kind of the failure."`
	Stage     string              `json:"failureStage" doc:"When it failed."`
	Details   []string            `json:"details" doc:"Details of the failure."`
}

func runbookOf(b *steps.Runbook) *runbookJSON {
	if b == nil {
		return nil
	}
	return &runbookJSON{
		Document: b.Document, ID: b.ID, Status: b.Status, StartedAt: moment(b.Started), EndedAt: moment(b.Ended), Analysed: b.Analysed,
		Tidying: b.Tidying, Summary: RunbookSentence(*b), Problem: b.Problem, Detail: b.Detail, Hint: b.Hint,
		Left: b.Left, Missing: list(b.Missing), Exceptions: list(b.Exceptions),
		Findings: each(b.Findings, func(f steps.RunbookFinding) runbookFindingJSON {
			return runbookFindingJSON{f.Text, f.Says, append([]steps.Area{}, f.Areas...), f.Agreement, f.Cause, f.Why}
		}),
		Unnamed: each(b.Unnamed, func(c steps.Cause) causeJSON { return causeJSON{c.Code, list(c.Resources), c.Summary} }),
		Steps: each(b.Steps, func(s aws.ExecutionStep) runbookStepJSON {
			return runbookStepJSON{s.Name, s.Action, s.Status, moment(s.Started), moment(s.Ended), s.Failure, s.Type,
				s.Stage, list(s.Details)}
		}),
	}
}
