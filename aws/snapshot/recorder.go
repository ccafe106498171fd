package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"

	"fargate-doctor/aws"
)

// A Recorder is a Reader that keeps what goes through it, to be written as a snapshot. Values that may be secret are removed
// before they are kept. Operations that snapshots do not hold pass through and are not kept.
type Recorder struct {
	inner aws.Reader
	mu    sync.Mutex
	calls map[string]call // by Query.Key
}

// A call is one query and what came of it.
type call struct {
	query aws.Query
	pages []json.RawMessage
	err   error
}

// NewRecorder returns a Recorder of what inner answers.
func NewRecorder(inner aws.Reader) *Recorder {
	return &Recorder{inner: inner, calls: map[string]call{}}
}

// Read passes the query on and keeps the answer or the failure. Cancelled reads are not kept, nor what is no answer: garbage,
// and pages that the caller refused.
func (r *Recorder) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	c := call{query: q}
	refused := false
	c.err = r.inner.Read(ctx, q, func(p json.RawMessage) error {
		kept, garbage := withoutSecrets(q, p)
		c.pages = append(c.pages, kept)
		err := page(p)
		refused = refused || garbage != nil || err != nil
		return err
	})
	if !refused && aws.KindOf(c.err) != aws.Cancelled {
		r.keep(c)
	}
	return c.err
}

// keep remembers the call, unless the same query was answered before and fails now.
func (r *Recorder) keep(c call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, again := r.calls[c.query.Key()]
	if !again || before.err != nil || c.err == nil {
		r.calls[c.query.Key()] = c
	}
}

// Regions returns the regions of the inner reader.
func (r *Recorder) Regions() []string { return aws.Regions(r.inner) }

// recorded returns the calls in a fixed order.
func (r *Recorder) recorded() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []call
	for _, key := range slices.Sorted(maps.Keys(r.calls)) {
		all = append(all, r.calls[key])
	}
	return all
}

// Write writes what was recorded: a .zip or .tar.gz by the path's extension, else a folder, which must not exist. It is
// complete or not there at all. With redact, account ids are replaced, the same one by the same digits.
func (r *Recorder) Write(path string, m Manifest, redact bool) error {
	files, err := compose(r.recorded(), m)
	if err != nil {
		return err
	}
	if redact {
		files = redacted(files)
	}
	return write(path, files)
}

// compose turns calls into the files of a snapshot, one for each operation and region, and the manifest.
func compose(calls []call, m Manifest) ([]file, error) {
	m.Schema = Schema
	answers := map[string]document{} // by file name
	answered := map[string]bool{}    // actions
	for i := range calls {
		c := &calls[i]
		op, ok := operations[c.query.Name()]
		if !ok || c.err != nil {
			continue
		}
		answer, err := op.compose(c.query, c.pages)
		if err != nil {
			c.err = aws.Errorf(aws.Malformed, c.query, "", "%w", err)
			continue
		}
		answered[c.query.Action()] = true
		name := fileName(c.query, m.Region)
		if answers[name] == nil {
			answers[name] = document{}
		}
		for key, value := range answer {
			answers[name][key] = joinLists(answers[name][key], value)
		}
	}
	files := make([]file, 0, len(answers)+1)
	manifest, err := json.MarshalIndent(withFailures(m, calls, answered), "", "  ")
	if err != nil {
		return nil, err
	}
	files = append(files, file{"manifest.json", manifest})
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		content, err := json.MarshalIndent(answers[name], "", "  ")
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, content})
	}
	return files, nil
}

// fileName returns where the answers of a query's operation are kept.
func fileName(q aws.Query, home string) string {
	region := q.Region
	if region == "" {
		region = home
	}
	name := q.Service + "-" + kebab(q.Operation) + ".json"
	if region == "" {
		return name
	}
	return region + "/" + name
}

// compose returns what a file holds of an answer.
func (op operation) compose(q aws.Query, pages []json.RawMessage) (document, error) {
	whole := document{}
	for _, p := range pages {
		var d document
		if err := json.Unmarshal(p, &d); err != nil {
			return nil, err
		}
		for key, value := range d {
			whole[key] = joinLists(whole[key], value)
		}
	}
	if op.asIs {
		return whole, nil
	}
	if op.several != "" {
		for i, value := range op.asked(q) {
			if value == "" {
				continue
			}
			id, err := json.Marshal(value)
			if err != nil {
				return nil, err
			}
			whole[op.ids()[i]] = id
		}
		several, err := json.Marshal([]document{whole})
		return document{op.several: several}, err
	}
	value := whole.value(op.key)
	if value == nil {
		return nil, errors.New("the answer holds no " + op.key)
	}
	if op.one {
		value = slices.Concat(json.RawMessage("["), value, json.RawMessage("]"))
	}
	return document{op.key: value}, nil
}

// withFailures adds the calls that got no answer to the manifest. An action that was refused every time is Denied; one that
// was refused for some things only, and every other failure, is listed with its call.
func withFailures(m Manifest, calls []call, answered map[string]bool) Manifest {
	denied := slices.Clone(m.Denied)
	failed := slices.Clone(m.Failed)
	for _, c := range calls {
		kind := aws.KindOf(c.err)
		switch {
		case c.err == nil || kind == aws.NotRecorded: // the latter will be so again
		case aws.Missing(c.err) != "" && !answered[aws.Missing(c.err)]:
			denied = append(denied, aws.Missing(c.err))
		default:
			failed = append(failed, failureOf(c, kind))
		}
	}
	m.Denied, m.Failed = aws.SortedActions(denied), failed
	return m
}

func failureOf(c call, kind aws.Kind) Failure {
	f := Failure{Operation: c.query.Name(), Region: c.query.Region, Input: c.query.Input, Kind: kind.String(), Reason: c.err.Error()}
	var e *aws.Error
	if errors.As(c.err, &e) {
		f.Resource, f.Code = e.Resource, e.Code
		if e.Err != nil {
			f.Reason = e.Err.Error()
		}
	}
	return f
}
