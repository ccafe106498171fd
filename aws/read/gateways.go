package read

import (
	"fmt"

	"fargate-doctor/aws/vpc"
)

// wireInternetGateway is an internet gateway or an egress-only one; each has an id field of its own.
type wireInternetGateway struct {
	InternetGatewayId, EgressOnlyInternetGatewayId string
	Attachments                                    []struct{ State, VpcId string }
	Tags                                           tags
}

func (w wireInternetGateway) gateway() (vpc.InternetGateway, error) {
	g := vpc.InternetGateway{ID: w.InternetGatewayId + w.EgressOnlyInternetGatewayId, Name: w.Tags.name()}
	for _, a := range w.Attachments {
		if a.State == "available" || a.State == "attached" {
			g.VPCs = append(g.VPCs, a.VpcId)
		}
	}
	return g, nil
}

var internetGateways = collection[wireInternetGateway, vpc.InternetGateway]{vpc.KindInternetGateway, "DescribeInternetGateways",
	"InternetGateways", wireInternetGateway.gateway,
	func(n *vpc.Network) *[]vpc.InternetGateway { return &n.InternetGateways }}

var egressOnlyGateways = collection[wireInternetGateway, vpc.InternetGateway]{vpc.KindEgressOnlyGateway,
	"DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGateways", wireInternetGateway.gateway,
	func(n *vpc.Network) *[]vpc.InternetGateway { return &n.EgressOnlyGateways }}

type wireNATGateway struct {
	NatGatewayId, VpcId, SubnetId, State, FailureCode, FailureMessage string
	ConnectivityType, AvailabilityMode                                string

	NatGatewayAddresses []struct{ PrivateIp, PublicIp, NetworkInterfaceId, AvailabilityZone, Status string }
	Tags                tags
}

func (w wireNATGateway) gateway() (vpc.NATGateway, error) {
	g := vpc.NATGateway{ID: w.NatGatewayId, Name: w.Tags.name(), VPC: w.VpcId, Subnet: w.SubnetId, State: w.State,
		FailureCode: w.FailureCode, FailureMessage: w.FailureMessage,
		Private: w.ConnectivityType == "private", Regional: w.AvailabilityMode == "regional"}
	for _, a := range w.NatGatewayAddresses {
		private, err := address(a.PrivateIp)
		if err != nil {
			return g, fmt.Errorf("%s: %w", w.NatGatewayId, err)
		}
		public, err := address(a.PublicIp)
		if err != nil {
			return g, fmt.Errorf("%s: %w", w.NatGatewayId, err)
		}
		g.Addresses = append(g.Addresses, vpc.NATAddress{Private: private, Public: public, Interface: a.NetworkInterfaceId, Zone: a.AvailabilityZone})
	}
	return g, nil
}

var natGateways = collection[wireNATGateway, vpc.NATGateway]{vpc.KindNATGateway, "DescribeNatGateways", "NatGateways",
	wireNATGateway.gateway, func(n *vpc.Network) *[]vpc.NATGateway { return &n.NATGateways }}
