package symptom

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A message is a labelled message, in the form of the data outside the project.
type message struct {
	ID         string  `json:"id"`
	Text       string  `json:"text"`
	Class      Class   `json:"class"`
	AltClasses []Class `json:"alt_classes"`
	Service    string  `json:"service"`
	Action     string  `json:"action"`
	Resource   string  `json:"resource"`
	Principal  string  `json:"principal"`
	Host       string  `json:"host"`
	Port       string  `json:"port"`
	RequestID  string  `json:"request_id"`
	Endpoint   string  `json:"vpce"`
	PolicyARN  string  `json:"policy_arn"`
	Source     string  `json:"source"`
}

func rows(t testing.TB, file string) []message {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []message
	for in := bufio.NewScanner(f); in.Scan(); {
		var r message
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			t.Fatalf("%s: %v: %s", file, err, in.Text())
		}
		all = append(all, r)
	}
	return all
}

// shared is the folder of the data outside the project; without it the test is skipped.
func shared(t testing.TB) string {
	dir := os.Getenv("FARGATE_DOCTOR_SHARED")
	if dir == "" {
		t.Skip("FARGATE_DOCTOR_SHARED names no folder with data from outside the project")
	}
	return filepath.Join(dir, "data", "messages")
}

func TestMessagesFromOutside(t *testing.T) {
	grade(t, Read, rows(t, filepath.Join(shared(t), "errors.dev.jsonl")))
	grade(t, ReadStopped, rows(t, filepath.Join(shared(t), "stopped.dev.jsonl")))
}

// The messages of testdata were labelled before the package had read them.
func TestMessagesHeldOut(t *testing.T) {
	grade(t, Read, rows(t, "testdata/errors.jsonl"))
	grade(t, ReadStopped, rows(t, "testdata/stopped.jsonl"))
}

func TestWordings(t *testing.T) {
	grade(t, Read, rows(t, "testdata/errors_wordings.jsonl"))
	grade(t, ReadStopped, rows(t, "testdata/stopped_wordings.jsonl"))
}

// grade demands 97 % of the classes, 95 % of the fields, and nothing made of what is none of the classes.
func grade(t *testing.T, read func(string) Reading, all []message) {
	t.Helper()
	right, fields, rightFields := 0, 0, 0
	for _, row := range all {
		r := read(row.Text)
		if r.Class == row.Class || slices.Contains(row.AltClasses, r.Class) {
			right++
		} else {
			t.Logf("%s: %s, want %s: %.150q", row.ID, r.Class, row.Class, row.Text)
			if row.Class == ClassOther {
				t.Errorf("%s: %s is made of what is none: %.150q", row.ID, r.Class, row.Text)
			}
		}
		port := ""
		if r.Port != 0 {
			port = strconv.Itoa(int(r.Port))
		}
		for _, f := range []struct{ name, want, got string }{
			{"service", row.Service, r.Service}, {"action", afterColon(row.Action), afterColon(r.Action)}, {"resource",
				row.Resource, r.Resource}, {"principal", row.Principal, r.Principal},
			{"host", row.Host, r.Host}, {"port", row.Port, port}, {"request id", row.RequestID, r.RequestID}, {"endpoint",
				row.Endpoint, r.Endpoint}, {"policy ARN", row.PolicyARN, r.PolicyARN},
		} {
			if f.want == "" {
				continue
			}
			fields++
			if strings.EqualFold(f.want, f.got) {
				rightFields++
			} else {
				t.Logf("%s: %s %q, want %q: %.100q", row.ID, f.name, f.got, f.want, row.Text)
			}
		}
	}
	t.Logf("%d of %d classes, %d of %d fields", right, len(all), rightFields, fields)
	if right*100 < len(all)*97 {
		t.Errorf("only %d of %d classes are right", right, len(all))
	}
	if rightFields*100 < fields*95 {
		t.Errorf("only %d of %d fields are right", rightFields, fields)
	}
}

func afterColon(action string) string { return action[strings.LastIndexByte(action, ':')+1:] }

// seeds are messages to begin with.
func seeds(t testing.TB) []string {
	var texts []string
	for _, file := range []string{"testdata/errors.jsonl", "testdata/stopped.jsonl", "testdata/errors_wordings.jsonl",
		"testdata/stopped_wordings.jsonl"} {
		for _, row := range rows(t, file) {
			texts = append(texts, row.Text)
		}
	}
	return texts
}
