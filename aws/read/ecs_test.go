package read_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

const (
	prod    = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod"
	running = "0123456789abcdef0123456789abcdef"
	stopped = "fedcba9876543210fedcba9876543210"
	taskARN = "arn:aws:ecs:eu-central-1:111122223333:task/prod/"
)

func TestTaskRunning(t *testing.T) {
	want := aws.Task{
		ARN: taskARN + running, ID: running, Cluster: prod, Group: "service:web",
		TaskDefinition: "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7", LaunchType: "FARGATE",
		LastStatus: "RUNNING", DesiredStatus: "RUNNING", PlatformVersion: "1.4.0", PlatformFamily: "Linux", Zone: "eu-central-1a",
		ExecEnabled: true, TaskRole: "arn:aws:iam::111122223333:role/override",
		Attachment: aws.Attachment{ID: "a1", Status: "ATTACHED", Subnet: "subnet-0a1", Interface: "eni-01",
			PrivateIPv4: netip.MustParseAddr("10.0.1.10"), IPv6: netip.MustParseAddr("2001:db8:1:1::10")},
		ServiceConnect: true, Containers: []aws.Container{{Name: "app", Image: "app:1", Status: "RUNNING", RuntimeID: "r-1", ExecAgent: "RUNNING"}},
		Environment: map[string][]aws.Pair{"app": {{Name: "HTTPS_PROXY", Value: "http://proxy:3128"}}},
		Created:     time.Date(2024, 5, 6, 7, 8, 9, 123e6, time.UTC), Started: time.Date(2024, 5, 6, 12, 53, 20, 5e8, time.UTC),
	}
	for _, called := range []string{running, taskARN + running} {
		for _, cluster := range []string{"prod", prod, ""} {
			got, err := read.Task(t.Context(), recorded(t), cluster, called)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, same); diff != "" {
				t.Errorf("%s in %q: %s", called, cluster, diff)
			}
		}
	}
}

