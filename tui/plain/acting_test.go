package plain

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
	"fargate-doctor/tui/acting"
)

// onWalk returns options over a demo world whose walk is known, so that What next? is the first question, and in which debug tasks can be
// launched, containers looked from, and parrots be talked to.
func onWalk(t *testing.T, name string) Options {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	now := since(w.Captured)
	cloud := demo.NewCloud(reader, w, now)
	o := world(t, name)
	o.World, o.Story, o.Clock, o.Terminal = "", "", now, true
	o.Case = steps.Case{Cluster: "shop", Service: w.Service, Symptom: steps.Timeout, Target: "sns"}
	if w.Service == "" {
		o.Case.Service = "worker"
	}
	if w.Symptom == string(steps.Start) {
		o.Case.Symptom, o.Case.Target = steps.Start, ""
	}
	o.Session = &acting.Session{Reader: cloud, Region: w.Region, Profile: "dev team",
		Debug: &debug.Launcher{API: cloud, Reader: cloud, Now: now, Token: func() string { return "token" }},
		Shell: func(_ context.Context, task aws.Task, container string) (acting.Terminal, error) {
			return &parrot{name: container + " of " + task.ID[:8]}, nil
		},
		Probe: func(ctx context.Context, c steps.Case, to steps.Target, in aws.Task) (probe.Round, error) {
			place := "a container of the demo"
			if in.ARN != "" {
				c.Task, c.Service, place = in.ARN, "", "the debug task of the demo"
			}
			container, err := (&steps.Engine{Reader: cloud, Region: w.Region, Now: now}).Container(ctx, c)
			if err != nil {
				return probe.Round{}, err
			}
			round, err := probe.Run(ctx, container, to.Probe(w.Region))
			round.Where = place
			return round, err
		},
	}
	return o
}

// A parrot is a Terminal that repeats lines until exit, and leaves what was typed after that.
type parrot struct {
	in     io.Reader
	out    io.Writer
	name   string
	unread []byte
	fail   error
}

func (p *parrot) SetStdin(r io.Reader)  { p.in = r }
func (p *parrot) SetStdout(w io.Writer) { p.out = w }
func (p *parrot) SetStderr(io.Writer)   {}
func (p *parrot) Unread() []byte        { return p.unread }

func (p *parrot) Run() error {
	fmt.Fprintf(p.out, "parrot in %s\n", p.name)
	in := bufio.NewReader(p.in)
	for p.fail == nil {
		line, err := in.ReadString('\n')
		if err != nil || line == "exit\n" {
			return err
		}
		fmt.Fprint(p.out, "you said "+line)
	}
	return p.fail
}

// The whole of a person's way through a debug task: what it will be, its phases, what it sees, a shell in it, and what becomes of it.
func TestATranscriptOfADebugTask(t *testing.T) {
	text := conversing(t, func(t *testing.T) Options { return onWalk(t, "healthy-nat") },
		append(typed("debug", "no", "debug", "y", "debug probe", "debug shell"),
			turn{await: "parrot in", line: "hello"}, turn{await: "you said hello", line: "exit"},
			turn{await: "What next?", line: "debug"}, turn{await: "Which of these?", line: "debug stop"}, turn{await: "What next?", line: "debug"},
			turn{await: "Launch it?", line: "yes"}, turn{await: "What next?", line: "again"}, turn{await: "Which cluster?", line: "quit"},
			turn{await: "What becomes of it?", line: "stay"}, turn{await: "Which cluster?", line: "quit"}, turn{await: "What becomes of it?", line: "stop"})...)
	golden.RequireEqual(t, text)
}

// unready is a launcher whose launches end as told, when their context has ended if that is nil.
type unready struct {
	err, stop error
	launches  int
}

