package vpc

import (
	"net/netip"
	"slices"
)

// enter goes on from the internet to an interface that is known by its public address, in this VPC or another one.
func (w *walk) enter(c *party, to spans, n *NetworkInterface, a netip.Addr) {
	s := w.m.subnets[n.Subnet]
	if s == nil {
		w.hop(KindInternet, "internet", "", to.String())
		check := Check{Test: TestDestinationACL, Hop: w.hop(KindInterface, n.ID, n.Description, a.String()), Subject: Ref{Kind: KindInterface, ID: n.ID}}
		w.missing(&check, need{kind: KindSubnet, id: n.Subnet, vpc: n.VPC, owner: n.Owner})
		w.check(check)
		w.answerAt(c, to)
		return
	}
	inside := a
	if a.Is4() {
		i := slices.IndexFunc(n.Addresses, func(x Address) bool { return x.Public == a })
		inside = n.Addresses[i].Private
	}
	there := arrival{kind: atInterface, vpc: s.home, subnet: s, iface: n, src: c.public, dst: spans{{inside, inside}}, border: borderInternet}
	w.hop(KindInternet, "internet", "", to.String())
	w.acl(s, roleDestination, crossing{peer: c.public, protocol: w.flow.Protocol, ports: PortRange{w.flow.Port, w.flow.Port}, icmpType: echoRequest(to)})
	w.reach(c, to, there)
}
