package steps_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
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

// towardsUnknown reports why a report that was made with fewer permissions says something that the full one does not.
func towardsUnknown(full, less steps.Report) string {
	if less.Verdict != full.Verdict && less.Verdict != steps.Inconclusive {
		return "the verdict went from " + string(full.Verdict) + " to " + string(less.Verdict)
	}
	known := codes(full)
	for _, code := range codes(less) {
		if !slices.Contains(known, code) {
			return "a cause came up that is none: " + code
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
	}
	return ""
}

func walkWithout(t testing.TB, name string, actions ...string) steps.Report {
	t.Helper()
	reader, c := openWorld(t, name)
	r, err := (&steps.Engine{Reader: denying{reader, actions}, Region: c.Region}).Walk(context.Background(), c, nil)
	if err != nil {
		t.Fatalf("%s without %v: %v", name, actions, err)
	}
	return r
}

// One world for each way through the tree.
var waysThroughTheTree = []string{
	"healthy-nat", "healthy-endpoint", "healthy-public", "healthy-gateway-endpoint", "healthy-central-egress", "healthy-peering", "healthy-ipv6",
	"several-nat", "several-endpoint", "several-central-egress", "endpoint-missing", "endpoint-private-dns-disabled", "proxy-unreachable",
	"proxy-no-proxy-missing", "dns-custom-resolver-blocked", "target-wrong-region", "target-sg-ingress-denied", "route-ipv6-none",
	"endpoint-gateway-route-missing", "route-none",
}

func TestEachMissingPermissionLeadsToUnknownAndNowhereElse(t *testing.T) {
	for _, name := range waysThroughTheTree {
		t.Run(name, func(t *testing.T) {
			full, _ := walkWorld(t, name)
			for _, action := range steps.Policy() {
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
