package runbook_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fargate-doctor/aws"
	"fargate-doctor/aws/live"
	"fargate-doctor/aws/live/livetest"
	"fargate-doctor/aws/runbook"
	"fargate-doctor/aws/runbook/runbooktest"
)

var failed = aws.RunbookRequest{Cluster: "arn:aws:ecs:eu-central-1:111122223333:cluster/" + runbooktest.Cluster, Task: runbooktest.Task}

// standIn starts a server and a client for it, through the AWS SDK.
func standIn(t *testing.T, o runbooktest.Options) (*runbooktest.Server, *runbook.Client) {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		if err := goleak.Find(leaks); err != nil {
			t.Error(err)
		}
	})
	server := runbooktest.Start(t, o)
	return server, clientOf(t, server)
}

func clientOf(t *testing.T, server *runbooktest.Server) *runbook.Client {
	t.Helper()
	livetest.Environment(t, server.URL(), runbooktest.Region)
	account, err := live.Open(t.Context(), live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &runbook.Client{Automation: account.Automation(), Region: account.Region(), Pause: time.Millisecond}
}

func TestARunGivesItsResult(t *testing.T) {
	for _, test := range []struct {
		name   string
		o      runbooktest.Options
		toEnd  bool
		status aws.ExecutionStatus
		last   int // the step that is reached
		global bool
	}{
		{"without a function", runbooktest.Options{NoLambda: true}, false, aws.ExecutionSuccess, 8, true},
		{"with a function that is removed later", runbooktest.Options{}, false, aws.ExecutionInProgress, 9, false},
		{"to the end", runbooktest.Options{Awake: true}, true, aws.ExecutionSuccess, 11, true},
		{"steps in pages", runbooktest.Options{Truncated: true}, false, aws.ExecutionInProgress, 9, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.Output = "The security group sg-0a1b2c3d does not allow outbound traffic to port 443."
			server, client := standIn(t, test.o)
			client.ToEnd = test.toEnd
			request := failed
			request.Role = runbooktest.Role
			var events []aws.RunbookEvent
			x, err := client.Run(t.Context(), request, func(e aws.RunbookEvent) { events = append(events, e) })
			if err != nil {
				t.Fatal(err)
			}
			if x.Status != test.status || len(x.Steps) != runbooktest.Steps {
				t.Errorf("status %s, %d steps", x.Status, len(x.Steps))
			}
			if got := len(x.Outputs["FormatOutput.Report"]) > 0; got != test.global {
				t.Errorf("global outputs: %v", x.Outputs)
			}
			parameters, tags := server.Started()
			if len(parameters) != 1 || parameters[0]["ClusterName"][0] != "shop" || parameters[0]["TaskId"][0] != runbooktest.Task || parameters[0]["AutomationAssumeRole"][0] != runbooktest.Role {
				t.Errorf("started with %v", parameters)
			}
			if tags[0]["fargate-doctor"] == "" {
				t.Errorf("tags %v", tags)
			}
			// The events tell of every step, in order, once as begun and once as ended, and each has the run's id.
			step, told := 0, map[int][]aws.ExecutionStatus{}
			for _, e := range events {
				if e.Execution.ID == "" || e.Note != "" || e.Found || e.Step < step || e.Steps > 0 && e.Steps != runbooktest.Steps {
					t.Errorf("event %+v", e)
				}
				step = e.Step
				for _, s := range e.Changed {
					told[s.Number] = append(told[s.Number], s.Status)
				}
			}
			if step != test.last {
				t.Errorf("the last event is of step %d, want %d", step, test.last)
			}
			for n := 1; n < test.last; n++ {
				if want := []aws.ExecutionStatus{aws.ExecutionInProgress, aws.ExecutionSuccess}; !slices.Equal(told[n], want) {
					t.Errorf("step %d was told as %v", n, told[n])
				}
			}
		})
	}
}

