package steps

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fargate-doctor/aws"
)

// An Engine walks the tree for cases. It may be used for one walk at a time; facts that it has read stay with it, so that a
// second walk costs nothing, until Forget.
type Engine struct {
	Reader aws.Reader
	Region string
	Now    func() time.Time // the clock for Report.Duration and Subject.Captured; nil leaves both zero

	facts  store
	calls  *aws.Counted
	asking *aws.Memo
}

// An Event tells an observer what happens during a walk. Events come one at a time, in order.
type Event struct {
	Step    string      // the step concerned, "" for a fact
	Started bool        // the step is waiting for facts
	Result  *StepResult // the step is decided
	Fact    string      // a fact arrived or failed: its name
	Err     error       // why it failed
	Calls   int         // API calls that this walk has made so far
}

// Walk walks the tree. The error is about the walk itself (cancelled, the task was not found, no credentials); what could
// not be read on the way is in the report. A nil observe is allowed.
func (e *Engine) Walk(ctx context.Context, c Case, observe func(Event)) (Report, error) {
	began := e.now()
	if c.Region == "" {
		c.Region = e.Region
	}
	c = Understand(c)
	from := e.source(c.Region)
	before, made := e.calls.Calls(), e.calls.Total()
	tell := func(event Event) {
		if observe != nil {
			event.Calls = e.calls.Total() - made
			observe(event)
		}
	}
	// Facts that no step on the way needs any more are not waited for.
	reading, stop := context.WithCancel(ctx)
	defer stop()

	f := factsOf(c)
	w := newWalker(tree, c.Symptom, tell)
	ended := w.advance(f)
	var failure error
	e.facts.load(reading, wantedFacts(w.ahead()), from, f, func(a arrival, now Facts) {
		if ended || failure != nil {
			return
		}
		f = now
		tell(Event{Fact: a.fact.name(), Err: a.err})
		if failure = fatal(ctx, a, c); failure != nil {
			stop()
			return
		}
		if ended = w.advance(f); ended {
			stop()
		}
	})
	if failure == nil && !ended {
		failure = ctx.Err()
	}
	if failure != nil {
		return Report{}, failure
	}
	results := prove(tree, f, w.report())
	r := Report{
		Subject: subjectOf(f, began), Symptom: c.Symptom, Target: reportedTarget(f), Call: reportedCall(f), Steps: results,
		Causes: foremost(c, explaining(f, causesOf(results))),
		Calls:  callsSince(before, e.calls.Calls()), Duration: e.now().Sub(began),
	}
	r.Verdict = overall(results, r.Causes)
	if c.Probes != nil {
		comparisons, _ := compared.Try(f)
		r.Probes = &Probed{Round: *c.Probes, Comparisons: comparisons}
		r.Steps = strengthened(r.Steps, r.Causes, comparisons)
		if contradicted(results) {
			r.Verdict = Inconclusive
			slices.SortStableFunc(r.Causes, func(a, b Cause) int { return byProbe(b) - byProbe(a) })
		}
	}
	if p, err := path.Try(f); err == nil {
		r.Trace, r.Resolved = p.main, p.resolution
		if p.proxied {
			r.Resolved = p.wanted
		}
	}
	if p, ok := stoppedTrace(f, r.Causes); ok {
		r.Trace, r.Resolved = p.main, p.resolution
	}
	if c.Symptom == Start {
		r.Needs, _ = matrix.Try(f)
		r.Trace = foremostTrace(f)
	}
	return r, nil
}

// source returns where facts are read from: through the memo, so that no call is made twice.
func (e *Engine) source(region string) source {
	if e.asking == nil {
		e.calls = aws.NewCounted(e.Reader)
		e.asking = aws.NewMemo(e.calls)
	}
	return source{e.asking, region, e.now()}
}

// Forget drops the facts that the step needs (all facts, if step is ""), so that the next walk reads them again.
func (e *Engine) Forget(step string) {
	if e.asking != nil {
		e.asking.Forget()
	}
	if step == "" {
		e.facts.forget(nil)
		return
	}
	s := index(tree)[step]
	names := map[string]bool{}
	for _, k := range fetchedBehind(slices.Concat(s.Needs, s.Wants)...) {
		names[k.name()] = true
	}
	e.facts.forget(names)
}

func (e *Engine) now() time.Time {
	if e.Now == nil {
		return time.Time{}
	}
	return e.Now()
}

// wantedFacts lists the fetched facts that the steps of a tree need, and who the program is, for the report's head.
func wantedFacts(tree []Step) []known {
	all := []known{caller}
	for _, s := range tree {
		all = slices.Concat(all, s.Needs, s.Wants)
	}
	return fetchedBehind(all...)
}

