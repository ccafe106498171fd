package steps

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

const (
	docVPCDNS     = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html"
	docDHCP       = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html"
	docFirewall   = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html"
	docForward    = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-rules-managing.html"
	docZones      = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html"
	docPrivateDNS = "https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html"
)

// How the name is looked up, and which way it leads (R6, R23, R33).
var dnsSteps = []Step{{
	ID:           "dns.servers",
	Ask:          "Which DNS server does the task ask, and can it reach it?",
	Why:          "Amazon's own resolver is always reachable. A server of your own needs UDP and TCP 53 through groups, ACLs and routes, and answers what it likes.",
	Requirements: []string{"R6", "R25", "R34"},
	Docs:         []string{docDHCP},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return path.Of(f).judgeServers(f.c.Region)
	},
	Next: []Edge{{To: "dns.support"}},
}, {
	ID:           "dns.support",
	Ask:          "Is DNS resolution on in the VPC?",
	Why:          "With enableDnsSupport off, Amazon's resolver answers nobody in the VPC.",
	Requirements: []string{"R6", "R23"},
	Docs:         []string{docVPCDNS},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onName(f, "enableDnsSupport is on", vpc.ResolveSupport)
	},
	Next: []Edge{{To: "dns.rules"}},
	Question: &Question{ID: "dns.support", Text: "Is DNS resolution (enableDnsSupport) on in the VPC?", Choices: []Choice{
		{"on", "it is on"}, {"off", "it is off"}, {"unknown", "I don't know"},
	}},
	Answers: map[string]Finding{
		"on":  {Verdict: Pass, Summary: "enableDnsSupport is on"},
		"off": {Verdict: Fail, Cause: "dns.support-disabled", Summary: "enableDnsSupport is off"},
	},
}, {
	ID:           "dns.rules",
	Ask:          "Does Route 53 Resolver let the query through?",
	Why:          "DNS Firewall can block a name, and a forward rule sends it to servers whose answers AWS does not know.",
	Requirements: []string{"R6"},
	Docs:         []string{docFirewall, docForward},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onName(f, "no firewall rule and no forward rule touches the name", vpc.ResolveFirewall, vpc.ResolveForward)
	},
	Next: []Edge{{To: "dns.name"}},
	Question: &Question{ID: "dns.rules", Text: "Does a DNS Firewall or a forward rule touch this name?", Choices: []Choice{
		{"no", "no, neither"}, {"unknown", "I don't know"},
	}},
	Answers: map[string]Finding{"no": {Verdict: Pass, Summary: "no firewall rule and no forward rule touches the name"}},
}, {
	ID:           "dns.name",
	Ask:          "Does the name resolve?",
	Why:          "A name that does not exist, or that a private hosted zone hides, never leads to the service.",
	Requirements: []string{"R6"},
	Docs:         []string{docZones, docVPCDNS},
	Needs:        []known{path, network, task},
	Eval:         judgeName,
	Next:         []Edge{{To: "dns.endpoint"}},
	Question: &Question{ID: answerDNS, Text: "What addresses does the name give inside the container (nslookup)?", Choices: []Choice{
		{"endpoint", "private ones, of the VPC endpoint"}, {"public", "public ones"}, {"none", "it does not resolve"}, {"unknown", "I don't know"},
	}},
	Answers: map[string]Finding{
		"endpoint": {Verdict: Pass, Summary: "the name leads to the VPC endpoint"},
		"public":   {Verdict: Pass, Summary: "the name leads to public addresses"},
		"none":     {Verdict: Fail, Cause: "dns.name-not-found", Summary: "the name does not resolve"},
	},
}, {
	ID:           "dns.endpoint",
	Ask:          "Does the VPC's endpoint take the name, where there is one?",
	Why:          "Private DNS of an endpoint needs enableDnsHostnames and enableDnsSupport. Without it the name keeps leading to public addresses.",
	Requirements: []string{"R6", "R23", "R33"},
	Docs:         []string{docPrivateDNS},
	Needs:        []known{path, exit},
	Eval:         judgePrivateDNS,
	Next:         []Edge{{To: "path.way"}},
}}

