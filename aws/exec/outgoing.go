package exec

import (
	"context"
	"encoding/json"
	"time"

	"github.com/coder/websocket"
)

const (
	chunk  = 1024 // bytes of a payload, as the agent's own
	window = 256  // frames on the way; Write waits beyond that

	firstTimeout   = 200 * time.Millisecond
	longestTimeout = time.Second
	clockStep      = 10 * time.Millisecond

	// broken is how long nothing may come back, no acknowledgement either, before a connection is given up for another.
	broken = 20 * time.Second
)

// outgoing keeps the frames that were sent until they are acknowledged.
type outgoing struct {
	next    int64
	unacked []*sentFrame // in the order of their numbers
	paused  bool
	taken   bool // one was acknowledged
	cipher  *seal
	wake    chan struct{} // of the resender

	roundTrip, variance float64 // seconds; RFC 6298
	timeout             time.Duration
}

// A sentFrame is on its way.
type sentFrame struct {
	sequence    int64
	wire        []byte
	first, last time.Time
	again       bool
}

func newOutgoing() outgoing {
	return outgoing{wake: make(chan struct{}, 1), timeout: firstTimeout}
}

func (o *outgoing) nudge() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// measure takes the time that a frame took to be acknowledged into account.
func (o *outgoing) measure(took time.Duration) {
	const gain, varianceGain = 1.0 / 8, 1.0 / 4
	t := took.Seconds()
	if o.roundTrip == 0 {
		o.roundTrip, o.variance = t, t/2
	} else {
		o.variance += varianceGain * (max(o.roundTrip-t, t-o.roundTrip) - o.variance)
		o.roundTrip += gain * (t - o.roundTrip)
	}
	slack := max(clockStep, time.Duration(4*o.variance*float64(time.Second)))
	o.timeout = min(time.Duration(o.roundTrip*float64(time.Second))+slack, longestTimeout)
}

// send gives a payload its number and sends it. With hold it waits until the agent takes input and there is room in the window.
func (s *Session) send(kind payloadType, payload []byte, hold bool) error {
	if hold {
		select {
		case <-s.ready:
		case <-s.done:
		}
	}
	s.mu.Lock()
	for hold && !s.over && len(s.say.unacked) >= window {
		s.changed.Wait()
	}
	if s.over {
		s.mu.Unlock()
		if err := s.out.reason(); err != nil {
			return err
		}
		return errClosed
	}
	sent := &sentFrame{sequence: s.say.next, first: time.Now()}
	sent.last = sent.first
	if kind == payloadOutput && s.say.cipher != nil {
		payload = s.say.cipher.seal(payload)
	}
	sent.wire = frame{kind: inputStream, sequence: sent.sequence, flags: flagData, id: newUUID(), payloadType: kind, payload: payload}.encode(sent.first)
	s.say.next++
	s.say.unacked = append(s.say.unacked, sent)
	conn := s.conn
	if s.say.paused {
		conn = nil
	}
	s.mu.Unlock()
	s.say.nudge()
	if conn != nil {
		write(conn, sent.wire)
	}
	return nil
}

// write sends a frame. What gets lost is sent again, by this end or the other, and a broken connection shows where it is read.
func write(conn *websocket.Conn, wire []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), broken)
	defer cancel()
	_ = conn.Write(ctx, websocket.MessageBinary, wire)
}

// acknowledged drops the frame that f acknowledges.
func (s *Session) acknowledged(f frame) {
	var a acknowledgement
	if json.Unmarshal(f.payload, &a) != nil || a.AcknowledgedMessageType != "" && a.AcknowledgedMessageType != inputStream {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, sent := range s.say.unacked {
		if sent.sequence != a.AcknowledgedMessageSequenceNumber {
			continue
		}
		if !sent.again { // else it is not known which of them was acknowledged
			s.say.measure(time.Since(sent.first))
		}
		s.say.unacked = append(s.say.unacked[:i], s.say.unacked[i+1:]...)
		s.say.taken = true
		s.changed.Broadcast()
		s.say.nudge()
		return
	}
}

// resend sends the oldest frame again that is not acknowledged in time; those after it are most likely kept at the other end.
func (s *Session) resend(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		s.mu.Lock()
		wait, wire, conn := time.Hour, []byte(nil), s.conn
		if len(s.say.unacked) > 0 && !s.say.paused && conn != nil {
			oldest := s.say.unacked[0]
			if wait = time.Until(oldest.last.Add(s.say.timeout)); wait <= 0 {
				wire, oldest.last, oldest.again = oldest.wire, time.Now(), true
				if time.Since(oldest.first) > broken && time.Since(s.heard) > broken {
					conn.CloseNow() // and the receiver finds another
				}
			}
		}
		s.mu.Unlock()
		if wire != nil {
			write(conn, wire)
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-s.say.wake:
		}
	}
}

// shut lets nothing more be sent and wakes who waits to send.
func (s *Session) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.over, s.ended = true, time.Now()
	s.changed.Broadcast()
	if !s.opened {
		s.opened = true
		close(s.ready)
	}
}

// leave asks the agent to end the session, over the channel, which needs no permission, and hangs up.
func (s *Session) leave() {
	s.mu.Lock()
	conn, sequence := s.conn, s.say.next
	s.mu.Unlock()
	if conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		f := frame{kind: inputStream, sequence: sequence, flags: flagData, id: newUUID(), payloadType: payloadFlag, payload: []byte{0, 0, 0, terminateFlag}}
		_ = conn.Write(ctx, websocket.MessageBinary, f.encode(time.Now()))
	}
	s.hangUp()
}

// hangUp closes the connection, if there is one, for good.
func (s *Session) hangUp() {
	s.mu.Lock()
	conn := s.conn
	s.conn = nil
	s.mu.Unlock()
	if conn != nil {
		conn.CloseNow()
	}
}
