package steps

import (
	"encoding/json"
	"slices"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"

	"context"
)

// loadWorld reads all facts of a demo world.
func loadWorld(t testing.TB, name string, wrap func(aws.Reader) aws.Reader) Facts {
	t.Helper()
	reader, w, err := demo.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if wrap != nil {
		reader = wrap(reader)
	}
	f := factsOf(Understand(Case{
		Region: w.Region, Cluster: w.Cluster, Task: w.Task, Service: w.Service, Symptom: Symptom(w.Symptom), Target: w.Target, Action: w.Action, Resource: w.Resource, Error: w.Error,
	}))
	var s store
	s.load(t.Context(), wantedFacts(tree), source{Reader: aws.NewMemo(reader), region: w.Region, now: w.Captured}, f, func(_ arrival, now Facts) { f = now })
	return f
}

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

// encrypting has every cluster encrypt its sessions with a key.
type encrypting struct{ aws.Reader }

func (e encrypting) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if q.Operation != "DescribeClusters" {
		return e.Reader.Read(ctx, q, page)
	}
	return page(json.RawMessage(`{"clusters":[{"clusterArn":"arn:aws:ecs:eu-central-1:111122223333:cluster/shop","clusterName":"shop","status":"ACTIVE","configuration":{"executeCommandConfiguration":{"kmsKeyId":"6f1c2d3e-8a4b-4c5d-9e0f-7a1b2c3d4e5f"}}}]}`))
}

// Undeclared use panics in every walk, so what is left to show is that nothing is declared in vain: over all worlds every step
// uses every fact that it declares.
func TestStepsUseTheFactsThatTheyDeclare(t *testing.T) {
	if testing.Short() {
		t.Skip("all worlds are walked without -short")
	}
	used := map[string]map[string]bool{}
	for _, s := range tree {
		used[s.ID] = map[string]bool{}
	}
	record := func(f Facts) {
		for _, s := range tree {
			if slices.ContainsFunc(s.Needs, func(k known) bool { return f.lacks(k) != nil }) {
				continue
			}
			within := f.within(s)
			within.used = func(name string) { used[s.ID][name] = true }
			s.Eval(within)
		}
	}
	for _, w := range demo.Worlds() {
		record(loadWorld(t, w.Name, nil))
	}
	f := loadWorld(t, "route-igw-without-public-ip", func(r aws.Reader) aws.Reader { return denying{r, []string{"ec2:DescribeRouteTables"}} })
	f.c.Answers = map[string]string{"route.subnet": "public"}
	record(f)
	record(loadWorld(t, "route-igw-without-public-ip", func(r aws.Reader) aws.Reader { return encrypting{r} }))
	for _, s := range tree {
		for _, k := range slices.Concat(s.Needs, s.Wants) {
			if !used[s.ID][k.name()] {
				t.Errorf("%s declares %q and never uses it", s.ID, k.name())
			}
		}
	}
}

func TestUndeclaredUsePanics(t *testing.T) {
	f := factsOf(Case{Target: "sns", Region: "eu-central-1"})
	s := Step{ID: "test", Eval: func(f Facts) Finding { target.Of(f); return Finding{} }}
	defer func() {
		if recover() == nil {
			t.Error("a step used a fact that it does not declare, and nothing happened")
		}
	}()
	s.judge(f)
}
