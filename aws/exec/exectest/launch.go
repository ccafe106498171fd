//go:build unix

package exectest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What the stand-in's service and its task definition are made of.
const (
	Subnet        = "subnet-0f1f1f1f1f1f1f1f1"
	SecurityGroup = "sg-02ad02ad02ad02ad0"
	TaskRole      = "arn:aws:iam::" + Account + ":role/web-task"
)

// A Launched is a task that was started, as it was asked for.
type Launched struct {
	Definition map[string]any // the request for its task definition
	Run        map[string]any // the request for the task
	Stopped    bool

	arn, definition string
	at              time.Time
}

// startingUp is how long each phase of a started task lasts.
const startingUp = 300 * time.Millisecond

// Launched returns the tasks that were started, in order.
func (s *Server) Launched() []Launched {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Launched
	for _, l := range s.launched {
		all = append(all, *l)
	}
	return all
}

// Definitions returns how many task definitions that were registered are left.
func (s *Server) Definitions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.definitions)
}

// launches answers what is asked of ECS to find a task, and to start and stop one. It reports whether the action is among that.
func (s *Server) launches(w http.ResponseWriter, action string, in map[string]any) bool {
	text := func(key string) string { v, _ := in[key].(string); return v }
	arn := func(kind, name string) string {
		return "arn:aws:ecs:" + Region + ":" + Account + ":" + kind + "/" + name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch action {
	case "ecs:ListClusters":
		answer(w, map[string]any{"clusterArns": []string{ClusterARN}})
	case "ecs:DescribeClusters":
		answer(w, map[string]any{"clusters": []any{map[string]any{"clusterArn": ClusterARN, "clusterName": Cluster, "status": "ACTIVE", "runningTasksCount": 1}}})
	case "ecs:ListServices":
		answer(w, map[string]any{"serviceArns": []string{arn("service", Cluster+"/"+Service)}})
	case "ecs:DescribeServices":
		network := map[string]any{"subnets": []string{Subnet}, "securityGroups": []string{SecurityGroup}, "assignPublicIp": "DISABLED"}
		answer(w, map[string]any{"services": []any{map[string]any{"serviceArn": arn("service", Cluster+"/"+Service), "serviceName": Service, "clusterArn": ClusterARN,
			"status": "ACTIVE", "desiredCount": 1, "runningCount": 1, "taskDefinition": arn("task-definition", Service+":1"),
			"networkConfiguration": map[string]any{"awsvpcConfiguration": network}}}})
	case "ecs:ListTaskDefinitions":
		answer(w, map[string]any{"taskDefinitionArns": slices.Sorted(maps.Keys(s.definitions))})
	case "ecs:DescribeTaskDefinition":
		d := map[string]any{"taskDefinitionArn": arn("task-definition", Service+":1"), "family": Service, "taskRoleArn": TaskRole}
		if own, ok := s.definitions[text("taskDefinition")]; ok {
			d = maps.Clone(own)
			d["taskDefinitionArn"] = text("taskDefinition")
		}
		answer(w, map[string]any{"taskDefinition": d})
	case "ecs:RegisterTaskDefinition":
		name := arn("task-definition", fmt.Sprintf("%s:%d", text("family"), s.calls[action]))
		s.definitions[name] = in
		answer(w, map[string]any{"taskDefinition": map[string]any{"taskDefinitionArn": name}})
	case "ecs:DeregisterTaskDefinition":
		delete(s.definitions, text("taskDefinition"))
		answer(w, map[string]any{"taskDefinition": map[string]any{"taskDefinitionArn": text("taskDefinition")}})
	case "ecs:RunTask":
		l := &Launched{Definition: s.definitions[text("taskDefinition")], Run: in, arn: arn("task", Cluster+"/"+randomHex(16)), definition: text("taskDefinition"), at: time.Now()}
		s.launched = append(s.launched, l)
		answer(w, map[string]any{"tasks": []any{map[string]any{"taskArn": l.arn}}})
	case "ecs:StopTask":
		for _, l := range s.launched {
			l.Stopped = l.Stopped || l.arn == text("task")
		}
		answer(w, map[string]any{"task": map[string]any{"taskArn": text("task")}})
	default:
		return false
	}
	return true
}

// startedTasks lists the started tasks that run, or have stopped. The caller holds the lock.
func (s *Server) startedTasks(stopped bool) []string {
	var arns []string
	for _, l := range s.launched {
		if l.Stopped == stopped {
			arns = append(arns, l.arn)
		}
	}
	return arns
}

// startedTask is what DescribeTasks shows of a started task, nil when there is none with that ARN or id. The caller holds the lock.
func (s *Server) startedTask(id string) map[string]any {
	for _, l := range s.launched {
		if l.arn != id && !strings.HasSuffix(l.arn, "/"+id) {
			continue
		}
		status, agent := "PROVISIONING", "PENDING"
		switch age := time.Since(l.at); {
		case l.Stopped:
			status, agent = "STOPPED", "STOPPED"
		case age > 3*startingUp:
			status, agent = "RUNNING", "RUNNING"
		case age > 2*startingUp:
			status = "RUNNING"
		case age > startingUp:
			status = "PENDING"
		}
		return map[string]any{"taskArn": l.arn, "clusterArn": ClusterARN, "taskDefinitionArn": l.definition, "lastStatus": status, "desiredStatus": "RUNNING",
			"launchType": "FARGATE", "enableExecuteCommand": l.Run["enableExecuteCommand"], "startedBy": l.Run["startedBy"], "overrides": l.Run["overrides"],
			"createdAt":   float64(l.at.UnixMilli()) / 1000,
			"attachments": []any{attachment()},
			"containers": []any{map[string]any{"name": "debug", "lastStatus": status, "runtimeId": "debug-1",
				"managedAgents": []any{map[string]any{"name": "ExecuteCommandAgent", "lastStatus": agent}}}}}
	}
	return nil
}

// attachment is that of every task.
func attachment() map[string]any {
	return map[string]any{"id": "attachment", "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": []any{map[string]string{"name": "subnetId", "value": Subnet}}}
}
