package vpc_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws/vpc"
)

// campus is the office with two more VPCs: one behind a peering, and one behind a transit gateway that holds the way to the
// internet for all (central egress). The task's VPC is attached to the gateway in its own zone.
func campus() vpc.Network {
	n := office()
	all := []vpc.Permission{permit("-1", "0.0.0.0/0")}
	n.VPCs = append(n.VPCs,
		vpc.VPC{ID: "vpc-2", Region: "eu-central-1", CIDRs: cidrs("10.2.0.0/16")},
		vpc.VPC{ID: "vpc-3", Region: "eu-central-1", CIDRs: cidrs("10.3.0.0/16")})
	n.Subnets = append(n.Subnets,
		vpc.Subnet{ID: "subnet-peer", VPC: "vpc-2", Zone: "eu-central-1a", CIDRs: cidrs("10.2.1.0/24")},
		vpc.Subnet{ID: "subnet-attach", VPC: "vpc-3", Zone: "eu-central-1a", CIDRs: cidrs("10.3.1.0/28")},
		vpc.Subnet{ID: "subnet-edge", VPC: "vpc-3", Zone: "eu-central-1a", CIDRs: cidrs("10.3.2.0/24")},
		vpc.Subnet{ID: "subnet-tools", VPC: "vpc-3", Zone: "eu-central-1a", CIDRs: cidrs("10.3.3.0/24")})
	for i := range n.Subnets {
		n.Subnets[i].ZoneID = ""
	}
	home := func(id string) vpc.Route { return to(id, vpc.TargetLocal, "local") }
	n.RouteTables = append(n.RouteTables,
		vpc.RouteTable{ID: "rtb-peer", VPC: "vpc-2", Subnets: []string{"subnet-peer"}, Routes: []vpc.Route{home("10.2.0.0/16"), to("10.0.0.0/16", vpc.TargetPeering, "pcx-1")}},
		vpc.RouteTable{ID: "rtb-attach", VPC: "vpc-3", Subnets: []string{"subnet-attach"}, Routes: []vpc.Route{home("10.3.0.0/16"), to("0.0.0.0/0", vpc.TargetNAT, "nat-3")}},
		vpc.RouteTable{ID: "rtb-edge", VPC: "vpc-3", Subnets: []string{"subnet-edge"}, Routes: []vpc.Route{home("10.3.0.0/16"), to("10.0.0.0/8", vpc.TargetTransit, "tgw-1"), to("0.0.0.0/0", vpc.TargetInternetGateway, "igw-3")}},
		vpc.RouteTable{ID: "rtb-tools", VPC: "vpc-3", Subnets: []string{"subnet-tools"}, Routes: []vpc.Route{home("10.3.0.0/16"), to("10.0.0.0/8", vpc.TargetTransit, "tgw-1")}})
	app := table(&n, "rtb-app")
	app.Routes = append(local(), to("10.2.0.0/16", vpc.TargetPeering, "pcx-1"), to("0.0.0.0/0", vpc.TargetTransit, "tgw-1"))
	n.ACLs = append(n.ACLs, acl("acl-peer", "subnet-peer"), acl("acl-attach", "subnet-attach"), acl("acl-edge", "subnet-edge"), acl("acl-tools", "subnet-tools"))
	n.SecurityGroups = append(n.SecurityGroups,
		vpc.SecurityGroup{ID: "sg-peer", VPC: "vpc-2", Ingress: []vpc.Permission{permit("tcp 443", "sg-app")}, Egress: all},
		vpc.SecurityGroup{ID: "sg-tools", VPC: "vpc-3", Ingress: []vpc.Permission{permit("tcp 443", "10.0.0.0/8")}, Egress: all})
	peer, tools := eni("eni-peer", "subnet-peer", "10.2.1.10", "", "sg-peer"), eni("eni-tools", "subnet-tools", "10.3.3.10", "", "sg-tools")
	peer.VPC, tools.VPC = "vpc-2", "vpc-3"
	n.Interfaces = append(n.Interfaces, peer, tools)
	n.InternetGateways = append(n.InternetGateways, vpc.InternetGateway{ID: "igw-3", VPCs: []string{"vpc-3"}})
	n.NATGateways = append(n.NATGateways, vpc.NATGateway{ID: "nat-3", VPC: "vpc-3", Subnet: "subnet-edge", State: "available", Addresses: []vpc.NATAddress{{Private: ip("10.3.2.5"), Public: ip("198.51.100.33")}}})
	n.Peerings = []vpc.Peering{{ID: "pcx-1", Status: "active", Requester: vpc.PeeringSide{VPC: "vpc-1", Region: "eu-central-1", CIDRs: cidrs("10.0.0.0/16")},
		Accepter: vpc.PeeringSide{VPC: "vpc-2", Region: "eu-central-1", Owner: "222222222222", CIDRs: cidrs("10.2.0.0/16")}}}
	n.TransitAttachments = []vpc.TransitAttachment{
		{ID: "tgw-attach-1", Gateway: "tgw-1", ResourceType: "vpc", Resource: "vpc-1", State: "available", RouteTable: "tgw-rtb-spokes", Subnets: []string{"subnet-public"}, SubnetsKnown: true},
		{ID: "tgw-attach-3", Gateway: "tgw-1", ResourceType: "vpc", Resource: "vpc-3", State: "available", RouteTable: "tgw-rtb-hub", Subnets: []string{"subnet-attach"}, SubnetsKnown: true},
	}
	n.TransitRouteTables = []vpc.TransitRouteTable{
		{ID: "tgw-rtb-spokes", Gateway: "tgw-1", Known: true, Routes: []vpc.TransitRoute{{Prefix: cidrs("0.0.0.0/0")[0], Static: true, Attachments: []string{"tgw-attach-3"}}}},
		{ID: "tgw-rtb-hub", Gateway: "tgw-1", Known: true, Routes: []vpc.TransitRoute{{Prefix: cidrs("10.0.0.0/16")[0], Attachments: []string{"tgw-attach-1"}}}},
	}
	return n
}

