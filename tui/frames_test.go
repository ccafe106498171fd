package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

// sizes are the windows in which every screen is held against a golden frame.
var sizes = [][2]int{{60, 15}, {80, 24}, {120, 40}, {200, 60}}

// A scene is a screen in a state worth a golden frame: options, and the keys that lead there.
type scene struct {
	name    string
	options func() Options
	keys    []string
}

func asked(o Options) Options {
	o.Case = steps.Case{Cluster: "shop", Task: "7c1e55ab", Service: "", Symptom: steps.Timeout, Target: "sns"}
	return o
}

func fromShop() Options     { return with(shop(), &script{report: blocked}) }
func fromQuestion() Options { return asked(with(shop(), &script{report: denied})) }
func fromWalk() Options     { return asked(fromShop()) }
func fromProfiles() Options {
	o := fromShop()
	o.Session = nil
	o.Connect = func(context.Context, string, string) (acting.Session, error) {
		return acting.Session{}, &aws.Error{Kind: aws.Credentials, Operation: "sts:GetCallerIdentity",
			Hint: "Sign in with: aws sso login --profile staging", Err: errors.New("token has expired")}
	}
	o.Profiles = []Profile{{Name: "default"}, {Name: "prod", Region: "eu-central-1", Note: "SSO"}, {Name: "staging", Region: "us-east-1"}}
	o.Regions = []string{"ap-northeast-1", "eu-central-1", "eu-west-1", "us-east-1", "us-gov-west-1"}
	return o
}

// broken is a session in which queries fail.
func broken(queries map[string]error) func() Options {
	return func() Options {
		a := shop()
		a.broken = queries
		return with(a, &script{report: blocked})
	}
}

var deniedServices = map[string]error{"ecs:ListServices": &aws.Error{Kind: aws.Denied, Operation: "ecs:ListServices", Action: "ecs:ListServices",
	Hint: "Ask for ecs:ListServices; fargate-doctor policy prints all that the program needs."}}

var noAnswer = map[string]error{"ecs:ListClusters": &aws.Error{Kind: aws.Unreachable, Operation: "ecs:ListClusters",
	Hint: "Is there a network, and does it need a proxy?", Err: errors.New("dial tcp: i/o timeout")}}

