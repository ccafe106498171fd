package tui

import (
	"context"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// watchEvery is how long a watch waits between two walks.
const watchEvery = 15 * time.Second

// A recheck holds a walk against an earlier one. A watch is rechecks by the clock, all held against the walk that it began with.
type recheck struct {
	since    *steps.Report // nil when the walk under way is held against none
	at       time.Time     // when that walk ended
	found    *steps.Difference
	watching bool
	wait     reading   // until the next walk of the watch
	next     time.Time // when that begins
}

// begin says that a walk starts. It is held against the last one when its facts are fresh: an answer, too, changes what is found.
func (r *recheck) begin(e *env, last *steps.Report, at time.Time, fresh bool) {
	r.wait.stop(e)
	if r.watching {
		return
	}
	r.since, r.found = nil, nil
	if fresh && last != nil {
		r.since, r.at = last, at
	}
}

// walked holds a new report against the earlier one.
func (r *recheck) walked(e *env, report *steps.Report) {
	if r.since == nil {
		if r.watching {
			r.since, r.at = report, e.now()
		}
		return
	}
	d := steps.Compare(*r.since, *report)
	r.found = &d
}

// settled reports whether a watch has seen what it waits for.
func (r *recheck) settled() bool { return r.found != nil && r.found.Settled() }

// changed returns the change of a step, if it has changed.
func (r *recheck) changed(step string) (steps.Change, bool) {
	if r.found != nil {
		for _, c := range r.found.Steps {
			if c.Step == step {
				return c, true
			}
		}
	}
	return steps.Change{}, false
}

// was says in short what a step was before, "" when it is as it was.
func (r *recheck) was(step string) string {
	switch c, changed := r.changed(step); {
	case !changed:
		return ""
	case c.Came:
		return "(new) "
	default:
		return "(was " + c.Before.String() + ") "
	}
}

// line says what has changed, and "" when nothing was compared.
func (r *recheck) line(p palette) string {
	if r.found == nil {
		return ""
	}
	d, since := r.found, "Since "+r.at.Format("15:04:05")+": "
	if d.None() {
		return since + "nothing changed"
	}
	var parts []string
	if d.Before != d.After {
		parts = append(parts, p.overall(d.Before).word+" → "+p.overall(d.After).word)
	}
	for _, list := range []struct {
		word   string
		causes []steps.Cause
	}{{"gone: ", d.Gone}, {"not known: ", d.Unread}, {"new: ", d.New}} {
		var codes []string
		for _, c := range list.causes {
			codes = append(codes, aws.Clean(c.Code))
		}
		if len(codes) > 0 {
			parts = append(parts, list.word+strings.Join(codes, ", "))
		}
	}
	if n := len(d.Steps); n > 0 {
		parts = append(parts, count(n, "step")+" changed")
	}
	return since + strings.Join(parts, " · ")
}

// lines says it in at most w columns, and how a watch goes on.
func (r *recheck) lines(e *env, w int) []string {
	var lines []string
	if l := r.line(e.style); l != "" {
		lines = append(lines, " "+e.style.accent.Render("Δ")+" "+cut(l, w-4))
	}
	return lines
}

// all says every change, where there is room for it.
func (r *recheck) all(t stepText) []string {
	l := r.line(t.p)
	if l == "" {
		return nil
	}
	lines := append([]string{""}, t.text("Changed", l)...)
	for _, c := range r.found.Steps {
		lines = append(lines, t.text("", c.Words()+"  "+c.Ask)...)
	}
	return lines
}

// countdown says when a watch walks next, "" when nothing is watched.
func (r *recheck) countdown(now time.Time) string {
	switch {
	case !r.watching:
		return ""
	case r.wait.busy:
		return "Watching: walks again in " + strconv.Itoa(int(max(r.next.Sub(now), 0).Round(time.Second)/time.Second)) + " s. W or esc stops."
	}
	return "Watching: walks now. W or esc stops."
}

// watch begins to watch, or ends it.
func (s *walk) watch(e *env) tea.Cmd {
	switch {
	case s.recheck.watching:
		s.unwatch(e)
		e.notice = "no longer watching"
		return nil
	case s.report != nil && s.report.Verdict == steps.OK:
		e.notice = "nothing stands in the way; there is nothing to watch for"
		return nil
	}
	s.recheck.watching, s.recheck.since, s.recheck.at, s.recheck.found = true, s.report, s.walkedAt, nil
	if s.reading.busy {
		return nil
	}
	return s.start(e, "")
}

func (s *walk) unwatch(e *env) {
	s.recheck.watching = false
	s.recheck.wait.stop(e)
}

// watchOn goes on with a watch when a walk has ended: with the next wait, unless there is nothing more to wait for. A walk that broke
// off is tried again, but for credentials, which time does not mend.
func (s *walk) watchOn(e *env) tea.Cmd {
	r := &s.recheck
	switch {
	case !r.watching:
		return nil
	case r.settled() || s.report != nil && s.report.Verdict == steps.OK:
		s.unwatch(e)
		e.notice = "the verdict changed; no longer watching"
		if s.report.Verdict == steps.OK {
			e.notice = "nothing stands in the way any more"
		}
		return nil
	case aws.KindOf(s.reading.err) == aws.Credentials:
		s.unwatch(e)
		return nil
	}
	every := e.options.WatchEvery
	r.next = e.now().Add(every)
	r.wait.what = "watching"
	return r.wait.start(e, func(ctx context.Context, _ int, _ func(tea.Msg)) error {
		t := time.NewTimer(every)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		return nil
	})
}
