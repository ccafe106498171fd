package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"
)

// A Terminal is a session at the person's own terminal, which it puts in raw mode: every key goes to the container, Ctrl-C too, and what
// the container prints comes as it is. It runs in this process, and is what Bubble Tea runs while it steps aside:
//
//	tea.Exec(client.Terminal(ctx, target, "/bin/sh"), …)
type Terminal struct {
	client   *Client
	ctx      context.Context // of the one Run
	target   Target
	command  string
	in       io.Reader
	out, err io.Writer
	unread   []byte
}

// Terminal returns a session that Run opens, on stdin, stdout and stderr unless others are set. When ctx ends, so does the session.
func (c *Client) Terminal(ctx context.Context, t Target, command string) *Terminal {
	return &Terminal{client: c, ctx: ctx, target: t, command: command, in: os.Stdin, out: os.Stdout, err: os.Stderr}
}

// SetStdin sets where keys come from.
func (t *Terminal) SetStdin(r io.Reader) { t.in = r }

// SetStdout sets where the container's output goes; its size is the size of the container's terminal.
func (t *Terminal) SetStdout(w io.Writer) { t.out = w }

// SetStderr sets where the person is told what they wait for.
func (t *Terminal) SetStderr(w io.Writer) { t.err = w }

// Unread returns the keys that were read after the session had ended: they were meant for whoever has the terminal next. Those that were
// typed before and got lost with the session were meant for the container, and are not among them. Call it after Run.
func (t *Terminal) Unread() []byte { return t.unread }

// Run opens the session and returns when it has ended, AWS has been told and the terminal is as it was. The error is nil when the command
// has ended or the terminal has gone.
func (t *Terminal) Run() (err error) {
	restore, err := raw(t.in)
	if err != nil {
		return err
	}
	defer restore()
	keys, err := readKeys(t.in)
	if err != nil {
		return err
	}
	var over time.Time
	defer func() { t.unread = keys.stop(over) }()
	ctx, cancel := context.WithCancelCause(t.ctx)
	defer cancel(nil)

	line := &noticeLine{to: t.err}
	defer line.clear()
	client := *t.client
	client.Notice = line.show
	session, err := t.open(ctx, cancel, &client, keys)
	if err != nil {
		return err
	}
	defer func() {
		left := session.Close()
		over = session.ended
		if err == nil {
			err = left
		}
	}()
	return t.join(ctx, session, keys, line)
}

var errInterrupted = errors.New("interrupted")

// open opens the session. Ctrl-C gives up; other keys are kept for the container.
func (t *Terminal) open(ctx context.Context, cancel context.CancelCauseFunc, client *Client, keys *keys) (*Session, error) {
	opened := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() { keys.watch(opened, func() { cancel(errInterrupted) }) })
	session, err := client.Open(ctx, t.target, t.command)
	close(opened)
	watcher.Wait()
	if errors.Is(context.Cause(ctx), errInterrupted) {
		if session != nil {
			_ = session.Close()
		}
		return nil, context.Canceled
	}
	return session, err
}

// join connects terminal and session until the session ends.
func (t *Terminal) join(ctx context.Context, session *Session, keys *keys, line *noticeLine) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var pumps sync.WaitGroup
	pump := func(f func()) {
		pumps.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					cancel(panicked(v))
				}
			}()
			f()
		})
	}
	pump(func() { watchSize(ctx, t.out, func(cols, rows int) { _ = session.Resize(cols, rows) }) })
	pump(func() {
		cancel(copyOutput(t.out, session, line.clear))
	})
	pump(func() {
		if gone := keys.pass(ctx, session); gone {
			cancel(nil)
		}
	})
	<-ctx.Done()
	session.cancel(errClosed) // wakes the pumps
	pumps.Wait()
	err := context.Cause(ctx)
	if errors.Is(err, context.Canceled) && t.ctx.Err() == nil {
		return nil
	}
	return err
}

// copyOutput writes what the container prints until its command has ended. The error is that of the output, or what broke the session off.
func copyOutput(to io.Writer, from *Session, first func()) error {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			first()
			if _, err := to.Write(buffer[:n]); err != nil {
				return fmt.Errorf("write the session's output: %w", err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// raw puts a terminal in raw mode and returns what puts it back; for anything else it does nothing.
func raw(in io.Reader) (restore func(), err error) {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() {}, nil
	}
	state, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return nil, fmt.Errorf("put the terminal in raw mode: %w", err)
	}
	return func() { _ = term.Restore(int(f.Fd()), state) }, nil
}

// noticeLine shows one line of what a person waits for, and takes it away again.
type noticeLine struct {
	mu    sync.Mutex
	to    io.Writer
	shown bool
}

func (l *noticeLine) show(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shown = true
	fmt.Fprintf(l.to, "\r\x1b[K%s", text)
}

func (l *noticeLine) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown {
		l.shown = false
		fmt.Fprint(l.to, "\r\x1b[K")
	}
}