func TestTaskStoppedHasNoAttachment(t *testing.T) {
	got, err := read.Task(t.Context(), recorded(t), "prod", stopped)
	if err != nil {
		t.Fatal(err)
	}
	want := aws.Task{
		ARN: taskARN + stopped, ID: stopped, Cluster: prod, Group: "family:job", LastStatus: "STOPPED", DesiredStatus: "STOPPED",
		StopCode: "EssentialContainerExited", StoppedReason: "Essential container in task exited",
		Stopped:    time.Date(2024, 5, 6, 8, 0, 0, 0, time.UTC),
		Containers: []aws.Container{{Name: "app", Status: "STOPPED", Reason: "done", HasExitCode: true}},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
}

func TestOneThingThatCannotBeRead(t *testing.T) {
	failure := func(reason string) string {
		return `{"tasks":[],"failures":[{"arn":"` + taskARN + running + `","reason":"` + reason + `"}]}`
	}
	task := func(w world) error { _, err := read.Task(t.Context(), w, "prod", running); return err }
	definition := func(w world) error { _, err := read.TaskDefinition(t.Context(), w, "web:7"); return err }
	service := func(w world) error { _, err := read.Service(t.Context(), w, "prod", "other"); return err }
	setting := func(w world) error { _, err := read.AccountSetting(t.Context(), w, "other"); return err }
	identity := func(w world) error { _, err := read.Identity(t.Context(), w); return err }
	for _, c := range []struct {
		what              string
		read              func(world) error
		operation, answer string
		want              aws.Kind
	}{
		{"a missing task", task, "ecs:DescribeTasks", failure("MISSING"), aws.NotFound},
		{"a task that failed otherwise", task, "ecs:DescribeTasks", failure("ACCESS"), aws.Other},
		{"other tasks only", task, "ecs:DescribeTasks", `{"tasks":[{"taskArn":"` + taskARN + stopped + `"}],"failures":[]}`, aws.NotFound},
		{"a task in HTML", task, "ecs:DescribeTasks", "<html>", aws.Malformed},
		{"a task with a strange time", task, "ecs:DescribeTasks", `{"tasks":[{"taskArn":"` + taskARN + running + `","createdAt":"yesterday"}]}`, aws.Malformed},
		{"a task with a strange address", task, "ecs:DescribeTasks", `{"tasks":[{"taskArn":"` + taskARN + running + `","clusterArn":"` + prod + `","attachments":[{"type":"ElasticNetworkInterface","details":[{"name":"privateIPv4Address","value":"ten"}]}]}]}`, aws.Malformed},
		{"no list of tasks", task, "ecs:DescribeTasks", `{}`, aws.Malformed},
		{"an empty task definition", definition, "ecs:DescribeTaskDefinition", `{"taskDefinition":{}}`, aws.Malformed},
		{"no task definition", definition, "ecs:DescribeTaskDefinition", `{"message":"x"}`, aws.Malformed},
		{"another service", service, "", "", aws.NotFound},
		{"another setting", setting, "", "", aws.NotFound},
		{"no account", identity, "sts:GetCallerIdentity", `{"Arn":"x"}`, aws.Malformed},
	} {
		w := recorded(t)
		if c.operation != "" {
			w = w.with(c.operation, c.answer)
		}
		err := c.read(w)
		if err == nil || aws.KindOf(err) != c.want {
			t.Errorf("%s: got %v, want %v", c.what, err, c.want)
		}
	}
}

func TestServicesAndClusters(t *testing.T) {
	var clusters []aws.Cluster
	if err := read.Clusters(t.Context(), recorded(t), func(page []aws.Cluster) { clusters = append(clusters, page...) }); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]aws.Cluster{{ARN: prod, Name: "prod", Status: "ACTIVE", RunningTasks: 2, PendingTasks: 1, ActiveServices: 1}}, clusters); diff != "" {
		t.Error(diff)
	}

	want := aws.Service{ARN: "arn:aws:ecs:eu-central-1:111122223333:service/prod/web", Name: "web", Cluster: prod, Status: "ACTIVE",
		TaskDefinition: "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7", LaunchType: "FARGATE", PlatformVersion: "LATEST",
		Desired: 2, Running: 1, Pending: 1, ExecEnabled: true, TargetGroups: []string{"arn:tg"},
		Network: aws.NetworkConfiguration{Subnets: []string{"subnet-0a1"}, SecurityGroups: []string{"sg-01"}, AssignPublicIP: true},
		Events:  []aws.ServiceEvent{{At: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), Message: "(service web) has reached a steady state."}},
		Created: time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)}
	var services []aws.Service
	if err := read.Services(t.Context(), recorded(t), "prod", func(page []aws.Service) { services = append(services, page...) }); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]aws.Service{want}, services); diff != "" {
		t.Error(diff)
	}
	one, err := read.Service(t.Context(), recorded(t), prod, "web")
	if diff := cmp.Diff(want, one); diff != "" || err != nil {
		t.Error(err, diff)
	}
	services = nil
	if err := read.Services(t.Context(), recorded(t), "staging", func(page []aws.Service) { services = append(services, page...) }); err != nil || len(services) > 0 {
		t.Errorf("another cluster has %v, %v", services, err)
	}
}

