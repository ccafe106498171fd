package vpc_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws/vpc"
)

// A fault is a change to the office that breaks one path, and what a trace must say of it.
type fault struct {
	name    string
	breaks  func(*vpc.Network)
	flow    vpc.Flow
	verdict vpc.Verdict
	codes   []string // in path order
	mends   bool     // the mend of the last cause leads to a reachable path
}

var anyone = []vpc.Permission{permit("-1", "0.0.0.0/0")}

func faults() []fault {
	endpoint, internet := toEndpoint("eni-task"), toInternet("eni-task")
	data := flow("eni-task", "10.0.2.30", 5432)
	six := flow("eni-task", "2600:9000::1", 443)
	s3 := vpc.Flow{From: vpc.Source{Interface: "eni-task"}, To: vpc.Destination{PrefixList: "pl-s3"}, Protocol: vpc.TCP, Port: 443}
	return []fault{
		{"no egress rule at all", func(n *vpc.Network) { group(n, "sg-app").Egress = nil }, internet, vpc.Blocked, []string{"sg.egress-denied"}, true},
		{"no egress rule for the port", func(n *vpc.Network) { group(n, "sg-app").Egress = []vpc.Permission{permit("tcp 80", "0.0.0.0/0")} }, endpoint, vpc.Blocked, []string{"sg.egress-denied"}, true},
		{"an IPv4 rule does not cover IPv6", func(n *vpc.Network) {
			withIPv6(n)
			group(n, "sg-app").Egress = anyone
		}, six, vpc.Blocked, []string{"sg.egress-denied"}, true},
		{"egress to a part of the addresses", func(n *vpc.Network) { group(n, "sg-app").Egress = []vpc.Permission{permit("tcp 443", "52.0.0.0/8")} }, internet, vpc.Unknown, []string{"sg.egress-partial"}, true},
		{"egress to a group does not match public addresses", func(n *vpc.Network) { group(n, "sg-app").Egress = []vpc.Permission{permit("tcp 443", "sg-endpoint")} }, internet, vpc.Blocked, []string{"sg.egress-denied"}, true},
		{"ACL denies outbound", func(n *vpc.Network) { prepend(aclOf(n, "acl-app"), deny(90, "out", "tcp 443", "0.0.0.0/0")) }, endpoint, vpc.Blocked, []string{"nacl.egress-denied"}, true},
		{"ACL without the answer's ports", func(n *vpc.Network) {
			aclOf(n, "acl-app").Entries = []vpc.ACLEntry{allow(100, "out", "-1", "0.0.0.0/0"), allow(100, "in", "tcp 443", "0.0.0.0/0")}
		}, internet, vpc.Blocked, []string{"nacl.ingress-denied"}, true},
		{"ACL with a part of the answer's ports", func(n *vpc.Network) {
			aclOf(n, "acl-app").Entries = []vpc.ACLEntry{allow(100, "out", "-1", "0.0.0.0/0"), allow(100, "in", "tcp 49152-65535", "0.0.0.0/0")}
		}, internet, vpc.Unknown, []string{"nacl.ingress-partial"}, true},
		{"endpoint's ACL denies inbound", func(n *vpc.Network) { prepend(aclOf(n, "acl-data"), deny(10, "in", "tcp 443", "10.0.1.0/24")) }, endpoint, vpc.Blocked, []string{"nacl.destination-ingress-denied"}, true},
		{"endpoint's ACL denies the answer", func(n *vpc.Network) { prepend(aclOf(n, "acl-data"), deny(10, "out", "tcp 1024-65535", "10.0.1.0/24")) }, endpoint, vpc.Blocked, []string{"nacl.destination-egress-denied"}, true},
		{"NAT's ACL denies outbound", func(n *vpc.Network) { prepend(aclOf(n, "acl-public"), deny(10, "out", "tcp 443", "0.0.0.0/0")) }, internet, vpc.Blocked, []string{"nacl.nat-egress-denied"}, true},
		{"NAT's ACL denies the internet's answer", func(n *vpc.Network) {
			aclOf(n, "acl-public").Entries = []vpc.ACLEntry{allow(100, "out", "-1", "0.0.0.0/0"), allow(100, "in", "tcp 443", "10.0.0.0/16")}
		}, flow("eni-task", "8.8.8.8", 443), vpc.Blocked, []string{"nacl.nat-ingress-denied"}, true},
		{"NAT's ACL denies the task", func(n *vpc.Network) { prepend(aclOf(n, "acl-public"), deny(10, "in", "tcp 443", "10.0.1.0/24")) }, internet, vpc.Blocked, []string{"nacl.destination-ingress-denied"}, true},
		{"NAT's ACL denies the answer to the task", func(n *vpc.Network) {
			prepend(aclOf(n, "acl-public"), deny(10, "out", "tcp 32768-60999", "10.0.1.0/24"))
		}, internet, vpc.Blocked, []string{"nacl.destination-egress-denied"}, true},
		{"no route", func(n *vpc.Network) { table(n, "rtb-app").Routes = local() }, internet, vpc.Blocked, []string{"route.none"}, true},
		{"main table by implicit association", func(n *vpc.Network) { table(n, "rtb-app").Subnets = nil }, internet, vpc.Blocked, []string{"route.none"}, true},
		{"blackhole does not fall through", func(n *vpc.Network) {
			dead := to("8.0.0.0/8", vpc.TargetPeering, "pcx-gone")
			dead.Blackhole = true
			table(n, "rtb-app").Routes = append(table(n, "rtb-app").Routes, dead)
		}, flow("eni-task", "8.8.8.8", 443), vpc.Blocked, []string{"route.blackhole"}, false},
		{"overlapping prefix lists", func(n *vpc.Network) {
			n.PrefixLists = []vpc.PrefixList{{ID: "pl-1", Prefixes: cidrs("8.8.0.0/16")}, {ID: "pl-2", Prefixes: cidrs("8.8.8.0/24")}}
			table(n, "rtb-app").Routes = append(table(n, "rtb-app").Routes, to("pl-1", vpc.TargetNAT, "nat-1"), to("pl-2", vpc.TargetNAT, "nat-2"))
			n.NATGateways = append(n.NATGateways, n.NATGateways[0])
			n.NATGateways[1].ID = "nat-2"
		}, flow("eni-task", "8.8.8.8", 443), vpc.Unknown, []string{}, false},
		{"internet gateway without a public address", nil, toInternet("eni-bare"), vpc.Blocked, []string{"route.igw-without-public-ip"}, false},
		{"internet gateway detached", func(n *vpc.Network) { n.InternetGateways[0].VPCs = nil }, toInternet("eni-web"), vpc.Blocked, []string{"route.igw-detached"}, true},
		{"private address to the internet gateway", nil, flow("eni-web", "172.20.0.1", 443), vpc.Blocked, []string{"route.private-address-via-igw"}, false},
		{"NAT failed", func(n *vpc.Network) {
			n.NATGateways[0].State, n.NATGateways[0].FailureCode = "failed", "Gateway.NotAttached"
		}, internet, vpc.Blocked, []string{"route.nat-unavailable"}, false},
		{"private NAT", func(n *vpc.Network) { n.NATGateways[0].Private = true }, internet, vpc.Blocked, []string{"route.nat-private"}, false},
		{"NAT without a way to the internet", func(n *vpc.Network) { table(n, "rtb-public").Routes = local() }, internet, vpc.Blocked, []string{"route.nat-no-internet"}, true},
		{"NAT in the task's subnet", func(n *vpc.Network) { n.NATGateways[0].Subnet = "subnet-app" }, internet, vpc.Blocked, []string{"route.nat-no-internet"}, false},
		{"regional NAT in other zones", func(n *vpc.Network) {
			n.NATGateways[0].Regional, n.NATGateways[0].Subnet, n.NATGateways[0].Addresses[0].Zone = true, "", "eu-central-1c"
		}, internet, vpc.Blocked, []string{"route.nat-wrong-az"}, false},
		{"appliance with source/destination check", func(n *vpc.Network) {
			table(n, "rtb-app").Routes = append(local(), to("0.0.0.0/0", vpc.TargetInterface, "eni-web"))
		}, internet, vpc.Blocked, []string{"route.instance-source-dest-check"}, false},
		{"virtual private gateway", func(n *vpc.Network) {
			table(n, "rtb-app").Routes = append(local(), to("0.0.0.0/0", vpc.TargetVirtualPrivate, "vgw-1"))
		}, internet, vpc.Unknown, []string{}, false},
		{"no IPv6 route", func(n *vpc.Network) {
			withIPv6(n)
			table(n, "rtb-app").Routes = local()
		}, six, vpc.Blocked, []string{"route.ipv6-none"}, true},
		{"egress-only gateway detached", func(n *vpc.Network) {
			withIPv6(n)
			n.EgressOnlyGateways[0].VPCs = nil
		}, six, vpc.Blocked, []string{"route.egress-only-detached"}, false},
		{"no IPv6 address", nil, six, vpc.Blocked, []string{"task.no-ipv6-address"}, false},
		{"public access blocked both ways", func(n *vpc.Network) { subnet(n, "subnet-public").BlockPublicAccess = "block-bidirectional" }, internet, vpc.Blocked, []string{"route.public-access-blocked"}, true},
		{"public access blocked inbound", func(n *vpc.Network) { subnet(n, "subnet-public").BlockPublicAccess = "block-ingress" }, toInternet("eni-web"), vpc.Blocked, []string{"route.public-access-blocked"}, true},
		{"endpoint not available", func(n *vpc.Network) { n.Endpoints[0].State = "PendingAcceptance" }, endpoint, vpc.Blocked, []string{"endpoint.not-available"}, false},
		{"endpoint's group does not admit the task", func(n *vpc.Network) {
			group(n, "sg-endpoint").Ingress = []vpc.Permission{permit("tcp 443", "sg-endpoint")}
		}, endpoint, vpc.Blocked, []string{"endpoint.sg-ingress-denied"}, true},
		{"endpoint by IPv6 only", func(n *vpc.Network) {
			face(n, "eni-endpoint").Addresses = nil
			face(n, "eni-endpoint").IPv6 = append(face(n, "eni-endpoint").IPv6, ip("2a05:d014:1:2::20"))
		}, endpoint, vpc.Blocked, []string{"endpoint.address-family"}, false},
		{"database's group does not admit the task", func(n *vpc.Network) { group(n, "sg-data").Ingress = nil }, data, vpc.Blocked, []string{"target.sg-ingress-denied"}, true},
		{"gateway endpoint without this table", func(n *vpc.Network) {
			withS3(n)
			table(n, "rtb-app").Routes = local()
		}, s3, vpc.Blocked, []string{"route.none", "endpoint.gateway-route-missing"}, true},
		{"several at once", func(n *vpc.Network) {
			group(n, "sg-app").Egress = nil
			prepend(aclOf(n, "acl-app"), deny(1, "out", "-1", "0.0.0.0/0"), deny(1, "in", "-1", "0.0.0.0/0"))
			group(n, "sg-endpoint").Ingress = nil
			n.Endpoints[0].State = "failed"
		}, endpoint, vpc.Blocked, []string{"sg.egress-denied", "nacl.egress-denied", "endpoint.sg-ingress-denied", "nacl.ingress-denied", "endpoint.not-available"}, false},
	}
}

