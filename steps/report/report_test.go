package report_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
	"fargate-doctor/steps/report"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func walk(t *testing.T, name string) steps.Report {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	engine := &steps.Engine{Reader: reader, Region: w.Region, Now: func() time.Time { return time.Date(2025, 11, 20, 3, 0, 0, 0, time.UTC) }}
	r, err := engine.Walk(t.Context(), steps.Case{
		Region: w.Region, Cluster: w.Cluster, Task: w.Task, Service: w.Service, Symptom: steps.Symptom(w.Symptom), Target: w.Target, Action: w.Action, Resource: w.Resource, Error: w.Error,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Calls = map[string]int{"ec2:DescribeSubnets": 2, "ecs:DescribeTasks": 1} // how many there are is the readers' business
	return r
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), go test -update writes it anew:\n%s", file, diff)
	}
}

func TestGolden(t *testing.T) {
	for _, world := range []string{"several-endpoint", "denied-network-acls", "healthy-nat", "hint-gateway-endpoint-unused", "sg-egress-partial", "several-start",
		"healthy-start-everything"} {
		t.Run(world, func(t *testing.T) {
			r := walk(t, world)
			text, err := report.JSON(r)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, world+".json", string(text))
			golden(t, world+".txt", report.Text(r, 96, false))
		})
	}
	for _, world := range []string{"several-endpoint", "several-access", "denied-network-acls"} {
		t.Run(world+" as a page", func(t *testing.T) {
			r := walk(t, world)
			golden(t, world+".md", string(rendered(t, r, "markdown")))
			golden(t, world+".html", string(rendered(t, r, "html")))
		})
	}
}

func TestGoldenPath(t *testing.T) {
	trace := walk(t, "several-endpoint").Trace
	acl := vpc.Ref{Kind: vpc.KindACL, ID: "acl-0f8186589fcdda400", Name: "private"}
	trace.Checks = append(trace.Checks, vpc.Check{Subject: acl, Detail: "the network ACL is not known", Missing: []string{"ec2:DescribeNetworkAcls"}, Backward: true})
	text, err := report.RenderPath(report.PathQuestion{From: "Task b01ada83", To: "sns.eu-central-1.amazonaws.com, tcp 443", Region: "eu-central-1"}, trace, "markdown")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "path.md", string(text))
}

func TestAnUnknownFormatIsAnError(t *testing.T) {
	if text, err := report.Render(steps.Report{}, "yaml"); err == nil || text != nil {
		t.Errorf("%q, %v", text, err)
	}
}

func rendered(t *testing.T, r steps.Report, format string) []byte {
	t.Helper()
	text, err := report.Render(r, format)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTextFitsItsWidth(t *testing.T) {
	r := walk(t, "several-endpoint")
	for _, width := range []int{40, 60, 80, 120} {
		for _, line := range strings.Split(report.Text(r, width, false), "\n") {
			// Commands and long names stay whole, so that they can be copied.
			long := slices.ContainsFunc(strings.Fields(line), func(word string) bool { return len(word) > 20 })
			if n := len([]rune(line)); n > width && !long {
				t.Errorf("at %d columns a line has %d: %q", width, n, line)
			}
		}
	}
	if got := report.Text(r, 3, false); got != report.Text(r, 40, false) {
		t.Error("text narrower than 40 columns differs from that of 40")
	}
}

func TestColourAddsNothingButColour(t *testing.T) {
	r := walk(t, "several-endpoint")
	plain, coloured := report.Text(r, 80, false), report.Text(r, 80, true)
	if strings.Contains(plain, "\x1b") {
		t.Error("plain text holds control sequences")
	}
	var stripped strings.Builder
	for i, part := range strings.Split(coloured, "\x1b[") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "m")
		}
		stripped.WriteString(part)
	}
	if stripped.String() == coloured {
		t.Error("there is no colour")
	}
	if diff := cmp.Diff(plain, stripped.String()); diff != "" {
		t.Error(diff)
	}
}

func TestJSONHasNoNullAndKeepsThePromisedShape(t *testing.T) {
	for name, r := range map[string]steps.Report{"empty": {}, "full": walk(t, "several-endpoint"), "unknown": walk(t, "denied-network-acls")} {
		text, err := report.JSON(r)
		if err != nil {
			t.Fatal(err)
		}
		var d map[string]any
		if err := json.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		noNull(t, name, d)
		for _, key := range []string{"schema", "subject", "symptom", "target", "verdict", "causes", "steps", "calls", "durationMs"} {
			if _, ok := d[key]; !ok {
				t.Errorf("%s: %s is missing", name, key)
			}
		}
		for _, s := range d["steps"].([]any) {
			for _, key := range []string{"id", "ask", "verdict", "cause", "summary", "evidence", "fixes", "missing", "links"} {
				if _, ok := s.(map[string]any)[key]; !ok {
					t.Errorf("%s: a step has no %s", name, key)
				}
			}
		}
	}
}

