package vpc_test

import (
	"net/netip"
	"slices"
	"testing"

	"fargate-doctor/aws/vpc"
)

// office is the network that most tests start from: one VPC with a public subnet that holds a NAT gateway, a private one for
// the task, one with an interface endpoint and a database, each with its own route table and network ACL.
func office() vpc.Network {
	all := []vpc.Permission{permit("-1", "0.0.0.0/0"), permit("-1", "::/0")}
	return vpc.Network{
		VPCs: []vpc.VPC{{ID: "vpc-1", Region: "eu-central-1", CIDRs: cidrs("10.0.0.0/16", "2a05:d014:1::/56"), DNSSupport: vpc.Yes, DNSHostnames: vpc.Yes, DHCPOptions: "dopt-1"}},
		Subnets: []vpc.Subnet{
			{ID: "subnet-public", VPC: "vpc-1", Zone: "eu-central-1a", ZoneID: "euc1-az1", CIDRs: cidrs("10.0.0.0/24", "2a05:d014:1:0::/64")},
			{ID: "subnet-app", VPC: "vpc-1", Zone: "eu-central-1a", ZoneID: "euc1-az1", CIDRs: cidrs("10.0.1.0/24", "2a05:d014:1:1::/64")},
			{ID: "subnet-data", VPC: "vpc-1", Zone: "eu-central-1b", ZoneID: "euc1-az2", CIDRs: cidrs("10.0.2.0/24", "2a05:d014:1:2::/64")},
		},
		RouteTables: []vpc.RouteTable{
			{ID: "rtb-main", VPC: "vpc-1", Main: true, Routes: local()},
			{ID: "rtb-public", VPC: "vpc-1", Subnets: []string{"subnet-public"}, Routes: append(local(), to("0.0.0.0/0", vpc.TargetInternetGateway, "igw-1"), to("::/0", vpc.TargetInternetGateway, "igw-1"))},
			{ID: "rtb-app", VPC: "vpc-1", Subnets: []string{"subnet-app"}, Routes: append(local(), to("0.0.0.0/0", vpc.TargetNAT, "nat-1"), to("::/0", vpc.TargetEgressOnly, "eigw-1"))},
		},
		ACLs: []vpc.NetworkACL{acl("acl-public", "subnet-public"), acl("acl-app", "subnet-app"), acl("acl-data", "subnet-data")},
		SecurityGroups: []vpc.SecurityGroup{
			{ID: "sg-app", Name: "app", VPC: "vpc-1", Egress: all},
			{ID: "sg-endpoint", Name: "endpoint", VPC: "vpc-1", Ingress: []vpc.Permission{permit("tcp 443", "10.0.0.0/16"), permit("tcp 443", "2a05:d014:1::/56")}, Egress: all},
			{ID: "sg-data", Name: "data", VPC: "vpc-1", Ingress: []vpc.Permission{permit("tcp 5432", "sg-app")}, Egress: all},
		},
		Interfaces: []vpc.NetworkInterface{
			eni("eni-task", "subnet-app", "10.0.1.10", "", "sg-app"),
			eni("eni-web", "subnet-public", "10.0.0.10", "198.51.100.10", "sg-app"),
			eni("eni-bare", "subnet-public", "10.0.0.11", "", "sg-app"),
			eni("eni-endpoint", "subnet-data", "10.0.2.20", "", "sg-endpoint"),
			eni("eni-data", "subnet-data", "10.0.2.30", "", "sg-data"),
			{ID: "eni-nat", VPC: "vpc-1", Subnet: "subnet-public", Type: "nat_gateway", Addresses: []vpc.Address{{Private: ip("10.0.0.5"), Public: ip("198.51.100.5")}}},
		},
		InternetGateways:   []vpc.InternetGateway{{ID: "igw-1", VPCs: []string{"vpc-1"}}},
		EgressOnlyGateways: []vpc.InternetGateway{{ID: "eigw-1", VPCs: []string{"vpc-1"}}},
		NATGateways:        []vpc.NATGateway{{ID: "nat-1", VPC: "vpc-1", Subnet: "subnet-public", State: "available", Addresses: []vpc.NATAddress{{Private: ip("10.0.0.5"), Public: ip("198.51.100.5"), Interface: "eni-nat", Zone: "eu-central-1a"}}}},
		Endpoints: []vpc.Endpoint{{ID: "vpce-sns", VPC: "vpc-1", Service: "com.amazonaws.eu-central-1.sns", Type: vpc.InterfaceEndpoint, State: "available", PrivateDNS: true, IPAddressType: "ipv4",
			Subnets: []string{"subnet-data"}, Groups: []string{"sg-endpoint"}, Interfaces: []string{"eni-endpoint"}}},
		DHCPOptions: []vpc.DHCPOptions{{ID: "dopt-1", DNSServers: []string{"AmazonProvidedDNS"}}},
	}
}

func ip(s string) netip.Addr { return netip.MustParseAddr(s) }

func cidrs(in ...string) (out []netip.Prefix) {
	for _, s := range in {
		out = append(out, netip.MustParsePrefix(s).Masked())
	}
	return out
}

func local() []vpc.Route {
	return []vpc.Route{to("10.0.0.0/16", vpc.TargetLocal, "local"), to("2a05:d014:1::/56", vpc.TargetLocal, "local")}
}

// to makes a route to a block or a prefix list.
func to(dst string, kind vpc.TargetKind, id string) vpc.Route {
	r := vpc.Route{Target: vpc.Target{Kind: kind, ID: id}}
	if p, err := netip.ParsePrefix(dst); err == nil {
		r.Prefix = p
	} else {
		r.PrefixList = dst
	}
	return r
}

