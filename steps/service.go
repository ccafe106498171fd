package steps

import "fargate-doctor/aws/vpc"

// A ServiceChoice is an AWS service that a task may want to reach.
type ServiceChoice struct {
	Name    string   // "sns", "ecr.api": the last part of its endpoint service name
	Title   string   // "Simple Notification Service"; "" when it is not a common one
	Host    string   // "sns.eu-central-1.amazonaws.com"
	Aliases []string // other words that a person may type
}

// Services lists the services of a region, sorted by name: those that known names (from DescribeVpcEndpointServices, may be
// nil) and the common ones.
func Services(region string, known []vpc.EndpointService) []ServiceChoice { return nil }
