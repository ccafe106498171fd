package read

import (
	"context"
	"strings"

	"fargate-doctor/aws"
)

// The IAM actions that the reads of what a task starts from need. None of them returns the value of a secret or parameter.
var (
	SecretActions        = []string{"secretsmanager:DescribeSecret"}
	SecretVersionActions = []string{"secretsmanager:ListSecretVersionIds"}
	ParameterActions     = []string{"ssm:DescribeParameters"}
)

// Secret returns a secret by name or ARN; a JSON key, stage and version behind the ARN, as task definitions have them, are left out.
// One that does not exist is an error of kind aws.NotFound; one that waits for its deletion is not.
func Secret(ctx context.Context, r aws.Reader, called string) (aws.Secret, error) {
	q := secretQuery("DescribeSecret", called)
	w, err := object[struct {
		ARN, Name, KmsKeyId, PrimaryRegion string
		DeletedDate                        moment
		VersionIdsToStages                 map[string][]string
	}](ctx, r, q, "ARN")
	if err != nil {
		return aws.Secret{}, err
	}
	s := aws.Secret{ARN: w.ARN, Name: w.Name, Key: w.KmsKeyId, Deleted: w.DeletedDate.Time, Versions: w.VersionIdsToStages}
	a, _ := aws.ParseARN(w.ARN)
	if s.Key == "" { // "if the secret is encrypted with the AWS managed key aws/secretsmanager, this field is omitted"
		s.Key = "alias/aws/secretsmanager"
	}
	s.Key = keyOf(a, s.Key)
	if w.PrimaryRegion != a.Region {
		s.Primary = w.PrimaryRegion
	}
	return s, nil
}

// SecretVersions returns all versions of a secret with their staging labels, also those that have none any more.
func SecretVersions(ctx context.Context, r aws.Reader, called string) (map[string][]string, error) {
	q := secretQuery("ListSecretVersionIds", called)
	q.Input["IncludeDeprecated"] = true
	wire, err := elements[struct {
		VersionId     string
		VersionStages []string
	}](ctx, r, q, "Versions")
	if err != nil {
		return nil, err
	}
	versions := make(map[string][]string, len(wire))
	for _, w := range wire {
		versions[w.VersionId] = w.VersionStages
	}
	return versions, nil
}

func secretQuery(operation, called string) aws.Query {
	q := aws.Query{Service: "secretsmanager", Operation: operation, Input: aws.Input{"SecretId": called}}
	if a, ok := aws.ParseARN(called); ok {
		q.Region, q.Input["SecretId"] = a.Region, resourceName(a)
	}
	return q
}

// Parameter returns a parameter by name or ARN. One that does not exist is an error of kind aws.NotFound.
func Parameter(ctx context.Context, r aws.Reader, called string) (aws.Parameter, error) {
	region, names := "", []string{called}
	if a, ok := aws.ParseARN(called); ok {
		region, names = a.Region, parameterNames(resourceName(a))
	}
	q := aws.Query{Service: "ssm", Operation: "DescribeParameters", Region: region,
		Input: aws.Input{"ParameterFilters": []aws.Input{{"Key": "Name", "Option": "Equals", "Values": names}}}}
	wire, err := elements[struct {
		ARN, Name, Type, KeyId string
		Version                int
	}](ctx, r, q, "Parameters")
	if err != nil {
		return aws.Parameter{}, err
	}
	for _, name := range names {
		for _, w := range wire {
			if w.Name == name {
				a, _ := aws.ParseARN(w.ARN)
				return aws.Parameter{ARN: w.ARN, Name: w.Name, Type: w.Type, Key: keyOf(a, w.KeyId), Version: w.Version}, nil
			}
		}
	}
	return aws.Parameter{}, aws.Errorf(aws.NotFound, q, called, "there is no such parameter")
}

// parameterNames returns the names that a parameter with this text in its ARN can have: ARNs leave the first slash out, and a name with
// slashes begins with one.
func parameterNames(inARN string) []string {
	if strings.Contains(inARN, "/") {
		return []string{"/" + inARN}
	}
	return []string{inARN, "/" + inARN}
}
