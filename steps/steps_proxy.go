package steps

import (
	"fmt"
	"slices"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

const docProxy = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html"

// The proxy settings of the container (R13).
var proxySteps = []Step{{
	ID:           "proxy.settings",
	Ask:          "Does a proxy stand in the way, and can the task reach it?",
	Why:          "With HTTPS_PROXY set the container opens no connection to the target at all: it opens one to the proxy.",
	Requirements: []string{"R13"},
	Docs:         []string{docProxy, docConnectivity},
	Needs:        []known{proxy, target},
	Wants:        []known{path},
	Eval:         judgeProxy,
	Next:         []Edge{{Way: "a proxy", To: "proxy.target"}, {To: "ipv6.address"}},
	Question: &Question{ID: answerProxy, Text: "Does the container use a proxy (HTTPS_PROXY in its environment)?", Choices: []Choice{
		{"no", "no"}, {"unknown", "yes, or I don't know"},
	}},
	Answers: map[string]Finding{"no": {Verdict: Pass, Summary: "no proxy is used"}},
}, {
	ID:           "proxy.target",
	Ask:          "Does the proxy get the target through?",
	Why:          "The proxy opens the connection in the container's place. It needs a way of its own, and its own rules may refuse the host.",
	Branch:       "proxy.settings",
	Requirements: []string{"R13"},
	Docs:         []string{docProxy},
	Needs:        []known{proxy, target, path},
	Eval:         judgeProxyTarget,
	Next:         []Edge{{To: "ipv6.address"}},
	Question: &Question{ID: answerProxyTarget, Text: "Do the proxy's own rules let this host through?", Choices: []Choice{
		{"yes", "yes, its log shows the connection"}, {"no", "no, it refuses the host"}, {"unknown", "I don't know"},
	}},
	Answers: map[string]Finding{
		"yes": {Verdict: Pass, Summary: "the proxy lets the host through"},
		"no":  {Verdict: Fail, Cause: "proxy.blocks-target", Summary: "the proxy does not let the host through"},
	},
}}

func judgeProxy(f Facts) Finding {
	s := proxy.Of(f)
	setting := Evidence{Kind: "environment", ID: s.variable, Detail: aws.Clean(s.url)}
	switch {
	case !proxied(target.Of(f).Scheme):
		return Finding{Verdict: Skipped, Summary: "only HTTP clients look at proxy settings"}
	case s.variable == "":
		return Finding{Verdict: Pass, Summary: "the task definition sets no proxy"}
	case s.bypass != "":
		return Finding{
			Verdict: Pass, Summary: "the target passes by the proxy",
			Evidence: []Evidence{setting, {Kind: "environment", ID: "NO_PROXY", Detail: "has " + aws.Clean(s.bypass)}},
		}
	case s.secret:
		return Finding{
			Summary:  s.variable + " comes from a secret, whose value is not read",
			Evidence: []Evidence{{Kind: "environment", ID: s.variable, Detail: "comes from a secret"}},
		}
	}
	e, _ := Explain("proxy.unreachable")
	failed := Finding{Verdict: Fail, Cause: e.Code, Means: e.Means, Evidence: []Evidence{setting}, Resources: []string{s.url}}
	if s.problem != "" {
		failed.Summary, failed.Evidence[0].Detail = s.variable+" names no proxy: "+s.problem, s.problem
		return failed
	}
	address := fmt.Sprintf("%s:%d", s.host, s.port)
	p, err := path.Try(f)
	if err != nil {
		found := unread(err)
		found.Way = "a proxy"
		return found
	}
	blockers := append(fromResolutionFailures(p.resolution), failures(p.main)...)
	switch {
	case len(blockers) > 0:
		failed.Summary = e.Title + ": " + address
		for _, c := range blockers {
			b := c.finding(f.c.Region, "")
			failed.Evidence = append(failed.Evidence, b.Evidence...)
			failed.Fixes = append(failed.Fixes, b.Fixes...)
			failed.Resources = append(failed.Resources, b.Resources...)
		}
		failed.Fixes = distinct(failed.Fixes)
		if p.direct.Verdict == vpc.Reachable {
			failed.Fixes = append(failed.Fixes, passBy(f))
		}
		return failed
	case p.main.Verdict == vpc.Unknown:
		found := Finding{Way: "a proxy", Summary: "whether the task reaches the proxy " + address + " is not known", Evidence: []Evidence{setting}}
		for _, c := range p.main.Undecided() {
			found.Missing = append(found.Missing, c.Missing...)
		}
		return found
	}
	return Finding{Verdict: Pass, Way: "a proxy", Summary: "the container goes through the proxy " + address + " and reaches it", Evidence: []Evidence{setting}}
}

func failures(t vpc.Trace) []checked {
	var tests []vpc.Test
	for _, c := range t.Checks {
		tests = append(tests, c.Test)
	}
	return slices.DeleteFunc(fromTrace(t, tests...), func(c checked) bool { return c.result != vpc.Failed })
}

func fromResolutionFailures(r vpc.Resolution) []checked {
	if r.Path != vpc.PathNowhere {
		return nil
	}
	var tests []vpc.ResolveTest
	for _, c := range r.Checks {
		tests = append(tests, c.Test)
	}
	return slices.DeleteFunc(fromResolution(r, tests...), func(c checked) bool { return c.result != vpc.Failed })
}

func judgeProxyTarget(f Facts) Finding {
	s, p := proxy.Of(f), path.Of(f)
	t := target.Of(f)
	found := Finding{Evidence: []Evidence{{Kind: "environment", ID: s.variable, Detail: aws.Clean(s.url)}}, Resources: []string{s.host}}
	if s.noProxy != "" {
		found.Evidence = append(found.Evidence, Evidence{Kind: "environment", ID: "NO_PROXY", Detail: aws.Clean(s.noProxy)})
	}
	for _, c := range failures(p.onward) {
		found.Evidence = append(found.Evidence, c.finding(f.c.Region, "").Evidence...)
	}
	switch {
	case p.onward.Verdict == vpc.Blocked && p.direct.Verdict == vpc.Reachable:
		e, _ := Explain("proxy.no-proxy-missing")
		found.Verdict, found.Cause, found.Means = Fail, e.Code, e.Means
		found.Summary = fmt.Sprintf("%s: %s is not in NO_PROXY", e.Title, t.Host)
		found.Fixes = []Fix{passBy(f)}
	case p.onward.Verdict == vpc.Blocked && p.direct.Verdict == vpc.Blocked:
		e, _ := Explain("proxy.blocks-target")
		found.Verdict, found.Cause, found.Summary, found.Means = Fail, e.Code, e.Title+": "+t.Host, e.Means
		for _, c := range failures(p.onward) {
			found.Fixes = append(found.Fixes, fixesOf(c.mend, f.c.Region)...)
		}
		found.Fixes = distinct(found.Fixes)
	case p.onward.Verdict == vpc.Reachable:
		found.Verdict, found.Summary = Warn, "the network lets the proxy through to "+t.Host+"; whether its own rules do can't be read from AWS"
		found.Means = "Look at the proxy's log and its list of allowed hosts."
	default:
		found.Summary = "what the proxy does with " + t.Host + " can't be read from AWS"
		found.Means = "Look at the proxy's log and its list of allowed hosts."
		for _, c := range p.wanted.Checks {
			found.Missing = append(found.Missing, c.Missing...)
		}
		for _, c := range slices.Concat(p.direct.Undecided(), p.onward.Undecided()) {
			found.Missing = append(found.Missing, c.Missing...)
		}
		if p.direct.Verdict == vpc.Reachable {
			found.Means += " The task could also reach the target without it: NO_PROXY would do."
			found.Fixes = []Fix{passBy(f)}
		}
	}
	return found
}

// passBy lets the target pass by the proxy.
func passBy(f Facts) Fix {
	s, t := proxy.Of(f), target.Of(f)
	value := t.Host
	if s.noProxy != "" {
		value = s.noProxy + "," + t.Host
	}
	return Fix{
		Title:  "set NO_PROXY=" + aws.Clean(value) + " in the container's environment",
		Effect: "Register a new revision of the task definition and deploy it. The addresses 169.254.170.2 and 169.254.169.254 belong in NO_PROXY as well.",
		apply: func(f Facts) Facts {
			d := definition.Of(f)
			d.Containers = slices.Clone(d.Containers)
			c, _ := containerOf(d, f.c.Container)
			for i := range d.Containers {
				if d.Containers[i].Name != c.Name {
					continue
				}
				rest := slices.DeleteFunc(slices.Clone(c.Environment), func(p aws.Pair) bool { return p.Name == "NO_PROXY" || p.Name == "no_proxy" })
				d.Containers[i].Environment = append(rest, aws.Pair{Name: "NO_PROXY", Value: value})
			}
			return f.with(definition, d, nil)
		},
	}
}
