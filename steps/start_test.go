package steps_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"
	"fargate-doctor/steps/symptom"
)

// startWorlds are the worlds of tasks that do not start.
func startWorlds() []demo.World {
	return slices.DeleteFunc(demo.Worlds(), func(w demo.World) bool { return w.Symptom != string(steps.Start) })
}

// What the matrix calls wrong is a cause of the report, and the other way round for all that a need can be wrong in.
func TestTheMatrixAndTheStepsAgree(t *testing.T) {
	for _, w := range startWorlds() {
		r := walkWithout(t, w.Name)
		known := codes(r)
		if len(r.Needs) == 0 {
			t.Errorf("%s: the report shows no needs", w.Name)
		}
		var wrong []string
		for _, n := range r.Needs {
			for _, c := range []steps.Cell{n.Path, n.Access, n.Endpoint, n.Exists} {
				if (c.Verdict == steps.Fail) != (c.Cause != "") && c.Verdict != steps.Unknown {
					t.Errorf("%s: %s: a cell is %s with the cause %q", w.Name, n.Title, c.Verdict, c.Cause)
				}
				if c.Verdict != steps.Fail || n.Aside {
					continue
				}
				wrong = append(wrong, c.Cause)
				if !slices.Contains(known, c.Cause) {
					t.Errorf("%s: %s: the matrix says %s, the report %v", w.Name, n.Title, c.Cause, known)
				}
			}
		}
		for _, c := range r.Causes {
			area, _, _ := strings.Cut(c.Code, ".")
			ofNeeds := slices.Contains([]string{"image", "secret", "kms", "logs", "efs", "file"}, area) && c.Step != "start.reason"
			said := slices.Contains([]string{"image.rate-limited", "secret.json-key-missing", "logs.config-invalid"}, c.Code)
			if ofNeeds && !said && !slices.Contains(wrong, c.Code) {
				t.Errorf("%s: the report says %s, and the matrix does not", w.Name, c.Code)
			}
		}
	}
}

// A fix that the facts can show is applied to them, and the walk no longer fails there.
func TestFixesOfAStartAreProven(t *testing.T) {
	for world, command := range map[string]string{
		"start-endpoint-missing":          "aws ec2 create-vpc-endpoint",
		"start-endpoint-policy":           "aws ec2 modify-vpc-endpoint",
		"start-no-way-out":                "aws ec2 create-route",
		"start-no-public-address":         "aws ecs update-service",
		"start-role-not-assumable":        "aws iam update-assume-role-policy",
		"start-key-disabled":              "aws kms enable-key",
		"image-auth-denied":               "aws iam put-role-policy --role-name shop-task-execution",
		"image-platform-mismatch":         "aws ecs describe-task-definition",
		"secret-access-denied":            "aws iam put-role-policy --role-name shop-task-execution",
		"kms-access-denied":               "aws iam put-role-policy --role-name shop-task-execution",
		"kms-access-denied-key-policy":    "aws kms put-key-policy",
		"logs-group-missing":              "aws logs create-log-group",
		"logs-access-denied":              "aws iam put-role-policy --role-name shop-task-execution",
		"efs-network":                     "aws ec2 authorize-security-group-ingress",
		"efs-access-denied":               "aws ecs describe-task-definition",
		"file-access-denied":              "aws iam put-role-policy --role-name shop-task-execution",
		"ecs-service-linked-role-missing": "aws iam create-service-linked-role",
		"ecs-target-type":                 "aws elbv2 create-target-group",
	} {
		r := walkWithout(t, world)
		if len(r.Causes) != 1 {
			t.Errorf("%s: causes %v", world, codes(r))
			continue
		}
		fixes := stepOf(r, r.Causes[0].Step).Fixes
		if len(fixes) == 0 || !strings.HasPrefix(fixes[0].Command, command) || !fixes[0].Proven {
			t.Errorf("%s: fixes %+v, want first %q, proven", world, fixes, command)
		}
	}
}

// What ECS says, the person may paste instead. Labelled texts of the field lead to this branch when their class is one of a start.
func TestStoppedReasonsLeadToTheStart(t *testing.T) {
	folder := os.Getenv("FARGATE_DOCTOR_SHARED")
	if folder == "" {
		t.Skip("FARGATE_DOCTOR_SHARED names no folder of outside data")
	}
	file, err := os.Open(filepath.Join(folder, "data/messages/stopped.dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	total, led := 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var labelled struct {
			ID, Text string
			Class    symptom.Class
		}
		if err := json.Unmarshal(lines.Bytes(), &labelled); err != nil {
			t.Fatal(err)
		}
		if labelled.Class.Symptom() != string(steps.Start) {
			continue
		}
		total++
		if c := steps.Understand(steps.Case{Error: labelled.Text}); c.Symptom == steps.Start {
			led++
		} else {
			t.Logf("%s (%s) leads to %q: %s", labelled.ID, labelled.Class, c.Symptom, labelled.Text)
		}
	}
	if total == 0 || led*100 < total*85 {
		t.Errorf("%d of %d stopped reasons lead to the start", led, total)
	}
}

// A task that runs on an old platform fetches its secrets past the VPC; what the VPC lacks is then no fault.
func TestOldPlatformsFetchSecretsPastTheVPC(t *testing.T) {
	reader, c := openWorld(t, "start-endpoint-missing")
	old := rewritten{reader, "ecs:DescribeTasks", `"1.4.0"`, `"1.3.0"`}
	r := walkCaseWithout(t, old, c)
	if slices.Contains(codes(r), "endpoint.missing") {
		t.Errorf("causes %v", codes(r))
	}
	if s := stepOf(r, "secret.path"); s.Verdict != steps.Skipped {
		t.Errorf("secret.path is %s: %s", s.Verdict, s.Summary)
	}
}

