package steps

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps/probe"
	"fargate-doctor/steps/symptom"
)

// What was seen from inside the network (R6, R9, R16). It comes after all that is read of the network, to be held against it.
var probeSteps = []Step{{
	ID:           "probe.result",
	Ask:          "What does the container itself see?",
	Why:          "All that was read is what the configuration says. A probe from inside says what happens; where the two differ, one of them is missing something.",
	Requirements: []string{"R6", "R9", "R16"},
	Docs:         []string{docExec, docConnectivity},
	Needs:        []known{target},
	Wants:        []known{compared},
	Eval:         judgeProbes,
	Next:         []Edge{{Symptoms: []Symptom{Unsure}, To: "access.call"}, {Symptoms: []Symptom{Exec}, To: "exec.path"}, {To: ""}},
}}

// judgeProbes says what the probes add to what was read. Without probes it decides nothing, and a probe that could not be run, or that
// nobody understands, makes nothing worse than it was.
func judgeProbes(f Facts) Finding {
	comparisons, err := compared.Try(f)
	round := f.probed(target.Of(f).Target)
	switch {
	case f.mended:
		return Finding{Verdict: Skipped, Summary: "what was seen was seen before this change"}
	case len(round.Results) == 0:
		return Finding{Verdict: Skipped, Summary: "nothing was probed from inside"}
	}
	var evidence []Evidence
	if round.Where != "" {
		evidence = append(evidence, Evidence{Kind: "container", ID: aws.Clean(round.Where), Detail: "what follows was seen there"})
	}
	for _, r := range round.Results {
		evidence = append(evidence, Evidence{Kind: "probe", ID: r.Tool, Detail: aws.Clean(fmt.Sprintf("%s, %s: %s", r.Probe.Title(), r.Target, said(r)))})
	}
	found := Finding{Verdict: Skipped, Summary: "no probe gave an answer that could be read", Evidence: evidence}
	if err == nil {
		if all := differences(comparisons, round); len(all) > 0 {
			found = all[0]
			found.Evidence = append(found.Evidence, evidence...)
			found.Also = all[1:]
			return found
		}
	}
	if also := beyondTheNetwork(comparisons, round); also.Summary != "" {
		also.Evidence = evidence
		return also
	}
	if r, ok := unexplained(comparisons, round); ok {
		found.Verdict = Warn
		found.Summary = fmt.Sprintf("%s, %s: %s; what was read from AWS does not say why", r.Probe.Title(), r.Target, observed(r))
		return found
	}
	agree := slices.ContainsFunc(comparisons, func(c Comparison) bool { return c.Agreement == Agrees })
	good := slices.ContainsFunc(round.Results, func(r probe.Result) bool { return r.Verdict != probe.Unknown })
	switch {
	case agree:
		found.Verdict, found.Summary = Pass, "what was seen from inside agrees with the configuration"
	case good:
		found.Verdict, found.Summary = Pass, "probes answered, and there is nothing to hold them against"
	}
	return found
}

// unexplained returns what a probe saw fail where nothing that was read says that it would. Where something does, what comes after it fails
// with it.
func unexplained(comparisons []Comparison, round probe.Round) (probe.Result, bool) {
	if slices.ContainsFunc(comparisons, func(c Comparison) bool { return c.Agreement == Agrees && c.blocked }) {
		return probe.Result{}, false
	}
	for _, kind := range probe.Kinds() {
		if r, ok := round.Of(kind); ok && r.Verdict != probe.Unknown && !r.Verdict.Opened() {
			return r, true
		}
	}
	return probe.Result{}, false
}

// said returns a verdict with the line that it comes from.
func said(r probe.Result) string {
	s := r.Verdict.String()
	if r.Evidence != "" {
		s += " (" + r.Evidence + ")"
	}
	return s
}

