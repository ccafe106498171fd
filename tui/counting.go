package tui

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"fargate-doctor/aws"
)

// A countingReader counts the API calls that go through it: one for each page of an answer, and one for a read without any.
type countingReader struct {
	aws.Reader
	calls *atomic.Int64
}

func (r countingReader) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	r.calls.Add(1)
	first := true
	return r.Reader.Read(ctx, q, func(p json.RawMessage) error {
		if !first {
			r.calls.Add(1)
		}
		first = false
		return page(p)
	})
}
