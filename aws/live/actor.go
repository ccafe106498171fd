package live

import (
	"context"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"

	"fargate-doctor/aws"
)

// An actor makes the calls of one table in the account's region. It is apart from Account, whose table only reads: a program that is not
// to act makes no actor.
type actor struct {
	account    *Account
	operations map[string]operation // by name
}

func (a *Account) actor(table func(sdk.Config) []operation) actor {
	byName := map[string]operation{}
	for _, o := range table(a.config) {
		byName[o.Name()] = o
	}
	return actor{a, byName}
}

// names returns the names ("ecs:ExecuteCommand") of the calls of a table, in order.
func names(table func(sdk.Config) []operation) []string {
	var all []string
	for _, o := range table(sdk.Config{}) {
		all = append(all, o.Name())
	}
	slices.Sort(all)
	return all
}

// invoke makes one API call. Its error is an *aws.Error.
func invoke[Out any](ctx context.Context, a actor, q aws.Query, in any) (*Out, error) {
	q.Region = a.account.Region()
	o, ok := a.operations[q.Name()]
	if !ok {
		return nil, aws.Errorf(aws.Unsupported, q, "", "not among the operations that act")
	}
	out, err := a.account.call(ctx, o, q, in)
	if err != nil {
		return nil, err
	}
	typed, ok := out.(*Out)
	if !ok {
		return nil, aws.Errorf(aws.Malformed, q, resource(q.Input), "the answer is a %T", out)
	}
	return typed, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
