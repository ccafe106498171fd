package read

import (
	"context"

	"fargate-doctor/aws"
)

type wireTaskDefinition struct {
	TaskDefinitionArn, Family, NetworkMode string
	TaskRoleArn, ExecutionRoleArn          string
	Revision                               int
	RuntimePlatform                        struct{ OperatingSystemFamily, CpuArchitecture string }
	RequiresCompatibilities                []string
	ContainerDefinitions                   []struct {
		Name, Image string
		Essential   *bool
		Environment []aws.Pair
		Secrets     []struct{ Name, ValueFrom string }
	}
}

func (w wireTaskDefinition) definition() aws.TaskDefinition {
	d := aws.TaskDefinition{ARN: w.TaskDefinitionArn, Family: w.Family, Revision: w.Revision, NetworkMode: w.NetworkMode,
		TaskRole: w.TaskRoleArn, ExecutionRole: w.ExecutionRoleArn, OperatingSystem: w.RuntimePlatform.OperatingSystemFamily,
		Architecture: w.RuntimePlatform.CpuArchitecture, Compatibilities: w.RequiresCompatibilities}
	for _, wc := range w.ContainerDefinitions {
		c := aws.ContainerDefinition{Name: wc.Name, Image: wc.Image, Environment: wc.Environment,
			Essential: wc.Essential == nil || *wc.Essential} // essential unless said otherwise
		for _, s := range wc.Secrets {
			c.Secrets = append(c.Secrets, aws.Pair{Name: s.Name, Value: s.ValueFrom})
		}
		d.Containers = append(d.Containers, c)
	}
	return d
}

// TaskDefinition returns a task definition by ARN or family:revision.
func TaskDefinition(ctx context.Context, r aws.Reader, arn string) (aws.TaskDefinition, error) {
	q := aws.Query{Service: "ecs", Operation: "DescribeTaskDefinition", Input: aws.Input{"taskDefinition": arn}}
	answer, err := object[struct{ TaskDefinition wireTaskDefinition }](ctx, r, q, "taskDefinition")
	if err != nil {
		return aws.TaskDefinition{}, err
	}
	if answer.TaskDefinition.TaskDefinitionArn == "" {
		return aws.TaskDefinition{}, aws.Errorf(aws.Malformed, q, arn, "the task definition has no ARN")
	}
	return answer.TaskDefinition.definition(), nil
}
