package steps_test

import (
	"fmt"
	"slices"
	"testing"

	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/demo/demotest"
	"fargate-doctor/steps"

	"github.com/google/go-cmp/cmp"
)

func askedBy(w demo.World) steps.Case {
	return steps.Case{
		Region: w.Region, Cluster: w.Cluster, Task: w.Task, Service: w.Service,
		Symptom: steps.Symptom(w.Symptom), Target: w.Target, Action: w.Action, Resource: w.Resource, Error: w.Error,
	}
}

func walkWorld(t testing.TB, name string) (steps.Report, demo.World) {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	engine := &steps.Engine{Reader: reader, Region: w.Region}
	r, err := engine.Walk(t.Context(), askedBy(w), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

func codes(r steps.Report) []string {
	out := []string{}
	for _, c := range r.Causes {
		out = append(out, c.Code)
	}
	return out
}

// describe lists the steps of a report for the message of a failing test.
func describe(r steps.Report) string {
	s := ""
	for _, step := range r.Steps {
		s += fmt.Sprintf("%-8s %-24s %s", step.Verdict, step.ID, step.Summary)
		if step.Because != "" {
			s += " ← " + step.Because
		}
		s += "\n"
		for _, e := range step.Evidence {
			s += fmt.Sprintf("             %s %s: %s\n", e.Kind, e.ID, e.Detail)
		}
		for _, f := range step.Fixes {
			s += fmt.Sprintf("             fix (proven %v) %s: %s\n", f.Proven, f.Title, f.Command)
		}
	}
	return s
}

func TestEveryDemoWorldEndsWithItsCauseFirstAndNoFalseOneBesideIt(t *testing.T) {
	for _, w := range demotest.Worlds() {
		t.Run(w.Name, func(t *testing.T) {
			r, w := walkWorld(t, w.Name)
			want := slices.Clone(w.Expect.Causes)
			if want == nil {
				want = []string{}
			}
			if diff := cmp.Diff(want, codes(r)); diff != "" {
				t.Errorf("causes (-want +got):\n%s", diff)
			}
			if string(r.Verdict) != w.Expect.Verdict {
				t.Errorf("verdict %s, want %s", r.Verdict, w.Expect.Verdict)
			}
			if t.Failed() {
				t.Log("\n" + describe(r))
			}
		})
	}
}
