package demo_test

import (
	"slices"
	"strings"
	"testing"

	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"
)

// diagnose opens the world and walks the tree over it.
func diagnose(t *testing.T, name string) steps.Report {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	engine := steps.Engine{Reader: reader, Region: w.Region}
	report, err := engine.Walk(t.Context(), steps.Case{
		Region: w.Region, Cluster: w.Cluster, Service: w.Service, Task: w.Task, Symptom: steps.Symptom(w.Symptom), Target: w.Target, Action: w.Action, Resource: w.Resource, Error: w.Error,
	}, nil)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return report
}

func TestAllWorldsTogetherWalkEveryEdgeOfTheTree(t *testing.T) {
	if testing.Short() {
		t.Skip("all worlds are walked without -short")
	}
	type edge struct{ from, to string }
	walked := map[edge]bool{}
	for _, w := range demo.Worlds() {
		results := diagnose(t, w.Name).Steps
		for i, r := range results {
			to := ""
			if i+1 < len(results) {
				to = results[i+1].ID
			}
			walked[edge{r.ID, to}] = true
		}
	}
	for _, node := range steps.Tree() {
		for _, e := range node.Edges {
			if !walked[edge{node.ID, e.To}] {
				t.Errorf("no world walks from %s to %q (%s)", node.ID, e.To, e.Label)
			}
		}
	}
}

func TestARefusedActionIsNamedInTheDiagnosis(t *testing.T) {
	for name, action := range map[string]string{"denied-network-acls": "ec2:DescribeNetworkAcls", "denied-route-tables": "ec2:DescribeRouteTables"} {
		var missing []string
		for _, r := range diagnose(t, name).Steps {
			missing = append(missing, r.Missing...)
		}
		if !slices.Contains(missing, action) {
			t.Errorf("%s: %v are missing, want %s among them", name, missing, action)
		}
	}
}

// rootless lists the causes that no world has as its root, and why.
var rootless = map[string]string{
	"task.platform-version-old": "never stops anything by itself",
	"endpoint.policy-denied":    "refuses calls and drops no packets",
	"route.no-return":           "needs routing that bends the way back only",
	"target.opaque":             "needs an appliance or load balancer that can't be read",
	"exec.no-path":              "stands in for a blocker that has no name of its own, and all have one",
	"exec.init-process":         "is advice",
}

func TestEveryCauseIsTheRootOfAWorld(t *testing.T) {
	areas := []string{"task", "sg", "nacl", "route", "endpoint", "dns", "target", "proxy", "image", "secret", "kms", "logs", "efs", "file", "start", "ecs", "exec"}
	root := map[string]string{}
	for _, w := range demo.Worlds() {
		if len(w.Expect.Causes) > 0 {
			root[w.Expect.Causes[0]] = w.Name
		}
	}
	for _, c := range steps.Causes() {
		area, _, _ := strings.Cut(c.Code, ".")
		if !slices.Contains(areas, area) {
			continue
		}
		world, reason := root[c.Code], rootless[c.Code]
		if world == "" && reason == "" {
			t.Errorf("no world has %s as its root cause", c.Code)
		}
		if world != "" && reason != "" {
			t.Errorf("%s has a world, %s, though it %s", c.Code, world, reason)
		}
	}
}
