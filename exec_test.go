//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"fargate-doctor/aws/exec/exectest"
	"fargate-doctor/aws/live/livetest"
)

// standIn starts what is at the other end of a session, and points the program to it.
func standIn(t *testing.T, o exectest.Options) *exectest.Server {
	t.Helper()
	server := exectest.Start(t, o)
	livetest.Environment(t, server.URL(), exectest.Region)
	return server
}

var shopWeb = []string{"exec", "--cluster", exectest.Cluster, "--service", exectest.Service}

func TestExecInAScript(t *testing.T) {
	program := built(t)
	standIn(t, exectest.Options{})
	for _, test := range []struct {
		name   string
		args   []string
		stdin  io.Reader // a pipe; nil is /dev/null
		out    string
		status int
	}{
		{"by service", append(shopWeb, "--", "printf", `a\nb`), nil, "a\nb", 0},
		{"by the beginning of an id", []string{"exec", "--cluster", exectest.Cluster, "--task", "7c1e", "--", "echo", "hello"}, nil, "hello\n", 0},
		{"by ARN", []string{"exec", "--cluster", exectest.ClusterARN, "--task", exectest.TaskARN, "--container", "app", "--", "echo", "hello"}, nil, "hello\n", 0},
		{"status", append(shopWeb, "--", "sh", "-c", "echo err >&2; exit 42"), nil, "err\n", 42},
		{"input", append(shopWeb, "--", "sh", "-s", "x y"), strings.NewReader("echo \"$1\"; exit 5"), "x y\n", 5},
		{"no input", append(shopWeb, "--", "cat"), nil, "", 0},
		{"flags of the program", append(shopWeb, "--", "printf", "%s|", "--cluster", "-x", "--"), nil, "--cluster|-x|--|", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := exec.Command(program, test.args...)
			var out, err bytes.Buffer
			c.Stdin, c.Stdout, c.Stderr = test.stdin, &out, &err
			_ = c.Run() // the status says it
			if out.String() != test.out || c.ProcessState.ExitCode() != test.status || err.Len() > 0 {
				t.Errorf("status %d, stdout %q, stderr %q; want %d and %q", c.ProcessState.ExitCode(), out.String(), err.String(), test.status, test.out)
			}
		})
	}
}

// A pipe that nobody reads any more ends the session, as it ends every program.
func TestExecIntoAPipeThatIsClosed(t *testing.T) {
	server := standIn(t, exectest.Options{})
	c := exec.Command("sh", append([]string{"-c", `{ "$@"; echo status $? >&2; } | head -n 1`, "sh", built(t)}, append(shopWeb, "--", "yes")...)...)
	var out, err bytes.Buffer
	c.Stdout, c.Stderr = &out, &err
	if e := c.Run(); e != nil {
		t.Error(e)
	}
	if out.String() != "y\n" || err.String() != "status 141\n" {
		t.Errorf("stdout %q, stderr %q", out.String(), err.String())
	}
	if server.Terminated() != 1 || server.Open() != 0 {
		t.Errorf("%d sessions were terminated, %d are open", server.Terminated(), server.Open())
	}
}

// A signal ends the program also when nobody takes its output.
func TestExecIntoAPipeThatIsFull(t *testing.T) {
	server := standIn(t, exectest.Options{})
	c := exec.Command(built(t), append(shopWeb, "--", "yes")...)
	out, e := c.StdoutPipe()
	if e != nil {
		t.Fatal(e)
	}
	if e := c.Start(); e != nil {
		t.Fatal(e)
	}
	if _, e := io.ReadFull(out, make([]byte, 2)); e != nil {
		t.Fatal(e)
	}
	time.Sleep(300 * time.Millisecond) // until the pipe is full
	if e := c.Process.Signal(syscall.SIGTERM); e != nil {
		t.Fatal(e)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = c.Process.Wait() // and not c.Wait, which reads what is left
	}()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		_ = c.Process.Kill()
		t.Fatal("the program goes on")
	}
	if server.Terminated() != 1 || server.Open() != 0 {
		t.Errorf("%d sessions were terminated, %d are open", server.Terminated(), server.Open())
	}
}

