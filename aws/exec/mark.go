package exec

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
)

// newMark returns a text that no output holds by chance.
func newMark() string {
	var b [16]byte
	rand.Read(b[:])
	return "fargate-doctor-" + hex.EncodeToString(b[:])
}

// markOf returns what a script that was given a mark prints for it. A control character stands before it, so that output which ends in the
// middle of what may become a mark, and has to be held back, is rare: it would be every f that a person types.
func markOf(mark string) []byte { return []byte("\x01" + mark) }

// A markedReader reads a session whose output is cut into parts by marks: mark<TEXT>.
type markedReader struct {
	from io.Reader
	mark []byte
	rest []byte // read and not passed on
}

// longestMarkText bounds what stands in a mark.
const longestMarkText = 256

// pass writes everything up to the next mark to out, as it comes, and returns the text in the mark; nil means that nobody wants it. The
// error is out's, or what ended the reading before there was a mark.
func (m *markedReader) pass(out io.Writer) (string, error) {
	if out == nil {
		out = io.Discard
	}
	buffer := make([]byte, 32<<10)
	for {
		plain, text, found, err := m.cut()
		if len(plain) > 0 {
			if _, err := out.Write(plain); err != nil {
				return "", fmt.Errorf("write the output: %w", err)
			}
		}
		if err != nil || found {
			return text, err
		}
		n, err := m.from.Read(buffer)
		m.rest = append(m.rest, buffer[:n]...)
		if err != nil && n == 0 {
			if len(m.rest) > 0 {
				_, _ = out.Write(m.rest) // what looked like the beginning of a mark is none
			}
			m.rest = nil
			return "", err
		}
	}
}

// cut takes from the rest what is certainly before a mark, and the mark if it is whole.
func (m *markedReader) cut() (plain []byte, text string, found bool, err error) {
	at := bytes.Index(m.rest, m.mark)
	if at < 0 {
		keep := overlap(m.rest, m.mark)
		plain = bytes.Clone(m.rest[:len(m.rest)-keep])
		m.rest = append(m.rest[:0], m.rest[len(m.rest)-keep:]...)
		return plain, "", false, nil
	}
	plain = bytes.Clone(m.rest[:at])
	m.rest = append(m.rest[:0], m.rest[at:]...)
	inside := m.rest[len(m.mark):]
	end := bytes.IndexByte(inside, '>')
	switch {
	case end < 0 && len(inside) < longestMarkText:
		return plain, "", false, nil
	case end < 0 || inside[0] != '<':
		return plain, "", false, fmt.Errorf("the container's output is garbled: a mark without an end")
	}
	text = string(inside[1:end])
	m.rest = append(m.rest[:0], inside[end+1:]...)
	return plain, text, true, nil
}

// overlap returns the length of the longest end of b that mark begins with.
func overlap(b, mark []byte) int {
	for n := min(len(b), len(mark)-1); n > 0; n-- {
		if bytes.HasPrefix(mark, b[len(b)-n:]) {
			return n
		}
	}
	return 0
}
