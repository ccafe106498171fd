package steps

import (
	"strings"

	"fargate-doctor/aws/vpc"
)

const (
	docInterfaceEndpoint = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
	docGatewayEndpoint   = "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"
	docEndpointPolicy    = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
	docECREndpoints      = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
)

// The branch of VPC endpoints (R10, R16, R36).
var endpointSteps = []Step{{
	ID:           "endpoint.state",
	Ask:          "Does the endpoint work, and does it speak the task's address family?",
	Why:          "An endpoint that is pending, rejected or failed drops everything, and with private DNS on the name still leads to it.",
	Branch:       "path.way",
	Requirements: []string{"R5", "R10"},
	Docs:         []string{docInterfaceEndpoint},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "the endpoint is available", vpc.TestEndpoint, vpc.TestInterface)
	},
	Next: []Edge{{To: "endpoint.security-group"}},
}, {
	ID:           "endpoint.security-group",
	Ask:          "Does the endpoint's security group admit the task on TCP 443?",
	Why:          "With private DNS on, a broken endpoint breaks tasks whose NAT gateway is fine: the name leads to the endpoint and nowhere else.",
	Branch:       "path.way",
	Requirements: []string{"R10", "R34"},
	Docs:         []string{docInterfaceEndpoint, docConnectivity},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "the endpoint's security groups admit the task", vpc.TestIngressGroups)
	},
	Next: []Edge{{To: "endpoint.route"}},
	Question: &Question{ID: "endpoint.security-group", Text: "Does the endpoint's security group admit TCP 443 from the task?", Choices: []Choice{
		{"yes", "yes, it does"}, {"no", "no"}, {"unknown", "I don't know"},
	}},
	Answers: map[string]Finding{
		"yes": {Verdict: Pass, Summary: "the endpoint's security groups admit the task"},
		"no":  {Verdict: Fail, Cause: "endpoint.sg-ingress-denied", Summary: "the endpoint's security group does not admit the task"},
	},
}, {
	ID:           "endpoint.route",
	Ask:          "Do the routes lead to the endpoint and back?",
	Why:          "Inside one VPC the local route does it. An endpoint in another VPC needs routes of its own, there and back.",
	Branch:       "path.way",
	Requirements: []string{"R5", "R10"},
	Docs:         []string{docInterfaceEndpoint},
	Needs:        []known{path},
	Eval: func(f Facts) Finding {
		return onPath(f, "the local route leads there", vpc.TestRoute, vpc.TestGateway, vpc.TestTransit, vpc.TestPeering, vpc.TestReturnRoute)
	},
	Next: []Edge{{To: "endpoint.policy"}},
}, {
	ID:           "endpoint.policy",
	Ask:          "Is the endpoint's policy more than the default?",
	Why:          "A policy never makes a connection time out. It answers AccessDenied, and so is the next thing to look at once the connection works.",
	Branch:       "path.way",
	Requirements: []string{"R16"},
	Docs:         []string{docEndpointPolicy},
	Needs:        []known{path, network},
	Eval:         judgePolicy,
	Next:         []Edge{{To: "task.groups"}},
}, {
	ID:           "endpoint.gateway",
	Ask:          "Is the gateway endpoint in this subnet's route table?",
	Why:          "A gateway endpoint works for those subnets only whose route tables name it.",
	Branch:       "path.way",
	Requirements: []string{"R10", "R20"},
	Docs:         []string{docGatewayEndpoint},
	Needs:        []known{path},
	Eval:         judgeGatewayEndpoint,
	Next:         []Edge{{On: []Verdict{Pass, Fail, Unknown, Skipped}, To: "endpoint.policy"}, {On: []Verdict{Warn}, To: "route.subnet"}},
}}

// judgePolicy hints at a policy. Whether it lets a call through is a question of permissions, not of the network.
func judgePolicy(f Facts) Finding {
	p, n := path.Of(f), network.Of(f)
	for _, e := range n.Endpoints {
		if e.ID != p.resolution.Endpoint && (e.ID == "" || !passesThrough(p.main, e.ID)) {
			continue
		}
		if e.Policy == "" || defaultPolicy(e.Policy) {
			return Finding{Verdict: Pass, Summary: "the policy of " + e.ID + " is the default and allows everything"}
		}
		return Finding{
			Verdict: Warn, Summary: e.ID + " has a policy of its own", Resources: []string{e.ID},
			Means:    "This is not why a connection times out. If calls are refused with AccessDenied later, look here.",
			Evidence: []Evidence{{Kind: string(vpc.KindEndpoint), ID: e.ID, Detail: "its policy is not the default one"}},
		}
	}
	return Finding{Verdict: Skipped, Summary: "no endpoint is on the way"}
}

func passesThrough(t vpc.Trace, id string) bool {
	for _, h := range t.Hops {
		if h.ID == id {
			return true
		}
	}
	return false
}

// defaultPolicy reports whether a policy document is the one that AWS attaches when none is given: one statement that
// allows every action on every resource to everybody.
func defaultPolicy(document string) bool {
	d := strings.NewReplacer(" ", "", "\n", "", "\t", "", "\r", "").Replace(document)
	return strings.Count(d, `"Effect"`) == 1 && strings.Contains(d, `"Effect":"Allow"`) && strings.Contains(d, `"Action":"*"`) &&
		strings.Contains(d, `"Resource":"*"`) && strings.Contains(d, `"Principal":"*"`) && !strings.Contains(d, `"Condition"`)
}

func judgeGatewayEndpoint(f Facts) Finding {
	p := path.Of(f)
	found := onPath(f, "the route table leads to the gateway endpoint", vpc.TestGatewayEndpoint)
	if found.Verdict == Pass && !usesGatewayEndpoint(p.main) {
		found.Verdict, found.Summary = Warn, "the gateway endpoint is not used; another route carries the traffic"
		found.Means = "A gateway endpoint costs nothing, and spares the NAT gateway's charge for data."
		for _, c := range fromTrace(p.main, vpc.TestGatewayEndpoint) {
			found.Fixes = append(found.Fixes, fixesOf(c.mend, f.c.Region)...)
		}
	}
	return found
}

// usesGatewayEndpoint reports whether a route takes the packets to the gateway endpoint. Where none does, the trace still tells of the
// endpoint, after it has gone another way.
func usesGatewayEndpoint(t vpc.Trace) bool {
	for _, c := range t.Checks {
		switch c.Test {
		case vpc.TestGatewayEndpoint:
			return true
		case vpc.TestGateway:
			return false
		}
	}
	return false
}
