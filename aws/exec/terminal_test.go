//go:build unix

package exec_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"fargate-doctor/aws/exec"
	"fargate-doctor/aws/exec/exectest"
)

// A console is the person's terminal: a pty of which the test holds the far end.
type console struct {
	t     *testing.T
	far   *os.File // keys go in, the screen comes out
	near  *os.File // what the program has
	state *term.State

	mu     sync.Mutex
	screen bytes.Buffer
}

func openConsole(t *testing.T) *console {
	t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, far: far, near: near}
	if c.state, err = term.GetState(int(near.Fd())); err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(near, &pty.Winsize{Cols: 97, Rows: 31}); err != nil {
		t.Fatal(err)
	}
	var reader sync.WaitGroup
	reader.Go(func() {
		b := make([]byte, 4096)
		for {
			n, err := far.Read(b)
			c.mu.Lock()
			c.screen.Write(b[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		near.Close()
		far.Close()
		reader.Wait()
	})
	return c
}

func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.far, keys); err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) shown() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.screen.String()
}

func (c *console) await(text string) {
	c.t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(c.shown(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("waited for %q, the screen shows %q", text, c.shown())
		}
	}
}

// isAsItWas compares every setting of the terminal with what it was.
func (c *console) isAsItWas() bool {
	now, err := term.GetState(int(c.near.Fd()))
	return err == nil && reflect.DeepEqual(now, c.state)
}

func attach(terminal *exec.Terminal, c *console) chan error {
	terminal.SetStdin(c.near)
	terminal.SetStdout(c.near)
	terminal.SetStderr(c.near)
	ended := make(chan error, 1)
	go func() { ended <- terminal.Run() }()
	return ended
}

func (c *console) wait(ended chan error) error {
	c.t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		c.t.Fatalf("the session goes on; the screen shows %q", c.shown())
		return nil
	}
}

// Every key is the container's, and the terminal is as it was afterwards.
func TestAPersonAtATerminal(t *testing.T) {
	server, client := start(t, exectest.Options{Env: []string{"PS1=> ", "ENV=", "HISTFILE="}})
	c := openConsole(t)
	terminal := client.Terminal(t.Context(), target, "/bin/sh")
	ended := attach(terminal, c)
	c.press("echo early$((1+1))\r") // while the session opens
	c.await("early2\r\n")
	if c.isAsItWas() {
		t.Error("the terminal is not in raw mode")
	}
	c.press("stty size\r")
	c.await("31 97\r\n")
	c.press("cat -v\r")
	for key, seen := range map[string]string{"\x11": "^Q", "\x13": "^S", "\x1a": "^Z", "\x1b[A": "^[[A"} {
		c.press("\x16" + key + "\r") // Ctrl-V: the container's terminal takes the next key as it is
		c.await(seen)
	}
	c.press("\x04")                                       // the end for cat, Ctrl-D
	c.press("sh -c 'echo wait$((1+1)); exec sleep 60'\r") // what has said it has the terminal
	c.await("wait2\r\n")
	c.press("\x03")
	c.press("\rexit 7\r")
	if err := c.wait(ended); err != nil {
		t.Error(err)
	}
	if !c.isAsItWas() {
		t.Error("the terminal is not as it was")
	}
	if status, known := terminal.Status(); !known || status != 7 {
		t.Errorf("status %d, known %v", status, known)
	}
	if server.Terminated() != 1 {
		t.Error("AWS was not told")
	}
	if strings.Contains(c.shown(), "fargate-doctor") {
		t.Errorf("the screen shows what is not for people: %q", c.shown())
	}
}

