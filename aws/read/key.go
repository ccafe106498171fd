package read

import (
	"context"
	"strings"
	"sync"

	"fargate-doctor/aws"
)

// KeyActions are the IAM actions that Key needs. Without kms:GetKeyPolicy the key is known but for its policy.
var KeyActions = []string{"kms:DescribeKey", "kms:GetKeyPolicy"}

// Key returns a KMS key by id, ARN, alias name or alias ARN. A key that does not exist is an error of kind aws.NotFound.
func Key(ctx context.Context, r aws.Reader, keyID string) (aws.Key, error) {
	q := keyQuery("DescribeKey", keyID)
	var policy string
	var policyErr error
	var beside sync.WaitGroup
	alias := strings.Contains(keyID, "alias/")
	if !alias { // the policy can be asked for at once; of an alias only when it is known which key that is
		beside.Go(func() { policy, policyErr = policyOfKey(ctx, r, keyID) })
	}
	answer, err := object[struct {
		KeyMetadata struct{ Arn, KeyId, KeyState, KeyManager string }
	}](ctx, r, q, "KeyMetadata")
	beside.Wait()
	if err != nil {
		return aws.Key{}, err
	}
	w := answer.KeyMetadata
	if w.Arn == "" {
		return aws.Key{}, aws.Errorf(aws.Malformed, q, keyID, "the key has no ARN")
	}
	k := aws.Key{ARN: w.Arn, ID: w.KeyId, State: w.KeyState, Manager: w.KeyManager}
	if k.Manager != "CUSTOMER" {
		return k, nil
	}
	if alias {
		policy, policyErr = policyOfKey(ctx, r, k.ARN)
	}
	k.Policy, k.PolicyErr = policy, policyErr
	return k, nil
}

// keyOf returns the ARN of a key that a resource calls by id or alias, which is then in the resource's own account and region. Of a
// bucket neither is known.
func keyOf(resource aws.ARN, called string) string {
	if called == "" || resource.Region == "" || strings.HasPrefix(called, "arn:") {
		return called
	}
	if !strings.HasPrefix(called, "alias/") {
		called = "key/" + called
	}
	return aws.ARN{Partition: resource.Partition, Service: "kms", Region: resource.Region, Account: resource.Account, Resource: called}.String()
}

func policyOfKey(ctx context.Context, r aws.Reader, keyID string) (string, error) {
	answer, err := object[struct{ Policy document }](ctx, r, keyPolicy(keyID), "Policy")
	return string(answer.Policy), err
}

// keyPolicy asks for the policy of a key. "default" is the only name that a key policy can have.
func keyPolicy(keyID string) aws.Query {
	q := keyQuery("GetKeyPolicy", keyID)
	q.Input["PolicyName"] = "default"
	return q
}

func keyQuery(operation, keyID string) aws.Query {
	a, _ := aws.ParseARN(keyID)
	return aws.Query{Service: "kms", Operation: operation, Region: a.Region, Input: aws.Input{"KeyId": keyID}}
}