func prepend(a *vpc.NetworkACL, e ...vpc.ACLEntry) { a.Entries = append(a.Entries, e...) }

func withIPv6(n *vpc.Network) {
	face(n, "eni-task").IPv6 = append(face(n, "eni-task").IPv6, ip("2a05:d014:1:1::10"))
}

func withS3(n *vpc.Network) {
	n.PrefixLists = []vpc.PrefixList{{ID: "pl-s3", Name: "com.amazonaws.eu-central-1.s3", Prefixes: cidrs("52.219.0.0/16", "3.5.136.0/22")}}
	n.Endpoints = append(n.Endpoints, vpc.Endpoint{ID: "vpce-s3", VPC: "vpc-1", Service: "com.amazonaws.eu-central-1.s3", Type: vpc.GatewayEndpoint, State: "available"})
}

func TestCauses(t *testing.T) {
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			n := office()
			if f.breaks != nil {
				f.breaks(&n)
			}
			tr := vpc.Compile(n).Trace(f.flow)
			if diff := cmp.Diff(f.codes, codes(tr)); diff != "" || tr.Verdict != f.verdict {
				t.Errorf("verdict %v, want %v; causes (-want +got):\n%s", tr.Verdict, f.verdict, diff)
				show(t, tr)
				return
			}
			for _, c := range tr.Causes() {
				if c.Detail == "" || len(c.Resources) == 0 || c.Subject.ID == "" {
					t.Errorf("%s does not say what decided: %+v", c.Code, c)
				}
				if h := tr.Hops[c.Hop]; !h.Blocked && !h.Unknown {
					t.Errorf("%s: hop %s is not marked", c.Code, h.ID)
				}
			}
			if !f.mends {
				return
			}
			causes := tr.Causes()
			last := causes[len(causes)-1]
			if len(last.Mend) == 0 {
				t.Fatalf("%s has no mend", last.Code)
			}
			for _, change := range last.Mend {
				if after := vpc.Compile(change.Apply(n)).Trace(f.flow); after.Verdict != vpc.Reachable {
					t.Errorf("%s: still %v", change.Command("eu-central-1"), after.Verdict)
					show(t, after)
				}
			}
			if again := vpc.Compile(n).Trace(f.flow); again.Verdict != f.verdict {
				t.Error("Apply changed the network that it was given")
			}
		})
	}
}

