package vpc

import (
	"net/netip"
	"slices"
	"strings"
)

// endpoint looks for an interface endpoint of the VPC that takes the name. It is true when the answer is found, or can't be.
func (l *lookup) endpoint(host string, found privateAnswer) bool {
	v := l.vpc
	if found.endpoint == nil && l.m.gap(KindEndpoint, v.ID) != nil && awsName(host) {
		c := ResolveCheck{Test: ResolveEndpoint, Subject: Ref{Kind: KindEndpoint, ID: v.ID}, Detail: "the endpoints of " + v.ID + " are not known"}
		l.undecided(&c, KindEndpoint, v.ID)
		l.check(c)
		l.out.Path = PathUnknown
		return true
	}
	if e := found.endpoint; e != nil {
		return l.hostnames(e) && l.toEndpoint(e, host, e.ID+" takes the name by private DNS")
	}
	// Endpoints that are for the name's service, and do not take the name.
	for i := range l.m.net.Endpoints {
		e := &l.m.net.Endpoints[i]
		if e.Type == GatewayEndpoint || !slices.ContainsFunc(l.m.privateNames(e), func(n string) bool { return matchesDomain(n, host) }) {
			continue
		}
		c := ResolveCheck{Test: ResolveEndpoint, Result: Passed, Subject: Ref{Kind: KindEndpoint, ID: e.ID, Name: e.Name}, Resources: []string{e.ID}}
		switch {
		case e.VPC != v.ID:
			c.Code, c.Detail = codeEndpointOtherVPC, e.ID+" is in "+e.VPC+"; its private DNS does not reach into "+v.ID
		case e.PrivateDNS && v.DNSHostnames == No:
			l.hostnames(e)
			continue
		case e.PrivateDNSOnlyForInboundResolver:
			c.Detail = e.ID + " gives private DNS to inbound resolver endpoints only"
		default:
			c.Code, c.Detail = codeEndpointPrivateDNS, "private DNS of "+e.ID+" is off: the name leads to public addresses"
			c.Mend = []Change{EnablePrivateDNS{e.ID}}
		}
		l.check(c)
	}
	return false
}

// hostnames asks for the VPC attribute that private DNS of endpoints needs. It is false when it is surely off.
func (l *lookup) hostnames(e *Endpoint) bool {
	v := l.vpc
	c := ResolveCheck{Test: ResolveHostnames, Result: Passed, Subject: Ref{Kind: KindVPC, ID: v.ID, Name: v.Name}, Detail: "enableDnsHostnames is on"}
	switch v.DNSHostnames {
	case No:
		c.Result, c.Code = Failed, codeDNSHostnames
		c.Detail = "enableDnsHostnames is off: private DNS of " + e.ID + " does not work"
		c.Resources, c.Mend = []string{v.ID, e.ID}, []Change{EnableDNS{v.ID, DNSHostnames}}
	case NotKnown:
		c.Detail = "whether enableDnsHostnames is on is not known"
		l.undecided(&c, KindVPC, v.ID)
	}
	l.check(c)
	return c.Result != Failed
}

// toEndpoint sets the answer to the interfaces of an endpoint.
func (l *lookup) toEndpoint(e *Endpoint, host, detail string) bool {
	faces := e.Interfaces
	if zone := l.zoneOf(e, host); zone != "" {
		faces = slices.DeleteFunc(slices.Clone(faces), func(id string) bool {
			n := l.m.interfaces[id]
			return n != nil && n.Zone != zone && !(l.m.subnets[n.Subnet] != nil && l.m.subnets[n.Subnet].Zone == zone)
		})
	}
	c := ResolveCheck{Test: ResolveEndpoint, Result: Passed, Subject: Ref{Kind: KindEndpoint, ID: e.ID, Name: e.Name}, Detail: detail, Resources: []string{e.ID}}
	if e.VPC != l.vpc.ID {
		c.Code = codeEndpointOtherVPC
		c.Detail += ", in " + e.VPC
	}
	l.check(c)
	l.out.Path, l.out.Endpoint = PathEndpoint, e.ID
	four, six := e.families()
	if four {
		l.out.To = append(l.out.To, Destination{Name: l.out.Name, Interfaces: faces, Endpoint: e.ID})
	}
	if six {
		var addrs []netip.Addr
		for _, id := range faces {
			if n := l.m.interfaces[id]; n != nil {
				addrs = append(addrs, n.IPv6...)
			}
		}
		if len(addrs) > 0 {
			l.destinations(PathEndpoint, addrs)
		} else if !four {
			l.out.To = append(l.out.To, Destination{Name: l.out.Name, Interfaces: faces, Endpoint: e.ID})
		}
	}
	return true
}

