package read

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"fargate-doctor/aws"
)

type wireTask struct {
	TaskArn, ClusterArn, Group, TaskDefinitionArn, LaunchType  string
	LastStatus, DesiredStatus, PlatformVersion, PlatformFamily string
	AvailabilityZone, StopCode, StoppedReason                  string

	EnableExecuteCommand            bool
	CreatedAt, StartedAt, StoppedAt moment
	Attachments                     []wireAttachment
	Containers                      []wireContainer
	Overrides                       struct {
		TaskRoleArn, ExecutionRoleArn string
		ContainerOverrides            []struct {
			Name        string
			Environment []aws.Pair
		}
	}
}

type wireAttachment struct {
	ID, Type, Status string
	Details          []aws.Pair
}

type wireContainer struct {
	Name, Image, LastStatus, Reason, RuntimeID string

	ExitCode          *int
	NetworkInterfaces []struct{ AttachmentID, IPv6Address string }
	ManagedAgents     []struct{ Name, LastStatus, Reason string }
}

func (w wireTask) task() (aws.Task, error) {
	t := aws.Task{ARN: w.TaskArn, ID: aws.ShortName(w.TaskArn), Cluster: w.ClusterArn, Group: w.Group,
		TaskDefinition: w.TaskDefinitionArn, LaunchType: w.LaunchType, LastStatus: w.LastStatus, DesiredStatus: w.DesiredStatus,
		PlatformVersion: w.PlatformVersion, PlatformFamily: w.PlatformFamily, Zone: w.AvailabilityZone,
		StopCode: w.StopCode, StoppedReason: w.StoppedReason, ExecEnabled: w.EnableExecuteCommand,
		TaskRole: w.Overrides.TaskRoleArn, ExecutionRole: w.Overrides.ExecutionRoleArn,
		Created: w.CreatedAt.Time, Started: w.StartedAt.Time, Stopped: w.StoppedAt.Time}
	for _, c := range w.Containers {
		t.Containers = append(t.Containers, c.container())
	}
	for _, o := range w.Overrides.ContainerOverrides {
		if len(o.Environment) > 0 {
			if t.Environment == nil {
				t.Environment = map[string][]aws.Pair{}
			}
			t.Environment[o.Name] = o.Environment
		}
	}
	for _, a := range w.Attachments {
		switch a.Type {
		case "ElasticNetworkInterface", "eni":
		case "Service Connect", "ServiceConnect":
			t.ServiceConnect = true
			continue
		default: // a volume
			continue
		}
		attachment, err := a.attachment(w.Containers)
		if err != nil {
			return t, err
		}
		t.Attachment = attachment
	}
	return t, nil
}

// attachment returns the interface's attachment. Its IPv6 address is only among the containers' interfaces.
func (w wireAttachment) attachment(containers []wireContainer) (aws.Attachment, error) {
	a := aws.Attachment{ID: w.ID, Status: w.Status}
	var err error
	for _, d := range w.Details {
		switch d.Name {
		case "subnetId":
			a.Subnet = d.Value
		case "networkInterfaceId":
			a.Interface = d.Value
		case "privateIPv4Address":
			if a.PrivateIPv4, err = address(d.Value); err != nil {
				return a, err
			}
		}
	}
	for _, c := range containers {
		for _, i := range c.NetworkInterfaces {
			if i.AttachmentID == w.ID && i.IPv6Address != "" {
				a.IPv6, err = address(i.IPv6Address)
				return a, err
			}
		}
	}
	return a, nil
}

func (w wireContainer) container() aws.Container {
	c := aws.Container{Name: w.Name, Image: w.Image, Status: w.LastStatus, Reason: w.Reason, RuntimeID: w.RuntimeID}
	if w.ExitCode != nil {
		c.ExitCode, c.HasExitCode = *w.ExitCode, true
	}
	for _, agent := range w.ManagedAgents {
		if agent.Name == "ExecuteCommandAgent" {
			c.ExecAgent, c.ExecReason = agent.LastStatus, agent.Reason
		}
	}
	return c
}

func describeTasks(cluster string, tasks []string) aws.Query {
	return aws.Query{Service: "ecs", Operation: "DescribeTasks", Input: inCluster(cluster, aws.Input{"tasks": tasks})}
}

// Tasks passes the tasks of a cluster to page, running and recently stopped ones, as they arrive. An empty service means all.
func Tasks(ctx context.Context, r aws.Reader, cluster, service string, page func([]aws.Task)) error {
	var mu sync.Mutex // both listings pass their tasks to the one page
	seen := map[string]bool{}
	pass := func(all []aws.Task) {
		mu.Lock()
		defer mu.Unlock()
		page(slices.DeleteFunc(all, func(t aws.Task) bool {
			unwanted := seen[t.ARN] || !within(t.Cluster, cluster) || service != "" && t.ServiceName() != aws.ShortName(service)
			seen[t.ARN] = true
			return unwanted
		}))
	}
	var failures [2]error
	var wait sync.WaitGroup
	for i, status := range []string{"RUNNING", "STOPPED"} {
		input := inCluster(cluster, aws.Input{"desiredStatus": status})
		if service != "" {
			input["serviceName"] = aws.ShortName(service)
		}
		wait.Go(func() {
			failures[i] = listing[wireTask, aws.Task]{
				list:     aws.Query{Service: "ecs", Operation: "ListTasks", Input: input},
				listKey:  "taskArns",
				describe: func(arns []string) aws.Query { return describeTasks(cluster, arns) },
				key:      "tasks", batch: 100, value: wireTask.task, arn: func(t aws.Task) string { return t.ARN },
			}.read(ctx, r, pass)
		})
	}
	wait.Wait()
	if failures[0] != nil {
		return failures[0]
	}
	return failures[1]
}

// Task returns one task by id or ARN. One that is gone (stopped tasks stay for about an hour) is an error of kind aws.NotFound.
func Task(ctx context.Context, r aws.Reader, cluster, task string) (aws.Task, error) {
	q := describeTasks(cluster, []string{task})
	type answer struct {
		Tasks    []wireTask
		Failures []struct{ Arn, Reason, Detail string }
	}
	var found aws.Task
	err := r.Read(ctx, q, func(page json.RawMessage) error {
		if _, err := member(page, "tasks"); err != nil {
			return aws.Errorf(aws.Malformed, q, task, "%w", err)
		}
		var a answer
		if err := json.Unmarshal(page, &a); err != nil {
			return aws.Errorf(aws.Malformed, q, task, "%w", err)
		}
		for _, f := range a.Failures {
			if named(f.Arn, aws.ShortName(task)) && f.Reason != "MISSING" {
				return aws.Errorf(aws.Other, q, task, "%s %s", f.Reason, f.Detail)
			}
		}
		for _, w := range a.Tasks {
			if !named(w.TaskArn, task) || !within(w.ClusterArn, cluster) {
				continue
			}
			t, err := w.task()
			if err != nil {
				return aws.Errorf(aws.Malformed, q, task, "%w", err)
			}
			found = t
		}
		return nil
	})
	if err == nil && found.ARN == "" {
		err = aws.Errorf(aws.NotFound, q, task, "%s has no such task; a stopped one is forgotten after about an hour", clusterOf(cluster))
	}
	return found, err
}
