package read

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"fargate-doctor/aws"
)

// elements reads all pages of an answer and returns what the list under key holds.
func elements[W any](ctx context.Context, r aws.Reader, q aws.Query, key string) ([]W, error) {
	var all []W
	err := eachPage(ctx, r, q, key, func(page []W) { all = append(all, page...) })
	if err != nil {
		return nil, err
	}
	return all, nil
}

// eachPage passes the list under key of every page to use, as the pages arrive. Every operation's answer names its list even
// when that is empty; a page that does not is something else's answer (a proxy's, a portal's), hence Malformed and not "none".
func eachPage[W any](ctx context.Context, r aws.Reader, q aws.Query, key string, use func([]W)) error {
	seen := false
	err := r.Read(ctx, q, func(page json.RawMessage) error {
		seen = true
		list, err := member(page, key)
		if err != nil {
			return aws.Errorf(aws.Malformed, q, "", "%w", err)
		}
		var elements []W
		if err := json.Unmarshal(list, &elements); err != nil {
			return aws.Errorf(aws.Malformed, q, "", "%s: %w", key, err)
		}
		use(elements)
		return nil
	})
	if err == nil && !seen {
		err = aws.Errorf(aws.Malformed, q, "", "the answer is empty")
	}
	return err
}

// object reads an answer of one page as a whole. The answer must name key.
func object[W any](ctx context.Context, r aws.Reader, q aws.Query, key string) (W, error) {
	var whole W
	seen := false
	err := r.Read(ctx, q, func(page json.RawMessage) error {
		if _, err := member(page, key); err != nil {
			return aws.Errorf(aws.Malformed, q, "", "%w", err)
		}
		if err := json.Unmarshal(page, &whole); err != nil {
			return aws.Errorf(aws.Malformed, q, "", "%w", err)
		}
		seen = true
		return nil
	})
	if err == nil && !seen {
		err = aws.Errorf(aws.Malformed, q, "", "the answer is empty")
	}
	return whole, err
}

// member returns what an answer holds under key, compared without case as encoding/json does.
func member(page json.RawMessage, key string) (json.RawMessage, error) {
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(page, &answer); err != nil {
		return nil, err
	}
	for name, value := range answer {
		if strings.EqualFold(name, key) && string(value) != "null" {
			return value, nil
		}
	}
	return nil, errors.New("the answer holds no " + key)
}

// decodeAll turns wire values into domain values. One that can't be understood spoils the collection: leaving it out would
// make the rest look complete.
func decodeAll[W, T any](q aws.Query, wire []W, decode func(W) (T, error)) ([]T, error) {
	values := make([]T, 0, len(wire))
	for _, w := range wire {
		v, err := decode(w)
		if err != nil {
			return nil, aws.Errorf(aws.Malformed, q, "", "%w", err)
		}
		values = append(values, v)
	}
	return values, nil
}
