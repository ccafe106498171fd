package steps_test

import (
	"context"
	"encoding/json"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/steps"

	"github.com/google/go-cmp/cmp"
)

// What ECS, the AWS CLI and the agent print when a session fails, from public threads (aws/aws-cli#6562, aws/containers-roadmap#187,
// aws/copilot-cli, the ECS Exec troubleshooting page), leads to the branch.
func TestWhatAFailedSessionPrintsLeadsToItsBranch(t *testing.T) {
	for text, want := range map[string]steps.Symptom{
		"An error occurred (TargetNotConnectedException) when calling the ExecuteCommand operation: The execute command failed due to an internal error. Try again later.":                                                                                                                                               steps.Exec,
		"An error occurred (InvalidParameterException) when calling the ExecuteCommand operation: The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.": steps.Exec,
		"SessionManagerPlugin is not found. Please refer to SessionManager Documentation here: http://docs.aws.amazon.com/console/systems-manager/session-manager-plugin-not-found":                                                                                                                                      steps.Exec,
		"An error occurred (AccessDeniedException) when calling the ExecuteCommand operation: User: arn:aws:iam::111122223333:user/anna is not authorized to perform: ecs:ExecuteCommand on resource: arn:aws:ecs:eu-central-1:111122223333:cluster/shop":                                                                steps.Exec,
		"Unable to start command: Failed to start pty: fork/exec /bin/bash: no such file or directory":                                                                                                                                                                                                                   steps.Exec,
		"----------ERROR-------\nEncountered error while initiating handshake. Handshake timed out. Please ensure that you have the latest version of the session manager plugin.":                                                                                                                                       steps.Exec,
		"Your session has been terminated for the following reasons: We couldn't start the session because encryption is not set up on the selected Amazon S3 bucket. Either encrypt the bucket or choose an option to enable logging without encryption.":                                                               steps.Exec,
		"operation error ECS: ExecuteCommand, https response error StatusCode: 400, TargetNotConnectedException: ":                                                                                                                                                                                                       steps.Exec,
		"botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: \"https://sns.eu-central-1.amazonaws.com/\"":                                                                                                                                                                                          steps.Timeout,
		"User: arn:aws:sts::111122223333:assumed-role/web/7c1e is not authorized to perform: sns:Publish on resource: arn:aws:sns:eu-central-1:111122223333:orders because no identity-based policy allows the sns:Publish action":                                                                                       steps.Auth,
	} {
		c := steps.Understand(steps.Case{Region: "eu-central-1", Error: text})
		if c.Symptom != want {
			t.Errorf("%q leads to %q, want %q", text, c.Symptom, want)
		}
		if want == steps.Exec && (c.Target != "ssmmessages" || c.Action != "") {
			t.Errorf("%q: target %q, action %q", text, c.Target, c.Action)
		}
	}
}

const oncall = `arn:aws:iam::111122223333:user/oncall`

