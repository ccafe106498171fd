package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/term"
)

// A console is a terminal that a wizard runs in. It shows what was written, and answers no questions.
type console struct {
	t      *testing.T
	master *os.File
	tty    *os.File
	mu     sync.Mutex
	shown  bytes.Buffer
	read   sync.WaitGroup
	ended  chan error
	mode   *term.State // of the terminal, before the wizard
}

// start runs a wizard in a terminal of 80 × 24.
func start(t *testing.T, ctx context.Context, o Options) *console {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	mode, err := term.GetState(int(tty.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, master: master, tty: tty, ended: make(chan error, 1), mode: mode}
	c.read.Go(func() { _, _ = io.Copy(c, master) })
	o.In, o.Out = tty, tty
	go func() { c.ended <- Run(ctx, o) }()
	return c
}

func (c *console) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.Write(b)
}

func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.String()
}

// sees waits until something was written.
func (c *console) sees(text string) {
	c.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(c.text(), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("still waiting for %q in %q", text, c.text())
		}
	}
}

// types sends bytes as a keyboard does.
func (c *console) types(keys string) {
	c.t.Helper()
	if _, err := c.master.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// end waits for the wizard to end, and closes the terminal, which must be as it was.
func (c *console) end() error {
	c.t.Helper()
	select {
	case err := <-c.ended:
		if mode, failed := term.GetState(int(c.tty.Fd())); failed != nil || *mode != *c.mode {
			c.t.Errorf("the terminal's mode was %v and is %v (%v)", c.mode, mode, failed)
		}
		if err := c.tty.Close(); err != nil {
			c.t.Error(err)
		}
		c.read.Wait()
		if err := c.master.Close(); err != nil {
			c.t.Error(err)
		}
		return err
	case <-time.After(20 * time.Second):
		c.t.Fatalf("the wizard does not end; it shows %q", c.text())
		return nil
	}
}

const (
	enterAltScreen, leaveAltScreen = "\x1b[?1049h", "\x1b[?1049l"
	hideCursor, showCursor         = "\x1b[?25l", "\x1b[?25h"
	pasteOn, pasteOff              = "\x1b[?2004h", "\x1b[?2004l"
)

func TestTheTerminalIsLeftClean(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, c := range []struct {
		name string
		keys []string // what is typed, each when the text before it is seen
		hold bool     // AWS does not answer
	}{
		{"q", []string{"payments", "q"}, false},
		{"ctrl-c", []string{"payments", "\x03"}, false},
		{"ctrl-c while AWS does not answer", []string{"Reading the clusters", "\x03"}, true},
		{"ctrl-c while typing", []string{"payments", "/", " / ", "\x03"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := shop()
			if c.hold {
				a.hold = make(chan struct{})
			}
			o := with(a, &script{report: blocked})
			o.NoColor = false
			con := start(t, t.Context(), o)
			for i := 0; i < len(c.keys); i += 2 {
				con.sees(c.keys[i])
				con.types(c.keys[i+1])
			}
			if err := con.end(); err != nil {
				t.Errorf("Run returned %v", err)
			}
			shown := con.text()
			for on, off := range map[string]string{enterAltScreen: leaveAltScreen, hideCursor: showCursor, pasteOn: pasteOff} {
				if strings.LastIndex(shown, off) <= strings.LastIndex(shown, on) {
					t.Errorf("%q was not undone: %q", on, shown)
				}
			}
		})
	}
}

func TestTheEndOfTheContextEndsTheWizard(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	con := start(t, ctx, with(shop(), &script{report: blocked}))
	con.sees("payments")
	cancel()
	if err := con.end(); !errors.Is(err, context.Canceled) {
		t.Errorf("Run returned %v, want the context's error", err)
	}
	if !strings.Contains(con.text(), leaveAltScreen) {
		t.Error("the alternate screen was not left")
	}
}

// What is copied reaches the terminal between frames, in one piece.
func TestCopyingInATerminal(t *testing.T) {
	con := start(t, t.Context(), asked(with(shop(), &script{report: blocked})))
	con.sees("does not admit the task")
	con.types("c")
	con.sees("copied the fix")
	con.types("q")
	if err := con.end(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	want := newCopier(nil, func(string) string { return "" }).sequence(fixCommand)
	if !strings.Contains(con.text(), want) {
		t.Errorf("the terminal was not told to copy: %q", con.text())
	}
}
