package steps

import (
	"fmt"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/steps/symptom"
)

// The branch of refused calls (R16, R21, R37): the service was reached and said no. Every kind of policy that one request meets is looked
// at, so that all that refuses the call is told at once: the service itself names one of them only.
var accessSteps = []Step{{
	ID:           "access.call",
	Ask:          "Which call was refused?",
	Why:          "Permissions are decided for one action on one resource. The error text names both; the SDK's method name is often the action's.",
	Branch:       "symptom",
	Requirements: []string{"R1", "R16"},
	Docs:         []string{docAccessDenied},
	Needs:        []known{refusal},
	Eval:         judgeCall,
	Next:         []Edge{{Way: "no call is named", To: ""}, {To: "access.credentials"}},
}, {
	ID:           "access.credentials",
	Ask:          "Whose credentials signed the call?",
	Why:          "The application's calls are signed with the task role, Fargate's own at the start with the execution role. Access keys in the environment win over both.",
	Branch:       "symptom",
	Requirements: []string{"R16", "R21"},
	Docs:         []string{docTaskRole, docExecutionRole},
	Needs:        []known{refusal, signer, definition},
	Eval:         judgeCredentials,
	Next:         []Edge{{To: "access.role"}},
}, {
	ID:           "access.role",
	Ask:          "Does the role exist?",
	Why:          "A task definition may name a role that was deleted, or deleted and made again: then it is another one.",
	Branch:       "symptom",
	Requirements: []string{"R16", "R37"},
	Docs:         []string{docTaskRole},
	Needs:        []known{refusal, signer, role},
	Eval:         judgeRole,
	Next:         []Edge{{To: "access.trust"}},
}, {
	ID:           "access.trust",
	Ask:          "May ECS assume the role for the task?",
	Why:          "ECS gets the task's credentials by assuming its role. The role's trust policy decides whether it may.",
	Branch:       "symptom",
	Requirements: []string{"R16", "R37"},
	Docs:         []string{docTaskRole},
	Needs:        []known{signer, role},
	Eval:         judgeTrust,
	Next:         []Edge{{To: "access.identity"}},
}, {
	ID:           "access.identity",
	Ask:          "Do the role's policies allow the call?",
	Why:          "What no policy allows is refused, and one Deny wins over every Allow. IAM's own simulation is asked, and the policies are read and evaluated beside it.",
	Branch:       "symptom",
	Requirements: []string{"R16", "R37"},
	Docs:         []string{docAccessDenied, docSimulation},
	Needs:        []known{refusal, signer, role, ruling},
	Wants:        []known{simulation, rolePolicies, otherPolicies, task, definition},
	Eval:         judgeIdentity,
	Next:         []Edge{{To: "access.boundary"}},
}, {
	ID:           "access.boundary",
	Ask:          "Does the role's permissions boundary let the call through?",
	Why:          "A boundary caps what the role's policies may allow, and grants nothing itself.",
	Branch:       "symptom",
	Requirements: []string{"R16"},
	Docs:         []string{docBoundary},
	Needs:        []known{refusal, signer, role, ruling},
	Wants:        []known{boundary, simulation},
	Eval:         judgeBoundary,
	Next:         []Edge{{To: "access.organization"}},
}, {
	ID:           "access.organization",
	Ask:          "Does the organization, or a session policy, refuse the call?",
	Why:          "Service and resource control policies are kept in the organization's management account. From here only the simulation and the error text tell of them.",
	Branch:       "symptom",
	Requirements: []string{"R16"},
	Docs:         []string{docSCP, docRCP},
	Needs:        []known{refusal, signer},
	Wants:        []known{simulation},
	Eval:         judgeOrganization,
	Next:         []Edge{{To: "access.endpoint"}},
}, {
	ID:           "access.endpoint",
	Ask:          "Does the VPC endpoint's policy let the call through?",
	Why:          "A call that goes through an endpoint needs the endpoint's policy to allow it too: principal, action and resource.",
	Branch:       "symptom",
	Requirements: []string{"R16", "R36"},
	Docs:         []string{docEndpointPolicy},
	Needs:        []known{refusal, signer, ruling},
	Eval:         judgeEndpointPolicy,
	Next:         []Edge{{To: "access.resource"}},
}, {
	ID:           "access.resource",
	Ask:          "Does the resource's own policy agree?",
	Why:          "Buckets, queues, topics, keys, secrets and repositories can have policies of their own. Between accounts both sides must allow the call.",
	Branch:       "symptom",
	Requirements: []string{"R16"},
	Docs:         []string{docEvaluation, docCrossAccount},
	Needs:        []known{refusal, signer, ruling},
	Wants:        []known{resourcePolicy},
	Eval:         judgeResource,
	Next:         []Edge{{To: "access.key"}},
}, {
	ID:           "access.key",
	Ask:          "May the role use the KMS key behind the resource?",
	Why:          "What is encrypted with a customer key is readable only for those who may use the key, and the service's error may not say so.",
	Branch:       "symptom",
	Requirements: []string{"R16", "R37"},
	Docs:         []string{docKeyPolicy},
	Needs:        []known{refusal, signer, ruling},
	Wants:        []known{encryption, keyRuling},
	Eval:         judgeKey,
	Next:         []Edge{{To: "access.rest"}},
}, {
	ID:           "access.rest",
	Ask:          "What is left that could refuse the call?",
	Why:          "What this program can't see is named, so that nobody takes it for fine.",
	Branch:       "symptom",
	Requirements: []string{"R16"},
	Docs:         []string{docAccessDenied},
	Needs:        []known{refusal, signer, ruling},
	Wants:        []known{keyRuling, simulation},
	Eval:         judgeRest,
	Next:         []Edge{{To: ""}},
}}

