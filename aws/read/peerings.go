package read

import (
	"fmt"

	"fargate-doctor/aws/vpc"
)

type wirePeering struct {
	VpcPeeringConnectionId            string
	Status                            struct{ Code string }
	RequesterVpcInfo, AccepterVpcInfo wirePeeringSide
}

type wirePeeringSide struct {
	VpcId, OwnerId, Region string
	CidrBlockSet           []struct{ CidrBlock string }
	Ipv6CidrBlockSet       []struct{ Ipv6CidrBlock string }
}

func (w wirePeering) peering() (vpc.Peering, error) {
	p := vpc.Peering{ID: w.VpcPeeringConnectionId, Status: w.Status.Code}
	var err error
	if p.Requester, err = w.RequesterVpcInfo.side(); err == nil {
		p.Accepter, err = w.AccepterVpcInfo.side()
	}
	if err != nil {
		return p, fmt.Errorf("%s: %w", w.VpcPeeringConnectionId, err)
	}
	return p, nil
}

func (w wirePeeringSide) side() (vpc.PeeringSide, error) {
	s := vpc.PeeringSide{VPC: w.VpcId, Owner: w.OwnerId, Region: w.Region}
	var blocks []string
	for _, b := range w.CidrBlockSet {
		blocks = append(blocks, b.CidrBlock)
	}
	for _, b := range w.Ipv6CidrBlockSet {
		blocks = append(blocks, b.Ipv6CidrBlock)
	}
	for _, b := range blocks {
		cidr, err := prefix(b)
		if err != nil {
			return s, err
		}
		s.CIDRs = append(s.CIDRs, cidr)
	}
	return s, nil
}

var peerings = collection[wirePeering, vpc.Peering]{vpc.KindPeering, "DescribeVpcPeeringConnections", "VpcPeeringConnections",
	wirePeering.peering, func(n *vpc.Network) *[]vpc.Peering { return &n.Peerings }}