func noNull(t *testing.T, at string, v any) {
	t.Helper()
	switch v := v.(type) {
	case nil:
		t.Errorf("%s is null", at)
	case map[string]any:
		for k, x := range v {
			noNull(t, at+"."+k, x)
		}
	case []any:
		for _, x := range v {
			noNull(t, at+"[]", x)
		}
	}
}

func TestExitCode(t *testing.T) {
	for verdict, want := range map[steps.Overall]int{
		steps.OK: 0, steps.BlockedPath: 2, steps.DeniedCall: 2, steps.Misconfigured: 2, steps.Inconclusive: 3, "": 3,
	} {
		if got := report.ExitCode(steps.Report{Verdict: verdict}); got != want {
			t.Errorf("%q: %d, want %d", verdict, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	target := steps.Target{Host: "sns.eu-central-1.amazonaws.com", Port: 443}
	blocked := steps.Report{
		Subject: steps.Subject{Service: "web"}, Target: target, Verdict: steps.BlockedPath,
		Causes: []steps.Cause{{Summary: "the endpoint is not available"}},
	}
	two, answered := blocked, blocked
	two.Causes = append(two.Causes, steps.Cause{})
	answered.Steps = []steps.StepResult{{Finding: steps.Finding{Answered: true}}}
	tests := []struct {
		r    steps.Report
		want string
	}{
		{blocked, "Service web does not reach sns.eu-central-1.amazonaws.com:443: the endpoint is not available."},
		{two, "Service web does not reach sns.eu-central-1.amazonaws.com:443: the endpoint is not available (and 1 more)."},
		{answered, "Service web does not reach sns.eu-central-1.amazonaws.com:443: the endpoint is not available; this rests on your answers."},
		{steps.Report{Subject: steps.Subject{Task: "7c1e55ab2f"}, Target: steps.Target{Host: "2001:db8::1", Port: 443}, Verdict: steps.OK},
			"On the network nothing stops task 7c1e55ab from reaching [2001:db8::1]:443."},
		{steps.Report{Subject: steps.Subject{Service: "web"}, Symptom: steps.Exec, Verdict: steps.BlockedPath, Causes: []steps.Cause{{Summary: "the endpoint is not available"}}},
			"No session of ECS Exec opens in service web: the endpoint is not available."},
		{steps.Report{Subject: steps.Subject{Service: "web"}, Symptom: steps.Exec, Verdict: steps.BlockedPath, Causes: []steps.Cause{{Summary: "the endpoint is not available", Spares: true}}},
			"Sessions of ECS Exec open in service web, and their log is lost: the endpoint is not available."},
		{steps.Report{Target: steps.Target{Typed: "sns"}, Verdict: steps.Inconclusive,
			Steps: []steps.StepResult{{Finding: steps.Finding{Missing: []string{"ec2:DescribeNetworkAcls"}}}}},
			"Whether the task reaches sns is not known: ec2:DescribeNetworkAcls is not allowed."},
	}
	for _, tt := range tests {
		if got := report.Sentence(tt.r); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestSpokenSaysWhatChanged(t *testing.T) {
	cause := func(code string) []steps.Cause { return []steps.Cause{{Code: code}} }
	for _, c := range []struct {
		d    steps.Difference
		want string
	}{
		{steps.Difference{}, "Since the last walk: nothing changed."},
		{steps.Difference{Before: steps.BlockedPath, After: steps.OK, Gone: cause("route.none")}, "Since the last walk: it was blocked and is nothing in the way, route.none is gone."},
		{steps.Difference{Before: steps.BlockedPath, After: steps.Inconclusive, Unread: cause("route.none")},
			"Since the last walk: it was blocked and is not certain, route.none is not known now."},
	} {
		if got := report.SpokenSince(steps.Report{}, c.d); !slices.Contains(got, c.want) {
			t.Errorf("%q is not in %q", c.want, got)
		}
	}
}

func TestPathText(t *testing.T) {
	sg := vpc.Ref{Kind: vpc.KindSecurityGroup, ID: "sg-1", Name: "web"}
	acl := vpc.Ref{Kind: vpc.KindACL, ID: "acl-1"}
	q := report.PathQuestion{From: "Task 7c1e", To: "10.0.0.5, tcp 443", Region: "eu-central-1"}
	passed := vpc.Check{Subject: acl, Result: vpc.Passed, Detail: "outbound rule 100 allows all traffic to 0.0.0.0/0"}
	for _, c := range []struct {
		name  string
		trace vpc.Trace
		want  string
	}{
		{"reachable", vpc.Trace{Verdict: vpc.Reachable, Checks: []vpc.Check{passed, {Subject: sg, Result: vpc.Passed, Detail: "sg-1 allows tcp 443", Backward: true}}},
			`Task 7c1e reaches 10.0.0.5, tcp 443.

The way out
  ✓ pass     network-acl  acl-1  outbound rule 100 allows all traffic to 0.0.0.0/0

The way back
  ✓ pass     security-group  sg-1 (web)  allows tcp 443
`},
		{"blocked", vpc.Trace{Verdict: vpc.Blocked, Checks: []vpc.Check{
			{Subject: sg, Result: vpc.Failed, Code: "sg.egress-denied", Detail: "no rule allows tcp 443 to 10.0.0.5",
				Mend: []vpc.Change{vpc.AuthorizeGroup{ID: "sg-1", Egress: true, Protocol: vpc.TCP, Ports: vpc.PortRange{From: 443, To: 443}, Group: "sg-2"}}},
			passed}},
			`Task 7c1e does not reach 10.0.0.5, tcp 443: the task's security groups do not let the connection
out.

sg.egress-denied
  The task's security groups do not let the connection out.
  Found  sg-1 (web) no rule allows tcp 443 to 10.0.0.5
  Mend   Let sg-1 send tcp 443 to sg-2
           aws ec2 authorize-security-group-egress --group-id sg-1 --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,UserIdGroupPairs=[{GroupId=sg-2}]' --region eu-central-1

The way out
  ✗ fail     security-group  sg-1 (web)  no rule allows tcp 443 to 10.0.0.5
  ✓ pass     network-acl     acl-1       outbound rule 100 allows all traffic to 0.0.0.0/0
`},
		{"unknown", vpc.Trace{Checks: []vpc.Check{{Subject: vpc.Ref{Kind: vpc.KindRouteTable}, Detail: "the route table of subnet-1 is not known", Missing: []string{"ec2:DescribeRouteTables"}}}},
			`Whether task 7c1e reaches 10.0.0.5, tcp 443 is not known: the route table of subnet-1 is not known.

The way out
  ? unknown  route-table  –  the route table of subnet-1 is not known; needs ec2:DescribeRouteTables
`},
	} {
		if diff := cmp.Diff(c.want, report.PathText(q, c.trace, 100)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		for _, width := range []int{40, 60, 80} {
			for line := range strings.SplitSeq(report.PathText(q, c.trace, width), "\n") {
				if utf8.RuneCountInString(line) > width && !strings.Contains(line, "aws ec2") {
					t.Errorf("%s: wider than %d: %q", c.name, width, line)
				}
			}
		}
	}
}

// A failure that is no refusal is a reason too.
func TestWhyNothingIsKnown(t *testing.T) {
	why := "ec2:DescribeSubnets: malformed answer: a web page"
	failed := steps.Finding{Summary: "this can't be read: " + why}
	r := steps.Report{Verdict: steps.Inconclusive, Target: steps.Target{Host: "a.example", Port: 443},
		Steps: []steps.StepResult{{ID: "a", Finding: failed}, {ID: "b", Finding: failed}}}
	if got, want := report.Sentence(r), "Whether the task reaches a.example:443 is not known: "+why+"."; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if n := strings.Count(report.Text(r, 100, false), "Not known\n  "+why+"\n\nSteps"); n != 1 {
		t.Errorf("the reason is not told once:\n%s", report.Text(r, 100, false))
	}
}

// beside returns a report with what was seen from inside the container and by the runbook of AWS.
func beside(t *testing.T) steps.Report {
	t.Helper()
	r := walk(t, "several-endpoint")
	r.Probes = &steps.Probed{Problem: "the session broke off", Hint: "Try again.",
		Round: probe.Round{Where: "container app of task b01ada83", Results: []probe.Result{
			{Probe: "connect", Tool: "bash", Target: "10.40.200.10:443", Verdict: probe.Timeout, Evidence: "no answer in 5 s"},
			{Probe: "tls", Tool: "openssl", Target: "10.40.200.10:443", Verdict: probe.Unknown, Evidence: "a line that nobody knows"}}},
		Comparisons: []steps.Comparison{{Step: "endpoint.security-group", Probe: "connect", Predicted: "no connection opens", Observed: "no answer came", Agreement: steps.Agrees}}}
	r.Runbook = &steps.Runbook{Document: aws.TroubleshootRunbook, ID: "11112222-3333", Analysed: true, Status: aws.ExecutionSuccess,
		Findings: []steps.RunbookFinding{{Text: "The log group does not exist.", Agreement: steps.Differs, Why: "this program finds it there"}},
		Unnamed:  []steps.Cause{{Code: "route.none", Summary: "no route leads there"}}, Exceptions: []string{"KeyError: 'subnets'"},
		Steps: []aws.ExecutionStep{{Name: "Analyze", Action: "aws:executeScript", Status: aws.ExecutionFailed, Failure: "it took too long"}}}
	return r
}

// What was seen beside the walk is in every format: a probe that saw nothing it understands is unknown there too.
func TestWhatWasSeenBesideTheWalkIsInEveryFormat(t *testing.T) {
	r := beside(t)
	for _, f := range report.Formats() {
		out := strings.NewReplacer("\\_", "_", "`", "", "<code>", "", "</code>", "", "&#39;", "'", "<span aria-hidden=\"true\">", "", "</span>", "", "**", "").
			Replace(strings.Join(strings.Fields(string(rendered(t, r, f.Name))), " "))
		for _, want := range []string{"container app of task b01ada83", "he session broke off", "Try again.", "no answer in 5 s", "a line that nobody knows", "no answer came",
			aws.TroubleshootRunbook, "The log group does not exist.", "this program finds it there", "no route leads there", "KeyError: 'subnets'", "it took too long"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is not there", f.Name, want)
			}
		}
		if f.Name != "json" && (!strings.Contains(out, "? unknown") || !strings.Contains(out, "✗ timeout")) {
			t.Errorf("%s: the verdicts of the probes are not there", f.Name)
		}
	}
}

// What throttling kept from being read is told beside what is not allowed: the permission alone would not make it known.
func TestEveryReasonForNotKnowingIsTold(t *testing.T) {
	r := steps.Report{Verdict: steps.Inconclusive, Steps: []steps.StepResult{
		{ID: "a", Finding: steps.Finding{Summary: "this can't be read: ec2:DescribeNetworkAcls is not allowed", Missing: []string{"ec2:DescribeNetworkAcls"}}},
		{ID: "b", Finding: steps.Finding{Summary: "this can't be read: AWS answers that there are too many calls"}}}}
	for _, format := range []string{"text", "markdown", "html"} {
		_, out, _ := strings.Cut(string(rendered(t, r, format)), "Not known")
		out, _, _ = strings.Cut(out, "Steps")
		out, _, _ = strings.Cut(out, "The steps")
		if !strings.Contains(out, "DescribeNetworkAcls") || strings.Count(out, "too many calls") != 1 {
			t.Errorf("%s does not tell both:\n%s", format, out)
		}
	}
}

// Whoever has not said on what a call was refused is told how to, in every format that a person reads.
func TestWhatNobodySaidIsAskedFor(t *testing.T) {
	r := steps.Report{Symptom: steps.Auth, Verdict: steps.Inconclusive, Call: steps.Call{Action: "sns:Publish"}}
	for _, format := range []string{"text", "markdown", "html"} {
		if out := string(rendered(t, r, format)); !strings.Contains(out, "Say on what it was refused with --resource.") {
			t.Errorf("%s does not say it:\n%s", format, out)
		}
	}
}

func TestGoldenRunbook(t *testing.T) {
	began := time.Date(2025, 11, 20, 3, 0, 0, 0, time.UTC)
	r := walk(t, "several-endpoint")
	for name, x := range map[string]aws.Execution{
		"runbook": {ID: "11112222-3333-4444-5555-666677778888", Document: aws.TroubleshootRunbook, Status: aws.ExecutionSuccess, Started: began, Ended: began.Add(212 * time.Second),
			Outputs: map[string][]string{"Format.Report": {"The security group of the task does not allow outbound traffic on port 443.\n" +
				"The VPC endpoint's security group allows inbound traffic.\nThe log group /ecs/web does not exist.\nTraceback (most recent call last)"}}},
		"runbook-failed": {ID: "11112222-3333-4444-5555-666677778888", Document: aws.TroubleshootRunbook, Status: aws.ExecutionFailed, Started: began, Ended: began.Add(9 * time.Second),
			Failure: "Step fails when it is Execute/Cancelling action.", Steps: []aws.ExecutionStep{
				{Number: 1, Name: "Verify", Action: "aws:executeScript", Status: aws.ExecutionSuccess},
				{Number: 2, Name: "Create", Action: "aws:executeScript", Status: aws.ExecutionFailed, Type: "Permission", Stage: "Invocation", Failure: "not \x1b[31mauthorized", Details: []string{"see the log"}},
				{Number: 3, Name: "Analyze", Action: "aws:executeScript", Status: aws.ExecutionPending}}},
	} {
		view := steps.CompareRunbook(x, r)
		r := steps.Report{Subject: r.Subject, Target: r.Target, Verdict: r.Verdict, Runbook: &view}
		golden(t, name+".txt", report.Text(r, 100, false))
		text, err := report.JSON(r)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".json", string(text))
	}
}
