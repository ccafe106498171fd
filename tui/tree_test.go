package tui

import (
	"io"
	"strings"
	"testing"

	"fargate-doctor/steps"
)

// Where the network goes away in the middle of a recheck, what was found before does not pass for what is true now, and nothing that
// never came is shown as on its way.
func TestAWalkThatBreaksOffDecidesNothing(t *testing.T) {
	decided := func(id string) steps.Event {
		return steps.Event{Step: id, Result: &steps.StepResult{ID: id, Finding: steps.Finding{Verdict: steps.Pass}}}
	}
	tr := newTree()
	for _, ev := range []steps.Event{{Step: "dns.support", Started: true}, decided("dns.support"), decided("dns.rules")} {
		tr.see(ev)
	}
	tr.begin()
	for _, ev := range []steps.Event{{Step: "dns.support", Started: true}, decided("dns.rules"), {Step: "dns.name", Started: true}} {
		tr.see(ev)
	}
	tr.breakOff()
	lines := tr.view(newPalette(io.Discard, false), 100, 10, func(string) string { return "" })
	for i, want := range []string{"pass     (before) Is DNS resolution", "pass     Does Route 53 Resolver", "unknown  Does the name resolve?"} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d is %q, want %q in it", i+1, lines[i], want)
		}
	}
}
