package tui

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fargate-doctor/steps"
)

// toCalls leads from the clusters to the calls of a service.
func toCalls(service string) []string {
	return []string{"G", "enter", "enter", "j", "j", "enter", service, "enter"}
}

func TestARefusedCallIsAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		keys []string
		want steps.Case
	}{
		"first of the list":       {append(toCalls("sns"), "enter", "orders", "enter"), steps.Case{Action: "sns:Publish", Resource: ordersTopic, Target: "sns"}},
		"a whole ARN":             {append(toCalls("sns"), "enter", "paste:"+ordersTopic, "enter"), steps.Case{Action: "sns:Publish", Resource: ordersTopic, Target: "sns"}},
		"filtered":                {append(toCalls("sqs"), "receive", "enter", "jobs", "enter"), steps.Case{Action: "sqs:ReceiveMessage", Resource: "arn:aws:sqs:eu-central-1:111122223333:jobs", Target: "sqs"}},
		"an operation":            {append(toCalls("sns"), "TagResource", "enter", "paste:"+ordersTopic, "enter"), steps.Case{Action: "sns:TagResource", Resource: ordersTopic, Target: "sns"}},
		"of another service":      {append(toCalls("sns"), "sqs:SendMessage", "enter", "down", "enter"), steps.Case{Action: "sqs:SendMessage", Target: "sqs"}},
		"without a resource":      {append(toCalls("sns"), "list", "enter"), steps.Case{Action: "sns:ListTopics", Target: "sns"}},
		"on nobody knows what":    {append(toCalls("s3"), "enter", "down", "enter"), steps.Case{Action: "s3:GetObject", Target: "s3"}},
		"nobody knows which":      {append(toCalls("s3"), "down", "down", "down", "down", "down", "down", "enter"), steps.Case{Target: "s3"}},
		"of a service not listed": {append(toCalls("glue"), "glue:GetTable", "enter", "down", "enter"), steps.Case{Action: "glue:GetTable", Target: "glue"}},
	} {
		s := &script{report: refused}
		p := sit(t, with(shop(), s), 80, 24)
		p.does(c.keys...)
		if got := p.m.top().title(); got != "The walk" {
			t.Errorf("%s: %v lead to %q:\n%s", name, c.keys, got, p.frame())
			continue
		}
		got := s.cases[0]
		if got.Symptom != steps.Auth || got.Action != c.want.Action || got.Resource != c.want.Resource || got.Target != c.want.Target {
			t.Errorf("%s: the walk was asked about %+v", name, got)
		}
	}
}

// What is no action and no ARN is not taken.
func TestWhatIsNoAnswerIsNotTaken(t *testing.T) {
	p := sit(t, with(shop(), &script{report: refused}), 80, 24)
	p.does(append(toCalls("sns"), "sns publishing", "enter")...)
	if got := p.m.top().title(); got != "Which call was refused?" {
		t.Fatalf("a text that is no action led to %q", got)
	}
	p.does("esc", "enter", "enter")
	if got := p.m.top().title(); got != "On which resource?" {
		t.Fatalf("the beginning of an ARN led to %q", got)
	}
	p.does("TOPIC", "enter")
	p.sees("TOPIC stands for what you know")
	p.does("esc", "esc", "esc")
	if got := p.m.top().title(); got != "Which service was called?" {
		t.Errorf("three times esc led to %q", got)
	}
}

// The ARNs are those of the service authorization reference's resource types and of the services' guides.
func TestFormsOfARNs(t *testing.T) {
	for _, c := range []struct {
		action, arn string
		fits        bool
		warns       bool
	}{
		{"sns:Publish", "arn:aws:sns:us-east-2:123456789012:MyTopic", true, false},
		{"sns:Publish", "arn:aws:sns:eu-central-1:111122223333:", false, false},
		{"sns:Publish", "arn:aws:sns:eu-central-1:111122223333:TOPIC", false, false},
		{"sns:Publish", "arn:aws:sqs:us-east-2:123456789012:MyQueue", true, true},
		{"sns:Publish", "MyTopic", false, false},
		{"sns:Publish", "*", false, false},
		{"s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/developers/design_info.doc", true, false},
		{"s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket", false, false},
		{"s3:GetObject", "arn:aws:s3:us-west-2:123456789012:accesspoint/test/object/unit-01", true, false},
		{"s3:ListBucket", "arn:aws:s3:::amzn-s3-demo-bucket", true, false},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:123456789012:secret:MyFolder/MySecret-a1b2c3", true, false},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:123456789012:secret:MyFolder/MySecret", false, false},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:123456789012:secret:MySecret-??????", false, false},
		{"dynamodb:GetItem", "arn:aws:dynamodb:us-west-2:123456789012:table/Books", true, false},
		{"dynamodb:GetItem", "arn:aws:dynamodb:us-west-2:123456789012:table/", false, false},
		{"dynamodb:Query", "arn:aws:dynamodb:us-west-2:123456789012:table/Books/index/title", true, false},
		{"kms:Decrypt", "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", true, false},
		{"kms:Decrypt", "arn:aws:kms:us-west-2:123456789012:alias/ExampleAlias", true, true},
		{"states:StartExecution", "arn:aws:states:us-east-1:123456789012:stateMachine:HelloWorld", true, false},
		{"logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:app", false, false},
		{"logs:PutLogEvents", "arn:aws:logs:us-east-1:123456789012:log-group:app:log-stream:web/1", true, false},
		{"glue:GetTable", "arn:aws:glue:us-east-1:123456789012:table/db/orders", true, false},
	} {
		form := formOf(c.action, "eu-central-1", "111122223333")
		why, fits := form.judge(c.arn)
		if fits != c.fits || fits && (why != "") != c.warns {
			t.Errorf("%s on %s: %v, %q; want %v, a warning %v", c.action, c.arn, fits, why, c.fits, c.warns)
		}
	}
}

