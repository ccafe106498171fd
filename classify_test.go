package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const deniedByEndpoint = "An error occurred (AuthorizationError) when calling the Publish operation: " +
	"User: arn:aws:sts::123456789012:assumed-role/shop/7c1e is not authorized to perform: SNS:Publish " +
	"on resource: arn:aws:sns:eu-central-1:123456789012:orders with an explicit deny in a VPC endpoint policy\n"

func TestClassifyAnswersAPersonWithWhatToRunNext(t *testing.T) {
	r := run(t, deniedByEndpoint, "classify")
	if r.status != exitFine || r.err != "" {
		t.Fatalf("status %d, stderr %s", r.status, r.err)
	}
	for _, part := range []string{"auth_vpce_policy", "VPC endpoint", "SNS:Publish",
		"arn:aws:sns:eu-central-1:123456789012:orders", "--symptom auth", "--action SNS:Publish", "--to sns"} {
		if !strings.Contains(r.out, part) {
			t.Errorf("the answer does not hold %q:\n%s", part, r.out)
		}
	}
}

func TestClassifyAnswersInTheContractsFields(t *testing.T) {
	r := run(t, deniedByEndpoint, "classify", "--format", "json")
	var fields map[string]any
	if err := json.Unmarshal([]byte(r.out), &fields); err != nil {
		t.Fatalf("%v\n%s", err, r.out)
	}
	for _, name := range []string{"class", "service", "action", "resource", "principal", "host", "port", "requestId",
		"vpcEndpoint"} {
		if _, ok := fields[name]; !ok {
			t.Errorf("no field %s", name)
		}
	}
	if fields["class"] != "auth_vpce_policy" || fields["service"] != "sns" {
		t.Errorf("class %v, service %v", fields["class"], fields["service"])
	}
}

func TestClassifyAnswersEveryLine(t *testing.T) {
	in := `{"text":"curl: (6) Could not resolve host: sqs.eu-west-1.amazonaws.com"}
not json
{"text":"all is well"}
`
	r := run(t, in, "classify", "--jsonl")
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	want := []string{"dns", "other", "other"}
	if r.status != exitFine || len(lines) != len(want) {
		t.Fatalf("status %d, %d answers to %d lines\n%s%s", r.status, len(lines), len(want), r.out, r.err)
	}
	for i, line := range lines {
		var answer struct{ Class string }
		if err := json.Unmarshal([]byte(line), &answer); err != nil || answer.Class != want[i] {
			t.Errorf("line %d: %s, want %s (%v)", i+1, answer.Class, want[i], err)
		}
	}
}

func TestClassifySaysWhichLineCouldNotBeRead(t *testing.T) {
	r := run(t, `{"text":"all is well"}`+"\n"+strings.Repeat("x", classifyLimit+1)+"\n", "classify", "--jsonl")
	if r.status != exitFailed || !strings.Contains(r.err, "read stdin: a line is longer than") {
		t.Errorf("status %d: %s", r.status, r.err)
	}
	if strings.Count(r.out, "\n") != 1 {
		t.Errorf("the line before it is not answered: %s", r.out)
	}
}

// A log ends with the failure, however long it is.
func TestClassifyReadsTheEndOfALongLog(t *testing.T) {
	in := strings.Repeat("2025-03-28 12:21:51 GET /health 200\n", 100_000) + deniedByEndpoint
	if r := run(t, in, "classify"); !strings.HasPrefix(r.out, "auth_vpce_policy: ") {
		t.Errorf("status %d: %s%s", r.status, r.out, r.err)
	}
	r := run(t, in, "diagnose", "--demo=several-access", "--error", "-")
	if !strings.Contains(r.out, "arn:aws:sts::123456789012:assumed-role/shop/7c1e") {
		t.Errorf("status %d: %.2000s%s", r.status, r.out, r.err)
	}
}

func TestClassifyReadsStoppedReasons(t *testing.T) {
	const reason = "CannotPullContainerError: write /var/lib/docker/tmp/x: no space left on device"
	if r := run(t, reason, "classify", "--stopped"); !strings.HasPrefix(r.out, "disk_full: ") {
		t.Errorf("%s%s", r.out, r.err)
	}
}

func TestClassifyWithoutTextIsWrongUse(t *testing.T) {
	if r := run(t, " \n", "classify"); r.status != exitFailed || !strings.Contains(r.err, "stdin") {
		t.Errorf("status %d: %s", r.status, r.err)
	}
}

func TestClassifyLetsNoControlSequenceThrough(t *testing.T) {
	r := run(t, "\x1b]0;owned\a\x1b[31mcurl: (6) Could not resolve host: x.example.com\x1b[0m\n", "classify")
	if strings.Contains(r.out, "\x1b") || strings.Contains(r.out, "\a") {
		t.Errorf("control characters in %q", r.out)
	}
}

// The next command is pasted into a shell, and whoever can write to a log can write the text that it is made of.
func TestClassifyPutsNoShellIntoTheNextCommand(t *testing.T) {
	for _, text := range []string{
		"operation error `id`: Foo, https response error StatusCode: 403, RequestID: x, api error AccessDenied: Access Denied",
		"Access Denied (Service: $HOME`id`; Status Code: 403; Error Code: AccessDenied; Request ID: 0123456789)",
		"Access Denied (Service: a|b; Status Code: 403; Error Code: AccessDenied; Request ID: 0123456789)",
		"User: arn:aws:sts::123456789012:assumed-role/shop/7c1e is not authorized to perform: sns:Publish;id on resource: $(id)",
		"dial tcp: lookup `id`.example.com: no such host",
		"Get \"https://$(id).example.com/\": dial tcp 10.0.1.9:443: i/o timeout",
	} {
		out := run(t, text, "classify").out
		_, next, found := strings.Cut(out, "\nNext\n")
		if !found || strings.ContainsAny(next, "`$();|&<>'\"\\") {
			t.Errorf("%s\n%s", text, out)
		}
	}
}

func TestClassifyNamesTheDiagnosisThatGoesOn(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Error: connect ETIMEDOUT 10.0.3.9:5432", "--symptom timeout --to 10.0.3.9:5432\n"},
		{"dial tcp [fd00::9]:5432: i/o timeout", "--symptom timeout --to [fd00::9]:5432\n"},
		{"dial tcp 169.254.170.2:80: i/o timeout", "--symptom auth\n"},
		{"An error occurred (TargetNotConnectedException) when calling the ExecuteCommand operation: internal error",
			"--symptom exec\n"},
		{"An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
			"--symptom auth --to s3 --action s3:PutObject\n"},
	} {
		if r := run(t, test.text, "classify"); !strings.HasSuffix(r.out, test.want) {
			t.Errorf("%s: want %q at the end of\n%s", test.text, test.want, r.out)
		}
	}
	if r := run(t, "An error occurred (ThrottlingException) when calling the ListTopics operation: Rate exceeded",
		"classify"); strings.Contains(r.out, "Next") {
		t.Errorf("a service that was reached needs no diagnosis:\n%s", r.out)
	}
}
