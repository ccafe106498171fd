package exec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/muesli/cancelreader"
)

// keys reads what a person types, and stops at once when told to, so that the next key is read by whoever comes next.
type keys struct {
	reader cancelreader.CancelReader
	typed  chan keystrokes // closed when there are no more
	quit   chan struct{}
	done   chan struct{}
	first  []byte       // typed while the session opened
	rest   []keystrokes // taken from the terminal and not passed on
	err    error        // why there are no more, once typed is closed; nil when they were not wanted any more
}

type keystrokes struct {
	bytes []byte
	at    time.Time
}

func readKeys(in io.Reader) (*keys, error) {
	reader, err := cancelreader.NewReader(in)
	if err != nil {
		return nil, fmt.Errorf("read the terminal: %w", err)
	}
	k := &keys{reader: reader, typed: make(chan keystrokes), quit: make(chan struct{}), done: make(chan struct{})}
	go k.run()
	return k, nil
}

func (k *keys) run() {
	defer close(k.done)
	defer close(k.typed)
	for {
		buffer := make([]byte, chunk)
		n, err := k.reader.Read(buffer)
		if n > 0 {
			read := keystrokes{buffer[:n], time.Now()}
			select {
			case k.typed <- read:
			case <-k.quit:
				k.rest = append(k.rest, read)
				return
			}
		}
		if errors.Is(err, cancelreader.ErrCanceled) {
			return
		}
		if err != nil {
			k.err = err
			return
		}
	}
}

// stop ends the reading and returns what was typed after the session was over.
func (k *keys) stop(over time.Time) (unread []byte) {
	close(k.quit)
	if !k.reader.Cancel() { // not a terminal: its read can't be ended, and who waits for it would wait for a key
		return nil
	}
	<-k.done
	k.reader.Close()
	for _, r := range k.rest {
		if !over.IsZero() && r.at.After(over) {
			unread = append(unread, r.bytes...)
		}
	}
	return unread
}

// watch keeps what is typed until opened is closed, and calls interrupt for Ctrl-C.
func (k *keys) watch(opened <-chan struct{}, interrupt func()) {
	const ctrlC = 3
	for {
		select {
		case <-opened:
			return
		case read, ok := <-k.typed:
			if !ok {
				interrupt()
				return
			}
			for _, key := range read.bytes {
				if key == ctrlC {
					interrupt()
				}
			}
			k.first = append(k.first, read.bytes...)
		}
	}
}

// pass passes keys on to the container until the session ends. It reports whether the terminal has gone.
func (k *keys) pass(ctx context.Context, session *Session) (gone bool) {
	if _, err := session.Write(k.first); err != nil {
		return false
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case read, ok := <-k.typed:
			if !ok {
				return true
			}
			if n, err := session.Write(read.bytes); err != nil {
				k.rest = append(k.rest, keystrokes{read.bytes[n:], read.at})
				return false
			}
		}
	}
}
