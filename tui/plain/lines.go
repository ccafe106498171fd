package plain

import (
	"bufio"
	"bytes"
	"context"
	"io"
)

// longestLine bounds an answer, in bytes.
const longestLine = 1 << 20

// lines reads a line when one is wanted and never before: what nobody has asked for yet may be meant for a shell.
type lines struct {
	ahead   *ahead
	wanted  chan struct{}
	read    chan string
	ended   chan struct{} // closed at the end of the input
	waiting bool          // a line was wanted and has not been taken
	kept    []string      // lines that were taken and are an answer to what comes next
}

// linesOf returns the lines of an input until ctx ends.
func linesOf(ctx context.Context, in io.Reader) *lines {
	l := &lines{ahead: &ahead{in: in}, wanted: make(chan struct{}, 1), read: make(chan string), ended: make(chan struct{})}
	go func() {
		defer close(l.ended)
		s := bufio.NewScanner(l.ahead)
		s.Buffer(nil, longestLine)
		for {
			select {
			case <-l.wanted:
			case <-ctx.Done():
				return
			}
			if !s.Scan() {
				return
			}
			select {
			case l.read <- s.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return l
}

// want asks for a line, if none was asked for already.
func (l *lines) want() {
	if !l.waiting {
		l.waiting = true
		l.wanted <- struct{}{}
	}
}

// taken says that the line that was wanted has been received.
func (l *lines) taken() { l.waiting = false }

// over reports whether the input has ended.
func (l *lines) over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// typed takes the keys that were typed while something else had the terminal. Call it while no line is wanted.
func (l *lines) typed(keys []byte) {
	l.ahead.keys = append(l.ahead.keys, bytes.ReplaceAll(keys, []byte{'\r'}, []byte{'\n'})...)
}

// ahead reads keys that were typed ahead, then what comes.
type ahead struct {
	in   io.Reader
	keys []byte
}

func (a *ahead) Read(p []byte) (int, error) {
	if len(a.keys) == 0 {
		return a.in.Read(p)
	}
	n := copy(p, a.keys)
	a.keys = a.keys[n:]
	return n, nil
}
