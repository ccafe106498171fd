package steps_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"
)

func diagnosis(t testing.TB, name string) steps.Report {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	engine := &steps.Engine{Reader: reader, Region: w.Region, Now: func() time.Time { return w.Captured }}
	r, err := engine.Walk(t.Context(), steps.Case{
		Region: w.Region, Cluster: w.Cluster, Task: w.Task, Service: w.Service, Symptom: steps.Symptom(w.Symptom), Target: w.Target, Action: w.Action,
		Resource: w.Resource, Error: w.Error,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func callOf(t testing.TB, world string) string { return diagnosis(t, world).Call.Action }

// analysed is a run that ended well and says a text.
func analysed(text string) aws.Execution {
	return aws.Execution{ID: "run-1", Document: aws.TroubleshootRunbook, Status: aws.ExecutionSuccess, Outputs: map[string][]string{"Format.Report": {text}}}
}

func TestSentencesOfTheRunbookAreComparedWithCare(t *testing.T) {
	for _, test := range []struct {
		world, line string
		want        steps.Agreement
		cause       string // part of Cause
	}{
		{"sg-egress-denied", "The security group of the task does not allow outbound traffic on port 443", steps.Agrees, "sg.egress-denied"},
		{"sg-egress-denied", "Security group sg-00000000000000000 does not allow outbound traffic on port 443", steps.NotComparable, ""}, // another group
		{"sg-egress-denied", "The security group of the task does not allow inbound traffic on port 443", steps.NotComparable, ""},       // another direction
		{"sg-egress-denied", "The task's security group allows outbound traffic on port 443", steps.Differs, "sg.egress-denied"},
		{"sg-egress-denied", "The network connectivity test failed: connection timed out", steps.Agrees, "sg.egress-denied"},
		{"sg-egress-denied", "Connectivity to the container registry failed", steps.NotComparable, ""}, // the diagnosis was about SNS
		{"sg-egress-denied", "Secret arn:aws:secretsmanager:eu-central-1:111122223333:secret:db does not exist", steps.NotComparable, ""},
		{"sg-egress-denied", "Make sure that the security group does not block port 443", steps.NotComparable, ""},
		{"sg-egress-denied", "The security group may not allow outbound traffic", steps.NotComparable, ""},
		{"sg-egress-denied", "Bananas do not grow here", steps.NotComparable, ""},
		{"nacl-egress-denied", "The network ACL of the subnet does not allow outbound traffic on port 443", steps.Agrees, "nacl.egress-denied"},
		{"nacl-egress-denied", "The security group sg-0a1b2c3d does not allow outbound traffic on port 443", steps.Differs, ""},
		{"endpoint-sg-ingress-denied", "The VPC endpoint's security group does not allow inbound traffic from the task", steps.Agrees, "endpoint.sg-ingress-denied"},
		{"endpoint-sg-ingress-denied", "The security group of the task allows outbound traffic on port 443", steps.NotComparable, ""}, // true, and of another group
		{"route-none", "The route table of the subnet has no route to a NAT gateway", steps.Agrees, "route.none"},
		{"healthy-nat", "The route table of the subnet has no route to a NAT gateway", steps.Differs, ""},
		{"healthy-nat", "The security group allows outbound traffic on port 443", steps.Agrees, ""},
		{"healthy-nat", "The log group /ecs/web does not exist", steps.NotComparable, ""}, // nobody looked
		{"healthy-nat", "The task execution role is missing the permission ecr:GetAuthorizationToken", steps.NotComparable, ""},
		{"healthy-nat", "No issues were found with the security groups", steps.Agrees, ""},
		{"healthy-start", "The image registry is OK", steps.Agrees, ""},
		{"start-endpoint-group", "The image registry is OK", steps.NotComparable, ""},                                   // an endpoint keeps it from being reached
		{"denied-network-acls", "The network ACL does not allow outbound traffic on port 443", steps.NotComparable, ""}, // we could not read it
		{"denied-network-acls", "The network ACL allows outbound traffic on port 443", steps.NotComparable, ""},
		{"sg-egress-denied", "The security group of the task does not allow outbound traffic on port 53", steps.NotComparable, ""}, // another port
		{"iam-identity-not-allowed", "The role lacks the permission " + callOf(t, "iam-identity-not-allowed"), steps.Agrees, "iam.identity-not-allowed"},
		{"iam-scp-denied", "The role allows " + callOf(t, "iam-scp-denied"), steps.NotComparable, ""},              // true, and not enough
		{"iam-identity-not-allowed", "The role lacks permissions", steps.NotComparable, ""},                        // which?
		{"iam-identity-not-allowed", "The role is not authorized to perform kms:Decrypt", steps.NotComparable, ""}, // another action
	} {
		view := steps.CompareRunbook(analysed(test.line), diagnosis(t, test.world))
		if len(view.Findings) != 1 {
			t.Errorf("%s: %q is %d findings", test.world, test.line, len(view.Findings))
			continue
		}
		if f := view.Findings[0]; f.Agreement != test.want || f.Cause != test.cause || f.Text != test.line {
			t.Errorf("%s: %q %v %q (%s), says %v about %v; want %v %q", test.world, f.Text, f.Agreement, f.Cause, f.Why, f.Says, f.Areas, test.want, test.cause)
		}
	}
}

// What this program itself says of a cause never differs from the cause, and causes that no sentence agrees with are listed.
func TestOwnWordsDoNotDifferFromOwnFindings(t *testing.T) {
	if testing.Short() {
		t.Skip("all worlds are walked without -short")
	}
	agreed := 0
	for _, w := range demo.Worlds() {
		r := diagnosis(t, w.Name)
		for _, c := range r.Causes {
			view := steps.CompareRunbook(analysed(c.Summary), r)
			named := false
			for _, f := range view.Findings {
				if f.Agreement == steps.Differs {
					t.Errorf("%s: %q differs: %s %s", w.Name, f.Text, f.Cause, f.Why)
				}
				named = named || f.Agreement == steps.Agrees && f.Cause == c.Code
			}
			if named {
				agreed++
			}
			if listed := slices.ContainsFunc(view.Unnamed, func(u steps.Cause) bool { return u.Code == c.Code }); listed == named {
				t.Errorf("%s: %s named %v, listed as unnamed %v", w.Name, c.Code, named, listed)
			}
		}
	}
	if agreed < 20 {
		t.Errorf("only %d causes are recognised in this program's own words", agreed)
	}
	t.Logf("%d causes are recognised", agreed)
}

// A run repeats what the task stopped with. That is no finding of its own, whatever it names.
func TestStoppedReasonsAreNoFindings(t *testing.T) {
	shared := os.Getenv("FARGATE_DOCTOR_SHARED")
	if shared == "" {
		t.Skip("FARGATE_DOCTOR_SHARED is not set: no labelled stopped reasons to test with")
	}
	file, err := os.Open(filepath.Join(shared, "data", "messages", "stopped.dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reports := []steps.Report{diagnosis(t, "sg-egress-denied"), diagnosis(t, "healthy-nat"), diagnosis(t, "iam-identity-not-allowed")}
	n := 0
	for scanner := bufio.NewScanner(file); scanner.Scan(); n++ {
		var reason struct{ ID, Text string }
		if err := json.Unmarshal(scanner.Bytes(), &reason); err != nil {
			t.Fatal(err)
		}
		for _, r := range reports {
			for _, f := range steps.CompareRunbook(analysed("The task stopped: "+reason.Text), r).Findings {
				if f.Agreement != steps.NotComparable {
					t.Errorf("%s: %q %v %s (%s)", reason.ID, f.Text, f.Agreement, f.Cause, f.Why)
				}
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d reasons", n)
	}
}

func TestWhatARunSays(t *testing.T) {
	var r steps.Report
	script := func(status aws.ExecutionStatus, text string) aws.ExecutionStep {
		return aws.ExecutionStep{Action: "aws:executeScript", Status: status, Outputs: map[string][]string{"Report": {text}, "ExecutionLog": {"noise of the script"}}}
	}
	for _, test := range []struct {
		name       string
		x          aws.Execution
		texts      []string
		exceptions int
		missing    []string
		problem    string
		analysed   bool
		tidying    bool
	}{
		{"lines", analysed("* First thing\n\n====\n- Second thing. Third thing.\n"), []string{"First thing", "Second thing", "Third thing."}, 0, nil, "", true, false},
		{"JSON", analysed(`{"Payload": {"Report": "Group is fine\nRoute is fine", "Empty": null, "Task": "7c1e"}}`), []string{"Group is fine", "Route is fine", "Task: 7c1e"}, 0, nil, "", true, false},
		{"a list of JSON", analysed(`["one thing", {"b": ["two things"]}]`), []string{"one thing", "two things"}, 0, nil, "", true, false},
		{"broken JSON", analysed(`{"a": "one thing`), []string{`{"a": "one thing`}, 0, nil, "", true, false},
		{"control sequences", analysed("\x1b[31mred thing\x1b[0m\u202e here"), []string{"red thing here"}, 0, nil, "", true, false},
		{"steps that did not run", aws.Execution{Status: aws.ExecutionSuccess, Outputs: map[string][]string{
			"a": {"one thing"}, "b": {"No output available yet because the step is not successfully executed"}}}, []string{"one thing"}, 0, nil, "", true, false},
		{"nothing", analysed(""), nil, 0, nil, "said nothing", false, false},
		{"an exception", analysed("one thing\nTraceback (most recent call last):\nAn error occurred (ThrottlingException) when calling the DescribeTasks operation"), []string{"one thing"}, 2, nil, "", true, false},
		{"permissions of the run", analysed("The following permissions are missing:\nlambda:CreateFunction\nec2:DescribeVpcs, iam:CreateRole\n"), []string{"The following permissions are missing:"}, 0,
			[]string{"ec2:DescribeVpcs", "iam:CreateRole", "lambda:CreateFunction"}, "analysed nothing: it may not call ec2:DescribeVpcs", false, false},
		{"permissions of the task's role", analysed("The execution role is missing ecr:BatchGetImage"), []string{"The execution role is missing ecr:BatchGetImage"}, 0, nil, "", true, false},
		{"still tidying", aws.Execution{Status: aws.ExecutionInProgress, Steps: []aws.ExecutionStep{script(aws.ExecutionSuccess, "one thing"), {Action: "aws:sleep", Status: aws.ExecutionInProgress}, script(aws.ExecutionPending, "later")}},
			[]string{"one thing"}, 0, nil, "", true, true},
		{"still at work", aws.Execution{Status: aws.ExecutionInProgress, Steps: []aws.ExecutionStep{script(aws.ExecutionSuccess, "half a thing"), script(aws.ExecutionInProgress, "")}}, nil, 0, nil, "", false, false},
		{"failed", aws.Execution{Status: aws.ExecutionFailed, Failure: "Step fails", Outputs: map[string][]string{"a": {"one thing"}}}, []string{"one thing"}, 0, nil, "the run failed", false, false},
		{"timed out", aws.Execution{Status: aws.ExecutionTimedOut}, nil, 0, nil, "longer than Systems Manager allows", false, false},
		{"stopped", aws.Execution{Status: aws.ExecutionCancelled}, nil, 0, nil, "was stopped", false, false},
		{"an unknown end", aws.Execution{Status: "Exited"}, nil, 0, nil, "Exited", false, false},
		{"never started", aws.Execution{}, nil, 0, nil, "", false, false},
	} {
		b := steps.CompareRunbook(test.x, r)
		var got []string
		for _, f := range b.Findings {
			got = append(got, f.Text)
		}
		if !slices.Equal(got, test.texts) || len(b.Exceptions) != test.exceptions || !slices.Equal(b.Missing, test.missing) || b.Analysed != test.analysed || b.Tidying != test.tidying ||
			(test.problem == "") != (b.Problem == "") || !strings.Contains(b.Problem, test.problem) {
			t.Errorf("%s: %+v", test.name, b)
		}
	}
}

// Every cause has its areas, or is known to have none.
func TestEveryCauseHasAnAreaOrNone(t *testing.T) {
	none := regexp.MustCompile(`^(task|target|proxy|start|ecs|exec|platform|service|probe)\.`)
	for _, c := range steps.Causes() {
		if len(steps.AreasOf(c.Code)) == 0 && !none.MatchString(c.Code) {
			t.Errorf("%s belongs to no area", c.Code)
		}
	}
}

// The runbook needs what its documentation lists, and no action that a role of a task needs to start.
func TestRunbookActions(t *testing.T) {
	all := steps.RunbookActions()
	if len(all) != 46 || !slices.IsSorted(all) {
		t.Errorf("%d actions, sorted %v", len(all), slices.IsSorted(all))
	}
	for _, a := range []string{"ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability", "logs:CreateLogStream",
		"logs:PutLogEvents", "logs:CreateLogGroup", "secretsmanager:GetSecretValue", "ssm:GetParameters", "kms:Decrypt", "s3:GetObject"} {
		if slices.Contains(all, a) {
			t.Errorf("%s is of the execution role", a)
		}
	}
}

func FuzzCompareRunbook(f *testing.F) {
	f.Add("The security group does not allow outbound traffic. See sg-0a1b2c3d", `{"a": ["b"]}`)
	f.Add("No issues were found", "")
	reports := []steps.Report{diagnosis(f, "several-endpoint"), diagnosis(f, "healthy-nat"), {}}
	f.Fuzz(func(t *testing.T, a, b string) {
		x := analysed(a)
		x.Outputs["Other"] = []string{b}
		for _, r := range reports {
			view := steps.CompareRunbook(x, r)
			for _, found := range view.Findings {
				if found.Text != aws.Clean(found.Text) || found.Agreement != steps.NotComparable && (found.Says == steps.SaysUnclear || len(found.Areas) == 0 || found.Why == "") {
					t.Errorf("%+v", found)
				}
			}
			if r.Verdict == "" && (len(view.Unnamed) > 0 || slices.ContainsFunc(view.Findings, func(f steps.RunbookFinding) bool { return f.Agreement != steps.NotComparable })) {
				t.Errorf("compared with nothing: %+v", view)
			}
		}
	})
}
