package read

import (
	"context"
	"strings"

	"fargate-doctor/aws"
)

// RoleActions are the IAM actions that Role needs.
var RoleActions = []string{"iam:GetRole"}

// Role returns a role by its name, its path and name, its ARN, or the ARN of a session of it. A role that does not exist is an error of
// kind aws.NotFound; so is an ARN with another path than the role of that name has, because nothing can assume it. A role of another
// account than the reader's cannot be read.
func Role(ctx context.Context, r aws.Reader, name string) (aws.Role, error) {
	q := aws.Query{Service: "iam", Operation: "GetRole", Input: aws.Input{"RoleName": roleName(name)}}
	answer, err := object[struct {
		Role struct {
			RoleName, Arn, Path      string
			CreateDate               moment
			AssumeRolePolicyDocument document
			PermissionsBoundary      struct{ PermissionsBoundaryArn string }
		}
	}](ctx, r, q, "Role")
	if err != nil {
		return aws.Role{}, err
	}
	w := answer.Role
	if w.Arn == "" {
		return aws.Role{}, aws.Errorf(aws.Malformed, q, name, "the role has no ARN")
	}
	role := aws.Role{ARN: w.Arn, Name: w.RoleName, Path: w.Path, Trust: string(w.AssumeRolePolicyDocument),
		Boundary: w.PermissionsBoundary.PermissionsBoundaryArn, Created: w.CreateDate.Time}
	return role, sameRole(q, name, w.Arn)
}

// sameRole compares the ARN that was asked for, if it was one, with what the account has under that name.
func sameRole(q aws.Query, asked, found string) error {
	a, isARN := aws.ParseARN(asked)
	f, _ := aws.ParseARN(found)
	switch {
	case !isARN:
	case a.Account != f.Account:
		return aws.Errorf(aws.Other, q, asked, "the role belongs to account %s, and only roles of %s can be read", a.Account, f.Account)
	case a.Service == "iam" && a.Resource != f.Resource:
		return aws.Errorf(aws.NotFound, q, asked, "the role of that name is %s", found)
	}
	return nil
}

// roleName returns the name of a role without path, from all that a role is called.
func roleName(called string) string {
	if a, ok := aws.ParseARN(called); ok && a.Service == "sts" {
		if parts := strings.Split(a.Resource, "/"); len(parts) > 1 && parts[0] == "assumed-role" {
			return parts[1]
		}
	}
	return aws.ShortName(called)
}