// families returns which kinds of addresses the endpoint's DNS records hold.
func (e *Endpoint) families() (four, six bool) {
	kind := strings.ToLower(e.DNSRecordType)
	if kind == "" || kind == "service-defined" {
		kind = strings.ToLower(e.IPAddressType)
	}
	return kind != "ipv6", kind == "ipv6" || kind == "dualstack"
}

// namedEndpoint answers for the names that every interface endpoint has of its own, which are public:
// vpce-0a1-b2c3.sns.eu-central-1.vpce.amazonaws.com, and with a zone's name in it.
func (l *lookup) namedEndpoint(host string) bool {
	i := strings.Index(host, "vpce-")
	if i < 0 || !strings.Contains(host, ".vpce.") {
		return false
	}
	parts := strings.SplitN(host[i:], "-", 3)
	id := "vpce-" + strings.SplitN(parts[1], ".", 2)[0]
	if e := l.m.endpoints[id]; e != nil {
		return l.toEndpoint(e, host, "the name is "+id+"'s own")
	}
	c := ResolveCheck{Test: ResolveEndpoint, Subject: Ref{Kind: KindEndpoint, ID: id}, Detail: id + " is not known", Resources: []string{id}}
	l.undecided(&c, KindEndpoint, id, l.vpc.ID)
	l.check(c)
	l.out.Path = PathUnknown
	return true
}

// zoneOf returns the availability zone that an endpoint's own name speaks of, "" for the names of the whole endpoint.
func (l *lookup) zoneOf(e *Endpoint, host string) string {
	first, _, _ := strings.Cut(host[max(0, strings.Index(host, "vpce-")):], ".")
	if !strings.HasPrefix(first, e.ID) {
		return ""
	}
	for _, id := range e.Subnets {
		if s := l.m.subnets[id]; s != nil && s.Zone != "" && strings.HasSuffix(first, "-"+s.Zone) {
			return s.Zone
		}
	}
	return ""
}

// instanceName answers for the names that EC2 gives to private addresses: ip-10-0-0-5.ec2.internal,
// ip-10-0-0-5.eu-central-1.compute.internal, i-0a1.eu-central-1.compute.internal.
func (l *lookup) instanceName(host string) bool {
	first, rest, _ := strings.Cut(host, ".")
	if rest != "ec2.internal" && !strings.HasSuffix(rest, ".compute.internal") {
		return false
	}
	if digits, ok := strings.CutPrefix(first, "ip-"); ok {
		if a, err := netip.ParseAddr(strings.ReplaceAll(digits, "-", ".")); err == nil && l.vpc.contains(a) {
			l.check(ResolveCheck{Test: ResolveName, Result: Passed, Subject: Ref{Kind: KindAddress, ID: a.String()}, Detail: "the name stands for " + a.String()})
			l.known([]netip.Addr{a})
			return true
		}
	}
	for i := range l.m.net.Interfaces {
		n := &l.m.net.Interfaces[i]
		if n.Instance == first && n.VPC == l.vpc.ID && len(n.Addresses) > 0 {
			l.check(ResolveCheck{Test: ResolveName, Result: Passed, Subject: Ref{Kind: KindInterface, ID: n.ID}, Detail: "the name stands for " + n.Addresses[0].Private.String()})
			l.known([]netip.Addr{n.Addresses[0].Private})
			return true
		}
	}
	c := ResolveCheck{Test: ResolveName, Code: codeDNSNameNotFound, Subject: Ref{Kind: KindOther, ID: host}, Detail: "no address of " + l.vpc.ID + " has this name"}
	l.undecided(&c, KindInterface, l.vpc.ID)
	l.check(c)
	l.out.Path = PathUnknown
	return true
}
