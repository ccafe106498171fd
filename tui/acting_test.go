package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

func onWalk(b *workshop) Options { return asked(actingOn(shopToActIn(), b, pullable)) }

var actingScenes = []struct {
	name    string
	options func() Options
	keys    []string
}{
	{"offer", func() Options { return onWalk(&workshop{}) }, nil},
	{"offer-unpullable", func() Options { return asked(actingOn(shopToActIn(), &workshop{}, unpullable)) }, nil},
	{"offer-unpullable-pressed", func() Options { return asked(actingOn(shopToActIn(), &workshop{}, unpullable)) }, []string{"d"}},
	{"offer-no-role", func() Options {
		a := shopToActIn()
		a.roles = ""
		return asked(actingOn(a, &workshop{}, pullable))
	}, nil},
	{"offer-in-list", func() Options { return actingOn(shopToActIn(), &workshop{}, pullable) }, []string{"G", "enter"}},
	{"debug-pending", func() Options {
		return onWalk(&workshop{to: debug.Pending, gate: make(chan struct{})})
	}, []string{"d"}},
	{"debug-slow", func() Options {
		return onWalk(&workshop{to: debug.Running, gate: make(chan struct{}), text: "the Exec agent is not up; it needs a way to ssmmessages and the task role's permission"})
	}, []string{"d"}},
	{"debug-ready", func() Options { return onWalk(&workshop{to: debug.Ready}) }, []string{"d"}},
	{"debug-runs", func() Options { return onWalk(&workshop{to: debug.Ready}) }, []string{"d", "esc"}},
	{"debug-stop-asked", func() Options { return onWalk(&workshop{to: debug.Ready}) }, []string{"d", "D"}},
	{"debug-stopped", func() Options { return onWalk(&workshop{to: debug.Ready}) }, []string{"d", "D", "D"}},
	{"debug-died", func() Options {
		return onWalk(&workshop{to: debug.Pending, fail: &debug.StoppedError{Task: aws.Task{ID: debugID},
			Reason: `CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/amazon/aws-cli:latest: failed to do request: Head "https://registry-1.docker.io/v2/amazon/aws-cli/manifests/latest": dial tcp 203.0.113.7:443: i/o timeout`}})
	}, []string{"d"}},
	{"debug-refused", func() Options {
		return onWalk(&workshop{to: debug.Registering, fail: &aws.Error{Kind: aws.Denied, Operation: "ecs:RunTask", Action: "ecs:RunTask",
			Hint: "Ask for it; fargate-doctor policy --debug prints all that a debug task needs."}})
	}, []string{"d"}},
	{"leaving", func() Options { return onWalk(&workshop{to: debug.Ready}) }, []string{"d", "q"}},
	{"leaving-starting", func() Options {
		return onWalk(&workshop{to: debug.Pending, gate: make(chan struct{})})
	}, []string{"d", "q"}},
	{"leaving-stuck", func() Options {
		return onWalk(&workshop{to: debug.Ready, failStop: &aws.Error{Kind: aws.Denied, Operation: "ecs:StopTask", Action: "ecs:StopTask", Hint: "Ask for it."}})
	}, []string{"d", "q", "enter"}},
	{"shell-missing", func() Options { return onWalk(&workshop{}) }, []string{"x"}},
	{"shell-containers", func() Options {
		return asked(actingOn(shopToActIn().withAgents("app", "envoy"), &workshop{}, pullable))
	}, []string{"x", "j"}},
	{"help-acting", func() Options { return onWalk(&workshop{}) }, []string{"?"}},
}

func TestActingFrames(t *testing.T) {
	for _, s := range actingScenes {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				p := sit(t, s.options(), size[0], size[1])
				p.rests()
				for _, k := range s.keys {
					p.press(k)
					p.rests()
				}
				golden.RequireEqual(t, trimmed(p.frame()))
			})
		}
	}
}

// rests handles messages until nothing moves but a launch that waits for its gate.
func (p *person) rests() {
	p.t.Helper()
	waiting := func() int {
		n := 0
		for _, t := range p.m.env.tasks {
			if t.stage == starting && p.m.env.streams[t.stream] != nil && t.held() {
				n = 1
			}
		}
		return n
	}
	p.until("everything but the launch", func() bool { return p.open <= waiting() })
}

// held reports whether the launch has come as far as its workshop lets it.
func (t *debugTask) held() bool {
	b := t.session.Debug.(*workshop)
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gate != nil && t.progress.Phase == b.to
}

