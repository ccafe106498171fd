package steps_test

import (
	"slices"
	"testing"

	"fargate-doctor/steps"
)

// Two worlds that differ in one security group rule differ in one step, and those that follow from it.
func TestCompareOfWorlds(t *testing.T) {
	broken, c := openWorld(t, "endpoint-sg-ingress-denied")
	mended, _ := openWorld(t, "healthy-endpoint")
	before, after := walkCaseWithout(t, broken, c), walkCaseWithout(t, mended, c)
	if d := steps.Compare(before, before); !d.None() {
		t.Errorf("a walk differs from itself: %+v", d)
	}
	d := steps.Compare(before, after)
	if d.None() || d.Before != steps.BlockedPath || d.After != steps.OK {
		t.Errorf("verdicts %s → %s", d.Before, d.After)
	}
	if len(d.New) > 0 || len(d.Gone) != 1 || d.Gone[0].Code != "endpoint.sg-ingress-denied" {
		t.Errorf("gone %v, new %v", d.Gone, d.New)
	}
	i := slices.IndexFunc(d.Steps, func(c steps.Change) bool { return c.Step == "endpoint.security-group" })
	if i < 0 || d.Steps[i].Words() != "fail → pass" || d.Steps[i].Ask == "" {
		t.Fatalf("changed steps %+v", d.Steps)
	}
	for _, change := range d.Steps {
		if !change.Came && !change.Left && change.Before == change.After {
			t.Errorf("%s has not changed", change.Step)
		}
	}

	// The other way round everything is the other way round.
	back := steps.Compare(after, before)
	if len(back.Gone) > 0 || len(back.New) != 1 || len(back.Steps) != len(d.Steps) {
		t.Errorf("the other way round: %+v", back)
	}
}

// A cause that can't be looked at any more is not gone.
func TestCompareDoesNotCallGoneWhatCantBeRead(t *testing.T) {
	broken, c := openWorld(t, "endpoint-sg-ingress-denied")
	before := walkCaseWithout(t, broken, c)
	d := steps.Compare(before, walkCaseWithout(t, broken, c, "ec2:DescribeSecurityGroups"))
	if d.After != steps.Inconclusive || len(d.Gone) > 0 || len(d.Unread) != 1 || d.Unread[0].Code != "endpoint.sg-ingress-denied" {
		t.Errorf("gone %v, unread %v", d.Gone, d.Unread)
	}
}

func TestCompareKnowsWhatOnlyOneWalkCameTo(t *testing.T) {
	result := func(id string, v steps.Verdict) steps.StepResult {
		return steps.StepResult{ID: id, Ask: id + "?", Finding: steps.Finding{Verdict: v}}
	}
	cause := func(code string, on ...string) steps.Cause { return steps.Cause{Code: code, Resources: on} }
	before := steps.Report{Verdict: steps.BlockedPath, Causes: []steps.Cause{cause("a", "sg-1"), cause("b", "sg-1")},
		Steps: []steps.StepResult{result("one", steps.Fail), result("two", steps.Pass), result("three", steps.Unknown)}}
	after := steps.Report{Verdict: steps.BlockedPath, Causes: []steps.Cause{cause("a", "sg-2"), cause("b", "sg-1", "sg-9")},
		Steps: []steps.StepResult{result("one", steps.Fail), result("four", steps.Unknown), result("three", steps.Skipped)}}
	d := steps.Compare(before, after)
	var said []string
	for _, c := range d.Steps {
		said = append(said, c.Step+": "+c.Words())
	}
	if want := []string{"four: not walked → unknown", "three: unknown → skipped", "two: pass → not walked"}; !slices.Equal(said, want) {
		t.Errorf("got %q, want %q", said, want)
	}
	if len(d.Gone) != 1 || len(d.New) != 1 || d.Gone[0].Resources[0] != "sg-1" || d.New[0].Resources[0] != "sg-2" {
		t.Errorf("the cause is about another group now: gone %v, new %v", d.Gone, d.New)
	}
}
