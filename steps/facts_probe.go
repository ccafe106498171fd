package steps

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps/probe"

	"go4.org/netipx"
)

// Probed is what was seen from inside the network, beside what was predicted.
type Probed struct {
	Problem     string // why nothing, or not all, could be probed; "" when all could
	Hint        string
	Round       probe.Round
	Comparisons []Comparison
}

// A Comparison holds what the network's configuration predicts against what a probe saw.
type Comparison struct {
	Step      string // whose prediction it is
	Probe     probe.Kind
	Predicted string // "the connection opens"
	Observed  string // "no answer came"
	Agreement Agreement

	blocked bool // the prediction is that it does not work
	result  probe.Result
}

// probed returns what was probed of the case's own target; the zero Round when nothing was, or something else.
func (f Facts) probed(t Target) probe.Round {
	if r := f.c.Probes; r != nil && r.Target.Host == t.Host && r.Target.Port == t.Port {
		return *r
	}
	return probe.Round{}
}

// seen returns the addresses that a name has inside the container, nil when nobody has looked.
func (f Facts) seen(host string) []netip.Addr {
	r := f.c.Probes
	if r == nil || r.Target.Host != host {
		return nil
	}
	found, _ := r.Of(probe.Name)
	return found.Addresses
}

// leading returns the resolution of a name that the configuration does not decide, and that has these addresses inside the container.
func (n knownNetwork) leading(r vpc.Resolution, addresses []netip.Addr) vpc.Resolution {
	var four, six netipx.IPSetBuilder
	public := true
	for _, a := range addresses {
		if a.Is4() {
			four.Add(a)
		} else {
			six.Add(a)
		}
		public = public && publicAddress(a)
		if d := n.DestinationOf(a); d.Endpoint != "" {
			r.Endpoint = d.Endpoint
		}
	}
	r.Path, r.To = vpc.PathPrivate, nil
	switch {
	case r.Endpoint != "":
		r.Path = vpc.PathEndpoint
	case public:
		r.Path = vpc.PathPublic
	}
	for _, b := range []*netipx.IPSetBuilder{&four, &six} {
		if set, err := b.IPSet(); err == nil && len(set.Ranges()) > 0 {
			r.To = append(r.To, vpc.Destination{Name: r.Name, Addresses: set, Endpoint: r.Endpoint})
		}
	}
	return r
}

var sharedAddresses = netip.MustParsePrefix("100.64.0.0/10")

func publicAddress(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !sharedAddresses.Contains(a)
}

// compared holds each prediction of the configuration against its probe.
var compared = &Fact[[]Comparison]{
	Name:  "probes",
	Needs: []known{path, network, dialled, target},
	Derive: func(f Facts) []Comparison {
		t := target.Of(f)
		round := f.probed(t.Target)
		if f.mended || len(round.Results) == 0 {
			return nil
		}
		p, n, to := path.Of(f), network.Of(f), dialled.Of(f)
		var all []Comparison
		own, direct := p.resolution, p.main
		if p.proxied {
			own, direct = p.wanted, p.direct
		}
		same := true
		if found, ok := round.Of(probe.Name); ok {
			c := compareName(n, p, own, found)
			same = c.Agreement != Differs
			all = append(all, c)
		}
		if found, ok := round.Of(probe.Connect); ok {
			c := compareWay(direct, found, judgePort(f).Verdict == Fail)
			if !same { // two different addresses can't be compared
				c.Agreement = NotComparable
			}
			all = append(all, c)
		}
		if found, ok := round.Of(probe.ToProxy); ok {
			c := compareWay(p.main, found, false)
			if !p.proxied || !strings.HasPrefix(found.Target, to.Host+":") {
				c.Predicted, c.Agreement = noSuchProxy, Differs
				if _, err := proxy.Try(f); err != nil {
					c.Predicted, c.Agreement = "the proxy settings of the task definition can't be read", NotComparable
				}
			}
			c.Step = "proxy.settings"
			all = append(all, c)
		}
		if found, ok := round.Of(probe.HTTPProxy); ok && p.proxied {
			all = append(all, compareProxied(p.onward, found))
		}
		return all
	},
	Wants: []known{proxy},
}

// answered returns what probes answer to a step's question, with the words for it; "" when they do not.
func (f Facts) answered(question string) string {
	t, err := target.Try(f)
	if err != nil || f.mended {
		return ""
	}
	round := f.probed(t.Target)
	switch question {
	case answerDNS:
		if found, _ := round.Of(probe.Name); found.Verdict == probe.Unresolved || found.Verdict == probe.Timeout {
			return "none"
		}
	case answerProxyTarget:
		switch found, _ := round.Of(probe.HTTPProxy); found.Verdict {
		case probe.OK:
			return "yes"
		case probe.ProxyFailed:
			return "no"
		}
	}
	return ""
}

// noSuchProxy is what is predicted where a container has a proxy of its own.
const noSuchProxy = "the task definition names no such proxy"

