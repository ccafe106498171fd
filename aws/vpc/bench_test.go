package vpc_test

import (
	"fmt"
	"net/netip"
	"testing"

	"fargate-doctor/aws/vpc"
)

// metropolis is a VPC of 200 subnets with a route table and an ACL each, 500 groups of 60 rules and 50 endpoints.
func metropolis() vpc.Network {
	n := vpc.Network{VPCs: []vpc.VPC{{ID: "vpc-1", Region: "eu-central-1", CIDRs: cidrs("10.0.0.0/16")}},
		InternetGateways: []vpc.InternetGateway{{ID: "igw-1", VPCs: []string{"vpc-1"}}},
		NATGateways: []vpc.NATGateway{{ID: "nat-1", VPC: "vpc-1", Subnet: "subnet-0", State: "available",
			Addresses: []vpc.NATAddress{{Private: ip("10.0.0.5"), Public: ip("198.51.100.5")}}}}}
	for i := range 200 {
		id := fmt.Sprint("subnet-", i)
		n.Subnets = append(n.Subnets, vpc.Subnet{ID: id, VPC: "vpc-1", Zone: "eu-central-1a", CIDRs: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i), 0}), 24)}})
		t := vpc.RouteTable{ID: fmt.Sprint("rtb-", i), VPC: "vpc-1", Subnets: []string{id}, Routes: []vpc.Route{to("10.0.0.0/16", vpc.TargetLocal, "local")}}
		for j := range 20 {
			t.Routes = append(t.Routes, to(fmt.Sprintf("172.16.%d.0/24", j), vpc.TargetTransit, "tgw-1"))
		}
		way := to("0.0.0.0/0", vpc.TargetNAT, "nat-1")
		if i == 0 {
			way = to("0.0.0.0/0", vpc.TargetInternetGateway, "igw-1")
		}
		t.Routes = append(t.Routes, way)
		n.RouteTables = append(n.RouteTables, t)
		a := acl(fmt.Sprint("acl-", i), id)
		for j := range 18 {
			a.Entries = append(a.Entries, deny(j+1, "in", "tcp 22", fmt.Sprintf("192.0.2.%d/32", j)), deny(j+1, "out", "tcp 25", fmt.Sprintf("192.0.2.%d/32", j)))
		}
		n.ACLs = append(n.ACLs, a)
	}
	for i := range 500 {
		g := vpc.SecurityGroup{ID: fmt.Sprint("sg-", i), VPC: "vpc-1"}
		for j := range 60 {
			g.Ingress = append(g.Ingress, permit("tcp 443", fmt.Sprintf("10.0.%d.%d/32", j, i%250)))
			g.Egress = append(g.Egress, permit("tcp 443", fmt.Sprintf("192.0.2.%d/32", j)))
		}
		g.Egress[59], g.Ingress[59] = permit("tcp 443", "0.0.0.0/0"), permit("tcp 443", "10.0.0.0/16")
		n.SecurityGroups = append(n.SecurityGroups, g)
	}
	for i := range 50 {
		face := fmt.Sprint("eni-endpoint-", i)
		n.Interfaces = append(n.Interfaces, eni(face, fmt.Sprint("subnet-", 100+i), fmt.Sprintf("10.0.%d.20", 100+i), "", fmt.Sprint("sg-", 400+i)))
		n.Endpoints = append(n.Endpoints, vpc.Endpoint{ID: fmt.Sprint("vpce-", i), VPC: "vpc-1", Type: vpc.InterfaceEndpoint, State: "available",
			Service: fmt.Sprint("com.amazonaws.eu-central-1.service", i), PrivateDNS: true, Interfaces: []string{face}})
	}
	n.Interfaces = append(n.Interfaces, eni("eni-task", "subnet-7", "10.0.7.10", "", "sg-1", "sg-2", "sg-3", "sg-4", "sg-5"))
	return n
}

func BenchmarkCompile(b *testing.B) {
	n := metropolis()
	b.ReportAllocs()
	for b.Loop() {
		vpc.Compile(n)
	}
}

func BenchmarkTrace(b *testing.B) {
	m := vpc.Compile(metropolis())
	for name, f := range map[string]vpc.Flow{
		"internet":     flow("eni-task", "8.8.8.8", 443),
		"any-internet": toInternet("eni-task"),
		"endpoint":     flow("eni-task", "10.0.130.20", 443),
	} {
		b.Run(name, func(b *testing.B) {
			if v := m.Trace(f).Verdict; v != vpc.Reachable {
				b.Fatal(v)
			}
			b.ReportAllocs()
			for b.Loop() {
				m.Trace(f)
			}
		})
	}
}
