package read

import (
	"context"

	"fargate-doctor/aws"
)

// RepositoryActions are the IAM actions that Repository needs.
var RepositoryActions = []string{"ecr:DescribeRepositories"}

// Repository returns a private ECR repository by its ARN. One that does not exist is an error of kind aws.NotFound.
func Repository(ctx context.Context, r aws.Reader, arn string) (aws.Repository, error) {
	a, _ := aws.ParseARN(arn)
	name := resourceName(a)
	q := aws.Query{Service: "ecr", Operation: "DescribeRepositories", Region: a.Region,
		Input: aws.Input{"registryId": a.Account, "repositoryNames": []string{name}}}
	wire, err := elements[struct {
		RepositoryArn, RepositoryName, RegistryId, RepositoryUri string
		EncryptionConfiguration                                  struct{ KmsKey string }
	}](ctx, r, q, "repositories")
	if err != nil {
		return aws.Repository{}, err
	}
	for _, w := range wire {
		if w.RepositoryName == name && (w.RegistryId == a.Account || w.RegistryId == "") {
			return aws.Repository{ARN: w.RepositoryArn, Name: name, Account: w.RegistryId, URI: w.RepositoryUri, Key: keyOf(a, w.EncryptionConfiguration.KmsKey)}, nil
		}
	}
	return aws.Repository{}, aws.Errorf(aws.NotRecorded, q, arn, "the answer does not hold it")
}