func TestTaskDefinitionIdentityAndSetting(t *testing.T) {
	definition, err := read.TaskDefinition(t.Context(), recorded(t), "web:7")
	if err != nil {
		t.Fatal(err)
	}
	want := aws.TaskDefinition{ARN: "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7", Family: "web", Revision: 7, NetworkMode: "awsvpc",
		TaskRole: "arn:aws:iam::111122223333:role/task", ExecutionRole: "arn:aws:iam::111122223333:role/exec",
		OperatingSystem: "LINUX", Architecture: "ARM64", CPU: "512", Memory: "1024", PIDMode: "task", Compatibilities: []string{"FARGATE"},
		Volumes: []aws.Volume{{Name: "data", EFS: aws.EFSVolume{FileSystem: "fs-01", AccessPoint: "fsap-01", RootDirectory: "/", IAM: true, TransitEncryption: true}}, {Name: "scratch"}},
		Containers: []aws.ContainerDefinition{
			{Name: "app", Image: "app:1", Essential: true,
				Environment:           []aws.Pair{{Name: "HTTPS_PROXY", Value: "http://ana:s3cret@proxy.corp:3128"}, {Name: "DB_PASSWORD", Value: "hunter2"}, {Name: "AWS_REGION", Value: "eu-central-1"}},
				Secrets:               []aws.Pair{{Name: "API_KEY", Value: "arn:aws:ssm:eu-central-1:111122223333:parameter/key"}},
				EnvironmentFiles:      []string{"arn:aws:s3:::assets/web.env"},
				RepositoryCredentials: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-AbCdEf",
				LogDriver:             "splunk",
				LogOptions:            map[string]string{"awslogs-region": "eu-central-1", "splunk-token": "spl-unk", "splunk-url": "https://u:s3cret@splunk.corp:8088?token=t0ken"},
				LogSecrets:            []aws.Pair{{Name: "splunk-token", Value: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:splunk-AbCdEf"}},
				User:                  "1000:1000", ReadonlyRoot: true, InitProcess: true, HealthCheck: true, StartTimeout: 2 * time.Minute,
				DependsOn: []aws.Dependency{{Container: "side", Condition: "START"}},
				Mounts:    []aws.Mount{{Volume: "data", Path: "/data", ReadOnly: true}}},
			{Name: "side", Image: "side:1", FireLens: "fluentbit",
				FireLensOptions: map[string]string{"config-file-type": "s3", "config-file-value": "arn:aws:s3:::assets/fluent.conf"}},
		}}
	if diff := cmp.Diff(want, definition); diff != "" {
		t.Error(diff)
	}
	who, err := read.Identity(t.Context(), recorded(t))
	if want := (aws.Identity{Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/ana", UserID: "AIDA1"}); who != want || err != nil {
		t.Errorf("got %v, %v", who, err)
	}
	setting, err := read.AccountSetting(t.Context(), recorded(t), "dualStackIPv6")
	if setting != "enabled" || err != nil {
		t.Errorf("got %q, %v", setting, err)
	}
}

func TestTasksLeavesOutWhatIsNotAskedFor(t *testing.T) {
	for service, want := range map[string][]string{"": {running, stopped}, "web": {running}, "arn:aws:ecs:eu-central-1:111122223333:service/prod/web": {running}, "other": nil} {
		var got []string
		err := read.Tasks(t.Context(), recorded(t), "prod", service, func(page []aws.Task) {
			for _, task := range page {
				got = append(got, task.ID)
			}
		})
		if diff := cmp.Diff(want, got, same); diff != "" || err != nil {
			t.Errorf("service %q: %v %s", service, err, diff)
		}
	}
}

// A crowd is a cluster of many running tasks in pages; it refuses batches larger than the API's and answers with the tasks
// asked for.
type crowd struct {
	tasks, page int
	mu          sync.Mutex
	largest     int
	refuse      string // the task whose batch fails
}

func (c *crowd) Read(_ context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if q.Operation == "ListTasks" {
		if q.Input["desiredStatus"] == "STOPPED" {
			return page(json.RawMessage(`{"taskArns":[]}`))
		}
		var arns []string
		for i := range c.tasks {
			arns = append(arns, fmt.Sprintf("%s%032d", taskARN, i))
		}
		for p := range slices.Chunk(arns, c.page) {
			b, _ := json.Marshal(map[string]any{"taskArns": p})
			if err := page(b); err != nil {
				return err
			}
		}
		return nil
	}
	arns := q.Input["tasks"].([]string)
	c.mu.Lock()
	c.largest = max(c.largest, len(arns))
	c.mu.Unlock()
	if slices.Contains(arns, c.refuse) {
		return aws.Errorf(aws.Throttled, q, "", "as told")
	}
	tasks := []map[string]string{}
	for _, a := range arns {
		tasks = append(tasks, map[string]string{"taskArn": a, "clusterArn": prod})
	}
	b, _ := json.Marshal(map[string]any{"tasks": tasks})
	return page(b)
}

func TestTasksOfALargeCluster(t *testing.T) {
	c := &crowd{tasks: 1234, page: 150}
	read1 := func() (map[string]bool, error) {
		seen, inside := map[string]bool{}, false
		err := read.Tasks(t.Context(), c, "prod", "", func(page []aws.Task) {
			if inside {
				t.Error("two pages at a time")
			}
			inside = true
			for _, task := range page {
				if seen[task.ARN] {
					t.Errorf("%s twice", task.ARN)
				}
				seen[task.ARN] = true
			}
			inside = false
		})
		return seen, err
	}
	seen, err := read1()
	if len(seen) != 1234 || err != nil || c.largest > 100 {
		t.Errorf("%d tasks in batches up to %d, %v", len(seen), c.largest, err)
	}
	c.refuse = fmt.Sprintf("%s%032d", taskARN, 700)
	seen, err = read1()
	if aws.KindOf(err) != aws.Throttled || len(seen) != 1184 {
		t.Errorf("with one batch throttled: %d tasks, %v; want the others and the failure", len(seen), err)
	}
}

func TestFindTask(t *testing.T) {
	for _, c := range []struct{ typed, id, says string }{
		{running, running, ""},
		{taskARN + running, running, ""},
		{running[:10], running, ""},
		{"zz", "", "no running or recently stopped task of cluster prod has an id that begins so"},
		{"", "", "tasks of cluster prod have ids that begin so"},
	} {
		got, err := read.FindTask(t.Context(), recorded(t), "prod", "", c.typed)
		if got.ID != c.id || (err == nil) != (c.says == "") || err != nil && (aws.KindOf(err) != aws.NotFound || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%q: task %q, %v", c.typed, got.ID, err)
		}
	}
}

// How a cluster's sessions of ECS Exec are encrypted and logged is told when it is asked for. The answer is that of "aws ecs
// describe-clusters --include CONFIGURATIONS", from the API reference of ExecuteCommandConfiguration.
func TestClusterTellsHowSessionsAreKept(t *testing.T) {
	r := world{answers: map[string]string{"ecs:DescribeClusters": `{"clusters": [{"clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/other", "clusterName": "other"},
		{"clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/shop", "clusterName": "shop", "configuration": {"executeCommandConfiguration": {
		"kmsKeyId": "alias/sessions", "logging": "OVERRIDE", "logConfiguration": {"cloudWatchLogGroupName": "/exec", "cloudWatchEncryptionEnabled": true,
		"s3BucketName": "sessions", "s3EncryptionEnabled": false, "s3KeyPrefix": "ecs"}}}}], "failures": []}`}}
	want := aws.ExecConfiguration{Key: "alias/sessions", Logging: "OVERRIDE", LogGroup: "/exec", LogEncrypted: true, Bucket: "sessions", Prefix: "ecs"}
	for _, name := range []string{"shop", "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"} {
		if c, err := read.Cluster(t.Context(), r, name); err != nil || c.Exec != want {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if c, err := read.Cluster(t.Context(), r, "other"); err != nil || c.Exec != (aws.ExecConfiguration{}) {
		t.Errorf("other: %+v, %v", c, err)
	}
	if _, err := read.Cluster(t.Context(), r, "gone"); aws.KindOf(err) != aws.NotFound {
		t.Errorf("gone: %v", err)
	}
}