// onName answers a question about the lookup of the name that is dialled.
func onName(f Facts, good string, tests ...vpc.ResolveTest) Finding {
	return path.Of(f).onName(f.c.Region, good, tests...)
}

func (p paths) onName(region, good string, tests ...vpc.ResolveTest) Finding {
	if p.resolution.Name == "" {
		return Finding{Verdict: Skipped, Summary: "no name is looked up"}
	}
	checks := fromResolution(p.resolution, tests...)
	if len(checks) == 0 {
		if cause := lookupFailure(p.resolution); cause != "" {
			return Finding{Verdict: Skipped, Summary: "the query does not get this far", Because: cause}
		}
		if len(fromResolution(p.resolution, vpc.ResolveServers)) == 0 { // of a VPC that can't be read nothing is known
			return Finding{Verdict: Skipped, Summary: "whether the query gets this far is not known"}
		}
		return Finding{Verdict: Pass, Summary: good}
	}
	found := finding(checks, region, good)
	if found.Verdict == Fail && p.doubt != nil {
		return found.doubted(p.doubt)
	}
	if found.Verdict == Unknown && p.seen {
		return Finding{Verdict: Pass, Summary: "what this name gets was seen from inside the container", Evidence: found.Evidence}
	}
	return found
}

// lookupFailure returns the cause that ended a lookup, or "".
func lookupFailure(r vpc.Resolution) string {
	for _, c := range r.Checks {
		if c.Result == vpc.Failed {
			return c.Code
		}
	}
	return ""
}

func (p paths) judgeServers(region string) Finding {
	found := p.onName(region, "the task asks Amazon's resolver", vpc.ResolveServers)
	if len(p.lookups) == 0 {
		return found
	}
	var blockers []checked
	verdict := vpc.Reachable
	for _, t := range p.lookups {
		for _, c := range t.Checks {
			if c.Result == vpc.Failed || c.Result == vpc.NotDecided {
				blockers = append(blockers, checked{result: c.Result, subject: c.Subject, detail: c.Detail, resources: c.Resources, missing: c.Missing, mend: c.Mend})
			}
		}
		if t.Verdict != vpc.Reachable && verdict != vpc.Blocked {
			verdict = t.Verdict
		}
	}
	server := p.resolution.Resolver.String()
	switch verdict {
	case vpc.Blocked:
		e, _ := Explain("dns.custom-resolver-blocked")
		blocked := finding(blockers, region, "")
		blocked.Verdict, blocked.Cause, blocked.Summary, blocked.Means = Fail, e.Code, fmt.Sprintf("%s (%s)", e.Title, server), e.Means
		for _, more := range blocked.Also {
			blocked.Evidence = append(blocked.Evidence, more.Evidence...)
			blocked.Fixes = append(blocked.Fixes, more.Fixes...)
		}
		blocked.Also = nil
		blocked.Fixes = distinct(blocked.Fixes)
		blocked.Resources = append(slices.Clone(blocked.Resources), server)
		if p.doubt != nil {
			return blocked.doubted(p.doubt)
		}
		return blocked
	case vpc.Unknown:
		for _, c := range blockers {
			found.Missing = append(found.Missing, c.missing...)
			found.Evidence = append(found.Evidence, Evidence{Kind: string(c.subject.Kind), ID: c.subject.ID, Detail: aws.Clean(c.detail)})
		}
		if found.Verdict == Pass || found.Verdict == Skipped {
			found.Verdict, found.Summary = Unknown, "whether the task reaches the DNS server "+server+" is not known"
		}
	}
	return found
}

// distinct drops fixes that have the command of an earlier one.
func distinct(fixes []Fix) []Fix {
	var out []Fix
	for _, f := range fixes {
		if !slices.ContainsFunc(out, func(o Fix) bool { return o.Command == f.Command && o.Title == f.Title }) {
			out = append(out, f)
		}
	}
	return out
}