// A key that is pressed when the session is over is the next reader's, whether the session's reader was quicker or not.
func TestNoKeyIsLostAfterASession(t *testing.T) {
	for range 5 {
		server, client := start(t, exectest.Options{Leaving: 100 * time.Millisecond})
		c := openConsole(t)
		terminal := client.Terminal(t.Context(), target, "sh", "-c", "echo ready; read x; echo bye")
		ended := attach(terminal, c)
		c.await("ready")
		c.press("\r")
		c.await("bye")
		for server.Calls()["ssm:TerminateSession"] == 0 { // the session is over, AWS is being told
			time.Sleep(time.Millisecond)
		}
		c.press("jk")
		if err := c.wait(ended); err != nil {
			t.Error(err)
		}
		c.press("\n") // lines, now that the terminal is as it was
		b := make([]byte, 10)
		n, err := c.near.Read(b)
		if got := string(terminal.Unread()) + string(b[:n]); err != nil || got != "jk\n" {
			t.Errorf("unread are %q, and the next reader got %q, %v", terminal.Unread(), b[:n], err)
		}
	}
}

func TestATerminalIsRestoredWhateverHappens(t *testing.T) {
	t.Run("the context ends", func(t *testing.T) {
		server, client := start(t, exectest.Options{})
		c := openConsole(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := attach(client.Terminal(ctx, target, "sh", "-c", "echo ready; sleep 60"), c)
		c.await("ready")
		cancel()
		if err := c.wait(ended); !errors.Is(err, context.Canceled) || !c.isAsItWas() || server.Terminated() != 1 {
			t.Errorf("%v, restored %v, terminated %d", err, c.isAsItWas(), server.Terminated())
		}
	})
	t.Run("the session is lost", func(t *testing.T) {
		server, client := start(t, exectest.Options{})
		c := openConsole(t)
		ended := attach(client.Terminal(t.Context(), target, "sh", "-c", "echo ready; sleep 60"), c)
		c.await("ready")
		server.Forget()
		if err := c.wait(ended); err == nil || !c.isAsItWas() {
			t.Errorf("%v, restored %v", err, c.isAsItWas())
		}
	})
	t.Run("what tells the status is killed", func(t *testing.T) {
		_, client := start(t, exectest.Options{})
		c := openConsole(t)
		terminal := client.Terminal(t.Context(), target, "sh", "-c", "kill -9 $PPID")
		err := c.wait(attach(terminal, c))
		if _, known := terminal.Status(); known || err == nil || !strings.Contains(err.Error(), "exit status is not known") || !c.isAsItWas() {
			t.Errorf("%v, status known %v, restored %v", err, known, c.isAsItWas())
		}
	})
	t.Run("the output panics", func(t *testing.T) {
		server, client := start(t, exectest.Options{})
		c := openConsole(t)
		terminal := client.Terminal(t.Context(), target, "sh", "-c", "echo ready; sleep 60")
		terminal.SetStdin(c.near)
		terminal.SetStdout(panicking{})
		terminal.SetStderr(io.Discard)
		if err := terminal.Run(); err == nil || !strings.Contains(err.Error(), "no more paper") || !c.isAsItWas() || server.Terminated() != 1 {
			t.Errorf("%v, restored %v, terminated %d", err, c.isAsItWas(), server.Terminated())
		}
	})
	t.Run("Ctrl-C while the agent does not connect", func(t *testing.T) {
		_, client := start(t, exectest.Options{NotConnected: 1 << 20})
		c := openConsole(t)
		ended := attach(client.Terminal(t.Context(), target), c)
		c.await("waiting for the Exec agent")
		c.press("\x03")
		if err := c.wait(ended); !errors.Is(err, context.Canceled) || !c.isAsItWas() {
			t.Errorf("%v, restored %v", err, c.isAsItWas())
		}
	})
	t.Run("no shell", func(t *testing.T) {
		_, client := start(t, exectest.Options{NoShell: true})
		c := openConsole(t)
		if err := c.wait(attach(client.Terminal(t.Context(), target), c)); exec.CauseOf(err) != "exec.no-shell" || !c.isAsItWas() {
			t.Errorf("%v, restored %v", err, c.isAsItWas())
		}
	})
}

type panicking struct{}

func (panicking) Write([]byte) (int, error) { panic("no more paper") }
