package steps_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/demo/demotest"
	"fargate-doctor/steps"

	"pgregory.net/rapid"
)

// denying refuses some actions, as IAM would.
type denying struct {
	aws.Reader
	actions []string
}

func (d denying) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if slices.Contains(d.actions, q.Action()) {
		return aws.Errorf(aws.Denied, q, "", "refused by the test")
	}
	return d.Reader.Read(ctx, q, page)
}

// asking remembers the actions that were asked for.
type asking struct {
	aws.Reader
	mu      sync.Mutex
	actions []string
}

func (a *asking) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	a.mu.Lock()
	a.actions = append(a.actions, q.Action())
	a.mu.Unlock()
	return a.Reader.Read(ctx, q, page)
}

// towardsUnknown reports why a report that was made with fewer permissions says something that the full one does not.
func towardsUnknown(full, less steps.Report) string {
	known := codes(full)
	// Of several causes the first says what kind of problem it is; without it the next one does.
	ofNext := len(less.Causes) > 0 && len(full.Causes) > 1 && less.Causes[0].Code != full.Causes[0].Code
	if less.Verdict != full.Verdict && less.Verdict != steps.Inconclusive && !ofNext {
		return "the verdict went from " + string(full.Verdict) + " to " + string(less.Verdict)
	}
	for _, c := range less.Causes {
		closer := closerLooks[c.Code] != "" && slices.Contains(known, closerLooks[c.Code])
		// What ECS says stands as a doubt where its explanation can't be read.
		said := c.Step == "start.reason"
		if !slices.Contains(known, c.Code) && !closer && !said {
			return "a cause came up that is none: " + c.Code
		}
	}
	before := map[string]steps.Verdict{}
	for _, s := range full.Steps {
		before[s.ID] = s.Verdict
	}
	for _, s := range less.Steps {
		if was, ok := before[s.ID]; ok && s.Verdict == steps.Fail && was != steps.Fail {
			return s.ID + " went from " + was.String() + " to fail"
		}
		if before[s.ID] == steps.Fail && s.Verdict == steps.Pass {
			return s.ID + " went from fail to pass: " + s.Summary
		}
	}
	return cellsTowardsUnknown(full.Needs, less.Needs)
}

// cellsTowardsUnknown is towardsUnknown for the matrix of a start. The needs come from the task definition alone, and so are the same or none.
func cellsTowardsUnknown(full, less []steps.Need) string {
	for i := range min(len(full), len(less)) {
		of, now := full[i], less[i]
		for _, c := range []struct {
			name     string
			was, now steps.Cell
		}{{"path", of.Path, now.Path}, {"access", of.Access, now.Access}, {"endpoint", of.Endpoint, now.Endpoint}, {"existence", of.Exists, now.Exists}} {
			if c.was.Verdict == steps.Fail && (c.now.Verdict == steps.Pass || c.now.Verdict == steps.Skipped) {
				return of.Title + ": " + c.name + " went from fail to " + c.now.Verdict.String() + ": " + c.now.Summary
			}
		}
	}
	return ""
}

// closerLooks are the causes that are only a closer look at others: whether a permission that is missing sits on the other role, and whether
// a parameter that is missing was meant for a secret.
var closerLooks = map[string]string{"iam.identity-not-allowed": "iam.wrong-role", "secret.not-found": "secret.invalid-reference"}

func walkWithout(t testing.TB, name string, actions ...string) steps.Report {
	t.Helper()
	reader, c := openWorld(t, name)
	return walkCaseWithout(t, reader, c, actions...)
}

func walkCaseWithout(t testing.TB, reader aws.Reader, c steps.Case, actions ...string) steps.Report {
	t.Helper()
	r, err := (&steps.Engine{Reader: denying{reader, actions}, Region: c.Region}).Walk(context.Background(), c, nil)
	if err != nil {
		t.Fatalf("without %v: %v", actions, err)
	}
	return r
}

// One world for each way through the tree.
var waysThroughTheTree = []string{
	"healthy-public", "healthy-gateway-endpoint", "healthy-central-egress", "healthy-peering", "healthy-ipv6", "several-nat", "several-endpoint",
	"endpoint-missing", "endpoint-private-dns-disabled", "proxy-unreachable", "proxy-no-proxy-missing", "dns-custom-resolver-blocked", "dns-firewall-blocked",
	"target-wrong-region", "target-sg-ingress-denied", "endpoint-gateway-route-missing",
	"healthy-access", "several-access", "iam-wrong-role", "iam-boundary-denied", "iam-kms-denied", "iam-scp-denied-simulated", "unsure-access",
	"iam-endpoint-policy-deny-only", "iam-resource-policy-denied-cross-account",
	"healthy-exec", "exec-not-enabled", "exec-task-role-denied", "exec-caller-denied", "exec-agent-not-running", "exec-target-not-connected", "several-exec",
	"exec-kms-no-path", "exec-kms-endpoint-policy", "exec-log-no-path", "exec-bucket-no-path", "exec-bucket-endpoint-policy",
	"healthy-start", "healthy-start-endpoints", "healthy-start-mended", "healthy-start-media", "start-unexplained", "start-pending", "start-no-way-out",
	"start-endpoint-missing", "start-endpoint-policy", "start-endpoint-group", "start-no-public-address", "start-capacity", "start-role-not-assumable", "start-key-disabled",
	"image-not-found", "image-auth-denied", "image-platform-mismatch", "secret-access-denied", "secret-not-found", "secret-other-region", "secret-by-name",
	"kms-access-denied-key-policy", "logs-access-denied", "logs-config-invalid", "logs-create-group-denied", "logs-group-missing", "efs-network", "efs-access-denied",
	"efs-mount-target-missing", "ecs-target-type", "several-start",
}

