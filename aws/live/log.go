package live

import (
	"fmt"
	"io"
	"sync"
	"time"

	"fargate-doctor/aws"
)

// A callLog writes one line per API call: no parameters, no answers, no credentials.
type callLog struct {
	mu sync.Mutex
	w  io.Writer
}

func newCallLog(w io.Writer) *callLog {
	if w == nil {
		w = io.Discard
	}
	return &callLog{w: w}
}

func (l *callLog) write(q aws.Query, c *call, result string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.w, "%s %s %s %d ms, attempts %d: %s\n", c.started.UTC().Format(time.RFC3339), q.Name(), q.Region,
		time.Since(c.started).Milliseconds(), c.attempts, result)
}
