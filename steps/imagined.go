package steps

import (
	"context"
	"net/netip"
	"strings"

	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps/probe"
)

// Container returns what stands for a container of the case's task where there is none: in a demo world. It sees what the
// configuration says that it would see. Nothing is read that a walk of the case does not read.
func (e *Engine) Container(ctx context.Context, c Case) (probe.Runner, error) {
	if c.Region == "" {
		c.Region = e.Region
	}
	c = Understand(c)
	c.Probes = nil
	f := factsOf(c)
	e.facts.load(ctx, fetchedBehind(path), e.source(c.Region), f, func(_ arrival, now Facts) { f = now })
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := path.Try(f)
	if err != nil {
		return nil, err
	}
	return probe.Imagine(worldOf(f, p)), nil
}

// somePublic stands for the addresses of a public name, which no configuration tells: one of the block that is kept for documents.
var somePublic = netip.MustParseAddr("203.0.113.25")

func worldOf(f Facts, p paths) probe.World {
	t, n := target.Of(f), network.Of(f)
	w := probe.World{Servers: []netip.Addr{netip.MustParseAddr("169.254.169.253")}, Proxies: map[string]string{}}
	if p.resolution.Resolver.IsValid() {
		w.Servers = []netip.Addr{p.resolution.Resolver}
	}
	own, direct := p.resolution, p.main
	s, _ := proxy.Try(f)
	if p.proxied {
		own, direct = p.wanted, p.direct
		w.Proxies[s.variable], w.NoProxy = s.url[strings.LastIndexByte(s.url, '@')+1:], s.noProxy
	}
	lost := false // what is asked of the DNS server
	for _, trace := range p.lookups {
		lost = lost || trace.Verdict == vpc.Blocked
	}
	w.Lookup = func(host string) ([]netip.Addr, probe.Verdict) {
		r := own
		if host != t.Host {
			r = p.resolution
		}
		addresses := n.addressesOf(r.To)
		switch {
		case lost, lookupFailure(r) == "dns.support-disabled":
			return nil, probe.Timeout
		case r.Path == vpc.PathNowhere:
			return nil, probe.Unresolved
		case len(addresses) > 0:
			return addresses, probe.OK
		}
		return []netip.Addr{somePublic}, probe.OK
	}
	wrong := judgePort(f).Verdict == Fail
	w.Connect = func(host string, port uint16) probe.Verdict {
		trace := direct
		if p.proxied && host == s.host && port == s.port {
			trace = p.main
		} else if wrong {
			return probe.Timeout
		}
		if a, err := netip.ParseAddr(host); err == nil && trace.Verdict == vpc.Unknown && len(here.Of(f).subnets) > 0 {
			trace = n.Trace(vpc.Flow{From: sourceOf(f, here.Of(f).subnets[0]), To: n.DestinationOf(a), Protocol: vpc.TCP, Port: port})
		}
		if trace.Verdict == vpc.Blocked {
			return probe.Timeout // AWS drops, and says nothing
		}
		return probe.Reached // also where it can't be told: a demo has to show something
	}
	w.Proxied = func(string, uint16) bool { return p.onward.Verdict != vpc.Blocked }
	w.Call = func(string, string) string { return f.c.Error }
	return w
}
