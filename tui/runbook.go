package tui

import (
	"context"
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"
)

// runbook shows what the AWS runbook will do, how far it has come, and what it says beside this program's own findings.
type runbook struct {
	walk     *walk
	role     textinput.Model // ARN; empty for the person's own permissions
	naming   bool            // the role is being typed
	reading  reading
	event    aws.RunbookEvent
	result   *steps.Runbook
	stopping bool
	scroller scroller
}

// runbookSeen is how far run id has come, and what came of it in the end.
type runbookSeen struct {
	id     int
	event  aws.RunbookEvent
	result *steps.Runbook
}

func newRunbook(w *walk) *runbook {
	return &runbook{walk: w, role: newInput(""), reading: reading{what: "running the runbook", fails: "The runbook"}}
}

// wrongRole reports whether what is typed is no role.
func (s *runbook) wrongRole() bool { return s.role.Value() != "" && !aws.IsRole(s.role.Value()) }

// plan says what the run will do.
func (s *runbook) plan(e *env) steps.RunbookPlan {
	r := aws.RunbookRequest{Cluster: s.walk.theCase.Cluster, Task: s.walk.report.Subject.Task}
	if !s.wrongRole() {
		r.Role = s.role.Value()
	}
	return steps.PlanRunbook(r, e.session.Region)
}

// runs reports whether there is a task that the runbook could examine, and a way to run it.
func (s *walk) runs(e *env) bool {
	return e.session.Runbook != nil && s.report != nil && s.theCase.Symptom == steps.Start && s.report.Subject.Task != ""
}

func (*runbook) title() string     { return "The runbook of AWS" }
func (s *runbook) typing() bool    { return s.naming }
func (*runbook) open(*env) tea.Cmd { return nil }

// close stops watching. The run goes on in AWS, and is joined when it is asked for again.
func (s *runbook) close(e *env) { s.reading.stop(e) }

func (s *runbook) keys(*env) []key.Binding {
	switch {
	case s.naming:
		return []key.Binding{named(keys.enter, "use it"), named(keys.back, "no role")}
	case s.reading.busy && s.event.Execution.ID != "":
		return []key.Binding{named(keys.stop, "cancel the run"), named(keys.back, "leave it running")}
	case s.reading.busy:
		return []key.Binding{keys.back}
	case s.result != nil:
		return []key.Binding{named(keys.enter, "run it again"), keys.back}
	}
	return []key.Binding{named(keys.enter, "start it"), keys.role, keys.back}
}

func (s *runbook) key(e *env, k tea.KeyMsg) tea.Cmd {
	switch {
	case s.naming:
		s.name(k)
	case key.Matches(k, keys.back):
		e.back()
	case key.Matches(k, keys.role) && !s.reading.busy && s.result == nil:
		s.naming = true
	case key.Matches(k, keys.enter) && !s.reading.busy:
		return s.start(e)
	case key.Matches(k, keys.stop) && s.reading.busy && s.event.Execution.ID != "":
		s.stopping = true
		run, id := e.session.Runbook, s.event.Execution.ID
		_, cmd := e.start("cancelling the run", func(ctx context.Context, _ int, _ func(tea.Msg)) error { return run.Stop(ctx, id) })
		return cmd
	default:
		s.scroller.update(k)
	}
	return nil
}

// name takes a key of the role's name.
func (s *runbook) name(k tea.KeyMsg) {
	switch k.Type {
	case tea.KeyEsc:
		s.role.SetValue("")
		s.naming = false
	case tea.KeyEnter, tea.KeyTab:
		s.role.SetValue(strings.TrimSpace(s.role.Value()))
		s.naming = s.wrongRole()
	default:
		s.role, _ = s.role.Update(k)
	}
}

func (s *runbook) start(e *env) tea.Cmd {
	run, c, role, r := e.session.Runbook, s.walk.theCase, s.role.Value(), *s.walk.report
	s.result, s.event, s.stopping = nil, aws.RunbookEvent{}, false
	return s.reading.start(e, func(ctx context.Context, id int, send func(tea.Msg)) error {
		b := run.Run(ctx, c, role, r, func(ev aws.RunbookEvent) { send(runbookSeen{id: id, event: ev}) })
		send(runbookSeen{id: id, result: &b})
		return nil
	})
}

