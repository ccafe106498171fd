package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/tui/acting"
)

func TestFromClusterToRootCause(t *testing.T) {
	s := &script{report: blocked}
	p := sit(t, with(shop(), s), 80, 24)
	p.does("G", "enter", "enter", "enter", "sns", "enter")
	p.sees("does not admit the task")
	want := steps.Case{Region: testRegion, Cluster: arn("cluster", "shop"), Task: arn("task", "shop/7c1e55ab0000000000000000000000aa"),
		Symptom: steps.Timeout, Target: "sns"}
	if got := s.cases[0]; got.Cluster != want.Cluster || got.Task != want.Task || got.Symptom != want.Symptom || got.Target != want.Target || got.Region != want.Region {
		t.Errorf("the walk was asked about %+v, want %+v", got, want)
	}
}

func TestWhatIsKnownIsNotAsked(t *testing.T) {
	for _, c := range []struct {
		known steps.Case
		want  string
	}{
		{steps.Case{}, "Clusters"},
		{steps.Case{Cluster: "shop"}, "Tasks and services"},
		{steps.Case{Cluster: "shop", Service: "web"}, "What do you see?"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.DNS}, "What does it want to reach?"},
		{steps.Case{Launch: &steps.Launch{}, Symptom: steps.DNS}, "What does it want to reach?"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.DNS, Target: "sns"}, "The walk"},
		{steps.Case{Task: "7c1e55ab", Symptom: steps.DNS, Target: "sns"}, "Clusters"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Auth}, "Which service was called?"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Auth, Target: "sns"}, "Which call was refused?"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Auth, Action: "sns:Publish"}, "On which resource?"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Auth, Action: "sns:ListTopics"}, "The walk"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Symptom: steps.Auth, Action: "sns:Publish", Resource: ordersTopic}, "The walk"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Error: refusalText}, "The walk"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Error: timeoutText}, "The walk"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Error: "AccessDeniedException: Access denied"}, "Which service was called?"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Error: "botocore.exceptions.NoCredentialsError: Unable to locate credentials"}, "The walk"},
		{steps.Case{Cluster: "shop", Task: "7c1e55ab", Error: "something odd"}, "What do you see?"},
	} {
		o := with(shop(), &script{report: blocked})
		o.Case = c.known
		p := sit(t, o, 80, 24)
		p.settle()
		if got := p.m.top().title(); got != c.want {
			t.Errorf("with %+v the first screen is %q, want %q", c.known, got, c.want)
		}
	}
}

// Who named a cluster and a service on the command line gets to the others all the same.
func TestEscLeadsBelowWhatWasKnown(t *testing.T) {
	o := with(shop(), &script{report: blocked})
	o.Case = steps.Case{Cluster: "shop", Service: "web", Symptom: steps.DNS, Target: "sns"}
	p := sit(t, o, 80, 24)
	p.does("esc")
	if got := p.m.top().title(); got != "Clusters" || p.m.inquiry.Service != "" {
		t.Fatalf("esc led to %q with %+v", got, p.m.inquiry.Case)
	}
	p.does("G", "enter")
	if got := p.m.top().title(); got != "Tasks and services" {
		t.Errorf("enter on the clusters led to %q", got)
	}
}

func TestSuggestionsAreUnderTheCursor(t *testing.T) {
	o := with(shop(), &script{report: blocked})
	o.Suggested = steps.Case{Cluster: "shop", Service: "worker", Symptom: steps.DNS, Target: "sqs"}
	p := sit(t, o, 80, 24)
	p.does("enter", "enter", "enter", "enter")
	p.sees("does not admit the task")
	c := p.m.inquiry.Case
	if c.Cluster != arn("cluster", "shop") || c.Service != "worker" || c.Symptom != steps.DNS || c.Target != "sqs" {
		t.Errorf("five times enter asked about %+v", c)
	}
}

