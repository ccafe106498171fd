package steps

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/steps/symptom"
)

// refused makes a finding of a cause, with the error text as evidence where that names the kind of policy.
func refused(code, summary string, c refusedCall, resources ...string) Finding {
	e, _ := Explain(code)
	if summary == "" {
		summary = e.Title
	}
	found := Finding{Verdict: Fail, Cause: code, Summary: summary, Means: e.Means, Resources: resources}
	if slices.Contains(codesOf[c.Policy], code) {
		found.Evidence = c.message()
	}
	return found
}

// toldOnly makes a finding of what the error text says of a policy that can't be read, or that says otherwise by now.
func (f Finding) toldOnly(why string) Finding {
	f.Means = why + " " + f.Means
	return f
}

// undecided makes a finding of a decision that hangs on something.
func undecided(d iam.Decision, gap error, what string) Finding {
	f := Finding{Summary: what + " is not known"}
	switch {
	case gap != nil:
		f.Summary += ": " + whyNot(gap)
		if f.Missing = missingFor(gap); f.Missing != nil {
			f.Means = aws.Clean(aws.Hint(gap))
		}
	case len(d.Unknown) > 0:
		f.Summary += ": it hangs on " + strings.Join(d.Unknown, ", ")
		f.settled = true
	case len(d.Unclear) > 0:
		f.Summary += ": it hangs on " + strings.Join(d.Unclear, ", ")
		f.settled = true
	}
	return f
}

// missingFor is the action that a read lacked, as a finding names it; nil where nothing was refused.
func missingFor(err error) []string {
	if action := aws.Missing(err); action != "" {
		return []string{action}
	}
	return nil
}

// whyNot says in a clause why something could not be read.
func whyNot(err error) string {
	var e *aws.Error
	switch {
	case aws.Missing(err) != "":
		return aws.Missing(err) + " is not allowed"
	case errors.As(err, &e) && e.Kind == aws.NotRecorded:
		return "the recording does not hold " + e.Operation
	}
	return aws.Clean(err.Error())
}

func judgeIdentity(f Facts) Finding {
	if found, ok := notAsked(f); ok {
		return found
	}
	c, by, r := refusal.Of(f), signer.Of(f), ruling.Of(f)
	if role.Of(f).missing {
		return Finding{Verdict: Skipped, Summary: "there is no role", Because: "iam.role-missing"}
	}
	who := "the role"
	if by.role != "" {
		who = "role " + aws.ShortName(by.role)
	}
	shown := slices.Concat(evidenceOfSimulation(f), evidenceOfPolicies(f, r))
	blamed := c.blames(symptom.PolicyIdentity)
	var found Finding
	switch {
	case r.disputed:
		found = Finding{Summary: "the simulation and the policies as they were read say different things", Evidence: shown, settled: true,
			Means: "IAM's simulation is right where it knows all condition keys. A policy that was changed within the last minute, or a condition on a tag, makes them differ."}
		found.Evidence = append(found.Evidence, Evidence{Kind: "policies", ID: who, Detail: "as they were read: " + r.local.Answer.String()})
		return found
	case r.identity == iam.Deny:
		found = refused("iam.identity-explicit-deny", "a policy of "+who+" denies "+c.action, c, by.principal.ARN, c.action)
		if s := r.local.Statement; s != nil {
			if fix, ok := withoutStatement(f, *s); ok {
				found.Fixes = []Fix{fix}
			}
		}
	case r.identity == iam.NoMatch && (r.refuses(iam.Identity) || blamed):
		found = judgeNotAllowed(f, c, by, r, who)
	case r.identity == iam.NoMatch && r.of(iam.Resource).Answer == iam.Allow:
		found = Finding{Verdict: Pass, Summary: "the resource's own policy allows the role by itself", Evidence: statementEvidence("resource-policy", c.resource, r.of(iam.Resource).Decision)}
	case r.identity == iam.NoMatch:
		found = refused("iam.identity-not-allowed", "no policy of "+who+" allows "+c.action+", and whether the resource's policy does is not known", c, by.principal.ARN, c.action)
		found.Verdict, found.settled = Unknown, true
		found.Missing = missingFor(r.gaps[iam.Resource])
		if by.role != "" {
			found.Fixes = []Fix{grantToRole(f, least(c), c.sentence())}
		}
	case r.identity == iam.Unknown && blamed:
		found = refused("iam.identity-not-allowed", "no policy of "+who+" allows "+c.action, c, by.principal.ARN, c.action)
		if c.Explicit {
			found = refused("iam.identity-explicit-deny", "a policy of "+who+" denies "+c.action, c, by.principal.ARN, c.action)
		}
		why := "The message says so; the policies themselves could not be read."
		if r.gaps[iam.Identity] == nil {
			why = "The message says so; the policies hang on " + strings.Join(slices.Concat(r.local.Unknown, r.local.Unclear), ", ") + "."
		}
		found = found.toldOnly(why)
		found.Missing = missingFor(r.gaps[iam.Identity])
		if by.role != "" && !c.Explicit {
			found.Fixes = []Fix{grantToRole(f, least(c), c.sentence())}
		}
	case r.identity == iam.Unknown:
		found = undecided(r.local, r.gaps[iam.Identity], "whether "+who+" may call "+c.action)
	case blamed:
		found = Finding{Verdict: Warn, Summary: "the role's policies allow the call now, and the message says that they did not",
			Means: "They were changed since, or the application called another resource than the message names. Changes take some seconds to count everywhere."}
	default:
		found = Finding{Verdict: Pass, Summary: who + " allows " + c.action}
	}
	found.Evidence = slices.Concat(found.Evidence, shown)
	return found
}

