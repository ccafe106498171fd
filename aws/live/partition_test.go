package live

import (
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