// differences returns a finding for each prediction that a probe contradicts.
func differences(comparisons []Comparison, round probe.Round) []Finding {
	connect, _ := round.Of(probe.Connect)
	var all []Finding
	for _, c := range comparisons {
		if c.Agreement != Differs {
			continue
		}
		code := "probe.disagrees-path"
		switch {
		case c.Probe == probe.Name:
			code = "probe.disagrees-name"
		case c.Probe == probe.HTTPProxy && !c.blocked:
			code = "proxy.blocks-target"
		case c.Predicted == noSuchProxy:
			code = "probe.disagrees-proxy"
		}
		e, _ := Explain(code)
		f := Finding{
			Verdict: Fail, Cause: code, Summary: fmt.Sprintf("%s: predicted: %s; seen from inside: %s", e.Title, c.Predicted, c.Observed), Means: e.Means,
			Resources: []string{c.result.Target},
			Evidence:  []Evidence{{Kind: "predicted", ID: c.Step, Detail: c.Predicted}, {Kind: "seen", ID: c.result.Tool, Detail: aws.Clean(said(c.result))}},
		}
		if e.Mend != "" {
			f.Fixes = []Fix{{Title: strings.TrimSuffix(e.Mend, ".")}}
		}
		switch {
		case c.blocked: // what was read says that it can't work, and it works: one of them is wrong, and which is not known
			f.Verdict, f.settled = Unknown, true
		case code == "probe.disagrees-proxy", code == "probe.disagrees-name" && connect.Verdict.Good():
			f.Verdict = Warn
		}
		all = append(all, f)
	}
	rank := map[Verdict]int{Fail: 0, Unknown: 1, Warn: 2}
	slices.SortStableFunc(all, func(a, b Finding) int { return rank[a.Verdict] - rank[b.Verdict] })
	return all
}

// contradicted reports whether a probe saw something work that was found not to. Then nothing is certain.
func contradicted(results []StepResult) bool {
	return slices.ContainsFunc(results, func(r StepResult) bool {
		return r.ID == "probe.result" && slices.ContainsFunc(append([]Finding{r.Finding}, r.Also...), func(f Finding) bool { return f.Verdict == Unknown && f.Cause != "" })
	})
}

// byProbe puts causes that probes found before others.
func byProbe(c Cause) int {
	if strings.HasPrefix(c.Code, "probe.") {
		return 1
	}
	return 0
}

// beyondTheNetwork returns what probes saw of things that no configuration of the network tells: a port that nobody listens on, a
// handshake that fails, a proxy that refuses, a call that IAM refuses.
func beyondTheNetwork(comparisons []Comparison, round probe.Round) Finding {
	connect, _ := round.Of(probe.Connect)
	handshake, _ := round.Of(probe.TLS)
	call, _ := round.Of(probe.Call)
	cause := func(code string, r probe.Result) Finding {
		e, _ := Explain(code)
		f := Finding{Verdict: Fail, Cause: code, Summary: e.Title + ": " + r.Target, Means: e.Means, Resources: []string{r.Target}}
		if e.Mend != "" {
			f.Fixes = []Fix{{Title: strings.TrimSuffix(e.Mend, ".")}}
		}
		return f
	}
	switch {
	case connect.Verdict == probe.Unknown && strings.Contains(connect.Evidence, " answers by "):
		f := cause("probe.uneven", connect)
		f.Verdict, f.Summary = Warn, f.Summary+": "+connect.Evidence
		return f
	case connect.Verdict == probe.Refused:
		return cause("probe.port-closed", connect)
	case handshake.Verdict == probe.TLSFailed && trustMatters(handshake):
		f := cause("probe.tls-failed", handshake)
		f.Verdict = Warn // an application may trust others than the image does
		return f
	case handshake.Verdict == probe.TLSFailed:
		return cause("probe.tls-failed", handshake)
	case call.Verdict == probe.Denied:
		return Finding{Verdict: Warn, Summary: "the service was reached, and refused the call " + call.Target + ": " + call.Class.Words(),
			Means: "The network is fine as far as this call shows. Choose “Access is denied” to look at permissions."}
	case call.Class == symptom.ClassCredentialsMissing:
		return Finding{Verdict: Warn, Summary: "the AWS CLI found no credentials in the container", Means: "Choose “Access is denied” to look at the task role."}
	}
	return Finding{}
}

// trustMatters reports whether a handshake failed because of the certificate alone.
func trustMatters(r probe.Result) bool {
	low := strings.ToLower(r.Evidence)
	return strings.Contains(low, "certificate") || strings.Contains(low, "verify")
}

// strengthened adds to what steps predict that it was seen from inside.
func strengthened(results []StepResult, causes []Cause, comparisons []Comparison) []StepResult {
	out := slices.Clone(results)
	for _, c := range comparisons {
		if c.Agreement != Agrees {
			continue
		}
		step := c.Step
		if c.blocked && len(causes) > 0 {
			step = causes[0].Step
		}
		for i := range out {
			if out[i].ID == step {
				detail := fmt.Sprintf("probed from inside, %s: %s", c.Probe.Title(), aws.Clean(said(c.result)))
				out[i].Evidence = append(slices.Clone(out[i].Evidence), Evidence{Kind: "probe", ID: c.result.Tool, Detail: detail})
			}
		}
	}
	return out
}
