package read

import (
	"net/netip"

	"fargate-doctor/aws/vpc"
)

type wireVPC struct {
	VpcId, OwnerId, DhcpOptionsId, CidrBlock string
	CidrBlockAssociationSet                  []struct {
		CidrBlock      string
		CidrBlockState struct{ State string }
	}
	Ipv6CidrBlockAssociationSet []wireIPv6Block
	Tags                        tags
}

type wireIPv6Block struct {
	Ipv6CidrBlock      string
	Ipv6CidrBlockState struct{ State string }
}

// associated returns the IPv6 blocks that are in use.
func associated(blocks []wireIPv6Block) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, b := range blocks {
		if b.Ipv6CidrBlockState.State != "associated" {
			continue
		}
		p, err := prefix(b.Ipv6CidrBlock)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (w wireVPC) vpc() (vpc.VPC, error) {
	v := vpc.VPC{ID: w.VpcId, Name: w.Tags.name(), Owner: w.OwnerId, DHCPOptions: w.DhcpOptionsId}
	for _, b := range w.CidrBlockAssociationSet {
		if b.CidrBlockState.State != "associated" {
			continue
		}
		p, err := prefix(b.CidrBlock)
		if err != nil {
			return v, err
		}
		v.CIDRs = append(v.CIDRs, p)
	}
	if len(w.CidrBlockAssociationSet) == 0 {
		p, err := prefix(w.CidrBlock)
		if err != nil {
			return v, err
		}
		v.CIDRs = append(v.CIDRs, p)
	}
	six, err := associated(w.Ipv6CidrBlockAssociationSet)
	v.CIDRs = append(v.CIDRs, six...)
	return v, err
}

// vpcs returns how DescribeVpcs is understood; the answer does not name its region.
func vpcs(region string) collection[wireVPC, vpc.VPC] {
	return collection[wireVPC, vpc.VPC]{vpc.KindVPC, "DescribeVpcs", "Vpcs",
		func(w wireVPC) (vpc.VPC, error) {
			v, err := w.vpc()
			v.Region = region
			return v, err
		},
		func(n *vpc.Network) *[]vpc.VPC { return &n.VPCs }}
}

type wireSubnet struct {
	SubnetId, VpcId, OwnerId, AvailabilityZone, AvailabilityZoneId, CidrBlock string
	Ipv6CidrBlockAssociationSet                                               []wireIPv6Block
	AssignIpv6AddressOnCreation                                               bool
	BlockPublicAccessStates                                                   struct{ InternetGatewayBlockMode string }
	Tags                                                                      tags
}

func (w wireSubnet) subnet() (vpc.Subnet, error) {
	s := vpc.Subnet{ID: w.SubnetId, Name: w.Tags.name(), VPC: w.VpcId, Owner: w.OwnerId,
		Zone: w.AvailabilityZone, ZoneID: w.AvailabilityZoneId,
		AssignIPv6OnCreation: w.AssignIpv6AddressOnCreation, BlockPublicAccess: w.BlockPublicAccessStates.InternetGatewayBlockMode}
	six, err := associated(w.Ipv6CidrBlockAssociationSet)
	if err != nil {
		return s, err
	}
	if w.CidrBlock != "" || len(six) == 0 { // a subnet may have IPv6 alone
		p, err := prefix(w.CidrBlock)
		if err != nil {
			return s, err
		}
		s.CIDRs = append(s.CIDRs, p)
	}
	s.CIDRs = append(s.CIDRs, six...)
	return s, nil
}

var subnets = collection[wireSubnet, vpc.Subnet]{vpc.KindSubnet, "DescribeSubnets", "Subnets", wireSubnet.subnet,
	func(n *vpc.Network) *[]vpc.Subnet { return &n.Subnets }}

type wireDHCPOptions struct {
	DhcpOptionsId      string
	DhcpConfigurations []struct {
		Key    string
		Values []struct{ Value string }
	}
}

func (w wireDHCPOptions) options() (vpc.DHCPOptions, error) {
	o := vpc.DHCPOptions{ID: w.DhcpOptionsId}
	for _, c := range w.DhcpConfigurations {
		if c.Key == "domain-name-servers" {
			for _, v := range c.Values {
				o.DNSServers = append(o.DNSServers, v.Value)
			}
		}
	}
	return o, nil
}

var dhcpOptions = collection[wireDHCPOptions, vpc.DHCPOptions]{vpc.KindDHCPOptions, "DescribeDhcpOptions", "DhcpOptions",
	wireDHCPOptions.options, func(n *vpc.Network) *[]vpc.DHCPOptions { return &n.DHCPOptions }}
