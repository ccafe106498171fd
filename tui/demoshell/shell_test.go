//go:build unix

package demoshell

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"
	"golang.org/x/term"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/demo/demotest"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
	"fargate-doctor/steps/symptom"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// in returns a shell in the container that a demo world asks about.
func in(t *testing.T, name string) (*Shell, demo.World) {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	engine := &steps.Engine{Reader: reader, Region: w.Region}
	s := New(t.Context(), Place{World: w.Name, Region: w.Region, Account: "111122223333", Task: "0123456789abcdef", Role: "arn:aws:iam::111122223333:role/shop-worker-task",
		Case: steps.Case{Region: w.Region, Cluster: w.Cluster, Service: w.Service, Task: w.Task},
		Walk: func(ctx context.Context, c steps.Case) (steps.Report, error) { return engine.Walk(ctx, c, nil) }})
	s.Timeout = 0
	return s, w
}

// say runs a line and returns what it printed, and its status.
func (s *Shell) say(t *testing.T, line string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	status, err := s.execute(t.Context(), &out, line)
	if err != nil {
		t.Fatal(err)
	}
	s.status = status
	return out.String(), status
}

// host is the host of a world's target.
func host(t *testing.T, s *Shell, w demo.World) string {
	t.Helper()
	target, err := steps.ParseTarget(w.Target, w.Region, steps.Services(w.Region, nil))
	if err != nil {
		t.Skip("the target is none")
	}
	return strings.Replace(target.Host, "*", s.place.Account, 1)
}

// What the tools print in a world is read by the classifier, which was made from what real tools print, as the failure that the world is
// about. Where the world is not known, nothing that looks like a failure or a success is printed.
func TestTheToolsSayWhatTheEngineFinds(t *testing.T) {
	for _, w := range demotest.Worlds() {
		if w.Symptom != "timeout" && w.Symptom != "dns" {
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			s, w := in(t, w.Name)
			target, err := steps.ParseTarget(w.Target, w.Region, steps.Services(w.Region, nil))
			if err != nil {
				t.Skip("the target is none")
			}
			c := s.place.Case
			c.Symptom, c.Target = steps.Timeout, hostPort(host(t, s, w), target.Port)
			r, err := s.place.Walk(t.Context(), c)
			if err != nil {
				t.Skip(err)
			}
			text, status := s.say(t, "curl https://"+c.Target)
			class := symptom.Read(text).Class
			switch {
			case strings.HasPrefix(text, "demo: what would happen"):
				if r.Trace.Verdict == vpc.Reachable && r.Resolved.Path != vpc.PathUnknown {
					t.Errorf("the engine knows the way, and curl says %q", text)
				}
			case r.Resolved.Path == vpc.PathNowhere:
				if class.Symptom() != "dns" || status == 0 {
					t.Errorf("the name does not resolve, and curl says %q (%d, %s)", text, status, class)
				}
			case r.Trace.Verdict == vpc.Blocked:
				if s := class.Symptom(); status == 0 || s != "timeout" && s != "dns" {
					t.Errorf("the way is blocked, and curl says %q (%d, %s)", text, status, class)
				}
			case status == 0 && r.Trace.Verdict != vpc.Reachable:
				t.Errorf("the way is %s, and curl says %q", r.Trace.Verdict, text)
			}
			name, _ := s.say(t, "nslookup "+host(t, s, w))
			hosts, _ := s.say(t, "getent hosts "+host(t, s, w))
			if strings.Contains(name, "NXDOMAIN") && hosts != "" {
				t.Errorf("nslookup says %q, getent %q", name, hosts)
			}
		})
	}
}

// A refused call is worded so that the classifier finds the kind of policy that the world is about.
func TestTheAWSCLISaysWhatThePoliciesDecide(t *testing.T) {
	for name, want := range map[string]symptom.Policy{
		"iam-identity-not-allowed": symptom.PolicyIdentity, "iam-identity-explicit-deny": symptom.PolicyIdentity, "iam-boundary-denied": symptom.PolicyBoundary,
		"iam-scp-denied-simulated": symptom.PolicySCP, "iam-endpoint-policy-denied": symptom.PolicyEndpoint, "iam-resource-policy-denied": symptom.PolicyResource,
	} {
		s, w := in(t, name)
		if w.Action == "" {
			heard := steps.Understand(steps.Case{Error: w.Error})
			w.Action, w.Resource = heard.Action, heard.Resource
		}
		service, operation, _ := strings.Cut(w.Action, ":")
		var kebab strings.Builder
		for i, r := range operation {
			if i > 0 && r >= 'A' && r <= 'Z' {
				kebab.WriteByte('-')
			}
			kebab.WriteString(strings.ToLower(string(r)))
		}
		line := "aws " + service + " " + kebab.String() + " --resource " + w.Resource
		if service == "s3" {
			line = "aws s3 cp s3://" + aws.ShortName(strings.TrimPrefix(w.Resource, "arn:aws:s3:::")) + " -"
		}
		text, status := s.say(t, line)
		reading := symptom.Read(text)
		if status != 254 || reading.Policy != want || !strings.EqualFold(reading.Action, w.Action) {
			t.Errorf("%s: %s says %q (%d): policy %q of %s, want %q of %s", name, line, text, status, reading.Policy, reading.Action, want, w.Action)
		}
	}
}

