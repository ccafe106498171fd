package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/demo/demotest"
)

// result is what one command line left behind.
type result struct {
	status   int
	out, err string
}

// run executes a command line in this process, with no terminal anywhere.
func run(t *testing.T, stdin string, args ...string) result {
	t.Helper()
	var out, err bytes.Buffer
	p := &program{in: strings.NewReader(stdin), out: &out, err: &err, now: func() time.Time { return time.Unix(1764000000, 0).UTC() }}
	status := p.run(t.Context(), args)
	return result{status, out.String(), err.String()}
}

func TestDiagnoseEndsWithTheStatusThatScriptsLeanOn(t *testing.T) {
	schema := openReportSchema(t)
	want := map[string]int{"ok": exitFine, "blocked": exitProblem, "misconfigured": exitProblem, "denied": exitProblem, "unknown": exitInconclusive}
	for _, w := range demotest.Worlds() {
		t.Run(w.Name, func(t *testing.T) {
			r := run(t, "", "diagnose", "--demo="+w.Name, "--format", "json")
			if r.status != want[w.Expect.Verdict] {
				t.Errorf("status %d, want %d for verdict %s\n%s", r.status, want[w.Expect.Verdict], w.Expect.Verdict, r.err)
			}
			if r.err != "" {
				t.Errorf("stderr: %s", r.err)
			}
			var report struct {
				Schema  int
				Verdict string
				Causes  []struct{ Code string }
			}
			if err := json.Unmarshal([]byte(r.out), &report); err != nil {
				t.Fatalf("stdout is not JSON: %v\n%s", err, r.out)
			}
			if err := schema.check(r.out); err != nil {
				t.Error(err)
			}
			if report.Schema != 1 || report.Verdict != w.Expect.Verdict {
				t.Errorf("schema %d, verdict %s", report.Schema, report.Verdict)
			}
		})
	}
}

func TestWrongUseIsExplained(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		says string
	}{
		{"unknown format", []string{"diagnose", "--demo", "--format", "yaml"}, "--format yaml"},
		{"format of reports only", []string{"explain", "--format", "html"}, "text or json"},
		{"file of no format", []string{"diagnose", "--demo", "-o", "report.pdf"}, "report.pdf"},
		{"file in no folder", []string{"diagnose", "--demo", "-o", filepath.Join(t.TempDir(), "none", "report.md")}, "report.md"},
		{"batch as a page", []string{"path", "--demo", "--batch", "--format", "html"}, "--batch"},
		{"unknown flag", []string{"diagnose", "--nope"}, "--nope"},
		{"unknown command", []string{"diagnoze"}, "diagnoze"},
		{"unknown symptom of the wizard", []string{"--demo", "--symptom", "sadness"}, "timeout"},
		{"unknown symptom", []string{"diagnose", "--demo", "--symptom", "sadness"}, "timeout"},
		{"unknown demo world", []string{"diagnose", "--demo=nowhere"}, "nowhere"},
		{"two worlds", []string{"diagnose", "--demo", "--snapshot", "x"}, "exclude"},
		{"missing snapshot", []string{"diagnose", "--snapshot", filepath.Join(t.TempDir(), "none")}, "none"},
		{"unknown cause", []string{"explain", "sg.nothing"}, "sg.nothing"},
		{"path without a start", []string{"path", "--demo", "--to", "10.0.0.1"}, "--from"},
		{"answer to no question", []string{"diagnose", "--demo", "--answer", "weather=fine"}, "route.subnet"},
		{"answer that is not offered", []string{"diagnose", "--demo", "--answer", "route.subnet=green"}, "private"},
		{"unknown cluster", []string{"diagnose", "--demo", "--cluster", "depot", "--task", "b01ada83"}, "cluster depot"},
		{"two tasks", []string{"path", "--demo", "--cluster", "shop", "--from", "a", "--to", "10.0.0.1"}, "2 tasks of cluster shop"},
		{"path from a task of no cluster", []string{"path", "--endpoint-url", "http://127.0.0.1:1", "--region", "eu-central-1", "--from", "web", "--to", "10.0.0.1"}, "--cluster"},
		{"no time", []string{"diagnose", "--demo", "--timeout", "1ns"}, "--timeout"},
		{"path from a stopped task", []string{"path", "--demo", "--cluster", "shop", "--from", "0ec8", "--to", "10.0.0.1"}, "--subnet subnet-"},
		{"unknown subnet", []string{"diagnose", "--demo", "--subnet", "subnet-0", "--security-group", "sg-1", "--to", "sns"}, "subnet-0"},
		{"one unknown subnet of two", []string{"diagnose", "--demo", "--subnet", "subnet-0659f874415259847,subnet-0", "--security-group", "sg-1", "--to", "sns"}, "subnet-0:"},
		{"help is named", []string{"diagnoze"}, "--help"},
		{"path to nowhere", []string{"path", "--demo", "--from", "10.40.1.5"}, "--to"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := run(t, "", test.args...)
			if r.status != exitFailed {
				t.Errorf("status %d, want %d", r.status, exitFailed)
			}
			if r.out != "" {
				t.Errorf("stdout holds %q", r.out)
			}
			if !strings.Contains(r.err, test.says) {
				t.Errorf("stderr does not say %q:\n%s", test.says, r.err)
			}
		})
	}
}