// What stands in the way of a session is said, on stderr, with a status that no program's success can be taken for.
func TestExecSaysWhatIsMissing(t *testing.T) {
	for _, test := range []struct {
		name string
		o    exectest.Options
		args []string
		says []string
	}{
		{"several containers", exectest.Options{Containers: []exectest.Container{{Name: "app", Agent: "RUNNING"}, {Name: "envoy", Agent: "RUNNING"}}},
			append(shopWeb, "--", "ls"), []string{"app, envoy", "--container app"}},
		{"unknown container", exectest.Options{}, append(shopWeb, "--container", "db", "--", "ls"), []string{"no container db", "it has app"}},
		{"agent away", exectest.Options{Containers: []exectest.Container{{Name: "app", Agent: "STOPPED"}}}, append(shopWeb, "--", "ls"), []string{"no Exec agent runs"}},
		{"unknown task", exectest.Options{}, []string{"exec", "--cluster", "shop", "--task", "99", "--", "ls"}, []string{"99"}},
		{"no shell", exectest.Options{NoShell: true}, append(shopWeb, "--", "ls"), []string{"no /bin/sh"}},
		{"denied", exectest.Options{Deny: []string{"ecs:ExecuteCommand"}}, append(shopWeb, "--", "ls"), []string{"Allow ecs:ExecuteCommand"}},
		{"shell in a pipe", exectest.Options{}, shopWeb, []string{"needs a terminal", "-- PROGRAM"}},
		{"program before the dashes", exectest.Options{}, append(shopWeb, "ls"), []string{"after --"}},
		{"no task", exectest.Options{}, []string{"exec", "--cluster", "shop", "--", "ls"}, []string{"--task or --service"}},
		{"unknown client", exectest.Options{}, append(shopWeb, "--session-client", "telnet", "--", "ls"), []string{"builtin or plugin"}},
		{"read only", exectest.Options{}, append(shopWeb, "--read-only", "--", "ls"), []string{"--read-only"}},
		{"demo", exectest.Options{}, []string{"exec", "--demo", "--", "ls"}, []string{"demo world"}},
		{"snapshot", exectest.Options{}, append(shopWeb, "--snapshot", "x.zip", "--", "ls"), []string{"snapshot has no containers"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := standIn(t, test.o)
			r := run(t, "", test.args...)
			if r.status != exitFailed || r.out != "" {
				t.Errorf("status %d, stdout %q", r.status, r.out)
			}
			for _, text := range test.says {
				if !strings.Contains(r.err, text) {
					t.Errorf("stderr does not say %q: %s", text, r.err)
				}
			}
			if n := server.Open(); n > 0 {
				t.Errorf("%d sessions are left", n)
			}
		})
	}
}

// A typist is the program on a terminal of its own.
type typist struct {
	t       *testing.T
	far     *os.File
	near    *os.File
	state   *term.State
	command *exec.Cmd
	screen  chan []byte
	seen    string
}

func startTypist(t *testing.T, args ...string) *typist {
	t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	y := &typist{t: t, far: far, near: near, screen: make(chan []byte, 100), command: exec.Command(args[0], args[1:]...)}
	if y.state, err = term.GetState(int(near.Fd())); err != nil {
		t.Fatal(err)
	}
	y.command.Stdin, y.command.Stdout, y.command.Stderr = near, near, near
	y.command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := y.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(y.screen)
		for {
			b := make([]byte, 4096)
			n, err := far.Read(b)
			if err != nil {
				return
			}
			y.screen <- b[:n]
		}
	}()
	t.Cleanup(func() {
		_ = y.command.Process.Kill() // where the test failed before its end
		near.Close()
		far.Close()
	})
	return y
}

func (y *typist) press(keys string) {
	y.t.Helper()
	if _, err := io.WriteString(y.far, keys); err != nil {
		y.t.Fatal(err)
	}
}

func (y *typist) await(text string) {
	y.t.Helper()
	timeout := time.After(20 * time.Second)
	for !strings.Contains(y.seen, text) {
		select {
		case b := <-y.screen:
			y.seen += string(b)
		case <-timeout:
			y.t.Fatalf("waited for %q, the screen shows %q", text, y.seen)
		}
	}
}

// end waits for the program and returns its status; the terminal must be as it was.
func (y *typist) end() int {
	y.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- y.command.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			y.t.Error(err)
		}
	case <-time.After(20 * time.Second):
		y.t.Fatalf("the program goes on; the screen shows %q", y.seen)
	}
	if now, err := term.GetState(int(y.near.Fd())); err != nil || !reflect.DeepEqual(now, y.state) {
		y.t.Errorf("the terminal is %+v, it was %+v, %v", now, y.state, err)
	}
	return y.command.ProcessState.ExitCode()
}

