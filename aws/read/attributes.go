package read

import (
	"context"

	"fargate-doctor/aws"
)

// queueAttributes asks for what matters of a queue. SQS calls a queue by a URL, which follows from its ARN.
func queueAttributes(a aws.ARN, name string) aws.Query {
	url := "https://sqs." + a.Region + "." + aws.PartitionOf(a.Region).DNSSuffix + "/" + a.Account + "/" + name
	return aws.Query{Service: "sqs", Operation: "GetQueueAttributes", Region: a.Region,
		Input: aws.Input{"QueueUrl": url, "AttributeNames": []string{"QueueArn", "Policy", "KmsMasterKeyId"}}}
}

func topicAttributes(a aws.ARN, _ string) aws.Query {
	return aws.Query{Service: "sns", Operation: "GetTopicAttributes", Region: a.Region, Input: aws.Input{"TopicArn": a.String()}}
}

// attributesOf returns the attributes of a queue or topic by name. Those that are not set are missing.
func attributesOf(ctx context.Context, r aws.Reader, q aws.Query) (map[string]string, error) {
	answer, err := object[struct{ Attributes map[string]string }](ctx, r, q, "Attributes")
	return answer.Attributes, err
}
