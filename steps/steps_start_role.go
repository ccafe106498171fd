package steps

import (
	"fmt"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
)

// judgeStartRoles judges both of the task's roles: ECS assumes them before anything else.
func judgeStartRoles(f Facts) Finding {
	var parts []Finding
	account := accountOf(task.Of(f).ARN, definition.Of(f).ARN)
	for _, side := range []roleSide{executes, serves} {
		parts = append(parts, judgeStartRole(f, side, account))
	}
	return together(parts, "the roles exist, and ECS may assume them")
}

func judgeStartRole(f Facts, side roleSide, account string) Finding {
	arn := side.arn(f)
	if arn == "" {
		return withoutRole(f, side)
	}
	r, err := side.found.Try(f)
	switch {
	case err != nil:
		found := unread(err)
		found.Summary = strings.Replace(found.Summary, "this can't be read", "the "+side.kind+" "+aws.ShortName(arn)+" can't be read", 1)
		return found
	case r.missing:
		e, _ := Explain("iam.role-missing")
		return Finding{
			Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("the %s %s does not exist", side.kind, aws.ShortName(arn)), Means: e.Means, Resources: []string{arn},
			Evidence: []Evidence{{Kind: "role", ID: arn, Detail: "iam:GetRole finds no such role"}},
			Fixes: []Fix{{Title: "make the role again", Document: iam.Document(trustStatement()),
				Command: fmt.Sprintf("aws iam create-role --role-name %s --assume-role-policy-document %s", aws.ShortName(arn), quoteJSON(iam.Document(trustStatement()))),
				Effect:  "It has no policies yet. An execution role needs AmazonECSTaskExecutionRolePolicy at least: aws iam attach-role-policy."}},
		}
	}
	return trusted(f, r, account, "start.role-not-assumable", side.found)
}

// withoutRole judges a task definition that names no such role.
func withoutRole(f Facts, side roleSide) Finding {
	var asking []string
	for _, n := range startNeeds.Of(f) {
		if n.role == side.kind && !n.aside {
			asking = append(asking, n.title())
		}
	}
	if len(asking) == 0 || side.kind != executionRole {
		return Finding{Verdict: Skipped, Summary: "the task definition names no " + side.kind + ", and nothing here needs one"}
	}
	e, _ := Explain("start.execution-role-missing")
	d := definition.Of(f)
	return Finding{
		Verdict: Fail, Cause: e.Code, Summary: e.Title, Means: e.Means, Resources: []string{d.ARN},
		Evidence: []Evidence{{Kind: "task-definition", ID: aws.ShortName(d.ARN), Detail: "has no executionRoleArn, and needs it for " + strings.Join(asking, ", ")}},
		Fixes: []Fix{reviseDefinition(d, "name an execution role", `.executionRoleArn="ROLE_ARN"`, func(d aws.TaskDefinition) aws.TaskDefinition {
			return d
		})},
	}
}
