package steps

import (
	"fmt"
	"maps"
	"slices"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
)

// statementsFor are the least statements that allow calls: one for the actions that are made on the same resources.
func statementsFor(calls []callRuled) []iam.Statement {
	on := map[string][]string{} // resources by action
	var actions []string
	for _, c := range calls {
		if on[c.action] == nil {
			actions = append(actions, c.action)
		}
		if !slices.Contains(on[c.action], c.resource) {
			on[c.action] = append(on[c.action], c.resource)
		}
	}
	var all []iam.Statement
	for _, a := range actions {
		i := slices.IndexFunc(all, func(s iam.Statement) bool { return slices.Equal(s.Resources, on[a]) })
		if i >= 0 {
			all[i].Actions = append(all[i].Actions, a)
			continue
		}
		s := iam.Least(a, "")
		s.Resources = on[a]
		all = append(all, s)
	}
	return all
}

// grantCalls gives a role what it lacks as an inline policy of its own, so that no other policy is touched.
func grantCalls(f Facts, side roleSide, role string, calls []callRuled) Fix {
	statements := statementsFor(calls)
	name := "allow-start"
	if len(statements) == 1 {
		name = policyNameFor(statements[0].Actions)
	}
	document := iam.Document(statements...)
	return Fix{
		Title:    "allow it to the " + side.kind + ", and nothing more",
		Document: document,
		Command:  fmt.Sprintf("aws iam put-role-policy --role-name %s --policy-name %s --policy-document %s", aws.ShortName(role), name, quoteJSON(document)),
		Effect:   "It counts for every task that has this role, after some seconds.",
		apply: func(f Facts) Facts {
			known, err := side.policies.Try(f)
			if err != nil {
				return f
			}
			known.Known = append(slices.Clone(known.Known), aws.PolicyDocument{Name: name, Document: document})
			return f.with(side.policies, known, nil).retried()
		},
	}
}

// mendLayer offers what makes one layer let a call through.
func mendLayer(f Facts, l iam.Layer, d iam.Decision, c callRuled, role string, side roleSide) (Fix, bool) {
	switch {
	case l == iam.Identity && d.Answer == iam.Deny && d.Statement != nil:
		return withoutDeny(side, role, *d.Statement, c.identity)
	case l == iam.Identity:
		return grantCalls(f, side, role, []callRuled{c}), true
	case l == iam.Boundary:
		return widenBoundary(side, c)
	case l == iam.Resource:
		return widenResource(f, d, c)
	}
	return Fix{}, false
}

// withoutDeny takes a Deny statement out of an inline policy of a role; managed ones belong to others too.
func withoutDeny(side roleSide, role string, s iam.Statement, known aws.Policies) (Fix, bool) {
	i := slices.IndexFunc(known.Known, func(d aws.PolicyDocument) bool { return nameOfPolicy(d) == s.Policy })
	if i < 0 {
		return Fix{}, false
	}
	d := known.Known[i]
	p, err := policyOf(d)
	if err != nil {
		return Fix{}, false
	}
	p = p.Without(s.Index)
	rest := slices.Delete(slices.Clone(known.Known), i, i+1)
	fix := Fix{Title: "take the Deny statement out of " + s.Policy, Effect: "Somebody put it there: ask why before you do. Narrowing it may be enough."}
	switch {
	case len(p.Statements) == 0 && d.ARN == "":
		fix.Command = fmt.Sprintf("aws iam delete-role-policy --role-name %s --policy-name %s", aws.ShortName(role), d.Name)
	case len(p.Statements) == 0:
		fix.Command = fmt.Sprintf("aws iam detach-role-policy --role-name %s --policy-arn %s", aws.ShortName(role), d.ARN)
	default:
		fix.Document = documentOf(p)
		d.Document = fix.Document
		rest = append(rest, d)
		fix.Command = fmt.Sprintf("aws iam put-role-policy --role-name %s --policy-name %s --policy-document %s", aws.ShortName(role), d.Name, quoteJSON(fix.Document))
		if d.ARN != "" {
			fix.Command = newVersion(d.ARN, fix.Document)
		}
	}
	fix.apply = func(f Facts) Facts {
		now := known
		now.Known = rest
		return f.with(side.policies, now, nil).retried()
	}
	return fix, true
}

func widenBoundary(side roleSide, c callRuled) (Fix, bool) {
	d := c.limit
	p, err := policyOf(d)
	if d.Document == "" || err != nil {
		return Fix{}, false
	}
	d.Document = documentOf(p.With(iam.Least(c.action, c.resource)))
	return Fix{
		Title: "allow " + c.action + " in the permissions boundary", Effect: "The boundary caps every role that has it.", Document: d.Document, Command: newVersion(d.ARN, d.Document),
		apply: func(f Facts) Facts { return f.with(side.boundary, d, nil).retried() },
	}, true
}