// judgePrivateDNS asks for an endpoint of the service that the name does not lead to. That is a fault where there is no other way, else
// only worth knowing.
func judgePrivateDNS(f Facts) Finding {
	p, out := path.Of(f), exit.Of(f)
	checks := fromResolution(p.resolution, vpc.ResolveHostnames, vpc.ResolveEndpoint)
	switch {
	case p.seen && out.because != "" && out.because == elsewhere(p.resolution):
		e, _ := Explain(out.because)
		return Finding{
			Verdict: Fail, Cause: e.Code, Summary: "the DNS servers that answer give public addresses, though the VPC has an endpoint for the service", Means: e.Means,
			Resources: []string{p.resolution.Name}, Fixes: []Fix{{Title: strings.TrimSuffix(e.Mend, ".")}},
		}
	case p.resolution.Path == vpc.PathUnknown && len(checks) == 0 && p.resolution.Name != "":
		return Finding{Verdict: Skipped, Summary: "where the name leads is not known"}
	case p.resolution.Path != vpc.PathPublic && (len(checks) > 0 || p.resolution.Path != vpc.PathPrivate):
		return onName(f, "the endpoint takes the name", vpc.ResolveHostnames, vpc.ResolveEndpoint)
	case len(checks) == 0:
		return Finding{Verdict: Skipped, Summary: "no endpoint of this VPC serves the name"}
	}
	for i := range checks {
		if checks[i].code != "" && checks[i].result == vpc.Passed {
			checks[i].result = vpc.Failed
		}
	}
	found := finding(checks, f.c.Region, "the endpoint does not take the name")
	switch {
	case found.Verdict != Fail:
	case out.because == "":
		found.Verdict = Warn
		found.Means = "The endpoint is not used: the name leads to public addresses, which are reached another way, or fail for another reason."
	case p.doubt != nil:
		return found.doubted(p.doubt)
	case p.proxied:
		return found.because("proxy.unreachable")
	}
	return found
}

// judgeName asks whether the name exists. AWS has services that no list holds, so a name that is not listed may be a typing error or not;
// a name one letter away is shown.
func judgeName(f Facts) Finding {
	p := path.Of(f)
	r := p.resolution
	found := onName(f, "", vpc.ResolvePrivateZone, vpc.ResolveName)
	switch {
	case found.Verdict == Fail && found.Cause == "dns.name-not-found" && task.Of(f).ServiceConnect:
		found.Verdict, found.Cause, found.Fixes, found.settled = Unknown, "", nil, true
		found.Summary = "DNS does not know the name; Service Connect may have given it to the container"
		found.Means = "Names of a Service Connect namespace are in the container's hosts file and lead to the proxy beside it. Look there (cat /etc/hosts)."
		return found
	case found.Verdict == Unknown && found.Cause == "dns.name-not-found" && len(found.Missing) == 0:
		if near := nearestService(r.Name, Services(f.c.Region, network.Of(f).EndpointServices)); near != "" {
			found.Evidence = append(found.Evidence, Evidence{Kind: "service", ID: near, Detail: "is one letter away"})
			found.Fixes = []Fix{{Title: "use " + near + ", if that is what is meant", Effect: "Change the endpoint URL in the application's configuration."}}
		}
		found.Summary, found.Resources = "no service that is known has the name "+r.Name, []string{r.Name}
		found.settled = false // the container knows
		return found
	case found.Verdict != Pass:
		return found
	case r.Path == vpc.PathUnknown || r.Path == vpc.PathNowhere:
		found.Verdict, found.Summary = Unknown, "where the name leads is not known"
		return found
	}
	found.Summary = wayOfName(r)
	if r.Path == vpc.PathPublic && r.Service == "" { // only the public DNS knows
		found.Summary = "nothing in the VPC answers for the name; the public DNS does, if it exists there"
		if f.c.Symptom == DNS {
			found.Verdict = Unknown
		}
	}
	return found
}

func wayOfName(r vpc.Resolution) string {
	switch r.Path {
	case vpc.PathEndpoint:
		return "the name leads to the VPC endpoint " + r.Endpoint
	case vpc.PathPublic:
		return "the name leads to public addresses"
	}
	return "the name leads to private addresses"
}
