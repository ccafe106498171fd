package exec

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/coder/websocket"

	"fargate-doctor/aws"
)

// twoSessions is said where an agent does not answer. It does not refuse a third session: it takes it when one of two has ended.
const twoSessions = "An Exec agent runs two sessions at a time: when two are open, this one waits until one of them ends"

// patience is after what time of silence a session tells what it may be waiting for.
const patience = 10 * time.Second

// A Session is a command that runs on a terminal of its own in a container. Read returns what it prints, Write is what it reads from its
// terminal. One goroutine may read while others write and resize.
//
// Whatever ends a session, AWS is told: an agent runs two sessions at a time, and one whose client just went away stays.
type Session struct {
	client *Client
	target Target
	id     string

	cancel context.CancelCauseFunc
	out    *stream
	ready  chan struct{} // closed when the agent takes input
	done   chan struct{} // closed when the session has ended and AWS was told
	left   error         // of ssm:TerminateSession, once done is closed

	hear incoming // used by the receiving goroutine alone

	mu      sync.Mutex
	changed sync.Cond // of say, conn and over
	conn    *websocket.Conn
	say     outgoing
	heard   time.Time // when the last frame came
	over    bool      // nothing is sent any more
	ended   time.Time // when that began
	opened  bool      // ready is closed
	shaking bool      // a handshake is under way
}

// Open opens a session that runs command. It waits for an agent that is not connected yet. When ctx ends the session ends.
//
// The command is split into words as a shell would, and run by no shell. Close must be called.
func (c *Client) Open(ctx context.Context, t Target, command string) (*Session, error) {
	ticket, err := c.execute(ctx, t, command)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	s := &Session{client: c, target: t, id: ticket.Session, cancel: cancel, out: newStream(),
		ready: make(chan struct{}), done: make(chan struct{}), hear: newIncoming(), say: newOutgoing(), heard: time.Now()}
	s.changed.L = &s.mu
	conn, err := c.dial(ctx, ticket)
	if err != nil {
		cancel(nil)
		s.terminate(ctx)
		return nil, err
	}
	s.connect(conn)
	go s.run(ctx, conn)
	return s, nil
}

// execute calls ecs:ExecuteCommand, again and again for an agent that has not connected: a managed agent that runs may still need some
// seconds for that.
func (c *Client) execute(ctx context.Context, t Target, command string) (aws.Ticket, error) {
	began := time.Now()
	limit := orElse(c.Connecting, connecting)
	for wait := min(time.Second, limit/10); ; wait = min(wait*3/2, limit/6) {
		ticket, err := c.API.ExecuteCommand(ctx, aws.ExecRequest{Cluster: t.Cluster, Task: t.Task, Container: t.Container, Command: command})
		waited := time.Since(began)
		switch {
		case err == nil:
			return ticket, nil
		case aws.CodeOf(err) != "TargetNotConnectedException":
			return aws.Ticket{}, refused(t, err)
		case waited+wait > limit:
			return aws.Ticket{}, &Error{Cause: "exec.target-not-connected",
				Text: fmt.Sprintf("the Exec agent of %s did not connect in %s", t, limit), Err: err,
				Hint: "fargate-doctor diagnose --symptom exec says what the agent lacks"}
		}
		c.notice(fmt.Sprintf("waiting for the Exec agent to connect (%d of %d s)", int(waited.Seconds()), int(limit.Seconds())))
		if err := sleep(ctx, wait); err != nil {
			return aws.Ticket{}, err
		}
	}
}

// refused gives an error of ecs:ExecuteCommand the catalogue's code.
func refused(t Target, err error) error {
	if aws.KindOf(err) == aws.Denied {
		return &Error{Cause: "exec.caller-denied", Text: "no session in " + t.String(), Hint: aws.Hint(err), Err: err}
	}
	return err
}

// ID returns the session's id.
func (s *Session) ID() string { return s.id }

// Ready is closed when the agent takes input: Write and Resize wait for it.
func (s *Session) Ready() <-chan struct{} { return s.ready }

// Done is closed when the session has ended and AWS has been told.
func (s *Session) Done() <-chan struct{} { return s.done }

// Read returns what the command prints. It ends with io.EOF when the command has ended, and with another error when the session broke
// off, so that a part never passes for the whole.
func (s *Session) Read(p []byte) (int, error) { return s.out.Read(p) }

// Write sends p to the command's terminal. It returns how much of p was taken when the session ends before all of it was.
func (s *Session) Write(p []byte) (int, error) {
	for sent := 0; sent < len(p); {
		n := min(len(p)-sent, chunk)
		if err := s.send(payloadOutput, p[sent:sent+n], true); err != nil {
			return sent, err
		}
		sent += n
	}
	return len(p), nil
}

// Resize sets the size of the command's terminal, which has none until then.
func (s *Session) Resize(cols, rows int) error {
	size, err := json.Marshal(map[string]int{"cols": cols, "rows": rows})
	if err != nil {
		return err
	}
	return s.send(payloadSize, size, true)
}

// Close ends the session, tells AWS, and waits until that is done. It may be called more than once. The error says that AWS could not be
// told: the session may then go on for a while.
func (s *Session) Close() error {
	s.cancel(errClosed)
	<-s.done
	return s.left
}

var errClosed = errors.New("the session was closed here")

