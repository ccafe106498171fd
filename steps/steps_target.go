package steps

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

const docEndpoints = "https://docs.aws.amazon.com/general/latest/gr/rande.html"

// The target as typed (R5).
var targetSteps = []Step{{
	ID:           "target.form",
	Ask:          "Can the target be dialled as it is written?",
	Why:          "A missing colon or a wrong scheme makes a client dial something else, or nothing.",
	Requirements: []string{"R5"},
	Docs:         []string{docConnectivity},
	Needs:        []known{target},
	Eval: func(f Facts) Finding {
		t := target.Of(f)
		if t.problem != nil {
			e, _ := Explain("target.invalid-url")
			return Finding{
				Verdict: Fail, Cause: e.Code, Summary: e.Title + ": " + t.problem.Text, Means: e.Means, Resources: []string{t.Typed},
				Evidence: []Evidence{{Kind: "target", ID: t.Typed, Detail: t.problem.Text}},
				Fixes:    []Fix{{Title: "write it like this: " + t.problem.Hint}},
			}
		}
		return Finding{Verdict: Pass, Summary: fmt.Sprintf("%s, port %d", t.Host, t.Port), Evidence: []Evidence{targetEvidence(t.Target)}}
	},
	Next: []Edge{{On: []Verdict{Fail}, To: ""}, {On: []Verdict{Pass, Warn, Unknown, Skipped}, To: "target.region"}},
}, {
	ID:           "target.region",
	Ask:          "Is it the endpoint of the task's own region?",
	Why:          "A VPC endpoint takes the names of its own region only. A name of another region leads over the internet.",
	Requirements: []string{"R5"},
	Docs:         []string{docEndpoints},
	Needs:        []known{target},
	Wants:        []known{exit},
	Eval:         judgeRegion,
	Next:         []Edge{{To: "target.port"}},
}, {
	ID:           "target.port",
	Ask:          "Does the service listen on this port?",
	Why:          "AWS endpoints listen on 443, some also on 80. On any other port nothing answers, and the connection times out.",
	Requirements: []string{"R5"},
	Docs:         []string{docEndpoints},
	Needs:        []known{target},
	Eval:         judgePort,
	Next:         []Edge{{Way: "an address", To: "path.way"}, {To: "dns.servers"}},
}}

func targetEvidence(t Target) Evidence {
	return Evidence{Kind: "target", ID: t.Host, Detail: strings.TrimSpace(fmt.Sprintf("port %d %s", t.Port, t.Service))}
}

func judgeRegion(f Facts) Finding {
	t := target.Of(f)
	region := regionOfHost(t.Host)
	switch {
	case region == "":
		return Finding{Verdict: Skipped, Summary: "the name holds no region"}
	case region == f.c.Region:
		return Finding{Verdict: Pass, Summary: "the name is of " + region}
	}
	e, _ := Explain("target.wrong-region")
	found := Finding{
		Verdict: Warn, Cause: e.Code, Summary: fmt.Sprintf("the name is of %s, the task is in %s", region, f.c.Region), Means: e.Means,
		Evidence: []Evidence{targetEvidence(t.Target)}, Resources: []string{t.Host},
	}
	own := strings.Replace(t.Host, "."+region+".", "."+f.c.Region+".", 1)
	found.Fixes = []Fix{{Title: "use " + own, Effect: "Change the endpoint URL or the region in the application's configuration."}}
	if out, err := exit.Try(f); err == nil && out.because == e.Code {
		found.Verdict = Fail
	}
	return found
}

// ports lists on which ports services listen besides 443. The source is the table of endpoints of each service.
var ports = map[string][]uint16{
	"s3": {80}, "sns": {80}, "sqs": {80}, "dynamodb": {80}, "ec2": {80}, "monitoring": {80}, "sts": {80}, "elasticloadbalancing": {80},
	"email-smtp": {25, 465, 587, 2465, 2587}, "autoscaling": {80}, "cloudformation": {80},
}

func judgePort(f Facts) Finding {
	t := target.Of(f)
	way := ""
	if _, err := netip.ParseAddr(t.Host); err == nil {
		way = "an address"
	}
	found := Finding{Verdict: Pass, Way: way, Summary: fmt.Sprintf("port %d", t.Port)}
	mixed := t.Scheme == "https" && t.Port == 80 || t.Scheme == "http" && t.Port == 443
	switch {
	case mixed:
	case t.Service == "":
		found.Verdict, found.Summary = Skipped, "it is no AWS service; its port is yours to know"
		return found
	case t.Port == 443 && t.Service != "email-smtp", slices.Contains(ports[t.Service], t.Port):
		return found
	}
	e, _ := Explain("target.wrong-port")
	found.Verdict, found.Cause, found.Means = Fail, e.Code, e.Means
	found.Summary = fmt.Sprintf("port %d is not one that %s listens on", t.Port, t.Service)
	if mixed {
		found.Summary = fmt.Sprintf("%s on port %d does not fit", t.Scheme, t.Port)
	}
	found.Evidence, found.Resources = []Evidence{targetEvidence(t.Target)}, []string{t.Host}
	right := "443"
	if t.Service == "email-smtp" {
		right = "587"
	}
	found.Fixes = []Fix{{Title: "use port " + right, Effect: "Change the endpoint URL in the application's configuration."}}
	return found
}