func TestOneKeyLaunchesADebugTask(t *testing.T) {
	b := &workshop{to: debug.Ready}
	p := sit(t, onWalk(b), 120, 40)
	p.settle()
	p.sees("d  amazon/aws-cli in subnet-f1f1000011112222 · sg-02ad0000111122223 · no public IP · role web-task")
	p.does("d")
	p.sees("The debug task 01234567 is ready")
	if n, _, _ := b.count(); n != 1 {
		t.Fatalf("%d tasks were launched", n)
	}
	p.does("esc", "d")
	if n, _, _ := b.count(); n != 1 {
		t.Errorf("d again launched another one: %d", n)
	}
	p.sees("x opens a shell in it")
	p.does("D", "esc", "d", "D", "j", "D")
	if _, n, _ := b.count(); n != 0 {
		t.Error("D stopped it without being pressed twice in a row")
	}
	p.does("D")
	if _, n, _ := b.count(); n != 1 {
		t.Errorf("stopped %d times", n)
	}
	p.sees("Nothing was left behind")
	p.does("d")
	if n, _, _ := b.count(); n != 2 {
		t.Errorf("after it was stopped, d launched %d", n)
	}
}

// d before the plan is known, and on a list, is one key too.
func TestDIsNotPressedInVain(t *testing.T) {
	b := &workshop{to: debug.Ready}
	p := sit(t, actingOn(shopToActIn(), b, pullable), 80, 24)
	p.does("G", "enter")
	p.press("d")
	p.settle()
	p.sees("The debug task 01234567 is ready")
	if got := b.launched[0]; got.Network.Subnets[0] != "subnet-f1f1000011112222" || got.Studied != "service web" {
		t.Errorf("it stands beside %+v", got)
	}
}

func TestAnImageThatCantBePulledIsLaunchedOnlyOnPurpose(t *testing.T) {
	b := &workshop{to: debug.Ready}
	p := sit(t, asked(actingOn(shopToActIn(), b, unpullable)), 80, 24)
	p.settle()
	p.sees("can't be pulled from here")
	p.does("d")
	if n, _, _ := b.count(); n != 0 {
		t.Fatal("it was launched at the first key")
	}
	p.sees("d again launches it")
	p.does("d")
	if n, _, _ := b.count(); n != 1 {
		t.Errorf("%d were launched", n)
	}
}

// A debug task goes on when its screen is left, and when another account is chosen; the header says so.
func TestADebugTaskGoesOnInTheBackground(t *testing.T) {
	b := &workshop{to: debug.Pending, gate: make(chan struct{})}
	clock := &later{now: noon}
	o := onWalk(b)
	o.Clock = clock.clock
	o.Connect = func(context.Context, string, string) (acting.Session, error) {
		return acting.Session{Reader: shopToActIn(), Profile: "other", Region: "us-east-1"}, nil
	}
	o.Profiles, o.Regions = []Profile{{Name: "other", Region: "us-east-1"}}, []string{"us-east-1"}
	p := sit(t, o, 120, 40)
	p.settle()
	p.press("d")
	p.rests()
	p.press("esc", "P", "enter")
	p.rests()
	p.sees("profile other")
	close(b.gate)
	p.settle()
	p.sees("debug task 60 min left")
	clock.pass(13 * time.Minute)
	p.sees("debug task 47 min left")
	p.does("q")
	p.sees("leave it: it ends by itself in 47 min")
	p.does("esc")
	clock.pass(50 * time.Minute)
	if strings.Contains(p.frame(), "debug task") {
		t.Errorf("a task that has ended by itself is shown:\n%s", p.frame())
	}
	p.does("q")
	if !p.quit {
		t.Error("there is nothing left to ask about")
	}
}

func TestQuittingAsksOnce(t *testing.T) {
	for _, c := range []struct {
		keys             []string
		stopped          int
		quits, isStarted bool
	}{
		{keys: []string{"q"}},
		{keys: []string{"ctrl+c"}},
		{keys: []string{"q", "q"}, quits: true},
		{keys: []string{"ctrl+c", "ctrl+c"}, quits: true},
		{keys: []string{"q", "enter"}, quits: true, stopped: 1},
		{keys: []string{"q", "1"}, quits: true, stopped: 1},
		{keys: []string{"q", "2"}, quits: true},
		{keys: []string{"q", "j", "enter"}, quits: true},
		{keys: []string{"q", "3"}},
		{keys: []string{"q", "esc"}},
	} {
		b := &workshop{to: debug.Ready}
		p := sit(t, onWalk(b), 80, 24)
		p.does("d")
		p.does(c.keys...)
		if _, n, _ := b.count(); n != c.stopped || p.quit != c.quits {
			t.Errorf("%v: stopped %d, quit %v; want %d, %v", c.keys, n, p.quit, c.stopped, c.quits)
		}
	}
}