// What can't be known makes the answer unknown and names what is missing.
func TestGaps(t *testing.T) {
	gap := func(k vpc.Kind, action string) func(*vpc.Network) {
		return func(n *vpc.Network) {
			n.Gaps = append(n.Gaps, vpc.Gap{Kind: k, Scope: "vpc-1", Missing: action, Reason: action + " is not allowed"})
		}
	}
	for _, c := range []struct {
		name    string
		breaks  []func(*vpc.Network)
		flow    vpc.Flow
		missing string
	}{
		{"route tables", []func(*vpc.Network){gap(vpc.KindRouteTable, "ec2:DescribeRouteTables"), func(n *vpc.Network) { n.RouteTables = nil }}, toInternet("eni-task"), "ec2:DescribeRouteTables"},
		{"main table when associations may be missing", []func(*vpc.Network){gap(vpc.KindRouteTable, "ec2:DescribeRouteTables"), func(n *vpc.Network) { table(n, "rtb-app").Subnets = nil }}, toInternet("eni-task"), "ec2:DescribeRouteTables"},
		{"ACLs", []func(*vpc.Network){gap(vpc.KindACL, "ec2:DescribeNetworkAcls"), func(n *vpc.Network) { n.ACLs = nil }}, toEndpoint("eni-task"), "ec2:DescribeNetworkAcls"},
		{"groups", []func(*vpc.Network){gap(vpc.KindSecurityGroup, "ec2:DescribeSecurityGroups"), func(n *vpc.Network) { n.SecurityGroups = nil }}, toEndpoint("eni-task"), "ec2:DescribeSecurityGroups"},
		{"NAT gateways", []func(*vpc.Network){gap(vpc.KindNATGateway, "ec2:DescribeNatGateways"), func(n *vpc.Network) { n.NATGateways = nil }}, toInternet("eni-task"), "ec2:DescribeNatGateways"},
		{"internet gateways", []func(*vpc.Network){gap(vpc.KindInternetGateway, "ec2:DescribeInternetGateways"), func(n *vpc.Network) { n.InternetGateways = nil }}, toInternet("eni-web"), "ec2:DescribeInternetGateways"},
		{"endpoints", []func(*vpc.Network){gap(vpc.KindEndpoint, "ec2:DescribeVpcEndpoints"), func(n *vpc.Network) { n.Endpoints = nil }}, toEndpoint("eni-task"), "ec2:DescribeVpcEndpoints"},
		{"interfaces", []func(*vpc.Network){gap(vpc.KindInterface, "ec2:DescribeNetworkInterfaces"), func(n *vpc.Network) {
			n.Interfaces = slices.DeleteFunc(n.Interfaces, func(i vpc.NetworkInterface) bool { return i.ID == "eni-data" })
		}}, flow("eni-task", "10.0.2.30", 5432), "ec2:DescribeNetworkInterfaces"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := office()
			for _, b := range c.breaks {
				b(&n)
			}
			tr := vpc.Compile(n).Trace(c.flow)
			var missing []string
			for _, u := range tr.Undecided() {
				missing = append(missing, u.Missing...)
			}
			if tr.Verdict != vpc.Unknown || !slices.Contains(missing, c.missing) || len(tr.Causes()) > 0 || len(tr.Needs) > 0 {
				t.Errorf("verdict %v, missing %v", tr.Verdict, missing)
				show(t, tr)
			}
		})
	}
}

