package vpc

import (
	"net/netip"
	"slices"
)

// maxParts bounds into how many parts the addresses of one destination are split by routes.
const maxParts = 256

// A part is a set of destination addresses that is walked as one.
type part struct {
	to       spans
	groups   []string // of the destination's interface, when only its endpoint is known and not the interface
	endpoint *Endpoint
}

// Trace says what happens to the flow. Every blocker is reported, not the first one only.
func (m *Model) Trace(f Flow) Trace {
	work, problem := m.parts(f)
	if problem != nil {
		return *problem
	}
	var traces []partTrace
	for n := 0; len(work) > 0; n++ {
		p := work[0]
		work = work[1:]
		w := m.walk(&f, p)
		if w.parts != nil && n+len(work) < maxParts {
			for _, s := range w.parts {
				if len(s) > 0 {
					work = append(work, part{s, p.groups, p.endpoint})
				}
			}
			continue
		}
		if w.elsewhere && len(traces)+len(work) > 0 {
			continue
		}
		t := w.finish()
		if len(traces) == 0 && len(work) == 0 {
			return t.Trace
		}
		t.to = p.to
		traces = append(traces, t)
	}
	return merge(traces)
}

// parts turns the destination into the sets of addresses to walk.
func (m *Model) parts(f Flow) ([]part, *Trace) {
	d := &f.To
	switch {
	case d.Any == AnyPublicIPv4:
		return []part{{to: publicIPv4}}, nil
	case d.Any == AnyPublicIPv6:
		return []part{{to: publicIPv6}}, nil
	case len(d.Interfaces) > 0:
		return m.interfaceParts(f, d.Interfaces)
	case d.Addresses != nil:
		var out []part
		for _, s := range byFamily(d.Addresses) {
			if len(s) > 0 {
				out = append(out, part{to: s, endpoint: m.endpoints[d.Endpoint]})
			}
		}
		if len(out) > 0 {
			return out, nil
		}
	case d.Endpoint != "":
		if e := m.endpoints[d.Endpoint]; e != nil && e.Type != GatewayEndpoint && (len(e.Interfaces) > 0 || len(e.Subnets) > 0) {
			return m.interfaceParts(f, e.Interfaces)
		}
	case d.PrefixList != "":
		if l := m.prefixLists[d.PrefixList]; l != nil {
			var four, six spans
			for _, p := range l.Prefixes {
				if s := spanOf(p); s.from.Is4() {
					four = append(four, s)
				} else if s.from.IsValid() {
					six = append(six, s)
				}
			}
			if len(four) > 0 {
				return []part{{to: four}}, nil
			}
			if len(six) > 0 {
				return []part{{to: six}}, nil
			}
		}
	}
	w := walk{m: m, flow: &f}
	at := w.hop(KindAddress, d.Name, "", "")
	c := Check{Test: TestInterface, Hop: at, Subject: Ref{Kind: KindAddress, ID: d.Name}, Detail: "the destination has no known address"}
	switch {
	case d.Endpoint != "" && m.endpoints[d.Endpoint] == nil:
		w.missing(&c, need{kind: KindEndpoint, id: d.Endpoint})
	case d.PrefixList != "" && m.prefixLists[d.PrefixList] == nil:
		w.missing(&c, need{kind: KindPrefixList, id: d.PrefixList})
	}
	w.check(c)
	t := w.finish().Trace
	return nil, &t
}

// interfaceParts gives one part for each interface. Where interfaces of an endpoint can't be read, the endpoint's subnets and
// groups stand for them: the address is then somewhere in the subnet.
func (m *Model) interfaceParts(f Flow, ids []string) ([]part, *Trace) {
	var out []part
	var unread []string
	e := m.endpoints[f.To.Endpoint]
	four := m.sourceHas(f.From, false)
	for _, id := range ids {
		n := m.interfaces[id]
		if n == nil {
			unread = append(unread, id)
			continue
		}
		a := netip.Addr{}
		if len(n.Addresses) > 0 && (four || len(n.IPv6) == 0) {
			a = n.Addresses[0].Private
		} else if len(n.IPv6) > 0 {
			a = n.IPv6[0]
		}
		if a.IsValid() {
			out = append(out, part{to: spans{{a, a}}, endpoint: e})
		}
	}
	if len(unread) == 0 && len(out) > 0 {
		return out, nil
	}
	if e != nil {
		for _, id := range e.Subnets {
			s := m.subnets[id]
			if s == nil || len(s.CIDRs) == 0 || slices.ContainsFunc(out, func(p part) bool { return p.to.within(s.CIDRs[0]) }) {
				continue
			}
			if p := spanOf(s.CIDRs[0]); p.from.IsValid() {
				out = append(out, part{to: spans{p}, groups: e.Groups, endpoint: e})
			}
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	w := walk{m: m, flow: &f}
	at := w.hop(KindInterface, firstOf(unread), "", "")
	c := Check{Test: TestInterface, Hop: at, Subject: Ref{Kind: KindInterface, ID: firstOf(unread)}}
	for _, id := range unread {
		w.missing(&c, need{kind: KindInterface, id: id, vpc: f.From.VPC})
	}
	w.check(c)
	t := w.finish().Trace
	return nil, &t
}

func firstOf(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// publicIPv4 and publicIPv6 are all public addresses; they are never written to.
var publicIPv4, publicIPv6 = public(false), public(true)

// A partTrace is the trace of one part of the destination's addresses.
type partTrace struct {
	Trace
	to spans
}

// merge joins the traces of the parts of one destination. Only what holds for every part is certain: when some parts are
// blocked and others are not, the blockers are Partly and name a witness.
func merge(parts []partTrace) Trace {
	if len(parts) == 0 {
		return Trace{}
	}
	blocked, reachable := 0, 0
	for _, p := range parts {
		switch p.Verdict {
		case Blocked:
			blocked++
		case Reachable:
			reachable++
		}
	}
	out := Trace{Verdict: Unknown}
	switch len(parts) {
	case blocked:
		out.Verdict = Blocked
	case reachable:
		out.Verdict = Reachable
	}
	for _, p := range parts {
		hops := make([]int, len(p.Hops))
		for i, h := range p.Hops {
			j := slices.IndexFunc(out.Hops, func(o Hop) bool { return o.Ref == h.Ref && o.Detail == h.Detail && o.Backward == h.Backward })
			if j < 0 {
				j = len(out.Hops)
				out.Hops = append(out.Hops, h)
			}
			out.Hops[j].Blocked = out.Hops[j].Blocked || h.Blocked
			out.Hops[j].Unknown = out.Hops[j].Unknown || h.Unknown
			hops[i] = j
		}
		for _, c := range p.Checks {
			if c.Hop < len(hops) {
				c.Hop = hops[c.Hop]
			}
			if c.Result == Failed && out.Verdict != Blocked {
				c.Result, c.Witness = Partly, p.to.first()
				if c.Code == codeGroupEgress {
					c.Code = codeGroupEgressPartial
				}
			}
			same := func(o Check) bool {
				return o.Test == c.Test && o.Result == c.Result && o.Code == c.Code && o.Subject == c.Subject && o.Detail == c.Detail && o.Backward == c.Backward
			}
			if !slices.ContainsFunc(out.Checks, same) {
				out.Checks = append(out.Checks, c)
			}
		}
		for _, n := range p.Needs {
			if !slices.Contains(out.Needs, n) {
				out.Needs = append(out.Needs, n)
			}
		}
	}
	slices.SortStableFunc(out.Checks, func(a, b Check) int { return direction(a) - direction(b) })
	return out
}

func direction(c Check) int {
	if c.Backward {
		return 1
	}
	return 0
}
