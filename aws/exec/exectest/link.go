//go:build unix

package exectest

import (
	"math/rand/v2"
	"sync"
	"time"
)

// A link carries frames one way or the other, with faults.
type link struct {
	faults Faults
	mu     sync.Mutex
	random *rand.Rand
	closed bool
	late   sync.WaitGroup
}

func newLink(f Faults) *link { return &link{faults: f, random: rand.New(rand.NewPCG(1, 2))} }

// pass delivers a frame: now, later, twice, or never.
func (l *link) pass(deliver func()) {
	f := l.faults
	if f == (Faults{}) {
		deliver()
		return
	}
	l.mu.Lock()
	fate, delay := l.random.Float64(), time.Duration(5+l.random.IntN(25))*time.Millisecond
	l.mu.Unlock()
	switch {
	case fate < f.Drop:
	case fate < f.Drop+f.Duplicate:
		deliver()
		deliver()
	case fate < f.Drop+f.Duplicate+f.Delay:
		l.later(delay, deliver)
	case fate < f.Drop+f.Duplicate+f.Delay+f.Reorder:
		l.later(time.Millisecond, deliver) // and the next ones overtake it
	default:
		deliver()
	}
}

func (l *link) later(after time.Duration, deliver func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.late.Go(func() {
		time.Sleep(after)
		deliver()
	})
}

// close waits for what is on its way. What would be late from now on is lost.
func (l *link) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.late.Wait()
}
