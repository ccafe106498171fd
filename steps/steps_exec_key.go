package steps

import (
	"cmp"
	"fmt"
	"slices"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
)

func judgeExecKey(f Facts) Finding {
	k := execKey.Of(f)
	id := execCluster.Of(f).Exec.Key
	told := f.c.sessionError()
	blamed := told.cause == "exec.kms-denied"
	shown := []Evidence{{Kind: "kms-key", ID: cmp.Or(k.ARN, id)}}
	fail := func(summary string, evidence []Evidence, fixes ...Fix) Finding {
		found := explained("exec.kms-denied")
		found.Summary, found.Evidence, found.Fixes, found.Resources = summary, evidence, fixes, []string{cmp.Or(k.ARN, id)}
		if blamed {
			found.Evidence = slices.Concat(told.evidence(), evidence)
		}
		return found
	}
	switch {
	case id == "" && blamed:
		return Finding{Verdict: Warn, Summary: "the cluster encrypts its sessions with no key now, and the message says that it did", Evidence: told.evidence()}
	case id == "":
		return Finding{Verdict: Skipped, Summary: "the cluster encrypts its sessions with no key of the account"}
	case k.missing:
		return fail("the cluster's key does not exist", shown, Fix{Title: "name a key that exists in the cluster's executeCommandConfiguration",
			Command: fmt.Sprintf("aws ecs update-cluster --cluster %s --configuration 'executeCommandConfiguration={kmsKeyId=KEY_ARN,logging=DEFAULT}' --region %s", execCluster.Of(f).Name, f.c.Region),
			Effect:  "Put the key's ARN in, and the logging that the cluster has. Tasks that start afterwards use it."})
	case k.State != "Enabled":
		shown[0].Detail = "its state is " + k.State
		return fail("the cluster's key is "+k.State, shown, enableKey(k.Key, f.c.Region)...)
	case k.Manager == "AWS":
		return fail("the cluster's key is one that AWS manages; the agent can't use such a key", shown, Fix{Title: "make a key of your own and name it in the cluster's executeCommandConfiguration"})
	}
	c := keyCheck{Facts: f, key: k, fail: fail}
	c.policy, c.gap = guardOfKey(k.Key)
	c.byRole()
	c.byOpener(blamed)
	if found := slices.Concat(c.found, c.unknown); len(found) > 0 {
		found[0].Also = found[1:]
		return found[0]
	}
	shown[0].Detail = "is enabled"
	found := Finding{Verdict: Pass, Summary: "caller and task role may use it", Evidence: shown}
	if blamed {
		found.Verdict, found.Summary, found.Evidence = Warn, "caller and task role may use it now, and the message says that it was refused", slices.Concat(told.evidence(), shown)
	}
	return found
}

// A keyCheck collects who may not use the key of the cluster, and of whom that is not known.
type keyCheck struct {
	Facts
	key            foundKey
	policy         iam.Attached // of the key
	gap            error        // why that is not known
	fail           func(string, []Evidence, ...Fix) Finding
	found, unknown []Finding
}

// byRole checks the agent's part.
func (c *keyCheck) byRole() {
	const what = "decrypt with the cluster's key"
	if found, ok := noAgentRole(c.Facts); ok {
		found.Summary = "the agent has no role that could " + what
		c.unknown = append(c.unknown, found)
		return
	}
	r := besideRuling(c.Facts, needSessionKey, "kms:Decrypt", c.key.ARN, c.policy)
	statement := iam.Least(r.action, c.key.ARN)
	if r.refuses(iam.Endpoint) {
		found := refusedByEndpoint(c.Facts, r.ruled, []string{r.action}, statement)
		found.Means += " Sessions open, and end in the handshake."
		c.found = append(c.found, found)
	}
	switch {
	case len(r.refusedBeside(iam.Endpoint)) > 0:
		fix := keyFix(c.Facts, c.key, statement, r.ruled, grantToRole(c.Facts, statement, "the use of the cluster's key"))
		c.found = append(c.found, c.fail("the task role may not "+what, evidenceOfKey(c.key, r), fix))
	case r.Answer == iam.Unknown:
		l := r.Open[0]
		c.unknown = append(c.unknown, undecided(r.of(l).Decision, cmp.Or(r.gaps[l], c.gap), "whether the task role may "+what))
	}
}

// byOpener checks the caller's part.
func (c *keyCheck) byOpener(blamed bool) {
	const what = "make a data key with the cluster's key"
	who, err := sessionOpener.Try(c.Facts)
	if err != nil {
		c.unknown = append(c.unknown, unread(err))
		return
	}
	r := openerRuling(c.Facts, makesKey, c.key.ARN, map[string][]string{"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {c.c.Region}}, c.policy)
	switch {
	case r.refused(), blamed && r.Answer != iam.Allow:
		statement := iam.Least(r.action, c.key.ARN)
		fix := keyFix(c.Facts, c.key, statement, r.ruled, grantToOpener(c.Facts, statement, makesKey+" on the cluster's key"))
		found := c.fail(whoIs(who)+" may not "+what, evidenceOfKey(c.key, r.ruledCall), fix)
		found.Resources = []string{c.key.ARN, who.ARN}
		c.found = append(c.found, found)
	case r.Answer == iam.Unknown || r.disputed:
		l := iam.Identity
		if len(r.Open) > 0 {
			l = r.Open[0]
		}
		c.unknown = append(c.unknown, undecided(r.of(l).Decision, cmp.Or(r.gaps[l], c.gap), "whether "+whoIs(who)+" may "+what))
	}
}

// evidenceOfKey shows which policies refuse the use of a key.
func evidenceOfKey(k foundKey, r ruledCall) []Evidence {
	var all []Evidence
	decided := r.Decision
	for i, l := range r.refusedBeside(iam.Endpoint) {
		if i == 0 {
			decided = r.of(l).Decision
		}
		all = append(all, Evidence{Kind: "kms-key", ID: k.ARN, Detail: fmt.Sprintf("%s does not allow %s", l, r.action)})
	}
	return append(all, statementEvidence("kms-key", k.ARN, decided)...)
}

// keyFix is the grant where the key's policy lets the account's own policies count, else the change of the key's policy.
func keyFix(f Facts, k foundKey, statement iam.Statement, r ruled, grant Fix) Fix {
	if !r.refuses(iam.Resource) {
		return grant
	}
	p, err := policyOf(aws.PolicyDocument{Document: k.Policy})
	if err != nil {
		return grant
	}
	if s := r.of(iam.Resource).Statement; s != nil && s.Effect == iam.EffectDeny {
		p = p.Without(s.Index)
	}
	statement.Resources = []string{"*"} // in a key's policy: this key
	statement.Principals = []iam.PrincipalName{{Type: "AWS", Value: r.request.Principal.ARN}}
	document := documentOf(p.With(statement))
	return Fix{
		Title: "allow it in the key's policy", Document: document, Command: resourcePolicyCommand(k.ARN, document, f.c.Region),
		apply: func(f Facts) Facts {
			now := execKey.Of(f)
			now.Policy = document
			return f.with(execKey, now, nil)
		},
	}
}
