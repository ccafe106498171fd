package read_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
)

const (
	region = "eu-central-1"
	shop   = "vpc-0aa"
)

func TestVPC(t *testing.T) {
	got := read.VPC(t.Context(), recorded(t), region, shop)
	owner := "111122223333"
	address := netip.MustParseAddr
	want := vpc.Network{
		VPCs: []vpc.VPC{{ID: shop, Name: "shop", Owner: owner, Region: region, CIDRs: prefixes("10.0.0.0/16", "2001:db8:1::/56"),
			DHCPOptions: "dopt-01", DNSSupport: vpc.Yes, DNSHostnames: vpc.No}},
		Subnets: []vpc.Subnet{
			{ID: "subnet-0a1", Name: "private-a", VPC: shop, Owner: owner, Zone: "eu-central-1a", ZoneID: "euc1-az2",
				CIDRs: prefixes("10.0.1.0/24", "2001:db8:1:1::/64"), AssignIPv6OnCreation: true, BlockPublicAccess: "off"},
			{ID: "subnet-0a2", VPC: shop, Owner: owner, Zone: "eu-central-1b", ZoneID: "euc1-az3", CIDRs: prefixes("2001:db8:1:2::/64")},
		},
		RouteTables: []vpc.RouteTable{{ID: "rtb-01", Name: "private", VPC: shop, Main: true, Subnets: []string{"subnet-0a1"},
			Gateways: []string{"igw-01"}, Routes: wantRoutes()}},
		ACLs: []vpc.NetworkACL{{ID: "acl-01", VPC: shop, Default: true, Subnets: []string{"subnet-0a1"}, Entries: []vpc.ACLEntry{
			{Number: 100, Egress: true, Allow: true, Protocol: vpc.TCP, Prefix: netip.MustParsePrefix("0.0.0.0/0"), Ports: vpc.PortRange{From: 443, To: 443}, ICMPType: -1, ICMPCode: -1},
			{Number: 110, Protocol: vpc.UDP, Prefix: netip.MustParsePrefix("::/0"), Ports: vpc.PortRange{From: 1024, To: 65535}, ICMPType: -1, ICMPCode: -1},
			{Number: 120, Allow: true, Protocol: vpc.ICMP, Prefix: netip.MustParsePrefix("10.0.0.0/8"), ICMPType: 8, ICMPCode: -1},
			// rule 130 allows port 0 alone, which no packet here has; it must not come out as "all ports"
			{Number: 32767, Egress: true, Protocol: vpc.AnyProtocol, Prefix: netip.MustParsePrefix("0.0.0.0/0"), ICMPType: -1, ICMPCode: -1},
		}}},
		SecurityGroups: []vpc.SecurityGroup{
			{ID: "sg-01", Name: "web", VPC: shop, Owner: owner,
				Ingress: []vpc.Permission{
					{Protocol: vpc.TCP, Ports: vpc.PortRange{From: 443, To: 443}, Prefixes: prefixes("10.0.0.0/16", "2001:db8:1::/56"),
						Groups: []string{"sg-01", "sg-02"}, PrefixLists: []string{"pl-own"}, ICMPType: -1, ICMPCode: -1},
					{Protocol: vpc.ICMP, Prefixes: prefixes("10.0.0.0/8"), ICMPType: 8, ICMPCode: -1},
				},
				Egress: []vpc.Permission{{Protocol: vpc.AnyProtocol, Prefixes: prefixes("0.0.0.0/0"), ICMPType: -1, ICMPCode: -1}}},
			{ID: "sg-0shared", Name: "shared", VPC: "vpc-0bb", Owner: owner}, // worn here, lives there
		},
		Interfaces: []vpc.NetworkInterface{
			{ID: "eni-01", VPC: shop, Subnet: "subnet-0a1", Zone: "eu-central-1a", Owner: owner, Type: "interface",
				Description: "arn:aws:ecs:eu-central-1:111122223333:attachment/a1", RequesterID: "578734482556", Status: "in-use",
				Groups: []string{"sg-01", "sg-0shared"}, SourceDestCheck: true,
				Addresses: []vpc.Address{{Private: address("10.0.1.10"), Public: address("198.51.100.7")}, {Private: address("10.0.1.11")}},
				IPv6:      []netip.Addr{address("2001:db8:1:1::10")}},
			{ID: "eni-0fw", VPC: shop, Subnet: "subnet-0a1", Type: "interface", Status: "in-use",
				Addresses: []vpc.Address{{Private: address("10.0.1.20")}}, Instance: "i-01"},
		},
		InternetGateways: []vpc.InternetGateway{
			{ID: "igw-01", VPCs: []string{shop}},
			{ID: "igw-0far", VPCs: []string{"vpc-0bb"}}, // a route names it, another VPC has it
			{ID: "igw-0loose"},
		},
		EgressOnlyGateways: []vpc.InternetGateway{{ID: "eigw-01", VPCs: []string{shop}}, {ID: "eigw-0gone"}},
		NATGateways: []vpc.NATGateway{
			{ID: "nat-01", VPC: shop, Subnet: "subnet-0a1", State: "available",
				Addresses: []vpc.NATAddress{{Private: address("10.0.1.30"), Public: address("198.51.100.8"), Interface: "eni-0nat"}}},
			{ID: "nat-02", VPC: shop, State: "failed", FailureCode: "Gateway.NotAttached", FailureMessage: "no gateway", Private: true, Regional: true,
				Addresses: []vpc.NATAddress{{Public: address("198.51.100.9"), Zone: "eu-central-1b"}}},
			{ID: "nat-0gone", State: "deleted"},
		},
		Endpoints: []vpc.Endpoint{
			{ID: "vpce-0s3", VPC: shop, Service: "com.amazonaws.eu-central-1.s3", Type: vpc.GatewayEndpoint, State: "available",
				RouteTables: []string{"rtb-01"}, Policy: "{}"},
			{ID: "vpce-0sns", Name: "sns", VPC: shop, Service: "com.amazonaws.eu-central-1.sns", Type: vpc.InterfaceEndpoint, State: "Available",
				PrivateDNS: true, PrivateDNSOnlyForInboundResolver: true, IPAddressType: "dualstack", DNSRecordType: "ipv4",
				DNSNames: []string{"sns.eu-central-1.amazonaws.com"}, Subnets: []string{"subnet-0a1"}, Groups: []string{"sg-01"},
				Interfaces: []string{"eni-0sns"}},
		},
		Peerings: []vpc.Peering{
			{ID: "pcx-01", Status: "active",
				Requester: vpc.PeeringSide{VPC: shop, Owner: owner, Region: region, CIDRs: prefixes("10.0.0.0/16", "2001:db8:1::/56")},
				Accepter:  vpc.PeeringSide{VPC: "vpc-0cc", Owner: "444455556666", Region: "us-east-1", CIDRs: prefixes("10.1.0.0/16")}},
			{ID: "pcx-0gone", Status: "deleted"},
		},
		PrefixLists: []vpc.PrefixList{
			{ID: "pl-s3", Name: "com.amazonaws.eu-central-1.s3", Prefixes: prefixes("52.219.0.0/16", "3.5.134.0/23")},
			{ID: "pl-own", Name: "own", Prefixes: prefixes("203.0.113.0/24")},
		},
		DHCPOptions: []vpc.DHCPOptions{{ID: "dopt-01", DNSServers: []string{"10.0.0.53", "AmazonProvidedDNS"}}},
		TransitAttachments: []vpc.TransitAttachment{
			{ID: "tgw-attach-01", Gateway: "tgw-01", ResourceType: "vpc", Resource: shop, ResourceOwner: owner, State: "available",
				RouteTable: "tgw-rtb-01", Subnets: []string{"subnet-0a1"}, SubnetsKnown: true, ApplianceMode: true},
			{ID: "tgw-attach-02", Gateway: "tgw-01", ResourceType: "vpn", Resource: "vpn-01", ResourceOwner: owner, State: "available"},
			{ID: "tgw-attach-09", Gateway: "tgw-09", ResourceType: "vpc", Resource: "vpc-0zz", State: "available", RouteTable: "tgw-rtb-09"},
		},
		TransitRouteTables: []vpc.TransitRouteTable{{ID: "tgw-rtb-01", Gateway: "tgw-01", Known: true, Routes: []vpc.TransitRoute{
			{Prefix: netip.MustParsePrefix("10.2.0.0/16"), Attachments: []string{"tgw-attach-02"}},
			{Prefix: netip.MustParsePrefix("10.3.0.0/16"), Static: true, Blackhole: true},
		}}},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
}

func wantRoutes() []vpc.Route {
	routes := []struct {
		destination string
		kind        vpc.TargetKind
		id          string
		blackhole   bool
	}{
		{"10.0.0.0/16", vpc.TargetLocal, "local", false},
		{"2001:db8:1::/56", vpc.TargetLocal, "local", false},
		{"0.0.0.0/0", vpc.TargetNAT, "nat-01", false},
		{"::/0", vpc.TargetEgressOnly, "eigw-01", false},
		{"10.1.0.0/16", vpc.TargetPeering, "pcx-01", false},
		{"10.2.0.0/16", vpc.TargetTransit, "tgw-01", false},
		{"pl-s3", vpc.TargetEndpoint, "vpce-0s3", false},
		{"pl-own", vpc.TargetInternetGateway, "igw-01", false},
		{"192.168.1.0/24", vpc.TargetInstance, "i-01", false},
		{"192.168.2.0/24", vpc.TargetInterface, "eni-0fw", false},
		{"192.168.3.0/24", vpc.TargetVirtualPrivate, "vgw-01", false},
		{"192.168.4.0/24", vpc.TargetNAT, "nat-0gone", true},
		{"192.168.5.0/24", vpc.TargetPeering, "pcx-0gone", true},
		{"192.168.6.0/24", vpc.TargetInternetGateway, "igw-0loose", true},
		{"192.168.7.0/24", vpc.TargetInternetGateway, "igw-0far", false},
		{"2001:db8:7::/48", vpc.TargetEgressOnly, "eigw-0gone", true},
		{"192.168.8.0/24", vpc.TargetCarrier, "cagw-01", false},
		{"192.168.9.0/24", vpc.TargetLocalGateway, "lgw-01", false},
		{"192.168.10.0/24", vpc.TargetCoreNetwork, "arn:aws:networkmanager::111122223333:core-network/core-network-01", false},
		{"192.168.11.0/24", vpc.TargetUnknown, "", false},
	}
	var out []vpc.Route
	for _, r := range routes {
		route := vpc.Route{Target: vpc.Target{Kind: r.kind, ID: r.id}, Blackhole: r.blackhole}
		if strings.HasPrefix(r.destination, "pl-") {
			route.PrefixList = r.destination
		} else {
			route.Prefix = netip.MustParsePrefix(r.destination)
		}
		if r.kind == vpc.TargetInstance || r.kind == vpc.TargetInterface {
			route.Target.Interface = "eni-0fw"
		}
		route.Propagated = r.kind == vpc.TargetVirtualPrivate
		out = append(out, route)
	}
	return out
}

// failing lists the calls of VPC and the gap that each leaves when it fails.
var failing = []struct {
	operation string
	kind      vpc.Kind
	scope     string
}{
	{"ec2:DescribeVpcs", vpc.KindVPC, shop},
	{"ec2:DescribeVpcAttribute", vpc.KindVPC, shop},
	{"ec2:DescribeSubnets", vpc.KindSubnet, shop},
	{"ec2:DescribeRouteTables", vpc.KindRouteTable, shop},
	{"ec2:DescribeNetworkAcls", vpc.KindACL, shop},
	{"ec2:DescribeSecurityGroups", vpc.KindSecurityGroup, shop},
	{"ec2:DescribeNetworkInterfaces", vpc.KindInterface, shop},
	{"ec2:DescribeInternetGateways", vpc.KindInternetGateway, shop},
	{"ec2:DescribeEgressOnlyInternetGateways", vpc.KindEgressOnlyGateway, shop},
	{"ec2:DescribeNatGateways", vpc.KindNATGateway, shop},
	{"ec2:DescribeVpcEndpoints", vpc.KindEndpoint, shop},
	{"ec2:DescribeVpcPeeringConnections", vpc.KindPeering, shop},
	{"ec2:DescribeDhcpOptions", vpc.KindDHCPOptions, shop},
	{"ec2:DescribePrefixLists", vpc.KindPrefixList, ""},
	{"ec2:GetManagedPrefixListEntries", vpc.KindPrefixList, "pl-own"},
	{"ec2:DescribeTransitGatewayVpcAttachments", vpc.KindTransitAttachment, shop},
	{"ec2:DescribeTransitGatewayAttachments", vpc.KindTransitAttachment, shop},
	{"ec2:SearchTransitGatewayRoutes", vpc.KindTransitRouteTable, "tgw-rtb-01"},
}

func TestVPCDeniedCallLeavesAGapThatNamesTheAction(t *testing.T) {
	for _, f := range failing {
		w := recorded(t)
		w.denied[f.operation] = true
		n := read.VPC(t.Context(), w, region, shop)
		want := vpc.Gap{Kind: f.kind, Scope: f.scope, Missing: f.operation, Reason: f.operation + " is not allowed"}
		if !slices.Contains(n.Gaps, want) {
			t.Errorf("%s denied: gaps are %+v, want among them %+v", f.operation, n.Gaps, want)
		}
		for _, g := range n.Gaps {
			if g.Missing != f.operation {
				t.Errorf("%s denied leaves a gap of another cause: %+v", f.operation, g)
			}
		}
	}
}

// A route's target that is missing from a list that could not be read must not come out as gone.
func TestVPCNothingIsGoneThatWasNotRead(t *testing.T) {
	all := read.VPC(t.Context(), recorded(t), region, shop)
	gone := func(n vpc.Network) []string {
		var ids []string
		for _, g := range append(slices.Clone(n.InternetGateways), n.EgressOnlyGateways...) {
			if len(g.VPCs) == 0 {
				ids = append(ids, g.ID)
			}
		}
		for _, g := range n.NATGateways {
			if g.State == "deleted" {
				ids = append(ids, g.ID)
			}
		}
		for _, p := range n.Peerings {
			if p.Status == "deleted" {
				ids = append(ids, p.ID)
			}
		}
		return ids
	}
	if got := gone(all); len(got) != 4 {
		t.Fatalf("gone when all is read: %v, want four", got)
	}
	for _, f := range failing {
		w := recorded(t)
		w.denied[f.operation] = true
		for _, id := range gone(read.VPC(t.Context(), w, region, shop)) {
			if !slices.Contains(gone(all), id) {
				t.Errorf("%s denied: %s is taken for gone", f.operation, id)
			}
		}
	}
}

// A list without what a live route leads to was filtered, or the thing is another account's.
func TestVPCWhatALiveRouteLeadsToIsNotGone(t *testing.T) {
	for state, gone := range map[string]bool{"active": false, "blackhole": true} {
		w := recorded(t).with("ec2:DescribeNatGateways", `{"NatGateways":[]}`).with("ec2:DescribeRouteTables", `{"RouteTables":[{"RouteTableId":"rtb-1","VpcId":"`+shop+`",
			"Associations":[{"Main":true}],"Routes":[{"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":"nat-9","State":"`+state+`"}]}]}`)
		n := read.VPC(t.Context(), w, region, shop)
		if got := slices.ContainsFunc(n.NATGateways, func(g vpc.NATGateway) bool { return g.ID == "nat-9" && g.State == "deleted" }); got != gone {
			t.Errorf("the route is %s: the gateway is taken for gone: %v", state, got)
		}
	}
}

func TestVPCGarbageLeavesGaps(t *testing.T) {
	for _, f := range failing {
		for what, garbage := range map[string]string{
			"HTML":               "<html><body>Please log in</body></html>",
			"another object":     `{"message": "welcome"}`,
			"a list":             `[]`,
			"null":               `null`,
			"nothing":            ``,
			"a list of numbers":  `{"Vpcs":1,"Subnets":[3],"RouteTables":[3],"NetworkAcls":[3],"SecurityGroups":[3],"NetworkInterfaces":[3]}`,
			"null for the lists": `{"Vpcs":null,"Subnets":null,"RouteTables":null,"NetworkAcls":null,"NatGateways":null,"Routes":null,"Entries":null}`,
		} {
			n := read.VPC(t.Context(), recorded(t).with(f.operation, garbage), region, shop)
			if !slices.ContainsFunc(n.Gaps, func(g vpc.Gap) bool {
				return g.Kind == f.kind && g.Scope == f.scope && g.Missing == "" && g.Reason != ""
			}) {
				t.Errorf("%s answered with %s: gaps are %+v, want one for %s of %q", f.operation, what, n.Gaps, f.kind, f.scope)
			}
		}
	}
}

func TestVPCWhatIsNotUnderstoodSpoilsItsCollection(t *testing.T) {
	for _, c := range []struct {
		operation, old, new string
		kind                vpc.Kind
	}{
		{"ec2:DescribeVpcs", `"10.0.0.0/16"`, `"10.0.0.0"`, vpc.KindVPC},
		{"ec2:DescribeSubnets", `"10.0.1.0/24"`, `"10.0.1.0/99"`, vpc.KindSubnet},
		{"ec2:DescribeRouteTables", `"192.168.2.0/24"`, `"everywhere"`, vpc.KindRouteTable},
		{"ec2:DescribeRouteTables", `"Routes"`, `"Roots"`, vpc.KindRouteTable},
		{"ec2:DescribeNetworkAcls", `"10.0.0.0/8"`, `""`, vpc.KindACL},
		{"ec2:DescribeNetworkAcls", `"allow"`, `"maybe"`, vpc.KindACL},
		{"ec2:DescribeNetworkAcls", `"Protocol": "17"`, `"Protocol": "carrier-pigeon"`, vpc.KindACL},
		{"ec2:DescribeNetworkAcls", `65535`, `70000`, vpc.KindACL},
		{"ec2:DescribeNetworkAcls", `"Entries"`, `"Exits"`, vpc.KindACL},
		{"ec2:DescribeSecurityGroups", `"10.0.0.0/16"`, `"10.0.0.0/x"`, vpc.KindSecurityGroup},
		{"ec2:DescribeSecurityGroups", `"IpPermissionsEgress"`, `"Other"`, vpc.KindSecurityGroup},
		{"ec2:DescribeNetworkInterfaces", `"10.0.1.11"`, `"10.0.1.311"`, vpc.KindInterface},
		{"ec2:DescribeNatGateways", `"198.51.100.8"`, `"?"`, vpc.KindNATGateway},
		{"ec2:DescribePrefixLists", `"52.219.0.0/16"`, `"52.219"`, vpc.KindPrefixList},
		{"ec2:GetManagedPrefixListEntries", `"203.0.113.0/24"`, `"203"`, vpc.KindPrefixList},
		{"ec2:DescribeVpcPeeringConnections", `"10.1.0.0/16"`, `"x"`, vpc.KindPeering},
		{"ec2:SearchTransitGatewayRoutes", `"10.2.0.0/16"`, `"x"`, vpc.KindTransitRouteTable},
	} {
		w := recorded(t)
		spoilt := strings.ReplaceAll(w.answers[c.operation], c.old, c.new)
		if spoilt == w.answers[c.operation] {
			t.Fatalf("testdata for %s does not hold %s", c.operation, c.old)
		}
		n := read.VPC(t.Context(), w.with(c.operation, spoilt), region, shop)
		if !slices.ContainsFunc(n.Gaps, func(g vpc.Gap) bool {
			return g.Kind == c.kind && strings.HasPrefix(g.Reason, c.operation) && strings.HasSuffix(g.Reason, "got an answer that makes no sense")
		}) {
			t.Errorf("%s with %s: gaps are %+v, want one for %s because the answer makes no sense", c.operation, c.new, n.Gaps, c.kind)
		}
	}
}

// A list that comes without addresses is not an empty one, and must not come out as "no route".
func TestVPCPrefixListsWithoutAddressesAreGaps(t *testing.T) {
	const none, owner = `{"Entries":[]}`, `{"PrefixLists":[{"PrefixListId":"pl-own","OwnerId":"%s"}]}`
	service := func(list string) string {
		return `{"PrefixLists":[{"PrefixListId":"pl-own","PrefixListName":"com.amazonaws.eu-central-1.s3"` + list + `}]}`
	}
	for name, test := range map[string]struct {
		lists, entries, owner string
		want                  *vpc.PrefixList // nil for a gap
	}{
		"named without addresses": {service(``), none, "AWS", nil},
		"null addresses":          {service(`,"Cidrs":null`), none, "AWS", nil},
		"no addresses":            {service(`,"Cidrs":[]`), none, "AWS", nil},
		"a customer's empty list": {`{"PrefixLists":[]}`, none, "111122223333", &vpc.PrefixList{ID: "pl-own"}},
		"nobody's empty list":     {`{"PrefixLists":[]}`, none, "", nil},
		"entries elsewhere": {service(``), `{"Entries":[{"Cidr":"52.219.0.0/16"}]}`, "AWS",
			&vpc.PrefixList{ID: "pl-own", Name: "com.amazonaws.eu-central-1.s3", Prefixes: prefixes("52.219.0.0/16")}},
	} {
		w := recorded(t).with("ec2:DescribePrefixLists", test.lists).with("ec2:GetManagedPrefixListEntries", test.entries).
			with("ec2:DescribeManagedPrefixLists", fmt.Sprintf(owner, test.owner))
		n := read.VPC(t.Context(), w, region, shop)
		i := slices.IndexFunc(n.PrefixLists, func(l vpc.PrefixList) bool { return l.ID == "pl-own" })
		gap := slices.ContainsFunc(n.Gaps, func(g vpc.Gap) bool { return g.Kind == vpc.KindPrefixList && g.Scope == "pl-own" })
		switch {
		case test.want == nil && (i >= 0 || !gap):
			t.Errorf("%s: it is among %+v, and the gap is there: %v", name, n.PrefixLists, gap)
		case test.want != nil && (i < 0 || gap || !cmp.Equal(*test.want, n.PrefixLists[i], same)):
			t.Errorf("%s: lists %+v, gaps %+v, want %+v", name, n.PrefixLists, n.Gaps, *test.want)
		}
	}
}

func TestVPCOfAStrangerIsAllGaps(t *testing.T) {
	n := read.VPC(t.Context(), recorded(t), region, "vpc-0nobody")
	for _, f := range failing {
		if f.scope != shop {
			continue
		}
		if !slices.ContainsFunc(n.Gaps, func(g vpc.Gap) bool { return g.Kind == f.kind && g.Scope == "vpc-0nobody" }) {
			t.Errorf("no gap for %s: an empty list would say that the VPC has none", f.kind)
		}
	}
}

// Of a VPC whose subnets are shared by another account only a part is to be seen.
func TestVPCSharedByAnotherAccount(t *testing.T) {
	w := recorded(t).with("sts:GetCallerIdentity", `{"Account":"999900001111","Arn":"arn:aws:iam::999900001111:user/bo","UserId":"x"}`)
	n := read.VPC(t.Context(), w, region, shop)
	for _, kind := range []vpc.Kind{vpc.KindInternetGateway, vpc.KindNATGateway, vpc.KindEndpoint, vpc.KindPeering, vpc.KindInterface, vpc.KindSecurityGroup} {
		if !slices.ContainsFunc(n.Gaps, func(g vpc.Gap) bool { return g.Kind == kind && g.Scope == shop }) {
			t.Errorf("no gap for %s", kind)
		}
	}
	for _, g := range n.NATGateways {
		if g.State == "deleted" {
			t.Errorf("%s is taken for deleted, though the owner alone can see it", g.ID)
		}
	}
}

func TestVPCTakesTwoRounds(t *testing.T) {
	w := recorded(t)
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		asked := map[string]int{}
		w := w
		w.delay = 80 * time.Millisecond
		w.asked = func(q aws.Query) {
			mu.Lock()
			defer mu.Unlock()
			asked[q.Key()]++
		}
		start := time.Now()
		read.VPC(t.Context(), w, region, shop)
		if took := time.Since(start); took != 2*w.delay {
			t.Errorf("took %v, want two rounds of %v", took, w.delay)
		}
		for key, times := range asked {
			if times > 1 {
				t.Errorf("asked %d times: %s", times, key)
			}
		}
	})
}

