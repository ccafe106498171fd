package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"fargate-doctor/aws"
)

// A Fact is one thing that judging may need to know. It is either fetched (Fetch is set) or derived from other facts (Derive is
// set), never both. Facts are package-level values; what is known about them in one walk lives in Facts.
type Fact[T any] struct {
	Name    string
	Actions []string // IAM actions that fetching may need
	Needs   []known  // facts that fetching or deriving uses; without them this one can't be known
	Wants   []known  // facts that it uses where they can be known, through Try

	// Key tells fetched values apart: two cases with the same key share one value. Nil means that there is one value per region.
	Key    func(Facts) string
	Fetch  func(context.Context, source, Facts) (T, error)
	Derive func(Facts) T
}

// A source is where fetching reads from.
type source struct {
	aws.Reader
	region string
	now    time.Time // of the world that is read; zero when there is no clock
}

// known is a Fact of any type.
type known interface {
	name() string
	actions() []string
	needs() []known
	wants() []known
	fetched() bool
	key(Facts) string
	fetch(context.Context, source, Facts) (any, error)
	derive(Facts) any
}

func (f *Fact[T]) name() string      { return f.Name }
func (f *Fact[T]) actions() []string { return f.Actions }
func (f *Fact[T]) needs() []known    { return f.Needs }
func (f *Fact[T]) wants() []known    { return f.Wants }
func (f *Fact[T]) fetched() bool     { return f.Fetch != nil }

func (f *Fact[T]) key(facts Facts) string {
	if f.Key == nil {
		return ""
	}
	return f.Key(facts.within(f))
}

func (f *Fact[T]) fetch(ctx context.Context, s source, facts Facts) (any, error) {
	return f.Fetch(ctx, s, facts.within(f))
}

func (f *Fact[T]) derive(facts Facts) any { return f.Derive(facts.within(f)) }

// Of returns the value of a fact that is declared as a need: the caller runs only when it is known.
func (f *Fact[T]) Of(facts Facts) T {
	v, err := f.Try(facts)
	if err != nil {
		panic(fmt.Sprintf("fact %q is used and not known: %v", f.Name, err))
	}
	return v
}

// Try returns the value of a fact, or why it is not known.
func (f *Fact[T]) Try(facts Facts) (T, error) {
	v, err := facts.get(f)
	if err != nil {
		var zero T
		return zero, err
	}
	return v.(T), nil
}

// errNotYet is why a fact is not known that nobody has asked for yet, or whose answer is still on its way.
var errNotYet = errors.New("not read yet")

// Facts is what is known about one case. It is a value: With returns changed facts and leaves the others as they are.
type Facts struct {
	c       Case
	values  map[string]learned // fetched facts by name; never modified once it is here
	derived *derivations
	scope   []known           // what may be asked for; nil is everything
	mended  bool              // something was changed in memory to see what would come of it
	used    func(name string) // told of each fact that is asked for within a scope; may be nil
}

// learned is the outcome of fetching a fact.
type learned struct {
	value any
	err   error
}

// derivations remembers derived facts, which are the same as long as the fetched ones are.
type derivations struct {
	mu     sync.Mutex
	values map[string]any
}

func factsOf(c Case) Facts {
	return Facts{c: c, derived: &derivations{values: map[string]any{}}}
}

// with returns the facts with one fetched fact set.
func (f Facts) with(fact known, value any, err error) Facts {
	values := make(map[string]learned, len(f.values)+1)
	for name, l := range f.values {
		values[name] = l
	}
	values[fact.name()] = learned{value, err}
	f.values = values
	f.derived = &derivations{values: map[string]any{}}
	return f
}

// within returns the facts as something that declares its needs and wants may see them.
func (f Facts) within(asker interface {
	needs() []known
	wants() []known
}) Facts {
	f.scope = slices.Concat(asker.needs(), asker.wants())
	if f.scope == nil {
		f.scope = []known{}
	}
	return f
}

func (f Facts) get(fact known) (any, error) {
	if f.scope != nil && !slices.Contains(f.scope, fact) {
		panic(fmt.Sprintf("fact %q is used without being declared", fact.name()))
	}
	if f.used != nil {
		f.used(fact.name())
	}
	f.scope, f.used = nil, nil
	if err := f.lacks(fact); err != nil {
		return nil, err
	}
	if fact.fetched() {
		return f.values[fact.name()].value, nil
	}
	f.derived.mu.Lock()
	v, ok := f.derived.values[fact.name()]
	f.derived.mu.Unlock()
	if ok {
		return v, nil
	}
	v = fact.derive(f)
	f.derived.mu.Lock()
	f.derived.values[fact.name()] = v
	f.derived.mu.Unlock()
	return v, nil
}

// lacks returns why a fact can't be known, nil if it can.
func (f Facts) lacks(fact known) error {
	if fact.fetched() {
		l, ok := f.values[fact.name()]
		if !ok {
			return errNotYet
		}
		return l.err
	}
	for _, n := range fact.needs() {
		if err := f.lacks(n); err != nil {
			return err
		}
	}
	return nil
}

// waits reports whether an answer that a fact needs or wants is still to come.
func (f Facts) waits(fact known) bool {
	if fact.fetched() {
		_, ok := f.values[fact.name()]
		return !ok
	}
	return slices.ContainsFunc(fact.needs(), f.waits) || slices.ContainsFunc(fact.wants(), f.waits)
}

// fetchedBehind lists the fetched facts that a fact rests on, itself included, each after those that it rests on.
func fetchedBehind(facts ...known) []known {
	var out []known
	var visit func(known)
	seen := map[string]bool{}
	visit = func(k known) {
		if seen[k.name()] {
			return
		}
		seen[k.name()] = true
		for _, n := range k.needs() {
			visit(n)
		}
		for _, n := range k.wants() {
			visit(n)
		}
		if k.fetched() {
			out = append(out, k)
		}
	}
	for _, f := range facts {
		visit(f)
	}
	return out
}