func TestALaunchUnderWayIsGivenUp(t *testing.T) {
	for name, keys := range map[string][]string{"D": {"D", "D"}, "quit": {"q", "enter"}} {
		b := &workshop{to: debug.Pending, gate: make(chan struct{})}
		p := sit(t, onWalk(b), 80, 24)
		p.settle()
		p.press("d")
		p.rests()
		p.press(keys...)
		p.settle()
		if _, _, n := b.count(); n != 1 {
			t.Errorf("%s: the launcher did not tidy up", name)
		}
		if p.quit != (name == "quit") {
			t.Errorf("%s: quit is %v", name, p.quit)
		}
		if name == "D" {
			p.sees("Nothing was left behind")
		}
	}
}

// R4: the debug task may be a service, and the line under the walk says so before d is pressed.
func TestADebugTaskMayBeAService(t *testing.T) {
	b := &workshop{to: debug.Ready}
	o := onWalk(b)
	o.Debug.AsService = true
	p := sit(t, o, 200, 60)
	p.settle()
	p.sees("amazon/aws-cli as a service in subnet-")
	p.sees("runs until it is removed")
	p.does("d")
	if len(b.launched) != 1 || !b.launched[0].AsService {
		t.Errorf("launched %+v", b.launched)
	}
}

// A debug task that did not start is examined as any task that did not.
func TestTheStartOfADebugTaskIsWalked(t *testing.T) {
	s := &script{report: pullable}
	o := asked(with(shopToActIn(), s))
	o.Session.Debug = &workshop{to: debug.Pending, fail: &debug.StoppedError{Task: aws.Task{ARN: arn("task", "shop/"+debugID), ID: debugID}, Reason: "CannotPullContainerError: i/o timeout"}}
	p := sit(t, o, 100, 30)
	p.does("d")
	p.sees("why it did not start")
	p.does("enter")
	if got := p.m.top().title(); got != "The walk" {
		t.Errorf("enter leads to %q", got)
	}
	s.mu.Lock()
	last := s.cases[len(s.cases)-1]
	s.mu.Unlock()
	if last.Symptom != steps.Start || !strings.HasSuffix(last.Task, debugID) || last.Service != "" || last.Target != "" {
		t.Errorf("walked %+v", last)
	}
	p.does("esc", "esc")
	if got := p.m.inquiry.Symptom; got != steps.Timeout {
		t.Errorf("back on the first walk the symptom is %q", got)
	}
}

// What could not be tidied up is said.
func TestWhatIsLeftBehindIsSaid(t *testing.T) {
	b := &workshop{to: debug.Pending, fail: errors.Join(&debug.StoppedError{Task: aws.Task{ID: debugID}, Reason: "Essential container in task exited"},
		errors.New("ecs:DeregisterTaskDefinition debug:1: denied"))}
	p := sit(t, onWalk(b), 120, 40)
	p.does("d")
	if f := p.frame(); strings.Contains(f, "Nothing was left") || !strings.Contains(f, "Something may be left behind") {
		t.Errorf("the screen is\n%s", f)
	}
}

func TestWhereNothingMayBeDone(t *testing.T) {
	for _, screen := range [][]string{nil, {"esc", "G", "enter"}} {
		o := asked(with(shopToActIn(), &script{report: blocked}))
		o.ReadOnly, o.Session.Refused = true, "--read-only takes this out of the program"
		p := sit(t, o, 200, 60)
		p.does(screen...)
		for _, k := range []string{"d", "x"} {
			p.does(k)
			if f := p.frame(); !strings.Contains(f, "--read-only takes this out") || strings.Contains(f, "debug task") || strings.Contains(f, "x shell") {
				t.Errorf("%s:\n%s", k, f)
			}
		}
		p.does("?")
		if f := p.frame(); strings.Contains(f, "debug task") || strings.Contains(f, "shell") {
			t.Errorf("the help lists what can't be done:\n%s", f)
		}
	}
}

// Why there is no shell is a sentence, and d is offered instead.
// Who may act is told the same by the keys and by the screen that says who one is.
func TestWhoMayActIsTold(t *testing.T) {
	demo := onWalk(&workshop{})
	demo.World = "demo: healthy-nat"
	for _, c := range []struct {
		o    Options
		want string
	}{{demo, "only inside this demo"}, {onWalk(&workshop{}), "only when you ask for it"}, {fromStory(), "no: this is a recording"}} {
		p := sit(t, c.o, 120, 40)
		p.rests()
		p.press("i")
		p.rests()
		if f := p.frame(); !strings.Contains(f, c.want) {
			t.Errorf("%q is not in\n%s", c.want, f)
		}
	}
}

