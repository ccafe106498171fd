package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/aws/live"
	"fargate-doctor/aws/live/livetest"
)

// The whole life of a debug task, with real calls to an API server that is not ours.
func TestTheDebugTaskOnAnAPIServer(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	livetest.Environment(t, url, "eu-west-1")
	faults.Set(t, 0)
	w := livetest.BuildWorld(t, upstream, livetest.Knobs{Region: "eu-west-1", Access: &livetest.Access{Policy: livetest.Allow("*")}})
	debug := func(args ...string) result { return run(t, "", append([]string{"debug"}, args...)...) }
	launch := []string{"launch", "--cluster", w.Cluster, "--service", w.Service}

	t.Run("a dry run makes nothing", func(t *testing.T) {
		r := debug(append(launch, "--dry-run")...)
		if r.status != exitFine || r.out != "" || !strings.Contains(r.err, w.PrivateSubnet) || !strings.Contains(r.err, w.TaskGroup) {
			t.Errorf("status %d, %q, %q", r.status, r.out, r.err)
		}
		if calls := faults.Stats(t).Actions; calls["ecs:RunTask"].Calls+calls["ecs:RegisterTaskDefinition"].Calls > 0 {
			t.Error("it launched something")
		}
	})
	t.Run("read-only", func(t *testing.T) {
		if r := debug(append(launch, "--read-only")...); r.status != exitFailed || !strings.Contains(r.err, "--read-only takes launching") {
			t.Errorf("status %d, %q", r.status, r.err)
		}
	})
	for _, denied := range []string{"ecs:RegisterTaskDefinition", "ecs:RunTask"} {
		t.Run("without "+denied, func(t *testing.T) {
			faults.Set(t, 0, livetest.Rule{Match: denied, Fault: "access_denied"})
			defer faults.Set(t, 0)
			if r := debug(launch...); r.status != exitFailed || !strings.Contains(r.err, denied) {
				t.Errorf("status %d, %q", r.status, r.err)
			}
			if r := debug("list"); !strings.Contains(r.err, "no debug task runs") {
				t.Errorf("left behind: %s%s", r.out, r.err)
			}
		})
	}
	t.Run("launch, find, list, stop", func(t *testing.T) {
		first := debug(launch...)
		again := debug(launch...)
		if first.status != exitFine || first.out == "" || again.out != first.out || !strings.Contains(again.err, "stands there already") {
			t.Fatalf("first %d %q %q, again %q %q", first.status, first.out, first.err, again.out, again.err)
		}
		var listed []launchedDocument
		if err := json.Unmarshal([]byte(debug("list", "--format", "json").out), &listed); err != nil || len(listed) != 1 {
			t.Fatalf("%v, %v", listed, err)
		}
		if l := listed[0]; !strings.HasSuffix(l.Task, strings.TrimSpace(first.out)) || l.Subnet != w.PrivateSubnet || l.ExpiresAt == "" {
			t.Errorf("%+v", l)
		}
		if r := debug("stop"); r.status != exitFine || !strings.Contains(r.err, "stopped debug task") {
			t.Errorf("status %d, %q", r.status, r.err)
		}
		if r := debug("list"); !strings.Contains(r.err, "no debug task runs") {
			t.Errorf("left behind: %s%s", r.out, r.err)
		}
		if r := debug("stop"); r.status != exitFailed {
			t.Errorf("nothing to stop, and the status is %d", r.status)
		}
	})
	t.Run("stop finds a service whose tasks do not start", func(t *testing.T) {
		account, err := live.Open(t.Context(), live.Options{Region: "eu-west-1"})
		if err != nil {
			t.Fatal(err)
		}
		definition, err := account.Launches().RegisterDefinition(t.Context(), aws.DefinitionRequest{Family: "fargate-doctor-debug", Container: "debug",
			Image: "amazon/aws-cli", CPU: "256", Memory: "512", Architecture: "X86_64"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := account.Launches().CreateService(t.Context(), aws.RunRequest{Cluster: w.Cluster, Definition: definition, Service: "fargate-doctor-debug",
			Network: aws.NetworkConfiguration{Subnets: []string{w.PrivateSubnet}, SecurityGroups: []string{w.TaskGroup}}}); err != nil {
			t.Fatal(err)
		}
		if r := debug("stop"); r.status != exitFine || !strings.Contains(r.err, "deleted debug service") {
			t.Errorf("status %d, %q", r.status, r.err)
		}
		if r := debug("stop"); r.status != exitFailed {
			t.Errorf("something is left: %q", r.err)
		}
	})
	t.Run("an image that can't be pulled", func(t *testing.T) {
		livetest.Environment(t, url, "eu-west-2")
		w := livetest.BuildWorld(t, upstream, livetest.Knobs{Region: "eu-west-2", NoNAT: true, Access: &livetest.Access{}})
		r := debug("launch", "--cluster", w.Cluster, "--service", w.Service)
		if r.status != exitFailed || !strings.Contains(r.err, "can't be pulled from that network") || !strings.Contains(r.err, "--image") {
			t.Errorf("status %d, %q", r.status, r.err)
		}
	})
}

// What a launch could not take away is said, and not that nothing was left.
func TestADebugTaskThatStoppedIsExplained(t *testing.T) {
	stopped := &debug.StoppedError{Task: aws.Task{ID: "7c1e55ab00"}, Reason: "CannotPullContainerError: i/o timeout"}
	const clean = "nothing was left behind"
	if err := explained(stopped); !strings.Contains(err.Error(), "CannotPullContainerError") || !strings.Contains(aws.Hint(err), clean) {
		t.Errorf("%v, %s", err, aws.Hint(err))
	}
	for _, cause := range []error{stopped, context.Canceled} {
		err := explained(errors.Join(cause, errors.New("ecs:StopTask: denied")))
		if !strings.Contains(err.Error(), "ecs:StopTask") || strings.Contains(aws.Hint(err), clean) || !strings.Contains(aws.Hint(err), "debug stop") || errors.Is(err, context.Canceled) {
			t.Errorf("%v, %s", err, aws.Hint(err))
		}
	}
}

// policy --debug allows what launching calls, and handing the roles over.
func TestThePolicyOfTheDebugTaskIsWhatLaunchingCalls(t *testing.T) {
	var policy iamPolicy
	if err := json.Unmarshal([]byte(run(t, "", "policy", "--debug").out), &policy); err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, s := range policy.Statement {
		actions = append(actions, s.Action...)
	}
	for _, want := range append(live.LaunchOperations(), "iam:PassRole", "ecs:ListTaskDefinitions", "ecs:TagResource") {
		if !slices.Contains(actions, want) {
			t.Errorf("policy --debug lacks %s", want)
		}
	}
}