func (s *runbook) receive(e *env, msg tea.Msg) tea.Cmd {
	if seen, ok := msg.(runbookSeen); ok && seen.id == s.reading.id {
		if seen.result != nil {
			s.result = seen.result
		} else {
			s.event = seen.event
		}
	}
	s.reading.ended(e, msg)
	return nil
}

func (s *runbook) view(e *env, w, h int) []string {
	p := e.style
	var lines []string
	say := func(text string) { lines = append(lines, wrap(aws.Clean(text), w-4)...) }
	switch {
	case s.result != nil:
		s.tell(p, *s.result, say, &lines, w)
	case s.reading.busy:
		s.progress(p, say, &lines, w)
	default:
		plan := s.plan(e)
		for _, text := range plan.Does {
			say(text)
		}
		lines = append(lines, "")
		say("It may make: " + strings.Join(plan.Makes, "; "))
		say(plan.Takes)
		lines = append(lines, "")
		switch {
		case s.naming:
			lines = append(lines, "Role  "+inputView(p, s.role, w-8))
			if s.wrongRole() {
				lines = append(lines, p.faint.Render(cut("      the ARN of a role: arn:aws:iam::111122223333:role/automation", w-2)))
			}
		default:
			lines = append(lines, p.bold.Render("enter starts it, or joins a run that is under way"))
		}
	}
	return s.scroller.view(p, append([]string{""}, lines...), w, h)
}

// progress draws how far the run has come.
func (s *runbook) progress(p palette, say func(string), lines *[]string, w int) {
	ev := s.event
	if ev.Execution.ID == "" {
		say("Asking Systems Manager …")
		return
	}
	state := "run " + ev.Execution.ID
	if ev.Found {
		state += ", which was under way"
	}
	say(state)
	if ev.Steps > 0 {
		room := max(min(w-20, 40), 10)
		done := room * ev.Step / ev.Steps
		*lines = append(*lines, "", p.accent.Render(strings.Repeat("█", done))+p.faint.Render(strings.Repeat("░", room-done))+fmt.Sprintf("  step %d of %d", ev.Step, ev.Steps))
	}
	*lines = append(*lines, "")
	for _, step := range ev.Execution.Steps {
		if step.Status != aws.ExecutionPending {
			say(fmt.Sprintf("%-12s %s", step.Status, step.Name))
		}
	}
	if s.stopping {
		say("Cancelling …")
	}
	if ev.Note != "" {
		say(ev.Note)
	}
}

// agreements give every agreement a glyph beside its word.
var agreements = map[steps.Agreement]string{steps.Agrees: "= agrees      ", steps.Differs: "≠ differs     ", steps.NotComparable: "· not compared"}

// tell draws what came of the run, beside what this program found.
func (s *runbook) tell(p palette, b steps.Runbook, say func(string), lines *[]string, w int) {
	*lines = append(*lines, boldLines(p, report.RunbookSentence(b), w-4)...)
	for _, text := range []string{b.Problem, b.Detail, b.Hint, b.Left} {
		if text != "" {
			say(text)
		}
	}
	if len(b.Missing) > 0 {
		say("not allowed: " + strings.Join(b.Missing, ", "))
	}
	if len(b.Findings) > 0 {
		*lines = append(*lines, "", p.faint.Render("What it says, beside this program's own findings"))
	}
	for _, f := range b.Findings {
		for i, l := range wrap(aws.Clean(f.Text), w-20) {
			mark := strings.Repeat(" ", 14)
			if i == 0 {
				mark = agreements[f.Agreement]
			}
			*lines = append(*lines, mark+"  "+l)
		}
	}
	for _, c := range b.Unnamed {
		say("Only this program: " + c.Summary)
	}
	for _, text := range b.Exceptions {
		say("Exception: " + text)
	}
}

// boldLines wraps a text and makes it bold.
func boldLines(p palette, text string, w int) []string {
	var lines []string
	for _, l := range wrap(aws.Clean(text), w) {
		lines = append(lines, p.bold.Render(l))
	}
	return lines
}