func TestEscKeepsWhatWasThere(t *testing.T) {
	p := sit(t, with(shop(), &script{report: blocked}), 80, 24)
	p.does("G", "enter", "o", "o", "o", "O", "/", "web", "enter", "G")
	before := p.body()
	p.does("enter", "j", "enter", "esc", "esc")
	if after := p.body(); after != before {
		t.Errorf("after going on and back the tasks changed from\n%s\nto\n%s", before, after)
	}
	p.does("esc") // clears the filter
	p.does("esc")
	if got := p.m.top().title(); got != "Clusters" {
		t.Fatalf("esc led to %q", got)
	}
	if c := p.m.inquiry.Case; c.Cluster != "" || c.Task != "" {
		t.Errorf("back on the clusters, the inquiry still is %+v", c)
	}
	if !strings.Contains(p.frame(), " > shop") {
		t.Errorf("the cursor has moved:\n%s", p.frame())
	}
	p.does("esc")
	if !strings.Contains(p.frame(), "first screen") {
		t.Errorf("esc on the first screen says nothing:\n%s", p.frame())
	}
}

// body is the frame without its footer, whose count of calls only grows.
func (p *person) body() string {
	p.t.Helper()
	lines := strings.Split(p.frame(), "\n")
	return strings.Join(lines[:len(lines)-2], "\n")
}

func TestReadingAgainKeepsCursorFilterAndOrder(t *testing.T) {
	a := shop()
	p := sit(t, with(a, &script{report: blocked}), 80, 24)
	p.does("G", "enter", "o", "o", "/", "web", "enter", "G")
	row := p.m.top().(*tasks).list.current()
	before := p.frame()
	a.mu.Lock()
	a.tasks = append([]map[string]any{aTask("00000000000000000000000000000001", "web", "10.40.1.77", time.Minute)}, a.tasks...)
	a.mu.Unlock()
	p.does("ctrl+r")
	if now := p.m.top().(*tasks).list.current(); now != row {
		t.Errorf("the cursor moved from %s to %s", row, now)
	}
	if after := p.frame(); after == before || !strings.Contains(after, "00000000") || !strings.Contains(after, "/ web") || strings.Contains(after, "worker") {
		t.Errorf("after reading again:\n%s", after)
	}
	a.mu.Lock()
	a.tasks = slices.DeleteFunc(a.tasks, func(t map[string]any) bool { return t["taskArn"] == row })
	a.mu.Unlock()
	p.does("ctrl+r")
	if strings.Contains(p.frame(), shortID(row)) {
		t.Errorf("a task that is gone is still shown:\n%s", p.frame())
	}
}

// A list that can't be read again keeps what it had.
func TestAFailedReadingLosesNothing(t *testing.T) {
	a := shop()
	p := sit(t, with(a, &script{report: blocked}), 80, 24)
	p.settle()
	a.mu.Lock()
	a.broken = noAnswer
	a.mu.Unlock()
	p.does("ctrl+r")
	if f := p.frame(); !strings.Contains(f, "payments-production") || !strings.Contains(f, "AWS does not answer") || !strings.Contains(f, "r tries again") {
		t.Errorf("after a reading that failed:\n%s", f)
	}
	a.mu.Lock()
	a.broken = nil
	a.mu.Unlock()
	p.does("r")
	if f := p.frame(); strings.Contains(f, "AWS does not answer") || !strings.Contains(f, "payments-production") {
		t.Errorf("after trying again:\n%s", f)
	}
	if n := len(p.m.env.faults); n != 1 {
		t.Errorf("the error log has %d errors, want 1", n)
	}
}

func TestLettersAreTextWhereTextIsTyped(t *testing.T) {
	p := sit(t, with(shop(), &script{report: blocked}), 80, 24)
	p.does("/", "q?!pr")
	if p.quit || !strings.Contains(p.frame(), "/ q?!pr") {
		t.Errorf("typing into the filter:\n%s", p.frame())
	}
	p.does("esc", "G", "enter", "enter", "enter", "q?p")
	if p.quit || !strings.Contains(p.frame(), "To  q?p") {
		t.Errorf("typing a target:\n%s", p.frame())
	}
}

