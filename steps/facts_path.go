package steps

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"fargate-doctor/aws/vpc"

	"go4.org/netipx"
)

// A wanted is the target as typed, understood or not.
type wanted struct {
	Target
	problem *TargetError
}

// target is what the person typed. Until the region's services are known the common ones are used.
var target = &Fact[wanted]{
	Name:  "target",
	Wants: []known{endpointServices, task, service},
	Derive: func(f Facts) wanted {
		services, _ := endpointServices.Try(f)
		t, err := ParseTarget(f.c.Target, f.c.Region, Services(f.c.Region, services.EndpointServices))
		var problem *TargetError
		if errors.As(err, &problem) {
			return wanted{Target{Typed: f.c.Target}, problem}
		}
		if name, wildcard := strings.CutPrefix(t.Host, "*."); wildcard {
			runs, _ := task.Try(f)
			by, _ := service.Try(f)
			if account := ownAccount(runs, by); account != "" {
				t.Host = account + "." + name
			}
		}
		return wanted{Target: t}
	},
}

// proxy is what the container's environment says about reaching the target.
var proxy = &Fact[proxySetting]{
	Name:  "proxy",
	Needs: []known{target, definition, task},
	Derive: func(f Facts) proxySetting {
		c, _ := containerOf(definition.Of(f), f.c.Container)
		return proxyFor(environmentOf(c, task.Of(f)), c.Secrets, target.Of(f).Target)
	},
}

// dialled is the host and port that the container opens a connection to: the proxy's, else the target's.
var dialled = &Fact[Target]{
	Name:  "address that is dialled",
	Needs: []known{target},
	Wants: []known{proxy},
	Derive: func(f Facts) Target {
		t := target.Of(f).Target
		if p, err := proxy.Try(f); err == nil && p.used() {
			return Target{Typed: p.url, Host: p.host, Port: p.port, Protocol: "tcp"}
		}
		return t
	},
}

// flows are the connections that decide a case.
type flows struct {
	resolution vpc.Resolution // of the name that is dialled; zero for an address
	seen       bool           // that a probe decided, because the configuration does not
	main       *vpc.Flow      // what the container opens; nil when its destination is not known
	six        *vpc.Flow      // the same over IPv6, when main is IPv4 and both could be used
	lookups    []vpc.Flow     // UDP and TCP to a DNS server of one's own
	siblings   []vpc.Flow     // main, from the other subnets of the service

	proxied bool           // main leads to the container's proxy
	wanted  vpc.Resolution // of the target's own name, when a proxy is used
	direct  *vpc.Flow      // to the target itself, when a proxy is used
	onward  *vpc.Flow      // from the proxy to the target, when the proxy is in the network
}

func (w flows) all() []vpc.Flow {
	all := slices.Concat(w.lookups, w.siblings)
	for _, f := range []*vpc.Flow{w.main, w.six, w.direct, w.onward} {
		if f != nil {
			all = append(all, *f)
		}
	}
	return all
}

// Ids of the questions whose answers decide which way is followed.
const (
	answerDNS         = "dns.name"
	answerProxy       = "proxy.settings"
	answerProxyTarget = "proxy.target"
)

// flowsTo are the connections that the task opens to reach a host, seen from its subnet and from the others of its service.
func flowsTo(n knownNetwork, f Facts, to Target) flows {
	var w flows
	at := here.Of(f)
	if to.Host == "" || at.vpc == "" {
		return w
	}
	from := sourceOf(f, at.subnets[0])
	destinations, resolution, seen := destinationsOf(n, to, at.vpc, f.c.Answers[answerDNS], f.seen(to.Host))
	w.resolution, w.seen = resolution, seen
	w.main, w.six = n.families(from, destinations, to.Port)
	if w.main != nil {
		for _, id := range siblingsOf(f, at) {
			sibling := *w.main
			sibling.From = sourceOf(f, id)
			w.siblings = append(w.siblings, sibling)
		}
	}
	if a := resolution.Resolver; a.IsValid() {
		for _, protocol := range []int{vpc.UDP, vpc.TCP} {
			server := vpc.Destination{Name: "DNS server " + a.String(), Addresses: only(a)}
			w.lookups = append(w.lookups, vpc.Flow{From: from, To: server, Protocol: protocol, Port: 53})
		}
	}
	return w
}

