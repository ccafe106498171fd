package vpc_test

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fargate-doctor/aws/vpc"
)

// blocks, ports and groups that rules and flows of drawn networks speak of; few, so that they often meet.
var (
	drawnBlocks  = []string{"0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24", "10.0.2.0/24", "10.0.2.30/32", "10.0.0.0/16", "10.2.0.0/16", "8.0.0.0/8", "8.8.8.8/32", "128.0.0.0/1", "::/0"}
	drawnTraffic = []string{"-1", "tcp 443", "tcp 5432", "tcp 1024-65535", "tcp 32768-60999", "tcp 40000-50000", "tcp 0-65535", "udp 53"}
	drawnGroups  = []string{"sg-app", "sg-endpoint", "sg-data", "sg-peer", "sg-tools"}
)

// drawNetwork draws a campus with other ACLs, groups and routes.
func drawNetwork(t *rapid.T) vpc.Network {
	n := campus()
	for i := range n.ACLs {
		if rapid.IntRange(0, 2).Draw(t, "keep ACL") > 0 {
			continue
		}
		n.ACLs[i].Entries = nil
		for number := range rapid.IntRange(0, 6).Draw(t, "entries") {
			for _, way := range []string{"in", "out"} {
				e := allow(number*10+10, way, rapid.SampledFrom(drawnTraffic).Draw(t, "traffic"), rapid.SampledFrom(drawnBlocks).Draw(t, "block"))
				e.Allow = rapid.Bool().Draw(t, "allow")
				n.ACLs[i].Entries = append(n.ACLs[i].Entries, e)
			}
		}
	}
	for i := range n.SecurityGroups {
		g := &n.SecurityGroups[i]
		if rapid.Bool().Draw(t, "keep group") {
			continue
		}
		g.Ingress, g.Egress = drawPermissions(t), drawPermissions(t)
	}
	for i := range n.RouteTables {
		r := &n.RouteTables[i]
		if rapid.IntRange(0, 3).Draw(t, "drop a route") == 0 && len(r.Routes) > 1 {
			r.Routes = slices.Delete(slices.Clone(r.Routes), 1, 2)
		}
	}
	if rapid.IntRange(0, 4).Draw(t, "NAT") == 0 {
		n.NATGateways[0].State = "failed"
	}
	return n
}

func drawPermissions(t *rapid.T) []vpc.Permission {
	var out []vpc.Permission
	for range rapid.IntRange(0, 4).Draw(t, "permissions") {
		peer := rapid.SampledFrom(append(slices.Clone(drawnBlocks), drawnGroups...)).Draw(t, "peer")
		out = append(out, permit(rapid.SampledFrom(drawnTraffic).Draw(t, "traffic"), peer))
	}
	return out
}

func drawFlow(t *rapid.T) vpc.Flow {
	from := rapid.SampledFrom([]string{"eni-task", "eni-web", "eni-bare", "eni-tools"}).Draw(t, "from")
	if rapid.IntRange(0, 3).Draw(t, "any") == 0 {
		return toInternet(from)
	}
	dst := rapid.SampledFrom([]string{"8.8.8.8", "10.0.2.20", "10.0.2.30", "10.2.1.10", "10.3.3.10", "198.51.100.10", "10.0.1.10"}).Draw(t, "to")
	return flow(from, dst, rapid.SampledFrom([]uint16{443, 5432}).Draw(t, "port"))
}

func verdict(n vpc.Network, f vpc.Flow) vpc.Verdict { return vpc.Compile(n).Trace(f).Verdict }

// The order in which rules are listed means nothing.
func TestShuffledRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, f := drawNetwork(t), drawFlow(t)
		before := verdict(n, f)
		for i := range n.ACLs {
			n.ACLs[i].Entries = rapid.Permutation(n.ACLs[i].Entries).Draw(t, "entries")
		}
		for i := range n.SecurityGroups {
			n.SecurityGroups[i].Ingress = rapid.Permutation(n.SecurityGroups[i].Ingress).Draw(t, "ingress")
			n.SecurityGroups[i].Egress = rapid.Permutation(n.SecurityGroups[i].Egress).Draw(t, "egress")
		}
		for i := range n.RouteTables {
			n.RouteTables[i].Routes = rapid.Permutation(n.RouteTables[i].Routes).Draw(t, "routes")
		}
		if after := verdict(n, f); after != before {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

// A further permission never blocks.
func TestPermissionNeverBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, f := drawNetwork(t), drawFlow(t)
		before := verdict(n, f)
		g := group(&n, rapid.SampledFrom(drawnGroups).Draw(t, "group"))
		g.Ingress, g.Egress = append(slices.Clone(g.Ingress), drawPermissions(t)...), append(slices.Clone(g.Egress), drawPermissions(t)...)
		if after := verdict(n, f); before == vpc.Reachable && after != vpc.Reachable || before == vpc.Unknown && after == vpc.Blocked {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

// A further deny never lets through.
func TestDenyNeverUnblocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, f := drawNetwork(t), drawFlow(t)
		before := verdict(n, f)
		a := &n.ACLs[rapid.IntRange(0, len(n.ACLs)-1).Draw(t, "ACL")]
		way := rapid.SampledFrom([]string{"in", "out"}).Draw(t, "way")
		e := deny(1, way, rapid.SampledFrom(drawnTraffic).Draw(t, "traffic"), rapid.SampledFrom(drawnBlocks).Draw(t, "block"))
		a.Entries = append([]vpc.ACLEntry{e}, a.Entries...)
		if after := verdict(n, f); before == vpc.Blocked && after != vpc.Blocked || before == vpc.Unknown && after == vpc.Reachable {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

// What a check offers as its mend makes that very check pass.
func TestMendHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, f := drawNetwork(t), drawFlow(t)
		for _, c := range vpc.Compile(n).Trace(f).Causes() {
			for _, change := range c.Mend {
				for _, again := range vpc.Compile(change.Apply(n)).Trace(f).Causes() {
					same := again.Test == c.Test && again.Code == c.Code && again.Subject == c.Subject && again.Detail == c.Detail && again.Backward == c.Backward
					if same && again.Witness == c.Witness {
						t.Fatalf("%s does not change %s: %s", change.Command(""), c.Code, c.Detail)
					}
				}
			}
		}
	})
}

