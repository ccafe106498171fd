package snapshot

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLogMessagesWithoutCredentials(t *testing.T) {
	for message, want := range map[string]string{
		`connecting to postgres://shop:hunter2@db.internal:5432/orders`:                 `connecting to postgres://(removed)@db.internal:5432/orders`,
		`login user=ana password=hunter2 ok`:                                            `login user=ana password=(removed) ok`,
		`{"level":"debug","dbPassword":"hunter2","user":"ana"}`:                         `{"level":"debug","dbPassword":"(removed)","user":"ana"}`,
		`{"client_secret": "hunter", "n": 1}`:                                           `{"client_secret": "(removed)", "n": 1}`,
		`> Authorization: Bearer abc.def-123`:                                           `> Authorization: Bearer (removed)`,
		`AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`:                `AWS_SECRET_ACCESS_KEY=(removed)`,
		`assumed with AKIAIOSFODNN7EXAMPLE today`:                                       `assumed with (removed) today`,
		`GET https://b.s3.amazonaws.com/k?X-Amz-Signature=ab12&X-Amz-Credential=AK/x&a`: `GET https://b.s3.amazonaws.com/k?X-Amz-Signature=(removed)&X-Amz-Credential=(removed)&a`,
		`jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P`: `jwt (removed)`,
	} {
		if got := withoutCredentialsIn(message); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", message, got, want)
		}
		if got := withoutCredentialsIn(want); got != want {
			t.Errorf("%s became %s the second time", want, got)
		}
	}
}

// Error messages hold no credentials, and what the diagnosis reads in them must stay.
func TestErrorMessagesStay(t *testing.T) {
	shared := os.Getenv("FARGATE_DOCTOR_SHARED")
	if shared == "" {
		t.Skip("FARGATE_DOCTOR_SHARED does not name the folder with the labelled messages")
	}
	f, err := os.Open(filepath.Join(shared, "data/messages/errors.dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		var row map[string]any
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		text, _ := row["text"].(string)
		n++
		got := withoutCredentialsIn(text)
		for _, label := range []string{"service", "action", "resource", "principal", "host", "port"} {
			value, _ := row[label].(string)
			if strings.Contains(text, value) && !strings.Contains(got, value) {
				t.Errorf("%v: %s %s is gone from\n%s", row["id"], label, value, got)
			}
		}
	}
	if n == 0 {
		t.Fatal("no messages")
	}
}