// message is the line of the error text as evidence.
func (c refusedCall) message() []Evidence {
	if c.Line == "" {
		return nil
	}
	return []Evidence{{Kind: "message", Detail: c.Line}}
}

// blames reports whether the error text names the kind of policy that refused the call.
func (c refusedCall) blames(kinds ...symptom.Policy) bool {
	for _, k := range kinds {
		if c.Policy == k {
			return true
		}
	}
	return false
}

func judgeCall(f Facts) Finding {
	c := refusal.Of(f)
	found := Finding{Evidence: c.message()}
	switch {
	case c.named() && !c.isAction():
		found.settled = true
		found.Summary = fmt.Sprintf("%q is no action: write it as sns:Publish", c.action)
	case c.named():
		found.Verdict, found.Summary = Pass, c.sentence()
		if !c.exact() {
			found.Summary += "; on which resource is not known"
			found.Means = "Policies that name resources can't be decided without it; its ARN is missing here."
		}
		if c.RequestID != "" {
			found.Evidence = append(found.Evidence, Evidence{Kind: "request", ID: c.RequestID})
		}
	case f.c.Symptom == Unsure:
		found.Verdict, found.Way, found.Summary = Skipped, "no call is named", "no refused call is named"
	case c.Class.AboutCredentials():
		found.Verdict, found.Summary = Skipped, "no policy was asked: the error is about credentials"
	default:
		found.settled = true
		found.Summary = "which call was refused is not known"
		found.Means = "Name the call, such as sns:Publish, or give the whole error text: it says which call was refused."
	}
	return found
}

func judgeCredentials(f Facts) Finding {
	c, by, d := refusal.Of(f), signer.Of(f), definition.Of(f)
	found := Finding{Evidence: c.message(), Resources: []string{d.ARN}}
	if by.role != "" {
		found.Evidence = append(found.Evidence, Evidence{Kind: "role", ID: aws.ShortName(by.role), Detail: by.kind})
	}
	for _, k := range by.keys {
		found.Evidence = append(found.Evidence, Evidence{Kind: "variable", ID: k, Detail: "is set in the container's environment"})
	}
	name := func(code string, v Verdict) Finding {
		e, _ := Explain(code)
		found.Verdict, found.Cause, found.Means, found.settled = v, code, e.Means, v == Unknown
		if found.Summary == "" {
			found.Summary = e.Title
		}
		return found
	}
	withoutKeys := Fix{Title: "take " + strings.Join(by.keys, ", ") + " out of the task definition", Effect: "A new revision and a new deployment; the SDK then asks for the task role's credentials."}
	switch {
	case by.kind == "":
		return Finding{Summary: "a task that does not exist yet has no credentials that are known", Evidence: c.message(), settled: true}
	case c.Class == symptom.ClassCredentialsExpired && len(by.keys) > 0:
		found.Fixes = []Fix{withoutKeys}
		return name("iam.credentials-expired", Fail)
	case c.Class == symptom.ClassCredentialsExpired:
		found.Summary = "the credentials that the call was signed with have expired; those of the task role are renewed by ECS"
		return name("iam.credentials-expired", Unknown)
	case c.Class == symptom.ClassCredentialsInvalid && len(by.keys) > 0:
		found.Summary, found.Fixes = "the access keys in the container's environment are not valid", []Fix{withoutKeys}
		return name("iam.static-credentials", Fail)
	case by.unseen(c):
		found.Evidence = append(found.Evidence, evidenceOf("environment-file", by.files)...)
		found.Summary = "the task has no role, and whether the environment files in S3 hold access keys is not known: they are not read"
		return name("iam.credentials-missing", Unknown)
	case by.kind == noCredentials:
		found.Evidence = append(found.Evidence, Evidence{Kind: "task-definition", ID: aws.ShortName(d.ARN), Detail: "has no taskRoleArn"})
		found.Fixes = []Fix{giveTaskRole(d)}
		return name("iam.credentials-missing", Fail)
	case c.Class == symptom.ClassCredentialsMissing:
		found.Summary = "the task has a role, and the process found no credentials"
		return name("iam.credentials-missing", Unknown)
	case by.kind == accessKeys, by.kind == userKeys && len(by.keys) > 0:
		found.Fixes = []Fix{withoutKeys}
		return name("iam.static-credentials", Unknown)
	case by.kind == userKeys:
		found.Verdict, found.Summary = Warn, fmt.Sprintf("%s signed the call, and not the task role", by.principal.ARN)
		found.Means = "The application brings credentials of its own: a file in the image, or code."
		return found
	case by.kind == otherRole:
		found.Verdict, found.Summary = Warn, fmt.Sprintf("role %s signed the call; it is neither of the task's", aws.ShortName(by.role))
		found.Means = "The application assumes that role, or has credentials of its own. Its permissions count here."
		return found
	case len(by.keys) > 0:
		found.Verdict, found.Summary = Warn, "the message says that the "+by.kind+" signed the call; access keys are in the environment as well"
		return found
	}
	found.Verdict = Pass
	found.Summary = fmt.Sprintf("the %s %s", by.kind, aws.ShortName(by.role))
	switch {
	case by.told:
	case len(by.files) > 0:
		found.Verdict = Warn
		found.Summary += ", unless the environment files in S3 hold access keys: they are not read"
		found.Evidence = append(found.Evidence, evidenceOf("environment-file", by.files)...)
	default:
		found.Summary += ": it signs what the application calls"
	}
	return found
}

