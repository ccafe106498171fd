package demo_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"
)

// diagnose opens the world and walks the tree over it.
func diagnose(t *testing.T, name string) (demo.World, steps.Report) {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	engine := steps.Engine{Reader: reader, Region: w.Region}
	report, err := engine.Walk(t.Context(), steps.Case{
		Region: w.Region, Cluster: w.Cluster, Service: w.Service, Task: w.Task, Symptom: steps.Symptom(w.Symptom), Target: w.Target,
	}, func(steps.Event) {})
	if err != nil {
		t.Fatalf("walk: %v", err)
	}
	return w, report
}

func TestTheExpectedCauseComesOutFirstWithNoFalseOneBesideIt(t *testing.T) {
	for _, w := range demo.Worlds() {
		t.Run(w.Name, func(t *testing.T) {
			_, report := diagnose(t, w.Name)
			got := demo.Expectation{Verdict: string(report.Verdict)}
			for _, c := range report.Causes {
				got.Causes = append(got.Causes, c.Code)
			}
			if diff := cmp.Diff(w.Expect, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
				for _, s := range report.Steps {
					t.Logf("%-24s %-8s %-30s %s %v", s.ID, s.Verdict, s.Cause, s.Summary, s.Missing)
				}
			}
		})
	}
}
