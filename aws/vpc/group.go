package vpc

import (
	"net/netip"
	"slices"
)

// groupRules is a security group with its permissions' prefix lists expanded.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
type groupRules struct {
	*SecurityGroup
	ingress, egress []permission
}

type permission struct {
	*Permission
	prefixes []netip.Prefix // the permission's own and those of its prefix lists
	unread   []string       // prefix lists that are not known
}

func (m *Model) compileGroup(g *SecurityGroup) *groupRules {
	return &groupRules{SecurityGroup: g, ingress: m.compilePermissions(g.Ingress), egress: m.compilePermissions(g.Egress)}
}

func (m *Model) compilePermissions(in []Permission) []permission {
	out := make([]permission, len(in))
	for i := range in {
		p := permission{Permission: &in[i], prefixes: in[i].Prefixes}
		if len(in[i].PrefixLists) > 0 {
			p.prefixes = slices.Clone(p.prefixes)
		}
		for _, id := range in[i].PrefixLists {
			if l := m.prefixLists[id]; l != nil {
				p.prefixes = append(p.prefixes, l.Prefixes...)
			} else {
				p.unread = append(p.unread, id)
			}
		}
		out[i] = p
	}
	return out
}

func (p *permission) speaksOf(protocol int, port uint16, icmpType int) bool {
	if p.Protocol == AnyProtocol {
		return true
	}
	if p.Protocol != protocol {
		return false
	}
	switch protocol {
	case TCP, UDP:
		return p.Ports == PortRange{} || p.Ports.From <= port && port <= p.Ports.To
	case ICMP, ICMPv6:
		return p.ICMPType == -1 || p.ICMPType == icmpType
	}
	return true
}

// References says what a group reference means on a path.
type references int8

const (
	referencesHold  references = iota // peers are known by their groups
	referencesFail                    // the peer's private address is not seen, or references do not cross this border
	referencesMaybe                   // it depends on an option that cannot be read (transit gateway)
)

// A knock is traffic at an interface, as its security groups see it.
type knock struct {
	egress     bool
	peer       spans
	peerGroups []string // the groups of the peer's interface
	peerKnown  bool     // peerGroups is complete
	references references
	protocol   int
	port       uint16
	icmpType   int
}

// An admission is what the groups of an interface decided.
type admission struct {
	result   Result
	group    *groupRules // the group that let it pass
	by       *Permission
	through  string       // "" or the group reference that matched
	prefix   netip.Prefix // the prefix that matched
	witness  netip.Addr
	unread   []string // groups that are not known and could decide
	lists    []string // prefix lists that are not known and could decide
	deciding string   // a group reference that would decide and can't
}

// admit asks all groups of an interface; one permission that matches is enough.
func (m *Model) admit(groups []string, k knock) admission {
	var a admission
	left := k.peer
	_, single := left.single()
	for _, id := range groups {
		g := m.groups[id]
		if g == nil {
			a.unread = append(a.unread, id)
			continue
		}
		permissions := g.ingress
		if k.egress {
			permissions = g.egress
		}
		for i := range permissions {
			p := &permissions[i]
			if !p.speaksOf(k.protocol, k.port, k.icmpType) {
				continue
			}
			for _, x := range p.prefixes {
				if left.within(x) {
					return admission{result: Passed, group: g, by: p.Permission, prefix: x}
				}
				if !single && left.overlaps(x) {
					left = left.without(x)
					if a.group == nil {
						a.group, a.by, a.prefix = g, p.Permission, x
					}
				}
			}
			for _, ref := range p.Groups {
				if k.references == referencesFail {
					continue
				}
				held := slices.Contains(k.peerGroups, ref)
				if held && k.references == referencesHold {
					return admission{result: Passed, group: g, by: p.Permission, through: ref}
				}
				if held || !k.peerKnown {
					a.deciding = ref
				}
			}
			if len(p.unread) > 0 {
				a.lists = append(a.lists, p.unread...)
			}
		}
	}
	switch {
	case len(a.unread) > 0 || len(a.lists) > 0 || a.deciding != "":
		a.result = NotDecided
	case a.group != nil:
		a.result, a.witness = Partly, left.first()
	default:
		a.result = Failed
	}
	return a
}

// describe tells the admission in one line: "sg-1 allows tcp 443 to 0.0.0.0/0".
func (a admission) describe(k knock) string {
	side := " from "
	if k.egress {
		side = " to "
	}
	switch {
	case a.result == Passed && a.through != "":
		return a.group.ID + " allows " + traffic(a.by.Protocol, a.by.Ports) + side + a.through
	case a.result == Passed:
		return a.group.ID + " allows " + traffic(a.by.Protocol, a.by.Ports) + side + a.prefix.String()
	case a.result == Partly:
		return "rules cover a part only, not " + traffic(k.protocol, PortRange{k.port, k.port}) + side + a.witness.String()
	case a.result == Failed:
		return "no rule allows " + traffic(k.protocol, PortRange{k.port, k.port}) + side + k.peer.String()
	case len(a.unread) > 0:
		return a.unread[0] + " is not known"
	case len(a.lists) > 0:
		return "prefix list " + a.lists[0] + " is not known"
	}
	return "it depends on the reference to " + a.deciding
}
