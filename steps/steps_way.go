package steps

import (
	"fmt"
	"strings"

	"fargate-doctor/aws/vpc"
)

// Ways that a name or address leads.
const (
	wayEndpoint = "an interface endpoint"
	wayGateway  = "a gateway endpoint"
	wayInternet = "the internet"
	wayPrivate  = "a private address"
	wayNowhere  = "nowhere"
)

// The fork between the branches (R6, R12, R33).
var waySteps = []Step{{
	ID:           "path.way",
	Ask:          "Which way do the packets go?",
	Why:          "Addresses inside the VPC mean the way to an endpoint or a neighbour; public addresses mean the way to the internet. Each has its own faults.",
	Requirements: []string{"R6", "R12", "R20", "R33"},
	Docs:         []string{docConnectivity, docTaskNetworking},
	Needs:        []known{path, dialled, here, task},
	Eval:         judgeWay,
	Next: []Edge{
		{Way: wayEndpoint, To: "endpoint.state"},
		{Way: wayGateway, To: "endpoint.gateway"},
		{Way: wayInternet, To: "route.subnet"},
		{Way: wayPrivate, To: "route.private"},
		{Way: wayNowhere, To: "proxy.settings"},
		{To: "task.groups"},
	},
}}

func judgeWay(f Facts) Finding {
	p, to, t := path.Of(f), dialled.Of(f), task.Of(f)
	found := Finding{Verdict: Pass}
	r := p.resolution
	gateway := fromTrace(p.main, vpc.TestGatewayEndpoint)
	switch {
	case here.Of(f).vpc == "":
		found.Verdict, found.Way, found.Summary = Skipped, wayNowhere, "the task has no place in a VPC yet"
		if !t.OfInstance() {
			found.Because = "task.eni-not-attached"
		}
	case r.Name != "" && r.Path == vpc.PathNowhere:
		found.Verdict, found.Way, found.Summary, found.Because = Skipped, wayNowhere, "there is no address to go to", lookupFailure(r)
	case p.flows.main == nil:
		found.Verdict, found.Summary = Unknown, "where the name leads is not known"
	case r.Path == vpc.PathEndpoint:
		found.Way, found.Summary = wayEndpoint, "to the VPC endpoint "+r.Endpoint
		found.Evidence = []Evidence{{Kind: string(vpc.KindEndpoint), ID: r.Endpoint}}
	case len(gateway) > 0:
		found.Way, found.Summary = wayGateway, "to a service that the VPC has a gateway endpoint for"
	case r.Path == vpc.PathPublic || isPublic(*p.flows.main):
		found.Way, found.Summary = wayInternet, "to public addresses"
	default:
		found.Way, found.Summary = wayPrivate, "to a private address"
	}
	if p.proxied && found.Verdict == Pass {
		found.Summary = fmt.Sprintf("through the proxy %s:%d, %s", to.Host, to.Port, found.Summary)
	}
	var hops []string
	for _, h := range p.main.Hops {
		if !h.Backward && h.ID != "" {
			hops = append(hops, h.ID)
		}
	}
	if len(hops) > 0 && found.Verdict == Pass {
		found.Evidence = append(found.Evidence, Evidence{Kind: "path", Detail: strings.Join(hops, " → ")})
	}
	return found
}

// isPublic reports whether a flow goes to an address of the internet.
func isPublic(flow vpc.Flow) bool {
	d := flow.To
	if d.Addresses == nil {
		return d.Any != vpc.NotAny || d.PrefixList != ""
	}
	for _, r := range d.Addresses.Ranges() {
		if a := r.From(); a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsLoopback() || !a.IsGlobalUnicast() {
			return false
		}
	}
	return true
}
