package vpc_test

import (
	"testing"

	"fargate-doctor/aws/vpc"
)

// Which of several routes takes a packet, told by the NAT gateway that it comes to.
func TestRoutePriority(t *testing.T) {
	propagated := func(dst, id string) vpc.Route {
		r := to(dst, vpc.TargetNAT, id)
		r.Propagated = true
		return r
	}
	static := func(dst, id string) vpc.Route { return to(dst, vpc.TargetNAT, id) }
	for _, c := range []struct {
		name   string
		routes []vpc.Route
		dst    string
		want   string
	}{
		{"longest prefix", []vpc.Route{static("0.0.0.0/0", "nat-a"), propagated("8.8.0.0/16", "nat-b")}, "8.8.8.8", "nat-b"},
		{"static over propagated", []vpc.Route{propagated("8.8.0.0/16", "nat-b"), static("8.8.0.0/16", "nat-a")}, "8.8.8.8", "nat-a"},
		{"static over prefix list", []vpc.Route{static("pl-8", "nat-b"), static("8.8.0.0/16", "nat-a")}, "8.8.8.8", "nat-a"},
		{"prefix list over propagated", []vpc.Route{propagated("8.8.0.0/16", "nat-b"), static("pl-8", "nat-a")}, "8.8.8.8", "nat-a"},
		{"local over a longer propagated one", []vpc.Route{propagated("10.0.2.0/24", "nat-b")}, "10.0.2.30", "local"},
		{"a longer static one over local", []vpc.Route{static("10.0.2.0/24", "nat-b")}, "10.0.2.30", "nat-b"},
	} {
		n := office()
		n.PrefixLists = []vpc.PrefixList{{ID: "pl-8", Prefixes: cidrs("8.8.0.0/16")}}
		table(&n, "rtb-app").Routes = append(local(), c.routes...)
		got := ""
		for _, k := range vpc.Compile(n).Trace(flow("eni-task", c.dst, 5432)).Checks {
			if k.Test == vpc.TestRoute {
				got = k.Detail
			}
		}
		if len(got) < len(c.want) || got[len(got)-len(c.want):] != c.want {
			t.Errorf("%s: took %q, want %s", c.name, got, c.want)
		}
	}
}

// A route table of the internet gateway itself may lead what comes in through an appliance.
func TestEdgeTable(t *testing.T) {
	n := office()
	n.RouteTables = append(n.RouteTables, vpc.RouteTable{ID: "rtb-edge", VPC: "vpc-1", Gateways: []string{"igw-1"},
		Routes: append(local(), to("10.0.0.0/24", vpc.TargetEndpoint, "vpce-firewall"))})
	tr := vpc.Compile(n).Trace(toInternet("eni-web"))
	u := tr.Undecided()
	if tr.Verdict != vpc.Unknown || len(u) != 1 || u[0].Code != "route.opaque" || u[0].Resources[1] != "vpce-firewall" {
		show(t, tr)
		t.Error("want route.opaque by vpce-firewall")
	}
}

func TestInterfaceAt(t *testing.T) {
	n := campus()
	twin := eni("eni-twin", "subnet-peer", "10.0.1.10", "")
	twin.VPC = "vpc-2"
	n.Interfaces = append(n.Interfaces, twin)
	m := vpc.Compile(n)
	for addr, want := range map[string]string{"10.0.2.30": "eni-data", "198.51.100.10": "eni-web", "10.9.9.9": "", "10.0.1.10": ""} {
		got, ok := m.InterfaceAt(ip(addr))
		if got.ID != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", addr, got.ID, want)
		}
	}
	if d := m.DestinationOf(ip("10.0.2.20")); d.Endpoint != "vpce-sns" || d.Addresses == nil || !d.Addresses.Contains(ip("10.0.2.20")) {
		t.Errorf("the endpoint's address: %+v", d)
	}
}
