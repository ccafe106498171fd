package read

import (
	"context"
	"slices"
	"sync"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

type wireFirewallAssociation struct {
	FirewallRuleGroupId, VpcId, Name, Status string
	Priority                                 int
}

type wireFirewallRule struct {
	FirewallRuleGroupId, FirewallDomainListId, Name, Action string
	Priority                                                int
}

// dnsFirewall reads the DNS Firewall rules of the VPC: its rule groups, then their rules, then the domains of those.
func dnsFirewall(region, vpcID string) fill {
	return func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		associations, err := elements[wireFirewallAssociation](ctx, r,
			resolverQuery(region, "ListFirewallRuleGroupAssociations", aws.Input{"VpcId": vpcID}), "FirewallRuleGroupAssociations")
		if err != nil {
			return nil, err
		}
		associations = slices.DeleteFunc(associations, func(a wireFirewallAssociation) bool { return a.VpcId != vpcID })
		if len(associations) == 0 {
			return func(*vpc.Network) {}, nil
		}
		var groups []source
		for _, a := range associations {
			groups = append(groups, source{vpc.KindDNSFirewall, []string{vpcID}, firewallGroup(region, a)})
		}
		failOpen := vpc.NotKnown
		var wait sync.WaitGroup
		wait.Go(func() { failOpen = firewallFailsOpen(ctx, r, region, vpcID) })
		rules := round(ctx, r, groups)
		wait.Wait()
		for i := range rules.FirewallRules {
			rules.FirewallRules[i].FailOpen = failOpen
		}
		return func(n *vpc.Network) { *n = n.Join(rules) }, nil
	}
}

// firewallFailsOpen reports whether names pass when the firewall itself does not answer.
func firewallFailsOpen(ctx context.Context, r aws.Reader, region, vpcID string) vpc.Truth {
	answer, err := object[struct {
		FirewallConfig struct{ FirewallFailOpen string }
	}](ctx, r,
		resolverQuery(region, "GetFirewallConfig", aws.Input{"ResourceId": vpcID}), "FirewallConfig")
	if err != nil {
		return vpc.NotKnown
	}
	switch answer.FirewallConfig.FirewallFailOpen {
	case "ENABLED":
		return vpc.Yes
	case "DISABLED":
		return vpc.No
	}
	return vpc.NotKnown
}

// firewallGroup reads the rules of one group. Domains that may not be read (AWS's managed lists) leave DomainsKnown false and
// a Gap with the id of the group, by which the model asks.
func firewallGroup(region string, a wireFirewallAssociation) fill {
	return func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		rules, err := elements[wireFirewallRule](ctx, r,
			resolverQuery(region, "ListFirewallRules", aws.Input{"FirewallRuleGroupId": a.FirewallRuleGroupId}), "FirewallRules")
		if err != nil {
			return nil, err
		}
		rules = slices.DeleteFunc(rules, func(w wireFirewallRule) bool { return w.FirewallRuleGroupId != a.FirewallRuleGroupId })
		values := make([]vpc.DNSFirewallRule, len(rules))
		var lists []source
		for i, w := range rules {
			values[i] = vpc.DNSFirewallRule{Group: a.FirewallRuleGroupId, Name: w.Name, VPC: a.VpcId, GroupPriority: a.Priority,
				Priority: w.Priority, Action: w.Action}
			if w.FirewallDomainListId != "" { // rules against tunnelling and the like have no list
				lists = append(lists, source{vpc.KindDNSFirewall, []string{a.FirewallRuleGroupId},
					firewallDomains(region, w.FirewallDomainListId, &values[i])})
			}
		}
		gaps := round(ctx, r, lists).Gaps
		return func(n *vpc.Network) {
			n.FirewallRules = append(n.FirewallRules, values...)
			n.Gaps = append(n.Gaps, gaps...)
		}, nil
	}
}

func firewallDomains(region, list string, rule *vpc.DNSFirewallRule) fill {
	return func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		domains, err := elements[string](ctx, r,
			resolverQuery(region, "ListFirewallDomains", aws.Input{"FirewallDomainListId": list}), "Domains")
		if err != nil {
			return nil, err
		}
		rule.Domains, rule.DomainsKnown = domains, true
		return func(*vpc.Network) {}, nil
	}
}
