package main

import (
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/live"
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

// leastPolicy returns the least IAM policy that the program needs to read. The actions come from the facts that the tree declares; none of
// them can be limited to a resource, because one diagnosis follows a path wherever it leads.
func leastPolicy() iamPolicy {
	actions := aws.SortedActions(append(steps.Policy(), listed...))
	return iamPolicy{
		Version:   "2012-10-17",
		Statement: []iamStatement{{Sid: "FargateDoctorReads", Effect: "Allow", Action: actions, Resource: "*"}},
	}
}

// sessionStatements returns what exec needs beside: the calls that a session makes. That for a key stands apart, because only a cluster
// that encrypts its sessions needs it.
func sessionStatements() []iamStatement {
	session := iamStatement{Sid: "FargateDoctorSessions", Effect: "Allow", Resource: "*"}
	key := iamStatement{Sid: "FargateDoctorSessionKey", Effect: "Allow", Resource: "*"}
	for _, action := range live.SessionOperations() { // each is an IAM action by the same name
		if strings.HasPrefix(action, "kms:") {
			key.Action = append(key.Action, action)
		} else {
			session.Action = append(session.Action, action)
		}
	}
	return []iamStatement{session, key}
}

// launchStatements returns what the debug task needs beside: the calls that make and remove it, tags on what is made, and handing the
// task's roles over.
func launchStatements() []iamStatement {
	return []iamStatement{
		{Sid: "FargateDoctorDebugTask", Effect: "Allow", Action: aws.SortedActions(append(live.LaunchOperations(), "ecs:ListTaskDefinitions", "ecs:TagResource")), Resource: "*"},
		{Sid: "FargateDoctorPassRoles", Effect: "Allow", Action: []string{"iam:PassRole"}, Resource: "*"},
	}
}

func (p *program) policyCommand() *cobra.Command {
	var sessions, launches bool
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print the least IAM policy that the program needs",
		Long: `policy prints the least IAM policy that a diagnosis needs, which only reads.

--exec adds what sessions need. The statement FargateDoctorSessionKey is for clusters that encrypt their sessions with a KMS key; put
the key's ARN for its resource, or leave it out. Resources of ecs:ExecuteCommand may be limited to clusters and tasks.

--debug adds what the debug task needs. Put the ARNs of your tasks' roles for the resource of FargateDoctorPassRoles.`,
		Example: `  aws iam create-policy --policy-name fargate-doctor --policy-document "$(fargate-doctor policy)"
  fargate-doctor policy --exec`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			policy := leastPolicy()
			if sessions {
				policy.Statement = append(policy.Statement, sessionStatements()...)
			}
			if launches {
				policy.Statement = append(policy.Statement, launchStatements()...)
			}
			return p.writeJSON(policy)
		},
	}
	cmd.Flags().BoolVar(&sessions, "exec", false, "add what sessions of ECS Exec need")
	cmd.Flags().BoolVar(&launches, "debug", false, "add what the debug task needs")
	return cmd
}
