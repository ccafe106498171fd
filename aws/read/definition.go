package read

import (
	"context"
	"time"

	"fargate-doctor/aws"
)

type wireTaskDefinition struct {
	TaskDefinitionArn, Family, NetworkMode string
	TaskRoleArn, ExecutionRoleArn          string
	Revision                               int
	RuntimePlatform                        struct{ OperatingSystemFamily, CpuArchitecture string }
	Cpu, Memory, PidMode                   string
	RequiresCompatibilities                []string
	ContainerDefinitions                   []wireContainerDefinition
	Volumes                                []struct {
		Name                   string
		EfsVolumeConfiguration *struct {
			FileSystemId, RootDirectory, TransitEncryption string
			AuthorizationConfig                            struct{ AccessPointId, Iam string }
		}
	}
}

type wireContainerDefinition struct {
	Name, Image, User     string
	Essential             *bool
	Environment           []aws.Pair
	EnvironmentFiles      []struct{ Value string }
	Secrets               []wireSecret
	RepositoryCredentials struct{ CredentialsParameter string }
	LogConfiguration      struct {
		LogDriver     string
		Options       map[string]string
		SecretOptions []wireSecret
	}
	FirelensConfiguration struct {
		Type    string
		Options map[string]string
	}
	ReadonlyRootFilesystem bool
	LinuxParameters        struct{ InitProcessEnabled bool }
	HealthCheck            *struct{}
	StartTimeout           int
	DependsOn              []struct{ ContainerName, Condition string }
	MountPoints            []struct {
		SourceVolume, ContainerPath string
		ReadOnly                    bool
	}
}

type wireSecret struct{ Name, ValueFrom string }

func (w wireTaskDefinition) definition() aws.TaskDefinition {
	d := aws.TaskDefinition{ARN: w.TaskDefinitionArn, Family: w.Family, Revision: w.Revision, NetworkMode: w.NetworkMode,
		TaskRole: w.TaskRoleArn, ExecutionRole: w.ExecutionRoleArn, OperatingSystem: w.RuntimePlatform.OperatingSystemFamily,
		Architecture: w.RuntimePlatform.CpuArchitecture, CPU: w.Cpu, Memory: w.Memory, PIDMode: w.PidMode,
		Compatibilities: w.RequiresCompatibilities}
	for _, c := range w.ContainerDefinitions {
		d.Containers = append(d.Containers, c.container())
	}
	for _, wv := range w.Volumes {
		v := aws.Volume{Name: wv.Name}
		if e := wv.EfsVolumeConfiguration; e != nil {
			v.EFS = aws.EFSVolume{FileSystem: e.FileSystemId, AccessPoint: e.AuthorizationConfig.AccessPointId, RootDirectory: e.RootDirectory,
				IAM: e.AuthorizationConfig.Iam == "ENABLED", TransitEncryption: e.TransitEncryption == "ENABLED"}
		}
		d.Volumes = append(d.Volumes, v)
	}
	return d
}

func (w wireContainerDefinition) container() aws.ContainerDefinition {
	c := aws.ContainerDefinition{Name: w.Name, Image: w.Image, User: w.User, Environment: w.Environment,
		Essential: w.Essential == nil || *w.Essential, // essential unless said otherwise
		Secrets:   secretPairs(w.Secrets), RepositoryCredentials: w.RepositoryCredentials.CredentialsParameter,
		LogDriver: w.LogConfiguration.LogDriver, LogOptions: w.LogConfiguration.Options, LogSecrets: secretPairs(w.LogConfiguration.SecretOptions),
		FireLens: w.FirelensConfiguration.Type, FireLensOptions: w.FirelensConfiguration.Options, ReadonlyRoot: w.ReadonlyRootFilesystem,
		InitProcess: w.LinuxParameters.InitProcessEnabled, HealthCheck: w.HealthCheck != nil, StartTimeout: time.Duration(w.StartTimeout) * time.Second}
	for _, f := range w.EnvironmentFiles {
		c.EnvironmentFiles = append(c.EnvironmentFiles, f.Value)
	}
	for _, d := range w.DependsOn {
		c.DependsOn = append(c.DependsOn, aws.Dependency{Container: d.ContainerName, Condition: d.Condition})
	}
	for _, m := range w.MountPoints {
		c.Mounts = append(c.Mounts, aws.Mount{Volume: m.SourceVolume, Path: m.ContainerPath, ReadOnly: m.ReadOnly})
	}
	return c
}

func secretPairs(wire []wireSecret) []aws.Pair {
	var pairs []aws.Pair
	for _, w := range wire {
		pairs = append(pairs, aws.Pair{Name: w.Name, Value: w.ValueFrom})
	}
	return pairs
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