func TestPlainCommands(t *testing.T) {
	s, _ := in(t, "healthy-nat")
	for _, c := range []struct {
		line, want string
		status     int
	}{
		{"foo -x", "sh: foo: not found", 127},
		{"echo $? 'a  b' \"$AWS_REGION\"", "127 a  b eu-central-1", 0},
		{"curl", "curl: try 'curl --help'", 2},
		{"curl gopher://x", "Protocol \"gopher\" not supported", 1},
		{"nc -vz x 99999", "port number invalid", 1},
		{"nslookup", "usage: nslookup NAME", 2},
		{"ls | wc", "one plain command at a time", 2},
		{"echo 'x", "is not closed", 2},
		{"aws", "usage: aws", 2},
		{"help", "nslookup NAME", 0},
		{"env", "AWS_EXECUTION_ENV=AWS_ECS_FARGATE", 0},
		{"curl http://exa\x1bmple.com", "URL rejected", 3},
	} {
		text, status := s.say(t, c.line)
		if status != c.status || !strings.Contains(text, c.want) || strings.Contains(text, "\x1b") {
			t.Errorf("%s: %q (%d), want %q (%d)", c.line, text, status, c.want, c.status)
		}
	}
}

// Every command of the help answers, and each usage is one that it understands.
func TestTheHelpIsTrue(t *testing.T) {
	for _, c := range commands() {
		if c.name == "exit" {
			continue
		}
		s, _ := in(t, "healthy-nat")
		line := strings.NewReplacer("NAME", "sns.eu-central-1.amazonaws.com", "URL", "https://sns.eu-central-1.amazonaws.com", "HOST PORT", "sns.eu-central-1.amazonaws.com 443",
			"[-v]", "-v", "SERVICE OPERATION …", "sts get-caller-identity", "WORD …", "x").Replace(c.form)
		if text, status := s.say(t, line); status != 0 {
			t.Errorf("%s: %q (%d)", line, text, status)
		}
	}
}

// The reference for words is a real shell.
func TestWordsAreThoseOfAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here to compare with")
	}
	for _, line := range []string{`a b  c`, `'a b' "c d"`, `a\ b "x\"y"`, `"$HOME/x" '$HOME'`, `a'b'"c"`, `"" x`, `$NOTSET y`, `"${HOME}z"`, `\$HOME`, `a$ b`} {
		if line == `$NOTSET y` {
			continue // an unquoted empty variable is no word to a shell; here it is an empty one
		}
		command := exec.Command(sh, "-c", `set -- `+line+`; for w in "$@"; do printf '%s\n' "$w"; done`)
		command.Env = []string{"HOME=/root"}
		out, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		got, err := split(line, func(name string) string { return map[string]string{"HOME": "/root"}[name] })
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; sh says %q", line, got, err, want)
		}
	}
}

// A console is a terminal of which the test holds the far end.
type console struct {
	t         *testing.T
	far, near *os.File
	state     *term.State
	ended     chan error
	mu        sync.Mutex
	screen    bytes.Buffer
}

func open(t *testing.T, s *Shell) *console {
	t.Helper()
	far, near, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	c := &console{t: t, far: far, near: near, ended: make(chan error, 1)}
	if c.state, err = term.GetState(int(near.Fd())); err != nil {
		t.Fatal(err)
	}
	var reader sync.WaitGroup
	reader.Go(func() {
		b := make([]byte, 4096)
		for {
			n, err := far.Read(b)
			c.mu.Lock()
			c.screen.Write(b[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	})
	t.Cleanup(func() {
		near.Close()
		far.Close()
		reader.Wait()
	})
	s.SetStdin(near)
	s.SetStdout(near)
	go func() { c.ended <- s.Run() }()
	return c
}

func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.far, keys); err != nil {
		c.t.Fatal(err)
	}
}

func (c *console) await(text string) {
	c.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		c.mu.Lock()
		shown := c.screen.String()
		c.mu.Unlock()
		if strings.Contains(shown, text) {
			return
		}
		if time.Now().After(end) {
			c.t.Fatalf("waited for %q, the screen shows %q", text, shown)
		}
	}
}

func (c *console) end() error {
	c.t.Helper()
	select {
	case err := <-c.ended:
		if now, failed := term.GetState(int(c.near.Fd())); failed != nil || !reflect.DeepEqual(now, c.state) {
			c.t.Error("the terminal is not as it was")
		}
		return err
	case <-time.After(10 * time.Second):
		c.t.Fatal("the shell goes on")
		return nil
	}
}

func TestAPersonAtTheDemoShell(t *testing.T) {
	s, _ := in(t, "endpoint-sg-ingress-denied")
	s.Timeout = time.Hour
	c := open(t, s)
	c.await("help lists the commands")
	c.press("echo one\x7f\x7f\x7ftwo\r")
	c.await("\r\ntwo\r\n")
	c.press("curl https://sns.eu-central-1.amazonaws.com\r")
	time.Sleep(100 * time.Millisecond)
	c.press("\x03") // while it hangs
	c.await("^C")
	c.press("echo $?\r")
	c.await("\r\n130\r\n")
	c.press("half a li\x03")
	c.press("\x1b[A\r") // up: the line before, as the one given up is none
	c.await("^C\r\nsh-5.2# echo $?\r\n130\r\n")
	c.press("echo last\r")
	c.await("\r\nlast\r\n")
	c.press("exit\rjk") // what comes after the end is the next reader's
	if err := c.end(); err != nil {
		t.Error(err)
	}
	if got := string(s.Unread()); got != "jk" {
		t.Errorf("unread are %q", got)
	}
}

func TestTheDemoShellEnds(t *testing.T) {
	t.Run("Ctrl-D", func(t *testing.T) {
		s, _ := in(t, "healthy-nat")
		c := open(t, s)
		c.await("#")
		c.press("\x04")
		if err := c.end(); err != nil {
			t.Error(err)
		}
	})
	t.Run("the context", func(t *testing.T) {
		s, _ := in(t, "healthy-nat")
		ctx, cancel := context.WithCancel(t.Context())
		s.ctx = ctx
		c := open(t, s)
		c.await("#")
		cancel()
		if err := c.end(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