// judgeNotAllowed tells a missing permission from one that sits on the task's other role.
func judgeNotAllowed(f Facts, c refusedCall, by signedBy, r ruled, who string) Finding {
	found := refused("iam.identity-not-allowed", "no policy of "+who+" allows "+c.action, c, by.principal.ARN, c.action)
	if other, err := otherPolicies.Try(f); err == nil && by.role != "" {
		policies, _ := policiesOf(other)
		if d := iam.EvaluateAll(policies, r.request); d.Answer == iam.Allow {
			name := aws.ShortName(otherRoleOf(f))
			found = refused("iam.wrong-role", fmt.Sprintf("role %s allows %s, and %s signed the call", name, c.action, aws.ShortName(by.role)), c, by.principal.ARN, c.action)
			found.Evidence = append(found.Evidence, statementEvidence("role", name, d)...)
		}
	}
	if by.role != "" {
		found.Fixes = []Fix{grantToRole(f, least(c), c.sentence())}
	}
	return found
}

// evidenceOfSimulation shows what IAM itself says.
func evidenceOfSimulation(f Facts) []Evidence {
	s, err := simulation.Try(f)
	switch {
	case err != nil:
		return []Evidence{{Kind: "simulation", ID: "iam:SimulatePrincipalPolicy", Detail: "could not be asked: " + whyNot(err)}}
	case !s.asked || s.stale:
		return nil
	}
	detail := s.Decision
	for _, m := range s.Matched {
		detail += ", by " + m.PolicyID
	}
	if len(s.MissingContext) > 0 {
		detail += "; it does not know " + strings.Join(s.MissingContext, ", ")
	}
	return []Evidence{{Kind: "simulation", ID: "iam:SimulatePrincipalPolicy", Detail: detail}}
}

// evidenceOfPolicies shows the statement of the role's policies that decides, else which policies were looked at.
func evidenceOfPolicies(f Facts, r ruled) []Evidence {
	if all := statementEvidence("policy", aws.ShortName(signer.Of(f).role), r.local); len(all) > 0 {
		return all
	}
	known, err := rolePolicies.Try(f)
	if err != nil || signer.Of(f).role == "" {
		return nil
	}
	var names []string
	for _, d := range known.Known {
		names = append(names, nameOfPolicy(d))
	}
	detail := "has no policies"
	if len(names) > 0 {
		detail = "none of its policies matches: " + strings.Join(names, ", ")
	}
	if len(known.Unread) > 0 {
		detail = fmt.Sprintf("%d of its policies could not be read", len(known.Unread))
	}
	return []Evidence{{Kind: "role", ID: aws.ShortName(signer.Of(f).role), Detail: detail}}
}

