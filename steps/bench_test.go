package steps_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"
)

// crowded answers for every task id with the one task of a world, so that a thousand tasks share its VPC.
type crowded struct {
	aws.Reader
	id string
}

func (c crowded) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	asked, _ := q.Input["tasks"].([]string)
	if q.Operation != "DescribeTasks" || len(asked) != 1 {
		return c.Reader.Read(ctx, q, page)
	}
	q.Input = aws.Input{"cluster": q.Input["cluster"], "tasks": []string{c.id}}
	return c.Reader.Read(ctx, q, func(p json.RawMessage) error {
		return page(bytes.ReplaceAll(p, []byte(c.id), []byte(aws.ShortName(asked[0]))))
	})
}

func BenchmarkWalkOf1000TasksInOneVPC(b *testing.B) {
	reader, w, err := demo.Open("healthy-nat")
	if err != nil {
		b.Fatal(err)
	}
	first, err := (&steps.Engine{Reader: reader, Region: w.Region}).Walk(b.Context(), askedBy(w), nil)
	if err != nil {
		b.Fatal(err)
	}
	c := askedBy(w)
	c.Service = ""
	for b.Loop() {
		engine := &steps.Engine{Reader: crowded{reader, first.Subject.Task}, Region: w.Region}
		for i := range 1000 {
			c.Task = fmt.Sprintf("%032x", i+1)
			r, err := engine.Walk(b.Context(), c, nil)
			if err != nil || r.Verdict != steps.OK || r.Subject.Task != c.Task {
				b.Fatalf("task %s: %s, %v", r.Subject.Task, r.Verdict, err)
			}
		}
	}
}

func BenchmarkWalkWithFixesToProve(b *testing.B) {
	reader, w, err := demo.Open("several-endpoint")
	if err != nil {
		b.Fatal(err)
	}
	engine := &steps.Engine{Reader: reader, Region: w.Region}
	for b.Loop() {
		if _, err := engine.Walk(b.Context(), askedBy(w), nil); err != nil {
			b.Fatal(err)
		}
	}
}
