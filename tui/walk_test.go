package tui

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"fargate-doctor/steps"
)

func TestStepsLightUpWhileFactsArrive(t *testing.T) {
	s := &script{report: blocked, gate: make(chan struct{})}
	p := sit(t, asked(with(shop(), s)), 120, 40)
	p.sees("✓ pass     ├ Is the endpoint available?")
	f := p.frame()
	if !strings.Contains(f, "… reading  ") || !strings.Contains(f, "walking") {
		t.Errorf("in mid-walk:\n%s", f)
	}
	for _, size := range [][2]int{{60, 15}, {200, 60}, {80, 24}, {30, 10}, {120, 40}} {
		p.resize(size[0], size[1])
		p.frame() // holds every frame against its window
	}
	close(s.gate)
	p.settle()
	if f := p.frame(); !strings.Contains(f, "✗ blocked") || strings.Contains(f, "… reading") {
		t.Errorf("after the walk:\n%s", f)
	}
}

func TestTheCursorEndsOnTheRootCause(t *testing.T) {
	p := sit(t, asked(with(shop(), &script{report: blocked})), 80, 24)
	p.settle()
	if got := p.m.top().(*walk).tree.cursor; got != "endpoint.security-group" {
		t.Errorf("the cursor is on %q", got)
	}
	p.does("g", "R")
	if got := p.m.top().(*walk).tree.cursor; got != "target.url" {
		t.Errorf("a person who moved the cursor finds it on %q after a recheck", got)
	}
}

func TestRunningAgainForgetsFacts(t *testing.T) {
	s := &script{report: blocked}
	p := sit(t, asked(with(shop(), s)), 80, 24)
	p.does("g", "r")
	if want := []string{"target.url"}; !slices.Equal(s.forgot, want) {
		t.Errorf("r forgot %v, want %v", s.forgot, want)
	}
	p.does("R")
	if want := []string{"target.url", ""}; !slices.Equal(s.forgot, want) {
		t.Errorf("R forgot %v, want %v", s.forgot, want)
	}
	p.does("enter", "r")
	if want := []string{"target.url", "", "target.url"}; !slices.Equal(s.forgot, want) {
		t.Errorf("r on a step forgot %v, want %v", s.forgot, want)
	}
}

func TestAnAnswerIsWalkedWith(t *testing.T) {
	for _, keys := range [][]string{{"2"}, {"enter", "2"}, {"enter", "right", "enter"}} {
		s := &script{report: denied}
		p := sit(t, asked(with(shop(), s)), 80, 24)
		p.does(keys...)
		if len(s.cases) != 2 {
			t.Fatalf("%v: %d walks, want 2", keys, len(s.cases))
		}
		if got := s.cases[1].Answers["subnet.kind"]; got != "private" {
			t.Errorf("%v: answered %q", keys, got)
		}
		if len(s.cases[0].Answers) != 0 {
			t.Errorf("%v: the first walk's case was changed to %v", keys, s.cases[0].Answers)
		}
		if len(s.forgot) != 0 {
			t.Errorf("%v: facts were forgotten: %v", keys, s.forgot)
		}
		if got := p.m.stack[0].screen.(*walk).tree.results["subnet.kind"]; !got.Answered || got.Verdict != steps.Pass {
			t.Errorf("%v: the step then is %v", keys, got.Finding)
		}
		if p.m.top().title() != "The walk" {
			p.press("esc")
		}
		if !strings.Contains(p.frame(), "(you said) Is the subnet public or private?") {
			t.Errorf("%v: the tree does not say whose word it is:\n%s", keys, p.frame())
		}
	}
}

// What a walk brings after it was given up must not show.
func TestStaleResultsAreDropped(t *testing.T) {
	gate := make(chan struct{})
	s := &script{report: blocked, gate: gate}
	p := sit(t, asked(with(shop(), s)), 80, 24)
	p.sees("✓ pass")
	w := p.m.top().(*walk)
	old := w.reading.id
	s.mu.Lock()
	s.report, s.gate = denied, nil
	s.mu.Unlock()
	p.press("R")
	stale := &stream{id: old}
	r := blocked(steps.Case{})
	p.update(delivery{from: stale, results: nil})
	p.m.top().receive(p.m.env, walked{old, r})
	p.m.top().receive(p.m.env, stepSeen{old, steps.Event{Step: "x", Result: &steps.StepResult{ID: "x", Ask: "stale?"}}})
	p.m.top().receive(p.m.env, ended{old, errors.New("stale")})
	p.update(delivery{from: stale, results: nil, closed: true})
	p.settle()
	if f := p.frame(); strings.Contains(f, "stale") || !strings.Contains(f, "not certain") || strings.Contains(f, "✗") {
		t.Errorf("a walk that was given up shows:\n%s", f)
	}
	if w.reading.err != nil || w.report.Verdict != steps.Inconclusive {
		t.Errorf("the walk has %v, %v", w.report.Verdict, w.reading.err)
	}
}

