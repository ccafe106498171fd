package tui

import (
	"slices"
	"strings"
	"testing"

	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// unstarted is the report of a walk on a start of which a secret does not exist, and a policy was not read.
func unstarted(c steps.Case) steps.Report {
	r := blocked(c)
	cell := func(v steps.Verdict, cause, summary string) steps.Cell {
		return steps.Cell{Verdict: v, Cause: cause, Summary: summary}
	}
	there, none := cell(steps.Pass, "", "it exists"), cell(steps.Skipped, "", "no endpoint is on the way")
	way, may := cell(steps.Pass, "", "the way to it is open"), cell(steps.Pass, "", "the execution role may")
	row := func(kind, title string, exists steps.Cell) steps.Need {
		return steps.Need{Kind: kind, Name: title, Title: title, Containers: []string{"web"}, Interface: "task ENI", Role: "execution role",
			Path: way, Access: may, Endpoint: none, Exists: exists}
	}
	r.Needs = []steps.Need{row("login", "login to ECR", there), row("image", "image web:41", there), row("layers", "layers of web:41", there),
		row("secret", "secret shop/orders-db", cell(steps.Fail, "secret.missing", "no secret shop/orders-db exists in eu-central-1")),
		row("secret", "secret shop/mail", there), row("log", "log group /ecs/web", there), row("file", "environment file shop-config/production/web.env", there)}
	r.Needs[4].Access = cell(steps.Unknown, "", "the policies of the execution role can't be read")
	r.Needs[5].Aside = true
	missing := passed("secret.exists", "", "Do the secrets exist?", "no secret shop/orders-db exists in eu-central-1")
	missing.Verdict, missing.Cause = steps.Fail, "secret.missing"
	r.Verdict, r.Causes = steps.Misconfigured, []steps.Cause{{Code: "secret.missing", Summary: missing.Summary, Step: missing.ID}}
	r.Steps = []steps.StepResult{r.Steps[0], passed("image.exists", "", "Do the images exist?", "all images exist"), missing}
	return r
}

func fromStart() Options {
	o := with(shop(), &script{report: unstarted})
	o.Case = steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Start}
	return o
}

func TestTheMatrixOpensWholeAndLeadsToTheStep(t *testing.T) {
	p := sit(t, fromStart(), 80, 24)
	p.does()
	if f := p.frame(); !strings.Contains(f, "and 5 are fine") && !strings.Contains(f, "and 5 more are fine") || strings.Contains(f, "web.env") {
		t.Errorf("what is fine is not folded:\n%s", f)
	}
	p.does("t")
	p.sees("environment file")
	p.sees("the way to it is open")
	p.does("enter")
	p.sees("there is no step to open for this row")
	p.does("j", "j", "j", "enter")
	if got := p.m.top().title(); got != "A step of the walk" {
		t.Fatalf("enter on the failed row opens %q", got)
	}
	p.sees("Do the secrets exist?")
	p.does("esc", "esc")
	if got := p.m.top().title(); got != "The walk" {
		t.Errorf("esc leads to %q", got)
	}
}

func TestOnlyAStartHasTheMatrix(t *testing.T) {
	p := sit(t, fromWalk(), 80, 24)
	p.does("t")
	if got := p.m.top().title(); got != "The walk" {
		t.Errorf("t opens %q where there is no matrix", got)
	}
	for _, k := range p.m.top().keys(p.m.env) {
		if slices.Contains(k.Keys(), "t") {
			t.Error("t is offered where there is no matrix")
		}
	}
}

func TestWhatWasNotAskedIsNotFine(t *testing.T) {
	skipped, passes, open := steps.Cell{Verdict: steps.Skipped}, steps.Cell{Verdict: steps.Pass}, steps.Cell{}
	for _, c := range []struct {
		need steps.Need
		fine bool
	}{
		{steps.Need{Exists: skipped, Path: skipped, Access: skipped, Endpoint: skipped}, false},
		{steps.Need{Exists: passes, Path: skipped, Access: skipped, Endpoint: skipped}, true},
		{steps.Need{Exists: passes, Path: passes, Access: open, Endpoint: skipped}, false},
		{steps.Need{}, false},
	} {
		if got := fineNeed(c.need); got != c.fine {
			t.Errorf("%+v counts as fine: %v", c.need, got)
		}
	}
}

func TestTheMatrixKeepsToItsLines(t *testing.T) {
	rows := unstarted(steps.Case{}).Needs
	p := newPalette(&syncBuffer{}, false)
	for n := 3; n < 12; n++ {
		for _, w := range []int{60, 80, 100, 200} {
			lines := needs(p, rows, "secret.missing", w, n)
			if len(lines) > n {
				t.Errorf("%d lines where %d are free", len(lines), n)
			}
			if all := strings.Join(lines, "\n"); !strings.Contains(all, "orders-db") {
				t.Errorf("in %d lines of %d the failed row is left out:\n%s", n, w, all)
			}
		}
	}
}

func TestHostileNeedsStayInTheirLines(t *testing.T) {
	for _, size := range sizes {
		o := fromStart()
		o.Walker = func(acting.Session) Walker { return &script{report: nasty} }
		p := sit(t, o, size[0], size[1])
		p.does()
		p.frame() // fails when it does not fit the window, or holds a control character
		p.does("t", "j", "j", "j")
		p.frame()
	}
}

func TestTheRootCauseComesFirst(t *testing.T) {
	rows := unstarted(steps.Case{}).Needs
	rows[1].Exists = steps.Cell{Verdict: steps.Fail, Cause: "image.missing", Summary: "no image has the tag 41"}
	all := strings.Join(needs(newPalette(&syncBuffer{}, false), rows, "secret.missing", 60, 3), "\n")
	if !strings.Contains(all, "orders-db") || strings.Contains(all, "web:41") || !strings.Contains(all, "and 2 more are not fine, 4 are fine") {
		t.Errorf("got\n%s", all)
	}
}

func TestAllFineIsOneLine(t *testing.T) {
	rows := unstarted(steps.Case{}).Needs
	fine := slices.DeleteFunc(slices.Clone(rows), func(n steps.Need) bool { return !fineNeed(n) })
	lines := needs(newPalette(&syncBuffer{}, false), fine, "", 60, 4)
	if len(lines) != 2 || !strings.Contains(lines[1], "all 5 are fine") || strings.Contains(lines[0], "exists") {
		t.Errorf("got\n%s", strings.Join(lines, "\n"))
	}
}
