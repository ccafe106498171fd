package plain

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A typist types a line when what they wait for has been said since what they waited for before.
type typist struct {
	mu    sync.Mutex
	said  *sync.Cond
	out   bytes.Buffer
	heard int  // bytes of out, up to the end of what was waited for
	over  bool // the conversation is
}

// A turn is what a typist waits for, and what they do then: type a line, or something else.
type turn struct {
	await, line string
	do          func()
}

// conversing holds a conversation in a bubble whose time passes at once, and returns what it looks like.
func conversing(t *testing.T, options func(*testing.T) Options, script ...turn) (text string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		y := &typist{}
		y.said = sync.NewCond(&y.mu)
		in, keys := io.Pipe()
		done := make(chan int, 1)
		go func() {
			defer keys.Close()
			for i, next := range script {
				if !y.await(next.await) {
					done <- len(script) - i
					return
				}
				if next.do != nil {
					next.do()
				} else if _, err := io.WriteString(keys, next.line+"\n"); err != nil {
					done <- len(script) - i
					return
				}
			}
			done <- 0
		}()
		o := options(t)
		o.In, o.Out = in, y
		err := Run(t.Context(), o)
		in.Close()
		y.end()
		text = y.out.String()
		if left := <-done; left > 0 || err != nil {
			t.Errorf("%d turns are left, %v:\n%s", left, err, text)
		}
	})
	return text
}

func (y *typist) Write(b []byte) (int, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	defer y.said.Broadcast()
	return y.out.Write(b)
}

// await waits until something is said. It is false when the conversation is over before that.
func (y *typist) await(text string) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	for {
		if i := strings.Index(y.out.String()[y.heard:], text); i >= 0 {
			y.heard += i + len(text)
			return true
		}
		if y.over {
			return false
		}
		y.said.Wait()
	}
}

func (y *typist) end() {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.over = true
	y.said.Broadcast()
}

// typed are turns that answer one question after the other.
func typed(answers ...string) []turn {
	var script []turn
	for _, a := range answers {
		script = append(script, turn{await: "Answer, ", line: a})
	}
	return script
}

// since is a clock that begins at a moment and goes on with the bubble's.
func since(at time.Time) func() time.Time {
	began := time.Now()
	return func() time.Time { return at.Add(time.Since(began)) }
}

// holds checks that a conversation says all of these, in their order.
func holds(t *testing.T, text string, wants ...string) {
	t.Helper()
	rest := text
	for _, want := range wants {
		i := strings.Index(rest, want)
		if i < 0 {
			t.Errorf("%q is not said, or not there:\n%s", want, text)
			return
		}
		rest = rest[i+len(want):]
	}
}

// lacks checks that a conversation says none of these.
func lacks(t *testing.T, text string, unwanted ...string) {
	t.Helper()
	for _, u := range unwanted {
		if strings.Contains(text, u) {
			t.Errorf("%q is said:\n%s", u, text)
		}
	}
}
