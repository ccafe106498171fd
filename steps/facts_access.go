package steps

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/aws/read"
)

// A foundRole is a role as IAM has it, or the knowledge that it does not exist.
type foundRole struct {
	aws.Role
	missing bool
}

// role is the role that signed the call; zero when no role did, or when no call is asked about.
var role = &Fact[foundRole]{
	Name:    "role",
	Actions: []string{"iam:GetRole"},
	Needs:   []known{refusal, signer},
	Key:     roleKey,
	Fetch: func(ctx context.Context, s source, f Facts) (foundRole, error) {
		by := signer.Of(f)
		if roleKey(f) == "" {
			return foundRole{}, nil
		}
		if err := foreignRole(f, by); err != nil {
			return foundRole{}, err
		}
		r, err := read.Role(ctx, s, aws.ShortName(by.role))
		if aws.KindOf(err) == aws.NotFound {
			return foundRole{missing: true}, nil
		}
		return foundRole{Role: r}, err
	},
}

// concernsAccess reports whether the case is about permissions. Others do not read IAM at all.
func concernsAccess(f Facts) bool {
	return f.c.Symptom == Auth || f.c.Symptom == Exec || refusal.Of(f).named()
}

func roleKey(f Facts) string {
	if !concernsAccess(f) {
		return ""
	}
	return signer.Of(f).role
}

// foreignRole returns an error for a role of another account than the task's: what this account has under its name is another role.
func foreignRole(f Facts, by signedBy) error {
	arn, ok := aws.ParseARN(by.role)
	own, _ := aws.ParseARN(f.taskARN())
	if !ok || own.Account == "" || arn.Account == own.Account {
		return nil
	}
	err := aws.Errorf(aws.Other, aws.Query{Service: "iam", Operation: "GetRole"}, by.role, "the role belongs to account %s", arn.Account)
	err.Hint = "Ask in that account: --profile names another one."
	return err
}

// taskARN returns an ARN that holds the task's account.
func (f Facts) taskARN() string {
	f.scope, f.used = nil, nil
	if t, err := task.Try(f); err == nil && t.ARN != "" {
		return t.ARN
	}
	d, _ := definition.Try(f)
	return d.ARN
}

// rolePolicies are the policies of the role that signed the call.
var rolePolicies = &Fact[aws.Policies]{
	Name:    "policies of the role",
	Actions: read.RolePolicyActions,
	Needs:   []known{refusal, signer},
	Key:     roleKey,
	Fetch: func(ctx context.Context, s source, f Facts) (aws.Policies, error) {
		name := roleKey(f)
		if name == "" {
			return aws.Policies{}, nil
		}
		if err := foreignRole(f, signer.Of(f)); err != nil {
			return aws.Policies{}, err
		}
		p, err := read.RolePolicies(ctx, s, aws.ShortName(name))
		if aws.KindOf(err) == aws.NotFound { // role tells
			return aws.Policies{}, nil
		}
		return p, err
	},
}

// boundary is the permissions boundary of the role; zero when it has none.
var boundary = &Fact[aws.PolicyDocument]{
	Name:    "permissions boundary",
	Actions: []string{"iam:GetPolicy", "iam:GetPolicyVersion"},
	Needs:   []known{role},
	Key:     func(f Facts) string { return role.Of(f).Boundary },
	Fetch: func(ctx context.Context, s source, f Facts) (aws.PolicyDocument, error) {
		if arn := role.Of(f).Boundary; arn != "" {
			return read.ManagedPolicy(ctx, s, arn)
		}
		return aws.PolicyDocument{}, nil
	},
}

// A simulated is what iam:SimulatePrincipalPolicy says about the call.
type simulated struct {
	aws.Simulation
	asked bool // false when there is nothing to simulate: no call, no principal, or not one known resource
	stale bool // the policies were changed in memory since: what it says of them no longer counts
}

// decides reports whether the simulation says for certain what the role's own policies come to.
func (s simulated) decides() bool { return s.asked && !s.stale && len(s.MissingContext) == 0 }

// simulation asks IAM itself. A resource that is not known can't be simulated: IAM would take "*", or a pattern, for its name.
var simulation = &Fact[simulated]{
	Name:    "simulation",
	Actions: []string{"iam:SimulatePrincipalPolicy"},
	Needs:   []known{refusal, signer, role},
	Key: func(f Facts) string {
		c := refusal.Of(f)
		return strings.Join([]string{simulatedARN(f), c.action, c.asked()}, " ")
	},
	Fetch: func(ctx context.Context, s source, f Facts) (simulated, error) {
		c, arn := refusal.Of(f), simulatedARN(f)
		if !c.named() || !c.exact() || arn == "" {
			return simulated{}, nil
		}
		all, err := read.Simulate(ctx, s, arn, []string{c.action}, []string{c.asked()}, map[string][]string{
			"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {f.c.Region},
		})
		if err != nil {
			return simulated{}, err
		}
		if len(all) != 1 {
			return simulated{}, aws.Errorf(aws.Malformed, aws.Query{Service: "iam", Operation: "SimulatePrincipalPolicy"}, arn, "%d results for one call", len(all))
		}
		return simulated{Simulation: all[0], asked: true}, nil
	},
}

