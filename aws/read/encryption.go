package read

import (
	"context"

	"fargate-doctor/aws"
)

// A lock says how the KMS key behind one kind of resource is found.
type lock struct {
	actions []string
	key     func(ctx context.Context, r aws.Reader, a aws.ARN) (string, error)
}

// locks are the resources that can have a KMS key which those who use them need too, by the service in their ARN.
var locks = map[string]lock{
	"s3":  {[]string{"s3:GetEncryptionConfiguration"}, bucketKey},
	"sqs": {[]string{"sqs:GetQueueAttributes"}, attributeKey(queueAttributes)},
	"sns": {[]string{"sns:GetTopicAttributes"}, attributeKey(topicAttributes)},
	"secretsmanager": {SecretActions, func(ctx context.Context, r aws.Reader, a aws.ARN) (string, error) {
		s, err := Secret(ctx, r, a.String())
		return s.Key, err
	}},
	"ssm": {ParameterActions, func(ctx context.Context, r aws.Reader, a aws.ARN) (string, error) {
		p, err := Parameter(ctx, r, a.String())
		return p.Key, err
	}},
	"logs": {LogGroupActions, func(ctx context.Context, r aws.Reader, a aws.ARN) (string, error) {
		g, err := LogGroup(ctx, r, a.Region, resourceName(a))
		return g.Key, err
	}},
	"ecr": {RepositoryActions, func(ctx context.Context, r aws.Reader, a aws.ARN) (string, error) {
		repository, err := Repository(ctx, r, a.String())
		return repository.Key, err
	}},
	"dynamodb": {[]string{"dynamodb:DescribeTable"}, tableKey},
}

// EncryptionKeyActions returns the IAM actions that EncryptionKey may need, for one ARN; with "", for all resources.
func EncryptionKeyActions(arn string) []string {
	if arn != "" {
		a, _ := aws.ParseARN(arn)
		return locks[a.Service].actions
	}
	var actions []string
	for _, l := range locks {
		actions = append(actions, l.actions...)
	}
	return aws.SortedActions(actions)
}

// EncryptionKey returns the ARN of the KMS key behind a resource, or of an alias of it, see aws.ManagedByAWS; "" when there is none, or
// one that AWS owns and asks nobody's permission for. Of a bucket it is what the bucket calls the key for new objects, which can be an id
// or an alias; objects that are there can have another one. A resource that does not exist is an error of kind aws.NotFound.
func EncryptionKey(ctx context.Context, r aws.Reader, arn string) (string, error) {
	a, ok := aws.ParseARN(arn)
	l, known := locks[a.Service]
	if !ok || !known {
		return "", &aws.Error{Kind: aws.Unsupported, Operation: "find encryption key", Resource: arn}
	}
	return l.key(ctx, r, a)
}

// bucketKey returns the key of a bucket's default encryption. Without an id, aws:kms means the key that AWS manages for S3.
func bucketKey(ctx context.Context, r aws.Reader, a aws.ARN) (string, error) {
	q := aws.Query{Service: "s3", Operation: "GetBucketEncryption", Input: aws.Input{"Bucket": resourceName(a)}}
	answer, err := object[struct {
		ServerSideEncryptionConfiguration struct {
			Rules []struct {
				ApplyServerSideEncryptionByDefault struct{ SSEAlgorithm, KMSMasterKeyID string }
			}
		}
	}](ctx, r, q, "ServerSideEncryptionConfiguration")
	if aws.CodeOf(err) == "ServerSideEncryptionConfigurationNotFoundError" {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, rule := range answer.ServerSideEncryptionConfiguration.Rules {
		d := rule.ApplyServerSideEncryptionByDefault
		switch {
		case d.KMSMasterKeyID != "":
			return d.KMSMasterKeyID, nil
		case d.SSEAlgorithm == "aws:kms" || d.SSEAlgorithm == "aws:kms:dsse":
			return "alias/aws/s3", nil
		}
	}
	return "", nil
}

func attributeKey(query func(aws.ARN, string) aws.Query) func(context.Context, aws.Reader, aws.ARN) (string, error) {
	return func(ctx context.Context, r aws.Reader, a aws.ARN) (string, error) {
		attributes, err := attributesOf(ctx, r, query(a, resourceName(a)))
		return keyOf(a, attributes["KmsMasterKeyId"]), err
	}
}

func tableKey(ctx context.Context, r aws.Reader, a aws.ARN) (string, error) {
	a.Resource = "table/" + resourceName(a)
	q := aws.Query{Service: "dynamodb", Operation: "DescribeTable", Region: a.Region, Input: aws.Input{"TableName": a.String()}}
	answer, err := object[struct {
		Table struct {
			SSEDescription struct{ KMSMasterKeyArn string }
		}
	}](ctx, r, q, "Table")
	return answer.Table.SSEDescription.KMSMasterKeyArn, err
}