func TestARunThatFailsIsAResult(t *testing.T) {
	for _, status := range []aws.ExecutionStatus{aws.ExecutionFailed, aws.ExecutionTimedOut} {
		t.Run(string(status), func(t *testing.T) {
			_, client := standIn(t, runbooktest.Options{FailAt: 3, FailAs: string(status), Failure: "not authorized to perform: lambda:CreateFunction", Type: "Permission"})
			x, err := client.Run(t.Context(), failed, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := x.Steps[2]
			if x.Status != status || s.Status != status || !strings.Contains(x.Failure, "lambda:CreateFunction") || s.Type != "Permission" || s.Stage != "Invocation" || len(s.Details) != 1 {
				t.Errorf("%+v", x)
			}
			if x.Ended.Sub(x.Started).Round(time.Second) != 200*time.Second {
				t.Errorf("from %v to %v", x.Started, x.Ended)
			}
		})
	}
}

// What stands in the way is said in a sentence that names it.
func TestWhatStandsInTheWayIsSaid(t *testing.T) {
	fault := func(operation string, f runbooktest.Fault) runbooktest.Options {
		return runbooktest.Options{Faults: map[string]runbooktest.Fault{operation: f}}
	}
	for _, test := range []struct {
		name    string
		o       runbooktest.Options
		role    string
		region  string
		says    []string
		missing string
		started int // 1 when there is a run
	}{
		{"start denied", runbooktest.Options{Deny: []string{"ssm:StartAutomationExecution"}}, "", "", []string{"ssm:StartAutomationExecution is not allowed", "policy --runbook"},
			"ssm:StartAutomationExecution", 0},
		{"tags denied", fault("StartAutomationExecution", runbooktest.Fault{Code: "AccessDeniedException", Message: "User: arn:aws:iam::111122223333:user/me is not authorized to perform: ssm:AddTagsToResource on resource: *"}),
			"", "", []string{"ssm:AddTagsToResource is not allowed"}, "ssm:AddTagsToResource", 0},
		{"role not passed", fault("StartAutomationExecution", runbooktest.Fault{Code: "AccessDeniedException", Message: "User: arn:aws:iam::111122223333:user/me is not authorized to perform: iam:PassRole on resource: " + runbooktest.Role}),
			runbooktest.Role, "", []string{"iam:PassRole is not allowed", runbooktest.Role}, "iam:PassRole", 0},
		{"role unknown", fault("StartAutomationExecution", runbooktest.Fault{Code: "InvalidAutomationExecutionParametersException", Message: "The defined assume role is unable to be assumed."}),
			runbooktest.Role, "", []string{"does not take its parameters", "ssm.amazonaws.com"}, "", 0},
		{"unknown runbook", fault("StartAutomationExecution", runbooktest.Fault{Code: "AutomationDefinitionNotFoundException", Message: "Automation Definition not found."}),
			"", "", []string{"no runbook AWSSupport-TroubleshootECSTaskFailedToStart in eu-central-1"}, "", 0},
		{"another partition", fault("StartAutomationExecution", runbooktest.Fault{Code: "AutomationDefinitionNotFoundException", Message: "Automation Definition not found."}),
			"", "cn-north-1", []string{"in cn-north-1", "partition aws-cn"}, "", 0},
		{"too many", fault("StartAutomationExecution", runbooktest.Fault{Code: "AutomationExecutionLimitExceededException", Message: "limit"}), "", "", []string{"as many runs are under way"}, "", 0},
		{"garbage at the start", fault("StartAutomationExecution", runbooktest.Fault{Status: 200, Body: "<html>log in</html>"}), "", "", []string{"whether the runbook was started is not known", "not Systems Manager"}, "", 0},
		{"empty answer at the start", fault("StartAutomationExecution", runbooktest.Fault{Status: 200, Body: "{}"}), "", "", []string{"whether the runbook was started is not known", "not Systems Manager"}, "", 0},
		{"throttled at the start", fault("StartAutomationExecution", runbooktest.Fault{Code: "ThrottlingException", Message: "Rate exceeded"}), "", "", []string{"limits the calls"}, "", 0},
		{"get denied", runbooktest.Options{Deny: []string{"ssm:GetAutomationExecution"}}, "", "", []string{"ssm:GetAutomationExecution is not allowed", "the run goes on", "get-automation-execution"},
			"ssm:GetAutomationExecution", 1},
		{"garbage for ever", fault("GetAutomationExecution", runbooktest.Fault{Status: 200, Body: "<html>log in</html>"}), "", "", []string{"not Systems Manager", "the run goes on"}, "", 1},
		{"another thing's answer", fault("GetAutomationExecution", runbooktest.Fault{Status: 200, Body: `{"AutomationExecution":{}}`}), "", "", []string{"not Systems Manager", "the run goes on"}, "", 1},
		{"no such run for ever", fault("GetAutomationExecution", runbooktest.Fault{Code: "AutomationExecutionNotFoundException", Message: "no"}), "", "", []string{"does not know it"}, "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, client := standIn(t, test.o)
			if test.region != "" {
				client.Region = test.region
			}
			request := failed
			request.Role = test.role
			x, err := client.Run(t.Context(), request, nil)
			var e *runbook.Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			for _, text := range test.says {
				if !strings.Contains(e.Error()+"\n"+e.Advice(), text) {
					t.Errorf("%q is not said: %s (%s)", text, e, e.Advice())
				}
			}
			if parameters, _ := server.Started(); e.Missing != test.missing || len(parameters) != test.started || (x.ID != "") != (test.started > 0) {
				t.Errorf("missing %q, %d runs, id %q", e.Missing, len(parameters), x.ID)
			}
			t.Logf("%s (%s)", e, e.Advice())
		})
	}
}

