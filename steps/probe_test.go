package steps_test

import (
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/demo/demotest"
	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
)

// probed walks a world, probes it from its imagined container, and walks again with what was seen.
func probed(t *testing.T, name string, change func(*probe.Round)) (before, after steps.Report) {
	t.Helper()
	reader, c := openWorld(t, name)
	engine := &steps.Engine{Reader: reader, Region: c.Region}
	before, err := engine.Walk(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	container, err := engine.Container(t.Context(), c)
	if err != nil {
		t.Skipf("%s: %v", name, err)
	}
	round, err := probe.Run(t.Context(), container, before.Target.Probe(c.Region))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&round)
	}
	c.Probes = &round
	after, err = engine.Walk(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(after.Calls) > 0 {
		t.Errorf("%s: the second walk made calls: %v", name, after.Calls)
	}
	return before, after
}

func TestTheContainerOfADemoWorldAgreesWithIt(t *testing.T) {
	for _, w := range demotest.Worlds() {
		t.Run(w.Name, func(t *testing.T) {
			before, after := probed(t, w.Name, nil)
			if len(after.Probes.Round.Results) == 0 && before.Target.Host != "" {
				t.Errorf("nothing was probed of %+v", before.Target)
			}
			for _, c := range after.Probes.Comparisons {
				if c.Agreement == steps.Differs {
					t.Errorf("%s: predicted %s, seen %s", c.Probe, c.Predicted, c.Observed)
				}
			}
			for _, r := range after.Probes.Round.Results {
				t.Logf("%-10s %-8s %-60s %s %s", r.Probe, r.Tool, r.Target, r.Verdict, r.Evidence)
			}
			t.Logf("%s %v → %s %v", before.Verdict, codes(before), after.Verdict, codes(after))
			if before.Verdict == steps.Inconclusive { // what could not be read may be seen
				return
			}
			for i, step := range before.Steps { // a fix is as proven as it was
				for j, fix := range step.Fixes {
					if i < len(after.Steps) && (j >= len(after.Steps[i].Fixes) || after.Steps[i].Fixes[j].Proven != fix.Proven) {
						t.Errorf("%s: %s is no longer proven as before", step.ID, fix.Title)
					}
				}
			}
			if got, want := codes(after), codes(before); after.Verdict != before.Verdict || len(got) != len(want) || len(got) > 0 && got[0] != want[0] {
				t.Errorf("causes %v became %v", want, got)
			}
		})
	}
}

// see replaces what probes of some kinds saw, in every result.
func see(verdicts map[probe.Kind]probe.Result) func(*probe.Round) {
	return func(r *probe.Round) {
		for i := range r.Results {
			if one, ok := verdicts[r.Results[i].Probe]; ok {
				r.Results[i].Verdict, r.Results[i].Addresses, r.Results[i].Evidence, r.Results[i].Class = one.Verdict, one.Addresses, one.Evidence, one.Class
			}
		}
	}
}

