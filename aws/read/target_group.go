package read

import (
	"context"

	"fargate-doctor/aws"
)

// TargetGroupActions are the IAM actions that TargetGroup needs.
var TargetGroupActions = []string{"elasticloadbalancing:DescribeTargetGroups"}

// TargetGroup returns a target group by its ARN. One that does not exist is an error of kind aws.NotFound.
func TargetGroup(ctx context.Context, r aws.Reader, arn string) (aws.TargetGroup, error) {
	a, _ := aws.ParseARN(arn)
	q := aws.Query{Service: "elasticloadbalancing", Operation: "DescribeTargetGroups", Region: a.Region, Input: aws.Input{"TargetGroupArns": []string{arn}}}
	wire, err := elements[struct {
		TargetGroupArn, TargetGroupName, TargetType, Protocol, VpcId, HealthCheckPath, HealthCheckPort string
		Port                                                                                           int
	}](ctx, r, q, "TargetGroups")
	if err != nil {
		return aws.TargetGroup{}, err
	}
	for _, w := range wire {
		if w.TargetGroupArn == arn {
			return aws.TargetGroup{ARN: arn, Name: w.TargetGroupName, TargetType: w.TargetType, Protocol: w.Protocol, Port: w.Port, VPC: w.VpcId,
				HealthPath: w.HealthCheckPath, HealthPort: w.HealthCheckPort}, nil
		}
	}
	return aws.TargetGroup{}, aws.Errorf(aws.NotFound, q, arn, "the answer does not hold it")
}
