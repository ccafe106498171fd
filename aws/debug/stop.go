package debug

import (
	"context"
	"errors"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

const reason = "fargate-doctor: the debug task is no longer needed"

// Stop stops a debug task, deletes its service, and deregisters the task definitions of the family that no other debug task uses.
func (l *Launcher) Stop(ctx context.Context, d Launched) error {
	if err := l.remove(ctx, d.Task.Cluster, d, false); err != nil {
		return err
	}
	rest, err := List(ctx, l.Reader, d.Task.Cluster)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, other := range rest {
		if other.Task.ARN != d.Task.ARN {
			used[other.Definition] = true
		}
	}
	arns, err := read.TaskDefinitions(ctx, l.Reader, Family)
	if err != nil {
		return err
	}
	for _, arn := range arns {
		if !used[arn] {
			err = errors.Join(err, l.API.DeregisterDefinition(ctx, arn))
		}
	}
	return err
}

// remove takes away a service, a task and, when it was made for this launch, its task definition. What is gone already is no error.
func (l *Launcher) remove(ctx context.Context, cluster string, d Launched, definition bool) error {
	var all error
	try := func(err error) {
		if err != nil && aws.KindOf(err) != aws.NotFound {
			all = errors.Join(all, err)
		}
	}
	if d.Service != "" {
		try(l.API.DeleteService(ctx, cluster, d.Service))
	}
	if d.Task.ARN != "" && !d.Task.Ended() {
		try(l.API.StopTask(ctx, cluster, d.Task.ARN, reason))
	}
	if definition && d.Definition != "" {
		try(l.API.DeregisterDefinition(ctx, d.Definition))
	}
	return all
}
