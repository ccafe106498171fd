package vpc_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws/vpc"
)

// The commands are what a person runs, to the letter.
func TestCommands(t *testing.T) {
	https := vpc.PortRange{From: 443, To: 443}
	for _, c := range []struct {
		change vpc.Change
		want   string
	}{
		{vpc.AuthorizeGroup{ID: "sg-1", Protocol: vpc.TCP, Ports: https, Group: "sg-2"},
			"aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 443 --source-group sg-2 --region eu-central-1"},
		{vpc.AuthorizeGroup{ID: "sg-1", Protocol: vpc.TCP, Ports: https, Prefix: cidrs("10.0.0.0/16")[0]},
			"aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 443 --cidr 10.0.0.0/16 --region eu-central-1"},
		{vpc.AuthorizeGroup{ID: "sg-1", Egress: true, Protocol: vpc.TCP, Ports: https, Prefix: cidrs("::/0")[0]},
			"aws ec2 authorize-security-group-egress --group-id sg-1 --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,Ipv6Ranges=[{CidrIpv6=::/0}]' --region eu-central-1"},
		{vpc.AuthorizeGroup{ID: "sg-1", Egress: true, Protocol: vpc.TCP, Ports: https, PrefixList: "pl-1"},
			"aws ec2 authorize-security-group-egress --group-id sg-1 --ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=pl-1}]' --region eu-central-1"},
		{vpc.PutACLEntry{ACL: "acl-1", Entry: allow(90, "in", "tcp 32768-60999", "0.0.0.0/0")},
			"aws ec2 create-network-acl-entry --network-acl-id acl-1 --ingress --rule-number 90 --protocol 6 --port-range From=32768,To=60999 --cidr-block 0.0.0.0/0 --rule-action allow --region eu-central-1"},
		{vpc.PutACLEntry{ACL: "acl-1", Entry: allow(1, "out", "-1", "::/0"), Replace: true},
			"aws ec2 replace-network-acl-entry --network-acl-id acl-1 --egress --rule-number 1 --protocol -1 --ipv6-cidr-block ::/0 --rule-action allow --region eu-central-1"},
		{vpc.PutRoute{Table: "rtb-1", Route: to("0.0.0.0/0", vpc.TargetNAT, "nat-1")},
			"aws ec2 create-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-1 --region eu-central-1"},
		{vpc.PutRoute{Table: "rtb-1", Route: to("::/0", vpc.TargetEgressOnly, "eigw-1"), Replace: true},
			"aws ec2 replace-route --route-table-id rtb-1 --destination-ipv6-cidr-block ::/0 --egress-only-internet-gateway-id eigw-1 --region eu-central-1"},
		{vpc.AssociateRouteTable{Table: "rtb-1", Subnet: "subnet-1"},
			"aws ec2 associate-route-table --route-table-id rtb-1 --subnet-id subnet-1 --region eu-central-1"},
		{vpc.PutTransitRoute{Table: "tgw-rtb-1", Route: vpc.TransitRoute{Prefix: cidrs("10.3.0.0/16")[0], Attachments: []string{"tgw-attach-3"}}},
			"aws ec2 create-transit-gateway-route --transit-gateway-route-table-id tgw-rtb-1 --destination-cidr-block 10.3.0.0/16 --transit-gateway-attachment-id tgw-attach-3 --region eu-central-1"},
		{vpc.AddTransitSubnet{Attachment: "tgw-attach-1", Subnet: "subnet-1"},
			"aws ec2 modify-transit-gateway-vpc-attachment --transit-gateway-attachment-id tgw-attach-1 --add-subnet-ids subnet-1 --region eu-central-1"},
		{vpc.AddEndpointRouteTable{Endpoint: "vpce-1", Table: "rtb-1"},
			"aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --add-route-table-ids rtb-1 --region eu-central-1"},
		{vpc.EnablePrivateDNS{Endpoint: "vpce-1"},
			"aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --private-dns-enabled --region eu-central-1"},
		{vpc.EnableDNS{VPC: "vpc-1", Attribute: vpc.DNSHostnames},
			"aws ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-hostnames Value=true --region eu-central-1"},
		{vpc.AttachInternetGateway{Gateway: "igw-1", VPC: "vpc-1"},
			"aws ec2 attach-internet-gateway --internet-gateway-id igw-1 --vpc-id vpc-1 --region eu-central-1"},
		{vpc.StopSourceDestCheck{Interface: "eni-1"},
			"aws ec2 modify-network-interface-attribute --network-interface-id eni-1 --no-source-dest-check --region eu-central-1"},
		{vpc.AcceptPeering{Peering: "pcx-1"},
			"aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id pcx-1 --region eu-central-1"},
		{vpc.ExcludePublicAccess{Subnet: "subnet-1", OutboundOnly: true},
			"aws ec2 create-vpc-block-public-access-exclusion --subnet-id subnet-1 --internet-gateway-exclusion-mode allow-egress --region eu-central-1"},
	} {
		if got := c.change.Command("eu-central-1"); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// Of several changes that would do, the one that touches least is offered first.
func TestLeastRouteMend(t *testing.T) {
	second := func(n *vpc.Network) { // a NAT gateway in the zone of subnet-data, in a public subnet of its own
		n.Subnets = append(n.Subnets, vpc.Subnet{ID: "subnet-public-b", VPC: "vpc-1", Zone: "eu-central-1b", ZoneID: "euc1-az2", CIDRs: cidrs("10.0.3.0/24")})
		public := table(n, "rtb-public")
		public.Subnets = append(public.Subnets, "subnet-public-b")
		aclOf(n, "acl-public").Subnets = []string{"subnet-public", "subnet-public-b"}
		n.NATGateways = append(n.NATGateways, vpc.NATGateway{ID: "nat-2", VPC: "vpc-1", Subnet: "subnet-public-b", State: "available",
			Addresses: []vpc.NATAddress{{Private: ip("10.0.3.5"), Public: ip("198.51.100.6")}}})
	}
	for _, c := range []struct {
		name   string
		breaks func(*vpc.Network)
		from   string
		want   []string
	}{
		{"the NAT gateway of the same zone", second, "eni-data", []string{"route 0.0.0.0/0 in rtb-main to nat-2"}},
		{"the NAT gateway of another zone", nil, "eni-data", []string{"route 0.0.0.0/0 in rtb-main to nat-1"}},
		{"a private NAT gateway is passed by", func(n *vpc.Network) {
			second(n)
			n.NATGateways[0].Private = true
		}, "eni-task", []string{"route 0.0.0.0/0 in rtb-app to nat-2"}},
		{"a subnet on the main table gets a public one", func(n *vpc.Network) {
			second(n)
			table(n, "rtb-public").Subnets = []string{"subnet-public-b"}
		}, "eni-task", []string{"give subnet-public the route table rtb-public"}},
		{"a table of its own gets the route", func(n *vpc.Network) { table(n, "rtb-public").Routes = local() }, "eni-task",
			[]string{"route 0.0.0.0/0 in rtb-public to igw-1"}},
		{"IPv6 leaves by the egress-only gateway", func(n *vpc.Network) {
			withIPv6(n)
			table(n, "rtb-app").Routes = local()
		}, "six", []string{"route ::/0 in rtb-app to eigw-1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := office()
			if c.breaks != nil {
				c.breaks(&n)
			}
			group(&n, "sg-data").Egress = anyone
			f := toInternet(c.from)
			if c.from == "six" {
				f = flow("eni-task", "2600:9000::1", 443)
			}
			tr := vpc.Compile(n).Trace(f)
			if len(tr.Causes()) != 1 {
				t.Fatalf("causes %v", codes(tr))
			}
			var got []string
			for _, change := range tr.Causes()[0].Mend {
				got = append(got, change.Title())
				if after := vpc.Compile(change.Apply(n)).Trace(f); after.Verdict != vpc.Reachable {
					t.Errorf("%s: still %v", change.Title(), after.Verdict)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
