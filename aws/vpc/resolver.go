package vpc

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"go4.org/netipx"
)

// maxAliases bounds how many CNAME and alias records are followed.
const maxAliases = 8

// A lookup asks the resolver of a VPC for a name, in the order in which the resolver decides.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-DSN-queries-to-vpc.html
type lookup struct {
	m   *Model
	vpc *vpcIndex
	out Resolution
}

// Resolve says what the resolver of the VPC answers for a host name or an address.
func (m *Model) Resolve(name, vpcID string) Resolution {
	l := lookup{m: m, out: Resolution{Name: name}}
	host := strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))
	if host == "localhost" {
		return l.literal(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return l.literal(a.Unmap().WithZone(""))
	}
	v := m.vpcs[vpcID]
	if v == nil {
		c := ResolveCheck{Test: ResolveSupport, Subject: Ref{Kind: KindVPC, ID: vpcID}, Detail: vpcID + " is not known"}
		l.undecided(&c, KindVPC, vpcID)
		l.check(c)
		l.out.Service = m.serviceOf(host)
		return l.out
	}
	l.vpc = v
	l.out.Service = m.serviceOf(host)
	l.ask(host, 0)
	return l.out
}

// literal answers for an address, which needs no resolver.
func (l *lookup) literal(a netip.Addr) Resolution {
	d := l.m.DestinationOf(a)
	d.Name = l.out.Name
	l.out.To = []Destination{d}
	l.out.Path, l.out.Endpoint = PathPublic, d.Endpoint
	if d.Endpoint != "" {
		l.out.Path = PathEndpoint
	} else if (spans{{a, a}}).private() || isLinkLocal(a) || a.IsLoopback() {
		l.out.Path = PathPrivate
	}
	l.check(ResolveCheck{Test: ResolveName, Result: Passed, Subject: Ref{Kind: KindAddress, ID: a.String()}, Detail: "an address; no name has to be resolved"})
	return l.out
}

func (l *lookup) check(c ResolveCheck) { l.out.Checks = append(l.out.Checks, c) }

// undecided marks a check as not decided, and because of which gap.
func (l *lookup) undecided(c *ResolveCheck, kind Kind, scopes ...string) {
	c.Result = NotDecided
	if g := l.m.gap(kind, scopes...); g != nil {
		if g.Missing != "" && !slices.Contains(c.Missing, g.Missing) {
			c.Missing = append(c.Missing, g.Missing)
		}
		if g.Reason != "" {
			c.Detail += ": " + g.Reason
		}
	}
}

// A private answer is one that a VPC gives to a name that the rest of the world may see differently.
type privateAnswer struct {
	zone     *PrivateZone
	endpoint *Endpoint
	name     string // the zone's name, or the endpoint's private DNS name
}

// ask goes through the resolver's decisions for one name.
func (l *lookup) ask(host string, depth int) {
	if depth > maxAliases {
		l.nowhere(ResolveCheck{Test: ResolveName, Result: Failed, Code: codeDNSNameNotFound, Subject: Ref{Kind: KindOther, ID: host}, Detail: "the aliases lead in a circle"})
		return
	}
	found := l.private(host)
	if depth == 0 && !l.resolver(host, found) {
		return
	}
	custom := l.out.Resolver.IsValid()
	if !custom && !l.firewall(host) {
		return
	}
	if !custom && l.forward(host, found.name) {
		return
	}
	if found.zone != nil {
		l.zone(found.zone, host, depth)
		return
	}
	if l.zoneGap(host) {
		return
	}
	if l.endpoint(host, found) || l.namedEndpoint(host) || l.instanceName(host) {
		return
	}
	l.public(host)
}

