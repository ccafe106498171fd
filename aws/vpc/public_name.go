package vpc

import (
	"slices"
	"strings"

	"go4.org/netipx"
)

// internalSuffixes are domains that the public DNS does not have, by RFC 2606, RFC 6761, RFC 6762 and RFC 9476, and those that
// ICANN keeps out of it because they are in private use.
var internalSuffixes = []string{"internal", "local", "localdomain", "lan", "intranet", "corp", "home", "private", "invalid", "test"}

// internalName reports whether only a private zone or another resolver could know the name.
func internalName(host string) bool {
	if !strings.Contains(host, ".") {
		return true
	}
	return slices.ContainsFunc(internalSuffixes, func(s string) bool { return strings.HasSuffix(host, "."+s) })
}

// resourceDomains are the labels under which AWS names databases, caches, load balancers, file systems and instances of its customers.
// Many of these names lead to private addresses although the public DNS answers for them.
var resourceDomains = []string{"rds", "docdb", "neptune", "redshift", "redshift-serverless", "cache", "memorydb", "dax-clusters", "elb", "es",
	"aoss", "kafka", "mq", "efs", "fsx", "compute"}

// resourceName reports whether an AWS host name is that of a customer's resource, and not of a service.
func resourceName(host string) bool {
	labels := strings.Split(host, ".")
	return slices.ContainsFunc(labels[1:], func(l string) bool { return slices.Contains(resourceDomains, l) })
}

// public answers for names of the public DNS.
func (l *lookup) public(host string) {
	c := ResolveCheck{Test: ResolveName, Result: Passed, Subject: Ref{Kind: KindOther, ID: host}}
	if internalName(host) {
		c.Result, c.Code, c.Detail = Failed, codeDNSNameNotFound, "the public DNS has no such names, and no private hosted zone of "+l.vpc.ID+" knows it"
		if l.out.Resolver.IsValid() || l.m.gap(KindResolverRule, l.vpc.ID) != nil || l.m.gap(KindPrivateZone, l.vpc.ID) != nil {
			c.Result = NotDecided
			l.out.Path = PathUnknown
			l.check(c)
			return
		}
		c.Resources = []string{l.vpc.ID}
		l.nowhere(c)
		return
	}
	l.out.Path = PathPublic
	if !awsName(host) {
		c.Detail = "a name of the public DNS"
		l.check(c)
		l.out.To = []Destination{{Name: l.out.Name, Any: AnyPublicIPv4}}
		return
	}
	service := l.m.serviceOf(host)
	if l.out.Service == "" {
		l.out.Service = service
	}
	switch {
	case service == "" && resourceName(host):
		c.Result, c.Detail = NotDecided, "AWS does not tell a resource's address by its name: look it up in the container, and examine the address"
		l.check(c)
		l.out.Path = PathUnknown
		return
	case service != "":
		c.Detail = "the public endpoint of " + service
	default:
		c.Result, c.Code, c.Detail = NotDecided, codeDNSNameNotFound, "no service that is known has this name"
		l.undecided(&c, KindEndpointService, l.vpc.Region)
	}
	d, listed := l.m.prefixListOf(service)
	own := l.m.ownWay(l.vpc, service)
	if !listed && l.m.hasGateway(service) && (own != "" || l.m.gap(KindPrefixList, l.vpc.ID) != nil) {
		// Its addresses take a way of their own, and are not "any public address".
		c.Detail = "the addresses of " + service + " are not known"
		l.undecided(&c, KindPrefixList, l.vpc.ID, own)
		l.check(c)
		l.out.Path = PathUnknown
		return
	}
	l.check(c)
	if listed {
		d.Name = l.out.Name
		l.out.To = append(l.out.To, d)
	} else {
		l.out.To = append(l.out.To, Destination{Name: l.out.Name, Any: AnyPublicIPv4})
	}
	if dualStack(host) {
		l.out.To = append(l.out.To, Destination{Name: l.out.Name, Any: AnyPublicIPv6})
	}
}

// dualStack reports whether the name has IPv6 addresses too.
// https://docs.aws.amazon.com/general/latest/gr/rande.html#dual-stack-endpoints
func dualStack(host string) bool {
	return strings.Contains(host, ".dualstack.") || strings.HasPrefix(host, "dualstack.") || strings.HasSuffix(host, ".api.aws") ||
		strings.HasSuffix(host, ".on.aws")
}

// hasGateway reports whether the service can have gateway endpoints.
func (m *Model) hasGateway(service string) bool {
	return service != "" && slices.ContainsFunc(m.net.EndpointServices, func(s EndpointService) bool {
		return s.Name == service && slices.Contains(s.Types, GatewayEndpoint)
	}) || slices.ContainsFunc(m.net.Endpoints, func(e Endpoint) bool { return e.Service == service && e.Type == GatewayEndpoint })
}

// ownWay returns the prefix list that routes of the VPC send to a gateway endpoint of the service, or to one that is not known; "" for none.
func (m *Model) ownWay(v *vpcIndex, service string) string {
	for i := range m.net.RouteTables {
		t := &m.net.RouteTables[i]
		if t.VPC != v.ID {
			continue
		}
		for j := range t.Routes {
			r := &t.Routes[j]
			e := m.endpoints[r.Target.ID]
			if r.PrefixList != "" && m.toGatewayEndpoint(r) && (e == nil || e.Service == service) {
				return r.PrefixList
			}
		}
	}
	return ""
}

// prefixListOf returns the addresses of a service that has a prefix list of its own (S3, DynamoDB).
func (m *Model) prefixListOf(service string) (Destination, bool) {
	if service == "" {
		return Destination{}, false
	}
	for _, p := range m.net.PrefixLists {
		if p.Name != service {
			continue
		}
		var b netipx.IPSetBuilder
		for _, x := range p.Prefixes {
			if x.IsValid() && x.Addr().Is4() {
				b.AddPrefix(x.Masked())
			}
		}
		if set, err := b.IPSet(); err == nil && len(set.Ranges()) > 0 {
			return Destination{PrefixList: p.ID, Addresses: set}, true
		}
	}
	return Destination{}, false
}
