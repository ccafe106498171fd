package read

import (
	"context"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// Interfaces returns elastic network interfaces by id, in the network's form (with its Subnets and Gaps where read).
func Interfaces(ctx context.Context, r aws.Reader, ids ...string) ([]vpc.NetworkInterface, error) {
	return nil, errTODO
}

// Subnets returns subnets by id.
func Subnets(ctx context.Context, r aws.Reader, ids ...string) ([]vpc.Subnet, error) {
	return nil, errTODO
}

// VPC returns all that belongs to one VPC, read in one round of parallel calls and a second one for what those refer to
// (managed prefix lists, transit gateway tables). What could not be read is in Gaps.
func VPC(ctx context.Context, r aws.Reader, region, id string) vpc.Network { return vpc.Network{} }

// Resolver returns what Route 53 adds to a VPC's DNS: resolver rules, DNS firewall rules, and the private hosted zones whose
// name is a suffix of host.
func Resolver(ctx context.Context, r aws.Reader, region, vpcID, host string) vpc.Network {
	return vpc.Network{}
}

// Beyond returns what a trace asked for: other VPCs, transit gateway tables, prefix lists. A need that cannot be read becomes a
// Gap, so that the same need is not asked twice.
func Beyond(ctx context.Context, r aws.Reader, needs []vpc.Need) vpc.Network { return vpc.Network{} }

// Everything returns the networks of all regions that the reader holds; for snapshots, where reading is free.
func Everything(ctx context.Context, r aws.Reader) vpc.Network { return vpc.Network{} }