// ports reads "tcp 443", "udp 1024-65535" or "-1".
func ports(s string) (protocol int, r vpc.PortRange) {
	var rest string
	for i := range s {
		if s[i] == ' ' {
			s, rest = s[:i], s[i+1:]
			break
		}
	}
	protocol = map[string]int{"-1": vpc.AnyProtocol, "tcp": vpc.TCP, "udp": vpc.UDP, "icmp": vpc.ICMP}[s]
	n, dash := [2]int{}, 0
	for _, c := range rest {
		if c == '-' {
			dash = 1
			continue
		}
		n[dash] = n[dash]*10 + int(c-'0')
	}
	if dash == 0 {
		n[1] = n[0]
	}
	return protocol, vpc.PortRange{From: uint16(n[0]), To: uint16(n[1])}
}

// permit makes a permission of a group for a block, a group (sg-…) or a prefix list (pl-…).
func permit(traffic string, peers ...string) vpc.Permission {
	var p vpc.Permission
	p.Protocol, p.Ports = ports(traffic)
	p.ICMPType = -1
	for _, x := range peers {
		switch {
		case x[:3] == "sg-":
			p.Groups = append(p.Groups, x)
		case x[:3] == "pl-":
			p.PrefixLists = append(p.PrefixLists, x)
		default:
			p.Prefixes = append(p.Prefixes, netip.MustParsePrefix(x))
		}
	}
	return p
}

// acl makes an ACL that allows everything, as a VPC's default one does.
func acl(id string, subnets ...string) vpc.NetworkACL {
	return vpc.NetworkACL{ID: id, VPC: "vpc-1", Subnets: subnets, Entries: []vpc.ACLEntry{
		deny(32767, "out", "-1", "0.0.0.0/0"), allow(100, "out", "-1", "0.0.0.0/0"), allow(101, "out", "-1", "::/0"),
		deny(32767, "in", "-1", "0.0.0.0/0"), allow(100, "in", "-1", "0.0.0.0/0"), allow(101, "in", "-1", "::/0"),
	}}
}

func allow(n int, way, traffic, block string) vpc.ACLEntry {
	e := vpc.ACLEntry{Number: n, Egress: way == "out", Allow: true, Prefix: netip.MustParsePrefix(block), ICMPType: -1}
	e.Protocol, e.Ports = ports(traffic)
	return e
}

func deny(n int, way, traffic, block string) vpc.ACLEntry {
	e := allow(n, way, traffic, block)
	e.Allow = false
	return e
}

func eni(id, subnet, private, public string, groups ...string) vpc.NetworkInterface {
	n := vpc.NetworkInterface{ID: id, VPC: "vpc-1", Subnet: subnet, Type: "interface", Status: "in-use", Groups: groups, SourceDestCheck: true,
		Addresses: []vpc.Address{{Private: ip(private)}}}
	if public != "" {
		n.Addresses[0].Public = ip(public)
	}
	return n
}

// The parts of a network by id, to be changed in a test.

func group(n *vpc.Network, id string) *vpc.SecurityGroup {
	return &n.SecurityGroups[slices.IndexFunc(n.SecurityGroups, func(g vpc.SecurityGroup) bool { return g.ID == id })]
}

func table(n *vpc.Network, id string) *vpc.RouteTable {
	return &n.RouteTables[slices.IndexFunc(n.RouteTables, func(t vpc.RouteTable) bool { return t.ID == id })]
}

func aclOf(n *vpc.Network, id string) *vpc.NetworkACL {
	return &n.ACLs[slices.IndexFunc(n.ACLs, func(a vpc.NetworkACL) bool { return a.ID == id })]
}

func subnet(n *vpc.Network, id string) *vpc.Subnet {
	return &n.Subnets[slices.IndexFunc(n.Subnets, func(s vpc.Subnet) bool { return s.ID == id })]
}

func face(n *vpc.Network, id string) *vpc.NetworkInterface {
	return &n.Interfaces[slices.IndexFunc(n.Interfaces, func(s vpc.NetworkInterface) bool { return s.ID == id })]
}

// flow is a TCP connection from an interface to an address.
func flow(from, dst string, port uint16) vpc.Flow {
	return vpc.Flow{From: vpc.Source{Interface: from}, To: vpc.Compile(vpc.Network{}).DestinationOf(ip(dst)), Protocol: vpc.TCP, Port: port}
}

func toInternet(from string) vpc.Flow {
	return vpc.Flow{From: vpc.Source{Interface: from}, To: vpc.Destination{Name: "sns.eu-central-1.amazonaws.com", Any: vpc.AnyPublicIPv4}, Protocol: vpc.TCP, Port: 443}
}

func toEndpoint(from string) vpc.Flow {
	return vpc.Flow{From: vpc.Source{Interface: from}, To: vpc.Destination{Interfaces: []string{"eni-endpoint"}, Endpoint: "vpce-sns"}, Protocol: vpc.TCP, Port: 443}
}

// codes are the causes of a trace in path order, each once.
func codes(t vpc.Trace) []string {
	out := []string{}
	for _, c := range t.Causes() {
		if !slices.Contains(out, c.Code) {
			out = append(out, c.Code)
		}
	}
	return out
}

func show(t *testing.T, tr vpc.Trace) {
	t.Helper()
	t.Logf("verdict %v", tr.Verdict)
	for _, c := range tr.Checks {
		t.Logf("  %-16s %d back=%v %-28s %s %s %v", c.Test, c.Result, c.Backward, c.Code, c.Subject.ID, c.Detail, c.Missing)
	}
	for _, n := range tr.Needs {
		t.Logf("  needs %s %s", n.Kind, n.ID)
	}
}
