package demoshell

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/muesli/cancelreader"
)

const ctrlC = 3

// keys reads what a person types, and hands it out line by line, so that what comes after the end of the shell is nobody's yet.
type keys struct {
	reader cancelreader.CancelReader
	done   chan struct{}
	over   func() bool // ends the watching of the context

	mu      sync.Mutex
	more    *sync.Cond
	typed   []byte
	closed  bool
	broken  bool   // Ctrl-C was read by Read
	running func() // ends the command that runs, nil when none does
}

func readKeys(ctx context.Context, in io.Reader) (*keys, error) {
	reader, err := cancelreader.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("read the terminal: %w", err)
	}
	k := &keys{reader: reader, done: make(chan struct{})}
	k.more = sync.NewCond(&k.mu)
	k.over = context.AfterFunc(ctx, k.shut)
	go k.run()
	return k, nil
}

func (k *keys) run() {
	defer close(k.done)
	defer k.shut()
	buffer := make([]byte, 256)
	for {
		n, err := k.reader.Read(buffer)
		k.mu.Lock()
		read := buffer[:n]
		if i := bytes.LastIndexByte(read, ctrlC); i >= 0 && k.running != nil {
			k.running()
			read = read[i+1:]
		}
		k.typed = append(k.typed, read...)
		k.more.Broadcast()
		k.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (k *keys) shut() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	k.more.Broadcast()
}

// Read returns keys up to the end of a line, or up to Ctrl-C, which is the end of the input for who reads lines.
func (k *keys) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.typed) == 0 && !k.closed {
		k.more.Wait()
	}
	if k.closed && len(k.typed) == 0 {
		return 0, io.EOF
	}
	n := len(k.typed)
	if i := bytes.IndexAny(k.typed, "\r\n\x03\x04"); i >= 0 {
		n = i + 1
	}
	n = copy(p, k.typed[:min(n, len(p))])
	k.broken = n > 0 && k.typed[n-1] == ctrlC
	k.typed = k.typed[n:]
	return n, nil
}

// interrupted reports whether the last line was given up with Ctrl-C.
func (k *keys) interrupted() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	was := k.broken
	k.broken = false
	return was
}

// watch returns a context that Ctrl-C ends, until done is called.
func (k *keys) watch(ctx context.Context) (watched context.Context, done func()) {
	watched, cancel := context.WithCancel(ctx)
	k.mu.Lock()
	k.running = cancel
	k.mu.Unlock()
	return watched, func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.running = nil
	}
}

// stop ends the reading and returns what was typed and not read.
func (k *keys) stop() []byte {
	k.over()
	if !k.reader.Cancel() { // no terminal: its read can't be ended
		return nil
	}
	<-k.done
	k.reader.Close()
	return k.typed
}
