package exec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// A Terminal is a session at the person's own terminal, which it puts in raw mode: every key goes to the container, Ctrl-C too, and what
// the container prints comes as it is. It runs in this process, and is what Bubble Tea runs while it steps aside:
//
//	tea.Exec(client.Terminal(ctx, target), …)
type Terminal struct {
	client   *Client
	ctx      context.Context // of the one Run
	target   Target
	argv     []string
	in       io.Reader
	out, err io.Writer
	unread   []byte
	status   string // as the container told it
}

// anyShell starts the shell that people expect: bash where the image has it.
var anyShell = Quote([]string{"/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi"})

// statusTeller runs a program and prints its exit status in a mark, which is all that tells it. A mark before it shows that keys can come,
// to a program that prints nothing by itself too. Ctrl-C is for the program and not for what waits for it.
const statusTeller = `n=$1; shift; trap : INT QUIT; printf '\001%s' "$n<>"; "$@"; printf '\001%s' "$n<$?>"`

// Terminal returns a session that runs a program with its arguments, or without any a shell: bash where the image has it. Run opens it, on
// stdin, stdout and stderr unless others are set. When ctx ends, so does the session.
func (c *Client) Terminal(ctx context.Context, t Target, argv ...string) *Terminal {
	return &Terminal{client: c, ctx: ctx, target: t, argv: argv, in: os.Stdin, out: os.Stdout, err: os.Stderr}
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

// Status returns the exit status of the program, after Run. It is not known of a shell, nor in an image without one.
func (t *Terminal) Status() (status int, known bool) {
	status, err := strconv.Atoi(t.status)
	return status, err == nil
}

// Run opens the session and returns when it has ended, AWS has been told and the terminal is as it was. The error is nil when the program
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
	run := func(command, mark string) error {
		var ran error
		over, ran = t.run(keys, command, mark)
		return ran
	}
	switch {
	case t.target.Windows && len(t.argv) == 0:
		return run("powershell.exe", "")
	case t.target.Windows:
		return run(strings.Join(t.argv, " "), "")
	case len(t.argv) == 0:
		return run(anyShell, "")
	}
	mark := newMark()
	err = run(Quote(append([]string{"/bin/sh", "-c", statusTeller, "sh", mark}, t.argv...)), mark)
	if CauseOf(err) == "exec.no-shell" {
		err = run(Quote(t.argv), "")
	}
	return err
}

// run runs one session. It returns when that was over. With a mark, the program's status comes in it, and it is an error when none does.
func (t *Terminal) run(keys *keys, command, mark string) (over time.Time, err error) {
	ctx, cancel := context.WithCancelCause(t.ctx)
	defer cancel(nil)
	line := &noticeLine{to: t.err}
	defer line.clear()
	client := *t.client
	client.Notice = line.show
	line.show("opening a session in " + t.target.String())
	session, err := t.open(ctx, cancel, &client, keys, command)
	if err != nil {
		return over, err
	}
	defer func() {
		left := session.Close()
		if over = session.ended; err == nil {
			err = left
		}
		if err != nil {
			fmt.Fprint(t.err, "\r\n") // what is said about it begins a line, wherever the session stopped
		}
	}()
	return over, t.join(ctx, session, keys, line, mark)
}

var errInterrupted = errors.New("interrupted")

// open opens the session. Ctrl-C gives up; other keys are kept for the container.
func (t *Terminal) open(ctx context.Context, cancel context.CancelCauseFunc, client *Client, keys *keys, command string) (*Session, error) {
	opened := make(chan struct{})
	var watcher sync.WaitGroup
	watcher.Go(func() { keys.watch(opened, func() { cancel(errInterrupted) }) })
	session, err := client.Open(ctx, t.target, command)
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
func (t *Terminal) join(ctx context.Context, session *Session, keys *keys, line *noticeLine, mark string) error {
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
		cancel(t.show(session, line, mark))
	})
	pump(func() {
		if gone := keys.pass(ctx, session); gone {
			cancel(nil)
		}
	})
	<-ctx.Done()
	session.cancel(errClosed) // wakes the pumps
	await(pumps.Wait)
	err := context.Cause(ctx)
	if errors.Is(err, context.Canceled) && t.ctx.Err() == nil {
		return nil
	}
	return err
}

// show writes what the container prints until its program has ended. The error is that of the output, or what broke the session off.
func (t *Terminal) show(session *Session, line *noticeLine, mark string) error {
	marked := &markedReader{from: session, mark: markOf(cmp.Or(mark, newMark()))}
	for {
		status, err := marked.pass(clearing{t.out, line})
		switch {
		case err == io.EOF && mark == "": // itself: an error that wraps it is no end
			return nil
		case err != nil:
			return broke(err)
		case status != "":
			t.status = status
			return nil // the agent takes a while to say that it was all
		}
	}
}

// clearing takes the notice away before anything is written.
type clearing struct {
	to   io.Writer
	line *noticeLine
}

func (c clearing) Write(p []byte) (int, error) {
	c.line.clear()
	return c.to.Write(p)
}

// raw puts a terminal in raw mode and returns what puts it back; for anything else it does nothing.
func raw(in io.Reader) (restore func(), err error) {
	restore = restorer(in)
	if f, ok := asTerminal(in); ok {
		if _, err := term.MakeRaw(int(f.Fd())); err != nil {
			return nil, fmt.Errorf("put the terminal in raw mode: %w", err)
		}
	}
	return restore, nil
}

// restorer returns what makes a terminal what it is now; for anything else it does nothing.
func restorer(in io.Reader) func() {
	f, ok := asTerminal(in)
	if !ok {
		return func() {}
	}
	state, err := term.GetState(int(f.Fd()))
	if err != nil {
		return func() {}
	}
	return func() { _ = term.Restore(int(f.Fd()), state) }
}

// asTerminal returns the file behind a stream when it is a terminal.
func asTerminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// await waits for what uses an output to be done, unless the output takes nothing any more.
func await(done func()) {
	waited := make(chan struct{})
	go func() {
		defer close(waited)
		done()
	}()
	select {
	case <-waited:
	case <-time.After(stuck):
	}
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
