package debug

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fargate-doctor/aws"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cloud is an ECS in which one task goes through stages, one a look.
type cloud struct {
	reading sync.Mutex // services are read by several calls at once
	stages  []string   // lastStatus, with "+agent" when the agent runs, "STOPPED: reason"
	fail    map[string]error
	looks   int

	tasks, services, definitions map[string]bool // what is there
	asked                        []aws.RunRequest
	registered                   aws.DefinitionRequest
}

func newCloud(stages ...string) *cloud {
	return &cloud{stages: stages, fail: map[string]error{}, tasks: map[string]bool{}, services: map[string]bool{}, definitions: map[string]bool{}}
}

const taskARN = "arn:aws:ecs:eu-central-1:111122223333:task/shop/0123456789abcdef"

func (c *cloud) RegisterDefinition(_ context.Context, r aws.DefinitionRequest) (string, error) {
	arn := fmt.Sprintf("arn:aws:ecs:eu-central-1:111122223333:task-definition/%s:%d", r.Family, len(c.definitions)+1)
	if err := c.fail["register"]; err != nil {
		return "", err
	}
	c.definitions[arn], c.registered = true, r
	return arn, nil
}

func (c *cloud) DeregisterDefinition(_ context.Context, arn string) error {
	delete(c.definitions, arn)
	return c.fail["deregister"]
}

func (c *cloud) RunTask(_ context.Context, r aws.RunRequest) (string, error) {
	if err := c.fail["run"]; err != nil {
		return "", err
	}
	c.tasks[taskARN], c.asked = true, append(c.asked, r)
	return taskARN, nil
}

func (c *cloud) StopTask(_ context.Context, _, task, _ string) error {
	delete(c.tasks, task)
	return c.fail["stop"]
}

func (c *cloud) CreateService(_ context.Context, r aws.RunRequest) (string, error) {
	if err := c.fail["create"]; err != nil {
		return "", err
	}
	c.services[r.Service], c.tasks[taskARN], c.asked = true, true, append(c.asked, r)
	return "arn:aws:ecs:eu-central-1:111122223333:service/shop/" + r.Service, c.fail["answer"]
}

func (c *cloud) DeleteService(_ context.Context, _, service string) error {
	delete(c.services, service)
	clear(c.tasks)
	return c.fail["delete"]
}

func (c *cloud) Read(_ context.Context, q aws.Query, page func(json.RawMessage) error) error {
	data, err := c.answer(q)
	if err != nil {
		return err
	}
	return page(data)
}

func (c *cloud) answer(q aws.Query) (json.RawMessage, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if err := c.fail[q.Operation]; err != nil {
		return nil, err
	}
	answer := map[string]any{}
	switch q.Operation {
	case "ListTaskDefinitions":
		answer["taskDefinitionArns"] = slices.AppendSeq([]string{}, maps.Keys(c.definitions))
	case "DescribeTaskDefinition":
		r := c.registered
		answer["taskDefinition"] = map[string]any{"taskDefinitionArn": q.Input["taskDefinition"], "family": r.Family, "cpu": r.CPU, "memory": r.Memory,
			"taskRoleArn": r.TaskRole, "executionRoleArn": r.ExecutionRole, "runtimePlatform": map[string]string{"cpuArchitecture": r.Architecture},
			"containerDefinitions": []any{map[string]any{"name": r.Container, "image": r.Image, "linuxParameters": map[string]bool{"initProcessEnabled": true}}}}
	case "ListTasks":
		answer["taskArns"] = slices.AppendSeq([]string{}, maps.Keys(c.tasks))
	case "DescribeTasks":
		answer["tasks"] = []any{c.task()}
	}
	return json.Marshal(answer)
}

func (c *cloud) task() map[string]any {
	stage := c.stages[min(c.looks, len(c.stages)-1)]
	c.looks++
	status, reason, _ := strings.Cut(stage, ": ")
	status, agent, _ := strings.Cut(status, "+")
	one := map[string]any{"name": "debug", "lastStatus": status}
	if agent != "" {
		one["managedAgents"] = []any{map[string]string{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}}
	}
	task := map[string]any{"taskArn": taskARN, "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/shop", "lastStatus": status, "stoppedReason": reason,
		"startedBy": "fargate-doctor", "taskDefinitionArn": "arn:aws:ecs:eu-central-1:111122223333:task-definition/" + Family + ":1", "containers": []any{one}}
	if n := len(c.asked); n > 0 && c.asked[n-1].Service == "" {
		var environment []any
		for _, pair := range c.asked[n-1].Environment {
			environment = append(environment, map[string]string{"name": pair.Name, "value": pair.Value})
		}
		task["overrides"] = map[string]any{"containerOverrides": []any{map[string]any{"name": "debug", "environment": environment}}}
		task["attachments"] = []any{map[string]any{"type": "ElasticNetworkInterface", "details": []any{map[string]string{"name": "subnetId", "value": c.asked[n-1].Network.Subnets[0]}}}}
	}
	for s := range c.services {
		task["group"] = "service:" + s
	}
	return task
}

// left lists what is there.
func (c *cloud) left() []string {
	all := []string{}
	for _, things := range []map[string]bool{c.tasks, c.services, c.definitions} {
		all = slices.AppendSeq(all, maps.Keys(things))
	}
	return all
}

func (c *cloud) launcher() *Launcher {
	return &Launcher{API: c, Reader: c, Now: time.Now, Token: func() string { return "token" }}
}

