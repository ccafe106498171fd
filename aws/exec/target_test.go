package exec

import (
	"strings"
	"testing"

	"fargate-doctor/aws"
)

func TestChoose(t *testing.T) {
	container := func(name, status, agent string) aws.Container {
		return aws.Container{Name: name, Status: status, ExecAgent: agent, RuntimeID: "r-" + name}
	}
	task := func(containers ...aws.Container) aws.Task {
		return aws.Task{ARN: "arn:aws:ecs:eu-central-1:111122223333:task/shop/7c1e", Cluster: "arn:aws:ecs:eu-central-1:111122223333:cluster/shop",
			Group: "service:web", LastStatus: "RUNNING", ExecEnabled: true, Containers: containers}
	}
	app, proxy := container("app", "RUNNING", "RUNNING"), container("envoy", "RUNNING", "RUNNING")
	guard := container("aws-guardduty-agent-1", "RUNNING", "") // put there by AWS, without an agent
	stopped, off := task(app), task(app)
	stopped.LastStatus, off.ExecEnabled = "STOPPED", false
	for _, test := range []struct {
		name        string
		task        aws.Task
		asked, want string
		cause, says string
	}{
		{"the only one", task(app), "", "app", "", ""},
		{"the only one with an agent", task(guard, app), "", "app", "", ""},
		{"by name", task(app, proxy), "envoy", "envoy", "", ""},
		{"several", task(app, proxy), "", "", "", "app, envoy"},
		{"unknown name", task(app, proxy), "db", "", "", "no container db"},
		{"without an agent", task(app, guard), guard.Name, "", "exec.agent-not-running", guard.Name},
		{"agent stopped", task(container("app", "RUNNING", "STOPPED")), "", "", "exec.agent-not-running", "app: STOPPED"},
		{"agent starts", task(container("app", "RUNNING", "PENDING")), "app", "", "exec.agent-starting", "is starting"},
		{"agent starts, no name", task(container("app", "RUNNING", "PENDING")), "", "", "exec.agent-starting", "is starting"},
		{"container stopped", task(app, container("init", "STOPPED", "STOPPED")), "init", "", "", "is STOPPED"},
		{"task stopped", stopped, "", "", "", "is STOPPED"},
		{"Exec off", off, "", "", "exec.not-enabled", "ECS Exec is off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Choose(test.task, test.asked)
			if got.Container != test.want || CauseOf(err) != test.cause || (err == nil) != (test.want != "") {
				t.Fatalf("got %q, %v with cause %q", got.Container, err, CauseOf(err))
			}
			if err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
			if err == nil && got.id() != "ecs:shop_7c1e_r-"+test.want {
				t.Errorf("Systems Manager would be asked for %s", got.id())
			}
		})
	}
}

func TestWhatTheAgentSaysWhenItCloses(t *testing.T) {
	for reason, want := range map[string]struct{ cause, says string }{
		"": {},
		"Unable to start command: fork/exec /bin/sh: no such file or directory":                          {"exec.no-shell", "no /bin/sh"},
		`Unable to start command: Failed to start pty: exec: "bash": executable file not found in $PATH`: {"exec.no-shell", "no bash"},
		"Unable to start command: Failed to start pty: fork/exec /app/tool: no such file or directory":   {"", "no /app/tool"},
		"Session terminated due to \x1b[31minactivity":                                                   {"", "Session terminated due to inactivity"},
	} {
		err := closed(reason)
		switch {
		case want.says == "" && err != nil, want.says != "" && err == nil, CauseOf(err) != want.cause:
			t.Errorf("%q: got %v with cause %q", reason, err, CauseOf(err))
		case err != nil && !strings.Contains(err.Error(), want.says):
			t.Errorf("%q does not say %q", err, want.says)
		}
	}
}