func TestEachMissingPermissionLeadsToUnknownAndNowhereElse(t *testing.T) {
	for _, name := range demotest.Some(waysThroughTheTree) {
		t.Run(name, func(t *testing.T) {
			reader, c := openWorld(t, name)
			asked := &asking{Reader: reader}
			full := walkCaseWithout(t, asked, c)
			for _, action := range steps.Policy() {
				if !slices.Contains(asked.actions, action) {
					continue // nobody would miss it
				}
				less := walkWithout(t, name, action)
				if why := towardsUnknown(full, less); why != "" {
					t.Errorf("without %s %s\n%s", action, why, describe(less))
				}
				if less.Verdict == steps.Inconclusive && full.Verdict != steps.Inconclusive && !slices.Contains(missing(less), action) {
					t.Errorf("without %s the verdict is unknown, and the action is not named: %v", action, missing(less))
				}
			}
		})
	}
}

func missing(r steps.Report) []string {
	var out []string
	for _, s := range r.Steps {
		out = append(out, s.Missing...)
	}
	return out
}

func TestFewerPermissionsOnlyMoveVerdictsToUnknown(t *testing.T) {
	var names []string
	for _, w := range demo.Worlds() {
		names = append(names, w.Name)
	}
	actions := steps.Policy()
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom(names).Draw(r, "world")
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(actions), 1, 4, rapid.ID).Draw(r, "denied")
		more := rapid.SliceOfNDistinct(rapid.SampledFrom(actions), 1, 4, rapid.ID).Draw(r, "denied as well")
		first, second := walkWithout(t, name, some...), walkWithout(t, name, append(some, more...)...)
		if why := towardsUnknown(first, second); why != "" {
			r.Errorf("%s without %v, and then without %v: %s\n%s", name, some, more, why, describe(second))
		}
	})
}

// The groups of a stopped task come from its service. Without the service nobody knows them.
func TestAStoppedTaskWithoutItsService(t *testing.T) {
	const stopped = "0ec8b62318329b3265e48c1c78c698e2"
	for world, target := range map[string]string{"healthy-endpoint": "sns", "healthy-nat": "10.40.192.31:5432", "healthy-public": "sns", "sg-egress-denied": "sns"} {
		reader, c := openWorld(t, world)
		c.Task, c.Service, c.Target = stopped, "", target
		full := walkCaseWithout(t, reader, c)
		less := walkCaseWithout(t, reader, c, "ecs:DescribeServices")
		if less.Verdict != steps.Inconclusive || len(less.Causes) > 0 {
			t.Errorf("%s: the verdict is %s with %v; with the service it is %s with %v\n%s", world, less.Verdict, codes(less), full.Verdict, codes(full), describe(less))
		}
	}
}

// What the printed policy allows is all that a walk asks for.
func TestTheWalkAsksForNothingButWhatThePolicyAllows(t *testing.T) {
	allowed := steps.Policy()
	for _, w := range demotest.Worlds() {
		reader, c := openWorld(t, w.Name)
		asked := aws.NewCounted(reader)
		engine := &steps.Engine{Reader: refusingOthers{asked, allowed}, Region: c.Region}
		r, err := engine.Walk(t.Context(), c, nil)
		if err != nil {
			t.Fatalf("%s: %v", w.Name, err)
		}
		full := walkWithout(t, w.Name)
		if r.Verdict != full.Verdict || !slices.Equal(codes(r), codes(full)) {
			t.Errorf("%s: with the printed policy alone the verdict is %s with %v, else %s with %v", w.Name, r.Verdict, codes(r), full.Verdict, codes(full))
		}
		if _, err := engine.Proposals(t.Context(), c); aws.KindOf(err) == aws.Denied {
			t.Errorf("%s: with the printed policy alone the log can't be read: %v", w.Name, err)
		}
		for name := range asked.Calls() {
			for _, secret := range []string{"GetSecretValue", "GetParameter", "DecryptMessage"} {
				if strings.Contains(name, secret) {
					t.Errorf("%s asks for a secret value: %s", w.Name, name)
				}
			}
		}
	}
}

// refusingOthers refuses every action but some.
type refusingOthers struct {
	aws.Reader
	allowed []string
}

func (r refusingOthers) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if !slices.Contains(r.allowed, q.Action()) {
		return aws.Errorf(aws.Denied, q, "", "refused by the test")
	}
	return r.Reader.Read(ctx, q, page)
}
