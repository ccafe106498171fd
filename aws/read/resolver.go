package read

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// Resolver returns what Route 53 adds to a VPC's DNS: resolver rules, DNS firewall rules, and the private hosted zones whose
// name is a suffix of host, with their records; all zones when host is "". What could not be read is in Gaps.
func Resolver(ctx context.Context, r aws.Reader, region, vpcID, host string) vpc.Network {
	fills := ask(ctx, r, []source{
		{vpc.KindResolverRule, []string{vpcID}, offered(resolverRules(region, vpcID))},
		{vpc.KindDNSFirewall, []string{vpcID}, offered(dnsFirewall(region, vpcID))},
		{vpc.KindPrivateZone, []string{vpcID}, offered(privateZones(region, vpcID, host))},
	})
	var n vpc.Network
	for _, fill := range fills {
		fill(&n)
	}
	return n
}

// A fill is one read and what it adds to a network.
type fill = func(context.Context, aws.Reader) (func(*vpc.Network), error)

// offered makes a read add nothing where the API does not know its operations: what is not offered can't be in force.
func offered(f fill) fill {
	return func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		add, err := f(ctx, r)
		if aws.KindOf(err) == aws.Unsupported {
			return func(*vpc.Network) {}, nil
		}
		return add, err
	}
}

func resolverQuery(region, operation string, input aws.Input) aws.Query {
	return aws.Query{Service: "route53resolver", Operation: operation, Region: region, Input: input}
}

type wireResolverRule struct {
	Id, Name, DomainName, RuleType string
	TargetIps                      []struct {
		Ip, Ipv6 string
		Port     uint16
	}
}

// resolverRules reads the rules that are associated with the VPC. Which those are comes from one list, what they say from
// another; both are asked for at once.
func resolverRules(region, vpcID string) fill {
	return func(ctx context.Context, r aws.Reader) (func(*vpc.Network), error) {
		q := resolverQuery(region, "ListResolverRules", nil)
		var rules []wireResolverRule
		var rulesErr error
		done := make(chan struct{})
		go func() {
			defer close(done)
			rules, rulesErr = elements[wireResolverRule](ctx, r, q, "ResolverRules")
		}()
		associations, err := elements[struct{ ResolverRuleId, VPCId, Status string }](ctx, r,
			resolverQuery(region, "ListResolverRuleAssociations", only("VPCId", vpcID)), "ResolverRuleAssociations")
		<-done
		if err != nil {
			return nil, err
		}
		var values []vpc.ResolverRule
		for _, a := range associations {
			if a.VPCId != vpcID || a.Status == "FAILED" || a.Status == "OVERRIDDEN" {
				continue
			}
			if rulesErr != nil {
				return nil, rulesErr
			}
			i := slices.IndexFunc(rules, func(w wireResolverRule) bool { return w.Id == a.ResolverRuleId })
			if i < 0 {
				return nil, aws.Errorf(aws.NotFound, q, a.ResolverRuleId, "the answer does not hold it")
			}
			rule, err := rules[i].rule(vpcID)
			if err != nil {
				return nil, aws.Errorf(aws.Malformed, q, a.ResolverRuleId, "%w", err)
			}
			values = append(values, rule)
		}
		return func(n *vpc.Network) { n.ResolverRules = append(n.ResolverRules, values...) }, nil
	}
}

func (w wireResolverRule) rule(vpcID string) (vpc.ResolverRule, error) {
	rule := vpc.ResolverRule{ID: w.Id, Name: w.Name, VPC: vpcID, Domain: strings.TrimSuffix(w.DomainName, "."), Type: w.RuleType}
	for _, t := range w.TargetIps {
		text := t.Ip
		if text == "" {
			text = t.Ipv6
		}
		a, err := netip.ParseAddr(text)
		if err != nil {
			return rule, fmt.Errorf("%q is no address", text)
		}
		port := t.Port
		if port == 0 {
			port = 53
		}
		rule.Targets = append(rule.Targets, netip.AddrPortFrom(a, port))
	}
	return rule, nil
}