// run receives until the session ends, and sees it out.
func (s *Session) run(ctx context.Context, conn *websocket.Conn) {
	defer close(s.done)
	var others sync.WaitGroup
	others.Go(func() {
		<-ctx.Done() // whoever waits for the session must see it, and the agent be told while there is a connection
		s.shut()
		s.out.end(context.Cause(ctx))
		s.leave()
	})
	others.Go(func() {
		defer s.guard()
		s.resend(ctx)
	})
	others.Go(func() { s.keepAlive(ctx) })
	hold := time.AfterFunc(orElse(s.client.Holding, holding), func() { s.open(false) })
	silent := time.AfterFunc(patience, s.explainSilence)
	err := s.receive(ctx, conn)
	hold.Stop()
	silent.Stop()
	if err == nil {
		s.hangUp()
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	s.shut()
	s.out.end(err)
	s.cancel(nil)
	others.Wait()
	s.terminate(ctx)
}

// guard ends the session when a goroutine of it panics: the terminal is restored and AWS told, as for every other error.
func (s *Session) guard() {
	if v := recover(); v != nil {
		s.cancel(panicked(v))
	}
}

func panicked(v any) error { return fmt.Errorf("internal error: %v\n%s", v, debug.Stack()) }

// receive takes frames, over one connection after the other, until the session ends. The error is nil when the command has ended.
func (s *Session) receive(ctx context.Context, conn *websocket.Conn) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicked(v)
		}
	}()
	for fruitless := 0; ; {
		progress, over, err := s.listen(ctx, conn)
		conn.CloseNow()
		if over || ctx.Err() != nil {
			return err
		}
		if fruitless++; progress {
			fruitless = 0
		}
		if fruitless > 3 {
			return &Error{Text: "the connection to the session breaks again and again", Err: wireError(err, nil)}
		}
		if conn, err = s.resume(ctx, err); err != nil {
			return err
		}
	}
}

// listen takes frames from one connection. over says that the session has ended, else the connection broke with err.
func (s *Session) listen(ctx context.Context, conn *websocket.Conn) (progress, over bool, err error) {
	for {
		kind, data, err := conn.Read(context.WithoutCancel(ctx)) // leave closes it
		if err != nil {
			return progress, false, err
		}
		if kind != websocket.MessageBinary {
			continue
		}
		f, err := decode(data)
		if err != nil {
			continue // spoilt on the way: what is not acknowledged comes again
		}
		progress = true
		s.mu.Lock()
		s.heard = time.Now()
		s.mu.Unlock()
		switch f.kind {
		case acknowledge:
			s.acknowledged(f)
		case outputStream:
			if err := s.take(ctx, conn, f); err != nil {
				return progress, true, err
			}
		case pausePublication, startPublication:
			s.mu.Lock()
			s.say.paused = f.kind == pausePublication
			s.mu.Unlock()
			s.say.nudge()
		case channelClosed:
			return progress, true, s.farewell(f)
		}
	}
}

// take brings an output frame into its place among the others, handles those that are in order, and acknowledges it.
func (s *Session) take(ctx context.Context, conn *websocket.Conn, f frame) error {
	inOrder, known := s.hear.place(f)
	if !known {
		return nil // too far ahead to keep: it comes again
	}
	s.acknowledge(conn, f)
	for _, f := range inOrder {
		if err := s.handle(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// handle does what a frame says, in the frames' order.
func (s *Session) handle(ctx context.Context, f frame) error {
	payload := f.payload
	switch f.payloadType {
	case payloadHandshakeRequest:
		s.mu.Lock()
		s.shaking = true
		s.mu.Unlock()
		return s.shakeHands(ctx, payload)
	case payloadEncryptionRequest:
		return s.answerChallenge(payload)
	case payloadHandshakeComplete:
		s.greet(payload)
		s.open(true)
		return nil
	case payloadOutput, payloadError, payloadStderr, payloadExitCode:
		if s.hear.cipher != nil {
			var err error
			if payload, err = s.hear.cipher.open(payload); err != nil {
				return &Error{Text: "the session's output can't be decrypted", Err: err}
			}
		}
		s.open(true)
		if f.payloadType != payloadExitCode {
			s.out.put(payload)
		}
	}
	return nil
}

// open lets input through. Before the agent has dealt with its handshake, or skipped it, it acknowledges input and drops it, so nothing
// is sent before its first output or the end of the handshake. A session that says nothing is trusted after a while, unless a handshake is
// under way.
func (s *Session) open(sure bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened || s.shaking && !sure {
		return
	}
	s.opened, s.shaking = true, false
	close(s.ready)
}

// keepAlive sends pings, whose answers nobody waits for: a connection that has broken shows where input is not acknowledged.
func (s *Session) keepAlive(ctx context.Context) {
	for sleep(ctx, alive) == nil {
		s.mu.Lock()
		conn := s.conn
		s.mu.Unlock()
		if conn != nil {
			within, cancel := context.WithTimeout(ctx, dialling)
			_ = conn.Ping(within)
			cancel()
		}
	}
}

// explainSilence tells the person what a session may be waiting for that has had no sign of the agent.
func (s *Session) explainSilence() {
	s.mu.Lock()
	silent := !s.hear.begun.Load() && !s.say.taken
	s.mu.Unlock()
	if silent {
		s.client.notice("nothing came from the container yet. " + twoSessions)
	}
}

// farewell says what channel_closed means. Frames that wait for one that never came show that output was lost.
func (s *Session) farewell(f frame) error {
	var m struct{ Output string }
	if err := json.Unmarshal(f.payload, &m); err != nil {
		m.Output = ""
	}
	if err := closed(m.Output); err != nil {
		return err
	}
	if len(s.hear.early) > 0 {
		return &Error{Text: "the session was closed before all of its output came"}
	}
	return nil
}

// terminate tells AWS that the session has ended.
func (s *Session) terminate(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
	defer cancel()
	if err := s.client.API.TerminateSession(ctx, s.id); err != nil {
		s.left = &Error{Text: "AWS could not be told that session " + s.id + " has ended: it may go on for a while, and a container has two", Err: err, Hint: aws.Hint(err)}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