// resolver asks who resolves at all. It is false when nobody does, or somebody whose private answers can't be known.
func (l *lookup) resolver(host string, found privateAnswer) bool {
	v := l.vpc
	servers := l.servers()
	support := ResolveCheck{Test: ResolveSupport, Result: Passed, Subject: Ref{Kind: KindVPC, ID: v.ID, Name: v.Name}, Detail: "enableDnsSupport is on"}
	switch {
	case v.DNSSupport == No && !l.out.Resolver.IsValid():
		support.Result, support.Code, support.Detail = Failed, codeDNSSupport, "enableDnsSupport is off: the Amazon resolver does not answer"
		support.Resources, support.Mend = []string{v.ID}, []Change{EnableDNS{v.ID, DNSSupport}}
	case v.DNSSupport == No:
		support.Detail = "enableDnsSupport is off, and another resolver is used"
	case v.DNSSupport == NotKnown:
		support.Detail = "whether enableDnsSupport is on is not known"
		l.undecided(&support, KindVPC, v.ID)
	}
	if support.Result == Failed {
		l.nowhere(support)
		l.check(servers)
		return false
	}
	l.check(support)
	if !l.out.Resolver.IsValid() {
		l.check(servers)
		return true
	}
	// Another resolver gives public answers like any; private ones only if it asks the Amazon resolver itself.
	servers.Subject.ID = v.DHCPOptions
	if found.name == "" && l.m.gap(KindEndpoint, v.ID) == nil && l.m.gap(KindPrivateZone, v.ID) == nil && !internalName(host) {
		servers.Result = Passed
		servers.Detail += "; the VPC has no private answer for the name"
		l.check(servers)
		return true
	}
	servers.Result, servers.Code, servers.Resources = NotDecided, codeDNSCustomResolver, []string{v.DHCPOptions, l.out.Resolver.String()}
	servers.Detail += ": whether it knows the private answer for the name is not known"
	l.check(servers)
	l.out.Path = PathUnknown
	return false
}

// servers finds the DNS servers that the VPC's DHCP options give to tasks.
func (l *lookup) servers() ResolveCheck {
	v := l.vpc
	c := ResolveCheck{Test: ResolveServers, Result: Passed, Subject: Ref{Kind: KindDHCPOptions, ID: v.DHCPOptions}, Detail: "the Amazon resolver"}
	i := slices.IndexFunc(l.m.net.DHCPOptions, func(o DHCPOptions) bool { return o.ID == v.DHCPOptions })
	if i < 0 {
		if v.DHCPOptions == "default" {
			return c
		}
		c.Detail = "the DHCP options of " + v.ID + " are not known"
		l.undecided(&c, KindDHCPOptions, v.ID, v.DHCPOptions)
		return c
	}
	for _, s := range l.m.net.DHCPOptions[i].DNSServers {
		a, err := netip.ParseAddr(s)
		if err != nil || isLinkLocal(a) || v.resolver(a) {
			return c // AmazonProvidedDNS, or its address
		}
		if !l.out.Resolver.IsValid() {
			l.out.Resolver = a
			c.Detail = "the DHCP options name " + s
		}
	}
	return c
}

// firewall applies the rules of Route 53 Resolver DNS Firewall. It is false when the name is blocked.
func (l *lookup) firewall(host string) bool {
	c := ResolveCheck{Test: ResolveFirewall, Result: Passed, Subject: Ref{Kind: KindDNSFirewall, ID: l.vpc.ID}, Detail: "no DNS firewall rule blocks the name"}
	if l.m.gap(KindDNSFirewall, l.vpc.ID) != nil {
		c.Detail = "the DNS firewall rules are not known"
		l.undecided(&c, KindDNSFirewall, l.vpc.ID)
	}
	var rules []*DNSFirewallRule
	for i := range l.m.net.FirewallRules {
		if r := &l.m.net.FirewallRules[i]; r.VPC == l.vpc.ID {
			rules = append(rules, r)
		}
	}
	if len(rules) == 0 && c.Result == Passed {
		return true
	}
	slices.SortStableFunc(rules, func(a, b *DNSFirewallRule) int {
		return cmp.Or(cmp.Compare(a.GroupPriority, b.GroupPriority), cmp.Compare(a.Priority, b.Priority))
	})
	for _, r := range rules {
		if !r.DomainsKnown {
			if c.Result == Passed {
				c.Detail = "the domains of rule " + r.Name + " of " + r.Group + " are not known"
				l.undecided(&c, KindDNSFirewall, l.vpc.ID, r.Group)
			}
			continue
		}
		if !slices.ContainsFunc(r.Domains, func(d string) bool { return matchesDomain(d, host) }) {
			continue
		}
		if strings.EqualFold(r.Action, "BLOCK") && c.Result == Passed {
			c.Result, c.Code, c.Subject.ID = Failed, codeDNSFirewall, r.Group
			c.Detail, c.Resources = "rule "+r.Name+" of "+r.Group+" blocks "+host, []string{r.Group, l.vpc.ID}
			l.nowhere(c)
			return false
		}
		break
	}
	l.check(c)
	return true
}