func (u *unready) Launch(ctx context.Context, _ debug.Plan, observe func(debug.Progress)) (debug.Launched, error) {
	u.launches++
	observe(debug.Progress{Phase: debug.Provisioning})
	observe(debug.Progress{Phase: debug.Provisioning, Text: "it waits for an address"})
	observe(debug.Progress{Phase: debug.Provisioning, Text: "it waits for an address"})
	if u.err == nil {
		<-ctx.Done()
		return debug.Launched{}, ctx.Err()
	}
	return debug.Launched{}, u.err
}

func (u *unready) Follow(ctx context.Context, p debug.Plan, _ debug.Launched, observe func(debug.Progress)) (debug.Launched, error) {
	return u.Launch(ctx, p, observe)
}
func (u *unready) Stop(context.Context, debug.Launched) error { return u.stop }

func TestALaunchThatFailsSaysWhyAndWhatIsLeft(t *testing.T) {
	pull := &debug.StoppedError{Task: aws.Task{ID: "0123456789"}, Reason: "CannotPullContainerError: pull image manifest has been retried 1 time(s): i/o timeout"}
	denied := &aws.Error{Kind: aws.Denied, Operation: "ecs:RunTask", Action: "ecs:RunTask", Hint: "fargate-doctor policy --debug prints what it needs"}
	for _, test := range []struct {
		name string
		err  error
		says []string
		not  string
	}{
		{"pull", pull, []string{"stopped before it was ready: the registry could not be reached", "ECS says: CannotPullContainerError", "Nothing was left behind."}, "Something may"},
		{"denied", denied, []string{"It was not launched: ecs:RunTask is not allowed.", "policy --debug", "Nothing was left behind."}, "Something may"},
		{"left", errors.Join(pull, errors.New("ecs:StopTask: denied")), []string{"stopped before it was ready", "Something may be left behind", "fargate-doctor debug stop --profile 'dev team' --region eu-central-1"},
			"Nothing was left"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := conversing(t, func(t *testing.T) Options {
				o := onWalk(t, "healthy-nat")
				o.Session.Debug = &unready{err: test.err}
				return o
			}, typed("debug", "yes", "quit")...)
			holds(t, text, append([]string{"Debug task: provisioning.", "This takes long: it waits for an address."}, test.says...)...)
			lacks(t, text, test.not, "What becomes of it?")
			if strings.Count(text, "it waits for an address") != 1 {
				t.Errorf("why it takes long is not said once:\n%s", text)
			}
		})
	}
}

// Where the image can't be pulled that is said before the question.
func TestABlockedImageIsSaidBeforeTheLaunch(t *testing.T) {
	launcher := &unready{}
	text := conversing(t, func(t *testing.T) Options {
		o := onWalk(t, "endpoint-sg-ingress-denied")
		o.Session.Debug = launcher
		return o
	}, typed("debug", "", "quit")...)
	holds(t, text, "about $0.01 an hour.", "Its image amazon/aws-cli can't be pulled from there:", "--image", "Launch it?")
	if launcher.launches != 0 {
		t.Error("it was launched all the same")
	}
}

// Ctrl-C ends what is under way and nothing else; at a question it quits.
func TestCtrlCEndsWhatIsUnderWay(t *testing.T) {
	var interrupts chan os.Signal
	press := func() { interrupts <- os.Interrupt }
	text := conversing(t, func(t *testing.T) Options {
		interrupts = make(chan os.Signal, 1)
		o := onWalk(t, "healthy-nat")
		o.Interrupts, o.Session.Debug = interrupts, &unready{}
		o.Session.Probe = func(ctx context.Context, _ steps.Case, _ steps.Target, _ aws.Task) (probe.Round, error) {
			<-ctx.Done()
			return probe.Round{}, ctx.Err()
		}
		return o
	}, append(typed("debug", "yes"), turn{await: "provisioning", do: press}, turn{await: "What next?", line: "probe"},
		turn{await: "Probing from inside the container", do: press}, turn{await: "What next?", do: press})...)
	holds(t, text, "The launch was given up.", "Nothing was left behind.", "What next?", "You stopped the probing.", "What next?", "Goodbye.")
}

