package steps

import (
	"fmt"
	"slices"

	"fargate-doctor/aws"
)

// A RunbookPlan says what the runbook of AWS will do, for a person who is to decide whether it may. See its page in the AWS Systems Manager
// Automation runbook reference.
type RunbookPlan struct {
	Document string
	Does     []string // sentences
	Makes    []string // what it may make in the account
	Checks   []string
	Takes    string // how long it takes
	Needs    []string
	Links    []string
}

// PlanRunbook returns what the runbook will do for a task.
func PlanRunbook(r aws.RunbookRequest, region string) RunbookPlan {
	whose := "with your own permissions"
	if r.Role != "" {
		whose = "with the permissions of " + r.Role
	}
	return RunbookPlan{
		Document: aws.TroubleshootRunbook,
		Does: []string{
			fmt.Sprintf("Systems Manager runs %s of AWS Support in %s, for task %s of cluster %s, %s.", aws.TroubleshootRunbook, region,
				aws.ShortName(r.Task), aws.ShortName(r.Cluster), whose),
			"It examines the task that failed, and changes neither the task nor its service.",
			"Where it has to test the network it makes a Lambda function in the task's subnets, runs it, and removes what it made.",
		},
		Makes: []string{
			"a Lambda function, with a network interface in the task's VPC",
			"the role NetworkToolSSMRunbookExecution<run id> with the policy AWSLambdaVPCAccessExecutionRole",
			"the function's log group, kept for 30 days",
		},
		Checks: []string{
			"the network to the image's registry", "the permissions of the execution role", "VPC endpoints", "security groups",
			"references to secrets", "the log configuration",
		},
		Takes: "Its result takes some minutes; the network interface is removed half an hour later. AWS charges what Lambda and logs cost.",
		Needs: RunbookActions(),
		Links: []string{"https://docs.aws.amazon.com/systems-manager-automation-runbooks/latest/userguide/automation-aws-troubleshootecstaskfailedtostart.html"},
	}
}

// RunbookActions returns the IAM actions that the runbook itself calls, in order: of the person who starts it, or of the role that is given
// to it. They are those of "Required IAM permissions" on its page.
func RunbookActions() []string { return slices.Clone(runbookActions) }

var runbookActions = []string{
	"cloudtrail:LookupEvents",
	"ec2:DeleteNetworkInterface", "ec2:DescribeDhcpOptions", "ec2:DescribeIamInstanceProfileAssociations", "ec2:DescribeInstanceAttribute",
	"ec2:DescribeInstances", "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups",
	"ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
	"ecr:DescribeImages", "ecr:GetRepositoryPolicy",
	"ecs:DescribeContainerInstances", "ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks",
	"elasticfilesystem:DescribeFileSystemPolicy", "elasticfilesystem:DescribeFileSystems", "elasticfilesystem:DescribeMountTargetSecurityGroups",
	"elasticfilesystem:DescribeMountTargets",
	"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DetachRolePolicy", "iam:GetInstanceProfile", "iam:GetRole", "iam:ListRoles",
	"iam:ListUsers", "iam:PassRole", "iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy",
	"kms:DescribeKey",
	"lambda:CreateFunction", "lambda:DeleteFunction", "lambda:GetFunctionConfiguration", "lambda:InvokeFunction", "lambda:TagResource",
	"logs:DescribeLogGroups", "logs:PutRetentionPolicy",
	"secretsmanager:DescribeSecret",
	"ssm:DescribeParameters",
	"sts:GetCallerIdentity",
}