// Who opens the session is judged by what can be read of them: the simulation, else the policies of a role.
func TestWhoMayOpenASession(t *testing.T) {
	const (
		task    = "arn:aws:ecs:eu-central-1:111122223333:task/shop/b01ada8305d568858e1357e740027613"
		cluster = "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"
		anna    = "arn:aws:sts::111122223333:assumed-role/shop-web-task/anna"
		topic   = `"Action":"sns:Publish","Effect":"Allow","Resource":"arn:aws:sns:eu-central-1:111122223333:orders"`
	)
	allowing := func(r aws.Reader, resources string) aws.Reader {
		return rewritten{r, "iam:GetRolePolicy", topic, `"Action":"ecs:ExecuteCommand","Effect":"Allow","Resource":` + resources}
	}
	as := func(r aws.Reader, arn string) aws.Reader { return rewritten{r, "sts:GetCallerIdentity", oncall, arn} }
	healthy, c := openWorld(t, "healthy-endpoint")
	c.Symptom = steps.Exec
	for _, test := range []struct {
		name    string
		reader  aws.Reader
		verdict steps.Verdict
		summary string
		missing []string
	}{
		{"a user whom the simulation allows", healthy, steps.Pass, "user oncall may call ecs:ExecuteCommand", nil},
		{"a user without simulation", denying{healthy, []string{"iam:SimulatePrincipalPolicy"}}, steps.Unknown,
			"whether user oncall may call ecs:ExecuteCommand is not known: iam:SimulatePrincipalPolicy is not allowed", []string{"iam:SimulatePrincipalPolicy"}},
		{"the root user", as(healthy, "arn:aws:iam::111122223333:root"), steps.Pass, "the root user may call ecs:ExecuteCommand", nil},
		{"a role without the permission", as(healthy, anna), steps.Fail, "role shop-web-task may not call ecs:ExecuteCommand on task b01ada8305d568858e1357e740027613 and cluster shop", nil},
		{"a role that may on the task alone", allowing(as(healthy, anna), `"`+task+`"`), steps.Fail, "role shop-web-task may not call ecs:ExecuteCommand on cluster shop", nil},
		{"a role that may on both", allowing(as(healthy, anna), `["`+task+`","`+cluster+`"]`), steps.Pass, "role shop-web-task may call ecs:ExecuteCommand", nil},
		{"a role that may in this cluster and container", allowing(as(healthy, anna),
			`"*","Condition":{"ArnEquals":{"ecs:cluster":"`+cluster+`"},"StringEquals":{"ecs:container-name":"worker"}}`), steps.Pass, "role shop-web-task may call ecs:ExecuteCommand", nil},
		{"a role that may in another container", allowing(as(healthy, anna), `"*","Condition":{"StringEquals":{"ecs:container-name":"web"}}`), steps.Fail,
			"role shop-web-task may not call ecs:ExecuteCommand on task b01ada8305d568858e1357e740027613 and cluster shop", nil},
		{"a role that may with a tag of the task", allowing(as(healthy, anna), `"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"orders"}}`), steps.Unknown,
			"whether role shop-web-task may call ecs:ExecuteCommand is not known: it hangs on aws:ResourceTag/team", nil},
		{"a role whose policies can't be read", denying{as(healthy, anna), []string{"iam:ListRolePolicies"}}, steps.Unknown,
			"whether role shop-web-task may call ecs:ExecuteCommand is not known: iam:ListRolePolicies is not allowed", []string{"iam:ListRolePolicies"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := walkCaseWithout(t, test.reader, c)
			s := stepOf(r, "exec.caller")
			if s.Verdict != test.verdict || s.Summary != test.summary || !slices.Equal(s.Missing, test.missing) {
				t.Errorf("%s: %s, missing %v; want %s: %s, missing %v\n%v", s.Verdict, s.Summary, s.Missing, test.verdict, test.summary, test.missing, s.Evidence)
			}
			if s.Verdict != steps.Fail {
				return
			}
			if diff := cmp.Diff([]string{"exec.caller-denied"}, codes(r)); diff != "" || r.Verdict != steps.DeniedCall {
				t.Errorf("%s with %v", r.Verdict, codes(r))
			}
			if fix := s.Fixes[0]; !fix.Proven || !strings.HasPrefix(fix.Command, "aws iam put-role-policy --role-name shop-web-task ") {
				t.Errorf("fix %+v", fix)
			}
		})
	}
}

// Where IAM's simulation and the policies that were read disagree about the agent's calls, neither is believed.
func TestADisputeAboutTheAgentIsNoCause(t *testing.T) {
	reader, c := openWorld(t, "healthy-exec")
	r := walkCaseWithout(t, rewritten{reader, "iam:GetPolicyVersion", "ssmmessages:CreateDataChannel", "ssmmessages:CreateNothing"}, c)
	if s := stepOf(r, "exec.actions"); s.Verdict != steps.Unknown || len(r.Causes) > 0 || r.Verdict != steps.Inconclusive {
		t.Errorf("%s: %s, causes %v", s.Verdict, s.Summary, codes(r))
	}
	r = walkCaseWithout(t, denying{rewritten{reader, "iam:GetPolicyVersion", "ssmmessages:CreateDataChannel", "ssmmessages:CreateNothing"}, []string{"iam:SimulatePrincipalPolicy"}}, c)
	if diff := cmp.Diff([]string{"exec.task-role-denied"}, codes(r)); diff != "" {
		t.Errorf("without the simulation: %s", diff)
	}
	r = walkCaseWithout(t, denying{reader, []string{"iam:ListRolePolicies", "iam:ListAttachedRolePolicies"}}, c)
	if s := stepOf(r, "exec.actions"); s.Verdict != steps.Pass {
		t.Errorf("without the policies the simulation decides: %s: %s", s.Verdict, s.Summary)
	}
}

