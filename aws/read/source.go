package read

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// A source is one call that fills one collection of a network.
type source struct {
	kind   vpc.Kind
	scopes []string // of the gaps, when the call fails
	fill   func(context.Context, aws.Reader) (func(*vpc.Network), error)
}

// A collection says how the answers of one operation become one list of a network.
type collection[W, T any] struct {
	kind      vpc.Kind
	operation string // of EC2
	key       string // of the list in the answer
	decode    func(W) (T, error)
	list      func(*vpc.Network) *[]T
}

// from returns the source that asks with input and keeps what keep wants. The answer is sifted here too, because
// recordings answer with all that they hold whatever the filter.
func (c collection[W, T]) from(region string, input aws.Input, keep func(T) bool, scopes ...string) source {
	q := aws.Query{Service: "ec2", Operation: c.operation, Region: region, Input: input}
	return source{c.kind, scopes, func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		kept, err := c.read(ctx, r, q, keep)
		return func(n *vpc.Network) { *c.list(n) = append(*c.list(n), kept...) }, err
	}}
}

func (c collection[W, T]) read(ctx context.Context, r aws.Reader, q aws.Query, keep func(T) bool) ([]T, error) {
	wire, err := elements[W](ctx, r, q, c.key)
	if err != nil {
		return nil, err
	}
	all, err := decodeAll(q, wire, c.decode)
	if err != nil {
		return nil, err
	}
	var kept []T
	for _, v := range all {
		if keep(v) {
			kept = append(kept, v)
		}
	}
	return kept, nil
}

// ask calls all sources at once and returns what each adds to a network, in their order; a source that failed adds Gaps.
func ask(ctx context.Context, r aws.Reader, sources []source) []func(*vpc.Network) {
	fills := make([]func(*vpc.Network), len(sources))
	var wait sync.WaitGroup
	for i, s := range sources {
		wait.Go(func() {
			fill, err := s.fill(ctx, r)
			if err != nil {
				fill = func(n *vpc.Network) {
					for _, scope := range s.scopes {
						n.Gaps = append(n.Gaps, gapFor(s.kind, scope, err))
					}
				}
			}
			fills[i] = fill
		})
	}
	wait.Wait()
	return fills
}

// round asks all sources at once and returns the network that they make.
func round(ctx context.Context, r aws.Reader, sources []source) vpc.Network {
	var n vpc.Network
	for _, fill := range ask(ctx, r, sources) {
		fill(&n)
	}
	return n
}

// gapFor says why a collection is not known.
func gapFor(kind vpc.Kind, scope string, err error) vpc.Gap {
	return vpc.Gap{Kind: kind, Scope: scope, Missing: aws.Missing(err), Reason: reason(err)}
}

// reason returns the clause in which a person reads why a read failed.
func reason(err error) string {
	var e *aws.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	what := e.Operation
	if e.Resource != "" {
		what += " " + e.Resource
	}
	switch e.Kind {
	case aws.Denied:
		return e.Action + " is not allowed"
	case aws.NotFound:
		return what + " found nothing"
	case aws.Throttled:
		return what + " was throttled"
	case aws.Unreachable:
		return what + " got no answer"
	case aws.Credentials:
		return what + " was refused: the credentials are not valid"
	case aws.Malformed:
		return what + " got an answer that makes no sense"
	case aws.NotRecorded:
		return what + " was not recorded"
	case aws.Unsupported:
		return what + " is not supported here"
	case aws.Cancelled:
		return what + " was cancelled"
	}
	return fmt.Sprintf("%s failed", what)
}

// only returns the Input that filters by one filter.
func only(name string, values ...string) aws.Input {
	return aws.Input{"Filters": []aws.Filter{{Name: name, Values: values}}}
}
