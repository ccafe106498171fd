package vpc_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws/vpc"
)

const sns = "sns.eu-central-1.amazonaws.com"

// named is the office with the region's endpoint services known.
func named() vpc.Network {
	n := office()
	n.EndpointServices = []vpc.EndpointService{
		{Name: "com.amazonaws.eu-central-1.sns", PrivateDNSNames: []string{sns}},
		{Name: "com.amazonaws.eu-central-1.ecr.dkr", PrivateDNSNames: []string{"*.dkr.ecr.eu-central-1.amazonaws.com"}},
	}
	n.Endpoints[0].DNSNames = []string{"vpce-sns-x1.sns.eu-central-1.vpce.amazonaws.com", sns}
	return n
}

// resolveCodes are the codes of a resolution with a letter for the result: F failed, U not decided, P passed and worth telling.
func resolveCodes(r vpc.Resolution) []string {
	out := []string{}
	for _, c := range r.Checks {
		if c.Code != "" {
			out = append(out, string("UPF~"[c.Result])+" "+c.Code)
		}
	}
	return out
}

func TestResolve(t *testing.T) {
	zone := func(name string, records ...vpc.Record) func(*vpc.Network) {
		return func(n *vpc.Network) {
			n.PrivateZones = append(n.PrivateZones, vpc.PrivateZone{ID: "Z1", Name: name, VPC: "vpc-1", Records: records, RecordsKnown: true})
		}
	}
	off := func(n *vpc.Network) { n.Endpoints[0].PrivateDNS = false }
	for _, c := range []struct {
		name     string
		breaks   func(*vpc.Network)
		host     string
		path     vpc.Path
		endpoint string
		codes    []string
	}{
		{"endpoint with private DNS", nil, sns, vpc.PathEndpoint, "vpce-sns", nil},
		{"case and final dot", nil, "SNS.eu-central-1.amazonaws.com.", vpc.PathEndpoint, "vpce-sns", nil},
		{"services that can't be read", func(n *vpc.Network) { n.EndpointServices, n.Endpoints[0].DNSNames = nil, nil }, sns, vpc.PathEndpoint, "vpce-sns", nil},
		{"wildcard", func(n *vpc.Network) { n.Endpoints[0].Service = "com.amazonaws.eu-central-1.ecr.dkr" }, "111111111111.dkr.ecr.eu-central-1.amazonaws.com", vpc.PathEndpoint, "vpce-sns", nil},
		{"another service's endpoint", nil, "sqs.eu-central-1.amazonaws.com", vpc.PathPublic, "", nil},
		{"private DNS off", off, sns, vpc.PathPublic, "", []string{"P endpoint.private-dns-disabled"}},
		{"host names off", func(n *vpc.Network) { n.VPCs[0].DNSHostnames = vpc.No }, sns, vpc.PathPublic, "", []string{"F dns.hostnames-disabled"}},
		{"host names off, and no endpoint", func(n *vpc.Network) { n.VPCs[0].DNSHostnames = vpc.No; n.Endpoints = nil }, sns, vpc.PathPublic, "", nil},
		{"DNS off", func(n *vpc.Network) { n.VPCs[0].DNSSupport = vpc.No }, sns, vpc.PathNowhere, "", []string{"F dns.support-disabled"}},
		{"endpoint elsewhere", func(n *vpc.Network) { n.Endpoints[0].VPC = "vpc-9" }, sns, vpc.PathPublic, "", []string{"P endpoint.other-vpc"}},
		{"endpoint's own name", off, "vpce-sns-x1.sns.eu-central-1.vpce.amazonaws.com", vpc.PathEndpoint, "vpce-sns", nil},
		{"a database", nil, "orders.c9akz.eu-central-1.rds.amazonaws.com", vpc.PathUnknown, "", nil},
		{"a load balancer", nil, "internal-web-123.eu-central-1.elb.amazonaws.com", vpc.PathUnknown, "", nil},
		{"the service of databases", nil, "rds.eu-central-1.amazonaws.com", vpc.PathPublic, "", nil},
		{"a stranger's endpoint", nil, "vpce-0abc-y.sns.eu-central-1.vpce.amazonaws.com", vpc.PathUnknown, "", nil},
		{"custom resolver", func(n *vpc.Network) { n.DHCPOptions[0].DNSServers = []string{"10.0.9.9"} }, sns, vpc.PathUnknown, "", []string{"U dns.custom-resolver"}},
		{"custom resolver, no private answer", func(n *vpc.Network) { n.DHCPOptions[0].DNSServers = []string{"10.0.9.9"} }, "sqs.eu-central-1.amazonaws.com", vpc.PathPublic, "", nil},
		{"Amazon resolver by address", func(n *vpc.Network) { n.DHCPOptions[0].DNSServers = []string{"10.0.0.2"} }, sns, vpc.PathEndpoint, "vpce-sns", nil},
		{"firewall", func(n *vpc.Network) {
			n.FirewallRules = []vpc.DNSFirewallRule{
				{Group: "rslvr-frg-2", Name: "all", VPC: "vpc-1", GroupPriority: 200, Priority: 1, Action: "ALLOW", Domains: []string{"*"}, DomainsKnown: true},
				{Group: "rslvr-frg-1", Name: "aws", VPC: "vpc-1", GroupPriority: 100, Priority: 1, Action: "BLOCK", Domains: []string{"*.amazonaws.com"}, DomainsKnown: true}}
		}, sns, vpc.PathNowhere, "", []string{"F dns.firewall-blocked"}},
		{"firewall allows first", func(n *vpc.Network) {
			n.FirewallRules = []vpc.DNSFirewallRule{
				{Group: "rslvr-frg-1", Name: "all", VPC: "vpc-1", Priority: 2, Action: "BLOCK", Domains: []string{"*"}, DomainsKnown: true},
				{Group: "rslvr-frg-1", Name: "sns", VPC: "vpc-1", Priority: 1, Action: "ALLOW", Domains: []string{sns}, DomainsKnown: true}}
		}, sns, vpc.PathEndpoint, "vpce-sns", nil},
		{"forward rule", func(n *vpc.Network) {
			n.ResolverRules = []vpc.ResolverRule{{ID: "rslvr-rr-1", VPC: "vpc-1", Domain: "eu-central-1.amazonaws.com", Type: "FORWARD", Targets: []netip.AddrPort{netip.MustParseAddrPort("10.9.9.9:53")}}}
		}, "sqs.eu-central-1.amazonaws.com", vpc.PathUnknown, "", []string{"U dns.forward-rule"}},
		{"forward rule less specific than the endpoint", func(n *vpc.Network) {
			n.ResolverRules = []vpc.ResolverRule{{ID: "rslvr-rr-1", VPC: "vpc-1", Domain: ".", Type: "FORWARD"}}
		}, sns, vpc.PathEndpoint, "vpce-sns", nil},
		{"system rule exempts", func(n *vpc.Network) {
			n.ResolverRules = []vpc.ResolverRule{{ID: "rslvr-rr-1", VPC: "vpc-1", Domain: ".", Type: "FORWARD"}, {ID: "rslvr-rr-2", VPC: "vpc-1", Domain: "amazonaws.com", Type: "SYSTEM"}}
		}, "sqs.eu-central-1.amazonaws.com", vpc.PathPublic, "", nil},
		{"zone shadows", zone("amazonaws.com", vpc.Record{Name: "db.amazonaws.com", Type: "A", Values: []string{"10.0.2.30"}}), "sqs.eu-central-1.amazonaws.com", vpc.PathNowhere, "", []string{"F dns.private-zone-shadow"}},
		{"endpoint is more specific than the zone", zone("amazonaws.com"), sns, vpc.PathEndpoint, "vpce-sns", nil},
		{"zone with the record", zone("shop.internal", vpc.Record{Name: "db.shop.internal", Type: "A", Values: []string{"10.0.2.30"}}), "db.shop.internal", vpc.PathPrivate, "", nil},
		{"zone with a wildcard", zone("shop.internal", vpc.Record{Name: "*.shop.internal", Type: "A", Values: []string{"10.0.2.30"}}), "db.shop.internal", vpc.PathPrivate, "", nil},
		{"alias to the endpoint", func(n *vpc.Network) {
			off(n)
			zone(sns, vpc.Record{Name: sns, Type: "A", Alias: "vpce-sns-x1.sns.eu-central-1.vpce.amazonaws.com"})(n)
		}, sns, vpc.PathEndpoint, "vpce-sns", nil},
		{"addresses of the endpoint in a zone", func(n *vpc.Network) {
			off(n)
			zone(sns, vpc.Record{Name: sns, Type: "A", Values: []string{"10.0.2.20"}})(n)
		}, sns, vpc.PathEndpoint, "vpce-sns", nil},
		{"aliases in a circle", zone("shop.internal", vpc.Record{Name: "a.shop.internal", Type: "CNAME", Values: []string{"b.shop.internal"}}, vpc.Record{Name: "b.shop.internal", Type: "CNAME", Values: []string{"a.shop.internal"}}), "a.shop.internal", vpc.PathNowhere, "", []string{"F dns.name-not-found"}},
		{"records that can't be read", func(n *vpc.Network) {
			n.PrivateZones = []vpc.PrivateZone{{ID: "Z1", Name: "shop.internal", VPC: "vpc-1"}}
		}, "db.shop.internal", vpc.PathUnknown, "", []string{"U dns.private-zone-shadow"}},
		{"no such internal name", nil, "db.shop.internal", vpc.PathNowhere, "", []string{"F dns.name-not-found"}},
		{"zones that can't be read", func(n *vpc.Network) {
			n.Gaps = []vpc.Gap{{Kind: vpc.KindPrivateZone, Missing: "route53:ListHostedZonesByVPC"}}
		}, "db.shop.internal", vpc.PathUnknown, "", nil},
		{"no service has the name", nil, "snss.eu-central-1.amazonaws.com", vpc.PathPublic, "", []string{"U dns.name-not-found"}},
		{"a name of EC2", nil, "ip-10-0-2-30.eu-central-1.compute.internal", vpc.PathPrivate, "", nil},
		{"an address", nil, "10.0.2.30", vpc.PathPrivate, "", nil},
		{"an endpoint's address", nil, "10.0.2.20", vpc.PathEndpoint, "vpce-sns", nil},
		{"a public address", nil, "8.8.8.8", vpc.PathPublic, "", nil},
		{"another host", nil, "api.example.com", vpc.PathPublic, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := named()
			if c.breaks != nil {
				c.breaks(&n)
			}
			r := vpc.Compile(n).Resolve(c.host, "vpc-1")
			if c.codes == nil {
				c.codes = []string{}
			}
			if diff := cmp.Diff(c.codes, resolveCodes(r)); diff != "" || r.Path != c.path || r.Endpoint != c.endpoint {
				t.Errorf("path %v, want %v; endpoint %q, want %q; codes (-want +got):\n%s", r.Path, c.path, r.Endpoint, c.endpoint, diff)
				for _, k := range r.Checks {
					t.Logf("%+v", k)
				}
			}
			leads := c.path != vpc.PathUnknown && c.path != vpc.PathNowhere
			if leads != (len(r.To) > 0) {
				t.Errorf("destinations: %+v", r.To)
			}
		})
	}
}

