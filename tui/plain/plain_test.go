package plain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// world returns options over a demo world.
func world(t *testing.T, name string) Options {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Session: &acting.Session{Reader: reader, Region: w.Region}, World: "demo: " + w.Name, Story: w.Story,
		Suggested: steps.Case{Cluster: w.Cluster, Service: w.Service, Task: w.Task, Symptom: steps.Symptom(w.Symptom), Target: w.Target,
			Action: w.Action, Resource: w.Resource, Error: w.Error},
		Clock: func() time.Time { return w.Captured }, Echo: true,
	}
}

// talk holds a conversation and returns what it looks like.
func talk(t *testing.T, o Options, answers ...string) string {
	t.Helper()
	var out bytes.Buffer
	o.In, o.Out = strings.NewReader(strings.Join(answers, "\n")+"\n"), &out
	if err := Run(t.Context(), o); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	text := out.String()
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && (r < ' ' || r >= 0x7f && r <= 0x9f) }); i >= 0 {
		t.Errorf("a control character at %d of %q", i, text)
	}
	return text
}

const refusal = "botocore.errorfactory.AuthorizationErrorException: An error occurred (AuthorizationError) when calling the Publish operation: " +
	"User: arn:aws:sts::111122223333:assumed-role/shop-worker-task/b01ada8305d568858e1357e740027613 is not authorized to perform: SNS:Publish " +
	"on resource: arn:aws:sns:eu-central-1:111122223333:orders because no VPC endpoint policy allows the SNS:Publish action"

func TestTranscripts(t *testing.T) {
	desk := map[string]string{}
	save := func(file string, text []byte, overwrite bool) (string, error) {
		if _, there := desk[file]; there && !overwrite {
			return "", &fs.PathError{Op: "write", Path: file, Err: fs.ErrExist}
		}
		desk[file] = string(text)
		return "/home/dev/" + file, nil
	}
	for _, c := range []struct {
		world   string
		answers []string
	}{
		{"endpoint-sg-ingress-denied", []string{"", "task", "worker", "nonsense", "back", "service w", "7", "1", "https://:99999/x", "", "sns", "recheck", "steps", "again", "", "", "quit"}},
		{"iam-endpoint-policy-denied", []string{"shop", "", "paste", "Traceback (most recent call last):", refusal, ".", "report", "text", "yes", "",
			"report", "markdown", "", "mine.md", "report", "markdown", "no", "mine.md", "yes", "quit"}},
		{"denied-route-tables", []string{"", "", "", "", "question", "5", "1", "quit"}},
		{"start-endpoint-missing", []string{"", "service worker", "start", "needs", "n", "probe", "runbook", "debug", "", "quit"}},
	} {
		t.Run(c.world, func(t *testing.T) {
			o := world(t, c.world)
			o.Save = save
			golden.RequireEqual(t, talk(t, o, c.answers...))
		})
	}
	if text := desk["fargate-doctor-worker-2025-11-20T0307.txt"]; len(desk) != 2 || strings.Contains(text, "111122223333") {
		t.Errorf("saved %d files; the masked one is %q", len(desk), text)
	}
}

// refusing is a reader that refuses some calls.
type refusing struct {
	aws.Reader
	err map[string]error
}

func (r refusing) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if err := r.err[q.Name()]; err != nil {
		return err
	}
	return r.Reader.Read(ctx, q, page)
}

func TestWhatCantBeListedCanBeTyped(t *testing.T) {
	o := world(t, "healthy-endpoint")
	denied := func(name string) error {
		return &aws.Error{Kind: aws.Denied, Operation: name, Action: name, Hint: "Ask for it."}
	}
	o.Session.Reader = refusing{o.Session.Reader, map[string]error{"ecs:ListClusters": denied("ecs:ListClusters"), "ecs:ListTasks": denied("ecs:ListTasks"),
		"ec2:DescribeVpcEndpointServices": denied("ec2:DescribeVpcEndpointServices")}}
	text := talk(t, o, "shop", "service worker", "1", "sns", "steps", "quit")
	for _, want := range []string{"The clusters can't be read: ecs:ListClusters is not allowed.", "Ask for it.", "The tasks can't be read", "The region's services can't be read: ec2:DescribeVpcEndpointServices is not allowed.", "Step 1 of "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// expiring is a reader whose credentials are refused once, in the middle of a walk.
type expiring struct {
	aws.Reader
	once sync.Once
}

func (e *expiring) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) (err error) {
	if q.Name() == "ec2:DescribeSubnets" {
		e.once.Do(func() {
			err = &aws.Error{Kind: aws.Credentials, Operation: q.Name(), Hint: "Sign in: aws sso login --profile prod"}
		})
	}
	if err != nil {
		return err
	}
	return e.Reader.Read(ctx, q, page)
}

// counting is a reader that counts the calls.
type counting struct {
	aws.Reader
	mu    sync.Mutex
	calls int
}

func (c *counting) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	c.mu.Lock()
	c.calls++
	c.mu.Unlock()
	return c.Reader.Read(ctx, q, page)
}

