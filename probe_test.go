//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws/exec/exectest"
)

// seenInside is what the JSON of a report says of probes.
type seenInside struct {
	Verdict string
	Probes  *struct {
		Where, Problem, Hint string
		Results              []seenProbe
		Comparisons          []struct{ Probe, Agreement string }
	}
}

type seenProbe struct{ Probe, Tool, Target, Verdict, Evidence string }

func diagnosed(t *testing.T, args ...string) seenInside {
	t.Helper()
	r := run(t, "", append([]string{"diagnose", "--format", "json"}, args...)...)
	var d seenInside
	if err := json.Unmarshal([]byte(r.out), &d); err != nil {
		t.Fatalf("%v\n%s%s", err, r.out, r.err)
	}
	if d.Probes == nil {
		t.Fatalf("no probes in\n%s", r.out)
	}
	return d
}

// Probes go over one session of the real protocol, to a real shell.
func TestDiagnoseProbesOverOneSession(t *testing.T) {
	open, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	for _, o := range []exectest.Options{{}, {KMS: true}, {Shell: []string{"busybox", "sh"}}, {Shell: []string{"dash"}}} {
		server := standIn(t, o)
		d := diagnosed(t, "--cluster", exectest.Cluster, "--service", exectest.Service, "--to", open.Addr().String(), "--probe")
		reached := 0
		for _, r := range d.Probes.Results {
			if r.Probe == "connect" && r.Verdict == "reached" {
				reached++
			}
		}
		if reached == 0 || d.Probes.Problem != "" || !strings.Contains(d.Probes.Where, "container app of task "+exectest.TaskID) {
			t.Errorf("%+v: %+v", o, d.Probes)
		}
		if calls := server.Calls()["ecs:ExecuteCommand"]; calls != 1 || server.Open() > 0 {
			t.Errorf("%+v: %d sessions, %d left; calls %v", o, calls, server.Open(), server.Calls())
		}
	}
}

// A debug task is launched beside the task, found again by whoever asks for it, and probed from in place of the task's own container.
func TestDiagnoseProbesInADebugTask(t *testing.T) {
	open, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	server := standIn(t, exectest.Options{Containers: []exectest.Container{{Name: "app"}}}) // its own container has no Exec agent
	probe := []string{"--cluster", exectest.Cluster, "--service", exectest.Service, "--to", open.Addr().String(), "--probe", "--probe-in", "debug"}
	if d := diagnosed(t, probe...); len(d.Probes.Results) > 0 || !strings.Contains(d.Probes.Problem, "no debug task runs beside") || !strings.Contains(d.Probes.Hint, "debug launch") {
		t.Errorf("before there is one: %+v", d.Probes)
	}

	launch := []string{"debug", "launch", "--cluster", exectest.Cluster, "--service", exectest.Service}
	first := make(chan result, 1)
	go func() { first <- run(t, "", launch...) }()
	for len(server.Launched()) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	again := run(t, "", launch...) // while the first one starts; it returns when sessions can be opened, too
	if again.status != exitFine || !strings.Contains(again.err, "stands there already") {
		t.Fatalf("again %+v", again)
	}
	id := strings.TrimSpace(again.out)
	d := diagnosed(t, probe...)
	reached := slices.ContainsFunc(d.Probes.Results, func(r seenProbe) bool { return r.Probe == "connect" && r.Verdict == "reached" })
	if !reached || d.Probes.Problem != "" || !strings.Contains(d.Probes.Where, "container debug of task "+id) {
		t.Errorf("%+v", d.Probes)
	}
	if in := server.Entered(); len(in) != 1 || !strings.HasSuffix(in[0], "/"+id+"/debug") || server.Open() > 0 {
		t.Errorf("sessions in %v, %d left", in, server.Open())
	}

	if r := <-first; r.status != exitFine || r.out != again.out || len(server.Launched()) != 1 {
		t.Errorf("first %+v, again %+v, %d tasks", r, again, len(server.Launched()))
	}
	if r := run(t, "", "debug", "stop"); r.status != exitFine || server.Definitions() > 0 || !server.Launched()[0].Stopped {
		t.Errorf("stop: %+v, %d definitions left", r, server.Definitions())
	}
}