func TestExecAtATerminal(t *testing.T) {
	program := built(t)
	t.Run("a shell", func(t *testing.T) {
		server := standIn(t, exectest.Options{Env: []string{"HISTFILE="}})
		y := startTypist(t, append([]string{program}, shopWeb...)...)
		y.press("echo $((6*7))typed\r")
		y.await("42typed\r\n")
		if err := pty.Setsize(y.near, &pty.Winsize{Cols: 111, Rows: 33}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond) // the signal, and the size on its way
		y.press("stty size\r")
		y.await("33 111\r\n")
		y.press("exit\r")
		if status := y.end(); status != exitFine {
			t.Errorf("status %d", status)
		}
		if server.Terminated() != 1 || server.Open() != 0 {
			t.Errorf("%d sessions were terminated, %d are open", server.Terminated(), server.Open())
		}
	})
	t.Run("a program", func(t *testing.T) {
		standIn(t, exectest.Options{})
		y := startTypist(t, append(append([]string{program}, shopWeb...), "--", "sh", "-c", "echo ready; read x; test -t 1 && exit 42")...)
		y.await("ready")
		y.press("\r")
		if status := y.end(); status != 42 {
			t.Errorf("status %d", status)
		}
	})
	for name, sig := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGHUP": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			server := standIn(t, exectest.Options{})
			y := startTypist(t, append([]string{program}, shopWeb...)...)
			y.press("echo $((6*7))typed\r")
			y.await("42typed\r\n")
			if err := y.command.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if status := y.end(); status != exitFailed {
				t.Errorf("status %d", status)
			}
			if server.Terminated() != 1 || server.Open() != 0 {
				t.Errorf("%d sessions were terminated, %d are open", server.Terminated(), server.Open())
			}
		})
	}
}

// The policy with --exec allows what sessions call, and nothing beside.
func TestThePolicyOfSessionsIsWhatSessionsCall(t *testing.T) {
	program := built(t)
	server := standIn(t, exectest.Options{KMS: true})
	y := startTypist(t, append([]string{program}, shopWeb...)...)
	y.press("echo $((6*7))typed\r")
	y.await("42typed\r\n")
	server.Cut()
	y.press("echo $((6*7))again\r")
	y.await("42again\r\n")
	y.press("exit\r")
	if status := y.end(); status != exitFine {
		t.Fatalf("status %d", status)
	}
	var policy iamPolicy
	if err := json.Unmarshal([]byte(run(t, "", "policy", "--exec").out), &policy); err != nil {
		t.Fatal(err)
	}
	if len(policy.Statement) != 3 {
		t.Fatalf("%d statements", len(policy.Statement))
	}
	called := server.Calls()
	for action := range called {
		if !slices.ContainsFunc(policy.Statement, func(s iamStatement) bool { return slices.Contains(s.Action, action) }) {
			t.Errorf("%s is called and not allowed", action)
		}
	}
	for _, s := range policy.Statement[1:] {
		for _, action := range s.Action {
			if called[action] == 0 {
				t.Errorf("%s is allowed and never called", action)
			}
		}
	}
}

// The official client understands the stand-in, so that what the stand-in takes for the protocol is not only what we take for it.
func TestTheOfficialPlugin(t *testing.T) {
	if _, err := exec.LookPath("session-manager-plugin"); err != nil {
		t.Skip("session-manager-plugin is not installed: not tested with it")
	}
	program := built(t)
	for name, kms := range map[string]bool{"plain": false, "KMS": true} {
		t.Run(name, func(t *testing.T) {
			server := standIn(t, exectest.Options{KMS: kms, Startup: 200 * time.Millisecond, Env: []string{"HISTFILE="}})
			y := startTypist(t, append(append([]string{program}, shopWeb...), "--endpoint-url", server.URL(), "--session-client", "plugin")...)
			y.await("Starting session")
			y.await("# ")
			y.press("echo $((6*7))typed\r")
			y.await("42typed")
			for _, file := range commandLines(t) {
				if strings.Contains(file, "data-channel") {
					t.Errorf("everybody can read the ticket: %s", file)
				}
			}
			y.press("exit\r")
			if status := y.end(); status != exitFine {
				t.Errorf("status %d; the screen shows %q", status, y.seen)
			}
			if server.Terminated() != 1 || server.Open() != 0 {
				t.Errorf("%d sessions were terminated, %d are open", server.Terminated(), server.Open())
			}
		})
	}
}

// commandLines returns the command lines of all processes, as ps shows them.
func commandLines(t *testing.T) []string {
	out, err := exec.Command("ps", "-eo", "args").Output()
	if err != nil {
		t.Skip("ps is not installed: who can see the ticket is not tested")
	}
	return strings.Split(string(out), "\n")
}