// A mend of DNS leads the name where it should.
func TestResolveMends(t *testing.T) {
	for name, breaks := range map[string]func(*vpc.Network){
		"private DNS off": func(n *vpc.Network) { n.Endpoints[0].PrivateDNS = false },
		"host names off":  func(n *vpc.Network) { n.VPCs[0].DNSHostnames = vpc.No },
		"DNS off":         func(n *vpc.Network) { n.VPCs[0].DNSSupport = vpc.No },
	} {
		n := named()
		breaks(&n)
		for _, c := range vpc.Compile(n).Resolve(sns, "vpc-1").Checks {
			for _, change := range c.Mend {
				n = change.Apply(n)
			}
		}
		if r := vpc.Compile(n).Resolve(sns, "vpc-1"); r.Endpoint != "vpce-sns" {
			t.Errorf("%s: still %+v", name, r)
		}
	}
}

// What can't be read is named, and the lookup goes on where it can.
func TestResolveGaps(t *testing.T) {
	for kind, action := range map[vpc.Kind]string{
		vpc.KindVPC:          "ec2:DescribeVpcAttribute",
		vpc.KindDHCPOptions:  "ec2:DescribeDhcpOptions",
		vpc.KindDNSFirewall:  "route53resolver:ListFirewallRuleGroupAssociations",
		vpc.KindResolverRule: "route53resolver:ListResolverRules",
		vpc.KindPrivateZone:  "route53:ListHostedZonesByVPC",
		vpc.KindEndpoint:     "ec2:DescribeVpcEndpoints",
	} {
		n := named()
		n.VPCs[0].DNSSupport, n.DHCPOptions = vpc.NotKnown, nil
		if kind == vpc.KindEndpoint {
			n.Endpoints = nil
		}
		n.Gaps = []vpc.Gap{{Kind: kind, Scope: "vpc-1", Missing: action}}
		named := false
		for _, c := range vpc.Compile(n).Resolve(sns, "vpc-1").Checks {
			named = named || c.Result == vpc.NotDecided && slices.Contains(c.Missing, action)
		}
		if !named {
			t.Errorf("%s: %s is not named", kind, action)
		}
	}
}