// Interfaces of an endpoint that can't be read are stood for by its subnets and groups.
func TestEndpointWithoutInterfaces(t *testing.T) {
	n := office()
	n.Gaps = []vpc.Gap{{Kind: vpc.KindInterface, Scope: "vpc-1", Missing: "ec2:DescribeNetworkInterfaces"}}
	n.Interfaces = slices.DeleteFunc(n.Interfaces, func(i vpc.NetworkInterface) bool { return i.ID == "eni-endpoint" })
	if tr := vpc.Compile(n).Trace(toEndpoint("eni-task")); tr.Verdict != vpc.Reachable {
		show(t, tr)
		t.Error("want reachable")
	}
	group(&n, "sg-endpoint").Ingress = []vpc.Permission{permit("tcp 443", "sg-endpoint")}
	if tr := vpc.Compile(n).Trace(toEndpoint("eni-task")); !slices.Equal(codes(tr), []string{"endpoint.sg-ingress-denied"}) {
		show(t, tr)
		t.Error("want endpoint.sg-ingress-denied")
	}
}

// An endpoint whose interfaces differ works now and then.
func TestEndpointPartlyReachable(t *testing.T) {
	n := office()
	n.Interfaces = append(n.Interfaces, eni("eni-endpoint-2", "subnet-app", "10.0.1.20", "", "sg-endpoint"))
	prepend(aclOf(&n, "acl-data"), deny(10, "in", "tcp 443", "10.0.1.0/24"))
	f := toEndpoint("eni-task")
	f.To.Interfaces = append(f.To.Interfaces, "eni-endpoint-2")
	tr := vpc.Compile(n).Trace(f)
	if tr.Verdict != vpc.Unknown || len(tr.Causes()) != 1 || tr.Causes()[0].Result != vpc.Partly || tr.Causes()[0].Witness != ip("10.0.2.20") {
		show(t, tr)
		t.Error("want one partial cause with the witness 10.0.2.20")
	}
}

