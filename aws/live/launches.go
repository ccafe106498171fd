package live

import (
	"context"
	"maps"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"fargate-doctor/aws"
)

// Launches makes and removes tasks, services of one task, and their definitions.
type Launches struct{ actor }

// launchOperations lists every API call that making and removing needs.
func launchOperations(cfg sdk.Config) []operation {
	tasks := ecs.NewFromConfig(cfg)
	return []operation{
		op("ecs", lowerFirst, tasks.CreateService, 0),
		op("ecs", lowerFirst, tasks.DeleteService, 0),
		op("ecs", lowerFirst, tasks.DeregisterTaskDefinition, 0),
		op("ecs", lowerFirst, tasks.RegisterTaskDefinition, 0),
		op("ecs", lowerFirst, tasks.RunTask, 0),
		op("ecs", lowerFirst, tasks.StopTask, 0),
	}
}

// LaunchOperations returns the names ("ecs:RunTask") of the API calls that making and removing needs, in order.
func LaunchOperations() []string { return names(launchOperations) }

// Launches returns what makes tasks in the account's region.
func (a *Account) Launches() *Launches { return &Launches{a.actor(launchOperations)} }

// RegisterDefinition calls ecs:RegisterTaskDefinition, once: a second attempt would leave a second revision.
func (l *Launches) RegisterDefinition(ctx context.Context, r aws.DefinitionRequest) (string, error) {
	q := aws.Query{Service: "ecs", Operation: "RegisterTaskDefinition", Input: aws.Input{"taskDefinition": r.Family}}
	c := types.ContainerDefinition{
		Name: &r.Container, Image: &r.Image, Essential: sdk.Bool(true), EntryPoint: r.EntryPoint, Command: r.Command, Environment: pairs(r.Environment),
		LinuxParameters: &types.LinuxParameters{InitProcessEnabled: sdk.Bool(true)},
	}
	out, err := invoke[ecs.RegisterTaskDefinitionOutput](once(ctx), l.actor, q, &ecs.RegisterTaskDefinitionInput{
		Family: &r.Family, NetworkMode: types.NetworkModeAwsvpc, RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		Cpu: &r.CPU, Memory: &r.Memory, TaskRoleArn: optional(r.TaskRole), ExecutionRoleArn: optional(r.ExecutionRole),
		RuntimePlatform:      &types.RuntimePlatform{CpuArchitecture: types.CPUArchitecture(r.Architecture), OperatingSystemFamily: types.OSFamilyLinux},
		ContainerDefinitions: []types.ContainerDefinition{c}, Tags: tags(r.Tags),
	})
	if err != nil {
		return "", err
	}
	if out.TaskDefinition == nil || sdk.ToString(out.TaskDefinition.TaskDefinitionArn) == "" {
		return "", aws.Errorf(aws.Malformed, q, r.Family, "the answer holds no task definition")
	}
	return *out.TaskDefinition.TaskDefinitionArn, nil
}

// DeregisterDefinition calls ecs:DeregisterTaskDefinition.
func (l *Launches) DeregisterDefinition(ctx context.Context, arn string) error {
	q := aws.Query{Service: "ecs", Operation: "DeregisterTaskDefinition", Input: aws.Input{"taskDefinition": arn}}
	_, err := invoke[ecs.DeregisterTaskDefinitionOutput](ctx, l.actor, q, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &arn})
	return err
}

