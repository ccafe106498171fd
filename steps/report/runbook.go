package report

import (
	"fmt"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// agreementSigns give every agreement a glyph beside its words.
var agreementSigns = map[steps.Agreement]struct{ glyph, style string }{
	steps.Agrees: {"=", green}, steps.Differs: {"≠", yellow}, steps.NotComparable: {"·", faint},
}

// runbook tells what the AWS runbook found, and where it agrees.
func (p *page) runbook(b *steps.Runbook) {
	if b == nil {
		return
	}
	p.heading("Runbook " + b.Document)
	p.paragraph("  ", RunbookSentence(*b))
	if b.Detail != "" {
		p.paragraph("  ", "AWS says: "+b.Detail)
	}
	if b.Hint != "" {
		p.paragraph("  ", "→ "+b.Hint)
	}
	if b.Left != "" && b.Left != b.Hint {
		p.paragraph("  ", "→ "+b.Left)
	}
	for _, f := range b.Findings {
		sign := agreementSigns[f.Agreement]
		mark := fmt.Sprintf("  %s %-14s ", sign.glyph, f.Agreement)
		text := f.Text
		switch {
		case f.Cause != "":
			text += fmt.Sprintf(" (%s: %s)", f.Why, f.Cause)
		case f.Why != "":
			text += " (" + f.Why + ")"
		}
		p.marked(mark, sign.style, text)
	}
	for _, c := range b.Unnamed {
		p.paragraph("  ", fmt.Sprintf("Not named by the runbook: %s, %s", c.Code, c.Summary))
	}
	for _, e := range b.Exceptions {
		p.paragraph("  ", "Inside the run: "+e)
	}
	for _, s := range b.Steps {
		if s.Failure != "" || s.Status.Over() && !s.Status.Succeeded() {
			p.paragraph("  ", stepFailure(s))
		}
	}
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
		Document: b.Document, ID: aws.Clean(b.ID), Status: b.Status, StartedAt: moment(b.Started), EndedAt: moment(b.Ended), Analysed: b.Analysed,
		Tidying: b.Tidying, Summary: aws.Clean(RunbookSentence(*b)), Problem: aws.Clean(b.Problem), Detail: aws.Clean(b.Detail), Hint: aws.Clean(b.Hint),
		Left: aws.Clean(b.Left), Missing: list(b.Missing), Exceptions: list(b.Exceptions),
		Findings: each(b.Findings, func(f steps.RunbookFinding) runbookFindingJSON {
			return runbookFindingJSON{aws.Clean(f.Text), f.Says, append([]steps.Area{}, f.Areas...), f.Agreement, f.Cause, f.Why}
		}),
		Unnamed: each(b.Unnamed, func(c steps.Cause) causeJSON { return causeJSON{c.Code, list(c.Resources), aws.Clean(c.Summary)} }),
		Steps: each(b.Steps, func(s aws.ExecutionStep) runbookStepJSON {
			return runbookStepJSON{aws.Clean(s.Name), aws.Clean(s.Action), s.Status, moment(s.Started), moment(s.Ended), aws.Clean(s.Failure), aws.Clean(s.Type),
				aws.Clean(s.Stage), list(s.Details)}
		}),
	}
}