func attachment(n *vpc.Network, id string) *vpc.TransitAttachment {
	return &n.TransitAttachments[slices.IndexFunc(n.TransitAttachments, func(a vpc.TransitAttachment) bool { return a.ID == id })]
}

func TestBeyondTheVPC(t *testing.T) {
	peer, tools, internet := flow("eni-task", "10.2.1.10", 443), flow("eni-task", "10.3.3.10", 443), flow("eni-task", "8.8.8.8", 443)
	for _, c := range []struct {
		name    string
		breaks  func(*vpc.Network)
		flow    vpc.Flow
		verdict vpc.Verdict
		codes   []string
		mends   bool
	}{
		{"peering", nil, peer, vpc.Reachable, []string{}, false},
		{"peering is not active", func(n *vpc.Network) { n.Peerings[0].Status = "pending-acceptance" }, peer, vpc.Blocked, []string{"route.peering-inactive"}, true},
		{"no way back over the peering", func(n *vpc.Network) { table(n, "rtb-peer").Routes = table(n, "rtb-peer").Routes[:1] }, peer, vpc.Blocked, []string{"route.peering-no-return"}, true},
		{"a peer's group is not known across regions", func(n *vpc.Network) { n.VPCs[1].Region, n.Peerings[0].Accepter.Region = "eu-west-1", "eu-west-1" }, peer, vpc.Blocked, []string{"target.sg-ingress-denied"}, true},
		{"a peer's gateways can't be used", func(n *vpc.Network) {
			table(n, "rtb-app").Routes = append(local(), to("0.0.0.0/0", vpc.TargetPeering, "pcx-1"))
		}, internet, vpc.Blocked, []string{"route.peering-no-transit"}, false},
		{"transit gateway", nil, tools, vpc.Reachable, []string{}, false},
		{"central egress", nil, internet, vpc.Reachable, []string{}, false},
		{"central egress, any address", nil, toInternet("eni-task"), vpc.Reachable, []string{}, false},
		{"central egress without the way back", func(n *vpc.Network) {
			table(n, "rtb-edge").Routes = []vpc.Route{to("10.3.0.0/16", vpc.TargetLocal, "local"), to("0.0.0.0/0", vpc.TargetInternetGateway, "igw-3")}
		}, internet, vpc.Blocked, []string{"route.tgw-no-return"}, true},
		{"no attachment in the zone", func(n *vpc.Network) { attachment(n, "tgw-attach-1").Subnets = []string{"subnet-data"} }, tools, vpc.Blocked, []string{"route.tgw-no-attachment-in-az"}, true},
		{"no route in the gateway's table", func(n *vpc.Network) { n.TransitRouteTables[0].Routes = nil }, tools, vpc.Blocked, []string{"route.tgw-no-route"}, true},
		{"static beats propagated", func(n *vpc.Network) {
			n.TransitRouteTables[0].Routes = append(n.TransitRouteTables[0].Routes,
				vpc.TransitRoute{Prefix: cidrs("10.3.0.0/16")[0], Attachments: []string{"tgw-attach-3"}},
				vpc.TransitRoute{Prefix: cidrs("10.3.0.0/16")[0], Static: true, Blackhole: true})
		}, tools, vpc.Blocked, []string{"route.blackhole"}, false},
		{"no route back in the gateway's table", func(n *vpc.Network) { n.TransitRouteTables[1].Routes = nil }, tools, vpc.Blocked, []string{"route.tgw-no-return"}, true},
		{"attachment's ACL", func(n *vpc.Network) { prepend(aclOf(n, "acl-attach"), deny(1, "out", "tcp 443", "10.3.3.0/24")) }, tools, vpc.Blocked, []string{"nacl.transit-egress-denied"}, true},
		{"a group across the gateway", func(n *vpc.Network) { group(n, "sg-tools").Ingress = []vpc.Permission{permit("tcp 443", "sg-app")} }, tools, vpc.Unknown, []string{}, false},
		{"VPN attachment", func(n *vpc.Network) { attachment(n, "tgw-attach-3").ResourceType = "vpn" }, tools, vpc.Unknown, []string{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := campus()
			if c.breaks != nil {
				c.breaks(&n)
			}
			tr := vpc.Compile(n).Trace(c.flow)
			if diff := cmp.Diff(c.codes, codes(tr)); diff != "" || tr.Verdict != c.verdict {
				t.Errorf("verdict %v, want %v (-want +got):\n%s", tr.Verdict, c.verdict, diff)
				show(t, tr)
				return
			}
			if !c.mends {
				return
			}
			causes := tr.Causes()
			for _, change := range causes[len(causes)-1].Mend {
				if after := vpc.Compile(change.Apply(n)).Trace(c.flow); after.Verdict == vpc.Reachable {
					return
				}
			}
			t.Errorf("no mend of %v helps", codes(tr))
		})
	}
}