var scenes = []scene{
	{"profiles", fromProfiles, nil},
	{"regions", fromProfiles, []string{"enter"}},
	{"expired", fromProfiles, []string{"end", "enter"}},
	{"clusters", fromShop, nil},
	{"no-clusters", func() Options { return with(&account{}, &script{report: blocked}) }, nil},
	{"no-answer", broken(noAnswer), nil},
	{"tasks", fromShop, []string{"G", "enter"}},
	{"tasks-filtered", fromShop, []string{"G", "enter", "/", "worker"}},
	{"tasks-ordered", fromShop, []string{"G", "enter", "o", "o", "o", "O", "j"}},
	{"tasks-nothing-matches", fromShop, []string{"G", "enter", "/", "zzz", "enter"}},
	{"tasks-no-services", broken(deniedServices), []string{"G", "enter"}},
	{"services", fromShop, []string{"G", "enter", "tab", "tab"}},
	{"no-tasks", func() Options {
		a := shop()
		a.tasks, a.services = nil, nil
		return with(a, &script{report: blocked})
	}, []string{"G", "enter"}},
	{"symptom", fromShop, []string{"G", "enter", "enter", "j"}},
	{"story", func() Options {
		o := fromShop()
		o.World, o.Story = "demo: endpoint-sg", "worker: ConnectTimeoutError on https://sns.eu-central-1.amazonaws.com/. web is fine."
		o.ReadOnly = true
		return o
	}, nil},
	{"target", fromShop, []string{"G", "enter", "enter", "enter"}},
	{"target-service", fromShop, []string{"G", "enter", "enter", "enter", "sec"}},
	{"target-typed", fromShop, []string{"G", "enter", "enter", "enter", "https://db.internal:5432/x"}},
	{"target-wrong", fromShop, []string{"G", "enter", "enter", "enter", "https://:99999/x"}},
	{"symptom-log", fromLog, []string{"G", "enter", "enter", "down"}},
	{"symptom-log-told", fromLog, []string{"G", "enter", "enter", "G"}},
	{"symptom-log-unread", fromUnreadLog, []string{"G", "enter", "enter"}},
	{"symptom-story", fromStory, []string{"enter", "enter"}},
	{"symptom-kept", fromShop, []string{"G", "enter", "enter", "v", "something odd happened", "ctrl+s", "down"}},
	{"paste-empty", fromShop, []string{"G", "enter", "enter", "v"}},
	{"paste-refusal", fromShop, []string{"G", "enter", "enter", "v", "paste:" + refusalText}},
	{"paste-timeout", fromShop, []string{"G", "enter", "enter", "v", "paste:" + timeoutText + "\n"}},
	{"paste-no-call", fromShop, []string{"G", "enter", "enter", "v", "paste:AccessDeniedException: Access denied"}},
	{"paste-nothing", fromShop, []string{"G", "enter", "enter", "v", "paste:" + hostile + "\tsomething odd happened"}},
	{"paste-from-walk", fromWalk, []string{"v", "paste:" + refusalText}},
	{"service-called", fromShop, []string{"G", "enter", "enter", "j", "j", "enter"}},
	{"calls", fromShop, []string{"G", "enter", "enter", "j", "j", "enter", "s3", "enter"}},
	{"calls-filtered", fromShop, []string{"G", "enter", "enter", "j", "j", "enter", "sns", "enter", "publish"}},
	{"calls-typed", fromShop, []string{"G", "enter", "enter", "j", "j", "enter", "sns", "enter", "TagResource"}},
	{"calls-wrong", fromShop, []string{"G", "enter", "enter", "j", "j", "enter", "sns", "enter", "sns publishing"}},
	{"calls-of-unknown-service", fromShop, []string{"G", "enter", "enter", "j", "j", "enter", "glue", "enter"}},
	{"resource", fromShop, []string{"G", "enter", "enter", "j", "j", "enter", "s3", "enter", "enter"}},
	{"resource-typed", fromShop, []string{"G", "enter", "enter", "j", "j", "enter", "s3", "enter", "enter", "shop-orders/2025/1.json"}},
	{"resource-incomplete", fromShop, []string{"G", "enter", "enter", "j", "j", "enter", "s3", "enter", "enter", "shop-orders", "enter"}},
	{"walk-refused", fromRefusedWalk, nil},
	{"finding-document", fromRefusedWalk, []string{"enter"}},
	{"answer-refused", fromRefusedWalk, []string{"a"}},
	{"walk-start", fromStart, nil},
	{"needs", fromStart, []string{"t", "j", "j", "j"}},
	{"runbook", fromRunbookOver, []string{"b"}},
	{"runbook-result", fromRunbookOver, []string{"b", "enter"}},
	{"walk-blocked", fromWalk, nil},
	{"walk-elsewhere", fromWalk, []string{"g", "j"}},
	{"walk-question", fromQuestion, nil},
	{"walk-answered", fromQuestion, []string{"2"}},
	{"walk-broke-off", func() Options {
		s := &script{report: blocked, err: &aws.Error{Kind: aws.NotFound, Operation: "ecs:DescribeTasks", Resource: "7c1e55ab", Hint: "Stopped tasks are forgotten after about an hour."}}
		return asked(with(shop(), s))
	}, nil},
	{"finding", fromWalk, []string{"enter"}},
	{"finding-second-fix", fromWalk, []string{"enter", "tab", "G"}},
	{"finding-question", fromQuestion, []string{"enter", "right"}},
	{"answer", fromWalk, []string{"a"}},
	{"answer-uncertain", fromQuestion, []string{"a"}},
	{"copied", fromWalk, []string{"c"}},
	{"help-walk", fromWalk, []string{"?"}},
	{"help-tasks", fromShop, []string{"G", "enter", "?"}},
	{"errors", broken(deniedServices), []string{"G", "enter", "!"}},
	{"no-errors", fromShop, []string{"!"}},
	{"menu", fromWalk, []string{":"}},
	{"menu-filtered", fromWalk, []string{":", "copy", "down"}},
	{"menu-nothing-matches", fromWalk, []string{":", "dance"}},
	{"menu-clusters", fromProfiles, []string{":"}},
	{"identity", fromWalk, []string{"i"}},
	{"identity-world", fromStory, []string{"i"}},
	{"save", fromWalk, []string{"s"}},
	{"save-markdown", fromWalk, []string{"s", "up", "tab"}},
	{"save-written", fromWalk, []string{"s", "enter"}},
	{"save-exists", fromWalk, []string{"s", "enter", "esc", "s", "enter"}},
	{"recheck-nothing", fromWalk, []string{"R"}},
	{"recheck-mended", fromMended, []string{"R"}},
	{"answer-mended", fromMended, []string{"R", "a"}},
	{"recheck-other-cause", fromOtherCause, []string{"R"}},
	{"watch", fromWalk, []string{"W"}},
	{"watch-ended", fromMended, []string{"W"}},
	{"expired-in-use", func() Options {
		return asked(with(shop(), &script{report: blocked, err: expired}))
	}, nil},
}

