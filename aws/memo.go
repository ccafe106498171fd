package aws

import (
	"context"
	"encoding/json"
	"sync"
)

// Memo is a Reader that makes no call twice: equal queries share one fetch, and its answer is kept until Forget. Complete
// answers and failures that would only repeat themselves (denied, not found, not recorded, unsupported) are kept; a fetch
// that was cancelled, throttled or did not get through is tried again by the next Read.
type Memo struct {
	inner Reader
	mu    sync.Mutex
	kept  map[string]*fetch // by Query.Key
}

// A fetch is one call to the inner reader, under way or done. Its fields are guarded by the Memo's mutex.
type fetch struct {
	pages  []json.RawMessage
	err    error
	done   bool
	change chan struct{} // closed when any of the above changes, then replaced

	waiting int
	cancel  context.CancelFunc
}

// NewMemo returns a Memo over inner.
func NewMemo(inner Reader) *Memo { return &Memo{inner: inner, kept: map[string]*fetch{}} }

// Read passes the pages of the shared fetch to page as they arrive. When ctx ends Read returns at once; the fetch goes on for
// others who wait, and is cancelled when there are none. Pages are shared: they must not be modified.
func (m *Memo) Read(ctx context.Context, q Query, page func(json.RawMessage) error) error {
	if err := ctx.Err(); err != nil {
		return Errorf(Cancelled, q, "", "%w", err)
	}
	f := m.join(ctx, q)
	defer m.leave(q, f)
	for passed := 0; ; {
		m.mu.Lock()
		pages, done, err, change := f.pages[passed:], f.done, f.err, f.change
		m.mu.Unlock()
		for _, p := range pages {
			if err := page(p); err != nil {
				return err
			}
		}
		passed += len(pages)
		if done {
			return err
		}
		select {
		case <-change:
		case <-ctx.Done():
			return Errorf(Cancelled, q, "", "%w", ctx.Err())
		}
	}
}

// join returns the fetch for the query, starting one if there is none.
func (m *Memo) join(ctx context.Context, q Query) *fetch {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.kept[q.Key()]
	if f == nil {
		f = &fetch{change: make(chan struct{})}
		m.kept[q.Key()] = f
		ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx)) // the fetch is everyone's, not the first caller's
		go m.run(ctx, q, f)
	}
	f.waiting++
	return f
}

// leave ends a Read's interest in the fetch. What nobody waits for is cancelled and forgotten.
func (m *Memo) leave(q Query, f *fetch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f.waiting--
	if f.waiting == 0 && !f.done {
		f.cancel()
		m.drop(q, f)
	}
}

func (m *Memo) run(ctx context.Context, q Query, f *fetch) {
	err := m.inner.Read(ctx, q, func(p json.RawMessage) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		f.pages = append(f.pages, p)
		f.announce()
		return nil
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	f.done, f.err = true, err
	f.announce()
	f.cancel()
	if !lasting(err) {
		m.drop(q, f)
	}
}

func (f *fetch) announce() {
	close(f.change)
	f.change = make(chan struct{})
}

// drop forgets the fetch, unless a newer one has taken its place.
func (m *Memo) drop(q Query, f *fetch) {
	if m.kept[q.Key()] == f {
		delete(m.kept, q.Key())
	}
}

// lasting reports whether asking again would only bring the same.
func lasting(err error) bool {
	if err == nil {
		return true
	}
	switch KindOf(err) {
	case Denied, NotFound, NotRecorded, Unsupported:
		return true
	}
	return false
}

// Forget drops all answers, so that the next Read of each asks again. Fetches under way go on for those who wait for them.
func (m *Memo) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.kept)
}

// Regions returns the regions of the inner reader.
func (m *Memo) Regions() []string { return Regions(m.inner) }
