package read_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
)

func TestResolver(t *testing.T) {
	got := read.Resolver(t.Context(), recorded(t), region, shop, "sns.amazonaws.com.")
	want := vpc.Network{
		ResolverRules: []vpc.ResolverRule{{ID: "rslvr-rr-01", Name: "corp", VPC: shop, Domain: "corp.example", Type: "FORWARD",
			Targets: []netip.AddrPort{netip.MustParseAddrPort("10.0.0.53:53"), netip.MustParseAddrPort("[2001:db8::53]:53")}}},
		FirewallRules: []vpc.DNSFirewallRule{
			{Group: "rslvr-frg-01", Name: "no-sns", VPC: shop, GroupPriority: 101, Priority: 10, Action: "BLOCK", Domains: []string{"*.amazonaws.com."}, DomainsKnown: true, FailOpen: vpc.No},
			{Group: "rslvr-frg-01", Name: "tunnels", VPC: shop, GroupPriority: 101, Priority: 20, Action: "ALERT", FailOpen: vpc.No},
		},
		PrivateZones: []vpc.PrivateZone{{ID: "Z01", Name: "amazonaws.com", VPC: shop, RecordsKnown: true, Records: []vpc.Record{
			{Name: "*.amazonaws.com", Type: "A", Values: []string{"10.0.9.9"}},
			{Name: "sns.amazonaws.com", Type: "A", Alias: "vpce-1.sns.amazonaws.com"},
		}}},
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
	if zones := read.Resolver(t.Context(), recorded(t), region, shop, "").PrivateZones; len(zones) != 2 || zones[1].Owner != "efs.amazonaws.com" {
		t.Errorf("for no host in particular: %+v, want both zones", zones)
	}
	if zones := read.Resolver(t.Context(), recorded(t), region, shop, "notamazonaws.com").PrivateZones; len(zones) != 0 {
		t.Errorf("zones that do not cover the host: %+v", zones)
	}
	if other := read.Resolver(t.Context(), recorded(t), region, "vpc-0other", "sns.amazonaws.com"); len(other.ResolverRules)+len(other.FirewallRules) != 0 {
		t.Errorf("another VPC has this one's rules: %+v", other)
	}
}

func TestResolverDenied(t *testing.T) {
	for _, c := range []struct {
		operation string
		kind      vpc.Kind
		scope     string
	}{
		{"route53resolver:ListResolverRuleAssociations", vpc.KindResolverRule, shop},
		{"route53resolver:ListResolverRules", vpc.KindResolverRule, shop},
		{"route53resolver:ListFirewallRuleGroupAssociations", vpc.KindDNSFirewall, shop},
		{"route53resolver:ListFirewallRules", vpc.KindDNSFirewall, shop},
		{"route53resolver:ListFirewallDomains", vpc.KindDNSFirewall, "rslvr-frg-01"},
		{"route53:ListHostedZonesByVPC", vpc.KindPrivateZone, shop},
		{"route53:ListResourceRecordSets", vpc.KindPrivateZone, "Z01"},
	} {
		w := recorded(t)
		w.denied[c.operation] = true
		n := read.Resolver(t.Context(), w, region, shop, "sns.amazonaws.com")
		if want := (vpc.Gap{Kind: c.kind, Scope: c.scope, Missing: c.operation, Reason: c.operation + " is not allowed"}); !slices.Equal(n.Gaps, []vpc.Gap{want}) {
			t.Errorf("%s denied: gaps are %+v, want %+v", c.operation, n.Gaps, want)
		}
		for _, r := range n.FirewallRules {
			if r.DomainsKnown && c.operation == "route53resolver:ListFirewallDomains" {
				t.Errorf("the domains of %s are said to be known", r.Name)
			}
		}
		for _, z := range n.PrivateZones {
			if z.RecordsKnown && c.operation == "route53:ListResourceRecordSets" {
				t.Errorf("the records of %s are said to be known", z.Name)
			}
		}
	}
	w := recorded(t)
	w.denied["route53resolver:GetFirewallConfig"] = true
	for _, r := range read.Resolver(t.Context(), w, region, shop, "x").FirewallRules {
		if r.FailOpen != vpc.NotKnown {
			t.Errorf("fail open is %v though its configuration could not be read", r.FailOpen)
		}
	}
	// A rule that is associated with the VPC but not listed is not nothing.
	n := read.Resolver(t.Context(), recorded(t).with("route53resolver:ListResolverRules", `{"ResolverRules":[]}`), region, shop, "x")
	if len(n.Gaps) != 1 || n.Gaps[0].Kind != vpc.KindResolverRule {
		t.Errorf("gaps are %+v, want one for the rule that is not listed", n.Gaps)
	}
}

func TestBeyond(t *testing.T) {
	need := func(kind vpc.Kind, id string) vpc.Need {
		return vpc.Need{Ref: vpc.Ref{Kind: kind, ID: id}, Region: region}
	}
	n := read.Beyond(t.Context(), recorded(t), []vpc.Need{
		need(vpc.KindVPC, "vpc-0bb"), need(vpc.KindPrefixList, "pl-own"), need(vpc.KindTransitRouteTable, "tgw-rtb-09"),
		need(vpc.KindTransitAttachment, "tgw-01"), need(vpc.KindSecurityGroup, "sg-0shared"),
	})
	if len(n.VPCs) != 1 || n.VPCs[0].ID != "vpc-0bb" || len(n.Subnets) != 1 {
		t.Errorf("VPCs %+v, subnets %+v; want vpc-0bb with its subnet", n.VPCs, n.Subnets)
	}
	var tables []string
	for _, table := range n.TransitRouteTables {
		tables = append(tables, table.Gateway+" "+table.ID)
	}
	slices.Sort(tables)
	if diff := cmp.Diff([]string{"tgw-01 tgw-rtb-01", "tgw-09 tgw-rtb-09"}, tables); diff != "" {
		t.Error(diff)
	}
	for _, g := range n.Gaps {
		if g.Scope != "vpc-0bb" {
			t.Errorf("unexpected gap %+v", g)
		}
	}
}

// Whatever cannot be read must leave a gap, or the same need would be asked for ever.
func TestBeyondNeverLeavesANeedOpen(t *testing.T) {
	for _, kind := range []vpc.Kind{vpc.KindVPC, vpc.KindSubnet, vpc.KindRouteTable, vpc.KindACL, vpc.KindSecurityGroup, vpc.KindInterface,
		vpc.KindInternetGateway, vpc.KindEgressOnlyGateway, vpc.KindNATGateway, vpc.KindEndpoint, vpc.KindPeering, vpc.KindPrefixList,
		vpc.KindDHCPOptions, vpc.KindTransitAttachment, vpc.KindTransitRouteTable} {
		w := recorded(t)
		w.denied["ec2:GetManagedPrefixListEntries"] = true
		w.denied["ec2:SearchTransitGatewayRoutes"] = true
		n := read.Beyond(t.Context(), w, []vpc.Need{{Ref: vpc.Ref{Kind: kind, ID: "x-0nowhere"}}})
		if !slices.ContainsFunc(n.Gaps, func(g vpc.Gap) bool { return g.Kind == kind && g.Scope == "x-0nowhere" }) {
			t.Errorf("%s: gaps are %+v", kind, n.Gaps)
		}
	}
}
