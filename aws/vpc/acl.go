package vpc

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
)

// aclRules is a network ACL with its entries in the order in which they are tried.
// https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
type aclRules struct {
	*NetworkACL
	ingress, egress []aclRule
}

type aclRule struct {
	*ACLEntry
	span span   // of its prefix
	text string // as a person reads it
}

func compileACL(a *NetworkACL) *aclRules {
	c := &aclRules{NetworkACL: a}
	for i := range a.Entries {
		e := aclRule{&a.Entries[i], spanOf(a.Entries[i].Prefix), a.Entries[i].describe()}
		if e.Egress {
			c.egress = append(c.egress, e)
		} else {
			c.ingress = append(c.ingress, e)
		}
	}
	byNumber := func(x, y aclRule) int { return cmp.Compare(x.Number, y.Number) }
	slices.SortStableFunc(c.ingress, byNumber)
	slices.SortStableFunc(c.egress, byNumber)
	return c
}

// A crossing is traffic at the border of a subnet, as its ACL sees it.
type crossing struct {
	egress   bool
	peer     spans // the address outside: the destination of what leaves, the source of what enters
	protocol int
	ports    PortRange // destination ports
	icmpType int
}

// A ruling is what an ACL decided about a crossing.
type ruling struct {
	result  Result
	entry   *aclRule   // the entry that decided; of the denied part when Partly; nil when no entry matched
	witness netip.Addr // an address that is denied, when Partly
	denied  PortRange  // ports that are denied, when Partly
}

// A patch is a rectangle of addresses and ports that no entry has decided yet.
type patch struct {
	span
	ports PortRange
}

// judge tries the entries in order; the first that matches decides, separately for every address and port.
func (a *aclRules) judge(c crossing) ruling {
	entries := a.ingress
	if c.egress {
		entries = a.egress
	}
	var one [1]patch
	open := one[:0]
	if len(c.peer) > 1 {
		open = make([]patch, 0, len(c.peer))
	}
	for _, s := range c.peer {
		open = append(open, patch{s, c.ports})
	}
	var allow, deny *aclRule
	var witness netip.Addr
	var denied PortRange
	for i := range entries {
		e := &entries[i]
		if len(open) == 0 {
			break
		}
		ports, matches := e.matches(c)
		if !matches || len(open) == 1 && !open[0].meets(e.span, ports) {
			continue
		}
		at := slices.IndexFunc(open, func(p patch) bool { return p.meets(e.span, ports) })
		if at < 0 {
			continue
		}
		if e.Allow {
			allow = cmp.Or(allow, e)
		} else if deny == nil {
			in := open[at].within(e.span, ports)
			deny, witness, denied = e, in.from, in.ports
		}
		if len(open) == 1 && open[0].within(e.span, ports) == open[0] {
			open = nil
			break
		}
		rest := make([]patch, 0, len(open)+3)
		for _, p := range open {
			rest = p.cut(rest, e.span, ports)
		}
		open = rest
	}
	switch {
	case len(open) == 0 && deny == nil:
		return ruling{result: Passed, entry: allow}
	case allow == nil:
		return ruling{result: Failed, entry: deny}
	case deny == nil:
		return ruling{result: Partly, witness: open[0].from, denied: open[0].ports}
	}
	return ruling{result: Partly, entry: deny, witness: witness, denied: denied}
}

// matches reports whether the entry speaks of the protocol, and for which ports.
func (e *ACLEntry) matches(c crossing) (PortRange, bool) {
	all := PortRange{0, 65535}
	if e.Protocol == AnyProtocol {
		return all, true
	}
	if e.Protocol != c.protocol {
		return PortRange{}, false
	}
	switch c.protocol {
	case TCP, UDP:
		if e.Ports != (PortRange{}) {
			return e.Ports, true
		}
	case ICMP, ICMPv6:
		return all, e.ICMPType == -1 || e.ICMPType == c.icmpType
	}
	return all, true
}

// meets reports whether the addresses and ports hit the patch.
func (p patch) meets(q span, ports PortRange) bool {
	return p.ports.From <= ports.To && ports.From <= p.ports.To && p.span.overlaps(q)
}

// within returns the part of the patch that the addresses and ports, which meet it, cover.
func (p patch) within(q span, ports PortRange) patch {
	return patch{span{later(p.from, q.from), earlier(p.to, q.to)}, PortRange{max(p.ports.From, ports.From), min(p.ports.To, ports.To)}}
}

// cut appends to rest what the addresses and ports do not cover of the patch.
func (p patch) cut(rest []patch, q span, ports PortRange) []patch {
	if !p.meets(q, ports) {
		return append(rest, p)
	}
	if p.from.Less(q.from) {
		rest = append(rest, patch{span{p.from, q.from.Prev()}, p.ports})
	}
	if q.to.Less(p.to) {
		rest = append(rest, patch{span{q.to.Next(), p.to}, p.ports})
	}
	in := p.within(q, ports)
	if p.ports.From < ports.From {
		rest = append(rest, patch{in.span, PortRange{p.ports.From, ports.From - 1}})
	}
	if ports.To < p.ports.To {
		rest = append(rest, patch{in.span, PortRange{ports.To + 1, p.ports.To}})
	}
	return rest
}

// describe tells the ruling in one line: "outbound rule 100 allows tcp 443 to 0.0.0.0/0".
func (r ruling) describe(c crossing) string {
	if r.entry != nil {
		return r.entry.text
	}
	way, side := "inbound", " from "
	if c.egress {
		way, side = "outbound", " to "
	}
	if r.result == Partly {
		return "no " + way + " rule matches " + traffic(c.protocol, r.denied) + side + r.witness.String()
	}
	return "no " + way + " rule matches " + traffic(c.protocol, c.ports) + side + c.peer.String()
}

func (e *ACLEntry) describe() string {
	way, verb, side := "inbound", " denies ", " from "
	if e.Egress {
		way, side = "outbound", " to "
	}
	if e.Allow {
		verb = " allows "
	}
	return way + " rule " + e.number() + verb + traffic(e.Protocol, e.Ports) + side + e.Prefix.String()
}

func (e *ACLEntry) number() string {
	if e.Number >= 32767 {
		return "*"
	}
	return strconv.Itoa(e.Number)
}

// protocolNames are the names that AWS takes and prints for protocol numbers.
var protocolNames = map[int]string{AnyProtocol: "all", ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPv6: "icmpv6"}

func protocolName(p int) string {
	if n, ok := protocolNames[p]; ok {
		return n
	}
	return strconv.Itoa(p)
}

// traffic names a protocol with its ports: "tcp 443", "udp 1024–65535", "all traffic".
func traffic(protocol int, ports PortRange) string {
	if protocol == AnyProtocol {
		return "all traffic"
	}
	name := protocolName(protocol)
	if protocol != TCP && protocol != UDP {
		return name
	}
	switch {
	case ports == PortRange{} || ports == PortRange{0, 65535}:
		return "all " + name
	case ports.From == ports.To:
		return name + " " + strconv.Itoa(int(ports.From))
	}
	return name + " " + strconv.Itoa(int(ports.From)) + "–" + strconv.Itoa(int(ports.To))
}
