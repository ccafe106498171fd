package steps

import (
	"context"
	"strconv"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

// task is the task that is examined: the one that the case names, else the service's newest running task, else its last
// stopped one; where it does not start, the one that failed last (R31). It is the zero Task when the service has none, or when the case describes a task that does not exist yet.
var task = &Fact[aws.Task]{
	Name:    "task",
	Actions: []string{"ecs:ListTasks", "ecs:DescribeTasks"},
	Key: func(f Facts) string {
		return strings.Join([]string{f.c.Cluster, f.c.Service, f.c.Task, strconv.FormatBool(f.c.Symptom == Start)}, " ")
	},
	Fetch: func(ctx context.Context, s source, f Facts) (aws.Task, error) {
		c := f.c
		switch {
		case c.Launch != nil:
			return aws.Task{}, nil
		case c.Task != "":
			return read.FindTask(ctx, s, c.Cluster, c.Service, c.Task)
		}
		if c.Symptom != Start {
			return read.NewestTask(ctx, s, c.Cluster, c.Service)
		}
		var all []aws.Task
		err := read.Tasks(ctx, s, c.Cluster, c.Service, func(page []aws.Task) { all = append(all, page...) })
		return failedLast(all), err
	},
}

// service is the service that the case names; the zero Service when it names none.
var service = &Fact[aws.Service]{
	Name:    "service",
	Actions: []string{"ecs:DescribeServices"},
	Key:     func(f Facts) string { return f.c.Cluster + " " + f.c.Service },
	Fetch: func(ctx context.Context, s source, f Facts) (aws.Service, error) {
		if f.c.Service == "" || f.c.Launch != nil {
			return aws.Service{}, nil
		}
		return read.Service(ctx, s, f.c.Cluster, f.c.Service)
	},
}

// owner is the service that started the task, or the service that the case names; the zero Service when there is none.
var owner = &Fact[aws.Service]{
	Name:    "the task's service",
	Actions: []string{"ecs:DescribeServices"},
	Needs:   []known{task},
	Wants:   []known{service},
	Key:     func(f Facts) string { return f.c.Cluster + " " + ownerName(f) },
	Fetch: func(ctx context.Context, s source, f Facts) (aws.Service, error) {
		name := ownerName(f)
		switch {
		case name == "":
			return aws.Service{}, nil
		case name == f.c.Service:
			return service.Try(f)
		}
		return read.Service(ctx, s, f.c.Cluster, name)
	},
}

func ownerName(f Facts) string {
	if name := task.Of(f).ServiceName(); name != "" {
		return name
	}
	return f.c.Service
}

// drafted is the task definition that the named service would start tasks from. It is nearly always the task's own: asked for at once,
// before the task is known, it spares a round trip.
var drafted = &Fact[aws.TaskDefinition]{
	Name:    "task definition of the service",
	Actions: []string{"ecs:DescribeTaskDefinition"},
	Needs:   []known{service},
	Key:     func(f Facts) string { return service.Of(f).TaskDefinition },
	Fetch: func(ctx context.Context, s source, f Facts) (aws.TaskDefinition, error) {
		if arn := service.Of(f).TaskDefinition; arn != "" {
			return read.TaskDefinition(ctx, s, arn)
		}
		return aws.TaskDefinition{}, nil
	},
}

// definition is the task definition of the task; the zero value when the case describes a task that does not exist yet.
var definition = &Fact[aws.TaskDefinition]{
	Name:    "task definition",
	Actions: []string{"ecs:DescribeTaskDefinition"},
	Needs:   []known{task},
	Wants:   []known{service, drafted},
	Key:     definitionARN,
	Fetch: func(ctx context.Context, s source, f Facts) (aws.TaskDefinition, error) {
		arn := definitionARN(f)
		if arn == "" {
			if _, err := service.Try(f); err != nil {
				return aws.TaskDefinition{}, err
			}
			return aws.TaskDefinition{}, nil
		}
		if d, err := drafted.Try(f); err == nil && d.ARN == arn {
			return d, nil
		}
		return read.TaskDefinition(ctx, s, arn)
	},
}

func definitionARN(f Facts) string {
	if arn := task.Of(f).TaskDefinition; arn != "" {
		return arn
	}
	s, _ := service.Try(f)
	return s.TaskDefinition
}

// caller is who the program is.
var caller = &Fact[aws.Identity]{
	Name:    "identity",
	Actions: []string{"sts:GetCallerIdentity"},
	Fetch: func(ctx context.Context, s source, _ Facts) (aws.Identity, error) {
		return read.Identity(ctx, s)
	},
}

// dualStackSetting is the account setting dualStackIPv6, "enabled" or "disabled" (R26).
var dualStackSetting = &Fact[string]{
	Name:    "account setting dualStackIPv6",
	Actions: []string{"ecs:ListAccountSettings"},
	Fetch: func(ctx context.Context, s source, _ Facts) (string, error) {
		return read.AccountSetting(ctx, s, "dualStackIPv6")
	},
}
