package exec

import (
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// ahead is how many frames are kept that came before their turn.
const ahead = 10000

// incoming puts the frames of an agent in order: any of them may come late, twice or not at all.
type incoming struct {
	next   int64
	early  map[int64]frame
	cipher *seal // nil without encryption
	begun  *atomic.Bool
}

func newIncoming() incoming { return incoming{early: map[int64]frame{}, begun: new(atomic.Bool)} }

// place returns the frames whose turn has come with f. known says that f is to be acknowledged: it is in order, kept, or an old one whose
// acknowledgement was lost.
func (in *incoming) place(f frame) (inOrder []frame, known bool) {
	in.begun.Store(true)
	switch {
	case f.sequence < in.next:
		return nil, true
	case f.sequence > in.next:
		if len(in.early) >= ahead {
			return nil, false
		}
		in.early[f.sequence] = f
		return nil, true
	}
	inOrder = append(inOrder, f)
	for in.next++; ; in.next++ {
		f, ok := in.early[in.next]
		if !ok {
			return inOrder, true
		}
		delete(in.early, in.next)
		inOrder = append(inOrder, f)
	}
}

// An acknowledgement is the payload of an acknowledge frame.
type acknowledgement struct {
	AcknowledgedMessageType           string
	AcknowledgedMessageId             string
	AcknowledgedMessageSequenceNumber int64
	IsSequentialMessage               bool
}

// acknowledge tells the agent that f came. Where that gets lost f comes again and is acknowledged again.
func (s *Session) acknowledge(conn *websocket.Conn, f frame) {
	payload, err := json.Marshal(acknowledgement{f.kind, uuidText(f.id), f.sequence, true})
	if err != nil {
		panic(err) // strings and numbers only
	}
	a := frame{kind: acknowledge, flags: flagControl, id: newUUID(), payload: payload}
	write(conn, a.encode(time.Now()))
}
