package steps

import (
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
)

func judgeExecActions(f Facts) Finding {
	if found, ok := noAgentRole(f); ok {
		return found
	}
	by := signer.Of(f)
	who := "role " + aws.ShortName(by.role)
	simulations, err := agentSimulation.Try(f)
	lacking := map[iam.Layer][]string{}
	worst := map[iam.Layer]ruledCall{}
	var open, disputed []ruledCall
	var organization []string
	for _, r := range agentRulings.Of(f) {
		if simulations[r.action].Organization == "denied" {
			organization = append(organization, r.action)
		}
		switch {
		case r.disputed:
			disputed = append(disputed, r)
		case r.Answer == iam.Unknown:
			open = append(open, r)
		}
		for _, l := range r.Refusing {
			lacking[l], worst[l] = append(lacking[l], r.action), r
		}
	}
	var all []Finding
	add := func(code, summary string, actions []string, evidence []Evidence, fix Fix, resources ...string) {
		found := explained(code)
		found.Summary, found.Resources, found.Evidence, found.Fixes = summary, resources, evidence, []Fix{fix}
		all = append(all, found)
	}
	least := func(l iam.Layer) iam.Statement {
		return iam.Statement{Effect: iam.EffectAllow, Actions: lacking[l], Resources: []string{"*"}}
	}
	if actions := lacking[iam.Identity]; len(actions) > 0 && len(disputed) == 0 {
		r := worst[iam.Identity]
		fix := grantToRole(f, least(iam.Identity), "what the Exec agent calls")
		fix.Effect = "It counts for every task that has this role. An agent that has given up stays down: replace the task."
		summary := who + " does not allow " + strings.Join(actions, ", ")
		if r.identity == iam.Deny {
			summary = "a policy of " + who + " denies " + strings.Join(actions, ", ")
			fix = Fix{Title: "take the statement that denies it out of the role's policies, or narrow it"}
			if s := r.local.Statement; s != nil {
				if without, ok := withoutStatement(f, *s); ok {
					fix = without
				}
			}
		}
		add("exec.task-role-denied", summary, actions, append(evidenceOfAgent(actions, simulations, err), evidenceOfPolicies(f, r.ruled)...), fix, by.principal.ARN)
	}
	if actions := lacking[iam.Boundary]; len(actions) > 0 {
		d := worst[iam.Boundary].of(iam.Boundary)
		arn := role.Of(f).Boundary
		add("iam.boundary-denied", "the permissions boundary of "+who+" does not allow "+strings.Join(actions, ", "), actions,
			append([]Evidence{{Kind: "permissions-boundary", ID: arn, Detail: "does not allow " + strings.Join(actions, ", ")}}, statementEvidence("permissions-boundary", arn, d.Decision)...),
			grantInBoundary(f, least(iam.Boundary)), arn)
	}
	if len(organization) > 0 {
		add("iam.scp-denied", "a service control policy refuses "+strings.Join(organization, ", "), organization,
			[]Evidence{{Kind: "simulation", ID: "iam:SimulatePrincipalPolicy", Detail: "not allowed by the organization"}}, Fix{Title: organizationAdvice["iam.scp-denied"]}, by.principal.ARN)
	}
	if actions := lacking[iam.Endpoint]; len(actions) > 0 {
		all = append(all, refusedByEndpoint(f, worst[iam.Endpoint].ruled, actions, least(iam.Endpoint)))
	}
	switch {
	case len(all) > 0:
		all[0].Also = all[1:]
		return all[0]
	case len(disputed) > 0:
		return Finding{Summary: "the simulation and the policies as they were read say different things", settled: true,
			Evidence: append(evidenceOfAgent([]string{disputed[0].action}, simulations, err), Evidence{Kind: "policies", ID: who, Detail: "as they were read: " + disputed[0].local.Answer.String()}),
			Means:    "IAM's simulation is right where it knows all condition keys. A policy that was changed within the last minute, or a condition on a tag, makes them differ."}
	case len(open) > 0:
		r := open[0]
		l := r.Open[0]
		found := undecided(r.of(l).Decision, r.gaps[l], "whether "+who+" may call "+r.action)
		found.Evidence = statementEvidence("policy", aws.ShortName(by.role), r.local)
		return found
	}
	return Finding{Verdict: Pass, Summary: who + " allows all four", Evidence: append(evidenceOfAgent(agentActions, simulations, err),
		statementEvidence("policy", aws.ShortName(by.role), agentRulings.Of(f)[0].local)...)}
}

// refusedByEndpoint tells of calls of the agent that the policy of the endpoint on their way refuses, one of which was ruled so. The statements
// would allow them.
func refusedByEndpoint(f Facts, r ruled, actions []string, statements ...iam.Statement) Finding {
	found := explained("iam.endpoint-policy-denied")
	id, what := r.endpoint.ID, strings.Join(actions, ", ")
	found.Summary, found.Resources = "the policy of "+id+" refuses "+what, []string{id}
	found.Evidence = append([]Evidence{{Kind: "vpc-endpoint", ID: id, Detail: "its policy does not let through " + what}},
		statementEvidence("vpc-endpoint", id, r.of(iam.Endpoint).Decision)...)
	found.Fixes = []Fix{grantInEndpoint(f, r, statements...)}
	return found
}

// evidenceOfAgent shows what IAM itself says about calls of the agent.
func evidenceOfAgent(actions []string, simulations map[string]simulated, err error) []Evidence {
	if err != nil {
		return []Evidence{{Kind: "simulation", ID: "iam:SimulatePrincipalPolicy", Detail: "could not be asked: " + whyNot(err)}}
	}
	var all []Evidence
	for _, a := range actions {
		if s, ok := simulations[a]; ok {
			all = append(all, Evidence{Kind: "simulation", ID: a, Detail: saysOf(s)})
		}
	}
	return all
}

// saysOf is the outcome of a simulation in words.
func saysOf(s simulated) string {
	detail := s.Decision
	for _, m := range s.Matched {
		detail += ", by " + m.PolicyID
	}
	if s.Organization == "denied" {
		detail += ", by the organization"
	}
	if s.Boundary == "denied" {
		detail += ", by the permissions boundary"
	}
	if len(s.MissingContext) > 0 {
		detail += "; it does not know " + strings.Join(s.MissingContext, ", ")
	}
	return detail
}