func TestLeavingAWalkEndsIt(t *testing.T) {
	s := &script{report: blocked, gate: make(chan struct{})}
	o := with(shop(), s)
	o.Case = steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Timeout}
	p := sit(t, o, 80, 24)
	p.does("sns")
	p.press("enter")
	p.sees("walking")
	p.press("esc")
	p.settle() // only a cancelled walk comes to its end: the gate stays shut
	if got := p.m.top().title(); got != "What does it want to reach?" {
		t.Errorf("esc led to %q", got)
	}
	if len(p.m.env.faults) != 0 {
		t.Errorf("giving up was logged as an error: %v", p.m.env.faults)
	}
}

// clipboard returns what the wizard made the terminal copy last.
func (p *person) clipboard() string {
	p.t.Helper()
	all := p.out.String()
	at := strings.LastIndex(all, "\x1b]52;c;")
	if at < 0 {
		p.t.Fatalf("nothing was copied: %q", all)
	}
	data, _, _ := strings.Cut(all[at+len("\x1b]52;c;"):], "\a")
	text, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(text)
}

func TestCopying(t *testing.T) {
	p := sit(t, asked(with(shop(), &script{report: blocked})), 60, 15)
	p.does("c")
	if got := p.clipboard(); got != fixCommand {
		t.Errorf("c copied %q, want %q", got, fixCommand)
	}
	p.sees("copied the fix")
	p.does("j")
	if strings.Contains(p.frame(), "copied") {
		t.Errorf("the notice outlives the next key:\n%s", p.frame())
	}
	p.does("k", "enter", "tab", "c")
	if got := p.clipboard(); !strings.Contains(got, "--cidr 10.40.0.0/16") {
		t.Errorf("c copied %q, want the second fix", got)
	}
	p.does("esc", "y")
	want := "web (task 7c1e55ab, cluster shop, eu-central-1) can't reach sns.eu-central-1.amazonaws.com:443: " +
		"the endpoint's security group sg-0cc3aa11bb22cc33d does not admit the task. Fix: " + fixCommand
	if got := p.clipboard(); got != want {
		t.Errorf("y copied %q, want %q", got, want)
	}
	p.does("a", "c")
	if got := p.clipboard(); got != fixCommand {
		t.Errorf("c on the answer copied %q", got)
	}
}

func TestWhatIsCopiedIsOneCleanLine(t *testing.T) {
	p := sit(t, asked(with(shop(), &script{report: nasty})), 80, 24)
	p.does("c")
	if got := p.clipboard(); strings.ContainsAny(got, "\x1b\x07\r\n\x00") {
		t.Errorf("copied %q", got)
	}
	p.does("y")
	if got := p.clipboard(); strings.ContainsAny(got, "\x1b\x07\r\n\x00") {
		t.Errorf("copied %q", got)
	}
}

func TestCopyingThroughMultiplexers(t *testing.T) {
	set := ansi.SetSystemClipboard("aws ec2")
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		name string
		env  func(string) string
		want string
	}{
		{"a terminal", env("TERM", "xterm-256color"), set},
		{"tmux", env("TMUX", "/tmp/tmux-0/default,1,0", "TERM", "screen-256color"), set + "\x1bPtmux;\x1b" + set + "\x1b\\"},
		{"screen", env("STY", "1.pts-0.host", "TERM", "screen"), "\x1bP" + set + "\x1b\\"},
	} {
		if got := newCopier(nil, c.env).sequence("aws ec2"); got != c.want {
			t.Errorf("in %s: %q, want %q", c.name, got, c.want)
		}
	}
	long := newCopier(nil, env("STY", "x")).sequence(strings.Repeat("x", 1000))
	for part := range strings.SplitSeq(long, "\x1bP") {
		if len(part) > screenLimit+len("\x1b\\") {
			t.Errorf("screen gets a string of %d bytes at once", len(part))
		}
	}
}

// What is said of ECS Exec is about the session, and not about what the task reaches or calls.
func TestASessionIsCalledASession(t *testing.T) {
	for _, c := range []struct {
		verdict steps.Overall
		spares  bool
		want    string
	}{
		{steps.OK, false, "Nothing that could be checked keeps a session of ECS Exec from opening in web"},
		{steps.Misconfigured, false, "No session of ECS Exec opens in web"},
		{steps.DeniedCall, false, "No session of ECS Exec opens in web"},
		{steps.DeniedCall, true, "Sessions of ECS Exec open in web"},
		{steps.Inconclusive, false, "It is not certain whether a session of ECS Exec opens in web"},
	} {
		o := with(shop(), &script{report: func(of steps.Case) steps.Report {
			r := blocked(of)
			r.Verdict, r.Causes[0].Spares = c.verdict, c.spares
			return r
		}})
		o.Case = steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Exec}
		p := sit(t, o, 120, 40)
		p.does()
		if f := p.frame(); !strings.Contains(f, "ECS Exec into web") || !strings.Contains(f, "─▶") {
			t.Errorf("%s: the walk is headed\n%s", c.verdict, f)
		}
		p.does("a")
		if f := p.frame(); !strings.Contains(f, c.want) || strings.Contains(f, "reach sns") || strings.Contains(f, "can't call") {
			t.Errorf("%s: the answer is\n%s", c.verdict, f)
		}
	}
}