// forward applies the resolver rules. It is true when another resolver gets the question. The most specific of a rule and a
// private answer wins, the rule if they are for the same name.
func (l *lookup) forward(host, private string) bool {
	if l.m.gap(KindResolverRule, l.vpc.ID) != nil {
		c := ResolveCheck{Test: ResolveForward, Subject: Ref{Kind: KindResolverRule, ID: l.vpc.ID}, Detail: "the resolver rules are not known"}
		l.undecided(&c, KindResolverRule, l.vpc.ID)
		l.check(c)
	}
	var best *ResolverRule
	for i := range l.m.net.ResolverRules {
		r := &l.m.net.ResolverRules[i]
		if r.VPC == l.vpc.ID && inDomain(host, r.Domain) && (best == nil || len(domain(r.Domain)) > len(domain(best.Domain))) {
			best = r
		}
	}
	if best == nil || !strings.EqualFold(best.Type, "FORWARD") || len(domain(best.Domain)) < len(private) {
		return false
	}
	c := ResolveCheck{Test: ResolveForward, Code: codeDNSForward, Subject: Ref{Kind: KindResolverRule, ID: best.ID, Name: best.Name},
		Detail: "rule " + best.ID + " forwards " + domain(best.Domain) + " to other resolvers", Resources: []string{best.ID}}
	for _, t := range best.Targets {
		c.Resources = append(c.Resources, t.String())
	}
	l.check(c)
	l.out.Path = PathUnknown
	return true
}

// private finds the most specific private answer: a private hosted zone, or the private DNS name of an endpoint.
func (l *lookup) private(host string) privateAnswer {
	var best privateAnswer
	for i := range l.m.net.PrivateZones {
		z := &l.m.net.PrivateZones[i]
		if z.VPC == l.vpc.ID && z.Owner == "" && inDomain(host, z.Name) && len(domain(z.Name)) > len(best.name) {
			best = privateAnswer{zone: z, name: domain(z.Name)}
		}
	}
	for i := range l.m.net.Endpoints {
		e := &l.m.net.Endpoints[i]
		if e.VPC != l.vpc.ID || e.Type == GatewayEndpoint || !e.PrivateDNS || e.PrivateDNSOnlyForInboundResolver || l.vpc.DNSHostnames == No {
			continue
		}
		for _, n := range l.m.privateNames(e) {
			if bare := strings.TrimPrefix(n, "*."); matchesDomain(n, host) && len(bare) >= len(best.name) {
				best = privateAnswer{endpoint: e, name: bare}
			}
		}
	}
	return best
}

// nowhere ends the lookup: the name does not resolve.
func (l *lookup) nowhere(c ResolveCheck) {
	l.check(c)
	l.out.Path, l.out.To, l.out.Endpoint = PathNowhere, nil, ""
}

// destinations sets the answer to addresses.
func (l *lookup) destinations(path Path, addrs []netip.Addr) {
	var b netipx.IPSetBuilder
	for _, a := range addrs {
		b.Add(a)
	}
	set, err := b.IPSet()
	if err != nil {
		return
	}
	l.out.Path = path
	for _, six := range [...]bool{false, true} {
		if part := ofFamily(set, six); part != nil {
			l.out.To = append(l.out.To, Destination{Name: l.out.Name, Addresses: part, Endpoint: l.out.Endpoint})
		}
	}
}

func ofFamily(set *netipx.IPSet, six bool) *netipx.IPSet {
	var b netipx.IPSetBuilder
	for _, r := range set.Ranges() {
		if r.From().Is6() == six {
			b.AddRange(r)
		}
	}
	out, err := b.IPSet()
	if err != nil || len(out.Ranges()) == 0 {
		return nil
	}
	return out
}

// domain returns a domain name in the form that all names are compared in.
func domain(s string) string { return strings.ToLower(strings.Trim(s, ".")) }

// inDomain reports whether host is the domain or under it. The empty domain is the root.
func inDomain(host, of string) bool {
	of = domain(of)
	return of == "" || host == of || strings.HasSuffix(host, "."+of)
}

// matchesDomain reports whether the pattern is the name or, with a wildcard in front, covers it.
func matchesDomain(pattern, host string) bool {
	pattern = domain(pattern)
	if rest, ok := strings.CutPrefix(pattern, "*."); ok {
		return strings.HasSuffix(host, "."+rest)
	}
	return pattern == "*" || pattern == host
}