// The pasted text counts before the task's own, and a task that no service started is looked at as far as it is known.
func TestAStartThatOnlyATextTellsOf(t *testing.T) {
	reader, c := openWorld(t, "healthy-start")
	c.Error = "CannotPullContainerError: inspect image has been retried 5 time(s): 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit."
	if r := walkCaseWithout(t, reader, c); !slices.Equal(codes(r), []string{"image.rate-limited"}) {
		t.Errorf("causes %v\n%s", codes(r), describe(r))
	}
	reader, c = openWorld(t, "secret-network")
	alone := rewritten{reader, "ecs:DescribeTasks", `"service:web"`, `"family:web"`}
	c.Service, c.Task = "", "a46274b6478a90e3b9f362cb992c7367"
	r := walkCaseWithout(t, alone, c)
	if r.Verdict != steps.Inconclusive || !slices.Equal(codes(r), []string{"secret.network"}) {
		t.Errorf("%s with %v\n%s", r.Verdict, codes(r), describe(r))
	}
}

// What a step can't look at does not pass with the rest.
func TestAStartPassesOnlyWhatWasLookedAt(t *testing.T) {
	const (
		parameter = `arn:aws:ssm:eu-central-1:111122223333:parameter/shop/payments-key`
		ecr       = `111122223333.dkr.ecr.eu-central-1.amazonaws.com/edge:3`
	)
	for _, c := range []struct {
		name, from, to, step, summary string
		verdict                       steps.Verdict
	}{
		{"an image of Docker Hub beside others", ecr, "nginx:1.27", "image.exists", "the images exist, as far as can be seen", steps.Pass},
		{"a parameter by its label", parameter, parameter + ":live", "secret.exists",
			"whether parameter /shop/payments-key has the label live, only its history tells, which holds its values and is not read", steps.Warn},
		{"a parameter of another account", parameter, strings.Replace(parameter, "111122223333", "999900001111", 1), "secret.exists",
			"parameter /shop/payments-key is of account 999900001111, whose parameters can't be listed from here", steps.Unknown},
	} {
		reader, asked := openWorld(t, "healthy-start-everything")
		s := stepOf(walkCaseWithout(t, rewritten{reader, "ecs:DescribeTaskDefinition", c.from, c.to}, asked), c.step)
		if s.Verdict != c.verdict || s.Summary != c.summary {
			t.Errorf("%s: %s is %s: %s", c.name, c.step, s.Verdict, s.Summary)
		}
	}
}

// A service whose tasks run may lack others, which its events alone tell of. A task that is named is looked at by itself.
func TestEventsTellOfTasksThatDoNotComeUpBesideOthers(t *testing.T) {
	reader, c := openWorld(t, "healthy-start")
	lacking := rewritten{rewritten{reader, "ecs:DescribeServices", `"runningCount":2`, `"runningCount":1`}, "ecs:DescribeServices", "(service web) has reached a steady state.",
		"(service web) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone."}
	r := walkCaseWithout(t, lacking, c)
	if s := stepOf(r, "start.failure"); !slices.Equal(codes(r), []string{"start.capacity"}) || s.Summary != "1 of 2 tasks run, and no further one comes up: there was no capacity" {
		t.Errorf("causes %v; %s\n%s", codes(r), s.Summary, describe(r))
	}
	c.Task = r.Subject.Task
	if r := walkCaseWithout(t, lacking, c); len(r.Causes) > 0 {
		t.Errorf("of a task that runs: %v", codes(r))
	}
}

// Without the service neither its limits nor its events are known, where there is no task that shows them kept.
func TestAServiceThatCantBeReadPassesNothing(t *testing.T) {
	for world, step := range map[string]string{"start-endpoint-group": "start.limits", "start-capacity": "start.placement"} {
		if s := stepOf(walkWithout(t, world, "ecs:DescribeServices"), step); s.Verdict != steps.Unknown || !slices.Contains(s.Missing, "ecs:DescribeServices") {
			t.Errorf("%s: %s is %s: %s", world, step, s.Verdict, s.Summary)
		}
	}
}

// An image that is not in its registry yet is no fault where ECR has a rule to fetch it; where the rules can't be read it is not known.
func TestAPullThroughCacheFetchesWhatIsNotThere(t *testing.T) {
	for rules, want := range map[string]steps.Verdict{
		`[]`: steps.Fail,
		`[{"ecrRepositoryPrefix": "we", "upstreamRegistryUrl": "registry-1.docker.io"}]`:   steps.Fail,
		`[{"ecrRepositoryPrefix": "web", "upstreamRegistryUrl": "registry-1.docker.io"}]`:  steps.Fail, // "web/…" alone
		`[{"ecrRepositoryPrefix": "ROOT", "upstreamRegistryUrl": "registry-1.docker.io"}]`: steps.Warn,
	} {
		reader, c := openWorld(t, "several-start")
		r := walkCaseWithout(t, rewritten{reader, "ecr:DescribePullThroughCacheRules", `"pullThroughCacheRules":[]`, `"pullThroughCacheRules":` + rules}, c)
		if s := stepOf(r, "image.exists"); s.Verdict != want || slices.Contains(codes(r), "image.not-found") != (want == steps.Fail) {
			t.Errorf("%s: %s: %s; causes %v", rules, s.Verdict, s.Summary, codes(r))
		}
	}
	r := walkWithout(t, "several-start", "ecr:DescribePullThroughCacheRules")
	if s := stepOf(r, "image.exists"); s.Verdict != steps.Unknown || !slices.Contains(s.Missing, "ecr:DescribePullThroughCacheRules") {
		t.Errorf("without the rules: %s: %s", s.Verdict, s.Summary)
	}
}
