package demo_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/demo/demotest"
	"fargate-doctor/aws/read"
	"fargate-doctor/steps"
)

func openCloud(t *testing.T, name string) (*demo.Cloud, demo.World, *debug.Launcher) {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	cloud := demo.NewCloud(reader, w, time.Now)
	return cloud, w, &debug.Launcher{API: cloud, Reader: cloud, Now: time.Now, Token: func() string { return "" }, Every: 100 * time.Millisecond}
}

func planIn(t *testing.T, cloud *demo.Cloud, w demo.World) debug.Plan {
	t.Helper()
	subject, err := debug.ReadSubject(t.Context(), cloud, w.Region, w.Cluster, w.Service, w.Task)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := debug.NewPlan(subject, debug.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// The launcher that makes debug tasks in an account makes them in a demo world, where they go through the same phases.
func TestADebugTaskInADemoWorld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, w, launcher := openCloud(t, "healthy-nat")
		plan := planIn(t, cloud, w)
		var phases []debug.Phase
		launched, err := launcher.Launch(t.Context(), plan, func(p debug.Progress) {
			if len(phases) == 0 || phases[len(phases)-1] != p.Phase {
				phases = append(phases, p.Phase)
			}
		})
		if err != nil || !slices.Equal(phases, debug.Phases()) {
			t.Fatalf("%v, %v", phases, err)
		}
		if left := time.Until(launched.Expires()); left < 59*time.Minute || left > time.Hour {
			t.Errorf("it ends in %s", left)
		}
		if again, found, err := debug.Find(t.Context(), cloud, plan); !found || err != nil || again.Task.ARN != launched.Task.ARN {
			t.Errorf("found %v, %v", again, err)
		}
		if err := launcher.Stop(t.Context(), launched); err != nil {
			t.Error(err)
		}
		if definitions, err := read.TaskDefinitions(t.Context(), cloud, debug.Family); err != nil || len(definitions) > 0 {
			t.Errorf("left behind: %v, %v", definitions, err)
		}
		if d, err := read.TaskDefinition(t.Context(), cloud, launched.Definition); err != nil || len(d.Containers) != 1 {
			t.Errorf("the stopped task's definition can't be described: %v", err)
		}
		if _, err := cloud.RunTask(t.Context(), aws.RunRequest{Cluster: plan.Cluster, Definition: launched.Definition, Network: plan.Network}); aws.KindOf(err) != aws.NotFound {
			t.Errorf("a deregistered definition starts a task: %v", err)
		}
		if task, err := read.Task(t.Context(), cloud, w.Cluster, launched.Task.ARN); err != nil || !task.Ended() {
			t.Errorf("%v, %v", task.LastStatus, err)
		}

		launched, err = launcher.Launch(t.Context(), plan, nil)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if all, err := debug.List(t.Context(), cloud, ""); err != nil || len(all) > 0 {
			t.Errorf("after an hour %v still runs, %v", launched.Task.ID, err)
		}
	})
}

func TestADebugTaskWhoseImageCantBePulled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, w, launcher := openCloud(t, "healthy-nat")
		cloud.Pull = func(context.Context, aws.NetworkConfiguration, string) string {
			return "CannotPullContainerError: no way"
		}
		_, err := launcher.Launch(t.Context(), planIn(t, cloud, w), nil)
		var stopped *debug.StoppedError
		if !errors.As(err, &stopped) || stopped.Reason != "CannotPullContainerError: no way" {
			t.Errorf("%v", err)
		}
	})
}

// What was started changes nothing about the rest of the world, and is a task like any other: a walk from it ends as the one from the
// task beside it does.
func TestAWorldWithADebugTaskIsTheSameWorld(t *testing.T) {
	for _, w := range demotest.Worlds() {
		if !slices.Contains([]string{"timeout", "dns"}, w.Symptom) {
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base, _, err := demo.Open(w.Name)
				if err != nil {
					t.Fatal(err)
				}
				asked := steps.Case{Region: w.Region, Cluster: w.Cluster, Service: w.Service, Task: w.Task, Symptom: steps.Symptom(w.Symptom), Target: w.Target}
				before, err := (&steps.Engine{Reader: base}).Walk(t.Context(), asked, nil)
				if err != nil {
					t.Fatal(err)
				}
				cloud, w, launcher := openCloud(t, w.Name)
				subject, err := debug.ReadSubject(t.Context(), cloud, w.Region, w.Cluster, w.Service, w.Task)
				if err != nil {
					t.Skip(err)
				}
				plan, err := debug.NewPlan(subject, debug.Options{})
				if err != nil || subject.Task.Attachment.Interface == "" || subject.Task.Ended() {
					t.Skip("there is no running task to stand beside")
				}
				launched, err := launcher.Launch(t.Context(), plan, nil)
				if err != nil {
					t.Fatal(err)
				}
				after, err := (&steps.Engine{Reader: cloud}).Walk(t.Context(), asked, nil)
				if err != nil || after.Verdict != before.Verdict || codes(after) != codes(before) {
					t.Errorf("with a debug task: %s %s, %v; without: %s %s", after.Verdict, codes(after), err, before.Verdict, codes(before))
				}
				asked.Service, asked.Task = "", launched.Task.ARN
				from, err := (&steps.Engine{Reader: cloud}).Walk(t.Context(), asked, nil)
				if err != nil {
					t.Fatal(err)
				}
				if from.Trace.Verdict != before.Trace.Verdict && !strings.Contains(codes(before), "proxy.") && !strings.Contains(codes(before), "task.") {
					t.Errorf("from the debug task the way is %s (%s), from the task beside it %s (%s)", from.Trace.Verdict, codes(from), before.Trace.Verdict, codes(before))
				}
			})
		})
	}
}

func codes(r steps.Report) string {
	var all []string
	for _, c := range r.Causes {
		all = append(all, c.Code)
	}
	return strings.Join(all, " ")
}
