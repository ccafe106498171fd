package read

import (
	"context"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// AllSubnets returns the subnets of all VPCs of a region. It needs no id, so it can be asked before the task is known, and the
// task's VPC is found one round trip earlier.
func AllSubnets(ctx context.Context, r aws.Reader, region string) ([]vpc.Subnet, error) {
	return subnets.read(ctx, r, aws.Query{Service: "ec2", Operation: "DescribeSubnets", Region: region}, every)
}
