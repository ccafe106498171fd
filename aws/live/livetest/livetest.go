// Package livetest runs what tests of live AWS data need: a local AWS API server, a proxy in front of it that misbehaves as
// told, and a small world of network and Fargate task on it. It is imported by tests only.
//
// Server and proxy are programs beside this module, found through FARGATE_DOCTOR_SHARED; without them, or without Python and
// moto, the calling test skips.
package livetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// starting is how long a server may take to answer: Python and moto load slowly on a busy computer.
const starting = 90 * time.Second

// Environment points the AWS environment of the test, and of the programs that it starts, to url and to credentials that the
// local server takes. No file or variable of the person running the test is used.
func Environment(t testing.TB, url, region string) {
	t.Helper()
	nowhere := filepath.Join(t.TempDir(), "none")
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": url, "AWS_REGION": region,
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "local",
		"AWS_CONFIG_FILE": nowhere, "AWS_SHARED_CREDENTIALS_FILE": nowhere, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// StartServer starts a local AWS API server, empty but for default VPCs, and returns its URL. It is stopped when the test ends.
func StartServer(t testing.TB) string {
	t.Helper()
	return start(t, "/world/ping", "aws_server.py", "-p")
}

// Faults is a proxy in front of the API server.
type Faults struct{ url string }

// A Rule makes the proxy misbehave. Fault is one of throttle, 429, 500, 503, access_denied, expired_token, bad_token,
// not_found, error (Status, Code, Message), http (Status, Body), respond (Body), reset, truncate, hang (Seconds), garbage.
type Rule struct {
	Match   string  `json:"match"` // "ec2:Describe*"
	Fault   string  `json:"fault"`
	Region  string  `json:"region,omitempty"`
	Times   int     `json:"times,omitempty"` // 0 means always
	After   int     `json:"after,omitempty"`
	Status  int     `json:"status,omitempty"`
	Code    string  `json:"code,omitempty"`
	Message string  `json:"message,omitempty"`
	Body    string  `json:"body,omitempty"`
	Seconds float64 `json:"seconds,omitempty"`
}

// Stats is what the proxy has seen since it started or was reset.
type Stats struct {
	Total       int `json:"total"`
	Connections int `json:"connections"`
	MaxInFlight int `json:"max_inflight"`
	Actions     map[string]struct {
		Calls, Faults, Retries, Errors int
	} `json:"actions"` // by "ec2:DescribeSubnets"
}

// StartFaultProxy starts a proxy in front of upstream and returns its URL. It passes everything on until it is told otherwise.
func StartFaultProxy(t testing.TB, upstream string) (string, *Faults) {
	t.Helper()
	url := start(t, "/fault/stats", "fault_proxy.py", "--upstream", upstream, "--port")
	return url, &Faults{url}
}

// Set makes every call take latency longer and replaces the rules.
func (f *Faults) Set(t testing.TB, latency time.Duration, rules ...Rule) {
	t.Helper()
	f.control(t, "/fault/rules", map[string]any{"latency_ms": latency.Milliseconds(), "rules": append([]Rule{}, rules...)}, nil)
}

// Reset forgets what was counted.
func (f *Faults) Reset(t testing.TB) {
	t.Helper()
	f.control(t, "/fault/reset", struct{}{}, nil)
}

// Stats returns what was counted.
func (f *Faults) Stats(t testing.TB) Stats {
	t.Helper()
	var s Stats
	f.control(t, "/fault/stats", struct{}{}, &s)
	return s
}

func (f *Faults) control(t testing.TB, path string, body, answer any) {
	t.Helper()
	if err := post(f.url+path, body, answer); err != nil {
		t.Fatal(err)
	}
}

func post(url string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	resp, err := http.Post(url, "application/json", bytes.NewReader(data))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err = io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s: %s", url, resp.Status, data)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(data, answer)
}

// start runs a Python program of the shared tools on a free port, which is its last argument, and waits until ping answers.
func start(t testing.TB, ping, program string, args ...string) string {
	t.Helper()
	shared := os.Getenv("FARGATE_DOCTOR_SHARED")
	if shared == "" {
		t.Skip("FARGATE_DOCTOR_SHARED is not set: no local AWS API server to test with")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: no local AWS API server to test with")
	}
	port := freePort(t)
	url := "http://127.0.0.1:" + port
	var output bytes.Buffer
	cmd := exec.Command(python, append(append([]string{filepath.Join(shared, "tools", program)}, args...), port)...)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		http.DefaultClient.CloseIdleConnections()
	})
	for deadline := time.Now().Add(starting); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-ended:
			ended <- err
			if strings.Contains(output.String(), "ModuleNotFoundError") {
				t.Skipf("moto is not installed: no local AWS API server to test with\n%s", output.String())
			}
			t.Fatalf("%s: %v\n%s", program, err, output.String())
		default:
		}
		if resp, err := http.Get(url + ping); err == nil {
			resp.Body.Close()
			return url
		}
	}
	t.Fatalf("%s does not answer", program)
	return ""
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}
