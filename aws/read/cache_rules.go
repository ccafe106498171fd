package read

import (
	"context"

	"fargate-doctor/aws"
)

// CacheRuleActions are the IAM actions that CacheRules needs.
var CacheRuleActions = []string{"ecr:DescribePullThroughCacheRules"}

// CacheRules returns the pull-through cache rules of an account's registry in a region.
func CacheRules(ctx context.Context, r aws.Reader, account, region string) ([]aws.CacheRule, error) {
	q := aws.Query{Service: "ecr", Operation: "DescribePullThroughCacheRules", Region: region, Input: aws.Input{"registryId": account}}
	wire, err := elements[struct{ EcrRepositoryPrefix, UpstreamRegistryUrl string }](ctx, r, q, "pullThroughCacheRules")
	if err != nil {
		return nil, err
	}
	var rules []aws.CacheRule
	for _, w := range wire {
		rules = append(rules, aws.CacheRule{Prefix: w.EcrRepositoryPrefix, Upstream: w.UpstreamRegistryUrl})
	}
	return rules, nil
}
