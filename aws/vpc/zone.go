package vpc

import (
	"net/netip"
	"slices"
	"strings"
)

// zoneGap reports whether private hosted zones that could take the name can't be read.
func (l *lookup) zoneGap(host string) bool {
	if l.m.gap(KindPrivateZone, l.vpc.ID) == nil {
		return false
	}
	c := ResolveCheck{Test: ResolvePrivateZone, Subject: Ref{Kind: KindPrivateZone, ID: l.vpc.ID}, Detail: "the private hosted zones of " + l.vpc.ID + " are not known"}
	l.undecided(&c, KindPrivateZone, l.vpc.ID)
	l.check(c)
	return internalName(host) // only a private zone could know such a name
}

// zone answers from a private hosted zone. Such a zone is the only authority for its names in the VPC: what it does not
// hold does not exist, even when the public DNS knows it.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
func (l *lookup) zone(z *PrivateZone, host string, depth int) {
	c := ResolveCheck{Test: ResolvePrivateZone, Result: Passed, Subject: Ref{Kind: KindPrivateZone, ID: z.ID, Name: z.Name}}
	if !z.RecordsKnown {
		c.Code, c.Detail = codeDNSPrivateZone, "the private hosted zone "+z.Name+" answers for the name, and its records are not known"
		c.Resources = []string{z.ID}
		l.undecided(&c, KindPrivateZone, z.ID, l.vpc.ID)
		l.check(c)
		l.out.Path = PathUnknown
		return
	}
	records := z.records(host)
	var addrs []netip.Addr
	next := ""
	for _, r := range records {
		switch {
		case r.Alias != "":
			next = domain(r.Alias)
		case r.Type == "CNAME" && len(r.Values) > 0:
			next = domain(r.Values[0])
		case r.Type == "A" || r.Type == "AAAA":
			for _, v := range r.Values {
				if a, err := netip.ParseAddr(v); err == nil {
					addrs = append(addrs, a)
				}
			}
		}
	}
	switch {
	case next != "" && next != host:
		c.Detail = z.Name + " answers with the alias " + next
		l.check(c)
		l.ask(next, depth+1)
	case len(addrs) > 0:
		c.Detail = z.Name + " answers with " + addrs[0].String()
		l.check(c)
		l.known(addrs)
	default:
		c.Result, c.Code = Failed, codeDNSPrivateZone
		c.Detail = "the private hosted zone " + z.Name + " answers for the name and has no record of it"
		c.Resources = []string{z.ID, l.vpc.ID}
		l.nowhere(c)
	}
}

// known sets the answer to addresses that a zone holds, and finds whose they are.
func (l *lookup) known(addrs []netip.Addr) {
	path := PathPrivate
	for _, a := range addrs {
		if n, ok := l.m.InterfaceAt(a); ok {
			if e := l.m.endpointOf[n.ID]; e != nil {
				path, l.out.Endpoint = PathEndpoint, e.ID
			}
			continue
		}
		if !(spans{{a, a}}).private() {
			path = PathPublic
		}
	}
	l.destinations(path, addrs)
}

// records returns the records for the name, those of the closest wildcard if it has none of its own.
func (z *PrivateZone) records(host string) []Record {
	at := func(name string) []Record {
		var out []Record
		for _, r := range z.Records {
			if domain(r.Name) == name {
				out = append(out, r)
			}
		}
		return out
	}
	if out := at(host); len(out) > 0 {
		return out
	}
	for rest := host; rest != domain(z.Name); {
		_, after, ok := strings.Cut(rest, ".")
		if !ok {
			break
		}
		rest = after
		if out := at("*." + rest); len(out) > 0 {
			return out
		}
		if slices.ContainsFunc(z.Records, func(r Record) bool { return inDomain(domain(r.Name), rest) && domain(r.Name) == rest }) {
			break // a name that exists hides wildcards above it
		}
	}
	return nil
}
