package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws/live"
	"fargate-doctor/aws/live/livetest"
	"fargate-doctor/aws/runbook/runbooktest"
	"fargate-doctor/steps"
)

// blockedWorld builds a world on a local API server whose task can't reach SNS, and stops the task if asked to. It returns the server's
// URL.
func blockedWorld(t *testing.T, stopped bool) (string, livetest.World) {
	t.Helper()
	url := livetest.StartServer(t)
	world := livetest.BuildWorld(t, url, livetest.Knobs{Region: runbooktest.Region, NoEgress: true})
	if stopped {
		body := fmt.Sprintf(`{"region":%q,"kind":"ecs_task","id":%q,"set":{"last_status":"STOPPED","desired_status":"STOPPED"}}`, world.Region, world.Task)
		resp, err := http.Post(url+"/world/patch", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Fatal(resp.Status)
		}
	}
	return url, world
}

type runbookReported struct {
	Verdict string
	Runbook struct {
		ID, Status, Problem, Hint, Summary string
		Analysed, Tidying                  bool
		Missing                            []string
		Findings                           []struct{ Text, Agreement, Cause string }
		Unnamed                            []struct{ Code string }
		Steps                              []struct{ Name, Status string }
	}
}

// The program's own findings are there whatever becomes of the runbook, and so is their status.
func TestDiagnoseWithTheRunbook(t *testing.T) {
	upstream, world := blockedWorld(t, true)
	const says = "The security group of the task does not allow outbound traffic on port 443.\nThe log group /ecs/web does not exist."
	for _, test := range []struct {
		name    string
		o       runbooktest.Options
		args    []string
		problem string
		missing []string
		compare []string // agreements
		stderr  []string
	}{
		{"by task", runbooktest.Options{Stride: 8, Output: says}, []string{"--task", world.Task}, "", nil, []string{"agrees", "not comparable"},
			[]string{"may make:", "NetworkToolSSMRunbookExecution", "run 11112222-3333-4444-5555-000000000001 started", "step 9 of 11"}},
		{"by service", runbooktest.Options{Stride: 8, Output: says, NoLambda: true}, []string{"--service", world.Service}, "", nil, []string{"agrees", "not comparable"}, nil},
		{"with a role", runbooktest.Options{Stride: 8, Output: says}, []string{"--task", world.Task, "--automation-role", runbooktest.Role}, "", nil, []string{"agrees", "not comparable"},
			[]string{"permissions of " + runbooktest.Role}},
		{"denied", runbooktest.Options{Deny: []string{"ssm:StartAutomationExecution"}}, []string{"--task", world.Task}, "ssm:StartAutomationExecution is not allowed",
			[]string{"ssm:StartAutomationExecution"}, nil, nil},
		{"failing", runbooktest.Options{FailAt: 1, FailAs: "Failed", Failure: "no", Stride: 2}, []string{"--task", world.Task}, "the run failed", nil, nil, nil},
		{"unknown", runbooktest.Options{Faults: map[string]runbooktest.Fault{"StartAutomationExecution": {Code: "AutomationDefinitionNotFoundException"}}}, []string{"--task", world.Task},
			"no runbook AWSSupport-TroubleshootECSTaskFailedToStart in eu-central-1", nil, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.Upstream = upstream
			server := runbooktest.Start(t, test.o)
			livetest.Environment(t, server.URL(), runbooktest.Region)
			r := run(t, "", append([]string{"diagnose", "--cluster", world.Cluster, "--to", "sns", "--format", "json", "--runbook"}, test.args...)...)
			var report runbookReported
			if err := json.Unmarshal([]byte(r.out), &report); err != nil {
				t.Fatalf("%v\n%s\n%s", err, r.out, r.err)
			}
			if r.status != exitProblem || report.Verdict != "blocked" {
				t.Errorf("status %d, verdict %s", r.status, report.Verdict)
			}
			b := report.Runbook
			if (b.Problem == "") != (test.problem == "") || !strings.Contains(b.Problem, test.problem) || !slices.Equal(b.Missing, append([]string{}, test.missing...)) {
				t.Errorf("%+v", b)
			}
			var compared []string
			for _, f := range b.Findings {
				compared = append(compared, f.Agreement)
			}
			if !slices.Equal(compared, test.compare) || b.Analysed != (test.problem == "") {
				t.Errorf("%+v", b)
			}
			for _, text := range test.stderr {
				if !strings.Contains(r.err, text) {
					t.Errorf("stderr does not say %q:\n%s", text, r.err)
				}
			}
		})
	}
}

func TestTheRunbookInText(t *testing.T) {
	upstream, world := blockedWorld(t, true)
	server := runbooktest.Start(t, runbooktest.Options{Upstream: upstream, Stride: 8, Output: "The security group of the task does not allow outbound traffic."})
	livetest.Environment(t, server.URL(), runbooktest.Region)
	r := run(t, "", "diagnose", "--cluster", world.Cluster, "--task", world.Task, "--to", "sns", "--runbook")
	for _, text := range []string{"Runbook AWSSupport-TroubleshootECSTaskFailedToStart", "= agrees", "sg.egress-denied)", "half an hour"} {
		if !strings.Contains(strings.Join(strings.Fields(r.out), " "), text) {
			t.Errorf("%q is not said:\n%s", text, r.out)
		}
	}
	if n := strings.Count(r.err, "VerifyPermissions"); n == 0 {
		t.Errorf("stderr:\n%s", r.err)
	}
}