func judgeBoundary(f Facts) Finding {
	if found, ok := notAsked(f); ok {
		return found
	}
	c, by, r, has := refusal.Of(f), signer.Of(f), ruling.Of(f), role.Of(f)
	d := r.of(iam.Boundary)
	blamed := c.blames(symptom.PolicyBoundary)
	switch {
	case has.missing:
		return Finding{Verdict: Skipped, Summary: "there is no role", Because: "iam.role-missing"}
	case by.role == "" && !blamed:
		return Finding{Summary: "the boundary of a user is not read", settled: true}
	case d.Answer == iam.Allow && f.simulatedBoundary() == "denied":
		return Finding{Summary: "the simulation says that the role's boundary refuses the call, and as it was read it does not", settled: true,
			Means: "A boundary that was changed or taken away within the last minute makes them differ.", Evidence: evidenceOfSimulation(f)}
	case has.Boundary == "" && by.role != "" && blamed:
		return Finding{Verdict: Warn, Summary: "the role has no permissions boundary now, and the message names one", Evidence: c.message()}
	case has.Boundary == "" && by.role != "":
		return Finding{Verdict: Pass, Summary: "the role has no permissions boundary"}
	case r.refuses(iam.Boundary):
		found := refused("iam.boundary-denied", "", c, has.Boundary)
		found.Evidence = slices.Concat(found.Evidence, []Evidence{{Kind: "permissions-boundary", ID: has.Boundary, Detail: "does not allow " + c.sentence()}}, statementEvidence("permissions-boundary", has.Boundary, d.Decision))
		found.Fixes = []Fix{grantInBoundary(f, least(c))}
		return found
	case blamed && d.Answer != iam.Allow:
		return refused("iam.boundary-denied", "", c, has.Boundary).toldOnly("The message says so; the boundary itself could not be read.")
	case d.Answer != iam.Allow: // where it is no match, the resource's policy may grant around it
		return undecided(d.Decision, cmp.Or(r.gaps[iam.Boundary], r.gaps[iam.Resource]), "whether the boundary lets "+c.action+" through")
	case blamed:
		return Finding{Verdict: Warn, Summary: "the boundary allows the call now, and the message says that it did not", Evidence: c.message()}
	}
	return Finding{Verdict: Pass, Summary: "the boundary allows " + c.action, Evidence: statementEvidence("permissions-boundary", has.Boundary, d.Decision)}
}

// simulatedBoundary is what IAM's simulation says of the boundary alone: allowed, denied, or "" where it says nothing for certain.
func (f Facts) simulatedBoundary() string {
	if s, err := simulation.Try(f); err == nil && s.decides() {
		return s.Boundary
	}
	return ""
}

// organizationCauses says which cause a policy type of an error text is, where nothing can be read.
var organizationCauses = map[symptom.Policy]string{
	symptom.PolicySCP: "iam.scp-denied", symptom.PolicyRCP: "iam.rcp-denied", symptom.PolicySession: "iam.session-denied",
}

func judgeOrganization(f Facts) Finding {
	if found, ok := notAsked(f); ok {
		return found
	}
	c, by := refusal.Of(f), signer.Of(f)
	s, err := simulation.Try(f)
	switch code, told := organizationCauses[c.Policy]; {
	case told:
		found := refused(code, "", c, cmp.Or(c.PolicyARN, by.principal.ARN))
		if c.PolicyARN != "" {
			found.Evidence = append(found.Evidence, Evidence{Kind: "policy", ID: c.PolicyARN, Detail: "is named in the message"})
		}
		found.Fixes = []Fix{{Title: organizationAdvice[code]}}
		return found
	case err != nil:
		found := undecided(iam.Decision{}, err, "whether the organization lets the call through")
		found.Means = "Service control policies can't be read from this account; only IAM's simulation tells of them."
		return found
	case s.refusedByOrganization():
		found := refused("iam.scp-denied", "", c, by.principal.ARN)
		found.Evidence = append(found.Evidence, Evidence{Kind: "simulation", ID: "iam:SimulatePrincipalPolicy", Detail: "not allowed by the organization"})
		found.Fixes = []Fix{{Title: organizationAdvice["iam.scp-denied"]}}
		return found
	case s.asked && s.Organization == "allowed":
		return Finding{Verdict: Pass, Summary: "the simulation says that the organization allows the call", Means: withoutConditions, Evidence: evidenceOfSimulation(f)}
	case s.asked:
		return Finding{Verdict: Pass, Summary: "the simulation knows of no service control policy", Means: withoutConditions, Evidence: evidenceOfSimulation(f)}
	}
	return Finding{Summary: "whether the organization lets the call through is not known: the call could not be simulated", settled: true}
}

// withoutConditions is what a simulation can't tell, see "IAM policy testing with the IAM policy simulator".
const withoutConditions = "It leaves out service control policies that have conditions. Those refuse a call all the same, and the error text names them."