// A key's policy can allow somebody by itself; and one that names others only refuses whatever their own policies say.
func TestTheKeysPolicyHasTheLastWord(t *testing.T) {
	const root = `{\"AWS\": \"arn:aws:iam::111122223333:root\"}`
	for _, test := range []struct {
		name, principals string
		causes           []string
	}{
		{"the account", root, []string{}},
		{"both by name", `{\"AWS\":[\"` + oncall + `\",\"arn:aws:iam::111122223333:role/shop-worker-task\"]}`, []string{}},
		{"the role alone", `{\"AWS\":\"arn:aws:iam::111122223333:role/shop-worker-task\"}`, []string{"exec.kms-denied"}},
		{"neither", `{\"AWS\":\"arn:aws:iam::111122223333:role/other\"}`, []string{"exec.kms-denied"}},
	} {
		reader, c := openWorld(t, "healthy-exec")
		r := walkCaseWithout(t, rewritten{reader, "kms:GetKeyPolicy", root, test.principals}, c)
		if !slices.Equal(codes(r), test.causes) {
			t.Errorf("%s: causes %v, want %v\n%s", test.name, codes(r), test.causes, describe(r))
		}
		for _, fix := range stepOf(r, "exec.key").Fixes {
			if !strings.HasPrefix(fix.Command, "aws kms put-key-policy ") {
				t.Errorf("%s: fix %s", test.name, fix.Command)
			}
		}
	}
}

// Whether tasks that the service will launch have ECS Exec, the service tells, and nobody else.
func TestExecOfAServiceThatCantBeRead(t *testing.T) {
	reader, c := openWorld(t, "start-capacity") // whose service has no task
	c.Symptom = steps.Exec
	r := walkCaseWithout(t, reader, c, "ecs:DescribeServices")
	if s := stepOf(r, "exec.enabled"); s.Verdict != steps.Unknown || !slices.Contains(s.Missing, "ecs:DescribeServices") {
		t.Errorf("exec.enabled is %s: %s", s.Verdict, s.Summary)
	}
	if s := stepOf(r, "exec.task"); len(s.Evidence) > 0 {
		t.Errorf("exec.task shows %v", s.Evidence)
	}
}

// What another account owns of a shared VPC can't be seen. That an endpoint is not in the list then proves nothing.
func TestAnotherAccountsVPCGivesNoFalseFailure(t *testing.T) {
	for world, want := range map[string]steps.Overall{"exec-endpoint-missing": steps.Inconclusive, "healthy-exec": steps.Inconclusive, "healthy-exec-conditions": steps.OK, "exec-agent-not-running": steps.Misconfigured} {
		reader, c := openWorld(t, world)
		// The endpoint that the agent goes to is in the list of all but the first, and so are those of KMS and logs; whether the other account has one for S3 nobody knows.
		shared := rewritten{reader, "ec2:DescribeVpcs", `"OwnerId":"111122223333"`, `"OwnerId":"999900001111"`}
		if r := walkCaseWithout(t, shared, c); r.Verdict != want || want != steps.Misconfigured && len(r.Causes) > 0 {
			t.Errorf("%s: %s with %v\n%s", world, r.Verdict, codes(r), describe(r))
		}
	}
}