// flowsOver are the connections of the container, which may go through a proxy.
func flowsOver(n knownNetwork, f Facts) flows {
	w, at := flowsTo(n, f, dialled.Of(f)), here.Of(f)
	if dialled.Of(f).Host == "" || at.vpc == "" {
		return w
	}
	if p, err := proxy.Try(f); err == nil && p.used() {
		w.proxied = true
		t := target.Of(f)
		destinations, wanted, _ := destinationsOf(n, t.Target, at.vpc, "", f.seen(t.Host))
		w.wanted = wanted
		w.direct, _ = n.families(sourceOf(f, at.subnets[0]), destinations, t.Port)
		if id := n.holderOf(at.vpc, p.host); id != "" && w.direct != nil {
			w.onward = &vpc.Flow{From: vpc.Source{Interface: id, VPC: at.vpc}, To: w.direct.To, Protocol: vpc.TCP, Port: t.Port}
		}
	}
	return w
}

// sourceOf returns where the task's packets start: its interface, else an interface that a task in the subnet would get.
func sourceOf(f Facts, subnet string) vpc.Source {
	at, t := here.Of(f), task.Of(f)
	s := vpc.Source{VPC: at.vpc, Subnet: subnet, Windows: t.Windows()}
	if !at.planned && subnet == at.subnets[0] {
		s.Interface = t.Attachment.Interface
		return s
	}
	s.Groups, s.PublicIP = at.groups, at.public
	setting, err := dualStackSetting.Try(f)
	s.IPv6 = err == nil && setting == "enabled" && subnets.Of(f)[subnet].AssignIPv6OnCreation
	return s
}

// siblingsOf returns the other subnets that a task of the same service may start in.
func siblingsOf(f Facts, at place) []string {
	if !at.enough || len(at.groups) == 0 {
		return nil
	}
	all := at.subnets
	if s, err := owner.Try(f); err == nil && len(s.Network.Subnets) > 0 {
		all = s.Network.Subnets
	}
	var others []string
	for _, id := range all {
		if id != at.subnets[0] && subnets.Of(f)[id].VPC == at.vpc {
			others = append(others, id)
		}
	}
	return others
}

// destinationsOf says which addresses a host has, one set for each family. For a name whose lookup can't be followed the addresses count
// that a probe has seen, which the bool tells, else the answer of the person.
func destinationsOf(n knownNetwork, t Target, vpcID, answer string, seen []netip.Addr) ([]vpc.Destination, vpc.Resolution, bool) {
	if a, err := netip.ParseAddr(t.Host); err == nil {
		return []vpc.Destination{{Name: t.Host, Addresses: only(a)}}, vpc.Resolution{}, false
	}
	r := n.Resolve(t.Host, vpcID)
	if r.Path != vpc.PathUnknown {
		return r.To, r, false
	}
	if len(seen) > 0 {
		r = n.leading(r, seen)
		return r.To, r, true
	}
	switch answer {
	case "public":
		r.Path = vpc.PathPublic
		r.To = []vpc.Destination{{Name: t.Host, Any: vpc.AnyPublicIPv4}}
	case "endpoint":
		for _, e := range n.endpointsFor(r.Service, vpcID) {
			if e.Type == vpc.InterfaceEndpoint {
				r.Path, r.Endpoint = vpc.PathEndpoint, e.ID
				r.To = []vpc.Destination{{Name: t.Host, Interfaces: e.Interfaces, Endpoint: e.ID}}
				break
			}
		}
	}
	return r.To, r, false
}

// families returns the flow that is judged first, IPv4 if there is one, and the IPv6 flow beside it, if the source could
// use both.
func (n knownNetwork) families(from vpc.Source, to []vpc.Destination, port uint16) (main, six *vpc.Flow) {
	for _, d := range to {
		flow := &vpc.Flow{From: from, To: d, Protocol: vpc.TCP, Port: port}
		if isIPv6(d) {
			six = flow
		} else if main == nil {
			main = flow
		}
	}
	if main == nil {
		return six, nil
	}
	if six != nil && !n.hasIPv6(from) {
		six = nil
	}
	return main, six
}

func isIPv6(d vpc.Destination) bool {
	if d.Addresses != nil {
		ranges := d.Addresses.Ranges()
		return len(ranges) > 0 && ranges[0].From().Is6()
	}
	return d.Any == vpc.AnyPublicIPv6
}

