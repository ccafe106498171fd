package steps

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/steps/symptom"
)

// judgeJSONKeys tells which keys are taken out of secrets. A task that runs has got them.
func judgeJSONKeys(f Facts) Finding {
	var parts []Finding
	later, _ := successor.Try(f)
	t := task.Of(f)
	for _, n := range startNeeds.Of(f) {
		v := n.from
		if n.kind != needSecret || v.jsonKey == "" {
			continue
		}
		if later.ID != "" || t.Running() {
			parts = append(parts, Finding{Verdict: Pass})
			continue
		}
		parts = append(parts, Finding{
			Verdict: Warn, Summary: fmt.Sprintf("whether %s holds the JSON key %s, only its value tells, which is not read", v.label(), v.jsonKey),
			Evidence: []Evidence{{Kind: "reference", ID: v.written, Detail: "takes " + v.jsonKey + " out of the secret"}}, Resources: []string{v.arn},
			Fixes: []Fix{{Title: "look yourself: this prints the keys, and no value",
				Command: fmt.Sprintf("aws secretsmanager get-secret-value --secret-id %s --query SecretString --output text --region %s | jq keys", v.arn, v.region)}},
		})
	}
	found := Finding{Verdict: Skipped, Summary: "no JSON key is taken out of a secret"}
	if len(parts) > 0 {
		found = together(parts, "a task of this definition runs, and so has got them")
	}
	if said, ok := saidAlone(f, "secret.json-key-missing", found.Evidence...); ok {
		said.Fixes = append(found.Fixes, said.Fixes...)
		return said
	}
	return found
}

// judgeStartKeys judges the keys behind secrets and parameters.
func judgeStartKeys(f Facts) Finding {
	all := rulings.Of(f)
	var parts []Finding
	lacking, unread := map[string][]callRuled{}, map[string][]Evidence{}
	for i, n := range startNeeds.Of(f) {
		if !ofSecrets(n) {
			continue
		}
		k := all[i].key
		if k.asked && identityLacks(k.verdict) {
			unread[all[i].role] = grantsUnread(k.verdict, k.request.Resource, cmp.Or(n.from.region, f.c.Region))
			lacking[all[i].role] = append(lacking[all[i].role], callRuled{needCall: needCall{"kms:Decrypt", k.request.Resource}, request: k.request})
			continue
		}
		parts = append(parts, keyOfNeed(f, n, k, all[i].role))
	}
	for _, role := range slices.Sorted(maps.Keys(lacking)) {
		found := lacks(f, "kms.access-denied", role, executes, lacking[role])
		found.Resources = []string{lacking[role][0].resource, role}
		if !told.Of(f).is(symptom.ClassKMSDenied) {
			found.Evidence = append(found.Evidence, unread[role]...)
		}
		parts = append(parts, found)
	}
	if len(parts) == 0 {
		return Finding{Verdict: Skipped, Summary: "no secret is needed"}
	}
	return together(parts, "the role may decrypt what it reads")
}

