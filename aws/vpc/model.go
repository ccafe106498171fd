package vpc

import (
	"net/netip"
	"slices"

	"go4.org/netipx"
)

// A Model is a Network compiled for questions. It is immutable and safe for concurrent use.
type Model struct {
	net Network

	vpcs          map[string]*vpcIndex
	subnets       map[string]*subnetIndex
	interfaces    map[string]*NetworkInterface
	located       map[location]*NetworkInterface
	publicOwners  map[netip.Addr]*NetworkInterface
	groups        map[string]*groupRules
	prefixLists   map[string]*PrefixList
	internet      map[string]*InternetGateway
	egressOnly    map[string]*InternetGateway
	nats          map[string]*NATGateway
	endpoints     map[string]*Endpoint
	endpointOf    map[string]*Endpoint // by interface id
	peerings      map[string]*Peering
	attachments   map[attachmentKey]*TransitAttachment
	transitTables map[string]*transitTable
	edgeTables    map[string]*routeTable // by the internet gateway that they are associated with
	appliances    map[string]bool        // interfaces that routes lead to
	gaps          map[gapKey]*Gap
}

type location struct {
	vpc  string
	addr netip.Addr
}

// An attachmentKey finds an attachment. A peering attachment has one id and two gateways; a VPC has one attachment per
// gateway, found with the id of the VPC.
type attachmentKey struct{ id, gateway string }

type gapKey struct {
	kind  Kind
	scope string
}

type vpcIndex struct {
	VPC
	subnets []*subnetIndex
	main    *routeTable
}

type subnetIndex struct {
	Subnet
	home  *vpcIndex   // never nil
	known bool        // the VPC itself is in the network
	table *routeTable // nil when not known
	acl   *aclRules   // nil when not known
}

// Compile indexes a network. It never fails: what the network lacks shows in the answers.
func Compile(n Network) *Model {
	m := &Model{
		net:           n,
		vpcs:          make(map[string]*vpcIndex, len(n.VPCs)),
		subnets:       make(map[string]*subnetIndex, len(n.Subnets)),
		interfaces:    make(map[string]*NetworkInterface, len(n.Interfaces)),
		located:       make(map[location]*NetworkInterface, len(n.Interfaces)),
		publicOwners:  map[netip.Addr]*NetworkInterface{},
		groups:        make(map[string]*groupRules, len(n.SecurityGroups)),
		prefixLists:   make(map[string]*PrefixList, len(n.PrefixLists)),
		internet:      map[string]*InternetGateway{},
		egressOnly:    map[string]*InternetGateway{},
		nats:          map[string]*NATGateway{},
		endpoints:     map[string]*Endpoint{},
		endpointOf:    map[string]*Endpoint{},
		peerings:      map[string]*Peering{},
		attachments:   map[attachmentKey]*TransitAttachment{},
		transitTables: map[string]*transitTable{},
		edgeTables:    map[string]*routeTable{},
		appliances:    map[string]bool{},
		gaps:          make(map[gapKey]*Gap, len(n.Gaps)),
	}
	for i := range n.Gaps {
		g := &m.net.Gaps[i]
		m.gaps[gapKey{g.Kind, g.Scope}] = g
	}
	for i := range n.PrefixLists {
		m.prefixLists[n.PrefixLists[i].ID] = &m.net.PrefixLists[i]
	}
	for _, v := range n.VPCs {
		m.vpcs[v.ID] = &vpcIndex{VPC: v}
	}
	m.indexSubnets()
	m.indexTables()
	m.indexACLs()
	m.indexGateways()
	m.indexEndpoints()
	m.indexTransit()
	m.indexInterfaces()
	m.indexAppliances()
	for i := range n.SecurityGroups {
		g := &m.net.SecurityGroups[i]
		m.groups[g.ID] = m.compileGroup(g)
	}
	return m
}

func (m *Model) indexSubnets() {
	for _, s := range m.net.Subnets {
		if m.subnets[s.ID] != nil {
			continue // shared subnets are seen from several accounts
		}
		home, known := m.vpcs[s.VPC]
		if !known {
			home = &vpcIndex{VPC: VPC{ID: s.VPC}}
		}
		i := &subnetIndex{Subnet: s, home: home, known: known}
		home.subnets = append(home.subnets, i)
		m.subnets[s.ID] = i
	}
}

func (m *Model) indexTables() {
	for i := range m.net.RouteTables {
		t := m.compileTable(&m.net.RouteTables[i])
		if v := m.vpcs[t.VPC]; v != nil && t.Main {
			v.main = t
		}
		for _, id := range t.Subnets {
			if s := m.subnets[id]; s != nil {
				s.table = t
			}
		}
		for _, id := range t.Gateways {
			m.edgeTables[id] = t
		}
	}
	// A subnet without an association of its own uses the main table, but only where no association can have been missed.
	for _, s := range m.subnets {
		if s.table == nil && m.gap(KindRouteTable, s.VPC, s.ID) == nil {
			s.table = s.home.main
		}
	}
}