// Where nothing can be probed the diagnosis is whole, and says why.
func TestDiagnoseSaysWhyItCouldNotProbe(t *testing.T) {
	for _, test := range []struct {
		name string
		o    exectest.Options
		args []string
		says string
	}{
		{"no shell", exectest.Options{NoShell: true}, nil, "no /bin/sh"},
		{"several containers", exectest.Options{Containers: []exectest.Container{{Name: "app", Agent: "RUNNING"}, {Name: "envoy", Agent: "RUNNING"}}}, nil, "several containers"},
		{"denied", exectest.Options{Deny: []string{"ecs:ExecuteCommand"}}, nil, "ecs:ExecuteCommand"},
		{"agent away", exectest.Options{Containers: []exectest.Container{{Name: "app", Agent: "STOPPED"}}}, nil, "no Exec agent runs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := standIn(t, test.o)
			d := diagnosed(t, append([]string{"--cluster", exectest.Cluster, "--service", exectest.Service, "--to", "127.0.0.1:9", "--probe"}, test.args...)...)
			if len(d.Probes.Results) > 0 || !strings.Contains(d.Probes.Problem, "nothing was probed") || !strings.Contains(d.Probes.Problem+d.Probes.Hint, test.says) {
				t.Errorf("%+v", d.Probes)
			}
			if n := server.Open(); n > 0 {
				t.Errorf("%d sessions are left", n)
			}
		})
	}
}

func TestProbesAreRefusedWhereThereAreNone(t *testing.T) {
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"--cluster", "shop", "--service", "web", "--to", "sns", "--probe", "--read-only"}, "--read-only"},
		{[]string{"--snapshot", "x.zip", "--to", "sns", "--probe"}, "snapshot has no containers"},
		{[]string{"--subnet", "subnet-0a1", "--security-group", "sg-0b2", "--to", "sns", "--probe"}, "does not exist yet"},
		{[]string{"--cluster", "shop", "--service", "web", "--to", "sns", "--probe", "--probe-in", "moon"}, "task or debug"},
		{[]string{"--cluster", "shop", "--service", "web", "--to", "sns", "--probe-install"}, "add --probe"},
	} {
		standIn(t, exectest.Options{})
		if r := run(t, "", append([]string{"diagnose"}, test.args...)...); r.status != exitFailed || !strings.Contains(r.err, test.says) {
			t.Errorf("%v: status %d, %s", test.args, r.status, r.err)
		}
	}
}

// A demo world answers from its own path engine.
func TestDiagnoseProbesADemoWorld(t *testing.T) {
	for world, agree := range map[string]int{"sg-egress-denied": 2, "healthy-endpoint": 2, "proxy-blocks-target": 4, "dns-name-not-found": 1} {
		d := diagnosed(t, "--demo="+world, "--probe")
		got := 0
		for _, c := range d.Probes.Comparisons {
			if c.Agreement == "agrees" {
				got++
			}
		}
		if got != agree {
			t.Errorf("%s: %d predictions agree, want %d: %s", world, got, agree, fmt.Sprint(d.Probes.Comparisons))
		}
	}
}

// A session that AWS could not be told the end of stays for a while, and takes one of two places.
func TestASessionOfProbesThatStaysIsSaid(t *testing.T) {
	standIn(t, exectest.Options{Deny: []string{"ssm:TerminateSession"}})
	r := run(t, "", "diagnose", "--cluster", exectest.Cluster, "--service", exectest.Service, "--to", "127.0.0.1:9", "--probe")
	if !strings.Contains(r.err, "AWS could not be told") || !strings.Contains(r.out, "127.0.0.1") {
		t.Errorf("%s\n%s", r.out, r.err)
	}
}