// The addresses of a service with a gateway endpoint are on the endpoint's prefix list. Where that could not be read they are not "any public
// address", for which the route to the endpoint does not count.
func TestANameWhosePrefixListIsNotKnown(t *testing.T) {
	for _, listed := range []bool{true, false} {
		n := named()
		withS3(&n)
		table(&n, "rtb-app").Routes = []vpc.Route{to("pl-s3", vpc.TargetEndpoint, "vpce-s3")} // and no way to anything else
		want := vpc.Reachable
		if !listed {
			want, n.PrefixLists = vpc.Unknown, nil
			n.Gaps = append(n.Gaps, vpc.Gap{Kind: vpc.KindPrefixList, Scope: "pl-s3", Missing: "ec2:GetManagedPrefixListEntries"})
		}
		m := vpc.Compile(n)
		d := m.Resolve("bucket.s3.eu-central-1.amazonaws.com", "vpc-1")
		for _, to := range d.To {
			if tr := m.Trace(vpc.Flow{From: vpc.Source{Interface: "eni-task"}, To: to, Protocol: vpc.TCP, Port: 443}); tr.Verdict != want {
				t.Errorf("the list is known: %v: %v, want %v", listed, tr.Verdict, want)
				show(t, tr)
			}
		}
		named := slices.ContainsFunc(d.Checks, func(c vpc.ResolveCheck) bool { return slices.Contains(c.Missing, "ec2:GetManagedPrefixListEntries") })
		if (d.Path == vpc.PathUnknown) == listed || named == listed || listed == (len(d.To) == 0) {
			t.Errorf("the list is known: %v: %+v", listed, d)
		}
	}
}