// What lies on the path and is not in the network is asked for, with the place where it is.
func TestNeeds(t *testing.T) {
	without := func(id string) func(*vpc.Network) {
		return func(n *vpc.Network) {
			n.VPCs = slices.DeleteFunc(n.VPCs, func(v vpc.VPC) bool { return v.ID == id })
			n.Subnets = slices.DeleteFunc(n.Subnets, func(s vpc.Subnet) bool { return s.VPC == id })
		}
	}
	for _, c := range []struct {
		name   string
		breaks func(*vpc.Network)
		dst    string
		want   vpc.Need
	}{
		{"peer", without("vpc-2"), "10.2.1.10", vpc.Need{Ref: vpc.Ref{Kind: vpc.KindVPC, ID: "vpc-2"}, Region: "eu-central-1", Owner: "222222222222"}},
		{"VPC behind the gateway", without("vpc-3"), "10.3.3.10", vpc.Need{Ref: vpc.Ref{Kind: vpc.KindVPC, ID: "vpc-3"}, Region: "eu-central-1"}},
		{"gateway's table", func(n *vpc.Network) { n.TransitRouteTables = n.TransitRouteTables[1:] }, "10.3.3.10", vpc.Need{Ref: vpc.Ref{Kind: vpc.KindTransitRouteTable, ID: "tgw-rtb-spokes"}, Region: "eu-central-1"}},
		{"gateway", func(n *vpc.Network) { n.TransitAttachments, n.TransitRouteTables = nil, nil }, "10.3.3.10", vpc.Need{Ref: vpc.Ref{Kind: vpc.KindTransitAttachment, ID: "tgw-1"}, Region: "eu-central-1"}},
		{"prefix list of a route", func(n *vpc.Network) {
			table(n, "rtb-app").Routes = append(table(n, "rtb-app").Routes, to("pl-9", vpc.TargetNAT, "nat-1"))
		}, "8.8.8.8", vpc.Need{Ref: vpc.Ref{Kind: vpc.KindPrefixList, ID: "pl-9"}, Region: "eu-central-1"}},
		{"prefix list of a rule", func(n *vpc.Network) {
			group(n, "sg-app").Egress = []vpc.Permission{permit("tcp 443", "pl-9")}
		}, "8.8.8.8", vpc.Need{Ref: vpc.Ref{Kind: vpc.KindPrefixList, ID: "pl-9"}, Region: "eu-central-1"}},
		{"prefix list of a gateway's route", func(n *vpc.Network) {
			n.TransitRouteTables[0].Routes = []vpc.TransitRoute{{PrefixList: "pl-9", Static: true, Attachments: []string{"tgw-attach-3"}}}
		}, "10.3.3.10", vpc.Need{Ref: vpc.Ref{Kind: vpc.KindPrefixList, ID: "pl-9"}, Region: "eu-central-1"}},
		{"group", func(n *vpc.Network) { face(n, "eni-task").Groups = []string{"sg-other"} }, "10.3.3.10", vpc.Need{Ref: vpc.Ref{Kind: vpc.KindSecurityGroup, ID: "sg-other"}, Region: "eu-central-1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := campus()
			c.breaks(&n)
			tr := vpc.Compile(n).Trace(flow("eni-task", c.dst, 443))
			if !slices.Contains(tr.Needs, c.want) || tr.Verdict != vpc.Unknown {
				t.Errorf("verdict %v, needs %+v, want %+v", tr.Verdict, tr.Needs, c.want)
				show(t, tr)
			}
			n.Gaps = append(n.Gaps, vpc.Gap{Kind: c.want.Kind, Scope: c.want.ID, Reason: "refused"})
			if tr := vpc.Compile(n).Trace(flow("eni-task", c.dst, 443)); len(tr.Needs) > 0 || tr.Verdict != vpc.Unknown {
				t.Errorf("with a gap: verdict %v, needs %+v", tr.Verdict, tr.Needs)
			}
		})
	}
}

