package plain

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// clerk runs the runbook as told: it tells of two steps, then comes to a result, unless it waits for its context.
type clerk struct {
	waits   bool
	roles   []string
	stopped []string
}

func (k *clerk) Run(ctx context.Context, _ steps.Case, role string, r steps.Report, show func(aws.RunbookEvent)) steps.Runbook {
	k.roles = append(k.roles, role)
	run := aws.Execution{ID: "11112222-3333", Status: "InProgress"}
	show(aws.RunbookEvent{Execution: run, Steps: 3, Changed: []aws.ExecutionStep{{Number: 1, Name: "VerifyPermissions", Status: "Success"}, {Number: 2, Name: "Analyze", Status: aws.ExecutionPending}}})
	show(aws.RunbookEvent{Execution: run, Steps: 3, Note: "Systems Manager does not answer; it is asked again"})
	show(aws.RunbookEvent{Execution: run, Steps: 3, Changed: []aws.ExecutionStep{{Number: 2, Name: "Analyze", Status: "Success"}}})
	if k.waits {
		<-ctx.Done()
	}
	return steps.Runbook{Document: aws.TroubleshootRunbook, ID: run.ID, Status: "Success", Analysed: true,
		Findings: []steps.RunbookFinding{{Text: "There is no route to Secrets Manager.", Says: steps.SaysProblem, Agreement: steps.Agrees, Cause: r.Causes[0].Code, Why: "the same area"}}}
}

func (k *clerk) Stop(_ context.Context, id string) error {
	k.stopped = append(k.stopped, id)
	return nil
}

func failedStart(k *clerk, interrupts chan os.Signal) func(*testing.T) Options {
	return func(t *testing.T) Options {
		o := onWalk(t, "start-endpoint-missing")
		o.Session.Runbook, o.Interrupts = k, interrupts
		return o
	}
}

// What the runbook will do is said first, its steps are lines, and its result is part of a report that is saved after it.
func TestTheRunbookIsAskedForAndToldStepByStep(t *testing.T) {
	k := &clerk{}
	saved := ""
	text := conversing(t, func(t *testing.T) Options {
		o := failedStart(k, nil)(t)
		o.Save = func(_ string, text []byte, _ bool) (string, error) {
			saved = string(text)
			return "/home/dev/report", nil
		}
		return o
	}, turn{await: "What next?", line: "runbook"}, turn{await: "Which role", line: "arn:aws:iam::1:user/x"}, turn{await: "Which role", line: ""}, turn{await: "Start it", line: ""},
		turn{await: "What next?", line: "runbook"}, turn{await: "Which role", line: "arn:aws:iam::111122223333:role/automation"}, turn{await: "Start it", line: "yes"},
		turn{await: "What next?", line: "report"}, turn{await: "format?", line: "text"}, turn{await: "Mask", line: ""}, turn{await: "file?", line: "x"}, turn{await: "What next?", line: "quit"})
	holds(t, text, "That is no ARN of a role", "with your own permissions", "It may make: a Lambda function", "Start it", "What next?",
		"with the permissions of arn:aws:iam::111122223333:role/automation", "Run 11112222-3333 is under way.", "Step 1 of 3, VerifyPermissions: Success.",
		"Systems Manager does not answer", "Step 2 of 3, Analyze: Success.", "analysed the task", "Agrees: There is no route to Secrets Manager.", "Written to")
	lacks(t, text, "Analyze: Pending")
	if !slices.Equal(k.roles, []string{"arn:aws:iam::111122223333:role/automation"}) {
		t.Errorf("it ran with %v", k.roles)
	}
	if !strings.Contains(saved, "There is no route to Secrets Manager.") {
		t.Errorf("the report does not tell of it:\n%s", saved)
	}
}

// Ctrl-C stops watching the run, and asks what is to become of it.
func TestCtrlCLeavesTheRunOfTheRunbook(t *testing.T) {
	for answer, stopped := range map[string][]string{"": nil, "yes": {"11112222-3333"}} {
		k := &clerk{waits: true}
		var interrupts chan os.Signal
		text := conversing(t, func(t *testing.T) Options {
			interrupts = make(chan os.Signal, 1)
			return failedStart(k, interrupts)(t)
		}, turn{await: "What next?", line: "runbook"}, turn{await: "Which role", line: ""}, turn{await: "Start it", line: "yes"},
			turn{await: "Step 2 of 3", do: func() { interrupts <- os.Interrupt }}, turn{await: "Cancel the run", line: answer}, turn{await: "What next?", line: "quit"})
		holds(t, text, "The run goes on in AWS.", "Cancel the run instead?", "Goodbye.")
		if !slices.Equal(k.stopped, stopped) {
			t.Errorf("answered %q, cancelled %v", answer, k.stopped)
		}
	}
}
