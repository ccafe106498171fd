package live_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/live"
	"fargate-doctor/aws/live/livetest"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
)

func openLocal(t *testing.T, url string) *live.Account {
	t.Helper()
	livetest.Environment(t, url, livetest.Region)
	a, err := live.Open(t.Context(), live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A world built on the local API server reads back as what was built.
func TestReadsAWorld(t *testing.T) {
	url := livetest.StartServer(t)
	w := livetest.BuildWorld(t, url, livetest.Knobs{})
	a := openLocal(t, url)

	task, err := read.Task(t.Context(), a, w.Cluster, w.Task)
	if err != nil {
		t.Fatal(err)
	}
	if task.ARN != w.Task || task.ServiceName() != w.Service || !task.Running() || task.TaskDefinition != w.TaskDefinition || task.Attachment.Interface != w.Interface || task.Attachment.Subnet != w.PrivateSubnet {
		t.Errorf("the task reads as %+v", task)
	}
	n := read.VPC(t.Context(), a, w.Region, w.VPC)
	for what, found := range map[string]bool{
		w.PrivateSubnet: holds(n.Subnets, func(s vpc.Subnet) bool { return s.ID == w.PrivateSubnet }),
		w.PublicSubnet:  holds(n.Subnets, func(s vpc.Subnet) bool { return s.ID == w.PublicSubnet }),
		w.PrivateTable:  holds(n.RouteTables, func(r vpc.RouteTable) bool { return r.ID == w.PrivateTable }),
		w.PrivateACL:    holds(n.ACLs, func(a vpc.NetworkACL) bool { return a.ID == w.PrivateACL }),
		w.TaskGroup:     holds(n.SecurityGroups, func(g vpc.SecurityGroup) bool { return g.ID == w.TaskGroup }),
		w.Endpoint:      holds(n.Endpoints, func(e vpc.Endpoint) bool { return e.ID == w.Endpoint && e.PrivateDNS }),
		w.Interface:     holds(n.Interfaces, func(i vpc.NetworkInterface) bool { return i.ID == w.Interface }),
	} {
		if !found {
			t.Errorf("%s is not in the network", what)
		}
	}
}

func holds[T any](list []T, is func(T) bool) bool {
	for _, v := range list {
		if is(v) {
			return true
		}
	}
	return false
}

// What the local server does not implement is an error, never an empty answer.
func TestServerLacksOperations(t *testing.T) {
	a := openLocal(t, livetest.StartServer(t))
	for name, in := range map[string]aws.Input{
		"route53resolver:ListFirewallRuleGroupAssociations": {"VpcId": "vpc-1"},
		"route53resolver:ListFirewallRules":                 {"FirewallRuleGroupId": "rslvr-frg-1"},
		"route53resolver:ListFirewallDomains":               {"FirewallDomainListId": "rslvr-fdl-1"},
		"route53resolver:GetFirewallConfig":                 {"ResourceId": "vpc-1"},
	} {
		service, operation, _ := strings.Cut(name, ":")
		_, err := aws.ReadAll(t.Context(), a, aws.Query{Service: service, Operation: operation, Input: in})
		if aws.KindOf(err) != aws.Unsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A page of something in front of the server is no word on what the server offers: DNS stays unknown, and is not taken for
// free of rules.
func TestPageBeforeTheServerLeavesGaps(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	a := openLocal(t, url)
	for _, status := range []int{200, 403, 500, 501} {
		faults.Set(t, 0, livetest.Rule{Match: "route53*", Fault: "http", Status: status, Body: "<html><body>proxy error</body></html>"})
		n := read.Resolver(t.Context(), a, livetest.Region, "vpc-1", "sns.eu-central-1.amazonaws.com")
		for _, kind := range []vpc.Kind{vpc.KindResolverRule, vpc.KindDNSFirewall, vpc.KindPrivateZone} {
			if !holds(n.Gaps, func(g vpc.Gap) bool { return g.Kind == kind }) {
				t.Errorf("HTTP %d: no gap for %v among %+v", status, kind, n.Gaps)
			}
		}
	}
}

// Each fault of the proxy is an error of its kind in each protocol, and goes when the fault goes.
func TestFaults(t *testing.T) {
	upstream := livetest.StartServer(t)
	url, faults := livetest.StartFaultProxy(t, upstream)
	a := openLocal(t, url)
	queries := []aws.Query{
		{Service: "sts", Operation: "GetCallerIdentity"},
		{Service: "ecs", Operation: "ListClusters"},
		{Service: "ec2", Operation: "DescribeVpcs"},
		{Service: "route53resolver", Operation: "ListResolverRules"},
		{Service: "route53", Operation: "ListHostedZonesByVPC", Input: aws.Input{"VPCId": "vpc-1", "VPCRegion": livetest.Region}},
	}
	for _, test := range []struct {
		rule livetest.Rule
		want aws.Kind
	}{
		{livetest.Rule{Fault: "access_denied"}, aws.Denied},
		{livetest.Rule{Fault: "expired_token"}, aws.Credentials},
		{livetest.Rule{Fault: "bad_token"}, aws.Credentials},
		{livetest.Rule{Fault: "not_found"}, aws.NotFound},
		{livetest.Rule{Fault: "garbage"}, aws.Malformed},
		{livetest.Rule{Fault: "http", Status: 200}, aws.Malformed},
		{livetest.Rule{Fault: "http", Status: 403, Body: "<html>Forbidden</html>"}, aws.Malformed},
		{livetest.Rule{Fault: "reset"}, aws.Unreachable},
		{livetest.Rule{Fault: "truncate"}, aws.Unreachable},
	} {
		test.rule.Match = "*"
		faults.Set(t, 0, test.rule)
		var wg sync.WaitGroup
		for _, q := range queries {
			wg.Go(func() {
				err := a.Read(t.Context(), q, func(p json.RawMessage) error {
					t.Errorf("%s: %s passed on %s", test.rule.Fault, q.Name(), p)
					return nil
				})
				if aws.KindOf(err) != test.want || test.want == aws.Denied && aws.Missing(err) != q.Action() {
					t.Errorf("%s: %v, want %v", test.rule.Fault, err, test.want)
				}
			})
		}
		wg.Wait()
	}
	for _, passing := range []string{"throttle", "429", "500", "503", "reset"} {
		faults.Set(t, 0, livetest.Rule{Match: "ec2:DescribeVpcs", Fault: passing, Times: 1})
		if _, err := aws.ReadAll(t.Context(), a, queries[2]); err != nil {
			t.Errorf("one %s: %v", passing, err)
		}
	}
}

// With a slow API the calls of one round wait together.
func TestRoundWaitsOnce(t *testing.T) {
	upstream := livetest.StartServer(t)
	w := livetest.BuildWorld(t, upstream, livetest.Knobs{})
	url, faults := livetest.StartFaultProxy(t, upstream)
	a := openLocal(t, url)
	faults.Set(t, 80*time.Millisecond)
	faults.Reset(t)
	started := time.Now()
	n := read.VPC(t.Context(), a, w.Region, w.VPC)
	took := time.Since(started)
	s := faults.Stats(t)
	t.Logf("%d calls, %d at the same time, %d connections, %v", s.Total, s.MaxInFlight, s.Connections, took)
	if len(n.Subnets) != 2 {
		t.Errorf("the VPC has %d subnets, gaps %v", len(n.Subnets), n.Gaps)
	}
	if s.MaxInFlight < 10 {
		t.Errorf("only %d calls were in flight together", s.MaxInFlight)
	}
}
