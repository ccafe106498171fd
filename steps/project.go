package steps

import (
	"cmp"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// A checked is one check of a path or of a name, in the terms that findings are made from.
type checked struct {
	result    vpc.Result
	code      string
	subject   vpc.Ref
	detail    string
	resources []string
	missing   []string
	mend      []vpc.Change
}

func fromTrace(t vpc.Trace, tests ...vpc.Test) []checked {
	var out []checked
	for _, c := range t.Checks {
		if slices.Contains(tests, c.Test) {
			detail := c.Detail
			if c.Result == vpc.Partly && c.Witness.IsValid() && !strings.Contains(detail, c.Witness.String()) {
				detail += "; " + c.Witness.String() + " is one of them"
			}
			out = append(out, checked{c.Result, c.Code, c.Subject, detail, c.Resources, c.Missing, c.Mend})
		}
	}
	return out
}

func fromResolution(r vpc.Resolution, tests ...vpc.ResolveTest) []checked {
	var out []checked
	for _, c := range r.Checks {
		if slices.Contains(tests, c.Test) {
			out = append(out, checked{c.Result, c.Code, c.Subject, c.Detail, c.Resources, c.Missing, c.Mend})
		}
	}
	return out
}

// finding makes one finding from checks: the worst one decides, further ones of its kind follow in Also.
func finding(checks []checked, region, good string) Finding {
	rank := func(c checked) int {
		switch c.result {
		case vpc.Failed:
			return 0
		case vpc.Partly:
			return 1
		case vpc.NotDecided:
			return 2
		}
		return 3
	}
	sorted := slices.Clone(checks)
	slices.SortStableFunc(sorted, func(a, b checked) int { return cmp.Compare(rank(a), rank(b)) })
	var all []Finding
	for _, c := range sorted {
		f := c.finding(region, good)
		same := slices.IndexFunc(all, func(o Finding) bool {
			return o.Verdict == f.Verdict && o.Cause == f.Cause && first(o.Resources) == first(f.Resources)
		})
		switch {
		case same >= 0:
			all[same].Evidence = append(all[same].Evidence, f.Evidence...)
			all[same].Missing = append(all[same].Missing, f.Missing...)
			all[same].Fixes = distinct(append(all[same].Fixes, f.Fixes...))
		case f.Verdict != Pass || len(all) == 0:
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		return Finding{Verdict: Skipped, Summary: "nothing of this kind is on the way"}
	}
	f := all[0]
	f.Also = all[1:]
	return f
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func (c checked) finding(region, good string) Finding {
	f := Finding{Cause: c.code, Resources: c.resources, Missing: c.missing}
	if c.detail != "" || c.subject.ID != "" {
		f.Evidence = []Evidence{{Kind: string(c.subject.Kind), ID: c.subject.ID, Detail: aws.Clean(named(c.subject, c.detail))}}
	}
	explained, _ := Explain(c.code)
	switch c.result {
	case vpc.Passed:
		f.Verdict, f.Summary, f.Cause, f.Resources = Pass, good, "", nil
	case vpc.Failed:
		f.Verdict, f.Summary, f.Means = Fail, explained.Title, explained.Means
		f.Fixes = c.fixes(region, explained)
	case vpc.Partly:
		f.settled = true
		f.Summary, f.Means = explained.Title, explained.Means
		if !strings.HasSuffix(c.code, "-partial") {
			f.Summary += ", for a part of the addresses or ports"
		}
		f.Fixes = c.fixes(region, explained)
	case vpc.NotDecided:
		if c.detail == groupsNotRecorded {
			f.Summary, f.Means = groupsNotRecorded, onlyWithService
			break
		}
		f.Summary, f.Means = "this can't be decided: "+aws.Clean(c.detail), explained.Means
		if explained.Title != "" {
			f.settled, f.Summary, f.Fixes = true, explained.Title, c.fixes(region, explained)
		} else if len(c.missing) > 0 {
			f.Summary = "this can't be read: " + strings.Join(c.missing, ", ") + " is not allowed"
		}
	}
	return f
}

// fixes returns the changes that mend a check, or where no single change does, what the catalogue advises.
func (c checked) fixes(region string, e Explanation) []Fix {
	if fixes := fixesOf(c.mend, region); len(fixes) > 0 || e.Mend == "" {
		return fixes
	}
	return []Fix{{Title: strings.TrimSuffix(e.Mend, ".")}}
}

// named puts a resource's name before a detail, for the person who knows it by that. The id stands beside the detail already, and is
// not said twice.
func named(r vpc.Ref, detail string) string {
	detail = strings.TrimPrefix(detail, r.ID+" ")
	if r.Name == "" {
		return detail
	}
	return "(" + r.Name + ") " + detail
}

// fixesOf turns changes of the network into fixes; the command and what Apply does come from the same value.
func fixesOf(changes []vpc.Change, region string) []Fix {
	var fixes []Fix
	for _, c := range changes {
		fixes = append(fixes, Fix{Title: aws.Clean(c.Title()), Command: aws.Clean(c.Command(region)), apply: func(f Facts) Facts {
			return f.withNetwork(c.Apply)
		}})
	}
	return fixes
}

// withNetwork changes the network in memory: the one that the walk has read.
func (f Facts) withNetwork(change func(vpc.Network) vpc.Network) Facts {
	f.scope, f.used = nil, nil
	for _, fact := range []*Fact[knownNetwork]{network, startWays.network, sessionWays.network} {
		if n, err := fact.Try(f); err == nil {
			f = f.with(fact, compiled(change(n.Network)), nil)
		}
	}
	return f.retried()
}

// onPath answers a question about the way of the container's own connection from the checks of its trace.
func onPath(f Facts, good string, tests ...vpc.Test) Finding {
	p := path.Of(f)
	if p.flows.main == nil {
		return Finding{Verdict: Skipped, Summary: "there is no address to follow"}
	}
	return p.judge(p.main, f.c.Region, good, tests...)
}

// beyond is onPath for what lies past the way out of the subnet. If the packet does not get out, the root of that explains it.
func beyond(f Facts, good string, tests ...vpc.Test) Finding {
	found := onPath(f, good, tests...)
	if because := exit.Of(f).because; because != "" && slices.Contains(noWayOut, found.Because) {
		found.Because = because
	}
	return found
}

// judge answers a question about one trace.
func (p paths) judge(t vpc.Trace, region, good string, tests ...vpc.Test) Finding {
	checks := fromTrace(t, tests...)
	if len(checks) == 0 {
		return unreached(t)
	}
	found := finding(checks, region, good)
	if found.Verdict != Fail {
		return found
	}
	if p.proxied {
		return found.because("proxy.unreachable")
	}
	if p.doubt != nil {
		return found.doubted(p.doubt)
	}
	return found
}

const onlyWithService = "A service tells what groups its tasks have. Examine the service, or a task that runs."

// because silences a finding that is the consequence of a cause that is named elsewhere.
func (f Finding) because(cause string) Finding {
	f.Verdict, f.Because, f.Cause = Skipped, cause, ""
	f.Fixes, f.Also = nil, nil
	return f
}

// doubted makes a finding unknown, because it is not known whether it matters.
func (f Finding) doubted(why error) Finding {
	f.Verdict, f.Cause, f.Resources, f.Also = Unknown, "", nil, nil
	f.Summary += ", if the container uses no proxy"
	f.Missing = append(f.Missing, missingFor(why)...)
	return f
}

// unreached says why a trace holds no check of the wanted kind.
func unreached(t vpc.Trace) Finding {
	for _, c := range t.Checks {
		if c.Test != vpc.TestInterface && c.Test != vpc.TestRoute && c.Test != vpc.TestGateway && c.Test != vpc.TestTransit && c.Test != vpc.TestPeering {
			continue
		}
		switch c.Result {
		case vpc.Failed:
			return Finding{Verdict: Skipped, Summary: "the packet does not get this far", Because: c.Code}
		case vpc.NotDecided:
			return Finding{Summary: "the way to here is not known: " + aws.Clean(c.Detail), Missing: c.Missing}
		}
	}
	return Finding{Verdict: Skipped, Summary: "nothing of this kind is on the way"}
}