func TestDifferencesAreFindingsOfTheirOwn(t *testing.T) {
	public := probe.Result{Verdict: probe.OK, Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.77")}, Evidence: "203.0.113.77"}
	private := probe.Result{Verdict: probe.OK, Addresses: []netip.Addr{netip.MustParseAddr("10.1.2.3")}, Evidence: "10.1.2.3"}
	timeout, refused, reached := probe.Result{Verdict: probe.Timeout}, probe.Result{Verdict: probe.Refused}, probe.Result{Verdict: probe.Reached}
	for _, c := range []struct {
		what, world string
		see         map[probe.Kind]probe.Result
		cause       string
		verdict     steps.Overall
		step        steps.Verdict
	}{
		{"an endpoint's name leads to public addresses, which do not answer", "healthy-endpoint", map[probe.Kind]probe.Result{probe.Name: public, probe.Connect: timeout}, "probe.disagrees-name", steps.BlockedPath, steps.Fail},
		{"the same, and they answer", "healthy-endpoint", map[probe.Kind]probe.Result{probe.Name: public, probe.Connect: reached}, "", steps.OK, steps.Warn},
		{"a public name leads to private addresses, which do not answer", "healthy-nat", map[probe.Kind]probe.Result{probe.Name: private, probe.Connect: timeout}, "probe.disagrees-name", steps.BlockedPath, steps.Fail},
		{"a name that should resolve does not", "healthy-nat", map[probe.Kind]probe.Result{probe.Name: {Verdict: probe.Unresolved}, probe.Connect: {}}, "probe.disagrees-name", steps.BlockedPath, steps.Fail},
		{"a name that should not resolve does", "dns-name-not-found", map[probe.Kind]probe.Result{probe.Name: private}, "probe.disagrees-name", steps.Inconclusive, steps.Unknown},
		{"an open way gives no answer", "healthy-nat", map[probe.Kind]probe.Result{probe.Connect: timeout}, "probe.disagrees-path", steps.BlockedPath, steps.Fail},
		{"a blocked way answers", "sg-egress-denied", map[probe.Kind]probe.Result{probe.Connect: reached}, "probe.disagrees-path", steps.Inconclusive, steps.Unknown},
		{"a way that can't be read gives no answer", "denied-route-tables", map[probe.Kind]probe.Result{probe.Connect: timeout}, "", steps.Inconclusive, steps.Warn},
		{"a way that can't be read is open", "denied-route-tables", map[probe.Kind]probe.Result{probe.Connect: reached}, "", steps.Inconclusive, steps.Pass},
		{"nothing listens", "healthy-nat", map[probe.Kind]probe.Result{probe.Connect: refused}, "probe.port-closed", steps.BlockedPath, steps.Fail},
		{"TLS gets no answer", "healthy-nat", map[probe.Kind]probe.Result{probe.TLS: {Verdict: probe.TLSFailed, Class: "timeout"}}, "probe.tls-failed", steps.BlockedPath, steps.Fail},
		{"a certificate that the image does not trust", "healthy-nat", map[probe.Kind]probe.Result{probe.TLS: {Verdict: probe.TLSFailed, Evidence: "verify error:num=19:self-signed certificate"}}, "", steps.OK, steps.Warn},
		{"a refused call", "healthy-nat", map[probe.Kind]probe.Result{probe.Call: {Verdict: probe.Denied, Class: "auth_identity_policy"}}, "", steps.OK, steps.Warn},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, after := probed(t, c.world, see(c.see))
			got := ""
			if len(after.Causes) > 0 {
				got = after.Causes[0].Code
			}
			if step := stepOf(after, "probe.result"); got != c.cause || after.Verdict != c.verdict || step.Verdict != c.step {
				t.Errorf("%s, %v, step %s\n%s", after.Verdict, codes(after), step.Verdict, describe(after))
			}
		})
	}
}

// A DNS server of one's own is no longer a riddle once the container has asked it.
func TestALookupFromInsideDecidesWhatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ what, address, cause string }{
		{"public addresses, with an endpoint in the VPC and no way out", "203.0.113.77", "dns.custom-resolver"},
		{"the endpoint's own address", "", ""},
	} {
		_, after := probed(t, "dns-custom-resolver", func(r *probe.Round) {
			a := netip.MustParseAddr("203.0.113.77")
			if c.address == "" {
				a = endpointAddress(t, "dns-custom-resolver")
			}
			verdict := probe.Timeout
			if c.address == "" {
				verdict = probe.Reached
			}
			see(map[probe.Kind]probe.Result{probe.Name: {Verdict: probe.OK, Addresses: []netip.Addr{a}}, probe.Connect: {Verdict: verdict}})(r)
		})
		got := ""
		if len(after.Causes) > 0 {
			got = after.Causes[0].Code
		}
		if got != c.cause || stepOf(after, "dns.name").Verdict != steps.Pass || (after.Verdict == steps.OK) != (c.cause == "") {
			t.Errorf("%s: %s %v\n%s", c.what, after.Verdict, codes(after), describe(after))
		}
	}
}

// endpointAddress returns an address of an interface endpoint of a world.
func endpointAddress(t *testing.T, world string) netip.Addr {
	t.Helper()
	reader, c := openWorld(t, world)
	pages, err := aws.ReadAll(t.Context(), reader, aws.Query{Service: "ec2", Operation: "DescribeNetworkInterfaces"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		var answer struct {
			NetworkInterfaces []struct{ InterfaceType, PrivateIpAddress string }
		}
		if err := json.Unmarshal(p, &answer); err != nil {
			t.Fatal(err)
		}
		for _, i := range answer.NetworkInterfaces {
			if i.InterfaceType == "vpc_endpoint" {
				return netip.MustParseAddr(i.PrivateIpAddress)
			}
		}
	}
	t.Fatalf("%s has no endpoint, for %s", world, c.Target)
	return netip.Addr{}
}

// A probe that nobody understands changes nothing, whatever the world; nor does one of another target.
func TestProbesThatSayNothingChangeNothing(t *testing.T) {
	for _, w := range demo.Worlds() {
		for what, change := range map[string]func(*probe.Round){
			"unknown": func(r *probe.Round) {
				for i := range r.Results {
					r.Results[i].Verdict, r.Results[i].Addresses, r.Results[i].Class = probe.Unknown, nil, ""
				}
			},
			"of another target": func(r *probe.Round) { r.Target.Host = "example.com" },
		} {
			before, after := probed(t, w.Name, change)
			if before.Verdict != after.Verdict || !slices.Equal(codes(before), codes(after)) {
				t.Errorf("%s, %s: %s %v became %s %v", w.Name, what, before.Verdict, codes(before), after.Verdict, codes(after))
			}
		}
	}
}
