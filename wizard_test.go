package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// programs is where the program is built for the tests that drive it, once for all of them.
var programs, build = "", sync.OnceValues(func() (string, error) {
	file := filepath.Join(programs, "fargate-doctor")
	out, err := exec.Command("go", "build", "-o", file, ".").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("go build: %w\n%s", err, out)
	}
	return file, err
})

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if programs, err = os.MkdirTemp("", "fargate-doctor"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(programs)
		return m.Run()
	}())
}

// built returns the program itself.
func built(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the program itself is driven without -short")
	}
	file, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// A screen is the program in a tmux session of its own, on a tmux server of its own.
type screen struct {
	t      *testing.T
	socket string
}

func openScreen(t *testing.T, width, height int, command string) screen {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: the wizard can't be driven in a real terminal here")
	}
	s := screen{t, filepath.Join(t.TempDir(), "tmux")}
	s.tmux("-f", os.DevNull, "new-session", "-d", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height),
		"sh", "-c", command+"; echo status $?; exec cat")
	t.Cleanup(func() { s.try("kill-server") })
	s.tmux("set-option", "-s", "set-clipboard", "on")
	return s
}

func (s screen) try(args ...string) (string, error) {
	out, err := exec.Command("tmux", append([]string{"-S", s.socket}, args...)...).CombinedOutput()
	return string(out), err
}

func (s screen) tmux(args ...string) string {
	s.t.Helper()
	out, err := s.try(args...)
	if err != nil {
		s.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return out
}

func (s screen) press(keys ...string) {
	s.t.Helper()
	s.tmux(append([]string{"send-keys"}, keys...)...)
}

// await waits until the screen shows the text.
func (s screen) await(text string) string {
	s.t.Helper()
	return s.poll("the screen to show "+text, func() (string, bool) {
		shown := s.tmux("capture-pane", "-p")
		return shown, strings.Contains(shown, text)
	})
}

func (s screen) poll(what string, look func() (string, bool)) string {
	s.t.Helper()
	var seen string
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		var ok bool
		if seen, ok = look(); ok {
			return seen
		}
	}
	s.t.Fatalf("waited for %s; last seen:\n%s", what, seen)
	return ""
}

// From the first screen to the root cause and the copied command, as a person would, in a real terminal.
func TestTheWizardFindsTheRootCauseInATerminal(t *testing.T) {
	program := built(t)
	for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}, {60, 15}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size.width, size.height), func(t *testing.T) {
			s := openScreen(t, size.width, size.height, program+" --demo")
			s.await("> shop")
			s.press("Enter")
			s.await("> service")
			s.press("Enter")
			s.await("It times out")
			s.press("Enter")
			s.await("sns.eu-central-1.amazonaws.com")
			s.press("Enter")
			s.await("blocked")
			s.await("does not admit the task")
			s.press("c")
			s.await("copied")
			copied := s.poll("the copied command", func() (string, bool) {
				out, err := s.try("show-buffer")
				return out, err == nil
			})
			if !strings.HasPrefix(copied, "aws ec2 authorize-security-group-ingress --group-id sg-") || strings.Contains(copied, "\n") {
				t.Errorf("copied %q", copied)
			}
			s.press("C-c")
			shown := s.await("status 0")
			if strings.Contains(shown, "The walk") {
				t.Errorf("the wizard's last frame is still there:\n%s", shown)
			}
		})
	}
}

// The window changes while the walk is on; what is shown afterwards fits, and nothing was lost.
func TestTheWindowMayChangeInTheMiddleOfAWalk(t *testing.T) {
	s := openScreen(t, 120, 40, built(t)+" --demo")
	s.await("> shop")
	s.press("Enter")
	s.await("> service")
	s.press("Enter")
	s.await("It times out")
	s.press("Enter")
	s.await("sns.eu-central-1")
	s.press("Enter")
	for _, size := range [][2]string{{"60", "15"}, {"40", "10"}, {"200", "60"}, {"80", "24"}} {
		s.tmux("resize-window", "-x", size[0], "-y", size[1])
	}
	s.await("does not admit the task")
	s.tmux("resize-window", "-x", "40", "-y", "10")
	s.await("60×15")
	s.tmux("resize-window", "-x", "80", "-y", "24")
	s.await("does not admit the task")
}