// Keys that arrive in one read are taken one by one.
func TestFastKeys(t *testing.T) {
	p := sit(t, with(shop(), &script{report: blocked}), 80, 24)
	p.settle()
	p.press("jj")
	if !strings.Contains(p.frame(), " > shop") {
		t.Errorf("after jj:\n%s", p.frame())
	}
}

func TestQuitting(t *testing.T) {
	for _, keys := range [][]string{{"q"}, {"ctrl+c"}, {"/", "ctrl+c"}, {"?", "ctrl+c"}} {
		a := shop()
		a.hold = make(chan struct{})
		p := sit(t, with(a, &script{report: blocked}), 80, 24)
		p.press(keys...)
		p.until("the end", func() bool { return p.quit })
		if p.m.env.ctx.Err() == nil {
			t.Errorf("%v: calls go on after the end", keys)
		}
	}
	p := sit(t, with(shop(), &script{report: blocked}), 10, 3)
	p.press("ctrl+c")
	p.until("the end of a window that is too small", func() bool { return p.quit })
}

func TestAnAccountIsChosenAndChanged(t *testing.T) {
	var asked []string
	o := with(shop(), &script{report: blocked})
	o.Session = nil
	o.Case = steps.Case{Cluster: arn("cluster", "shop"), Target: "sqs"}
	o.Profiles = []Profile{{Name: "default"}, {Name: "prod", Region: "eu-central-1"}}
	o.Regions = []string{"eu-central-1", "us-east-1"}
	fail := true
	o.Connect = func(_ context.Context, profile, region string) (acting.Session, error) {
		asked = append(asked, profile+"/"+region)
		if fail {
			fail = false
			return acting.Session{}, errors.New("no such host")
		}
		return acting.Session{Reader: shop(), Profile: profile, Region: region}, nil
	}
	p := sit(t, o, 80, 24)
	p.does("j", "enter")
	p.sees("no such host")
	p.does("r")
	p.sees("Tasks and services")
	if !strings.Contains(p.frame(), "profile prod") || !strings.Contains(p.frame(), testAccount+" · eu-central-1") {
		t.Errorf("after connecting:\n%s", p.frame())
	}
	p.does("P", "k", "enter", "j", "enter")
	p.sees("us-east-1")
	if got := p.m.top().title(); got != "Clusters" {
		t.Errorf("another account opens on %q: its clusters are others", got)
	}
	if p.m.inquiry.Target != "sqs" {
		t.Errorf("another account lost the target")
	}
	if want := []string{"prod/eu-central-1", "prod/eu-central-1", "default/us-east-1"}; !slices.Equal(asked, want) {
		t.Errorf("connected to %v, want %v", asked, want)
	}
}

func TestChangingTheAccountCanBeGivenUp(t *testing.T) {
	o := with(shop(), &script{report: blocked})
	o.Profiles = []Profile{{Name: "default"}, {Name: "prod", Region: "eu-central-1"}}
	o.Connect = func(ctx context.Context, _, _ string) (acting.Session, error) {
		<-ctx.Done()
		return acting.Session{}, ctx.Err()
	}
	p := sit(t, o, 80, 24)
	p.does("G", "enter")
	before := p.frame()
	p.press("P")
	if !strings.Contains(p.frame(), " > prod") {
		t.Errorf("the profile in use is not under the cursor:\n%s", p.frame())
	}
	p.press("enter", "esc")
	p.settle()
	if after := p.frame(); after != before {
		t.Errorf("after giving up:\n%s\nwant\n%s", after, before)
	}
}

func TestSentences(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&aws.Error{Kind: aws.Denied, Operation: "ecs:ListTasks", Action: "ecs:ListTasks"}, "X: ecs:ListTasks is not allowed"},
		{&aws.Error{Kind: aws.Throttled}, "X: AWS answers that there are too many calls"},
		{&aws.Error{Kind: aws.Credentials}, "X: the credentials are missing or have expired"},
		{context.DeadlineExceeded, "X: it took too long"},
		{errors.New(hostile), "X:  new line"},
	} {
		got := sentence("X", c.err)
		if c.want == "X:  new line" {
			if strings.ContainsAny(got, "\x1b\x07\n\r\x00") {
				t.Errorf("sentence(%q) = %q", c.err, got)
			}
			continue
		}
		if got != c.want {
			t.Errorf("sentence(%v) = %q, want %q", c.err, got, c.want)
		}
	}
}

