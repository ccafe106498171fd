//go:build unix

package exectest

import (
	"cmp"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/coder/websocket"
	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// window is how many frames an agent has on the way; it reads no more from the pty until some are acknowledged.
const window = 512

// A session is one agent with its command, and the client's connection to it, which may change.
type session struct {
	server        *Server
	id, container string
	command       string
	link          *link
	input         chan []byte
	joined        chan struct{} // closed when a client has come
	over          chan struct{} // closed when the session has ended
	shaken        chan []byte   // payloads of the client's handshake
	terminated    bool          // guarded by the server's mutex

	mu       sync.Mutex
	changed  *sync.Cond
	tokens   map[string]bool
	conn     *websocket.Conn
	ended    bool
	working  bool // a worker of the agent took the session
	ready    bool // input reaches the command; before that it is acknowledged and dropped
	nextIn   int64
	early    map[int64]func()
	nextOut  int64
	sent     int64 // bytes
	typed    []byte
	unacked  map[int64][]byte
	sentAt   map[int64]time.Time
	tty      *os.File
	process  *os.Process
	in, seal cipher.AEAD
}

func (s *Server) newSession(container, command string) *session {
	one := &session{server: s, id: "ecs-execute-command-" + randomHex(9), container: container, command: command, link: newLink(s.options.Faults),
		input: make(chan []byte, 20000), joined: make(chan struct{}), over: make(chan struct{}), shaken: make(chan []byte, 4),
		tokens: map[string]bool{}, early: map[int64]func(){}, unacked: map[int64][]byte{}, sentAt: map[int64]time.Time{}}
	one.changed = sync.NewCond(&one.mu)
	s.mu.Lock()
	s.sessions[one.id] = one
	s.mu.Unlock()
	s.agents.Go(one.work)
	return one
}

func (s *Server) session(id string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[id]
}

func (one *session) newToken() string {
	one.mu.Lock()
	defer one.mu.Unlock()
	token := randomHex(16)
	one.tokens[token] = true
	return token
}

// redeem takes a token, which admits once.
func (one *session) redeem(token string) bool {
	one.mu.Lock()
	defer one.mu.Unlock()
	ok := one.tokens[token] && !one.ended
	delete(one.tokens, token)
	return ok
}

func (one *session) join(conn *websocket.Conn) {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.conn = conn
	select {
	case <-one.joined:
	default:
		close(one.joined)
	}
}

func (one *session) cut() {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.conn != nil {
		one.conn.CloseNow()
		one.conn = nil
	}
}

func (one *session) isOver() bool {
	one.mu.Lock()
	defer one.mu.Unlock()
	return one.ended
}

// end ends the session, with its command and whatever that started.
func (one *session) end() {
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.ended {
		return
	}
	one.ended = true
	close(one.over)
	if one.process != nil {
		_ = syscall.Kill(-one.process.Pid, syscall.SIGKILL) // it may have ended by itself
	}
	if one.tty != nil {
		_ = one.tty.Close()
	}
	one.changed.Broadcast()
}

// work is the agent's worker: it waits for its turn and for a client, shakes hands, runs the command, and says that it ended.
func (one *session) work() {
	o := one.server.options
	defer one.link.close()
	select {
	case one.server.slots <- struct{}{}:
		defer func() { <-one.server.slots }()
	case <-one.over:
		return
	}
	select {
	case <-one.joined:
	case <-one.over:
		return
	}
	one.mu.Lock()
	one.working = true
	one.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	var resender sync.WaitGroup
	resender.Go(func() { one.resend(ctx) })
	defer resender.Wait()
	defer cancel()
	time.Sleep(o.Startup)
	reason := ""
	if o.KMS {
		if err := one.shakeHands(); err != nil {
			reason = err.Error()
		}
	}
	one.setReady()
	if reason == "" {
		reason = one.run()
	}
	one.drain()
	if one.isOver() {
		return
	}
	one.control("channel_closed", mustJSON(map[string]any{"MessageType": "channel_closed", "SessionId": one.id, "SchemaVersion": 1, "Output": reason}))
	time.Sleep(20 * time.Millisecond)
	one.end()
	one.cut()
}

func (one *session) setReady() {
	one.mu.Lock()
	defer one.mu.Unlock()
	one.ready = true
}

// run runs the command on a pty until it ends. What is returned is why it could not be run.
func (one *session) run() string {
	o := one.server.options
	argv := words(one.command)
	if o.NoShell || len(argv) == 0 {
		return "Unable to start command: fork/exec " + cmp.Or(argv...) + ": no such file or directory"
	}
	if argv[0] == "/bin/sh" && len(o.Shell) > 0 {
		argv = slices.Concat(o.Shell, argv[1:])
	}
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = append(slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "AWS_") }), "TERM=xterm-256color")
	c.Env = append(c.Env, o.Env...)
	if o.Path != "" {
		c.Env = append(c.Env, "PATH="+o.Path)
	}
	tty, err := pty.Start(c)
	if err != nil {
		return "Unable to start command: " + err.Error()
	}
	one.mu.Lock()
	one.tty, one.process = tty, c.Process
	ended := one.ended
	one.mu.Unlock()
	if ended {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
	var typist sync.WaitGroup
	quit := make(chan struct{})
	typist.Go(func() {
		for {
			select {
			case b := <-one.input:
				if _, err := tty.Write(b); err != nil {
					return
				}
			case <-quit:
				return
			case <-one.over:
				return
			}
		}
	})
	for {
		b := make([]byte, 1024)
		n, err := tty.Read(b)
		if n > 0 && !one.send(1, b[:n]) {
			break
		}
		if err != nil {
			break // a pty whose program has ended reads as an I/O error
		}
	}
	_ = c.Wait() // the status is never conveyed
	close(quit)
	tty.Close()
	typist.Wait()
	return ""
}

