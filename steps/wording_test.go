package steps_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// rewritten is a world in which a text of one operation's answers is another one.
type rewritten struct {
	aws.Reader
	operation, from, to string
}

func (r rewritten) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	return r.Reader.Read(ctx, q, func(p json.RawMessage) error {
		if q.Name() == r.operation {
			p = json.RawMessage(strings.ReplaceAll(string(p), r.from, r.to))
		}
		return page(p)
	})
}

// What a step says has to be true in that very world, also beside a cause and where something could not be read.
func TestStepsSayOnlyWhatIsKnown(t *testing.T) {
	for _, c := range []struct {
		world, step, summary string
		verdict              steps.Verdict
	}{
		{"healthy-ipv6", "route.subnet", "IPv6 leaves through eigw-0180b1a19f517644a, which lets nothing in", steps.Pass},
		{"healthy-ipv6", "route.public", "the egress-only internet gateway is attached; IPv6 needs no other public address", steps.Pass},
		{"healthy-nat", "endpoint.missing", "there is no endpoint for com.amazonaws.eu-central-1.sns, and none is needed: the packets go over the internet", steps.Pass},
		{"route-nat-unavailable", "endpoint.missing", "there is no endpoint for com.amazonaws.eu-central-1.sns: the packets are meant to go over the internet", steps.Skipped},
		{"denied-route-tables", "endpoint.missing", "there is no endpoint for com.amazonaws.eu-central-1.sns: the packets are meant to go over the internet", steps.Skipped},
		{"target-wrong-region", "endpoint.missing", "endpoints of this VPC serve names of eu-central-1 only", steps.Skipped},
		{"healthy-nat", "service.subnets", "the 2 other subnets are no different", steps.Pass},
		{"sg-egress-denied", "service.subnets", "the 2 other subnets are no different", steps.Pass},
		{"route-none", "service.subnets", "tasks in subnet-0b4d7f4d2f9a69d06 and subnet-0b42e08d796322d7b reach the target; what stops this one does not stop them", steps.Warn},
		{"denied-route-tables", "service.subnets", "the way from this subnet is not known, so there is nothing to compare", steps.Skipped},
		{"healthy-central-egress", "service.subnets", "whether tasks in subnet-0b42e08d796322d7b reach the target is not known", steps.Warn},
		{"denied-route-tables", "target.groups", "nothing of this kind is on the way", steps.Skipped},
		{"dns-custom-resolver", "dns.endpoint", "where the name leads is not known", steps.Skipped},
		{"dns-custom-resolver", "platform.mtu", "whether the connection opens is not known; only then would the size of packets matter", steps.Skipped},
		{"target-wrong-port", "target.port", "port 8443 is not one that sns listens on", steps.Fail},
	} {
		r := walkWithout(t, c.world)
		i := slices.IndexFunc(r.Steps, func(s steps.StepResult) bool { return s.ID == c.step })
		if i < 0 {
			t.Errorf("%s: %s was not walked", c.world, c.step)
			continue
		}
		if s := r.Steps[i]; s.Verdict != c.verdict || s.Summary != c.summary {
			t.Errorf("%s: %s says\n%s: %s\nwant\n%s: %s", c.world, c.step, s.Verdict, s.Summary, c.verdict, c.summary)
		}
	}
}