// The names lead to addresses that a trace can take.
func TestResolveThenTrace(t *testing.T) {
	n := named()
	withS3(&n)
	m := vpc.Compile(n)
	for host, want := range map[string]vpc.Verdict{
		sns:                                    vpc.Reachable,
		"bucket.s3.eu-central-1.amazonaws.com": vpc.Reachable,
		"sqs.eu-central-1.amazonaws.com":       vpc.Reachable,
		"ip-10-0-2-30.eu-central-1.compute.internal": vpc.Blocked,
	} {
		for _, to := range m.Resolve(host, "vpc-1").To {
			tr := m.Trace(vpc.Flow{From: vpc.Source{Interface: "eni-task"}, To: to, Protocol: vpc.TCP, Port: 443})
			if tr.Verdict != want {
				t.Errorf("%s: %v, want %v", host, tr.Verdict, want)
				show(t, tr)
			}
		}
	}
	if d := m.Resolve("s3.dualstack.eu-central-1.amazonaws.com", "vpc-1"); d.Service != "com.amazonaws.eu-central-1.s3" || len(d.To) != 2 || d.To[0].PrefixList != "pl-s3" {
		t.Errorf("dual-stack S3: %+v", d)
	}
	china := n
	china.VPCs = slices.Clone(n.VPCs)
	china.VPCs[0].Region = "cn-north-1"
	if d := vpc.Compile(china).Resolve("sns.cn-north-1.amazonaws.com.cn", "vpc-1"); d.Service != "cn.com.amazonaws.cn-north-1.sns" || d.Path != vpc.PathPublic {
		t.Errorf("China: %+v", d)
	}
}
