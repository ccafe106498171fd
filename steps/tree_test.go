package steps

import (
	"slices"
	"strings"
	"testing"
)

var verdicts = []Verdict{Unknown, Pass, Fail, Warn, Skipped}

func TestTheTreeIsWellFormed(t *testing.T) {
	byID := map[string]Step{}
	for _, s := range tree {
		if _, twice := byID[s.ID]; twice {
			t.Errorf("%s is there twice", s.ID)
		}
		byID[s.ID] = s
	}
	for _, s := range tree {
		if !strings.HasSuffix(s.Ask, "?") {
			t.Errorf("%s asks no question: %q", s.ID, s.Ask)
		}
		if s.Why == "" || len(s.Requirements) == 0 || s.Eval == nil {
			t.Errorf("%s lacks a reason, a requirement or a way to judge", s.ID)
		}
		if len(s.Docs) == 0 {
			t.Errorf("%s links no document", s.ID)
		}
		for _, link := range s.Docs {
			if !strings.HasPrefix(link, "https://") {
				t.Errorf("%s links %q", s.ID, link)
			}
		}
		if _, ok := byID[s.Branch]; s.Branch != "" && !ok {
			t.Errorf("%s hangs under %q, which does not exist", s.ID, s.Branch)
		}
		for _, e := range s.Next {
			if _, ok := byID[e.To]; e.To != "" && !ok {
				t.Errorf("%s leads to %q, which does not exist", s.ID, e.To)
			}
		}
	}
}

func TestEveryVerdictOfEveryStepIsRouted(t *testing.T) {
	for _, s := range tree {
		for _, v := range verdicts {
			// A way that no edge names must be routed too: a fork does not always find one.
			if !slices.ContainsFunc(s.Next, func(e Edge) bool { return e.fits(Finding{Verdict: v}) }) {
				t.Errorf("%s has no edge for %s", s.ID, v)
			}
		}
	}
}

func TestTheTreeHasNoCircleAndEveryStepIsReached(t *testing.T) {
	byID := index(tree)
	const underWay, done = 1, 2
	state := map[string]int{}
	var visit func(id string)
	visit = func(id string) {
		switch state[id] {
		case underWay:
			t.Fatalf("%s leads back to itself", id)
		case done:
			return
		}
		state[id] = underWay
		for _, e := range byID[id].Next {
			if e.To != "" {
				visit(e.To)
			}
		}
		state[id] = done
	}
	visit(tree[0].ID)
	for _, s := range tree {
		if state[s.ID] != done {
			t.Errorf("%s is never reached", s.ID)
		}
	}
}

func TestQuestionsHaveAnswersThatCount(t *testing.T) {
	for _, s := range tree {
		if s.Question == nil {
			continue
		}
		var values []string
		for _, c := range s.Question.Choices {
			values = append(values, c.Value)
		}
		for value, f := range s.Answers {
			if !slices.Contains(values, value) {
				t.Errorf("%s knows the answer %q, which is no choice", s.ID, value)
			}
			if f.Verdict == Unknown || f.Summary == "" {
				t.Errorf("%s: the answer %q decides nothing", s.ID, value)
			}
			if _, known := Explain(f.Cause); f.Cause != "" && !known {
				t.Errorf("%s: the answer %q names %s, which is no cause", s.ID, value, f.Cause)
			}
		}
		if !slices.Contains(values, "unknown") {
			t.Errorf("%s: one can't say that one does not know", s.ID)
		}
	}
}

func TestTreeShowsTheStepsThatAreWalked(t *testing.T) {
	nodes := Tree()
	if len(nodes) != len(tree) {
		t.Fatalf("%d nodes, %d steps", len(nodes), len(tree))
	}
	for i, n := range nodes {
		if n.ID != tree[i].ID || len(n.Edges) != len(tree[i].Next) {
			t.Errorf("node %d is %s with %d edges, the step %s has %d", i, n.ID, len(n.Edges), tree[i].ID, len(tree[i].Next))
		}
		if len(n.Edges) < 2 {
			continue
		}
		labels := map[string]bool{}
		for _, e := range n.Edges {
			if e.Label == "" || labels[e.Label] {
				t.Errorf("%s has an edge labelled %q", n.ID, e.Label)
			}
			labels[e.Label] = true
		}
	}
}

func TestPolicyHoldsReadsOnly(t *testing.T) {
	actions := Policy()
	if !slices.IsSorted(actions) || len(slices.Compact(slices.Clone(actions))) != len(actions) {
		t.Errorf("not sorted or not distinct: %v", actions)
	}
	for _, a := range actions {
		_, verb, _ := strings.Cut(a, ":")
		if !slices.ContainsFunc([]string{"Describe", "List", "Get", "Search", "Simulate", "Filter", "BatchGet"}, func(p string) bool { return strings.HasPrefix(verb, p) }) {
			t.Errorf("%s is no read", a)
		}
	}
}