// silent is a reader that does not answer one call.
type silent struct {
	aws.Reader
	to string
}

func (s silent) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if q.Name() == s.to {
		<-ctx.Done()
		return &aws.Error{Kind: aws.Cancelled, Operation: q.Name(), Err: ctx.Err()}
	}
	return s.Reader.Read(ctx, q, page)
}

// In the middle of a walk Ctrl-C leads back to what can be done; while a list is read, where there is nothing to go back to, it quits.
func TestCtrlCWhereAWSDoesNotAnswer(t *testing.T) {
	var interrupts chan os.Signal
	press := func() { interrupts <- os.Interrupt }
	deaf := func(to string, c steps.Case) func(*testing.T) Options {
		return func(t *testing.T) Options {
			interrupts = make(chan os.Signal, 1)
			o := onWalk(t, "healthy-nat")
			o.Interrupts, o.Case = interrupts, c
			o.Session.Reader = silent{o.Session.Reader, to}
			return o
		}
	}
	known := steps.Case{Cluster: "shop", Service: "worker", Symptom: steps.Timeout, Target: "sns"}
	text := conversing(t, deaf("ec2:DescribeSubnets", known), turn{await: "Walking", do: press}, turn{await: "What next?", line: "watch"}, turn{await: "Answer,", line: "quit"})
	holds(t, text, "You stopped the walk.", "That can't be done: no walk has come to its end yet.", "Goodbye.")
	text = conversing(t, deaf("ecs:ListClusters", steps.Case{}), turn{await: "Account", do: press})
	holds(t, text, "Account", "Goodbye.")
}

// What was typed on after a shell's end is the answer to what comes next; a shell that breaks off is said.
func TestAShellGivesTheTerminalBack(t *testing.T) {
	bird := &parrot{name: "app", unread: []byte("steps\rqui")}
	options := func(t *testing.T) Options {
		o := onWalk(t, "healthy-nat")
		o.Session.Shell = func(context.Context, aws.Task, string) (acting.Terminal, error) { return bird, nil }
		return o
	}
	text := conversing(t, options, turn{await: "What next?", line: "shell"}, turn{await: "parrot in app", line: "exit"}, turn{await: "Step 28 of 28", line: "t"})
	holds(t, text, "Opening a shell in container ", "exit comes back here.", "parrot in app", "The shell has ended.", "Step 1 of 28", "Goodbye.")
	bird.fail, bird.unread = errors.New("the connection to the session broke"), nil
	text = conversing(t, options, typed("shell", "quit")...)
	holds(t, text, "The shell broke off: the connection to the session broke.", "What next?")
}

// noExec is why a shell can't be opened.
type noExec struct{}

func (noExec) Error() string { return "ECS Exec is off for task 7c1e55ab" }
func (noExec) Advice() string {
	return "it is set when a task starts: aws ecs update-service … --enable-execute-command"
}

// Without a terminal the command is said that opens the shell; where there can be none, why.
func TestAShellThatCantBeHadHere(t *testing.T) {
	var refused error
	options := func(t *testing.T) Options {
		o := onWalk(t, "healthy-nat")
		o.Terminal, o.Echo = false, true
		o.Session.Shell = func(context.Context, aws.Task, string) (acting.Terminal, error) { return &parrot{}, refused }
		return o
	}
	text := conversing(t, options, typed("shell", "quit")...)
	holds(t, text, "A shell needs a terminal", "fargate-doctor exec --cluster shop --task ", " --container ", " --profile 'dev team' --region eu-central-1")
	refused = noExec{}
	text = conversing(t, options, typed("shell", "quit")...)
	holds(t, text, "No shell: ECS Exec is off for task 7c1e55ab.", "it is set when a task starts", "What next?")
}