// What passes does not end the watching, and what is not needed is done without.
func TestPassingFailuresPass(t *testing.T) {
	for _, test := range []struct {
		name string
		o    runbooktest.Options
		note string
	}{
		{"not found at first", runbooktest.Options{Faults: map[string]runbooktest.Fault{"GetAutomationExecution": {Code: "AutomationExecutionNotFoundException", Times: 2}}}, "asked again"},
		{"garbage for a moment", runbooktest.Options{Faults: map[string]runbooktest.Fault{"GetAutomationExecution": {Status: 200, Body: "<html>", Times: 2}}}, "asked again"},
		{"find denied", runbooktest.Options{Deny: []string{"ssm:DescribeAutomationExecutions"}}, "ssm:DescribeAutomationExecutions is not allowed"},
		{"step list denied", runbooktest.Options{Deny: []string{"ssm:DescribeAutomationStepExecutions"}, Truncated: true, NoLambda: true}, ""},
		{"throttled start", runbooktest.Options{Faults: map[string]runbooktest.Fault{"StartAutomationExecution": {Code: "ThrottlingException", Times: 1}}}, ""},
		{"start without an answer", runbooktest.Options{Faults: map[string]runbooktest.Fault{"StartAutomationExecution": {Status: 500, Code: "InternalServerError", Times: 1}}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, client := standIn(t, test.o)
			var notes []string
			x, err := client.Run(t.Context(), failed, func(e aws.RunbookEvent) {
				if e.Note != "" {
					notes = append(notes, e.Note)
				}
			})
			if err != nil || !x.Status.Succeeded() && !x.Sleeping() {
				t.Fatalf("%v, status %s", err, x.Status)
			}
			if said := strings.Join(notes, "\n"); test.note == "" && said != "" || !strings.Contains(said, test.note) {
				t.Errorf("notes: %q", said)
			}
			if parameters, _ := server.Started(); len(parameters) != 1 {
				t.Errorf("%d runs", len(parameters))
			}
		})
	}
}

// A run for the task that is under way is joined, whoever started it, and not stopped with the watching.
func TestARunUnderWayIsFoundAgain(t *testing.T) {
	server, client := standIn(t, runbooktest.Options{})
	server.Begin("other", runbooktest.Task)
	mine := server.Begin(runbooktest.Cluster, runbooktest.Task)
	server.Begin(runbooktest.Cluster, strings.Repeat("0", 32))
	client.Confirm = func(context.Context) bool { t.Error("asked before joining"); return false }
	ctx, cancel := context.WithCancel(t.Context())
	client.Stopping = true
	x, err := client.Run(ctx, failed, func(e aws.RunbookEvent) {
		if !e.Found {
			t.Errorf("event %+v", e)
		}
		if e.Step == 3 {
			cancel()
		}
	})
	if x.ID != mine || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "goes on") || server.Stopped() != 0 {
		t.Errorf("run %s, %v, %d stopped", x.ID, err, server.Stopped())
	}
	x, err = clientOf(t, server).Run(t.Context(), failed, nil)
	if parameters, _ := server.Started(); x.ID != mine || err != nil || len(parameters) != 3 {
		t.Errorf("run %s, %v, %d runs", x.ID, err, len(parameters))
	}
}

func TestCancelling(t *testing.T) {
	for _, stopping := range []bool{true, false} {
		server, client := standIn(t, runbooktest.Options{})
		client.Stopping = stopping
		ctx, cancel := context.WithCancel(t.Context())
		x, err := client.Run(ctx, failed, func(e aws.RunbookEvent) {
			if e.Step == 5 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || x.ID == "" || (server.Stopped() == 1) != stopping {
			t.Errorf("stopping %v: %v, %d stopped", stopping, err, server.Stopped())
		}
		if hint := hintOf(err); stopping && !strings.Contains(hint, "NetworkToolSSMRunbookExecution"+x.ID) || !stopping && !strings.Contains(hint, "stop-automation-execution") {
			t.Errorf("hint %q", hint)
		}
		if stopping {
			if err := client.Stop(t.Context(), x.ID); err == nil {
				t.Error("a run that was stopped is stopped again without a word")
			}
		}
	}
}

func hintOf(err error) string {
	var e *runbook.Error
	errors.As(err, &e)
	return e.Advice()
}

// The policy's table is what a run calls.
func TestOperationsAreThoseThatARunCalls(t *testing.T) {
	server, client := standIn(t, runbooktest.Options{Truncated: true})
	if _, err := client.Run(t.Context(), failed, nil); err != nil {
		t.Fatal(err)
	}
	x, _, err := client.Find(t.Context(), failed)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Stop(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	called := server.Calls()
	for _, name := range live.AutomationOperations() {
		if called[name] == 0 {
			t.Errorf("%s is never called", name)
		}
	}
	if len(called) != len(live.AutomationOperations()) {
		t.Errorf("called: %v", called)
	}
}
