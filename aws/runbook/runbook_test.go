package runbook_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/runbook"
)

// script is a run that is told look by look, by a clock that is the test's.
type script struct {
	looks   []look
	running []aws.Execution
	at      []time.Duration // of the looks, since the start
	began   time.Time
	stopped int
	finding error
}

type look struct {
	x   aws.Execution
	err error
}

func (s *script) Start(context.Context, aws.StartRequest) (string, error) {
	s.began = time.Now()
	return "run-1", nil
}

func (s *script) Get(ctx context.Context, id string) (aws.Execution, error) {
	n := len(s.at)
	s.at = append(s.at, time.Since(s.began))
	one := s.looks[min(n, len(s.looks)-1)]
	one.x.ID, one.x.Document = id, aws.TroubleshootRunbook
	return one.x, one.err
}

func (s *script) Steps(context.Context, string) ([]aws.ExecutionStep, error) {
	return nil, errors.New("not asked for")
}
func (s *script) Stop(context.Context, string) error                    { s.stopped++; return nil }
func (s *script) Find(context.Context, string) ([]aws.Execution, error) { return s.running, s.finding }

func running(statuses ...aws.ExecutionStatus) look {
	x := aws.Execution{Status: aws.ExecutionInProgress}
	for i, status := range statuses {
		x.Steps = append(x.Steps, aws.ExecutionStep{Number: i + 1, Status: status})
	}
	return look{x: x}
}

const (
	pending = aws.ExecutionPending
	working = aws.ExecutionInProgress
	done    = aws.ExecutionSuccess
)

func throttled() look {
	return look{err: aws.Errorf(aws.Throttled, aws.Query{Service: "ssm", Operation: "GetAutomationExecution"}, "", "slow down")}
}

// A run is looked at often while it moves, seldom while it does not, and not for ever.
func TestHowOftenARunIsLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{looks: []look{running(working, pending)}}
		x, err := (&runbook.Client{Automation: s}).Run(t.Context(), aws.RunbookRequest{}, nil)
		if err == nil || !strings.Contains(err.Error(), "no result after 15m0s; it goes on") || x.ID != "run-1" {
			t.Errorf("%v", err)
		}
		if n := len(s.at); n < 85 || n > 100 {
			t.Errorf("%d looks in 15 minutes", n)
		}
		for i, want := range []time.Duration{0, 2 * time.Second, 5 * time.Second, 9500 * time.Millisecond} {
			if s.at[i] != want {
				t.Errorf("look %d at %v, want %v", i, s.at[i], want)
			}
		}
		last := s.at[len(s.at)-1]
		if last > 15*time.Minute || last < 15*time.Minute-10*time.Second {
			t.Errorf("the last look is at %v", last)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := &script{looks: []look{running(working, pending), running(working, pending), running(working, pending), running(done, working), running(done, working), {x: aws.Execution{Status: done}}}}
		if _, err := (&runbook.Client{Automation: s}).Run(t.Context(), aws.RunbookRequest{}, nil); err != nil {
			t.Fatal(err)
		}
		var pauses []time.Duration
		for i := 1; i < len(s.at); i++ {
			pauses = append(pauses, s.at[i]-s.at[i-1])
		}
		if want := []time.Duration{2e9, 3e9, 4.5e9, 2e9, 3e9}; !slices.Equal(pauses, want) {
			t.Errorf("pauses %v, want %v", pauses, want)
		}
	})
}

func TestThrottlingEndsTheWatchingAtLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{looks: []look{running(working), throttled()}}
		notes := 0
		_, err := (&runbook.Client{Automation: s, Region: "eu-west-1"}).Run(t.Context(), aws.RunbookRequest{}, func(e aws.RunbookEvent) {
			if e.Note != "" {
				notes++
			}
		})
		if err == nil || !strings.Contains(err.Error(), "limits the calls") || notes != 6 || time.Since(s.began) < 45*time.Second {
			t.Errorf("%v after %v, %d notes", err, time.Since(s.began), notes)
		}
	})
}

// The clock of a stop is not that of the caller, who has gone.
func TestACallerWhoGoesWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{looks: []look{running(working, pending)}}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		x, err := (&runbook.Client{Automation: s, Stopping: true}).Run(ctx, aws.RunbookRequest{}, nil)
		if !errors.Is(err, context.DeadlineExceeded) || s.stopped != 1 || x.Status != aws.ExecutionCancelling || time.Since(s.began) != 3*time.Second {
			t.Errorf("%v, %d stops, %s, %v", err, s.stopped, x.Status, time.Since(s.began))
		}
	})
}

func TestNothingStartsWithoutConsent(t *testing.T) {
	s := &script{}
	_, err := (&runbook.Client{Automation: s, Confirm: func(context.Context) bool { return false }}).Run(t.Context(), aws.RunbookRequest{}, nil)
	if err == nil || !s.began.IsZero() {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&runbook.Client{Automation: s}).Run(ctx, aws.RunbookRequest{}, nil); !errors.Is(err, context.Canceled) || !s.began.IsZero() {
		t.Errorf("%v", err)
	}
}

// How many steps there are is told only when it is known: an API that lists those that have begun says nothing of the rest.
func TestProgressIsNoGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{looks: []look{running(), running(working), running(done, working), running(done, working, pending), {x: aws.Execution{Status: done, Steps: []aws.ExecutionStep{{Number: 1, Status: done}, {Number: 2, Status: done}, {Number: 3, Status: pending}}}}}}
		var got [][2]int
		if _, err := (&runbook.Client{Automation: s}).Run(t.Context(), aws.RunbookRequest{}, func(e aws.RunbookEvent) { got = append(got, [2]int{e.Step, e.Steps}) }); err != nil {
			t.Fatal(err)
		}
		if want := [][2]int{{0, 0}, {0, 0}, {1, 0}, {2, 0}, {2, 3}, {2, 3}}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}
