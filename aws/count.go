package aws

import (
	"context"
	"encoding/json"
	"maps"
	"sync"
)

// Counted is a Reader that counts the calls that go through it.
type Counted struct {
	inner Reader
	mu    sync.Mutex
	calls map[string]int
}

// NewCounted returns a Reader that counts the calls to inner. Put it beneath a Memo to count what really is asked.
func NewCounted(inner Reader) *Counted { return &Counted{inner: inner, calls: map[string]int{}} }

// Read passes the query on and counts it, whatever comes of it. An answer of several pages counts once.
func (c *Counted) Read(ctx context.Context, q Query, page func(json.RawMessage) error) error {
	c.mu.Lock()
	c.calls[q.Name()]++
	c.mu.Unlock()
	return c.inner.Read(ctx, q, page)
}

// Calls returns the number of calls by Query.Name.
func (c *Counted) Calls() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.calls)
}

// Total returns the number of calls.
func (c *Counted) Total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	total := 0
	for _, n := range c.calls {
		total += n
	}
	return total
}

// Regions returns the regions of the inner reader.
func (c *Counted) Regions() []string { return Regions(c.inner) }
