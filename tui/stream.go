package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// A stream carries the results of one piece of work (a list being read, a walk) from its own goroutine into Update, in
// order, several at a time when they come faster than they are drawn.
type stream struct {
	id      int
	what    string // for the person: "reading tasks"
	started time.Time
	results chan tea.Msg
	cancel  context.CancelFunc
	lasting bool // it goes on when its screen is left and when another account is chosen
}

// A delivery is what a stream brings to Update.
type delivery struct {
	from    *stream
	results []tea.Msg
	closed  bool
}

// A page is a part of a list that stream id is reading.
type page[T any] struct {
	id   int
	rows []T
}

// An ended says that stream id has come to its end; err is nil when it did all of its work.
type ended struct {
	id  int
	err error
}

// A work function does what takes time. It runs outside Update, so it may touch only what it was given.
type work func(ctx context.Context, id int, send func(tea.Msg)) error

// mostAtOnce bounds a delivery, so that a key press never waits behind a long queue.
const mostAtOnce = 16

// run starts the work and returns its first delivery. Whatever happens, the stream is closed at the end, and nothing of it
// outlives the contexts: what it brings is wanted until wanted ends.
func (s *stream) run(ctx, wanted context.Context, do work) tea.Msg {
	go func() {
		defer close(s.results)
		send := func(m tea.Msg) {
			select {
			case s.results <- m:
			case <-wanted.Done():
			}
		}
		send(ended{s.id, do(ctx, s.id, send)})
	}()
	return s.next()
}

// next waits for the next delivery.
func (s *stream) next() tea.Msg {
	d := delivery{from: s}
	for first := true; len(d.results) < mostAtOnce; first = false {
		m, open := receive(s.results, first)
		if m != nil {
			d.results = append(d.results, m)
		}
		if !open {
			d.closed = true
			return d
		}
		if m == nil {
			return d
		}
	}
	return d
}

// receive returns a result and whether more may come; nil when none is there and it must not wait.
func receive(results <-chan tea.Msg, wait bool) (tea.Msg, bool) {
	if wait {
		m, open := <-results
		return m, open
	}
	select {
	case m, open := <-results:
		return m, open
	default:
		return nil, true
	}
}