// A recheck reads afresh; an answer needs nothing that was not read.
func TestARecheckReadsAfresh(t *testing.T) {
	made := func(answers ...string) int {
		o := world(t, "denied-route-tables")
		counted := &counting{Reader: o.Session.Reader}
		o.Session.Reader = counted
		talk(t, o, append([]string{"", "", "", ""}, answers...)...)
		return counted.calls
	}
	once, answered, twice := made("quit"), made("question", "5", "1", "quit"), made("recheck", "quit")
	if answered != once || twice < once+20 {
		t.Errorf("a walk and its questions made %d calls, with an answer %d, with a recheck %d", once, answered, twice)
	}
}

// When credentials expire, the person signs in elsewhere and goes on.
func TestAWalkThatBrokeOffIsTriedAgain(t *testing.T) {
	o := world(t, "healthy-endpoint")
	o.Session.Reader = &expiring{Reader: o.Session.Reader}
	text := talk(t, o, "", "", "", "", "recheck", "quit")
	for _, want := range []string{"The walk broke off: the credentials are missing or have expired.", "aws sso login --profile prod",
		"Answer: On the network nothing stops service worker from reaching sns"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// An account that does not open is said, and asked for again where there is something to ask; the end of the input ends that too.
func TestAnAccountThatDoesNotOpen(t *testing.T) {
	o := world(t, "healthy-endpoint")
	session, refused := *o.Session, &aws.Error{Kind: aws.Credentials, Operation: "sts:GetCallerIdentity", Hint: "Sign in: aws sso login"}
	o.Session, o.Profiles = nil, []string{"dev", "prod"}
	o.Connect = func(_ context.Context, profile, region string) (acting.Session, error) {
		switch {
		case profile == "dev":
			return acting.Session{}, refused
		case region == "":
			return acting.Session{Profile: profile}, nil
		}
		return session, nil
	}
	text := talk(t, o, "dev", "prod", "back", "prod", "eu-central-1", "shop")
	holds(t, text, "Which profile?", "The account does not open: the credentials are missing or have expired.", "aws sso login", "Which profile?", "Which region?",
		"Which profile?", "Which region?", "Which cluster?", "The input has ended")
	if text := talk(t, o, "prod"); !strings.Contains(text, "The input has ended") {
		t.Error(text)
	}
	o.Profiles, o.In, o.Out = nil, strings.NewReader(""), io.Discard
	o.Connect = func(context.Context, string, string) (acting.Session, error) { return acting.Session{}, refused }
	if err := Run(t.Context(), o); !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
}

// What the command line named is not asked for, until the next walk; back leads to the questions that it answered.
func TestWhatIsKnownIsNotAsked(t *testing.T) {
	known := func() Options {
		o := world(t, "healthy-endpoint")
		o.Case = steps.Case{Cluster: "shop", Service: "worker", Symptom: steps.Timeout}
		return o
	}
	text := talk(t, known(), "sns", "steps", "again", "quit")
	if !strings.Contains(text, "Step 1 of ") || strings.Count(text, "Which cluster?") != 1 || strings.Index(text, "Which cluster?") < strings.Index(text, "Step 1 of ") {
		t.Errorf("the cluster is asked for at the wrong time:\n%s", text)
	}
	if text := talk(t, known(), "back", "quit"); !strings.Contains(text, "Which cluster?") {
		t.Errorf("back does not lead to the clusters:\n%s", text)
	}
}

func TestTheEndOfTheContextEndsAConversation(t *testing.T) {
	o := world(t, "healthy-endpoint")
	in, _ := io.Pipe()
	o.In, o.Out = in, io.Discard
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, o) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