// What can't be done is not offered, and said to who asks for it.
func TestWhatCantBeDoneIsSaid(t *testing.T) {
	text := conversing(t, func(t *testing.T) Options {
		o := onWalk(t, "healthy-nat")
		o.Session.Debug, o.Session.Shell, o.Session.Probe, o.Session.Refused = nil, nil, nil, "a snapshot can be read only"
		return o
	}, typed("debug", "shell", "probe", "runbook", "needs", "watch", "quit")...)
	if n := strings.Count(text, "That can't be done: a snapshot can be read only."); n != 4 {
		t.Errorf("said %d times:\n%s", n, text)
	}
	holds(t, text, "only the walk of a task that does not start has a table of needs", "there is nothing to watch for", "Goodbye.")
	lacks(t, text, "debug task", "open a shell", "look from inside")
}

// Credentials that expire, a task that is gone: a sentence, and one goes on.
func TestAProbeThatFailsSaysWhy(t *testing.T) {
	problems := []error{
		&aws.Error{Kind: aws.Credentials, Operation: "ecs:ExecuteCommand", Hint: "Sign in: aws sso login --profile dev"},
		&aws.Error{Kind: aws.NotFound, Operation: "ecs:DescribeTasks", Resource: "task 7c1e55ab"},
	}
	text := conversing(t, func(t *testing.T) Options {
		o := onWalk(t, "healthy-nat")
		o.Session.Probe = func(context.Context, steps.Case, steps.Target, aws.Task) (probe.Round, error) {
			err := problems[0]
			problems = problems[1:]
			return probe.Round{}, err
		}
		return o
	}, typed("probe", "probe", "recheck", "quit")...)
	holds(t, text, "Nothing was probed: the credentials are missing or have expired.", "aws sso login --profile dev", "Nothing was probed:", "task 7c1e55ab", "nothing changed", "Goodbye.")
}

// An image without tools is named, and what to do; what could be seen is walked with all the same.
func TestAnImageWithoutTools(t *testing.T) {
	text := conversing(t, func(t *testing.T) Options {
		o := onWalk(t, "healthy-nat")
		o.Session.Probe = func(context.Context, steps.Case, steps.Target, aws.Task) (probe.Round, error) {
			return probe.Round{Where: "container app", Results: []probe.Result{{Probe: probe.Connect, Target: "203.0.113.25:443", Tool: "bash"}}}, errors.New("the session broke")
		}
		return o
	}, typed("probe", "quit")...)
	holds(t, text, "Not all was probed: the session broke.", "Seen from inside container app:", "Unknown: TCP connection, 203.0.113.25:443, by bash.",
		"Answer: On the network nothing stops service web", "has too few tools", "debug launches one.")
}

// At the end of the input nobody can be asked any more: what was launched is named, with what stops it.
func TestTheEndOfTheInputNamesWhatRuns(t *testing.T) {
	text := conversing(t, func(t *testing.T) Options { return onWalk(t, "healthy-nat") }, typed("debug", "yes", "steps")...)
	holds(t, text, "The input has ended", "The debug task ", " in cluster shop ends by itself in 60 min. This stops it now: fargate-doctor debug stop --cluster shop --task ", "--profile 'dev team'")
	lacks(t, text, "What becomes of it?", "Goodbye")
}

// A debug task that can't be stopped is asked about once more, and named at the end.
func TestADebugTaskThatCantBeStopped(t *testing.T) {
	text := conversing(t, func(t *testing.T) Options {
		o := onWalk(t, "healthy-nat")
		o.Session.Debug = struct{ launching }{launching{o.Session.Debug}}
		return o
	}, typed("debug", "yes", "debug stop", "quit", "stop", "leave")...)
	holds(t, text, "It can't be stopped: ecs:StopTask is not allowed.", "What next?", "What becomes of it?", "It can't be stopped", "What becomes of it?", "This stops it now:", "Goodbye.")
}

// launching can launch, and not stop.
type launching struct{ acting.DebugTasks }

func (launching) Stop(context.Context, debug.Launched) error {
	return &aws.Error{Kind: aws.Denied, Operation: "ecs:StopTask", Action: "ecs:StopTask"}
}