// A task that runs is not examined: the runbook would look for a failure that there is not.
func TestTheRunbookIsNotStartedForATaskThatRuns(t *testing.T) {
	upstream, world := blockedWorld(t, false)
	server := runbooktest.Start(t, runbooktest.Options{Upstream: upstream})
	livetest.Environment(t, server.URL(), runbooktest.Region)
	for _, args := range [][]string{{"--task", world.Task}, {"--service", world.Service}} {
		r := run(t, "", append([]string{"diagnose", "--cluster", world.Cluster, "--to", "sns", "--runbook"}, args...)...)
		if r.status != exitProblem || !strings.Contains(r.out, "The runbook was not started") {
			t.Errorf("%v: status %d\n%s\n%s", args, r.status, r.out, r.err)
		}
	}
	if started, _ := server.Started(); len(started) > 0 {
		t.Errorf("started with %v", started)
	}
}

func TestTheRunbookIsRefusedWhereNoneCanRun(t *testing.T) {
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"--demo", "--runbook"}, "a demo world has no Systems Manager"},
		{[]string{"--snapshot", "x.zip", "--runbook"}, "a snapshot has no Systems Manager"},
		{[]string{"--read-only", "--cluster", "shop", "--task", "7c1e", "--to", "sns", "--runbook"}, "--read-only"},
		{[]string{"--subnet", "subnet-1", "--security-group", "sg-1", "--to", "sns", "--runbook"}, "does not exist yet"},
		{[]string{"--cluster", "shop", "--task", "7c1e", "--automation-role", runbooktest.Role}, "add --runbook"},
		{[]string{"--cluster", "shop", "--task", "7c1e", "--runbook", "--automation-role", "automation"}, "is no ARN of a role"},
	} {
		r := run(t, "", append([]string{"diagnose"}, test.args...)...)
		if r.status != exitFailed || r.out != "" || !strings.Contains(r.err, test.says) {
			t.Errorf("%v: status %d, stderr %s", test.args, r.status, r.err)
		}
	}
}

// Ctrl-C stops the run, and what was found by then is printed.
func TestAnInterruptStopsTheRun(t *testing.T) {
	upstream, world := blockedWorld(t, true)
	program := built(t)
	server := runbooktest.Start(t, runbooktest.Options{Upstream: upstream})
	livetest.Environment(t, server.URL(), runbooktest.Region)
	c := exec.Command(program, "diagnose", "--cluster", world.Cluster, "--task", world.Task, "--to", "sns", "--runbook", "--format", "json")
	var out, err bytes.Buffer
	c.Stdout, c.Stderr = &out, &err
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); server.Calls()["ssm:GetAutomationExecution"] < 2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no run is watched: %s", err.String())
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the status says it
	var report runbookReported
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if c.ProcessState.ExitCode() != exitProblem || server.Stopped() != 1 || !strings.Contains(report.Runbook.Problem, "was stopped") || !strings.Contains(report.Runbook.Hint, "Lambda function") {
		t.Errorf("status %d, %d stopped, %+v\n%s", c.ProcessState.ExitCode(), server.Stopped(), report.Runbook, err.String())
	}
}

// At a terminal a person is asked first, and sees a bar.
func TestAPersonIsAskedBeforeTheRunbookStarts(t *testing.T) {
	upstream, world := blockedWorld(t, true)
	program := built(t)
	for _, answer := range []string{"n", "y"} {
		server := runbooktest.Start(t, runbooktest.Options{Upstream: upstream, Stride: 4, Output: "All good things."})
		livetest.Environment(t, server.URL(), runbooktest.Region)
		y := startTypist(t, program, "diagnose", "--cluster", world.Cluster, "--task", world.Task, "--to", "sns", "--runbook")
		y.await("Start it? [y/N]")
		if started, _ := server.Started(); len(started) > 0 {
			t.Error("it was started unasked")
		}
		y.press(answer + "\r")
		want := "The runbook was not started"
		if answer == "y" {
			y.await("█")
			want = "analysed the task"
		}
		y.await(want)
		if status := y.end(); status != exitProblem {
			t.Errorf("status %d", status)
		}
		if started, _ := server.Started(); (len(started) == 1) != (answer == "y") {
			t.Errorf("%s: started with %v", answer, started)
		}
	}
}

// The policy with --runbook allows what a run calls and what the runbook calls, apart.
func TestThePolicyOfTheRunbook(t *testing.T) {
	var policy iamPolicy
	if err := json.Unmarshal([]byte(run(t, "", "policy", "--runbook").out), &policy); err != nil {
		t.Fatal(err)
	}
	if len(policy.Statement) != 3 || !slices.Equal(policy.Statement[2].Action, steps.RunbookActions()) {
		t.Fatalf("%+v", policy.Statement)
	}
	for _, action := range append(live.AutomationOperations(), "ssm:AddTagsToResource") {
		if !slices.Contains(policy.Statement[1].Action, action) {
			t.Errorf("%s is not allowed", action)
		}
	}
	if n := len(strings.Split(run(t, "", "policy", "--exec", "--runbook").out, `"Sid"`)) - 1; n != 5 {
		t.Errorf("%d statements for all", n)
	}
}