func TestPathAnswersEveryLineOfABatch(t *testing.T) {
	questions := []struct{ ask, verdict string }{
		{`{"from":"10.40.35.88","to":"8.8.8.8","port":443,"protocol":"tcp"}`, "blocked"}, // a private subnet without a way out
		{`not json`, "unknown"},
		{`{"from":"192.0.2.1","to":"8.8.8.8","port":443,"protocol":"tcp"}`, "unknown"}, // nobody's address
		{`{"from":"10.40.35.88","to":"10.40.200.78","port":443,"protocol":"tcp"}`, "blocked"},
		{`{"from":"10.40.35.88","to":"10.40.200.78:https","protocol":"tcp"}`, "unknown"},
		{`{"from":"10.40.35.88","to":"10.40.200.78:99999","protocol":"tcp"}`, "unknown"},
		{`{"from":"10.40.200.78","to":"10.40.200.78","port":443,"protocol":"carrier pigeon"}`, "unknown"},
	}
	in := ""
	for _, q := range questions {
		in += q.ask + "\n"
	}
	r := run(t, in, "path", "--demo", "--batch")
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	if len(lines) != len(questions) {
		t.Fatalf("%d answers to %d questions:\n%s\n%s", len(lines), len(questions), r.out, r.err)
	}
	for i, line := range lines {
		var answer struct {
			Verdict string
			Causes  []struct{ Code string }
			Hops    []struct{ Kind string }
		}
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if want := questions[i].verdict; answer.Verdict != want {
			t.Errorf("%s: %s, want %s", questions[i].ask, answer.Verdict, want)
		}
	}
}

func TestASnapshotReplaysToTheSameReport(t *testing.T) {
	for _, w := range demo.Worlds() {
		if w.Service != "" && w.Task == "" {
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "recorded.zip")
			if r := run(t, "", "snapshot", "--demo="+w.Name, "-o", file); r.status != exitFine {
				t.Fatalf("snapshot: %s", r.err)
			}
			first := run(t, "", "diagnose", "--demo="+w.Name, "--format", "json")
			second := run(t, "", "diagnose", "--snapshot", file, "--format", "json",
				"--cluster", w.Cluster, "--task", w.Task, "--to", w.Target, "--symptom", w.Symptom)
			if a, b := causesIn(t, first.out), causesIn(t, second.out); !slices.Equal(a, b) {
				t.Errorf("live causes %v, replayed causes %v\n%s", a, b, second.err)
			}
		})
	}
}

