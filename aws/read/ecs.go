package read

import (
	"context"
	"errors"

	"fargate-doctor/aws"
)

var errTODO = errors.New("not written yet")

// Identity returns who the reader is.
func Identity(ctx context.Context, r aws.Reader) (aws.Identity, error) {
	return aws.Identity{}, errTODO
}

// Clusters passes all clusters to page, as they arrive.
func Clusters(ctx context.Context, r aws.Reader, page func([]aws.Cluster)) error { return errTODO }

// Services passes all services of a cluster to page, as they arrive.
func Services(ctx context.Context, r aws.Reader, cluster string, page func([]aws.Service)) error {
	return errTODO
}

// Tasks passes the tasks of a cluster to page, running and recently stopped ones, as they arrive. An empty service means all.
func Tasks(ctx context.Context, r aws.Reader, cluster, service string, page func([]aws.Task)) error {
	return errTODO
}

// Task returns one task by id or ARN.
func Task(ctx context.Context, r aws.Reader, cluster, task string) (aws.Task, error) {
	return aws.Task{}, errTODO
}

// Service returns one service by name or ARN.
func Service(ctx context.Context, r aws.Reader, cluster, service string) (aws.Service, error) {
	return aws.Service{}, errTODO
}

// TaskDefinition returns a task definition by ARN or family:revision.
func TaskDefinition(ctx context.Context, r aws.Reader, arn string) (aws.TaskDefinition, error) {
	return aws.TaskDefinition{}, errTODO
}

// AccountSetting returns the effective value of an ECS account setting ("dualStackIPv6": "enabled" or "disabled").
func AccountSetting(ctx context.Context, r aws.Reader, name string) (string, error) {
	return "", errTODO
}
