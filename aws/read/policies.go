package read

import (
	"context"
	"slices"
	"sync"

	"fargate-doctor/aws"
)

// The IAM actions that RolePolicies and ManagedPolicy need.
var (
	RolePolicyActions    = append([]string{"iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetRolePolicy"}, ManagedPolicyActions...)
	ManagedPolicyActions = []string{"iam:GetPolicy", "iam:GetPolicyVersion"}
)

// RolePolicies returns the policies of a role, called as for Role: its inline policies in the order of their names, then the managed
// ones that are attached. It takes three rounds of calls. A policy that can't be read is in Unread; the error is of a list of policies
// that can't be read, because then nobody knows which ones there are.
func RolePolicies(ctx context.Context, r aws.Reader, name string) (aws.Policies, error) {
	role := roleName(name)
	ofRole := func(operation string) aws.Query {
		return aws.Query{Service: "iam", Operation: operation, Input: aws.Input{"RoleName": role}}
	}
	var inline []string
	var attached []struct{ PolicyName, PolicyArn string }
	var inlineErr, attachedErr error
	var lists sync.WaitGroup
	lists.Go(func() { inline, inlineErr = elements[string](ctx, r, ofRole("ListRolePolicies"), "PolicyNames") })
	lists.Go(func() {
		attached, attachedErr = elements[struct{ PolicyName, PolicyArn string }](ctx, r, ofRole("ListAttachedRolePolicies"), "AttachedPolicies")
	})
	lists.Wait()
	for _, err := range []error{inlineErr, attachedErr} {
		if err != nil {
			return aws.Policies{}, err
		}
	}
	slices.Sort(inline)

	documents := make([]aws.PolicyDocument, len(inline)+len(attached))
	failures := make([]error, len(documents))
	var each sync.WaitGroup
	for i, name := range inline {
		each.Go(func() { documents[i], failures[i] = inlinePolicy(ctx, r, role, name) })
	}
	for i, w := range attached {
		i += len(inline)
		each.Go(func() {
			documents[i], failures[i] = ManagedPolicy(ctx, r, w.PolicyArn)
		})
	}
	each.Wait()
	var p aws.Policies
	for i, d := range documents {
		if failures[i] != nil {
			p.Unread = append(p.Unread, failures[i])
			continue
		}
		p.Known = append(p.Known, d)
	}
	return p, nil
}

func inlinePolicy(ctx context.Context, r aws.Reader, role, name string) (aws.PolicyDocument, error) {
	q := aws.Query{Service: "iam", Operation: "GetRolePolicy", Input: aws.Input{"RoleName": role, "PolicyName": name}}
	answer, err := object[struct{ PolicyDocument document }](ctx, r, q, "PolicyDocument")
	if err != nil {
		return aws.PolicyDocument{}, err
	}
	return aws.PolicyDocument{Name: name, Document: string(answer.PolicyDocument)}, nil
}

// ManagedPolicy returns the version of a managed policy that is in force: one that is attached to a role, or its permissions boundary.
func ManagedPolicy(ctx context.Context, r aws.Reader, arn string) (aws.PolicyDocument, error) {
	q := aws.Query{Service: "iam", Operation: "GetPolicy", Input: aws.Input{"PolicyArn": arn}}
	policy, err := object[struct {
		Policy struct{ PolicyName, DefaultVersionId string }
	}](ctx, r, q, "Policy")
	if err != nil {
		return aws.PolicyDocument{}, err
	}
	inForce := policy.Policy.DefaultVersionId
	if inForce == "" {
		return aws.PolicyDocument{}, aws.Errorf(aws.Malformed, q, arn, "the policy has no default version")
	}
	q = aws.Query{Service: "iam", Operation: "GetPolicyVersion", Input: aws.Input{"PolicyArn": arn, "VersionId": inForce}}
	version, err := object[struct {
		PolicyVersion struct {
			VersionId string
			Document  document
		}
	}](ctx, r, q, "PolicyVersion")
	if err != nil {
		return aws.PolicyDocument{}, err
	}
	if v := version.PolicyVersion; v.VersionId != inForce || v.Document == "" {
		return aws.PolicyDocument{}, aws.Errorf(aws.Malformed, q, arn, "the answer is about version %q, not %s", v.VersionId, inForce)
	}
	return aws.PolicyDocument{Name: policy.Policy.PolicyName, ARN: arn, Document: string(version.PolicyVersion.Document)}, nil
}
