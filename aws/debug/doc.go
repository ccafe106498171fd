// Package debug makes the debug task: a container with the AWS CLI in the same subnets, security groups and roles as a task under study,
// into which sessions and probes can go (R3, R4). It says beforehand what it will make, follows it until its Exec agent runs, finds what
// runs already, and takes away what it made.
//
// A debug task ends by itself: its one process sleeps for the time to live and exits. Everything that is made carries the tag fargate-doctor.
//
// What AWS is asked for goes through API, which aws/live implements, and an aws.Reader. Whether the image can be pulled from that network,
// and why a task stopped, is for steps to say.
package debug

import (
	"context"

	"fargate-doctor/aws"
)

// An API is what making and removing debug tasks asks of AWS. Errors are *aws.Error.
type API interface {
	RegisterDefinition(ctx context.Context, r aws.DefinitionRequest) (arn string, err error)
	DeregisterDefinition(ctx context.Context, arn string) error
	RunTask(ctx context.Context, r aws.RunRequest) (arn string, err error)
	StopTask(ctx context.Context, cluster, task, reason string) error
	CreateService(ctx context.Context, r aws.RunRequest) (arn string, err error)
	DeleteService(ctx context.Context, cluster, service string) error
}

const (
	Family    = "fargate-doctor-debug" // of task definitions, and the name of services
	container = "debug"
	startedBy = "fargate-doctor"
	ttlName   = "FARGATE_DOCTOR_TTL"   // variable that holds how long the container lives, in seconds
	placeName = "FARGATE_DOCTOR_PLACE" // variable that holds Plan.place

	// Tag marks what the program made, and its value what that is; ExpiresTag holds when it ends by itself, in RFC 3339.
	Tag        = "fargate-doctor"
	ExpiresTag = "fargate-doctor-expires"
)