// Behind some interfaces the configuration does not tell what happens; that they drop is still certain when they do.
func TestBehindInterfaces(t *testing.T) {
	for _, c := range []struct {
		name    string
		breaks  func(*vpc.Network)
		verdict vpc.Verdict
	}{
		{"an application's interface", func(n *vpc.Network) {}, vpc.Reachable},
		{"network load balancer", func(n *vpc.Network) { face(n, "eni-data").Type = "network_load_balancer" }, vpc.Unknown},
		{"secondary interface", func(n *vpc.Network) { face(n, "eni-data").Instance, face(n, "eni-data").DeviceIndex = "i-1", 1 }, vpc.Unknown},
		{"secondary interface of Kubernetes", func(n *vpc.Network) {
			face(n, "eni-data").Instance, face(n, "eni-data").DeviceIndex, face(n, "eni-data").Description = "i-1", 1, "aws-K8S-i-1"
		}, vpc.Reachable},
		{"appliance", func(n *vpc.Network) {
			face(n, "eni-data").SourceDestCheck = false
			table(n, "rtb-main").Routes = append(local(), to("0.0.0.0/0", vpc.TargetInterface, "eni-data"))
		}, vpc.Unknown},
		{"no appliance, only unchecked", func(n *vpc.Network) { face(n, "eni-data").SourceDestCheck = false }, vpc.Reachable},
		{"load balancer that does not admit", func(n *vpc.Network) {
			face(n, "eni-data").Type = "network_load_balancer"
			group(n, "sg-data").Ingress = nil
		}, vpc.Blocked},
	} {
		n := office()
		c.breaks(&n)
		if tr := vpc.Compile(n).Trace(flow("eni-task", "10.0.2.30", 5432)); tr.Verdict != c.verdict {
			t.Errorf("%s: %v, want %v", c.name, tr.Verdict, c.verdict)
			show(t, tr)
		}
	}
}
