package read

import (
	"context"
	"encoding/json"
	"strings"

	"fargate-doctor/aws"
)

// A guard says how the policy of one kind of resource is read.
type guard struct {
	kind   string                          // what the ARN's resource begins with, "" for anything
	query  func(aws.ARN, string) aws.Query // by ARN and the resource's name
	policy string                          // member of the answer that holds the policy; a dot leads into a member
	answer string                          // a member that every answer has, with and without a policy
	none   string                          // error code that means: the resource is there and has no policy
}

// guards are the resources whose policy is one call away, by the service in their ARN. Lambda's is not among them: lambda:GetPolicy
// answers alike for a function without policy and for none.
var guards = map[string]guard{
	"s3": {policy: "Policy", answer: "Policy", none: "NoSuchBucketPolicy", query: func(_ aws.ARN, name string) aws.Query {
		return aws.Query{Service: "s3", Operation: "GetBucketPolicy", Input: aws.Input{"Bucket": name}}
	}},
	"sqs": {policy: "Attributes.Policy", answer: "Attributes", query: queueAttributes},
	"sns": {policy: "Attributes.Policy", answer: "Attributes", query: topicAttributes},
	"kms": {kind: "key/", policy: "Policy", answer: "Policy", query: func(a aws.ARN, _ string) aws.Query { return keyPolicy(a.String()) }},
	"secretsmanager": {kind: "secret:", policy: "ResourcePolicy", answer: "ARN", query: func(a aws.ARN, name string) aws.Query {
		return inRegion(a, aws.Query{Service: "secretsmanager", Operation: "GetResourcePolicy", Input: aws.Input{"SecretId": name}})
	}},
	"ecr": {kind: "repository/", policy: "policyText", answer: "policyText", none: "RepositoryPolicyNotFoundException",
		query: func(a aws.ARN, name string) aws.Query {
			return inRegion(a, aws.Query{Service: "ecr", Operation: "GetRepositoryPolicy", Input: aws.Input{"registryId": a.Account, "repositoryName": name}})
		}},
	"dynamodb": {kind: "table/", policy: "Policy", answer: "Policy", none: "PolicyNotFoundException", query: func(a aws.ARN, name string) aws.Query {
		a.Resource = "table/" + name
		return inRegion(a, aws.Query{Service: "dynamodb", Operation: "GetResourcePolicy", Input: aws.Input{"ResourceArn": a.String()}})
	}},
	"elasticfilesystem": {kind: "file-system/", policy: "Policy", answer: "FileSystemId", none: "PolicyNotFound", query: func(a aws.ARN, name string) aws.Query {
		return inRegion(a, aws.Query{Service: "elasticfilesystem", Operation: "DescribeFileSystemPolicy", Input: aws.Input{"FileSystemId": name}})
	}},
}

// guardOf returns how the policy of the resource with this ARN is read.
func guardOf(arn string) (guard, aws.Query, bool) {
	a, ok := aws.ParseARN(arn)
	g, known := guards[a.Service]
	if !ok || !known || !strings.HasPrefix(a.Resource, g.kind) || a.Service == "s3" && a.Region != "" { // access points are no buckets
		return guard{}, aws.Query{}, false
	}
	return g, g.query(a, resourceName(a)), true
}

// inRegion returns the query for the region that an ARN names.
func inRegion(a aws.ARN, q aws.Query) aws.Query {
	q.Region = a.Region
	return q
}

// resourceName returns the name by which a service's own API calls the resource of an ARN, without what is inside it: an object of a
// bucket, a stream of a log group, the JSON key of a secret.
func resourceName(a aws.ARN) string {
	rest := a.Resource
	switch a.Service {
	case "s3":
		rest, _, _ = strings.Cut(rest, "/")
	case "secretsmanager": // its API takes the ARN
		if parts := strings.SplitN(rest, ":", 3); len(parts) == 3 {
			a.Resource = parts[0] + ":" + parts[1]
		}
		return a.String()
	case "logs":
		rest, _, _ = strings.Cut(strings.TrimPrefix(rest, "log-group:"), ":")
	case "ssm":
		rest = strings.TrimPrefix(rest, "parameter/")
	case "ecr":
		rest = strings.TrimPrefix(rest, "repository/")
	case "dynamodb":
		rest, _, _ = strings.Cut(strings.TrimPrefix(rest, "table/"), "/")
	case "elasticfilesystem":
		rest = aws.ShortName(rest)
	}
	return rest
}

// HasResourcePolicy reports whether ResourcePolicy can be asked about the resource.
func HasResourcePolicy(arn string) bool {
	_, _, ok := guardOf(arn)
	return ok
}

// ResourcePolicyActions returns the IAM actions that ResourcePolicy may need, for one ARN; with "", for all resources.
func ResourcePolicyActions(arn string) []string {
	if arn != "" {
		_, q, ok := guardOf(arn)
		if !ok {
			return nil
		}
		return []string{q.Action()}
	}
	var actions []string
	for service, g := range guards {
		actions = append(actions, g.query(aws.ARN{Service: service}, "").Action())
	}
	return aws.SortedActions(actions)
}

// ResourcePolicy returns the policy of a resource, with Document "" when the resource has none. A resource that does not exist is an
// error of kind aws.NotFound, one without HasResourcePolicy of kind aws.Unsupported. What is inside a resource (an object of a bucket)
// is asked about by the resource's or its own ARN.
func ResourcePolicy(ctx context.Context, r aws.Reader, arn string) (aws.PolicyDocument, error) {
	g, q, ok := guardOf(arn)
	if !ok {
		return aws.PolicyDocument{}, &aws.Error{Kind: aws.Unsupported, Operation: "read resource policy", Resource: arn}
	}
	a, _ := aws.ParseARN(arn)
	p := aws.PolicyDocument{Name: a.Resource, ARN: arn}
	answer, err := object[json.RawMessage](ctx, r, q, g.answer)
	if g.none != "" && aws.CodeOf(err) == g.none {
		return p, nil
	}
	if err != nil {
		return aws.PolicyDocument{}, err
	}
	for _, name := range strings.Split(g.policy, ".") {
		if answer, err = member(answer, name); err != nil {
			return p, nil
		}
	}
	var d document
	if err := json.Unmarshal(answer, &d); err != nil {
		return aws.PolicyDocument{}, aws.Errorf(aws.Malformed, q, arn, "%w", err)
	}
	p.Document = string(d)
	return p, nil
}
