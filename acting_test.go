//go:build unix

package main

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"fargate-doctor/aws/exec/exectest"

	"github.com/creack/pty"
)

// In a demo world, from the walk to the debug task, into its shell and back, as a person would, in a real terminal.
func TestTheDebugTaskOfADemoWorldInATerminal(t *testing.T) {
	program := built(t)
	for _, size := range [][2]int{{60, 15}, {80, 24}, {200, 60}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			s := openScreen(t, size[0], size[1], program+" --demo=healthy-nat")
			s.await("> ")
			s.press("Enter")
			s.await("> service")
			s.press("Enter")
			s.await("It times out")
			s.press("Enter")
			s.await("sns.eu-central-1.amazonaws.com")
			s.press("Enter")
			s.await("d  amazon/aws-cli in subnet-")
			s.press("d")
			s.await("exec agent ready")
			s.await("is ready")
			s.press("x")
			s.await("sh-5.2#")
			s.press("getent hosts sns.eu-central-1.amazonaws.com", "Enter")
			s.await("203.0.113.")
			s.press("exit", "Enter")
			s.await("has ended")
			s.press("p")
			s.await("shows the debug task that stands here")
			s.await("probed from inside")
			s.press("q")
			s.await("leave it: it ends by itself in 60 min")
			s.press("1")
			s.await("status 0")
		})
	}
}

// The same in an account: real calls, a real session, a real shell. Nothing is left behind when the person says so.
func TestTheDebugTaskOfAnAccountInATerminal(t *testing.T) {
	server := standIn(t, exectest.Options{Env: []string{"PS1=> ", "HISTFILE=", "ENV="}})
	s := openScreen(t, 100, 30, built(t))
	s.await("> shop")
	s.press("Enter")
	s.await("d  amazon/aws-cli in " + exectest.Subnet)
	s.press("x") // into the application's container first
	s.await("shell in app of task 7c1e55ab")
	s.press("echo $((6*7))app", "Enter")
	s.await("42app")
	s.press("exit", "Enter")
	s.await("has ended")
	s.press("d")
	s.await("is ready")
	s.press("x")
	s.await("shell in debug of task")
	s.press("echo $((6*7))typed", "Enter")
	s.await("42typed")
	s.press("exit", "Enter")
	s.await("has ended")
	s.press("D", "D") // the next keys arrive
	s.await("Nothing was left behind")
	s.press("q")
	s.await("status 0")
	if all := server.Launched(); len(all) != 1 || !all[0].Stopped || server.Definitions() != 0 {
		t.Errorf("launched %+v, %d definitions are left", all, server.Definitions())
	}
	if server.Open() != 0 || server.Terminated() != 2 {
		t.Errorf("%d sessions are open, %d were terminated", server.Open(), server.Terminated())
	}
}

// SIGTERM and kill -9 leave the debug task: its one process ends by itself, which is tried with a real shell.
func TestADebugTaskEndsWithoutTheProgram(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGKILL": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			server := standIn(t, exectest.Options{})
			y := startTypist(t, built(t))
			if err := pty.Setsize(y.near, &pty.Winsize{Cols: 100, Rows: 30}); err != nil {
				t.Fatal(err)
			}
			y.await("shop")
			y.press("\r")
			y.await("amazon/aws-cli in " + exectest.Subnet)
			y.press("d")
			y.await("is ready")
			if err := y.command.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if _, err := y.command.Process.Wait(); err != nil {
				t.Fatal(err)
			}
			all := server.Launched()
			if len(all) != 1 || all[0].Stopped {
				t.Fatalf("launched %+v", all)
			}
			container := all[0].Definition["containerDefinitions"].([]any)[0].(map[string]any)
			var argv []string
			for _, key := range []string{"entryPoint", "command"} {
				for _, word := range container[key].([]any) {
					argv = append(argv, word.(string))
				}
			}
			override := all[0].Run["overrides"].(map[string]any)["containerOverrides"].([]any)[0].(map[string]any)["environment"].([]any)[0].(map[string]any)
			if override["value"] != "3600" {
				t.Errorf("it lives for %v seconds", override["value"])
			}
			command := exec.Command(argv[0], argv[1:]...)
			command.Env = []string{fmt.Sprintf("%s=1", override["name"]), "PATH=/usr/bin:/bin"}
			began := time.Now()
			if err := command.Run(); err != nil || time.Since(began) < 900*time.Millisecond || time.Since(began) > 20*time.Second {
				t.Errorf("%s: %v after %s", strings.Join(argv, " "), err, time.Since(began))
			}
		})
	}
}