// What a session needs beside ssmmessages is judged by its own way: it is a cause where the session needs it, told once where the way to
// ssmmessages is stopped by the same, and no more than worth knowing where the session does not hang on it.
func TestWhatASessionNeedsBesideTheChannel(t *testing.T) {
	const (
		key       = `"kmsKeyId":"arn:aws:kms:eu-central-1:111122223333:key/6f1c2d3e-8a4b-4c5d-9e0f-7a1b2c3d4e5f"`
		connected = "An error occurred (TargetNotConnectedException) when calling the ExecuteCommand operation: The execute command failed due to an internal error. Try again later."
		service   = "com.amazonaws.eu-central-1."
	)
	without := func(r aws.Reader, name string) aws.Reader {
		return rewritten{r, "ec2:DescribeVpcEndpoints", `"` + service + name + `"`, `"` + service + `athena"`}
	}
	for _, test := range []struct {
		name, world, error string
		change             func(aws.Reader) aws.Reader
		verdict            steps.Verdict
		causes             []string
		resources          []string // of the causes, the first of each
	}{
		{"no key, no endpoint", "exec-kms-no-path", "", func(r aws.Reader) aws.Reader { return rewritten{r, "ecs:DescribeClusters", key, `"x":""`} }, steps.Skipped, []string{}, nil},
		{"neither endpoint", "exec-kms-no-path", "", func(r aws.Reader) aws.Reader { return without(r, "ssmmessages") }, steps.Fail,
			[]string{"endpoint.missing", "endpoint.missing"}, []string{"vpc-07e17e027e2388a52", service + "kms"}},
		{"nothing gets out", "healthy-exec", "", func(r aws.Reader) aws.Reader {
			return rewritten{r, "ec2:DescribeSecurityGroups", `"CidrIp":"0.0.0.0/0"`, `"CidrIp":"10.99.0.0/16"`}
		}, steps.Skipped, []string{"sg.egress-denied"}, []string{"sg-016d4c285ba365d1e"}},
		{"no endpoint for logs, and the group is encrypted", "healthy-exec", "", func(r aws.Reader) aws.Reader { return without(r, "logs") }, steps.Fail,
			[]string{"endpoint.missing"}, []string{service + "logs"}},
		{"the container's own log", "exec-endpoint-policy", "", func(r aws.Reader) aws.Reader { return without(r, "logs") }, steps.Warn,
			[]string{"iam.endpoint-policy-denied"}, []string{"vpce-0d4c28b4ca3491fa1"}},
		{"the agent is not connected, and the log has no way", "exec-bucket-no-path", connected, nil, steps.Warn, []string{"exec.target-not-connected"}, nil},
		{"the agent is not connected for want of an endpoint", "exec-bucket-no-path", connected, func(r aws.Reader) aws.Reader { return without(r, "ssmmessages") }, steps.Warn,
			[]string{"endpoint.missing"}, []string{"vpc-07e17e027e2388a52"}},
		{"a proxy on the way to the container's own log", "exec-target-not-connected", "", func(r aws.Reader) aws.Reader {
			return rewritten{r, "ecs:DescribeTaskDefinition", `"name":"LOG_LEVEL","value":"info"`, `"name":"HTTPS_PROXY","value":"http://10.40.192.99:3128"`}
		}, steps.Skipped, nil, nil},
		{"no name for KMS", "exec-kms-no-path", "", func(r aws.Reader) aws.Reader {
			return rewritten{r, "ec2:DescribeVpcAttribute", `"EnableDnsSupport":{"Value":true}`, `"EnableDnsSupport":{"Value":false}`}
		}, steps.Skipped, []string{"dns.support-disabled"}, nil},
		{"a proxy", "exec-kms-no-path", "", func(r aws.Reader) aws.Reader {
			return rewritten{r, "ecs:DescribeTaskDefinition", `"name":"LOG_LEVEL","value":"info"`, `"name":"HTTPS_PROXY","value":"http://10.40.192.99:3128"`}
		}, steps.Unknown, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			reader, c := openWorld(t, test.world)
			if test.error != "" {
				c.Error = test.error
			}
			if test.change != nil {
				reader = test.change(reader)
			}
			r := walkCaseWithout(t, reader, c)
			s := stepOf(r, "exec.ways")
			if s.Verdict != test.verdict {
				t.Errorf("%s: %s, want %s\n%s", s.Verdict, s.Summary, test.verdict, describe(r))
			}
			if test.causes != nil && !slices.Equal(codes(r), test.causes) {
				t.Errorf("causes %v, want %v\n%s", codes(r), test.causes, describe(r))
			}
			for i, want := range test.resources {
				if i < len(r.Causes) && r.Causes[i].Resources[0] != want {
					t.Errorf("cause %d is about %v, want %s", i, r.Causes[i].Resources, want)
				}
			}
			for _, s := range r.Steps {
				for _, f := range append([]steps.Finding{s.Finding}, s.Also...) {
					if f.Verdict == steps.Fail && (f.Cause == "endpoint.missing" || f.Cause == "sg.egress-denied") && !f.Fixes[0].Proven {
						t.Errorf("%s: %s is not proven", s.ID, f.Fixes[0].Title)
					}
				}
			}
		})
	}
}