// refusedByOrganization reports whether the simulation says that a service control policy refuses the call.
func (s simulated) refusedByOrganization() bool { return s.asked && s.Organization == "denied" }

var organizationAdvice = map[string]string{
	"iam.scp-denied":     "ask the organization's administrators for the service control policy that refuses this call",
	"iam.rcp-denied":     "ask the administrators of the resource's organization for the resource control policy that refuses this call",
	"iam.session-denied": "widen or drop the session policy in the application's AssumeRole call",
}

func judgeEndpointPolicy(f Facts) Finding {
	if found, ok := notAsked(f); ok {
		return found
	}
	c, r := refusal.Of(f), ruling.Of(f)
	d, e := r.of(iam.Endpoint), r.endpoint
	blamed := c.blames(symptom.PolicyEndpoint)
	switch {
	case r.refuses(iam.Endpoint):
		found := refused("iam.endpoint-policy-denied", "the policy of "+e.ID+" refuses "+c.action, c, e.ID)
		detail := "no statement of its policy allows " + c.sentence()
		if d.Answer == iam.Deny {
			detail = "its policy denies the call"
		}
		found.Evidence = slices.Concat(found.Evidence, []Evidence{{Kind: "vpc-endpoint", ID: e.ID, Detail: detail}}, statementEvidence("vpc-endpoint", e.ID, d.Decision))
		found.Fixes = []Fix{grantInEndpoint(f, r, least(c))}
		return found
	case blamed && (r.gaps[iam.Endpoint] != nil || e.ID == "" || d.Answer == iam.Unknown):
		found := refused("iam.endpoint-policy-denied", "", c, cmp.Or(c.Endpoint, e.ID)).toldOnly("The message says so; the endpoint's policy could not be checked.")
		found.Missing = missingFor(r.gaps[iam.Endpoint])
		found.Fixes = []Fix{{Title: "allow the call in the policy of the endpoint" + strings.TrimRight(" "+c.Endpoint, " ")}}
		return found
	case d.Answer != iam.Allow && !d.None:
		return undecided(d.Decision, r.gaps[iam.Endpoint], "whether an endpoint's policy allows the call")
	case blamed:
		return Finding{Verdict: Warn, Summary: "the policy of " + e.ID + " allows the call now, and the message says that it did not", Evidence: c.message()}
	case e.ID == "":
		return Finding{Verdict: Pass, Summary: "no VPC endpoint is on the way"}
	case d.None || d.Statement == nil:
		return Finding{Verdict: Pass, Summary: "the policy of " + e.ID + " is the default and allows everything"}
	}
	return Finding{Verdict: Pass, Summary: "the policy of " + e.ID + " allows the call", Evidence: statementEvidence("vpc-endpoint", e.ID, d.Decision)}
}

func judgeResource(f Facts) Finding {
	if found, ok := notAsked(f); ok {
		return found
	}
	c, r := refusal.Of(f), ruling.Of(f)
	d := r.of(iam.Resource)
	blamed := c.blames(symptom.PolicyResource)
	side, err := resourcePolicy.Try(f)
	foreign := foreignResource(c.resource, r.request.Principal)
	switch {
	case side.missing:
		return Finding{Verdict: Warn, Summary: c.resource + " does not exist", Means: "Services often answer AccessDenied where the caller may not know whether a thing exists.", Evidence: c.message()}
	case strings.HasPrefix(c.action, "kms:"):
		return Finding{Verdict: Skipped, Summary: "the next step looks at the key's policy"}
	case d.Answer == iam.Deny || foreign && r.refuses(iam.Resource):
		found := refused("iam.resource-policy-denied", "the policy of "+c.resource+" refuses the call", c, c.resource)
		if d.Answer != iam.Deny {
			found.Summary = fmt.Sprintf("%s belongs to another account, and its policy does not allow the role", c.resource)
		}
		found.Evidence = append(found.Evidence, statementEvidence("resource-policy", c.resource, d.Decision)...)
		found.Fixes = []Fix{grantInResource(f, r, c)}
		return found
	case blamed && (err != nil || r.gaps[iam.Resource] != nil || d.Answer == iam.Unknown || !side.kind):
		found := refused("iam.resource-policy-denied", "", c, c.resource).toldOnly("The message says so; the resource's policy could not be checked.")
		found.Missing = missingFor(r.gaps[iam.Resource])
		found.Fixes = []Fix{{Title: "allow the role in the policy of " + cmp.Or(c.resource, "the resource")}}
		return found
	case err != nil || r.gaps[iam.Resource] != nil:
		return undecided(d.Decision, r.gaps[iam.Resource], "what the resource's policy says")
	case foreign && !side.kind:
		return Finding{Summary: "the resource belongs to another account, and whether that allows the role can't be read", settled: true}
	case !side.kind:
		return Finding{Verdict: Skipped, Summary: "resources of this kind have no policy that the program reads"}
	case d.Denies == iam.Maybe:
		return undecided(d.Decision, nil, "whether the resource's policy denies the call")
	case foreign && d.Answer == iam.Unknown:
		return undecided(d.Decision, nil, "whether the resource's policy allows the call")
	case blamed:
		return Finding{Verdict: Warn, Summary: "the resource's policy does not refuse the call now, and the message says that it did", Evidence: c.message()}
	case side.Document == "":
		return Finding{Verdict: Pass, Summary: "it has no policy of its own"}
	}
	return Finding{Verdict: Pass, Summary: "the resource's policy does not refuse the call", Evidence: statementEvidence("resource-policy", c.resource, d.Decision)}
}