func TestEverythingEqualsTheVPC(t *testing.T) {
	everything := read.Everything(t.Context(), recorded(t))
	i := slices.IndexFunc(everything.VPCs, func(v vpc.VPC) bool { return v.ID == shop })
	if i < 0 || len(everything.VPCs) != 2 {
		t.Fatalf("VPCs are %+v", everything.VPCs)
	}
	one := read.VPC(t.Context(), recorded(t), "", shop)
	if diff := cmp.Diff(one.VPCs[0], everything.VPCs[i], same); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(one.NATGateways, everything.NATGateways, same); diff != "" {
		t.Error(diff)
	}
	if len(everything.ResolverRules) != 2 || len(everything.EndpointServices) != 2 {
		t.Errorf("%d resolver rules and %d endpoint services, want two of each", len(everything.ResolverRules), len(everything.EndpointServices))
	}
}

func TestInterfacesByID(t *testing.T) {
	got, err := read.Interfaces(t.Context(), recorded(t), "eni-0fw")
	if err != nil || len(got) != 1 || got[0].ID != "eni-0fw" {
		t.Errorf("got %v, %v", got, err)
	}
	got, err = read.Interfaces(t.Context(), recorded(t), "eni-0fw", "eni-0gone")
	if aws.KindOf(err) != aws.NotFound || !strings.Contains(fmt.Sprint(err), "eni-0gone") || len(got) != 1 {
		t.Errorf("with one that is gone: got %v, %v; want the other and the name of it", got, err)
	}
	w := recorded(t)
	w.asked = func(q aws.Query) { t.Errorf("asked %s for nothing: the API would answer with all", q.Name()) }
	if got, err := read.Subnets(t.Context(), w); len(got) != 0 || err != nil {
		t.Errorf("no ids: got %v, %v", got, err)
	}
}

func TestEndpointServices(t *testing.T) {
	got := read.EndpointServices(t.Context(), recorded(t), region)
	want := vpc.Network{EndpointServices: []vpc.EndpointService{
		{Name: "com.amazonaws.eu-central-1.sns", Types: []vpc.EndpointType{vpc.InterfaceEndpoint}, PrivateDNSNames: []string{"sns.eu-central-1.amazonaws.com"}, Owner: "amazon"},
		{Name: "com.amazonaws.eu-central-1.ecr.dkr", Types: []vpc.EndpointType{vpc.InterfaceEndpoint}, PrivateDNSNames: []string{"*.dkr.ecr.eu-central-1.amazonaws.com"}, Owner: "amazon"},
	}}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
}