// A block and its two halves mean the same.
func TestHalvedBlocks(t *testing.T) {
	halves := func(p netip.Prefix) []netip.Prefix {
		if p.Bits() == p.Addr().BitLen() {
			return []netip.Prefix{p}
		}
		low := netip.PrefixFrom(p.Addr(), p.Bits()+1)
		b := p.Addr().AsSlice()
		b[p.Bits()/8] |= 0x80 >> (p.Bits() % 8)
		high, _ := netip.AddrFromSlice(b)
		return []netip.Prefix{low, netip.PrefixFrom(high, p.Bits()+1)}
	}
	rapid.Check(t, func(t *rapid.T) {
		n, f := drawNetwork(t), drawFlow(t)
		before := verdict(n, f)
		for i := range n.SecurityGroups {
			for _, list := range [][]vpc.Permission{n.SecurityGroups[i].Ingress, n.SecurityGroups[i].Egress} {
				for j := range list {
					var split []netip.Prefix
					for _, p := range list[j].Prefixes {
						split = append(split, halves(p)...)
					}
					list[j].Prefixes = split
				}
			}
		}
		for i := range n.ACLs {
			var split []vpc.ACLEntry
			for _, e := range n.ACLs[i].Entries {
				for k, p := range halves(e.Prefix) {
					half := e
					half.Prefix, half.Number = p, e.Number*2+k
					split = append(split, half)
				}
			}
			n.ACLs[i].Entries = split
		}
		for i := range n.RouteTables {
			var split []vpc.Route
			for _, r := range n.RouteTables[i].Routes {
				for _, p := range halves(r.Prefix) {
					half := r
					half.Prefix = p
					split = append(split, half)
				}
			}
			n.RouteTables[i].Routes = split
		}
		if after := verdict(n, f); after != before {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

// Reading less only makes answers unknown: nothing that is not known looks fine, or broken.
func TestGapsOnlyHide(t *testing.T) {
	hide := map[vpc.Kind]func(*vpc.Network){
		vpc.KindSubnet:            func(n *vpc.Network) { n.Subnets = nil },
		vpc.KindRouteTable:        func(n *vpc.Network) { n.RouteTables = nil },
		vpc.KindACL:               func(n *vpc.Network) { n.ACLs = nil },
		vpc.KindSecurityGroup:     func(n *vpc.Network) { n.SecurityGroups = nil },
		vpc.KindInterface:         func(n *vpc.Network) { n.Interfaces = nil },
		vpc.KindInternetGateway:   func(n *vpc.Network) { n.InternetGateways = nil },
		vpc.KindNATGateway:        func(n *vpc.Network) { n.NATGateways = nil },
		vpc.KindEndpoint:          func(n *vpc.Network) { n.Endpoints = nil },
		vpc.KindPeering:           func(n *vpc.Network) { n.Peerings = nil },
		vpc.KindTransitAttachment: func(n *vpc.Network) { n.TransitAttachments = nil },
		vpc.KindTransitRouteTable: func(n *vpc.Network) { n.TransitRouteTables = nil },
	}
	var kinds []vpc.Kind
	for k := range hide {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	rapid.Check(t, func(t *rapid.T) {
		n, f := drawNetwork(t), drawFlow(t)
		before := verdict(n, f)
		k := rapid.SampledFrom(kinds).Draw(t, "hidden")
		hide[k](&n)
		n.Gaps = append(n.Gaps, vpc.Gap{Kind: k, Missing: "ec2:Something"})
		after := vpc.Compile(n).Trace(f)
		if after.Verdict != vpc.Unknown && after.Verdict != before {
			t.Fatalf("without %s, %v became %v", k, before, after.Verdict)
		}
		if after.Verdict == vpc.Unknown && before != vpc.Unknown && len(after.Undecided()) == 0 {
			t.Fatalf("without %s, nothing says why it is unknown", k)
		}
	})
}

// Every verdict follows from the checks.
func TestVerdictFollowsFromChecks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, f := drawNetwork(t), drawFlow(t)
		tr := vpc.Compile(n).Trace(f)
		failed, open := false, false
		for _, c := range tr.Checks {
			failed = failed || c.Result == vpc.Failed
			open = open || c.Result == vpc.NotDecided || c.Result == vpc.Partly
			if (c.Result == vpc.Failed || c.Result == vpc.Partly) && c.Code == "" {
				t.Fatalf("a failed check without a cause: %+v", c)
			}
			if c.Hop >= len(tr.Hops) {
				t.Fatalf("hop %d of %d", c.Hop, len(tr.Hops))
			}
		}
		want := vpc.Reachable
		if failed {
			want = vpc.Blocked
		} else if open {
			want = vpc.Unknown
		}
		if tr.Verdict != want {
			t.Fatalf("verdict %v, checks say %v", tr.Verdict, want)
		}
	})
}