// simulatedARN is the role, with its path, or the user that a simulation is about.
func simulatedARN(f Facts) string {
	if r := role.Of(f); r.ARN != "" {
		return r.ARN
	}
	if by := signer.Of(f); by.kind == userKeys && strings.Contains(by.principal.ARN, ":user/") {
		return by.principal.ARN
	}
	return ""
}

// otherPolicies are the policies of the task's other role, where a permission may sit by mistake.
var otherPolicies = &Fact[aws.Policies]{
	Name:    "policies of the task's other role",
	Actions: read.RolePolicyActions,
	Needs:   []known{refusal, signer, task, definition},
	Key:     otherRoleOf,
	Fetch: func(ctx context.Context, s source, f Facts) (aws.Policies, error) {
		if name := otherRoleOf(f); name != "" && refusal.Of(f).named() {
			return read.RolePolicies(ctx, s, aws.ShortName(name))
		}
		return aws.Policies{}, nil
	},
}

// otherRoleOf returns the task's role that did not sign the call, "" when there is no other.
func otherRoleOf(f Facts) string {
	t, d := task.Of(f), definition.Of(f)
	own, execution := t.TaskRole, t.ExecutionRole
	if own == "" {
		own = d.TaskRole
	}
	if execution == "" {
		execution = d.ExecutionRole
	}
	if aws.ShortName(own) == aws.ShortName(execution) {
		return ""
	}
	switch signer.Of(f).kind {
	case taskRole:
		return execution
	case executionRole:
		return own
	}
	return ""
}

// A resourceSide is what the resource's own policy is.
type resourceSide struct {
	aws.PolicyDocument
	kind    bool // resources of this service have policies, and this one is known
	missing bool // the resource does not exist
}

// resourcePolicy is the policy of the resource that the call was refused on.
var resourcePolicy = &Fact[resourceSide]{
	Name:    "policy of the resource",
	Actions: read.ResourcePolicyActions(""),
	Needs:   []known{refusal},
	Key:     func(f Facts) string { return refusal.Of(f).resource },
	Fetch: func(ctx context.Context, s source, f Facts) (resourceSide, error) {
		arn := refusal.Of(f).resource
		if !exactARN(arn) || !read.HasResourcePolicy(arn) {
			return resourceSide{}, nil
		}
		p, err := read.ResourcePolicy(ctx, s, arn)
		if aws.KindOf(err) == aws.NotFound {
			return resourceSide{kind: true, missing: true}, nil
		}
		return resourceSide{PolicyDocument: p, kind: true}, err
	},
}

// exactARN reports whether a resource is one thing and no pattern.
func exactARN(resource string) bool {
	return strings.HasPrefix(resource, "arn:") && !strings.ContainsAny(resource, "*?")
}

// A keyBehind is the KMS key that a call needs.
type keyBehind struct {
	aws.Key
	actions []string // KMS actions that the call needs of it
	managed bool     // a key of AWS, which lets its whole account through
}

// named is the key's ARN, or what the resource calls it where it was not read.
func (k keyBehind) named() string { return cmp.Or(k.ARN, k.ID) }

// encryption is the KMS key behind the resource of the call, or the key that the call is about; zero when there is none.
var encryption = &Fact[keyBehind]{
	Name:    "KMS key behind the resource",
	Actions: append(read.EncryptionKeyActions(""), "kms:DescribeKey", "kms:GetKeyPolicy"),
	Needs:   []known{refusal},
	Key:     func(f Facts) string { c := refusal.Of(f); return c.action + " " + c.resource },
	Fetch: func(ctx context.Context, s source, f Facts) (keyBehind, error) {
		c := refusal.Of(f)
		actions := keyActionsOf(c.action)
		id := ""
		switch {
		case strings.HasPrefix(c.action, "kms:") && strings.Contains(c.resource, ":key/"):
			id, actions = c.resource, []string{c.action}
		case len(actions) > 0 && exactARN(c.resource):
			behind, err := read.EncryptionKey(ctx, s, c.resource)
			if err != nil {
				return keyBehind{}, err
			}
			id = behind
		}
		if id == "" {
			return keyBehind{}, nil
		}
		if aws.ManagedByAWS(id) {
			return keyBehind{Key: aws.Key{ID: id}, managed: true}, nil
		}
		k, err := read.Key(ctx, s, id)
		return keyBehind{Key: k, actions: actions, managed: k.Manager == "AWS"}, err
	},
}

// policiesOf understands policies. What can't be understood is an error, like what can't be read.
func policiesOf(p aws.Policies) ([]iam.Policy, []error) {
	unread := p.Unread
	var all []iam.Policy
	for _, d := range p.Known {
		policy, err := policyOf(d)
		if err != nil {
			unread = append(unread[:len(unread):len(unread)], err)
			continue
		}
		all = append(all, policy)
	}
	return all, unread
}

// policyOf understands one policy and gives it the name that people know it by.
func policyOf(d aws.PolicyDocument) (iam.Policy, error) {
	p, err := iam.Parse(d.Document)
	if err != nil {
		return iam.Policy{}, fmt.Errorf("%s can't be understood: %w", nameOfPolicy(d), err)
	}
	p.Name = nameOfPolicy(d)
	return p, nil
}

func nameOfPolicy(d aws.PolicyDocument) string {
	switch {
	case d.ARN == "":
		return "inline policy " + d.Name
	case strings.Contains(d.ARN, ":policy/"):
		return "policy " + aws.ShortName(d.ARN)
	}
	return "the policy of " + d.ARN
}