func TestFrames(t *testing.T) {
	for _, s := range scenes {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				p := sit(t, s.options(), size[0], size[1])
				p.does(s.keys...)
				golden.RequireEqual(t, trimmed(p.frame()))
			})
		}
	}
}

// trimmed drops the spaces at the ends of lines, which an editor would drop from a golden file.
func trimmed(frame string) string {
	lines := strings.Split(frame, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestFramesInColour(t *testing.T) {
	for _, name := range []string{"tasks", "target-service", "symptom-log", "paste-refusal", "resource", "walk-refused", "walk-start", "needs", "walk-blocked", "walk-question", "finding", "help-walk",
		"menu", "save-exists", "recheck-mended", "watch", "identity"} {
		for _, s := range scenes {
			if s.name != name {
				continue
			}
			t.Run(name, func(t *testing.T) {
				o := s.options()
				o.NoColor = false
				p := sit(t, o, 120, 40)
				p.does(s.keys...)
				golden.RequireEqual(t, p.frame())
			})
		}
	}
}

// What a screen says is the same in colour and without, in every window: only the cursor of a text field is drawn otherwise.
func TestColourSaysNothingOfItsOwn(t *testing.T) {
	for _, s := range scenes {
		for _, size := range sizes {
			frame := func(colourless bool) string {
				o := s.options()
				o.NoColor = colourless
				p := sit(t, o, size[0], size[1])
				p.does(s.keys...)
				return trimmed(strings.ReplaceAll(ansi.Strip(p.frame()), "▏", " "))
			}
			if plain, colour := frame(true), frame(false); plain != colour {
				t.Errorf("%s at %v shows in colour\n%s\nand without\n%s", s.name, size, colour, plain)
			}
		}
	}
}

func TestAWindowThatIsTooSmallSaysSo(t *testing.T) {
	for _, size := range [][2]int{{59, 15}, {60, 14}, {20, 5}, {7, 3}, {1, 1}} {
		p := sit(t, fromShop(), size[0], size[1])
		p.settle()
		text := strings.Join(strings.Fields(p.frame()), " ")
		if size[0] >= 20 && text != "the window is too small (60×15 is needed)" {
			t.Errorf("%d×%d: %q", size[0], size[1], text)
		}
		p.resize(60, 15)
		if !strings.Contains(p.frame(), "payments-production") {
			t.Errorf("after growing from %d×%d the clusters are not shown:\n%s", size[0], size[1], p.frame())
		}
	}
}

func TestTheFirstFrameNeedsNoAnswer(t *testing.T) {
	a := shop()
	a.hold = make(chan struct{})
	p := sit(t, with(a, &script{report: blocked}), 80, 24)
	if !strings.Contains(p.frame(), "Reading the clusters") {
		t.Errorf("the first frame is\n%s", p.frame())
	}
	close(a.hold)
	p.sees("payments-production")
}