// giveTaskRole registers a revision of the task definition that has a task role.
func giveTaskRole(d aws.TaskDefinition) Fix {
	fix := revision(d, "register a revision of "+d.Family+" with a taskRoleArn, and deploy it", `.taskRoleArn="ROLE_ARN"`)
	fix.Effect = "Put the role's ARN in. Its trust policy must let ecs-tasks.amazonaws.com assume it; running tasks keep what they have."
	return fix
}

// notAsked says why a question about policies does not come up, if it does not.
func notAsked(f Facts) (Finding, bool) {
	c, by := refusal.Of(f), signer.Of(f)
	skip := func(summary, because string) (Finding, bool) {
		return Finding{Verdict: Skipped, Summary: summary, Because: because}, true
	}
	switch {
	case by.unseen(c):
		return Finding{Summary: "whose credentials the application has is not known, so neither are the policies", Because: "iam.credentials-missing", settled: true}, true
	case by.kind == noCredentials:
		return skip("there are no credentials, so no policy is asked", "iam.credentials-missing")
	case by.kind == accessKeys:
		return Finding{Summary: "whose access keys they are is not known, so neither are the policies", Because: "iam.static-credentials", settled: true}, true
	case by.kind == "":
		return Finding{Summary: "it is not known who signed the call", settled: true}, true
	case c.isAction():
		return Finding{}, false
	case c.Class.AboutCredentials():
		return skip("no policy was asked", "")
	}
	return skip("which call was refused is not known", "") // access.call says so, and leaves the verdict open
}

func judgeRole(f Facts) Finding {
	by, r := signer.Of(f), role.Of(f)
	if by.role == "" {
		if found, ok := notAsked(f); ok {
			return found
		}
		return Finding{Verdict: Skipped, Summary: "no role signed the call"}
	}
	if r.missing {
		e, _ := Explain("iam.role-missing")
		return Finding{
			Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("role %s does not exist", aws.ShortName(by.role)), Means: e.Means,
			Resources: []string{by.role}, Evidence: []Evidence{{Kind: "role", ID: by.role, Detail: "iam:GetRole finds no such role"}},
			Fixes: []Fix{{
				Title:    "make the role again",
				Document: iam.Document(trustStatement()),
				Command: fmt.Sprintf("aws iam create-role --role-name %s --assume-role-policy-document %s", aws.ShortName(by.role),
					quoteJSON(iam.Document(trustStatement()))),
				Effect: "It has no policies yet. Add what the application needs.",
			}},
		}
	}
	return Finding{Verdict: Pass, Summary: "role " + r.Name + " exists", Evidence: []Evidence{{Kind: "role", ID: r.ARN}}}
}

// trustStatement lets ECS assume a role for tasks.
func trustStatement() iam.Statement {
	return iam.Statement{
		Effect: iam.EffectAllow, Actions: []string{"sts:AssumeRole"},
		Principals: []iam.PrincipalName{{Type: "Service", Value: "ecs-tasks.amazonaws.com"}},
	}
}

func judgeTrust(f Facts) Finding {
	by, r := signer.Of(f), role.Of(f)
	switch {
	case r.missing:
		return Finding{Verdict: Skipped, Summary: "there is no role", Because: "iam.role-missing"}
	case by.kind != taskRole && by.kind != executionRole:
		return Finding{Verdict: Skipped, Summary: "ECS did not assume a role for this call"}
	}
	return trusted(f, r, by.principal.Account, "iam.role-not-assumable", role)
}

