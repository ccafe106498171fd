package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/exec/exectest"
	"fargate-doctor/steps"
)

// What this program itself prints when a session fails leads to the branch, and the branch names the same cause. The sessions fail against
// the stand-in; the branch is walked in a world that has, or has not, what the session lacked.
func TestOurOwnSessionErrorsLeadToTheirCause(t *testing.T) {
	program := built(t)
	for _, test := range []struct {
		name  string
		o     exectest.Options
		world string
		cause string
	}{
		{"no shell", exectest.Options{NoShell: true}, "healthy-exec", "exec.no-shell"},
		{"denied", exectest.Options{Deny: []string{"ecs:ExecuteCommand"}}, "denied-exec", "exec.caller-denied"},
		{"key", exectest.Options{KMS: true, Deny: []string{"kms:GenerateDataKey"}}, "exec-kms-denied", "exec.kms-denied"},
		{"agent away", exectest.Options{Containers: []exectest.Container{{Name: "app", Agent: "STOPPED"}}}, "exec-agent-not-running", "exec.agent-not-running"},
		{"agent starting", exectest.Options{Containers: []exectest.Container{{Name: "app", Agent: "PENDING"}}}, "exec-agent-starting", "exec.agent-starting"},
	} {
		t.Run(test.name, func(t *testing.T) {
			standIn(t, test.o)
			c := exec.Command(program, append(slices.Clone(shopWeb), "--", "ls")...)
			var printed bytes.Buffer
			c.Stderr = &printed
			_ = c.Run()
			asked := steps.Understand(steps.Case{Region: exectest.Region, Error: printed.String()})
			if asked.Symptom != steps.Exec {
				t.Fatalf("%q leads to %q", printed.String(), asked.Symptom)
			}
			reader, w, err := demo.Open(test.world)
			if err != nil {
				t.Fatal(err)
			}
			asked.Cluster, asked.Service, asked.Region = w.Cluster, w.Service, w.Region
			r, err := (&steps.Engine{Reader: reader, Region: w.Region}).Walk(t.Context(), asked, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Causes) == 0 || r.Causes[0].Code != test.cause {
				t.Errorf("%q: causes %v, want first %s", printed.String(), r.Causes, test.cause)
			}
		})
	}
}

// A snapshot holds what the branch reads, whatever the person who took it had in mind.
func TestASnapshotAnswersAboutSessions(t *testing.T) {
	for _, name := range []string{"healthy-exec", "exec-kms-denied", "exec-logging-denied", "exec-task-role-denied", "several-exec", "exec-kms-no-path", "exec-log-no-path"} {
		file := filepath.Join(t.TempDir(), "recorded.zip")
		if r := run(t, "", "snapshot", "--demo="+name, "-o", file); r.status != exitFine {
			t.Fatalf("%s: snapshot: %s", name, r.err)
		}
		_, w, err := demo.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		first := run(t, "", "diagnose", "--demo="+name, "--error", w.Error, "--format", "json")
		second := run(t, "", "diagnose", "--snapshot", file, "--cluster", w.Cluster, "--service", w.Service, "--symptom", "exec", "--error", w.Error, "--format", "json")
		if a, b := causesIn(t, first.out), causesIn(t, second.out); !slices.Equal(a, b) {
			t.Errorf("%s: live %v, replayed %v\n%s", name, a, b, second.err)
		}
	}
}