func (m *Model) indexACLs() {
	defaults := map[string]*aclRules{}
	for i := range m.net.ACLs {
		a := compileACL(&m.net.ACLs[i])
		if a.Default {
			defaults[a.VPC] = a
		}
		for _, id := range a.Subnets {
			if s := m.subnets[id]; s != nil {
				s.acl = a
			}
		}
	}
	for _, s := range m.subnets {
		if s.acl == nil && m.gap(KindACL, s.VPC, s.ID) == nil {
			s.acl = defaults[s.VPC]
		}
	}
}

func (m *Model) indexGateways() {
	for i := range m.net.InternetGateways {
		m.internet[m.net.InternetGateways[i].ID] = &m.net.InternetGateways[i]
	}
	for i := range m.net.EgressOnlyGateways {
		m.egressOnly[m.net.EgressOnlyGateways[i].ID] = &m.net.EgressOnlyGateways[i]
	}
	for i := range m.net.NATGateways {
		m.nats[m.net.NATGateways[i].ID] = &m.net.NATGateways[i]
	}
	for i := range m.net.Peerings {
		m.peerings[m.net.Peerings[i].ID] = &m.net.Peerings[i]
	}
}

func (m *Model) indexEndpoints() {
	for i := range m.net.Endpoints {
		e := &m.net.Endpoints[i]
		m.endpoints[e.ID] = e
		for _, id := range e.Interfaces {
			m.endpointOf[id] = e
		}
	}
}

func (m *Model) indexInterfaces() {
	for i := range m.net.Interfaces {
		n := &m.net.Interfaces[i]
		if m.interfaces[n.ID] != nil {
			continue
		}
		m.interfaces[n.ID] = n
		for _, a := range n.Addresses {
			m.located[location{n.VPC, a.Private}] = n
			if a.Public.IsValid() {
				m.publicOwners[a.Public] = n
			}
		}
		for _, a := range n.IPv6 {
			m.located[location{n.VPC, a}] = n
			m.publicOwners[a] = n
		}
	}
}

func (m *Model) indexAppliances() {
	instances := map[string]bool{}
	for _, t := range m.net.RouteTables {
		for _, r := range t.Routes {
			switch r.Target.Kind {
			case TargetInterface:
				m.appliances[r.Target.ID] = true
				if n := m.interfaces[r.Target.ID]; n != nil {
					instances[n.Instance] = true
				}
			case TargetInstance:
				instances[r.Target.ID] = true
			}
		}
	}
	for _, n := range m.net.Interfaces {
		if n.Instance != "" && instances[n.Instance] {
			m.appliances[n.ID] = true
		}
	}
}

// gap returns the gap that hides resources of the kind in any of the scopes, nil if there is none.
func (m *Model) gap(kind Kind, scopes ...string) *Gap {
	if len(m.gaps) == 0 {
		return nil
	}
	if g := m.gaps[gapKey{kind, ""}]; g != nil {
		return g
	}
	for _, s := range scopes {
		if s == "" {
			continue
		}
		if g := m.gaps[gapKey{kind, s}]; g != nil {
			return g
		}
	}
	return nil
}

// InterfaceAt returns the network interface that holds the private, public or IPv6 address. It is false when none is known
// or when several VPCs use the same private address.
func (m *Model) InterfaceAt(addr netip.Addr) (NetworkInterface, bool) {
	if n := m.publicOwners[addr]; n != nil {
		return *n, true
	}
	var found *NetworkInterface
	for id := range m.vpcs {
		if n := m.located[location{id, addr}]; n != nil && n != found {
			if found != nil {
				return NetworkInterface{}, false
			}
			found = n
		}
	}
	if found == nil {
		i := slices.IndexFunc(m.net.Interfaces, func(n NetworkInterface) bool { return n.holds(addr) })
		if i < 0 {
			return NetworkInterface{}, false
		}
		found = &m.net.Interfaces[i]
	}
	return *found, true
}

// DestinationOf returns the destination that a person means by an address.
func (m *Model) DestinationOf(addr netip.Addr) Destination {
	var b netipx.IPSetBuilder
	b.Add(addr.Unmap())
	set, _ := b.IPSet() // one valid address never fails
	d := Destination{Name: addr.String(), Addresses: set}
	if n, ok := m.InterfaceAt(addr); ok {
		if e := m.endpointOf[n.ID]; e != nil {
			d.Endpoint = e.ID
		}
	}
	return d
}

func (n *NetworkInterface) holds(a netip.Addr) bool {
	return slices.Contains(n.IPv6, a) || slices.ContainsFunc(n.Addresses, func(x Address) bool { return x.Private == a })
}

// subnetAt returns the subnet of the VPC that contains the address.
func (v *vpcIndex) subnetAt(a netip.Addr) *subnetIndex {
	for _, s := range v.subnets {
		for _, p := range s.CIDRs {
			if p.Contains(a) {
				return s
			}
		}
	}
	return nil
}

// contains reports whether the address lies in one of the VPC's blocks.
func (v *vpcIndex) contains(a netip.Addr) bool {
	return slices.ContainsFunc(v.CIDRs, func(p netip.Prefix) bool { return p.Contains(a) })
}

// resolver reports whether a is the address of the Amazon resolver in the VPC: the base of a block plus two.
func (v *vpcIndex) resolver(a netip.Addr) bool {
	return slices.ContainsFunc(v.CIDRs, func(p netip.Prefix) bool { return p.Masked().Addr().Next().Next() == a && p.Addr().Is4() })
}
