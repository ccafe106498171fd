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
	result := fmt.Sprintf("of its sentences %d agree with this program, %d differ, %d are not comparable", compared[steps.Agrees], compared[steps.Differs],
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
	Document   string               `json:"document"`
	ID         string               `json:"id"` // of the run; "" when there is none
	Status     aws.ExecutionStatus  `json:"status"`
	StartedAt  string               `json:"startedAt"`
	EndedAt    string               `json:"endedAt"`
	Analysed   bool                 `json:"analysed"`
	Tidying    bool                 `json:"tidying"`
	Summary    string               `json:"summary"`
	Problem    string               `json:"problem"`
	Detail     string               `json:"detail"`
	Hint       string               `json:"hint"`
	Missing    []string             `json:"missing"`
	Findings   []runbookFindingJSON `json:"findings"`
	Unnamed    []causeJSON          `json:"unnamed"` // found by this program only
	Exceptions []string             `json:"exceptions"`
	Steps      []runbookStepJSON    `json:"steps"`
}

type runbookFindingJSON struct {
	Text      string            `json:"text"`
	Says      steps.RunbookSays `json:"says"`
	Areas     []steps.Area      `json:"areas"`
	Agreement steps.Agreement   `json:"agreement"`
	Cause     string            `json:"cause"`
	Why       string            `json:"why"`
}

type runbookStepJSON struct {
	Name      string              `json:"name"`
	Action    string              `json:"action"`
	Status    aws.ExecutionStatus `json:"status"`
	StartedAt string              `json:"startedAt"`
	EndedAt   string              `json:"endedAt"`
	Failure   string              `json:"failure"`
	Type      string              `json:"failureType"`
	Stage     string              `json:"failureStage"`
	Details   []string            `json:"details"`
}

func runbookOf(b *steps.Runbook) *runbookJSON {
	if b == nil {
		return nil
	}
	return &runbookJSON{
		Document: b.Document, ID: aws.Clean(b.ID), Status: b.Status, StartedAt: moment(b.Started), EndedAt: moment(b.Ended), Analysed: b.Analysed,
		Tidying: b.Tidying, Summary: aws.Clean(RunbookSentence(*b)), Problem: aws.Clean(b.Problem), Detail: aws.Clean(b.Detail), Hint: aws.Clean(b.Hint),
		Missing: clean(b.Missing), Exceptions: clean(b.Exceptions),
		Findings: each(b.Findings, func(f steps.RunbookFinding) runbookFindingJSON {
			return runbookFindingJSON{aws.Clean(f.Text), f.Says, append([]steps.Area{}, f.Areas...), f.Agreement, f.Cause, f.Why}
		}),
		Unnamed: each(b.Unnamed, func(c steps.Cause) causeJSON { return causeJSON{c.Code, clean(c.Resources), aws.Clean(c.Summary)} }),
		Steps: each(b.Steps, func(s aws.ExecutionStep) runbookStepJSON {
			return runbookStepJSON{aws.Clean(s.Name), aws.Clean(s.Action), s.Status, moment(s.Started), moment(s.Ended), aws.Clean(s.Failure), aws.Clean(s.Type),
				aws.Clean(s.Stage), clean(s.Details)}
		}),
	}
}
