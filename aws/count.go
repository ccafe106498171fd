package aws

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
)

// Counted is a Reader that counts the calls that go through it, and remembers which of them AWS did not answer.
type Counted struct {
	inner      Reader
	mu         sync.Mutex
	calls      map[string]int
	unanswered map[string]error // the last error by Query.Name
}

// NewCounted returns a Reader that counts the calls to inner. Put it beneath a Memo to count what really is asked.
func NewCounted(inner Reader) *Counted {
	return &Counted{inner: inner, calls: map[string]int{}, unanswered: map[string]error{}}
}

// Read passes the query on and counts it, whatever comes of it. An answer of several pages counts once.
func (c *Counted) Read(ctx context.Context, q Query, page func(json.RawMessage) error) error {
	c.mu.Lock()
	c.calls[q.Name()]++
	c.mu.Unlock()
	err := c.inner.Read(ctx, q, page)
	switch KindOf(err) {
	case NotFound, Cancelled: // an answer, and a wish
	default:
		if err != nil {
			c.mu.Lock()
			c.unanswered[q.Name()] = err
			c.mu.Unlock()
		}
	}
	return err
}

// Unanswered returns the last error of each query that got no answer, in the order of their names, and forgets them. That something
// was not found is an answer; that a call was not allowed is none.
func (c *Counted) Unanswered() []error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(c.unanswered)) {
		errs = append(errs, c.unanswered[name])
	}
	clear(c.unanswered)
	return errs
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
