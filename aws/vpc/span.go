package vpc

import (
	"net/netip"
	"slices"

	"go4.org/netipx"
)

// A span is an inclusive range of addresses of one family. Paths are walked for whole spans, so that "any public address"
// and one address are the same question.
type span struct{ from, to netip.Addr }

// spans is a set of addresses as sorted spans that do not overlap.
type spans []span

func spanOf(p netip.Prefix) span {
	p = p.Masked()
	if !p.IsValid() {
		return span{}
	}
	return span{p.Addr(), netipx.PrefixLastIP(p)}
}

// single returns the only address of s, if it has exactly one.
func (s spans) single() (netip.Addr, bool) {
	if len(s) == 1 && s[0].from == s[0].to {
		return s[0].from, true
	}
	return netip.Addr{}, false
}

// first returns the lowest address of s, the zero Addr if s is empty.
func (s spans) first() netip.Addr {
	if len(s) == 0 {
		return netip.Addr{}
	}
	return s[0].from
}

func (s spans) is6() bool { return len(s) > 0 && s[0].from.Is6() }

// lastFour returns the IPv4 address in the last four bytes of an IPv6 one.
func lastFour(a netip.Addr) netip.Addr {
	b := a.As16()
	return netip.AddrFrom4([4]byte(b[12:]))
}

// within reports whether p covers all of s.
func (s spans) within(p netip.Prefix) bool {
	for _, r := range s {
		if !p.Contains(r.from) || r.from != r.to && !p.Contains(r.to) {
			return false
		}
	}
	return len(s) > 0
}

// overlaps reports whether p covers some of s.
func (s spans) overlaps(p netip.Prefix) bool {
	if a, ok := s.single(); ok {
		return p.Contains(a)
	}
	q := spanOf(p)
	for _, r := range s {
		if r.overlaps(q) {
			return true
		}
	}
	return false
}

func (r span) overlaps(q span) bool {
	return r.from.BitLen() == q.from.BitLen() && r.from.Compare(q.to) <= 0 && q.from.Compare(r.to) <= 0
}

// split parts s into what p covers and what it does not.
func (s spans) split(p netip.Prefix) (inside, outside spans) {
	q := spanOf(p)
	for _, r := range s {
		if !r.overlaps(q) {
			outside = append(outside, r)
			continue
		}
		if r.from.Less(q.from) {
			outside = append(outside, span{r.from, q.from.Prev()})
		}
		inside = append(inside, span{later(r.from, q.from), earlier(r.to, q.to)})
		if q.to.Less(r.to) {
			outside = append(outside, span{q.to.Next(), r.to})
		}
	}
	return inside, outside
}

// without returns what p does not cover of s.
func (s spans) without(p netip.Prefix) spans {
	_, outside := s.split(p)
	return outside
}

func later(a, b netip.Addr) netip.Addr {
	if a.Less(b) {
		return b
	}
	return a
}

func earlier(a, b netip.Addr) netip.Addr {
	if b.Less(a) {
		return b
	}
	return a
}

// addresses lists the addresses of s when they are at most max.
func (s spans) addresses(max int) ([]netip.Addr, bool) {
	var out []netip.Addr
	for _, r := range s {
		for a := r.from; a.IsValid() && a.Compare(r.to) <= 0; a = a.Next() {
			if len(out) == max {
				return nil, false
			}
			out = append(out, a)
		}
	}
	return out, true
}

// byFamily returns the IPv4 and the IPv6 addresses of a set.
func byFamily(set *netipx.IPSet) (families [2]spans) {
	for _, r := range set.Ranges() {
		i := 0
		if r.From().Is6() {
			i = 1
		}
		families[i] = append(families[i], span{r.From(), r.To()})
	}
	return families
}

func (s spans) String() string {
	if len(s) == 0 {
		return "no address"
	}
	if a, ok := s.single(); ok {
		return a.String()
	}
	switch {
	case slices.Equal(s, publicIPv4):
		return "public IPv4 addresses"
	case slices.Equal(s, publicIPv6):
		return "public IPv6 addresses"
	}
	if p, ok := netipx.IPRangeFrom(s[0].from, s[0].to).Prefix(); ok && len(s) == 1 {
		return p.String()
	}
	return s[0].from.String() + "–" + s[len(s)-1].to.String()
}

// notPublic lists the IPv4 blocks that never are a public destination: RFC 1918, RFC 6598, loopback, link-local,
// documentation and test networks that are not routed, multicast and reserved ones.
// https://www.iana.org/assignments/iana-ipv4-special-registry
var notPublic = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("224.0.0.0/3"),
}

// privateBlocks are the blocks that an internet gateway drops: RFC 1918, RFC 6598 and unique local IPv6 addresses.
var privateBlocks = [...]netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("fc00::/7"),
}

// linkLocal holds the addresses that the host answers itself, outside of groups, ACLs and routes: the Amazon resolver,
// time and metadata services, and the task itself. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
var linkLocal = [...]netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("::1/128"),
	netip.MustParsePrefix("fd00:ec2::/32"),
}

// nat64 is the well-known prefix under which DNS64 gives IPv4 addresses to IPv6-only clients (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// public returns every public address of a family.
func public(six bool) spans {
	if six {
		return spans{spanOf(netip.MustParsePrefix("2000::/3"))}
	}
	out := spans{spanOf(netip.MustParsePrefix("0.0.0.0/0"))}
	for _, p := range notPublic {
		out = out.without(p)
	}
	return out
}

// private reports whether all of s lies in blocks that are not routed on the internet.
func (s spans) private() bool {
	for _, p := range privateBlocks {
		if s.within(p) {
			return true
		}
	}
	return false
}