// Only who asks about ECS Exec pays for its calls.
func TestOtherSymptomsAskNothingAboutSessions(t *testing.T) {
	for _, world := range []string{"healthy-endpoint", "healthy-access", "unsure-healthy"} {
		reader, c := openWorld(t, world)
		asked := aws.NewCounted(reader)
		walkCaseWithout(t, asked, c)
		if n := asked.Calls()["ecs:DescribeClusters"]; n > 0 {
			t.Errorf("%s asks for the cluster", world)
		}
	}
}

// The jq programs of the fixes are run by jq itself: what they make of the world's task definition no longer has the cause.
func TestRevisionsMendTheirCause(t *testing.T) {
	jq, err := exec.LookPath("jq")
	if err != nil {
		t.Skip("jq is not installed")
	}
	program := regexp.MustCompile(`jq '([^']*)'`)
	for _, name := range []string{"exec-readonly-root", "exec-pid-mode", "exec-env-credentials", "exec-task-not-running", "exec-target-not-connected", "exec-task-role-missing"} {
		r, w := walkWorld(t, name)
		ran := 0
		for _, s := range r.Steps {
			for _, fix := range s.Fixes {
				m := program.FindStringSubmatch(fix.Command)
				if m == nil {
					continue
				}
				ran++
				before := describedTaskDefinition(t, name, r.Subject.TaskDefinition)
				run := exec.CommandContext(t.Context(), jq, m[1])
				run.Stdin = strings.NewReader(string(before))
				after, err := run.Output()
				if err != nil {
					t.Fatalf("%s: jq %s: %v", name, m[1], err)
				}
				var revision map[string]any
				if err := json.Unmarshal(after, &revision); err != nil {
					t.Fatal(err)
				}
				for _, member := range []string{"taskDefinitionArn", "revision", "status", "compatibilities"} { // which register-task-definition does not take
					if _, left := revision[member]; left {
						t.Errorf("%s: %s is left in %s", name, member, after)
					}
				}
				// The revision takes the definition's place, and the walk no longer names the step's cause.
				kept := strings.TrimSuffix(string(after), "\n")
				kept = `{"taskDefinitionArn":"` + r.Subject.TaskDefinition + `",` + kept[1:]
				reader, c := openWorld(t, name)
				again := walkCaseWithout(t, answering{reader, map[string]string{"ecs:DescribeTaskDefinition": `{"taskDefinition":` + kept + `}`}}, c)
				if found := stepOf(again, s.ID); found.Cause == s.Cause && s.Cause != "exec.task-not-running" {
					t.Errorf("%s: %s still names %s after jq %s", name, s.ID, s.Cause, m[1])
				}
			}
		}
		if ran == 0 {
			t.Errorf("%s (%s) has no revision to register", name, w.Title)
		}
	}
}

// answering is a world in which some operations have another answer.
type answering struct {
	aws.Reader
	answers map[string]string // JSON, by "service:Operation"
}

func (r answering) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if answer, ok := r.answers[q.Name()]; ok {
		return page(json.RawMessage(answer))
	}
	return r.Reader.Read(ctx, q, page)
}

func describedTaskDefinition(t *testing.T, world, arn string) json.RawMessage {
	t.Helper()
	reader, c := openWorld(t, world)
	q := aws.Query{Service: "ecs", Operation: "DescribeTaskDefinition", Region: c.Region, Input: aws.Input{"taskDefinition": arn}}
	pages, err := aws.ReadAll(t.Context(), reader, q)
	if err != nil {
		t.Fatal(err)
	}
	var answer struct{ TaskDefinition json.RawMessage }
	if err := json.Unmarshal(pages[0], &answer); err != nil {
		t.Fatal(err)
	}
	return answer.TaskDefinition
}
