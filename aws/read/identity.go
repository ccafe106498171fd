package read

import (
	"context"

	"fargate-doctor/aws"
)

// Identity returns who the reader is.
func Identity(ctx context.Context, r aws.Reader) (aws.Identity, error) {
	q := aws.Query{Service: "sts", Operation: "GetCallerIdentity"}
	who, err := object[struct{ Account, Arn, UserId string }](ctx, r, q, "Account")
	if err != nil {
		return aws.Identity{}, err
	}
	return aws.Identity{Account: who.Account, ARN: who.Arn, UserID: who.UserId}, nil
}

// AccountSetting returns the effective value of an ECS account setting ("dualStackIPv6": "enabled" or "disabled").
func AccountSetting(ctx context.Context, r aws.Reader, name string) (string, error) {
	q := aws.Query{Service: "ecs", Operation: "ListAccountSettings", Input: aws.Input{"name": name, "effectiveSettings": true}}
	settings, err := elements[struct{ Name, Value string }](ctx, r, q, "settings")
	if err != nil {
		return "", err
	}
	for _, s := range settings {
		if s.Name == name {
			return s.Value, nil
		}
	}
	return "", aws.Errorf(aws.NotFound, q, name, "the answer does not hold it")
}