// A region that the list does not know can be typed.
func TestARegionThatIsNotOnTheList(t *testing.T) {
	var asked string
	o := fromProfiles()
	o.Connect = func(_ context.Context, profile, region string) (acting.Session, error) {
		asked = profile + "/" + region
		return acting.Session{Reader: shop(), Profile: profile, Region: region}, nil
	}
	p := sit(t, o, 80, 24)
	p.does("j", "tab", "/", "mars-north-1", "enter")
	p.sees("enter connects to mars-north-1")
	p.does("enter")
	p.sees("Clusters")
	if asked != "prod/mars-north-1" {
		t.Errorf("connected to %q", asked)
	}
}

// What takes longer than a moment shows one spinner and how long it has taken.
func TestTheSpinnerSaysWhatTakesLong(t *testing.T) {
	now := noon
	a := shop()
	a.hold = make(chan struct{})
	o := with(a, &script{report: blocked})
	o.Clock = func() time.Time { return now }
	p := sit(t, o, 80, 24)
	if strings.ContainsAny(p.frame(), string(spinner)) {
		t.Errorf("a spinner shows at once:\n%s", p.frame())
	}
	now = now.Add(1200 * time.Millisecond)
	first := p.frame()
	if !strings.Contains(first, "1.2 s") || strings.Count(first, string(spinner[0])) != 1 {
		t.Errorf("after a second:\n%s", first)
	}
	p.update(beat{})
	if p.frame() == first {
		t.Error("the spinner does not move")
	}
	close(a.hold)
	p.m.ticking = true
	p.settle()
	if strings.ContainsAny(p.frame(), string(spinner)) {
		t.Errorf("the spinner outlives its work:\n%s", p.frame())
	}
}

// A list that may not be read does not end the walk: who knows a name types it.
func TestNamesThatTheListsDoNotHold(t *testing.T) {
	refused := func(operations ...string) map[string]error {
		errs := map[string]error{}
		for _, name := range operations {
			errs[name] = &aws.Error{Kind: aws.Denied, Operation: name, Action: name}
		}
		return errs
	}
	for _, c := range []struct {
		typed string
		want  steps.Case
	}{
		{"7c1e55ab", steps.Case{Cluster: "shop", Task: "7c1e55ab"}},
		{"arn:aws:ecs:eu-central-1:111122223333:task/shop/7c1e", steps.Case{Cluster: "shop", Task: "arn:aws:ecs:eu-central-1:111122223333:task/shop/7c1e"}},
		{"web", steps.Case{Cluster: "shop", Service: "web"}},
	} {
		p := sit(t, broken(refused("ecs:ListClusters", "ecs:ListTasks", "ecs:ListServices"))(), 80, 24)
		p.does("enter")
		p.sees("/ takes the name of a cluster that you know")
		p.does("/", "shop", "enter")
		p.sees("enter goes on with shop")
		p.does("enter")
		p.sees("/ takes a task's id or a service's name that you know")
		p.does("/", c.typed, "enter", "enter", "enter", "sns", "enter")
		if got := p.m.inquiry.Case; got.Cluster != c.want.Cluster || got.Task != c.want.Task || got.Service != c.want.Service {
			t.Errorf("%s: the inquiry is %+v", c.typed, got)
		}
	}
}

func TestAFilterBeginsOnItsFirstMatch(t *testing.T) {
	for filter, want := range map[string]string{"pay": "payments-production", "act": "shop"} { // "shop" is under the cursor, and stays so where it matches
		p := sit(t, with(shop(), &script{report: blocked}), 80, 24)
		p.does("G", "/", filter)
		p.sees(" > " + want + " ")
	}
}