// trusted judges whether ECS may assume a role for tasks. The code is the cause where it may not, at the fact that holds the role.
func trusted(f Facts, r foundRole, account, code string, at *Fact[foundRole]) Finding {
	p, err := iam.Parse(r.Trust)
	if err != nil {
		return Finding{Summary: aws.Clean("the trust policy of " + r.Name + " can't be understood: " + err.Error())}
	}
	p.Name = "the trust policy of " + r.Name
	// What ECS sends along, see "Confused deputy" in the Amazon ECS developer guide.
	source := aws.ARN{Partition: aws.PartitionOf(f.c.Region).ID, Service: "ecs", Region: f.c.Region, Account: account, Resource: "any"}
	known := map[string][]string{"aws:SourceAccount": {account}}
	d := p.Evaluate(iam.Request{
		Action: "sts:AssumeRole", Resource: r.ARN, Principal: iam.Principal{Service: "ecs-tasks.amazonaws.com"}, Context: known,
	})
	found := Finding{Resources: []string{r.ARN}, Evidence: []Evidence{{Kind: "role", ID: r.ARN, Detail: "trusts: " + statementsOf(p)}}}
	switch {
	case d.Answer == iam.Allow:
		found.Verdict, found.Summary, found.Resources = Pass, "its trust policy lets ecs-tasks.amazonaws.com assume it", nil
		found.Evidence = statementEvidence("role", r.ARN, d)
		return found
	case d.Answer == iam.Unknown && sourceFits(p, source):
		found.Verdict, found.Summary, found.Resources = Pass, "its trust policy lets ecs-tasks.amazonaws.com assume it for tasks of this account", nil
		return found
	case d.Answer == iam.Unknown:
		found.Summary = "whether ECS may assume it hangs on " + strings.Join(append(d.Unknown, d.Unclear...), ", ")
		return found
	}
	e, _ := Explain(code)
	found.Verdict, found.Cause, found.Summary, found.Means = Fail, e.Code, "the trust policy of "+r.Name+" does not let ECS assume it", e.Means
	if s := d.Statement; s != nil {
		found.Evidence = statementEvidence("role", r.ARN, d)
		p = p.Without(s.Index)
	}
	document := documentOf(p.With(trustStatement()))
	found.Fixes = []Fix{{
		Title: "let ecs-tasks.amazonaws.com assume the role", Document: document,
		Command: fmt.Sprintf("aws iam update-assume-role-policy --role-name %s --policy-document %s", r.Name, quoteJSON(document)),
		Effect:  "Tasks that start afterwards get credentials; running ones at the next renewal.",
		apply: func(f Facts) Facts {
			r.Trust = document
			return f.with(at, r, nil).retried()
		},
	}}
	return found
}

// sourceFits reports whether all that a trust policy leaves open is aws:SourceArn, and its patterns are of the account's ECS. The source's
// resource stands for whatever ECS names there: only a wildcard may match it, and none does in an operator that takes it literally.
func sourceFits(p iam.Policy, source aws.ARN) bool {
	for _, s := range p.Statements {
		for _, c := range s.Conditions {
			if !strings.EqualFold(c.Key, "aws:SourceArn") {
				continue
			}
			for _, v := range c.Values {
				arn, ok := aws.ParseARN(v)
				if s.Effect != iam.EffectAllow || !ok || arn.Service != source.Service || arn.Account != source.Account && arn.Account != "*" ||
					arn.Region != source.Region && arn.Region != "*" || arn.Resource != "*" {
					return false
				}
			}
		}
	}
	d := p.Evaluate(iam.Request{
		Action: "sts:AssumeRole", Principal: iam.Principal{Service: "ecs-tasks.amazonaws.com"}, Resource: "*",
		Context: map[string][]string{"aws:SourceAccount": {source.Account}, "aws:SourceArn": {source.String()}},
	})
	return d.Answer == iam.Allow
}

// statementsOf lists the statements of a policy in one line.
func statementsOf(p iam.Policy) string {
	var all []string
	for _, s := range p.Statements {
		all = append(all, s.String())
	}
	if len(all) == 0 {
		return "nobody"
	}
	return strings.Join(all, "; ")
}

// statementEvidence shows the statement that decided, else the statements that might.
func statementEvidence(kind, id string, d iam.Decision) []Evidence {
	if d.Statement != nil {
		return []Evidence{{Kind: kind, ID: id, Detail: d.Statement.String()}}
	}
	var all []Evidence
	for _, s := range d.Open {
		all = append(all, Evidence{Kind: kind, ID: id, Detail: "may apply: " + s.String()})
	}
	return all
}
