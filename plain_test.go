//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"fargate-doctor/aws/exec/exectest"
	"fargate-doctor/aws/live/livetest"
	"fargate-doctor/aws/runbook/runbooktest"
)

// asked are the answers that lead to "What next?" at once.
var asked = []string{"--cluster", "shop", "--service", "web", "--symptom", "timeout", "--to", "sns"}

// inOrder checks that a text says all of these, one after the other.
func inOrder(t *testing.T, text string, wants ...string) {
	t.Helper()
	rest := text
	for _, want := range wants {
		i := strings.Index(rest, want)
		if i < 0 {
			t.Fatalf("%q is not said, or not there:\n%s", want, text)
		}
		rest = rest[i+len(want):]
	}
}

// A conversation in a pipe, with what a demo world can do.
func TestThePlainWizardActsInADemoWorld(t *testing.T) {
	var out, err bytes.Buffer
	answers := strings.Join([]string{"probe", "debug", "yes", "debug probe", "debug shell", "runbook", "quit", "stop", ""}, "\n")
	p := &program{in: strings.NewReader(answers), out: &out, err: &err, now: time.Now} // the phases of the debug task take their time
	status := p.run(t.Context(), append([]string{"--plain", "--demo=healthy-nat"}, asked...))
	inOrder(t, out.String(), "Probing from inside the container", "Seen from inside a container of the demo", "Agrees: TCP connection",
		"about $0.01 an hour", "Launch it?", "Debug task: provisioning.", "Debug task: exec agent ready.", "is ready. It ends by itself in 60 min.",
		"Seen from inside the debug task of the demo", "A shell needs a terminal, and here is none.", "a demo world has no Systems Manager",
		"What becomes of it?", "Nothing was left behind.", "Goodbye.")
	if status != exitFine || err.Len() > 0 {
		t.Errorf("status %d, stderr %q", status, err.String())
	}
}

func TestThePlainWizardSaysWhatItMayNotDo(t *testing.T) {
	recorded := filepath.Join(t.TempDir(), "recorded.zip")
	if r := run(t, "", "snapshot", "--demo=endpoint-sg-ingress-denied", "-o", recorded); r.status != exitFine {
		t.Fatal(r.err)
	}
	for why, world := range map[string][]string{"--read-only takes this out of the program": {"--demo", "--read-only"}, "a snapshot can be read only": {"--snapshot", recorded}} {
		r := run(t, "debug\nshell\nprobe\nquit\n", append([]string{"--plain", "--cluster", "shop", "--service", "worker", "--symptom", "timeout", "--to", "sns"}, world...)...)
		if n := strings.Count(r.out, "That can't be done: "+why+"."); n != 3 || !strings.Contains(r.out, "Goodbye.") {
			t.Errorf("%v: said %d times:\n%s", world, n, r.out)
		}
	}
}

