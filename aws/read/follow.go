package read

import (
	"context"
	"net/netip"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// farthest is how often Follow reads on: a transit gateway, the egress VPC behind it, that VPC's prefix lists, and one in hand.
const farthest = 4

// Follow reads what a question needs beyond a network, until needs names nothing new. m is n compiled; the network and the model
// that it ended with are returned.
func Follow(ctx context.Context, r aws.Reader, n vpc.Network, m *vpc.Model, needs func(vpc.Network, *vpc.Model) []vpc.Need) (vpc.Network, *vpc.Model) {
	for range farthest {
		missing := needs(n, m)
		if len(missing) == 0 || ctx.Err() != nil {
			break
		}
		n = n.Join(Beyond(ctx, r, missing))
		m = vpc.Compile(n)
	}
	return n, m
}

// InterfaceAt returns the elastic network interface that has an address, private or public. Several VPCs may use one private
// address; then the error says so.
func InterfaceAt(ctx context.Context, r aws.Reader, region string, address netip.Addr) (vpc.NetworkInterface, error) {
	filter := "addresses.private-ip-address"
	switch {
	case address.Is6():
		filter = "ipv6-addresses.ipv6-address"
	case !address.IsPrivate():
		filter = "association.public-ip"
	}
	q := aws.Query{Service: "ec2", Operation: interfaces.operation, Region: region, Input: only(filter, address.String())}
	found, err := interfaces.read(ctx, r, q, func(i vpc.NetworkInterface) bool { return holds(i, address) })
	switch {
	case err != nil:
		return vpc.NetworkInterface{}, err
	case len(found) == 0:
		return vpc.NetworkInterface{}, aws.Errorf(aws.NotFound, q, address.String(), "no network interface has this address")
	case len(found) > 1:
		err := aws.Errorf(aws.NotFound, q, address.String(), "%d network interfaces have this address", len(found))
		err.Hint = "name the network interface: --from " + found[0].ID + " or --from " + found[1].ID
		return vpc.NetworkInterface{}, err
	}
	return found[0], nil
}

func holds(i vpc.NetworkInterface, address netip.Addr) bool {
	for _, a := range i.Addresses {
		if a.Private == address || a.Public == address {
			return true
		}
	}
	for _, a := range i.IPv6 {
		if a == address {
			return true
		}
	}
	return false
}