// send sends a payload, sealed if there is a key, and keeps it until it is acknowledged. It is false when the session is over.
func (one *session) send(payloadType uint32, payload []byte) bool {
	one.mu.Lock()
	for len(one.unacked) >= window && !one.ended {
		one.changed.Wait()
	}
	if one.ended {
		one.mu.Unlock()
		return false
	}
	if lost := one.server.options.Lose; lost > 0 && one.nextOut == lost {
		one.nextOut++
		one.mu.Unlock()
		return true
	}
	if one.seal != nil && payloadType == 1 {
		payload = sealed(one.seal, payload)
	}
	flags := uint64(0)
	if one.nextOut == 0 {
		flags = 1
	}
	wire := pack("output_stream_data", one.nextOut, flags, payloadType, payload)
	one.unacked[one.nextOut], one.sentAt[one.nextOut] = wire, time.Now()
	one.nextOut++
	one.sent += int64(len(payload))
	one.mu.Unlock()
	one.link.pass(func() { one.write(wire) })
	return true
}

func (one *session) write(wire []byte) {
	one.mu.Lock()
	conn := one.conn
	one.mu.Unlock()
	if conn != nil {
		_ = conn.Write(context.Background(), websocket.MessageBinary, wire) // what gets lost is sent again
	}
}

// control sends a message of the gateway, which no fault meets.
func (one *session) control(kind string, payload []byte) { one.write(pack(kind, 0, 3, 0, payload)) }

// resend sends the oldest unacknowledged frame again.
func (one *session) resend(ctx context.Context) {
	for ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
		one.mu.Lock()
		oldest, due := int64(-1), false
		for n := range one.unacked {
			if oldest < 0 || n < oldest {
				oldest = n
			}
		}
		if oldest >= 0 && time.Since(one.sentAt[oldest]) > 50*time.Millisecond {
			due, one.sentAt[oldest] = true, time.Now()
		}
		wire := one.unacked[oldest]
		one.mu.Unlock()
		if due {
			one.link.pass(func() { one.write(wire) })
		}
	}
}

// drain waits until everything is acknowledged.
func (one *session) drain() {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		one.mu.Lock()
		done := len(one.unacked) == 0 || one.ended
		one.mu.Unlock()
		if done {
			return
		}
	}
}

// receive takes a frame of the client.
func (one *session) receive(wire []byte) {
	m, payload, err := unpack(wire)
	if err != nil {
		panic(fmt.Sprintf("exectest: the client sent %v", err))
	}
	if answer := one.accept(m, payload); answer != nil {
		one.link.pass(func() { one.write(answer) })
	}
}

// accept returns what a frame is answered with, nil for nothing.
func (one *session) accept(m message, payload []byte) []byte {
	one.mu.Lock()
	defer one.mu.Unlock()
	if !one.working {
		return nil // nobody is there to acknowledge
	}
	switch m.kind() {
	case "acknowledge":
		var a struct {
			AcknowledgedMessageType           string
			AcknowledgedMessageSequenceNumber int64
			IsSequentialMessage               bool
		}
		if err := json.Unmarshal(payload, &a); err != nil || a.AcknowledgedMessageType != "output_stream_data" || !a.IsSequentialMessage || m.Flags != 3 {
			panic(fmt.Sprintf("exectest: bad acknowledgement %s", payload))
		}
		delete(one.unacked, a.AcknowledgedMessageSequenceNumber)
		delete(one.sentAt, a.AcknowledgedMessageSequenceNumber)
		one.changed.Broadcast()
	case "input_stream_data":
		if one.ready && one.tty == nil && (m.PayloadType == 1 || m.PayloadType == 3) {
			return nil // the pty is not there yet: it has to come again
		}
		if m.Sequence >= one.nextIn {
			one.early[m.Sequence] = func() { one.take(m.PayloadType, payload) }
		}
		for f, ok := one.early[one.nextIn]; ok; f, ok = one.early[one.nextIn] {
			delete(one.early, one.nextIn)
			one.nextIn++
			f()
		}
		return pack("acknowledge", 0, 3, 0, mustJSON(map[string]any{"AcknowledgedMessageType": m.kind(), "AcknowledgedMessageId": m.uuid(),
			"AcknowledgedMessageSequenceNumber": m.Sequence, "IsSequentialMessage": true}))
	}
	return nil
}