// widenResource takes out the statement that denies, or allows the role, in the policy of what the call is about.
func widenResource(f Facts, d iam.Decision, c callRuled) (Fix, bool) {
	arn, guard := c.guard.ARN, c.guard
	p := iam.Policy{Version: "2012-10-17"}
	var err error
	if guard.Document != "" {
		p, err = policyOf(guard)
	}
	if arn == "" || err != nil {
		return Fix{Title: "allow the role in the policy of " + c.resource}, true
	}
	fix := Fix{Title: "allow the role in the policy of " + arn}
	if s := d.Statement; s != nil && s.Effect == iam.EffectDeny {
		p = p.Without(s.Index)
		fix.Title = "take the Deny statement out of the policy of " + arn
		fix.Effect = "Somebody put it there: ask why before you do. Narrowing it may be enough."
	} else if who := c.request.Principal.ARN; who != "" {
		p = p.With(iam.Least(c.action, c.resource, iam.PrincipalName{Type: "AWS", Value: who}))
	} else {
		p = p.With(iam.Least(c.action, c.resource, iam.PrincipalName{Type: iam.Everyone, Value: "*"}))
	}
	if len(p.Statements) > 0 {
		fix.Document = documentOf(p)
	}
	fix.Command = resourcePolicyCommand(arn, fix.Document, f.c.Region)
	fix.apply = func(f Facts) Facts {
		all, err := needPolicies.Try(f)
		if err != nil {
			return f
		}
		now := maps.Clone(all)
		guard.Document = fix.Document
		now[arn] = lookedUp[aws.PolicyDocument]{value: guard}
		return f.with(needPolicies, now, nil).retried()
	}
	return fix, true
}

// openEndpoint allows in an endpoint's policy all that the start calls through it and that it refuses. The principal of a role is narrowed
// by a condition, which gateway endpoints understand as well; the layers of images are fetched in ECR's name.
func openEndpoint(f Facts, id string) Fix {
	var ours, others []callRuled
	document := ""
	var deny []int
	for _, r := range rulings.Of(f) {
		for _, c := range r.calls {
			if c.endpoint.ID != id || !c.through.Answer.Refused() {
				continue
			}
			document = c.endpoint.Policy
			if s := c.through.Statement; s != nil && s.Effect == iam.EffectDeny {
				deny = append(deny, s.Index)
			}
			if c.request.Principal.ARN == "" {
				others = append(others, c)
			} else {
				ours = append(ours, c)
			}
		}
	}
	p, err := policyOf(aws.PolicyDocument{Document: document})
	if err != nil {
		return Fix{Title: "allow the calls in the policy of " + id}
	}
	p = p.Without(deny...)
	everybody := []iam.PrincipalName{{Type: iam.Everyone, Value: "*"}}
	for _, s := range statementsFor(others) {
		s.Principals = everybody
		p = p.With(s)
	}
	for _, s := range statementsFor(ours) {
		s.Principals = everybody
		s.Conditions = []iam.Condition{{Operator: "ArnEquals", Key: "aws:PrincipalArn", Values: []string{ours[0].request.Principal.ARN}}}
		p = p.With(s)
	}
	document = documentOf(p)
	return Fix{
		Title: "allow the calls in the policy of " + id, Document: document,
		Command: fmt.Sprintf("aws ec2 modify-vpc-endpoint --vpc-endpoint-id %s --policy-document %s --region %s", id, quoteJSON(document), f.c.Region),
		Effect:  "It counts for every task whose traffic goes through this endpoint.",
		apply:   func(f Facts) Facts { return f.withEndpointPolicy(id, document) },
	}
}

// mountWithTLS switches transit encryption on, where the file system's policy asks for it.
func mountWithTLS(f Facts, n need, c callRuled) (Fix, bool) {
	p, err := policyOf(c.guard)
	if n.kind != needFiles || n.files.TransitEncryption || err != nil {
		return Fix{}, false
	}
	request := c.request
	request.Context = maps.Clone(request.Context)
	request.Context["aws:SecureTransport"] = []string{"true"}
	if p.Evaluate(request).Answer != iam.Allow {
		return Fix{}, false
	}
	d, err := definition.Try(f)
	if err != nil {
		return Fix{}, false
	}
	return reviseDefinition(d, "switch transit encryption on", `(.volumes[] | select(.efsVolumeConfiguration.fileSystemId=="`+n.files.FileSystem+`").efsVolumeConfiguration.transitEncryption)="ENABLED"`,
		func(d aws.TaskDefinition) aws.TaskDefinition {
			d.Volumes = slices.Clone(d.Volumes)
			for i := range d.Volumes {
				if d.Volumes[i].EFS.FileSystem == n.files.FileSystem {
					d.Volumes[i].EFS.TransitEncryption = true
				}
			}
			return d
		}), true
}
