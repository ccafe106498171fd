package read

import (
	"context"
	"slices"
	"sync"

	"fargate-doctor/aws"
)

// A listing is the pair of ECS calls that list ARNs and describe them. Descriptions are asked for in batches of the API's
// size, while further pages of the list arrive.
type listing[W, T any] struct {
	list     aws.Query
	listKey  string
	describe func(arns []string) aws.Query
	key      string
	batch    int
	value    func(W) (T, error)
	arn      func(T) string
}

// read passes the values to page as they arrive, never two calls at a time. What vanished between list and description is left
// out. The first failure is returned after all that could be read was passed.
func (l listing[W, T]) read(ctx context.Context, r aws.Reader, page func([]T)) error {
	var mu sync.Mutex
	var failure error
	note := func(err error) {
		mu.Lock()
		defer mu.Unlock()
		if failure == nil {
			failure = err
		}
	}
	var batches sync.WaitGroup
	seen := map[string]bool{}
	err := eachPage(ctx, r, l.list, l.listKey, func(arns []string) {
		arns = slices.DeleteFunc(arns, func(a string) bool { again := seen[a]; seen[a] = true; return again })
		for batch := range slices.Chunk(arns, l.batch) {
			batches.Go(func() {
				values, err := l.described(ctx, r, batch)
				if err != nil {
					note(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				page(values)
			})
		}
	})
	batches.Wait()
	if failure == nil {
		failure = err
	}
	return failure
}

// described returns the values with the given ARNs; recordings answer with all that they hold.
func (l listing[W, T]) described(ctx context.Context, r aws.Reader, arns []string) ([]T, error) {
	q := l.describe(arns)
	wire, err := elements[W](ctx, r, q, l.key)
	if err != nil {
		return nil, err
	}
	values, err := decodeAll(q, wire, l.value)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(values, func(v T) bool { return !slices.Contains(arns, l.arn(v)) }), nil
}