// fatal returns the error that ends a walk, if the arrival holds one: without the task that the person names, or the subnet that it would
// start in, or without valid credentials, nothing can be found out.
func fatal(ctx context.Context, a arrival, c Case) error {
	switch {
	case a.err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case aws.KindOf(a.err) == aws.Credentials:
		return a.err
	}
	named := a.fact.name() == task.Name || a.fact.name() == service.Name
	if c.Launch != nil {
		named = a.fact.name() == whereabouts.Name
	}
	if !named {
		return nil
	}
	switch aws.KindOf(a.err) {
	case aws.NotFound, aws.Unreachable:
		return a.err
	}
	return nil
}

func callsSince(before, after map[string]int) map[string]int {
	calls := map[string]int{}
	for name, n := range after {
		if n > before[name] {
			calls[name] = n - before[name]
		}
	}
	return calls
}

func subjectOf(f Facts, at time.Time) Subject {
	t, _ := task.Try(f)
	by, _ := owner.Try(f)
	who, _ := caller.Try(f)
	d, _ := definition.Try(f)
	s := Subject{
		Account: ownAccount(t, by), Region: f.c.Region, Cluster: clusterName(t, f.c), Service: by.Name, Task: t.ID, TaskDefinition: d.ARN, Captured: at,
	}
	if s.Account == "" {
		s.Account = who.Account
	}
	if s.TaskDefinition == "" {
		s.TaskDefinition = t.TaskDefinition
	}
	if a := t.Attachment.PrivateIPv4; a.IsValid() {
		s.Address = a.String()
	}
	return s
}

func reportedTarget(f Facts) Target {
	t, err := target.Try(f)
	if errors.Is(err, errNotYet) {
		return Target{Typed: f.c.Target}
	}
	return t.Target
}

// causesOf lists the causes that the results name: certain ones first, then those that could not be decided, each in the order of the
// tree. A cause of the proxy comes before the blockers on the way to it.
func causesOf(results []StepResult) []Cause {
	var certain, doubtful []Cause
	add := func(list []Cause, step string, f Finding) []Cause {
		for _, c := range list {
			if c.Code == f.Cause && first(c.Resources) == first(f.Resources) {
				return list
			}
		}
		return append(list, Cause{Code: f.Cause, Resources: f.Resources, Summary: f.Summary, Step: step, Spares: f.spares})
	}
	for _, r := range results {
		for _, f := range append([]Finding{r.Finding}, r.Also...) {
			switch {
			case f.Cause == "":
			case f.Verdict == Fail:
				certain = add(certain, r.ID, f)
			case f.Verdict == Unknown:
				doubtful = add(doubtful, r.ID, f)
			}
		}
	}
	return slices.Concat(certain, doubtful)
}

// overall sums up: a problem that was found outweighs what could not be read, and that outweighs what is fine. The root cause says what
// kind of problem it is.
func overall(results []StepResult, causes []Cause) Overall {
	verdict := OK
	for _, r := range results {
		for _, f := range append([]Finding{r.Finding}, r.Also...) {
			switch f.Verdict {
			case Fail:
				return kindOf(causes[0].Code)
			case Unknown:
				verdict = Inconclusive
			}
		}
	}
	return verdict
}

// kindOf says what kind of problem a cause is.
func kindOf(code string) Overall {
	switch {
	case slices.Contains(misconfigured, code):
		return Misconfigured
	case slices.Contains(refusedSessions, code):
		return DeniedCall
	}
	area, what, _ := strings.Cut(code, ".")
	switch {
	case area == "iam" || area == "kms" || what == "access-denied" || what == "auth-denied":
		return DeniedCall
	case slices.Contains(ofStarts, area) && what != "network":
		return Misconfigured
	}
	return BlockedPath
}

// ofStarts lists the areas of causes that keep a task from starting.
var ofStarts = []string{"image", "secret", "file", "logs", "efs", "start", "ecs"}

// misconfigured lists the causes that are neither on the network nor in a policy: what is asked for can't work as it is set up.
var misconfigured = []string{
	"target.invalid-url", "target.wrong-port", "ecs.network-limits", "iam.credentials-missing", "iam.credentials-expired",
	"iam.static-credentials", "iam.role-missing", "iam.role-not-assumable", "kms.key-disabled",
	"exec.task-not-running", "exec.not-enabled", "exec.platform-version", "exec.task-role-missing", "exec.readonly-root", "exec.pid-mode",
	"exec.env-credentials", "exec.agent-starting", "exec.agent-not-running", "exec.no-shell", "exec.plugin-missing", "exec.target-not-connected",
}

// refusedSessions lists the causes that a policy refuses a session, or a call that it needs.
var refusedSessions = []string{"exec.task-role-denied", "exec.caller-denied", "exec.kms-denied", "exec.logging-denied"}
