package tui

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

var expired = &aws.Error{Kind: aws.Credentials, Operation: "ecs:DescribeTasks", Hint: "Sign in: aws sso login --profile prod",
	Err: errors.New("the SSO session has expired")}

// mended is what blocked becomes when the group admits the task.
func mended(c steps.Case) steps.Report {
	r := blocked(c)
	r.Verdict, r.Causes = steps.OK, nil
	r.Trace.Hops[5].Blocked = false
	r.Steps[3].Finding = steps.Finding{Verdict: steps.Pass, Summary: "The group admits the task"}
	return r
}

// otherCause is what blocked becomes when what was behind the blocker comes to light.
func otherCause(c steps.Case) steps.Report {
	r := mended(c)
	cause := steps.Cause{Code: "nacl.ingress-denied", Summary: "the network ACL acl-0f1122334455667788 drops the answers", Step: "nacl"}
	r.Verdict, r.Causes = steps.BlockedPath, []steps.Cause{cause}
	r.Steps[6].Finding = steps.Finding{Verdict: steps.Fail, Cause: cause.Code, Summary: cause.Summary}
	return r
}

// inTurn is a script whose walks bring one report after the other; the last one stays.
func inTurn(reports ...func(steps.Case) steps.Report) *script {
	n := 0
	return &script{report: func(c steps.Case) steps.Report {
		r := reports[min(n, len(reports)-1)]
		n++
		return r(c)
	}}
}

// unread is what blocked becomes when the group can no longer be read.
func unread(c steps.Case) steps.Report {
	r := blocked(c)
	r.Verdict, r.Causes = steps.Inconclusive, nil
	r.Steps[3].Finding = steps.Finding{Verdict: steps.Unknown, Summary: "this can't be read: AWS answers that there are too many calls"}
	return r
}

func fromMended() Options     { return asked(with(shop(), inTurn(blocked, mended))) }
func fromOtherCause() Options { return asked(with(shop(), inTurn(blocked, otherCause))) }

func TestARecheckSaysWhatChanged(t *testing.T) {
	for _, c := range []struct {
		name    string
		reports []func(steps.Case) steps.Report
		keys    []string
		want    []string
		not     string
	}{
		{"nothing", []func(steps.Case) steps.Report{blocked}, []string{"R"}, []string{"Since 12:00:00: nothing changed"}, "(was"},
		{"mended", []func(steps.Case) steps.Report{blocked, mended}, []string{"R"},
			[]string{"blocked → nothing in the way · gone: endpoint.sg-ingress-denied · 1 step changed", "(was fail) Does the endpoint's"}, "new:"},
		{"another cause", []func(steps.Case) steps.Report{blocked, otherCause}, []string{"R"},
			[]string{"gone: endpoint.sg-ingress-denied · new: nacl.ingress-denied · 2 steps changed", "(was warn) Do the network ACLs"}, "blocked →"},
		{"unread", []func(steps.Case) steps.Report{blocked, unread}, []string{"R"},
			[]string{"blocked → not certain · not known: endpoint.sg-ingress-denied · 1 step changed", "(was fail) Does the endpoint's"}, "gone:"},
		{"one step", []func(steps.Case) steps.Report{blocked, mended}, []string{"g", "r"}, []string{"blocked → nothing in the way"}, ""},
		{"twice", []func(steps.Case) steps.Report{blocked, mended, mended}, []string{"R", "R"}, []string{"nothing changed"}, "(was"},
		{"the first walk", []func(steps.Case) steps.Report{blocked}, nil, nil, "Since"},
		{"an answer", []func(steps.Case) steps.Report{denied}, []string{"2"}, nil, "Since"},
	} {
		p := sit(t, asked(with(shop(), inTurn(c.reports...))), 120, 40)
		p.does(c.keys...)
		f := p.frame()
		for _, want := range c.want {
			if !strings.Contains(f, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, f)
			}
		}
		if c.not != "" && strings.Contains(f, c.not) {
			t.Errorf("%s: %q is in\n%s", c.name, c.not, f)
		}
	}
}

func TestAWatchEndsWhenTheVerdictChanges(t *testing.T) {
	s := inTurn(blocked, blocked, otherCause, unread, mended, blocked)
	o := asked(with(shop(), s))
	o.WatchEvery = time.Millisecond
	p := sit(t, o, 120, 40)
	p.does("W")
	p.sees("nothing stands in the way any more")
	p.settle()
	if f := p.frame(); !strings.Contains(f, "blocked → nothing in the way · gone: endpoint.sg-ingress-denied") || strings.Contains(f, "Watching") {
		t.Errorf("after the watch:\n%s", f)
	}
	if len(s.cases) != 5 {
		t.Errorf("%d walks, want 5", len(s.cases))
	}
	if len(s.forgot) != 4 || strings.Join(s.forgot, "") != "" {
		t.Errorf("forgotten before the walks: %q", s.forgot)
	}
}

func TestAWatchCanBeStopped(t *testing.T) {
	for _, stop := range []string{"W", "esc"} {
		s := inTurn(blocked)
		p := sit(t, asked(with(shop(), s)), 80, 24)
		p.does("W")
		if f := p.frame(); !strings.Contains(f, "Watching: walks again in 15 s") {
			t.Fatalf("while watching:\n%s", f)
		}
		p.does(stop)
		if p.waits() != 0 || p.m.showing("Clusters") || strings.Contains(p.frame(), "Watching") || !strings.Contains(p.frame(), "no longer watching") {
			t.Errorf("after %s:\n%s", stop, p.frame())
		}
	}
}

// A watch goes on when a walk breaks off, and stops when the credentials are no longer good.
func TestAWatchOutlivesAnOutage(t *testing.T) {
	s := inTurn(blocked)
	o := asked(with(shop(), s))
	o.WatchEvery = time.Millisecond
	p := sit(t, o, 120, 40)
	p.settle()
	set := func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.err = err
	}
	set(&aws.Error{Kind: aws.Unreachable, Operation: "ec2:DescribeVpcs"})
	p.press("W")
	p.sees("AWS does not answer")
	set(nil)
	p.sees("nothing changed")
	set(expired)
	p.sees("aws sso login --profile prod")
	p.settle()
	if f := p.frame(); strings.Contains(f, "Watching") {
		t.Errorf("with expired credentials the watch goes on:\n%s", f)
	}
	set(nil)
	p.does("r")
	if f := p.frame(); !strings.Contains(f, "does not admit the task") {
		t.Errorf("after signing in again and r:\n%s", f)
	}
}