func planned(t *testing.T, o Options) Plan {
	t.Helper()
	p, err := NewPlan(studied(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLaunchFollowsTheTaskUntilItsAgentRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud("PROVISIONING", "PENDING", "RUNNING", "RUNNING+agent")
		var seen []string
		l, err := c.launcher().Launch(t.Context(), planned(t, Options{TTL: 30 * time.Minute}), func(p Progress) { seen = append(seen, string(p.Phase)) })
		if err != nil || l.Task.ARN != taskARN {
			t.Fatalf("%+v, %v", l, err)
		}
		want := []string{"task definition", "provisioning", "provisioning", "pending", "running", "exec agent ready"}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("phases (-want +got):\n%s", diff)
		}
		r := c.asked[0]
		if r.Environment[0].Value != "1800" || r.Tags[Tag] == "" || r.Tags[ExpiresTag] != time.Now().Add(30*time.Minute-6*time.Second).UTC().Format(time.RFC3339) || r.Token == "" {
			t.Errorf("asked for %+v", r)
		}
		if err := c.launcher().Stop(t.Context(), l); err != nil || len(c.left()) > 0 {
			t.Errorf("after stop %v is left, %v", c.left(), err)
		}
	})
}

func TestTheSameDefinitionIsUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud("RUNNING+agent")
		for range 2 {
			if _, err := c.launcher().Launch(t.Context(), planned(t, Options{}), nil); err != nil {
				t.Fatal(err)
			}
		}
		if len(c.definitions) != 1 {
			t.Errorf("%d definitions for two equal tasks", len(c.definitions))
		}
		if _, err := c.launcher().Launch(t.Context(), planned(t, Options{Image: "mirror/aws-cli"}), nil); err != nil || len(c.definitions) != 2 {
			t.Errorf("%d definitions after another image, %v", len(c.definitions), err)
		}
	})
}

// A debug task with other groups or another role sees and may do other things than the task under study.
func TestOnlyADebugTaskInTheSamePlaceIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud("RUNNING+agent")
		if _, err := c.launcher().Launch(t.Context(), planned(t, Options{}), nil); err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			change func(*Plan)
			want   bool
		}{
			"the same":        {func(*Plan) {}, true},
			"another image":   {func(p *Plan) { p.Image = "mirror/aws-cli" }, true},
			"several subnets": {func(p *Plan) { p.Network.Subnets = append([]string{"subnet-1"}, p.Network.Subnets...) }, true},
			"another subnet":  {func(p *Plan) { p.Network.Subnets = []string{"subnet-1"} }, false},
			"another group":   {func(p *Plan) { p.Network.SecurityGroups = []string{"sg-new"} }, false},
			"one more group":  {func(p *Plan) { p.Network.SecurityGroups = []string{"sg-new", "sg-old"} }, false},
			"no public IP":    {func(p *Plan) { p.Network.AssignPublicIP = false }, false},
			"another role":    {func(p *Plan) { p.TaskRole = "arn:aws:iam::111122223333:role/api" }, false},
		} {
			p := planned(t, Options{})
			test.change(&p)
			if _, found, err := Find(t.Context(), c, p); found != test.want || err != nil {
				t.Errorf("%s: found %v, %v", name, found, err)
			}
		}
	})
}

func TestWhateverFailsLeavesNothingBehind(t *testing.T) {
	denied := aws.Errorf(aws.Denied, aws.Query{Service: "ecs", Operation: "RunTask"}, "", "refused by the test")
	for _, test := range []struct {
		name, fails string
		stages      []string
		service     bool
		cancel      time.Duration
		says        string
	}{
		{name: "register", fails: "register", says: "denied"},
		{name: "run", fails: "run", says: "denied"},
		{name: "create", fails: "create", service: true, says: "denied"},
		{name: "create, and the answer is lost", fails: "answer", service: true, says: "unreachable"},
		{name: "look", fails: "DescribeTasks", stages: []string{"PENDING"}, says: "denied"},
		{name: "stopped", stages: []string{"PENDING", "STOPPED: CannotPullContainerError: i/o timeout"}, says: "CannotPullContainerError"},
		{name: "given up", stages: []string{"PENDING"}, cancel: 10 * time.Second, says: "canceled"},
		{name: "service given up", stages: []string{"PENDING"}, service: true, cancel: 10 * time.Second, says: "canceled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCloud(test.stages...)
				if test.fails != "" {
					c.fail[test.fails] = denied
				}
				if test.fails == "answer" {
					c.fail[test.fails] = aws.Errorf(aws.Unreachable, aws.Query{Service: "ecs", Operation: "CreateService"}, "", "as told")
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.cancel > 0 {
					time.AfterFunc(test.cancel, cancel)
				}
				_, err := c.launcher().Launch(ctx, planned(t, Options{AsService: test.service}), nil)
				if err == nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%v, want %q", err, test.says)
				}
				if left := c.left(); len(left) > 0 && test.name != "stopped" || len(c.services)+len(c.definitions) > 0 {
					t.Errorf("left behind: %v", left) // a task that has stopped is nobody's to stop
				}
			})
		})
	}
}

func TestACleaningThatFailsIsSaid(t *testing.T) {
	c := newCloud("PENDING")
	c.fail["DescribeTasks"], c.fail["stop"] = errors.New("no look"), errors.New("no stop")
	if _, err := c.launcher().Launch(t.Context(), planned(t, Options{}), nil); err == nil || !strings.Contains(err.Error(), "no stop") {
		t.Errorf("%v", err)
	}
}

func TestWhatASlowTaskWaitsForIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCloud(append(slices.Repeat([]string{"PENDING"}, 60), "RUNNING+agent")...)
		said := ""
		if _, err := c.launcher().Launch(t.Context(), planned(t, Options{}), func(p Progress) { said += p.Text }); err != nil || !strings.Contains(said, "the image is being pulled") {
			t.Errorf("%q, %v", said, err)
		}
	})
}