// A terminal that never answers a question must not hold the program up.
func TestASilentTerminalDoesNotDelayTheProgram(t *testing.T) {
	command := exec.Command(built(t), "--version")
	command.Env = append(os.Environ(), "TERM=xterm-256color")
	start := time.Now()
	tty, err := pty.Start(command)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	var out bytes.Buffer
	_, err = out.ReadFrom(tty)
	if err != nil && !errors.Is(err, os.ErrClosed) && !strings.Contains(err.Error(), "input/output error") {
		t.Fatal(err) // a pty whose program has ended reads as an I/O error
	}
	if err := command.Wait(); err != nil {
		t.Fatal(err)
	}
	const stall = 4 * time.Second // Bubble Tea would wait for five
	if took := time.Since(start); took > stall {
		t.Errorf("--version took %s", took)
	}
	if strings.Contains(out.String(), "\x1b]11;?") {
		t.Errorf("the terminal was asked for its background: %q", out.String())
	}
	if !strings.HasPrefix(out.String(), "fargate-doctor ") {
		t.Errorf("it printed %q", out.String())
	}
}

// A traceback of many lines, as Python prints it in colour on Windows, leads to the walk: pasted in brackets, and as key presses by a
// terminal that knows no brackets.
func TestAPastedTracebackIsWalkedInATerminal(t *testing.T) {
	const traceback = "2025-03-28 12:21:51 ERROR shop.worker: publish failed\r\nTraceback (most recent call last):\r\n" +
		"\x1b[31m  File \"/app/worker.py\", line 41, in publish\x1b[0m\r\n\tclient.publish(TopicArn=topic, Message=body)\r\n" +
		"botocore.errorfactory.AuthorizationErrorException: An error occurred (AuthorizationError) when calling the Publish operation: User: " +
		"arn:aws:sts::111122223333:assumed-role/shop-worker-task/b01ada8305d568858e1357e740027613 is not authorized to perform: SNS:Publish on " +
		"resource: arn:aws:sns:eu-central-1:111122223333:orders because no VPC endpoint policy allows the SNS:Publish action\r\n"
	program := built(t)
	file := filepath.Join(t.TempDir(), "traceback")
	if err := os.WriteFile(file, []byte(traceback), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, paste := range map[string][]string{"in brackets": {"paste-buffer", "-p", "-r"}, "as keys": {"paste-buffer"}, "as keys, line feeds": {"paste-buffer", "-r"}} {
		t.Run(name, func(t *testing.T) {
			s := openScreen(t, 80, 24, program+" --demo=iam-endpoint-policy-denied")
			s.await("> shop")
			s.press("Enter")
			s.await("> service")
			s.press("Enter")
			s.await("What do you see?")
			s.press("v")
			s.await("What did it print?")
			s.tmux("load-buffer", file)
			s.tmux(paste...)
			shown := s.await("every policy that decides on sns:Publish")
			if !strings.Contains(shown, "(AuthorizationError) when calling") || strings.Contains(shown, "[31m") {
				t.Errorf("the box shows\n%s", shown)
			}
			s.press("C-s")
			s.await("✗ endpoint")
			s.press("J")
			s.await("copied")
			copied := s.poll("the copied policy", func() (string, bool) {
				out, err := s.try("show-buffer")
				return out, err == nil && !strings.Contains(out, "Traceback")
			})
			if !json.Valid([]byte(copied)) || !strings.Contains(copied, "sns:Publish") {
				t.Errorf("copied %q", copied)
			}
		})
	}
}

// What the command line names, neither wizard asks for.
func TestTheWizardStartsWhereThePersonIs(t *testing.T) {
	known := []string{"--demo=endpoint-sg-ingress-denied", "--cluster", "shop", "--service", "worker", "--symptom", "timeout", "--to", "sns"}
	s := openScreen(t, 80, 24, built(t)+" "+strings.Join(known, " "))
	s.await("does not admit the task")
	s.press("Escape")
	s.await("CLUSTER")
	s.press("q")
	s.await("status 0")
	if r := run(t, "quit\n", append(known, "--plain")...); r.status != 0 || !strings.Contains(r.out, "does not admit the task") || strings.Contains(r.out, "Which cluster?") {
		t.Errorf("the plain wizard ended with %d and said\n%s%s", r.status, r.out, r.err)
	}
}
