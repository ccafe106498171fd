package tui

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

// natWay is the way of a task through a NAT gateway.
func natWay() []vpc.Hop {
	hop := func(kind vpc.Kind, id, name, detail string) vpc.Hop {
		return vpc.Hop{Ref: vpc.Ref{Kind: kind, ID: id, Name: name}, Detail: detail}
	}
	return []vpc.Hop{
		hop(vpc.KindInterface, "eni-06107e779bd910384", "", "10.40.3.17"),
		hop(vpc.KindSecurityGroup, "sg-0f47e97886efc1c88", "web", ""),
		hop(vpc.KindACL, "acl-0f8186589fcdda400", "private", ""),
		hop(vpc.KindRouteTable, "rtb-03c2da9670a56863d", "private-a", "0.0.0.0/0 → nat-06b2983d39d8a3503"),
		hop(vpc.KindNATGateway, "nat-06b2983d39d8a3503", "nat-a", ""),
		hop(vpc.KindInternet, "internet", "", "1.0.0.0–223.255.255.255"),
	}
}

func TestRibbonFolds(t *testing.T) {
	blocked := natWay()
	blocked[2].Blocked = true
	unknown := natWay()
	unknown[4].Unknown = true
	for _, c := range []struct {
		name  string
		hops  []vpc.Hop
		w, n  int
		lines []string
	}{
		{"with all ids", natWay(), 260, 1, []string{" task 10.40.3.17 eni-06107e779bd910384 ─▶ sg web sg-0f47e97886efc1c88 ─▶ acl private acl-0f8186589fcdda400 ─▶ " +
			"rtb private-a rtb-03c2da9670a56863d 0.0.0.0/0 → nat-06b2983d39d8a3503 ─▶ nat nat-a nat-06b2983d39d8a3503 ─▶ internet"}},
		{"by name", natWay(), 100, 1, []string{" task 10.40.3.17 ─▶ sg web ─▶ acl private ─▶ rtb private-a ─▶ nat nat-a ─▶ internet"}},
		{"without filters", natWay(), 70, 1, []string{" task 10.40.3.17 ─▶ rtb private-a ─▶ nat nat-a ─▶ internet"}},
		{"a filter that blocks stays", blocked, 80, 1, []string{" task 10.40.3.17 ─✗ acl private ┄▷ rtb private-a ┄▷ nat nat-a ┄▷ internet"}},
		{"the blocker and its neighbours", blocked, 80, 1, []string{" task 10.40.3.17 ─▶ sg web ─✗ acl private ┄▷ rtb private-a ┄▷ … ┄▷ internet"}},
		{"what is not known", unknown, 100, 1, []string{" task 10.40.3.17 ─▶ sg web ─▶ acl private ─▶ rtb private-a ─? nat nat-a ─▶ internet"}},
		{"two lines", natWay(), 60, 2, []string{" task 10.40.3.17 ─▶ sg web ─▶ acl private ─▶ rtb private-a", "   ─▶ nat nat-a ─▶ internet"}},
		{"no way at all", nil, 60, 1, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "the blocker and its neighbours" {
				c.hops = append(c.hops[:5:5], vpc.Hop{Ref: vpc.Ref{Kind: vpc.KindInternetGateway, ID: "igw-0dbec1398b2b61f98", Name: "shop"}}, c.hops[5])
			}
			got := ribbon(newPalette(io.Discard, false), c.hops, c.w, c.n)
			if diff := cmp.Diff(c.lines, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// However narrow, the first blocker shows, and the ribbon keeps to its lines.
func TestRibbonShowsTheFirstBlocker(t *testing.T) {
	p := newPalette(io.Discard, false)
	rapid.Check(t, func(r *rapid.T) {
		hops := natWay()
		for range rapid.IntRange(0, 3).Draw(r, "longer") {
			hops = append(hops, natWay()...)
		}
		at := rapid.IntRange(0, len(hops)-1).Draw(r, "blocker")
		hops[at].Blocked = true
		hops[rapid.IntRange(at, len(hops)-1).Draw(r, "another")].Blocked = true
		w, n := rapid.IntRange(leastWidth, 200).Draw(r, "width"), rapid.IntRange(1, 2).Draw(r, "lines")
		lines := ribbon(p, hops, w, n)
		if len(lines) > n {
			t.Fatalf("%d lines where %d have room", len(lines), n)
		}
		all := cut(strings.Join(lines, ""), n*w)
		first := strings.Index(all, "─✗")
		if first < 0 {
			t.Fatalf("the blocker does not show in %d columns: %q", w, lines)
		}
		if dotted := strings.Index(all, "┄▷"); dotted >= 0 && dotted < first {
			t.Fatalf("the way ends before the blocker: %q", lines)
		}
	})
}

func TestBranchesAreDrawn(t *testing.T) {
	tr := newTree()
	r := steps.Report{}
	for _, s := range [][2]string{{"a", ""}, {"b", "a"}, {"c", "b"}, {"e", ""}, {"d", "a"}} {
		r.Steps = append(r.Steps, steps.StepResult{ID: s[0], Branch: s[1], Ask: s[0] + "?"})
	}
	tr.settle(r)
	var got []string
	for i, prefix := range tr.prefixes() {
		got = append(got, prefix+tr.ask(tr.order[i]))
	}
	if diff := cmp.Diff([]string{"a?", "├ b?", "│ └ c?", "└ d?", "e?"}, got); diff != "" {
		t.Error(diff)
	}
}