func TestAMissingShellLeadsToADebugTask(t *testing.T) {
	b := &workshop{to: debug.Ready}
	p := sit(t, onWalk(b), 80, 24)
	p.does("x")
	p.sees("No shell: ECS Exec is off for task 7c1e55ab")
	p.sees("--enable-execute-command")
	p.sees("d  amazon/aws-cli in subnet-f1f1000011112222")
	p.does("d")
	p.sees("The debug task 01234567 is ready")
	p.does("esc", "esc")
	if got := p.m.top().title(); got != "The walk" {
		t.Errorf("esc twice led to %q", got)
	}
}

func TestTheContainerIsChosen(t *testing.T) {
	var asked []string
	o := actingOn(shopToActIn().withAgents("app", "envoy"), &workshop{}, pullable)
	o.Session.Shell = func(_ context.Context, task aws.Task, container string) (acting.Terminal, error) {
		asked = append(asked, shortID(task.ID)+"/"+container)
		return &parrot{}, nil
	}
	p := sit(t, o, 80, 24)
	p.does("G", "enter", "x")
	p.sees("Several containers")
	p.does("j", "enter")
	p.does("esc", "x", "1")
	if want := []string{"7c1e55ab/envoy", "7c1e55ab/app"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v, want %v", asked, want)
	}
}

// The wizard steps aside for the shell, the terminal is as it was, and no key is lost: not one that the shell read after its end, and
// not the next one.
func TestAShellInATerminal(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	o := onWalk(&workshop{})
	shells := 0
	o.Session.Shell = func(context.Context, aws.Task, string) (acting.Terminal, error) {
		shells++
		return &parrot{name: fmt.Sprint(shells), unread: [][]byte{nil, []byte("?")}[shells-1]}, nil
	}
	con := start(t, t.Context(), o)
	con.sees("d  amazon/aws-cli")
	con.types("x")
	con.sees("parrot1 ready")
	con.types("hello\r")
	con.sees("you said hello")
	if strings.LastIndex(con.text(), leaveAltScreen) < strings.LastIndex(con.text(), enterAltScreen) {
		t.Error("the wizard did not step aside")
	}
	con.types("exit\r")
	con.sees("the shell in 7c1e55ab has ended")
	con.types("x")
	con.sees("parrot2 ready")
	con.types("again\r")
	con.sees("you said again")
	con.types("exit\r")
	con.sees("quit at once") // the help, by a key that the shell read
	con.types("qq")          // closes it, and quits
	if err := con.end(); err != nil {
		t.Errorf("Run returned %v", err)
	}
	if !strings.Contains(con.text(), "shell in app of task 7c1e55ab") {
		t.Errorf("it was not said where the shell is: %q", con.text())
	}
}

func TestAShellThatBreaksOff(t *testing.T) {
	o := onWalk(&workshop{})
	o.Session.Shell = func(context.Context, aws.Task, string) (acting.Terminal, error) { return &parrot{fail: errLost}, nil }
	con := start(t, t.Context(), o)
	con.sees("d  amazon/aws-cli")
	con.types("x")
	con.sees("It broke off: the connection to the session broke")
	con.sees("1 error")
	con.types("q")
	if err := con.end(); err != nil {
		t.Errorf("Run returned %v", err)
	}
}

// The end of the context, as SIGTERM brings it, gives a launch up and waits until that is tidied up; what runs it leaves alone, and says so.
func TestTheEndOfTheContextWithADebugTask(t *testing.T) {
	readLoop := goleak.IgnoreAnyFunction("github.com/charmbracelet/bubbletea.(*Program).readLoop") // Bubble Tea leaves it when its context ends
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent(), readLoop)
	for name, b := range map[string]*workshop{"starting": {to: debug.Pending, gate: make(chan struct{})}, "running": {to: debug.Ready}} {
		ctx, cancel := context.WithCancel(t.Context())
		o := onWalk(b)
		o.Clock = func() time.Time { return noon }
		con := start(t, ctx, o)
		con.sees("d  amazon/aws-cli")
		con.types("d")
		con.sees(map[string]string{"starting": "… pending", "running": "is ready"}[name])
		cancel()
		if err := con.end(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Run returned %v", name, err)
		}
		_, stopped, tidied := b.count()
		if stopped != 0 || tidied != map[string]int{"starting": 1}[name] {
			t.Errorf("%s: stopped %d, tidied %d", name, stopped, tidied)
		}
		if said := strings.Contains(con.text(), "ends by itself in 60 min. fargate-doctor debug stop"); said != (name == "running") {
			t.Errorf("%s: the last words are %q", name, con.text()[max(0, len(con.text())-300):])
		}
	}
}

func TestKeysOfBytes(t *testing.T) {
	var got []string
	for _, k := range keysOf([]byte("j\x1b[A\r\x03é\x1b\x7f\x00")) {
		got = append(got, k.String())
	}
	if want := []string{"j", "up", "enter", "ctrl+c", "é", "esc", "backspace"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	var _ tea.ExecCommand = &handover{}
}