// A task that does not exist yet is traced from its subnet and groups.
func TestFutureTask(t *testing.T) {
	n := office()
	from := func(subnet string, public bool) vpc.Flow {
		f := toInternet("")
		f.From = vpc.Source{VPC: "vpc-1", Subnet: subnet, Groups: []string{"sg-app"}, PublicIP: public}
		return f
	}
	m := vpc.Compile(n)
	for _, c := range []struct {
		flow vpc.Flow
		want []string
	}{
		{from("subnet-app", false), []string{}},
		{from("subnet-public", true), []string{}},
		{from("subnet-public", false), []string{"route.igw-without-public-ip"}},
		{from("subnet-data", true), []string{"route.none"}},
	} {
		tr := m.Trace(c.flow)
		if diff := cmp.Diff(c.want, codes(tr)); diff != "" || (tr.Verdict == vpc.Reachable) != (len(c.want) == 0) {
			t.Errorf("%s: %v %s", c.flow.From.Subnet, tr.Verdict, diff)
			show(t, tr)
		}
	}
	f := toEndpoint("")
	f.From = from("subnet-app", false).From
	if tr := m.Trace(f); tr.Verdict != vpc.Reachable {
		show(t, tr)
		t.Error("endpoint: want reachable")
	}
}

func TestGatewayEndpoint(t *testing.T) {
	n := office()
	withS3(&n)
	n.Endpoints[1].RouteTables = []string{"rtb-app"}
	table(&n, "rtb-app").Routes = append(local(), to("pl-s3", vpc.TargetEndpoint, "vpce-s3"))
	group(&n, "sg-app").Egress = []vpc.Permission{permit("tcp 443", "pl-s3")}
	f := vpc.Flow{From: vpc.Source{Interface: "eni-task"}, To: vpc.Destination{PrefixList: "pl-s3"}, Protocol: vpc.TCP, Port: 443}
	if tr := vpc.Compile(n).Trace(f); tr.Verdict != vpc.Reachable {
		show(t, tr)
		t.Error("want reachable")
	}
	if tr := vpc.Compile(n).Trace(toInternet("eni-task")); !slices.Contains(codes(tr), "route.none") || tr.Verdict != vpc.Blocked {
		show(t, tr)
		t.Error("the route to the gateway endpoint is not one for other services")
	}
}