// For all calls that are offered: the beginning that the field holds is the beginning of the form, and with names put in the ARN fits.
func TestEveryOfferedCallCanBeAnswered(t *testing.T) {
	n := 0
	for _, service := range steps.Services("eu-central-1", nil) {
		for _, c := range steps.Calls(service.Name, "eu-central-1", "111122223333") {
			n++
			form := formOf(c.Action, "eu-central-1", "111122223333")
			if form == "*" {
				continue
			}
			if form == "" || form.known() == "" || form.known()+form.rest() != c.Resource {
				t.Errorf("%s: the form is %q + %q, want %q", c.Action, form.known(), form.rest(), c.Resource)
			}
			named := placeholder.ReplaceAllString(string(form), "x-a1b2c3")
			if why, fits := form.judge(named); !fits || why != "" {
				t.Errorf("%s on %s: %v %q", c.Action, named, fits, why)
			}
			if _, fits := form.judge(string(form)); fits {
				t.Errorf("%s: the form itself is taken for an ARN: %s", c.Action, form)
			}
			if !steps.IsAction(c.Action) {
				t.Errorf("%s is no action", c.Action)
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d calls were looked at", n)
	}
}

func TestCopyingAPolicy(t *testing.T) {
	for name, keys := range map[string][]string{"the walk": {"J"}, "another step": {"g", "J"}, "the step": {"enter", "J"}, "the answer": {"a", "J"}} {
		p := sit(t, fromRefusedWalk(), 80, 24)
		p.does(keys...)
		if got := p.clipboard(); got != policyDocument {
			t.Errorf("J on %s copied %q, want %q", name, got, policyDocument)
		}
		p.does("c")
		if got := p.clipboard(); got != policyCommand {
			t.Errorf("c on %s copied %q, want %q", name, got, policyCommand)
		}
	}
	p := sit(t, fromWalk(), 80, 24)
	p.does("J")
	p.sees("there is no JSON to copy")
}

// The ribbon says what each kind of policy says, as far as there is room, and those that refuse always.
func TestTheRibbonOfPolicies(t *testing.T) {
	p := sit(t, fromRefusedWalk(), 80, 24)
	p.settle()
	s := p.m.top().(*walk)
	for w := 30; w < 200; w++ {
		line := s.layerRibbon(p.m.env.style, w)
		if width(line) > w {
			t.Fatalf("in %d columns: %q", w, line)
		}
		if !strings.Contains(line, "✗ identity") || w >= 40 && !strings.Contains(line, "✗ endpoint") {
			t.Errorf("in %d columns the refusing policies are not there: %q", w, line)
		}
		if w >= 60 && strings.Count(line, " ") < 2*len(layers)-1 {
			t.Errorf("in %d columns policies are missing: %q", w, line)
		}
	}
}

// A policy is drawn without losing anything, however narrow.
func TestDocumentLines(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		document := rapid.StringOf(rapid.SampledFrom([]rune("{}[]\":, \nabc界"))).Draw(r, "document")
		w := rapid.IntRange(4, 120).Draw(r, "width")
		var all strings.Builder
		for _, l := range documentLines(document, w) {
			if width(l) > w {
				t.Fatalf("in %d columns: %q", w, l)
			}
			all.WriteString(l)
		}
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if bare(all.String()) != bare(document) {
			t.Fatalf("%q is drawn as %q", document, all.String())
		}
	})
}
