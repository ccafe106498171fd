package steps

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fargate-doctor/aws"
)

func countedFact(calls *atomic.Int32, err error) *Fact[int] {
	return &Fact[int]{Name: "counted", Fetch: func(ctx context.Context, _ source, _ Facts) (int, error) {
		calls.Add(1)
		select {
		case <-time.After(time.Second):
			return 1, err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}}
}

func TestAFactIsFetchedOnceForAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		fact, f := countedFact(&calls, nil), factsOf(Case{})
		var s store
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if v, err := s.get(t.Context(), fact, source{}, f); v != 1 || err != nil {
					t.Errorf("%v, %v", v, err)
				}
			})
		}
		wait.Wait()
		if calls.Load() != 1 {
			t.Errorf("fetched %d times", calls.Load())
		}
	})
}

func TestACancelledFetchIsNotKeptAndDoesNotFailOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		fact, f := countedFact(&calls, nil), factsOf(Case{})
		var s store
		hasty, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, err := s.get(hasty, fact, source{}, f); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the cancelled one got %v", err)
			}
		})
		synctest.Wait()
		wait.Go(func() {
			if v, err := s.get(t.Context(), fact, source{}, f); v != 1 || err != nil {
				t.Errorf("the patient one got %v, %v", v, err)
			}
		})
		wait.Wait()
		if calls.Load() != 2 {
			t.Errorf("fetched %d times, want twice", calls.Load())
		}
	})
}

func TestOnlyFailuresThatLastAreKept(t *testing.T) {
	for kind, want := range map[aws.Kind]int32{aws.Denied: 1, aws.NotFound: 1, aws.NotRecorded: 1, aws.Throttled: 2, aws.Unreachable: 2, aws.Other: 2} {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int32
			fact, f := countedFact(&calls, &aws.Error{Kind: kind}), factsOf(Case{})
			var s store
			for range 2 {
				if _, err := s.get(t.Context(), fact, source{}, f); aws.KindOf(err) != kind {
					t.Errorf("%s: %v", kind, err)
				}
			}
			if calls.Load() != want {
				t.Errorf("%s: fetched %d times, want %d", kind, calls.Load(), want)
			}
		})
	}
}

func TestFactsAreValues(t *testing.T) {
	fetched := &Fact[int]{Name: "number", Fetch: func(context.Context, source, Facts) (int, error) { return 0, nil }}
	double := &Fact[int]{Name: "double", Needs: []known{fetched}, Derive: func(f Facts) int { return 2 * fetched.Of(f) }}
	before := factsOf(Case{})
	if _, err := double.Try(before); !errors.Is(err, errNotYet) || !before.waits(double) {
		t.Errorf("a fact that nobody has read: %v", err)
	}
	one := before.with(fetched, 1, nil)
	two := one.with(fetched, 2, nil)
	failed := two.with(fetched, nil, errors.New("denied"))
	if double.Of(one) != 2 || double.Of(two) != 4 {
		t.Errorf("doubles are %d and %d", double.Of(one), double.Of(two))
	}
	if _, err := double.Try(failed); err == nil || err.Error() != "denied" || failed.waits(double) {
		t.Errorf("what rests on a failed fact: %v", err)
	}
	if !before.waits(double) {
		t.Error("with changed the facts that it was called on")
	}
}
