package steps

import (
	"context"
	"errors"
	"strings"
	"sync"

	"fargate-doctor/aws"
)

// A store keeps fetched facts between walks, each under its name and key, and lets no fact be fetched twice at a time.
type store struct {
	mu      sync.Mutex
	flights map[string]*flight
}

// A flight is one fetch, under way or ended.
type flight struct {
	done  chan struct{}
	value any
	err   error
}

// get returns the value of a fact that is stored, or fetches it. A fetch that ended because a walk was cancelled is not kept; whoever
// waited for it and is not cancelled fetches anew.
func (s *store) get(ctx context.Context, k known, from source, f Facts) (any, error) {
	id := k.name() + "\x00" + from.region + "\x00" + k.key(f)
	for {
		s.mu.Lock()
		if s.flights == nil {
			s.flights = map[string]*flight{}
		}
		running, ok := s.flights[id]
		if !ok {
			running = &flight{done: make(chan struct{})}
			s.flights[id] = running
			s.mu.Unlock()
			running.value, running.err = k.fetch(ctx, from, f)
			if running.err != nil && (ctx.Err() != nil || !lasting(running.err)) {
				s.mu.Lock()
				delete(s.flights, id)
				s.mu.Unlock()
			}
			close(running.done)
			return running.value, running.err
		}
		s.mu.Unlock()
		select {
		case <-running.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if !cancelled(running.err) {
			return running.value, running.err
		}
	}
}

// lasting reports whether asking again would bring the same failure.
func lasting(err error) bool {
	switch aws.KindOf(err) {
	case aws.Denied, aws.NotFound, aws.NotRecorded, aws.Unsupported:
		return true
	}
	return false
}

func cancelled(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || err != nil && aws.KindOf(err) == aws.Cancelled
}

// forget drops the stored values of facts by name.
func (s *store) forget(names map[string]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.flights {
		if name, _, _ := strings.Cut(id, "\x00"); names == nil || names[name] {
			delete(s.flights, id)
		}
	}
}

// An arrival is a fact that was fetched, or could not be.
type arrival struct {
	fact  known
	value any
	err   error
}

// load fetches facts, each as soon as those that it rests on are there, and passes each outcome to arrive, one at a time. It returns
// when all have arrived, or all that were under way when ctx ended. A fact that rests on one that failed fails with the same error.
func (s *store) load(ctx context.Context, wanted []known, from source, f Facts, arrive func(arrival, Facts)) {
	arrivals := make(chan arrival)
	started := map[string]bool{}
	var flying int
	start := func() {
		if ctx.Err() != nil {
			return
		}
		for _, k := range wanted {
			if started[k.name()] || waitsForOthers(k, f) {
				continue
			}
			started[k.name()] = true
			flying++
			now := f
			go func() {
				if err := lacksNeeds(k, now); err != nil {
					arrivals <- arrival{k, nil, err}
					return
				}
				value, err := s.get(ctx, k, from, now)
				arrivals <- arrival{k, value, err}
			}()
		}
	}
	for start(); flying > 0; start() {
		a := <-arrivals
		flying--
		f = f.with(a.fact, a.value, a.err)
		arrive(a, f)
	}
}

func waitsForOthers(k known, f Facts) bool {
	for _, list := range [][]known{k.needs(), k.wants()} {
		for _, n := range list {
			if f.waits(n) {
				return true
			}
		}
	}
	return false
}

func lacksNeeds(k known, f Facts) error {
	for _, n := range k.needs() {
		if err := f.lacks(n); err != nil {
			return err
		}
	}
	return nil
}
