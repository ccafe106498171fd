package exec

import (
	"fmt"
	"strings"

	"fargate-doctor/aws"
)

// A Target is a container that a session can be opened in.
type Target struct {
	Cluster   string // name or ARN
	Task      string // ARN
	Container string // name
	RuntimeID string
	Windows   bool // of a Windows platform: sessions for people only
}

// id is what Systems Manager calls the target: ecs:CLUSTER_TASK_RUNTIMEID.
func (t Target) id() string {
	return "ecs:" + aws.ShortName(t.Cluster) + "_" + aws.ShortName(t.Task) + "_" + t.RuntimeID
}

func (t Target) String() string {
	return fmt.Sprintf("container %s of task %s", t.Container, aws.ShortName(t.Task))
}

// Choose returns the container of a task to open a session in: the one with that name, or the only one whose Exec agent runs when no
// name is given. With several it refuses and lists them: the wrong container looks like the right one for hours. The error is an *Error
// that says what is missing for a session.
func Choose(task aws.Task, container string) (Target, error) {
	id := aws.ShortName(task.ARN)
	if !task.Running() {
		return Target{}, &Error{Text: fmt.Sprintf("task %s is %s: a session needs a running task", id, task.LastStatus),
			Hint: "choose another task; a service's newest task is taken with --service"}
	}
	if !task.ExecEnabled {
		return Target{}, notEnabled(task)
	}
	open := task.Open()
	var names []string
	chosen := aws.Container{}
	for _, c := range task.Containers {
		names = append(names, c.Name)
		if c.Name == container || container == "" && c.Open() {
			chosen = c
		}
	}
	switch {
	case container == "" && len(open) > 1:
		return Target{}, &Error{Text: fmt.Sprintf("task %s has several containers: %s", id, strings.Join(open, ", ")),
			Hint: "say which with --container, for example --container " + open[0]}
	case container == "" && len(open) == 0:
		return Target{}, agentAway(task, task.Containers)
	case chosen.Name == "":
		return Target{}, &Error{Text: fmt.Sprintf("task %s has no container %s", id, container), Hint: "it has " + strings.Join(names, ", ")}
	case chosen.Status != "RUNNING":
		return Target{}, &Error{Text: fmt.Sprintf("container %s of task %s is %s: a session needs a running container", chosen.Name, id, chosen.Status)}
	case chosen.ExecAgent != "RUNNING":
		return Target{}, agentAway(task, []aws.Container{chosen})
	}
	return Target{Cluster: task.Cluster, Task: task.ARN, Container: chosen.Name, RuntimeID: chosen.RuntimeID, Windows: task.Windows()}, nil
}

var errWindows = &Error{Text: "programs for scripts are run in Linux containers only", Hint: "leave the program out for a session at a terminal"}

func notEnabled(task aws.Task) *Error {
	e := &Error{Cause: "exec.not-enabled", Text: fmt.Sprintf("ECS Exec is off for task %s", aws.ShortName(task.ARN)),
		Hint: "it is set when a task starts: aws ecs run-task --enable-execute-command"}
	if service := task.ServiceName(); service != "" {
		e.Hint = fmt.Sprintf("it is set when a task starts; for the service: aws ecs update-service --cluster %s --service %s --enable-execute-command --force-new-deployment",
			aws.ShortName(task.Cluster), service)
	}
	return e
}

// agentAway says that the Exec agent of these containers does not run: it starts, or it does not.
func agentAway(task aws.Task, containers []aws.Container) *Error {
	id := aws.ShortName(task.ARN)
	for _, c := range containers {
		if c.ExecAgent == "PENDING" {
			return &Error{Cause: "exec.agent-starting", Text: fmt.Sprintf("the Exec agent in container %s of task %s is starting", c.Name, id),
				Hint: "try again in some seconds"}
		}
	}
	var states []string
	for _, c := range containers {
		state := "none"
		if c.ExecAgent != "" {
			state = c.ExecAgent
		}
		states = append(states, c.Name+": "+state)
	}
	return &Error{Cause: "exec.agent-not-running", Text: fmt.Sprintf("no Exec agent runs in task %s (%s)", id, strings.Join(states, ", ")),
		Hint: "the agent needs the task role's ssmmessages actions and a way to the ssmmessages endpoint"}
}
