package tui

import (
	"strings"
	"testing"

	"fargate-doctor/steps"
)

// The services that most tasks call stand first, and nothing moves when the region's hundreds of others arrive.
func TestTheRegionsServicesComeBelowTheKnownOnes(t *testing.T) {
	first := func(offered ...string) *person {
		a := shop()
		a.offered = offered
		o := with(a, &script{report: blocked})
		o.Case = steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.DNS}
		p := sit(t, o, 80, 24)
		p.settle()
		return p
	}
	alone, all := first(), first("access-analyzer", "account", "airflow.api")
	if alone.frame() != all.frame() {
		t.Errorf("the list moved when the region's services arrived:\n%s", all.frame())
	}
	all.does("access")
	if got := all.frame(); !strings.Contains(got, "> access-analyzer") {
		t.Errorf("a service of the region is not found by its name:\n%s", got)
	}
}
