package live

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"fargate-doctor/aws"
)

// The partition table of package aws agrees with the SDK's endpoint rules, in regions that exist and in some that might.
func TestPartitionsAgreeWithTheSDK(t *testing.T) {
	seen := make(map[string]bool)
	for _, region := range append(Regions(), "eu-west-9", "cn-east-1", "us-gov-south-1", "us-iso-north-1", "us-isob-north-1", "eu-isoe-north-1", "us-isof-north-1", "eusc-de-west-1") {
		p := aws.PartitionOf(region)
		seen[p.ID] = true
		for service, resolve := range map[string]func() (string, error){
			"sts": func() (string, error) {
				e, err := sts.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), sts.EndpointParameters{Region: sdk.String(region)})
				return e.URI.Host, err
			},
			"ec2": func() (string, error) {
				e, err := ec2.NewDefaultEndpointResolverV2().ResolveEndpoint(t.Context(), ec2.EndpointParameters{Region: sdk.String(region)})
				return e.URI.Host, err
			},
		} {
			got, err := resolve()
			if want := service + "." + region + "." + p.DNSSuffix; err != nil || got != want {
				t.Errorf("%s: %s, %v; want %s", region, got, err, want)
			}
		}
	}
	for _, p := range aws.Partitions() {
		if !seen[p.ID] {
			t.Errorf("no region of %s was tried", p.ID)
		}
	}
}

func TestRegions(t *testing.T) {
	regions := Regions()
	for _, want := range []string{"eu-central-1", "us-east-1", "cn-north-1", "us-gov-west-1"} {
		if !slices.Contains(regions, want) {
			t.Errorf("%s is missing", want)
		}
	}
	other := slices.IndexFunc(regions, func(r string) bool { return aws.PartitionOf(r).ID != "aws" })
	for _, r := range regions[other:] {
		if aws.PartitionOf(r).ID == "aws" || strings.TrimSpace(r) == "" {
			t.Errorf("%q comes after the regions of other partitions", r)
		}
	}
}

// nowhere is an HTTP client that notes where requests go and sends none.
type nowhere struct{ host, signedFor string }

func (n *nowhere) Do(r *http.Request) (*http.Response, error) {
	n.host, n.signedFor = r.URL.Host, strings.Split(r.Header.Get("Authorization"), "/")[2]
	return nil, context.Canceled
}

// IAM is one service for all regions of a partition; what other services are called follows from the region. The names are those in
// "AWS service endpoints" and in the guides of the Chinese and GovCloud partitions.
func TestWhereCallsGo(t *testing.T) {
	for _, test := range []struct{ region, name, host, signedFor string }{
		{"eu-central-1", "iam:GetRole", "iam.amazonaws.com", "us-east-1"},
		{"cn-northwest-1", "iam:GetRole", "iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		{"us-gov-east-1", "iam:GetRole", "iam.us-gov.amazonaws.com", "us-gov-west-1"},
		{"eu-central-1", "s3:GetBucketPolicy", "assets.s3.eu-central-1.amazonaws.com", "eu-central-1"},
		{"cn-north-1", "s3:GetBucketPolicy", "assets.s3.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		{"eu-central-1", "sqs:GetQueueAttributes", "sqs.eu-central-1.amazonaws.com", "eu-central-1"},
		{"eu-central-1", "ecr:DescribeImages", "api.ecr.eu-central-1.amazonaws.com", "eu-central-1"},
		{"cn-north-1", "elasticfilesystem:DescribeFileSystems", "elasticfilesystem.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		{"us-gov-west-1", "logs:FilterLogEvents", "logs.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
		{"us-gov-west-1", "kms:DescribeKey", "kms.us-gov-west-1.amazonaws.com", "us-gov-west-1"},
	} {
		a := openAt(t, "", Options{Region: test.region})
		var to nowhere
		a.config.HTTPClient = &to
		_, err := aws.ReadAll(t.Context(), a, query(test.name, required[test.name]))
		if err == nil || to.host != test.host || to.signedFor != test.signedFor {
			t.Errorf("%s in %s goes to %s, signed for %s; want %s, %s (%v)", test.name, test.region, to.host, to.signedFor, test.host, test.signedFor, err)
		}
	}
}