// foreignResource reports whether the resource is known to belong to another account than the principal.
func foreignResource(resource string, p iam.Principal) bool {
	arn, ok := aws.ParseARN(resource)
	return ok && arn.Account != "" && p.Account != "" && arn.Account != p.Account
}

func judgeKey(f Facts) Finding {
	if found, ok := notAsked(f); ok {
		return found
	}
	c, r := refusal.Of(f), ruling.Of(f)
	k, err := encryption.Try(f)
	blamed := c.Class == symptom.ClassKMSAccess
	switch {
	case err != nil && aws.KindOf(err) == aws.Unsupported:
		return Finding{Verdict: Skipped, Summary: "which key is behind such a resource is not asked"}
	case err != nil:
		return undecided(iam.Decision{}, err, "which key is behind the resource")
	case k.ID == "" && !c.exact() && (len(keyActionsOf(c.action)) > 0 || strings.HasPrefix(c.action, "kms:")):
		return undecided(iam.Decision{}, errNoResource, "which key is behind the resource")
	case k.ID == "":
		return Finding{Verdict: Skipped, Summary: "no customer key is behind the resource"}
	case keyRuling.Of(f).foreign:
		found := refused("iam.kms-denied", "the resource is encrypted with a key of AWS in another account", c, k.named())
		found.Means = "Such a key lets nobody of another account use it. Encrypt with a customer key."
		found.Evidence = append(found.Evidence, Evidence{Kind: "kms-key", ID: k.named(), Detail: "is managed by AWS for its own account"})
		return found
	case k.managed:
		return Finding{Verdict: Pass, Summary: "the key is one of AWS's own, which lets the whole account through", Evidence: []Evidence{{Kind: "kms-key", ID: k.ID}}}
	case k.State != "" && k.State != "Enabled":
		e, _ := Explain("kms.key-disabled")
		return Finding{Verdict: Fail, Cause: e.Code, Summary: "the key behind the resource is " + k.State, Means: e.Means, Resources: []string{k.ARN},
			Evidence: []Evidence{{Kind: "kms-key", ID: k.ARN, Detail: "its state is " + k.State}}, Fixes: enableKey(k.Key, f.c.Region)}
	}
	kr := keyRuling.Of(f)
	verdict, worst, lacking := kr.Verdict, kr.worst, kr.lacking
	switch {
	case len(lacking) > 0:
		found := refused("iam.kms-denied", fmt.Sprintf("the role may not use the key behind the resource: %s", strings.Join(lacking, ", ")), c, k.ARN)
		for _, l := range verdict.Refusing {
			found.Evidence = append(found.Evidence, Evidence{Kind: "kms-key", ID: k.ARN, Detail: fmt.Sprintf("%s does not allow %s", l, worst)})
		}
		found.Evidence = append(found.Evidence, statementEvidence("kms-key", k.ARN, verdict.Decision)...)
		if !blamed {
			found.Evidence = append(found.Evidence, grantsUnread(verdict, k.ARN, f.c.Region)...)
		}
		found.Fixes = keyFixes(f, k, r, lacking, verdict)
		return found
	case verdict.Answer == iam.Unknown:
		_, gap := guardOfKey(k.Key)
		return undecided(verdict.Decision, cmp.Or(gap, r.gaps[iam.Identity]), "whether the role may use the key: "+worst)
	case blamed:
		return Finding{Verdict: Warn, Summary: "the key lets the role use it now, and the message says that it did not", Evidence: c.message()}
	}
	return Finding{Verdict: Pass, Summary: "the role may use the key behind the resource", Evidence: statementEvidence("kms-key", k.ARN, verdict.Decision)}
}

