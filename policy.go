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

// runbookStatements returns what diagnose --runbook needs beside: to run the runbook, and what the runbook itself calls. The latter stands
// apart, because a role that is given to the runbook can have it instead.
func runbookStatements() []iamStatement {
	run := aws.SortedActions(append(live.AutomationOperations(), "ssm:AddTagsToResource")) // a start with tags asks for that too
	return []iamStatement{
		{Sid: "FargateDoctorRunbook", Effect: "Allow", Action: run, Resource: "*"},
		{Sid: "FargateDoctorRunbookChecks", Effect: "Allow", Action: steps.RunbookActions(), Resource: "*"},
	}
}

// acts lists what the program can do beside reading, by the flag of policy that adds what it needs.
var acts = []struct {
	flag, usage string
	statements  func() []iamStatement
}{
	{"exec", "add what sessions of ECS Exec need", sessionStatements},
	{"debug", "add what the debug task needs", launchStatements},
	{"runbook", "add what diagnose --runbook needs", runbookStatements},
}

func (p *program) policyCommand() *cobra.Command {
	wanted := make([]bool, len(acts))
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Print the least IAM policy that the program needs",
		Long: `policy prints the least IAM policy that a diagnosis needs, which only reads.

--exec adds what sessions need. The statement FargateDoctorSessionKey is for clusters that encrypt their sessions with a KMS key; put
the key's ARN for its resource, or leave it out. Resources of ecs:ExecuteCommand may be limited to clusters and tasks.

--debug adds what the debug task needs. Put the ARNs of your tasks' roles for the resource of FargateDoctorPassRoles.

--runbook adds what diagnose --runbook needs. The statement FargateDoctorRunbookChecks is what the runbook of AWS calls: it belongs to
the role of --automation-role where you give one (you then need iam:PassRole on it), and to you where you give none.`,
		Example: `  aws iam create-policy --policy-name fargate-doctor --policy-document "$(fargate-doctor policy)"
  fargate-doctor policy --exec --runbook`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			policy := leastPolicy()
			for i, a := range acts {
				if wanted[i] {
					policy.Statement = append(policy.Statement, a.statements()...)
				}
			}
			return p.writeJSON(policy)
		},
	}
	for i, a := range acts {
		cmd.Flags().BoolVar(&wanted[i], a.flag, false, a.usage)
	}
	return cmd
}