// A question is asked where only a permission is missing, not where AWS has told all it knows.
func TestOnlyWhatThePersonCanKnowIsAsked(t *testing.T) {
	for world, want := range map[string][]string{
		"route-ambiguous":     nil,
		"dns-forward-rule":    {"dns.name"},
		"dns-name-unknown":    {"dns.name"},
		"denied-route-tables": {"route.subnet", "nacl"},
		"denied-network-acls": {"nacl"},
		"sg-egress-partial":   nil,
	} {
		var got []string
		for _, s := range walkWithout(t, world).Steps {
			if q := s.Question; q != nil && !slices.Contains(got, q.ID) {
				got = append(got, q.ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s asks %v, want %v", world, got, want)
		}
	}
}

// A change in the facts that removes the only fault is proven to.
func TestTheRightFixIsProven(t *testing.T) {
	for world, title := range map[string]string{
		"proxy-blocks-target":         "let sg-0e6516ae74118f86c send tcp 443 to 0.0.0.0/0",
		"route-nat-no-internet":       "give subnet-0b5c5a07403cadb96 the route table rtb-0aad6abf32ff6e064",
		"route-nat-private":           "route 0.0.0.0/0 in rtb-00225a7923524b928 to nat-06b2983d39d8a3503",
		"dns-custom-resolver-blocked": "let sg-016d4c285ba365d1e send udp 53 to sg-060d623f11d762bdc; let sg-016d4c285ba365d1e send tcp 53 to sg-060d623f11d762bdc",
	} {
		r := walkWithout(t, world)
		if len(r.Causes) != 1 {
			t.Errorf("%s: causes %v", world, codes(r))
			continue
		}
		i := slices.IndexFunc(r.Steps, func(s steps.StepResult) bool { return s.ID == r.Causes[0].Step })
		if fixes := r.Steps[i].Fixes; len(fixes) == 0 || fixes[0].Title != title || !fixes[0].Proven {
			t.Errorf("%s: fixes %+v, want first %q, proven", world, fixes, title)
		}
	}
}

// Whether the public DNS has a name is nothing that AWS tells. A person whose connection times out has seen the name resolve.
func TestAPublicNameIsTheContainersToLookUp(t *testing.T) {
	for symptom, want := range map[steps.Symptom]steps.Verdict{steps.Timeout: steps.Pass, steps.DNS: steps.Unknown} {
		reader, c := openWorld(t, "healthy-nat")
		c.Target, c.Symptom = "api.example.com:443", symptom
		r := walkCaseWithout(t, reader, c)
		i := slices.IndexFunc(r.Steps, func(s steps.StepResult) bool { return s.ID == "dns.name" })
		if got := r.Steps[i]; got.Verdict != want || (got.Question != nil) != (want == steps.Unknown) {
			t.Errorf("%s: %s: %s, asks %v", symptom, got.Verdict, got.Summary, got.Question)
		}
	}
}

// Without the task there is nothing that an answer could be about.
func TestNothingIsAskedAboutATaskThatCannotBeRead(t *testing.T) {
	r := walkWithout(t, "healthy-nat", "ecs:DescribeTasks", "ecs:ListTasks")
	if r.Verdict != steps.Inconclusive {
		t.Errorf("the verdict is %s", r.Verdict)
	}
	for _, s := range r.Steps {
		if s.Question != nil {
			t.Errorf("%s asks %s", s.ID, s.Question.Text)
		}
	}
}

// A task on an instance may have no interface of its own. That is no fault, and nothing that can be followed.
func TestATaskThatSharesItsInstancesInterface(t *testing.T) {
	reader, c := openWorld(t, "healthy-nat")
	reader = rewritten{rewritten{reader, "ecs:DescribeTasks", `"FARGATE"`, `"EC2"`}, "ecs:DescribeTasks", `"attachments"`, `"unattached"`}
	r := walkCaseWithout(t, reader, c)
	if r.Verdict != steps.Inconclusive || len(r.Causes) > 0 {
		t.Errorf("%s with %v", r.Verdict, codes(r))
	}
	if want := "the task runs on an instance and not on Fargate, and has no network interface of its own"; stepOf(r, "task.interface").Summary != want {
		t.Errorf("got %q", stepOf(r, "task.interface").Summary)
	}
}

// What DNS does not know, Service Connect may have put into the container's hosts file.
func TestNamesOfServiceConnect(t *testing.T) {
	reader, c := openWorld(t, "dns-name-not-found")
	connected := rewritten{reader, "ecs:DescribeTasks", `"attachments":[`, `"attachments":[{"id":"sc","type":"Service Connect","status":"ATTACHED"},`}
	if r := walkCaseWithout(t, rewritten{connected, "ecs:DescribeTasks", `"attachments": [`, `"attachments": [{"id":"sc","type":"Service Connect"},`}, c); r.Verdict != steps.Inconclusive || len(r.Causes) > 0 {
		t.Errorf("%s with %v", r.Verdict, codes(r))
	}
	if r := walkCaseWithout(t, reader, c); r.Verdict != steps.BlockedPath {
		t.Errorf("without Service Connect: %s", r.Verdict)
	}
}

// stepOf returns what a step of the walk found.
func stepOf(r steps.Report, id string) steps.StepResult {
	i := slices.IndexFunc(r.Steps, func(s steps.StepResult) bool { return s.ID == id })
	if i < 0 {
		return steps.StepResult{}
	}
	return r.Steps[i]
}
