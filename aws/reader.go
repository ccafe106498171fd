// Package aws is the AWS world as this program sees it: the one interface through which facts are read, the errors that
// reading can end in, the ECS domain types (clusters, services, tasks, task definitions) and those of what tasks use and are
// allowed to (roles, policies, keys, secrets, images, file systems).
//
// It holds values and interfaces only. Network types and the judgement of packets live in aws/vpc, the meaning of API
// answers in aws/read, and everything that does I/O (aws/live, aws/snapshot, aws/demo) is imported by main alone.
package aws

import (
	"context"
	"encoding/json"
	"sort"
	"strings"
)

// A Reader answers read-only questions about one AWS account. It is the whole boundary between the program and the
// outside: a live account, a recorded snapshot, a demo world, a counter, a recorder and a fault are all Readers.
//
// Read passes the answer to page, one API page at a time and never concurrently, as the JSON that the AWS CLI prints for the
// operation. It returns nil only when the answer is complete, an *Error otherwise, or page's own error unchanged.
type Reader interface {
	Read(ctx context.Context, q Query, page func(json.RawMessage) error) error
}

// A Query names one read-only API call.
type Query struct {
	Service   string // signing name, lower case: "ec2", "ecs", "sts", "route53resolver"
	Operation string // as the API spells it: "DescribeSubnets"
	Region    string // "" means the reader's own region, and is right for IAM and S3, which answer about all regions alike
	Input     Input  // parameters in the API's own JSON spelling
}

// Input holds the parameters of a Query: strings, bools, numbers, []string, []Filter, and []Input for lists of objects.
type Input map[string]any

// A Filter is an EC2 filter: the name and the values of which one must match.
type Filter struct {
	Name   string
	Values []string
}

// Regions returns the regions that r holds answers of, when r is a recording that knows them; nil for a live account.
func Regions(r Reader) []string {
	if held, ok := r.(interface{ Regions() []string }); ok {
		return held.Regions()
	}
	return nil
}

// Name returns "service:Operation", which is also how calls are counted in reports.
func (q Query) Name() string { return q.Service + ":" + q.Operation }

// Action returns the IAM action that the query needs. It is the query's name but for the few operations whose
// permission is spelled differently.
func (q Query) Action() string {
	if a, ok := actionOf[q.Name()]; ok {
		return a
	}
	return q.Name()
}

// actionOf lists the operations whose IAM action is not service:Operation, from the service authorization reference.
var actionOf = map[string]string{
	"s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
}

// Key identifies the query: two queries with the same key have the same answer. The region is part of it.
func (q Query) Key() string {
	input, _ := json.Marshal(q.Input) // maps are marshalled in key order
	return strings.Join([]string{q.Region, q.Name(), string(input)}, " ")
}

// ReadAll collects every page of an answer.
func ReadAll(ctx context.Context, r Reader, q Query) ([]json.RawMessage, error) {
	var pages []json.RawMessage
	err := r.Read(ctx, q, func(p json.RawMessage) error {
		pages = append(pages, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return pages, nil
}

// SortedActions returns the distinct actions in order; empty ones are dropped.
func SortedActions(actions []string) []string {
	seen := make(map[string]bool, len(actions))
	var out []string
	for _, a := range actions {
		if a != "" && !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	sort.Strings(out)
	return out
}
