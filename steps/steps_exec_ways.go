package steps

import (
	"slices"
	"strings"
)

// judgeSessionWays answers whether the agent reaches what sessions need beside ssmmessages.
func judgeSessionWays(f Facts) Finding {
	all, of := sessionWays.of(f, func(need) bool { return true })
	if len(of) == 1 {
		return Finding{Verdict: Skipped, Summary: "the cluster's sessions need nothing else"}
	}
	parts := sessionWays.judged(f)
	var shown []Evidence
	var means, names []string
	spares := true
	for i, n := range of {
		w := all[i]
		shown = append(shown, Evidence{Kind: "way", ID: n.address(), Detail: n.title() + ": " + w.inWords()})
		if n.kind == needChannel {
			continue
		}
		names = append(names, n.title())
		switch blocked := w.blocker() != ""; {
		case n.aside && blocked:
			parts = append(parts, Finding{Verdict: Warn, Summary: "the agent does not reach " + n.host + ": " + titleOfCause(w.blocker()), Means: n.without})
		case n.aside && n.proxy == "" && w.passes():
			parts = append(parts, Finding{Verdict: Pass})
		case n.aside:
			parts = append(parts, Finding{Verdict: Skipped, Summary: "whether the agent reaches " + n.host + " is not known, and sessions do not hang on it"})
		case n.proxy != "":
			parts = append(parts, Finding{Summary: "whether the proxy that " + n.proxy + " names gets the agent through to " + n.host + " can't be read from AWS", settled: true})
		case blocked:
			spares = spares && n.spares
			if !slices.Contains(means, n.without) {
				means = append(means, n.without)
			}
		}
	}
	found := together(afterTrunk(f, all, parts), "the agent reaches "+strings.Join(names, ", "))
	if found.Verdict == Pass {
		found.Evidence = nil // the ways say it all
	}
	found.Evidence = append(slices.Clone(found.Evidence), shown...)
	if found.Verdict == Fail {
		found.Means, found.spares = strings.Join(append(means, found.Means), " "), spares
		for i := range found.Also {
			found.Also[i].spares = spares
		}
	}
	return found
}

// inWords says how it stands with a way.
func (w needWay) inWords() string {
	switch blocker := w.blocker(); {
	case w.skip != "":
		return w.skip
	case blocker != "":
		return "blocked, " + titleOfCause(blocker)
	case w.flows.main == nil:
		return "there is no address to follow"
	case w.passes():
		return "open, " + wayOfName(w.resolution)
	}
	why, _ := w.whyNotKnown()
	return "not known, " + why
}

// afterTrunk leaves out what the trunk tells of the way to ssmmessages already, and what only follows from a cause that is here.
func afterTrunk(f Facts, all []needWay, parts []Finding) []Finding {
	var lost []string // the services that have no endpoint, each of which is a cause of its own beside that of ssmmessages
	for _, w := range all {
		if w.out.because == "endpoint.missing" && w.resolution.Service != "" && w.target.Service != execService && !slices.Contains(lost, w.resolution.Service) {
			lost = append(lost, w.resolution.Service)
		}
	}
	told := certain(agentWay.Of(f))
	var each []Finding
	var named []string
	for _, part := range parts {
		for _, one := range append([]Finding{part}, part.Also...) {
			one.Also = nil
			if one.Cause == "endpoint.missing" {
				one.Resources = slices.Concat(lost, one.Resources)
			}
			if one.Verdict == Fail && slices.ContainsFunc(told, func(c Cause) bool { return c.Code == one.Cause && first(c.Resources) == first(one.Resources) }) {
				one = one.because(one.Cause)
			}
			if one.Verdict == Fail {
				named = append(named, one.Cause)
			}
			each = append(each, one)
		}
	}
	return slices.DeleteFunc(each, func(one Finding) bool { return one.Because != "" && slices.Contains(named, one.Because) })
}

// stoppedTrace is the way that a report about sessions shows: that to ssmmessages, unless the root cause is on another.
func stoppedTrace(f Facts, causes []Cause) (paths, bool) {
	if len(causes) == 0 || causes[0].Step != "exec.ways" {
		return paths{}, false
	}
	all, _ := sessionWays.of(f, besideChannel)
	i := slices.IndexFunc(all, func(w needWay) bool { return w.blocker() == causes[0].Code })
	if i < 0 {
		return paths{}, false
	}
	return all[i].paths, true
}