func (n knownNetwork) hasIPv6(s vpc.Source) bool {
	if i, ok := n.networkInterface(s.Interface); ok {
		return len(i.IPv6) > 0
	}
	return s.IPv6
}

func (n knownNetwork) networkInterface(id string) (vpc.NetworkInterface, bool) {
	for _, i := range n.Interfaces {
		if i.ID == id && id != "" {
			return i, true
		}
	}
	return vpc.NetworkInterface{}, false
}

// holderOf returns the interface in the VPC that has the address, or "".
func (n knownNetwork) holderOf(vpcID, host string) string {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	for _, i := range n.Interfaces {
		if i.VPC == vpcID && (slices.Contains(i.IPv6, a) || slices.ContainsFunc(i.Addresses, func(x vpc.Address) bool { return x.Private == a })) {
			return i.ID
		}
	}
	return ""
}

// endpointsFor returns the VPC's endpoints for exactly the service.
func (n knownNetwork) endpointsFor(service, vpcID string) []vpc.Endpoint {
	var found []vpc.Endpoint
	for _, e := range n.Endpoints {
		if service != "" && e.Service == service && e.VPC == vpcID {
			found = append(found, e)
		}
	}
	return found
}

func only(a netip.Addr) *netipx.IPSet {
	var b netipx.IPSetBuilder
	b.Add(a)
	set, _ := b.IPSet() // fails for zones in scoped addresses only
	return set
}

// paths is what happens to each of the flows.
type paths struct {
	flows
	main     vpc.Trace
	six      vpc.Trace
	lookups  []vpc.Trace
	siblings []vpc.Trace
	direct   vpc.Trace
	onward   vpc.Trace
	doubt    error // why it is not known whether the container goes this way: its proxy settings can't be read
}

// path traces the flows.
var path = &Fact[paths]{
	Name:  "path",
	Needs: []known{network, dialled, here, task, target, subnets},
	Wants: []known{proxy, owner, dualStackSetting},
	Derive: func(f Facts) paths {
		n := network.Of(f)
		p := n.traced(flowsOver(n, f), here.Of(f))
		if _, err := proxy.Try(f); err != nil && f.c.Answers[answerProxy] != "no" && proxied(target.Of(f).Scheme) {
			p.doubt = err
		}
		return p
	},
}

// traced says what happens to each of the flows.
func (n knownNetwork) traced(w flows, at place) paths {
	p, vague := paths{flows: w}, at.planned && !at.enough
	trace := func(flow *vpc.Flow) vpc.Trace {
		switch {
		case flow == nil:
			return vpc.Trace{}
		case vague && flow.From.Interface == "":
			return withoutGroups(n.Trace(*flow))
		}
		return n.Trace(*flow)
	}
	p.main, p.six, p.direct, p.onward = trace(w.main), trace(w.six), trace(w.direct), trace(w.onward)
	for i := range w.lookups {
		p.lookups = append(p.lookups, trace(&w.lookups[i]))
	}
	for i := range w.siblings {
		p.siblings = append(p.siblings, trace(&w.siblings[i]))
	}
	return p
}

// groupsNotRecorded is why a check is not decided that hangs on which groups and public address a task has. A stopped task's interface is
// gone; its service, if it can be read, tells them.
const groupsNotRecorded = "the security groups of the stopped task are not recorded, nor is its public address"

// withoutGroups is the trace of a flow whose source's groups and public address are not known: what hangs on them is not decided, neither
// for good nor for bad. The model has it that a source without groups is in the VPC's default one, as a new task would be.
func withoutGroups(t vpc.Trace) vpc.Trace {
	t.Checks = slices.Clone(t.Checks)
	blocked := false
	for i, c := range t.Checks {
		ofGroups := c.Test == vpc.TestEgressGroups || c.Test == vpc.TestIngressGroups || c.Code == "route.igw-without-public-ip"
		if ofGroups && c.Result != vpc.NotDecided {
			t.Checks[i] = vpc.Check{Test: c.Test, Hop: c.Hop, Subject: c.Subject, Backward: c.Backward, Detail: groupsNotRecorded}
		}
		blocked = blocked || t.Checks[i].Result == vpc.Failed
	}
	if !blocked {
		t.Verdict = vpc.Unknown
	}
	return t
}

// proxied reports whether clients that speak the scheme look at HTTP_PROXY and its kin.
func proxied(scheme string) bool { return scheme == "https" || scheme == "http" }