func keyOfNeed(f Facts, n need, k keySide, role string) Finding {
	key := k.key.value
	e, _ := Explain("kms.access-denied")
	off, _ := Explain("kms.key-disabled")
	switch {
	case k.unread != nil:
		return undecided(iam.Decision{}, k.unread, "which key is behind "+n.title())
	case k.called == "":
		return Finding{Verdict: Skipped, Summary: "no customer key is behind " + n.title()}
	case k.foreign:
		return Finding{Verdict: Fail, Cause: e.Code, Summary: n.title() + " is encrypted with a key of AWS in another account", Means: "Such a key lets nobody of another account use it. Encrypt with a customer key.",
			Resources: []string{k.called}, Evidence: []Evidence{{Kind: "kms-key", ID: k.called, Detail: "is managed by AWS for its own account"}}}
	case k.managed:
		return Finding{Verdict: Pass, Summary: "the key of " + n.title() + " is one of AWS's own, which lets the whole account through"}
	case k.key.missing():
		return Finding{Verdict: Fail, Cause: off.Code, Summary: "the key of " + n.title() + " does not exist", Means: off.Means, Resources: []string{k.called},
			Evidence: []Evidence{{Kind: "kms-key", ID: k.called, Detail: "kms:DescribeKey finds no such key"}}}
	case k.key.err != nil:
		return undecided(iam.Decision{}, k.key.err, "which key is behind "+n.title())
	case key.State != "" && key.State != "Enabled":
		found := Finding{Verdict: Fail, Cause: off.Code, Summary: "the key of " + n.title() + " is " + key.State, Means: off.Means, Resources: []string{key.ARN},
			Evidence: []Evidence{{Kind: "kms-key", ID: key.ARN, Detail: "its state is " + key.State}}, Fixes: enableKey(key, f.c.Region)}
		for i := range found.Fixes {
			found.Fixes[i].apply = changeKey(k.called, func(key *aws.Key) { key.State = "Enabled" })
		}
		return found
	case !k.asked:
		return Finding{Verdict: Skipped, Summary: "whose permissions count is not known"}
	case k.verdict.Answer == iam.Allow:
		return Finding{Verdict: Pass, Summary: "the role may decrypt " + n.title(), Evidence: statementEvidence("kms-key", key.ARN, k.verdict.Decision)}
	case k.verdict.Answer == iam.Unknown:
		return undecided(k.verdict.Decision, k.gap, "whether the role may decrypt "+n.title())
	}
	found := Finding{Verdict: Fail, Cause: e.Code, Summary: "the role may not decrypt " + n.title(), Means: e.Means, Resources: []string{key.ARN, role}}
	for _, l := range k.verdict.Refusing {
		found.Evidence = append(found.Evidence, Evidence{Kind: "kms-key", ID: key.ARN, Detail: fmt.Sprintf("%s does not allow kms:Decrypt", l)})
	}
	found.Evidence = append(found.Evidence, statementEvidence("kms-key", key.ARN, k.verdict.Decision)...)
	if !told.Of(f).is(symptom.ClassKMSDenied) {
		found.Evidence = append(found.Evidence, grantsUnread(k.verdict, key.ARN, cmp.Or(n.from.region, f.c.Region))...)
	}
	if slices.Contains(k.verdict.Refusing, iam.Resource) {
		found.Fixes = openKey(f, k)
	}
	return found
}

// openKey lets the role use the key, in the key's own policy.
func openKey(f Facts, k keySide) []Fix {
	p, err := policyOf(aws.PolicyDocument{Document: k.key.value.Policy})
	if err != nil {
		return nil
	}
	fix := Fix{Title: "allow the role in the key's policy"}
	if s := k.verdict.Decision.Statement; s != nil && s.Effect == iam.EffectDeny {
		p = p.Without(s.Index)
		fix.Title = "take the Deny statement out of the key's policy"
		fix.Effect = "Somebody put it there: ask why before you do. Narrowing it may be enough."
	}
	// "*" is this key, in a key's policy.
	p = p.With(iam.Least("kms:Decrypt", "*", iam.PrincipalName{Type: "AWS", Value: k.request.Principal.ARN}))
	fix.Document = documentOf(p)
	fix.Command = resourcePolicyCommand(k.key.value.ARN, fix.Document, f.c.Region)
	fix.apply = changeKey(k.called, func(key *aws.Key) { key.Policy = fix.Document })
	return []Fix{fix}
}

// changeKey changes a key in memory.
func changeKey(called string, change func(*aws.Key)) func(Facts) Facts {
	return func(f Facts) Facts {
		all, err := startKeys.Try(f)
		if err != nil {
			return f
		}
		now := maps.Clone(all)
		k := now[called]
		change(&k.value)
		now[called] = k
		return f.with(startKeys, now, nil).retried()
	}
}
