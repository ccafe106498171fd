package exec

import (
	"io"
	"sync"
)

// held bounds what a session keeps for a reader that is slow. Beyond it nothing is taken from the connection, so that the sender waits.
const held = 4 << 20

// A stream passes the bytes of a session on to their reader.
type stream struct {
	mu      sync.Mutex
	changed sync.Cond
	bytes   []byte
	read    int   // how many of bytes have been read
	err     error // after the bytes; set once
}

func newStream() *stream {
	s := &stream{}
	s.changed.L = &s.mu
	return s
}

// put adds bytes; it waits while the reader is too far behind. After end it drops them.
func (s *stream) put(p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.err == nil && len(s.bytes) > s.read && len(s.bytes)-s.read+len(p) > held {
		s.changed.Wait()
	}
	if s.err == nil {
		if s.read > held/2 {
			s.bytes, s.read = append(s.bytes[:0], s.bytes[s.read:]...), 0
		}
		s.bytes = append(s.bytes, p...)
		s.changed.Broadcast()
	}
}

// end makes err, io.EOF if nil, what a reader gets after the bytes that are there.
func (s *stream) end(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return
	}
	if s.err = err; err == nil {
		s.err = io.EOF
	}
	s.changed.Broadcast()
}

// reason returns what ended the stream; nil while it goes on, and when nothing is wrong.
func (s *stream) reason() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == io.EOF {
		return nil
	}
	return s.err
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.bytes) == s.read && s.err == nil {
		s.changed.Wait()
	}
	if len(s.bytes) == s.read {
		return 0, s.err
	}
	n := copy(p, s.bytes[s.read:])
	if s.read += n; s.read == len(s.bytes) {
		s.bytes, s.read = s.bytes[:0], 0
	}
	s.changed.Broadcast()
	return n, nil
}