// Every answer that the README names is one.
func TestTheReadmeNamesAnswersOfThePlainWizard(t *testing.T) {
	_, table, _ := strings.Cut(contents(t, "README.md"), "| answer | does |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	words := 0
	for _, row := range strings.Split(table, "\n") {
		for _, word := range regexp.MustCompile("`[^`]+`").FindAllString(row, -1) {
			words++
			r := run(t, strings.Trim(word, "`")+"\nback\nback\nquit\n", append([]string{"--plain", "--demo=denied-route-tables"}, asked...)...)
			if strings.Contains(r.out, "There is no answer like that") || r.status != exitFine {
				t.Errorf("%s is no answer:\n%s", word, r.out)
			}
		}
	}
	if words < 15 {
		t.Errorf("only %d answers were found", words)
	}
}

// In a demo world, in a real terminal: the shell gets the keys, Ctrl-C ends a launch and a watch and not the program, and quits at a question.
func TestThePlainWizardInATerminal(t *testing.T) {
	y := startTypist(t, append([]string{built(t), "--plain", "--demo=endpoint-sg-ingress-denied"}, "--cluster", "shop", "--service", "worker", "--symptom", "timeout", "--to", "sns")...)
	say := func(await, keys string) {
		t.Helper()
		y.await(await)
		_, y.seen, _ = strings.Cut(y.seen, await)
		y.press(keys)
	}
	say("What next?", "watch\r")
	say("Look 1, ", "\x03")
	say("The watch has ended.", "watch\r")
	say("Look 1, ", "\r")
	say("What next?", "debug\r")
	say("can't be pulled from there", "yes\r")
	say("Debug task: provisioning.", "\x03")
	say("Nothing was left behind.", "shell\r")
	say("sh-5.2#", "getent hosts sns.eu-central-1.amazonaws.com\r")
	say("10.40.", "exit\rsteps\r")
	y.await("The shell has ended.")
	say("Step 29 of 29", "\x03")
	y.await("Goodbye.")
	if status := y.end(); status != exitFine {
		t.Errorf("status %d", status)
	}
}

// In an account: a real session in the container, the debug task beside it, and what is left when the program ends from outside.
func TestThePlainWizardActsInAnAccount(t *testing.T) {
	program := built(t)
	server := standIn(t, exectest.Options{Env: []string{"PS1=> ", "HISTFILE=", "ENV="}})
	y := startTypist(t, append([]string{program, "--plain"}, asked...)...)
	say := func(await, keys string) {
		t.Helper()
		y.await(await)
		_, y.seen, _ = strings.Cut(y.seen, await)
		y.press(keys)
	}
	say("What next?", "shell\r")
	say("Opening a shell in container app of task 7c1e55ab", "echo $((6*7))app\r")
	say("42app", "exit\r")
	say("The shell has ended.", "debug\r")
	say("Launch it?", "yes\r")
	say("is ready.", "debug shell\r")
	say("Opening a shell in container debug", "echo $((6*7))typed\r")
	say("42typed", "exit\r")
	say("The shell has ended.", "debug stop\r")
	say("Nothing was left behind.", "debug\r")
	say("Launch it?", "yes\r")
	y.await("is ready.")
	if all := server.Launched(); len(all) != 2 || !all[0].Stopped || all[1].Stopped {
		t.Errorf("launched %+v", all)
	}
	if err := y.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	y.await("This stops it now: fargate-doctor debug stop --cluster shop --task ")
	inOrder(t, y.seen, "The program was interrupted.", "ends by itself in 60 min.")
	y.end()
	if server.Open() != 0 || server.Terminated() != 2 {
		t.Errorf("%d sessions are open, %d were terminated", server.Open(), server.Terminated())
	}
}

// Where there is no terminal the command is said that opens the shell, and it does.
func TestThePlainWizardSaysTheCommandOfAShell(t *testing.T) {
	standIn(t, exectest.Options{})
	r := run(t, "shell\nquit\n", append([]string{"--plain"}, asked...)...)
	_, rest, _ := strings.Cut(r.out, "In a terminal this opens it: fargate-doctor ")
	command, _, found := strings.Cut(rest, "\n")
	if !found {
		t.Fatalf("no command is said:\n%s", r.out)
	}
	if r := run(t, "", append(strings.Fields(command), "--", "echo", "hello")...); r.status != exitFine || r.out != "hello\n" {
		t.Errorf("%s: status %d, %q, %s", command, r.status, r.out, r.err)
	}
}

// A pipe has nobody at it who could go on: Ctrl-C ends the program.
func TestThePlainWizardInAPipeEndsWithCtrlC(t *testing.T) {
	c := exec.Command(built(t), append([]string{"--plain", "--demo=healthy-nat"}, asked...)...)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer time.AfterFunc(30*time.Second, func() { _ = c.Process.Kill() }).Stop() // where it goes on
	lines, last := bufio.NewScanner(out), ""
	for lines.Scan() {
		last = lines.Text()
		if last == "What next?" {
			if err := c.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err != nil || last != "The program was interrupted." {
		t.Errorf("%v, it said last %q", err, last)
	}
}

// The runbook over HTTP: what it will do, its steps as lines, what it says beside the walk.
func TestThePlainWizardRunsTheRunbook(t *testing.T) {
	upstream, world := blockedWorld(t, true)
	server := runbooktest.Start(t, runbooktest.Options{Upstream: upstream, Stride: 8, Output: "The security group of the task does not allow outbound traffic on port 443."})
	livetest.Environment(t, server.URL(), runbooktest.Region)
	r := run(t, "runbook\n\nno\nrunbook\n\nyes\nquit\n", "--plain", "--cluster", world.Cluster, "--task", world.Task, "--symptom", "start")
	inOrder(t, r.out, "with your own permissions", "It may make: a Lambda function", "Start it", "What next?", "Start it", "is under way.", "Step 1 of 11, VerifyPermissions: Success.",
		"Runbook AWSSupport-TroubleshootECSTaskFailedToStart:", "does not allow outbound traffic", "Goodbye.")
	if started, _ := server.Started(); len(started) != 1 {
		t.Errorf("started with %v", started)
	}
}