// compareName holds what a name should lead to against the addresses that it has in the container.
func compareName(n knownNetwork, p paths, r vpc.Resolution, found probe.Result) Comparison {
	c := Comparison{Step: "dns.name", Probe: probe.Name, result: found, Observed: observed(found)}
	blocked := slices.ContainsFunc(p.lookups, func(t vpc.Trace) bool { return t.Verdict == vpc.Blocked })
	fits := func(probe.Result) bool { return false }
	switch {
	case blocked && !p.proxied:
		c.Predicted, c.blocked = "the DNS server is not reached", true
	case p.seen, r.Path == vpc.PathUnknown:
		c.Predicted = "what the name leads to can't be read from AWS"
		return c
	case r.Path == vpc.PathNowhere:
		c.Predicted, c.blocked = "the name does not resolve", true
	case r.Path == vpc.PathPublic:
		c.Predicted = "public addresses"
		fits = func(found probe.Result) bool {
			return !slices.ContainsFunc(found.Addresses, func(a netip.Addr) bool { return !publicAddress(a) })
		}
	default:
		own := n.addressesOf(r.To)
		c.Predicted = "private addresses" + listed(own)
		if r.Path == vpc.PathEndpoint {
			c.Predicted = "the VPC endpoint " + r.Endpoint + listed(own)
		}
		fits = func(found probe.Result) bool {
			return !slices.ContainsFunc(found.Addresses, func(a netip.Addr) bool {
				if len(own) > 0 {
					return !slices.Contains(own, a)
				}
				return publicAddress(a)
			})
		}
	}
	switch found.Verdict {
	case probe.Unknown:
	case probe.OK:
		c.Agreement = agreementOf(!c.blocked && fits(found))
	default:
		c.Agreement = agreementOf(c.blocked)
	}
	return c
}

// compareWay holds the verdict of a trace against a connection. Deaf is a service that does not listen on the port.
func compareWay(t vpc.Trace, found probe.Result, deaf bool) Comparison {
	c := Comparison{Step: "path.way", Probe: found.Probe, result: found, Observed: observed(found)}
	switch {
	case deaf:
		c.Step, c.Predicted, c.blocked = "target.port", "the service does not listen on this port", true
	case t.Verdict == vpc.Reachable:
		c.Predicted = "the network lets the connection through"
	case t.Verdict == vpc.Blocked:
		c.Predicted, c.blocked = "the network drops the connection", true
	default:
		c.Predicted = "whether the network lets the connection through can't be read from AWS"
		return c
	}
	switch found.Verdict {
	case probe.Reached:
		c.Agreement = agreementOf(!c.blocked)
	case probe.Refused: // an answer: packets went there and back
		c.Agreement = agreementOf(!c.blocked || deaf)
	case probe.Timeout, probe.NoRoute:
		c.Agreement = agreementOf(c.blocked)
	}
	return c
}

// compareProxied holds the verdict of the proxy's own way to the target against a request through it. A proxy whose way is open may have
// rules that are not.
func compareProxied(onward vpc.Trace, found probe.Result) Comparison {
	c := Comparison{Step: "proxy.target", Probe: found.Probe, result: found, Observed: observed(found)}
	switch onward.Verdict {
	case vpc.Reachable:
		c.Predicted = "the network lets the proxy through"
	case vpc.Blocked:
		c.Predicted, c.blocked = "the proxy has no way to the target", true
	default:
		c.Predicted = "whether the proxy gets the target through can't be read from AWS"
		return c
	}
	switch found.Verdict {
	case probe.OK:
		c.Agreement = agreementOf(!c.blocked)
	case probe.ProxyFailed:
		c.Agreement = agreementOf(c.blocked)
	}
	return c
}

func agreementOf(same bool) Agreement {
	if same {
		return Agrees
	}
	return Differs
}

// observed says what a probe saw, for a person.
func observed(r probe.Result) string {
	words := map[probe.Verdict]string{
		probe.Reached: "the connection opens", probe.Timeout: "no answer comes", probe.Refused: "the connection is refused", probe.Unresolved: "the name does not resolve",
		probe.NoRoute: "there is no route", probe.ProxyFailed: "the proxy does not get the target through", probe.Unknown: "it can't be told",
	}[r.Verdict]
	switch {
	case r.Probe == probe.Name && r.Verdict == probe.OK:
		words = r.Evidence
	case words == "":
		words = r.Verdict.String()
	}
	return words
}

// addressesOf returns the addresses of destinations, as far as they are single ones.
func (n knownNetwork) addressesOf(to []vpc.Destination) []netip.Addr {
	var all []netip.Addr
	for _, d := range to {
		if d.Addresses != nil {
			for _, r := range d.Addresses.Ranges() {
				if r.From() == r.To() {
					all = append(all, r.From())
				}
			}
		}
		for _, id := range d.Interfaces {
			if i, ok := n.networkInterface(id); ok {
				for _, a := range i.Addresses {
					all = append(all, a.Private)
				}
				all = append(all, i.IPv6...)
			}
		}
	}
	return all
}

func listed(addresses []netip.Addr) string {
	if len(addresses) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s)", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(addresses)), ", "), "[]"))
}
