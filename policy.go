package main

import (
	"fargate-doctor/aws"
	"fargate-doctor/steps"

	"github.com/spf13/cobra"
)

// iamPolicy is an IAM policy document with one statement.
type iamPolicy struct {
	Version   string
	Statement []iamStatement
}

type iamStatement struct {
	Sid      string
	Effect   string
	Action   []string
	Resource string
}

// listed are the actions behind the wizard's lists, which a walk does not need.
var listed = []string{"ecs:DescribeClusters", "ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListClusters", "ecs:ListServices", "ecs:ListTasks"}

// leastPolicy returns the least IAM policy that the program needs. The actions come from the facts that the tree declares; none of
// them can be limited to a resource, because one diagnosis follows a path wherever it leads.
func leastPolicy() iamPolicy {
	actions := aws.SortedActions(append(steps.Policy(), listed...))
	return iamPolicy{
		Version:   "2012-10-17",
		Statement: []iamStatement{{Sid: "FargateDoctorReads", Effect: "Allow", Action: actions, Resource: "*"}},
	}
}

func (p *program) policyCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "policy",
		Short:   "Print the least IAM policy that the program needs",
		Example: `  aws iam create-policy --policy-name fargate-doctor --policy-document "$(fargate-doctor policy)"`,
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return p.writeJSON(leastPolicy()) },
	}
}
