package aws_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
)

// reader is a Reader made of a function.
type reader func(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error

func (f reader) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	return f(ctx, q, page)
}

var subnets = aws.Query{Service: "ec2", Operation: "DescribeSubnets", Region: "eu-central-1"}

func TestMemoAsksOnceForEqualQueries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		counted := aws.NewCounted(reader(func(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
			<-release
			if err := page(json.RawMessage(`1`)); err != nil {
				return err
			}
			return page(json.RawMessage(`2`))
		}))
		memo := aws.NewMemo(counted)
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				pages, err := aws.ReadAll(t.Context(), memo, subnets)
				if err != nil || len(pages) != 2 {
					t.Errorf("got %s, %v; want two pages", pages, err)
				}
			})
		}
		synctest.Wait()
		close(release)
		wait.Wait()
		elsewhere := subnets
		elsewhere.Region = "us-east-1"
		if _, err := aws.ReadAll(t.Context(), memo, elsewhere); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(map[string]int{"ec2:DescribeSubnets": 2}, counted.Calls()); diff != "" {
			t.Error("calls (one for each region):", diff)
		}
		memo.Forget()
		if _, err := aws.ReadAll(t.Context(), memo, subnets); err != nil {
			t.Error(err)
		}
		if got := counted.Total(); got != 3 {
			t.Errorf("%d calls after Forget, want 3", got)
		}
	})
}

func TestMemoPassesPagesAsTheyArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		memo := aws.NewMemo(reader(func(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
			if err := page(json.RawMessage(`1`)); err != nil {
				return err
			}
			<-release
			return page(json.RawMessage(`2`))
		}))
		var seen []string
		done := make(chan error)
		go func() {
			done <- memo.Read(t.Context(), subnets, func(p json.RawMessage) error { seen = append(seen, string(p)); return nil })
		}()
		synctest.Wait()
		if diff := cmp.Diff([]string{"1"}, seen); diff != "" {
			t.Error("before the second page:", diff)
		}
		close(release)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"1", "2"}, seen); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMemoKeepsLastingFailuresOnly(t *testing.T) {
	for kind := aws.Other; kind <= aws.Cancelled; kind++ {
		counted := aws.NewCounted(reader(func(_ context.Context, q aws.Query, _ func(json.RawMessage) error) error {
			return aws.Errorf(kind, q, "", "as told")
		}))
		memo := aws.NewMemo(counted)
		for range 2 {
			if _, err := aws.ReadAll(t.Context(), memo, subnets); aws.KindOf(err) != kind {
				t.Errorf("%v became %v", kind, err)
			}
		}
		want := 2
		switch kind {
		case aws.Denied, aws.NotFound, aws.NotRecorded, aws.Unsupported:
			want = 1
		}
		if got := counted.Total(); got != want {
			t.Errorf("%v: %d calls for two reads, want %d", kind, got, want)
		}
	}
}

func TestMemoOutlivesOneWaiterButNotAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		cancelled := 0
		memo := aws.NewMemo(reader(func(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
			select {
			case <-release:
				return page(json.RawMessage(`1`))
			case <-ctx.Done():
				cancelled++
				return aws.Errorf(aws.Cancelled, q, "", "%w", ctx.Err())
			}
		}))
		read := func(ctx context.Context) chan error {
			done := make(chan error, 1)
			go func() {
				_, err := aws.ReadAll(ctx, memo, subnets)
				done <- err
			}()
			synctest.Wait()
			return done
		}
		first, leaveFirst := context.WithCancel(t.Context())
		second, leaveSecond := context.WithCancel(t.Context())
		a, b := read(first), read(second)

		leaveFirst()
		if err := <-a; aws.KindOf(err) != aws.Cancelled || !errors.Is(err, context.Canceled) {
			t.Errorf("the first reader ended with %v, want cancelled", err)
		}
		synctest.Wait()
		if cancelled != 0 {
			t.Error("the fetch ended although someone waits for it")
		}
		leaveSecond()
		<-b
		synctest.Wait()
		if cancelled != 1 {
			t.Error("the fetch went on although nobody waits for it")
		}

		c := read(t.Context())
		close(release)
		if err := <-c; err != nil {
			t.Errorf("a cancelled fetch was kept: %v", err)
		}
	})
}

func TestMemoReturnsThePagesOwnError(t *testing.T) {
	memo := aws.NewMemo(reader(func(_ context.Context, _ aws.Query, page func(json.RawMessage) error) error {
		return page(json.RawMessage(`1`))
	}))
	own := fmt.Errorf("not to my liking")
	if err := memo.Read(t.Context(), subnets, func(json.RawMessage) error { return own }); !errors.Is(err, own) {
		t.Errorf("got %v", err)
	}
	if pages, err := aws.ReadAll(t.Context(), memo, subnets); err != nil || len(pages) != 1 {
		t.Errorf("then got %s, %v; want the page", pages, err)
	}
}