// take does what input says. Until the agent is ready it is dropped, although it was acknowledged.
func (one *session) take(payloadType uint32, payload []byte) {
	switch payloadType {
	case 6, 9: // handshake response, encryption challenge response
		one.shaken <- payload
	case 10: // flag
		if binary.BigEndian.Uint32(payload) == 2 {
			go one.end()
		}
	case 1:
		if one.in != nil {
			plain, err := opened(one.in, payload)
			if err != nil {
				panic("exectest: input can't be decrypted: " + err.Error())
			}
			payload = plain
		}
		if one.ready {
			one.typed = append(one.typed, payload...)
			one.input <- payload
		}
	case 3:
		var size struct{ Cols, Rows uint16 }
		if json.Unmarshal(payload, &size) == nil && one.ready {
			resize(one.tty, size.Cols, size.Rows)
		}
	}
}

// resize sets the size of a pty, also of one that is just being closed.
func resize(tty *os.File, cols, rows uint16) {
	conn, err := tty.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) { // the program may have ended
		_ = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Col: cols, Row: rows})
	})
}

// shakeHands has the client get a key, and both prove that they hold it.
func (one *session) shakeHands() error {
	challenge := ""
	parameters := map[string]any{"KMSKeyId": Key}
	if one.server.options.Challenge {
		challenge = randomHex(16)
		parameters["Challenge"] = challenge
	}
	one.send(5, mustJSON(map[string]any{"AgentVersion": "3.3.0.0", "RequestedClientActions": []any{
		map[string]any{"ActionType": "KMSEncryption", "ActionParameters": parameters},
		map[string]any{"ActionType": "SessionType", "ActionParameters": map[string]any{"SessionType": "InteractiveCommands"}},
	}}))
	payload, err := one.awaitClient()
	if err != nil {
		return err
	}
	var response struct {
		ProcessedClientActions []struct {
			ActionType   string
			ActionStatus int
			Error        string
			ActionResult struct {
				KMSCipherTextKey         []byte
				ChallengeAcknowledgement bool
			}
		}
	}
	if err := json.Unmarshal(payload, &response); err != nil {
		return err
	}
	var key []byte
	for _, a := range response.ProcessedClientActions {
		if a.ActionStatus != 1 {
			return fmt.Errorf("handshake failed: %s: %s", a.ActionType, a.Error)
		}
		if a.ActionType == "KMSEncryption" {
			one.server.mu.Lock()
			key = one.server.keys[string(a.ActionResult.KMSCipherTextKey)]
			bound := one.server.bound
			one.server.mu.Unlock()
			want := map[string]string{"aws:ssm:SessionId": one.id, "aws:ssm:TargetId": fmt.Sprintf("ecs:%s_%s_%s", Cluster, TaskID, runtimeID(one.container))}
			if challenge != "" {
				want["aws:ssm:RandomChallenge"] = challenge
			}
			if fmt.Sprint(bound) != fmt.Sprint(want) || a.ActionResult.ChallengeAcknowledgement != (challenge != "") {
				return fmt.Errorf("the data key is bound to %v and not to %v", bound, want)
			}
		}
	}
	if len(key) != 64 {
		return errors.New("fetching data key failed")
	}
	one.mu.Lock()
	one.seal, one.in = gcm(key[:32]), gcm(key[32:])
	one.mu.Unlock()
	proof := []byte(randomHex(32))
	one.send(8, mustJSON(map[string][]byte{"Challenge": sealed(one.seal, proof)}))
	if payload, err = one.awaitClient(); err != nil {
		return err
	}
	var answer struct{ Challenge []byte }
	if err := json.Unmarshal(payload, &answer); err != nil {
		return err
	}
	if plain, err := opened(one.in, answer.Challenge); err != nil || string(plain) != string(proof) {
		return fmt.Errorf("encryption challenge failed: %v", err)
	}
	one.setReady() // before it is said: from now on input comes
	one.send(7, mustJSON(map[string]any{"HandshakeTimeToComplete": 1, "CustomerMessage": "This session is encrypted using AWS KMS."}))
	return nil
}

func (one *session) awaitClient() ([]byte, error) {
	select {
	case payload := <-one.shaken:
		return payload, nil
	case <-one.over:
		return nil, errors.New("the session has ended")
	case <-time.After(15 * time.Second):
		return nil, errors.New("handshake timed out")
	}
}

func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func sealed(aead cipher.AEAD, plain []byte) []byte {
	nonce := make([]byte, 12)
	rand.Read(nonce)
	return append(nonce, aead.Seal(nil, nonce, plain, nil)...)
}

func opened(aead cipher.AEAD, b []byte) ([]byte, error) {
	if len(b) < 12 {
		return nil, errors.New("too short")
	}
	return aead.Open(nil, b[:12], b[12:], nil)
}