// RunTask calls ecs:RunTask for one task. The request's token makes it safe to try again.
func (l *Launches) RunTask(ctx context.Context, r aws.RunRequest) (string, error) {
	q := aws.Query{Service: "ecs", Operation: "RunTask", Input: aws.Input{"cluster": r.Cluster}}
	out, err := invoke[ecs.RunTaskOutput](ctx, l.actor, q, &ecs.RunTaskInput{
		Cluster: &r.Cluster, TaskDefinition: &r.Definition, Count: sdk.Int32(1), LaunchType: types.LaunchTypeFargate, PlatformVersion: optional(r.Platform),
		EnableExecuteCommand: true, NetworkConfiguration: network(r.Network), StartedBy: optional(r.StartedBy), ClientToken: optional(r.Token), Tags: tags(r.Tags),
		Overrides: &types.TaskOverride{ContainerOverrides: []types.ContainerOverride{{Name: &r.Container, Environment: pairs(r.Environment)}}},
	})
	if err != nil {
		return "", err
	}
	if len(out.Tasks) == 1 && sdk.ToString(out.Tasks[0].TaskArn) != "" {
		return *out.Tasks[0].TaskArn, nil
	}
	if len(out.Failures) > 0 { // RunTask answers so where capacity is short
		return "", aws.Errorf(aws.Other, q, r.Cluster, "%s %s", sdk.ToString(out.Failures[0].Reason), sdk.ToString(out.Failures[0].Detail))
	}
	return "", aws.Errorf(aws.Malformed, q, r.Cluster, "the answer holds no task")
}

// StopTask calls ecs:StopTask.
func (l *Launches) StopTask(ctx context.Context, cluster, task, reason string) error {
	q := aws.Query{Service: "ecs", Operation: "StopTask", Input: aws.Input{"cluster": cluster, "task": task}}
	_, err := invoke[ecs.StopTaskOutput](ctx, l.actor, q, &ecs.StopTaskInput{Cluster: &cluster, Task: &task, Reason: &reason})
	return err
}

// CreateService calls ecs:CreateService for a service of one task. The request's token makes it safe to try again.
func (l *Launches) CreateService(ctx context.Context, r aws.RunRequest) (string, error) {
	q := aws.Query{Service: "ecs", Operation: "CreateService", Input: aws.Input{"cluster": r.Cluster}}
	out, err := invoke[ecs.CreateServiceOutput](ctx, l.actor, q, &ecs.CreateServiceInput{
		Cluster: &r.Cluster, ServiceName: &r.Service, TaskDefinition: &r.Definition, DesiredCount: sdk.Int32(1), LaunchType: types.LaunchTypeFargate,
		PlatformVersion: optional(r.Platform), EnableExecuteCommand: true, NetworkConfiguration: network(r.Network), ClientToken: optional(r.Token),
		Tags: tags(r.Tags), PropagateTags: types.PropagateTagsService,
	})
	if err != nil {
		return "", err
	}
	if out.Service == nil || sdk.ToString(out.Service.ServiceArn) == "" {
		return "", aws.Errorf(aws.Malformed, q, r.Service, "the answer holds no service")
	}
	return *out.Service.ServiceArn, nil
}

// DeleteService calls ecs:DeleteService and stops the service's tasks.
func (l *Launches) DeleteService(ctx context.Context, cluster, service string) error {
	q := aws.Query{Service: "ecs", Operation: "DeleteService", Input: aws.Input{"cluster": cluster}}
	_, err := invoke[ecs.DeleteServiceOutput](ctx, l.actor, q, &ecs.DeleteServiceInput{Cluster: &cluster, Service: &service, Force: sdk.Bool(true)})
	return err
}

func network(n aws.NetworkConfiguration) *types.NetworkConfiguration {
	public := types.AssignPublicIpDisabled
	if n.AssignPublicIP {
		public = types.AssignPublicIpEnabled
	}
	return &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{
		Subnets: n.Subnets, SecurityGroups: n.SecurityGroups, AssignPublicIp: public,
	}}
}

func pairs(all []aws.Pair) []types.KeyValuePair {
	var out []types.KeyValuePair
	for _, p := range all {
		out = append(out, types.KeyValuePair{Name: &p.Name, Value: &p.Value})
	}
	return out
}

func tags(all map[string]string) []types.Tag {
	var out []types.Tag
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, types.Tag{Key: &key, Value: sdk.String(all[key])})
	}
	return out
}