// grantsUnread says of a key whose policies let nobody through, but deny nothing, what could do so beside them. See "Grants in AWS KMS".
func grantsUnread(v iam.Verdict, key, region string) []Evidence {
	if v.Answer != iam.NoMatch {
		return nil
	}
	return []Evidence{{Kind: "kms-key", ID: key, Detail: fmt.Sprintf("its grants, which could allow it too, are not read: aws kms list-grants --key-id %s --region %s shows them", aws.ShortName(key), region)}}
}

// keyFixes lets the role use the key: by a policy of the role where the key's policy lets those count, else in the key's policy.
func keyFixes(f Facts, k keyBehind, r ruled, actions []string, v iam.Verdict) []Fix {
	statement := iam.Least(actions[0], k.ARN)
	statement.Actions = actions
	if !slices.Contains(v.Refusing, iam.Resource) && signer.Of(f).role != "" {
		return []Fix{grantToRole(f, statement, "the use of the key")}
	}
	p, err := policyOf(aws.PolicyDocument{Document: k.Policy})
	if err != nil {
		return nil
	}
	if s := v.Decision.Statement; s != nil && s.Effect == iam.EffectDeny {
		p = p.Without(s.Index)
	}
	statement.Resources = []string{"*"} // in a key's policy: this key
	statement.Principals = []iam.PrincipalName{{Type: "AWS", Value: r.request.Principal.ARN}}
	document := documentOf(p.With(statement))
	return []Fix{{
		Title: "allow the role in the key's policy", Document: document,
		Command: resourcePolicyCommand(k.ARN, document, f.c.Region),
		apply: func(f Facts) Facts {
			now, err := encryption.Try(f)
			if err != nil {
				return f
			}
			now.Policy = document
			return f.with(encryption, now, nil)
		},
	}}
}

// enableKey switches a disabled key on. A key that waits for its deletion must be kept first.
func enableKey(k aws.Key, region string) []Fix {
	switch k.State {
	case "Disabled":
		return []Fix{{Title: "switch the key on", Command: fmt.Sprintf("aws kms enable-key --key-id %s --region %s", k.ID, region)}}
	case "PendingDeletion":
		return []Fix{{Title: "keep the key and switch it on",
			Command: fmt.Sprintf("aws kms cancel-key-deletion --key-id %s --region %s && aws kms enable-key --key-id %s --region %s", k.ID, region, k.ID, region)}}
	}
	return nil
}

func judgeRest(f Facts) Finding {
	if found, ok := notAsked(f); ok {
		return found
	}
	c, r := refusal.Of(f), ruling.Of(f)
	n := len(r.Refusing)
	kr, err := keyRuling.Try(f)
	if err == nil && (kr.foreign || len(kr.lacking) > 0) {
		n++
	}
	s, _ := simulation.Try(f)
	if _, told := organizationCauses[c.Policy]; told || s.refusedByOrganization() {
		n++
	}
	if n > 0 {
		found := Finding{Verdict: Skipped, Summary: "the call is refused; mend what was found first"}
		if n > 1 {
			found.Summary = fmt.Sprintf("%d kinds of policy refuse the call; the service names only one of them", n)
		}
		return found
	}
	found := Finding{Verdict: Pass, Summary: "no policy that could be read refuses the call",
		Means: "What remains: service control policies with conditions, resource control policies and session policies, which nobody can read from here; changes that are less than a minute old; " +
			"credentials that the application keeps; and rights inside the service itself, such as those of a database or of Lake Formation."}
	if r.Answer == iam.Unknown || err != nil && aws.KindOf(err) != aws.Unsupported {
		found.Verdict, found.Summary = Skipped, "not every policy could be decided; the steps above name what is missing"
	}
	if c.Line != "" && found.Verdict == Pass {
		found.Verdict = Warn
		found.Summary = "the message says that the call was refused, and no policy that could be read refuses it now"
		found.Evidence = c.message()
	}
	return found
}
