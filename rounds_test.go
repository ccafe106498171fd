package main

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/demo/demotest"
	"fargate-doctor/steps"
)

// A slow reader answers after a fixed time and counts every question it gets.
type slowReader struct {
	aws.Reader
	latency time.Duration

	mu    sync.Mutex
	asked map[string]int // by Query.Key
}

func (r *slowReader) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	r.mu.Lock()
	r.asked[q.Key()]++
	r.mu.Unlock()
	select {
	case <-time.After(r.latency):
	case <-ctx.Done():
		return ctx.Err()
	}
	return r.Reader.Read(ctx, q, page)
}

// With a clock that only moves when everybody waits, the time a diagnosis takes divided by the latency is the number of round
// trips that it waited for.
func TestADiagnosisWaitsForAtMostFiveRoundTrips(t *testing.T) {
	const latency = 80 * time.Millisecond
	for _, w := range demotest.Worlds() {
		t.Run(w.Name, func(t *testing.T) {
			reader, w, err := demo.Open(w.Name)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Test(t, func(t *testing.T) {
				slow := &slowReader{Reader: reader, latency: latency, asked: map[string]int{}}
				engine := &steps.Engine{Reader: slow, Region: w.Region, Now: time.Now}
				start := time.Now()
				if _, err := engine.Walk(t.Context(), askedBy(w), func(steps.Event) {}); err != nil {
					t.Fatal(err)
				}
				if rounds := time.Since(start) / latency; rounds > 5 {
					t.Errorf("the diagnosis waited for %d round trips", rounds)
				}
				for key, n := range slow.asked {
					if n > 1 {
						t.Errorf("asked %d times: %s", n, key)
					}
				}
			})
		})
	}
}

func askedBy(w demo.World) steps.Case {
	return steps.Case{
		Region: w.Region, Cluster: w.Cluster, Task: w.Task, Service: w.Service,
		Symptom: steps.Symptom(w.Symptom), Target: w.Target, Action: w.Action, Resource: w.Resource, Error: w.Error,
	}
}