func causesIn(t *testing.T, out string) []string {
	t.Helper()
	var report struct {
		Verdict string
		Causes  []struct{ Code string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	codes := []string{report.Verdict}
	for _, c := range report.Causes {
		codes = append(codes, c.Code)
	}
	return codes
}

func TestReportsGoToFilesOfEveryFormat(t *testing.T) {
	folder := t.TempDir()
	for extension, begins := range map[string]string{".txt": "Service web", ".json": "{\n", ".md": "# Service web", ".html": "<!DOCTYPE html>"} {
		file := filepath.Join(folder, "report"+extension)
		for range 2 { // the second writes over the first
			r := run(t, "", "diagnose", "--demo=iam-resource-policy-denied-cross-account", "--redact", "-o", file)
			if r.status != exitProblem || r.out != "" || !strings.Contains(r.err, file) {
				t.Fatalf("%s: %+v", extension, r)
			}
		}
		text := contents(t, file)
		if !strings.HasPrefix(text, begins) {
			t.Errorf("%s begins with %.40q", extension, text)
		}
		if strings.Contains(text, "111122223333") || strings.Contains(text, "444455556666") || !strings.Contains(text, "111111111111") || !strings.Contains(text, "222222222222") {
			t.Errorf("%s: account ids are not masked", extension)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", extension, info.Mode(), err)
		}
	}
	if names, _ := os.ReadDir(folder); len(names) != 4 {
		t.Errorf("%d files stand there", len(names))
	}
	for _, args := range [][]string{
		{"diagnose", "--demo"},
		{"path", "--demo", "--cluster", "shop", "--from", "b01ada83", "--to", "sns"},
	} {
		for format, begins := range map[string]string{"markdown": "# ", "html": "<!DOCTYPE html>", "json": "{"} {
			if r := run(t, "", append(args, "--format", format)...); !strings.HasPrefix(r.out, begins) || r.status == exitFailed {
				t.Errorf("%v %s: %d %.80q %s", args, format, r.status, r.out, r.err)
			}
		}
	}
	if r := run(t, "", "path", "--demo", "--cluster", "shop", "--from", "b01ada83", "--to", "sns", "--format", "html", "-o", filepath.Join(folder, "path.txt")); r.status == exitFailed {
		t.Error(r.err)
	} else if text := contents(t, filepath.Join(folder, "path.txt")); !strings.HasPrefix(text, "<!DOCTYPE html>") {
		t.Errorf("--format gives way to the extension: %.40q", text)
	}
}

func TestVersionAndHelpNeedNothing(t *testing.T) {
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "HOME"} {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	if r := run(t, "", "--version"); r.status != exitFine || !strings.HasPrefix(r.out, "fargate-doctor ") {
		t.Errorf("--version: %+v", r)
	}
	r := run(t, "", "--help")
	for _, word := range []string{"diagnose", "path", "classify", "explain", "policy", "snapshot", "completion", "--demo", "--read-only"} {
		if !strings.Contains(r.out, word) {
			t.Errorf("--help does not name %s", word)
		}
	}
}

// README's table names every command.
func TestTheReadmeNamesEveryCommand(t *testing.T) {
	readme := contents(t, "README.md")
	for _, c := range benchProgram().command().Commands() {
		if !strings.Contains(readme, "\n| `fargate-doctor "+c.Name()+"` |") {
			t.Errorf("README's table of commands lacks %s", c.Name())
		}
	}
}

// Ages in a recording are those of the moment when it was made.
func TestARecordingHasItsOwnTime(t *testing.T) {
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := began
	p := &program{now: func() time.Time { return clock }}
	made := time.Date(2025, 11, 20, 3, 7, 0, 0, time.UTC)
	now := p.since(made)
	clock = clock.Add(time.Minute)
	if got := now(); !got.Equal(made.Add(time.Minute)) {
		t.Errorf("a minute later the recording's clock says %s", got)
	}
	if got := p.since(time.Time{})(); !got.Equal(clock) {
		t.Errorf("a recording without a time says %s", got)
	}
}

// benchProgram is a program whose output goes nowhere.
func benchProgram() *program {
	return &program{in: strings.NewReader(""), out: io.Discard, err: io.Discard, now: time.Now}
}
