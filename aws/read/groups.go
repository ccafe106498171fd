package read

import (
	"fmt"

	"fargate-doctor/aws/vpc"
)

type wireSecurityGroup struct {
	GroupId, GroupName, VpcId, OwnerId string
	IpPermissions, IpPermissionsEgress *[]wirePermission
}

type wirePermission struct {
	IpProtocol       string
	FromPort, ToPort *int
	IpRanges         []struct{ CidrIp string }
	Ipv6Ranges       []struct{ CidrIpv6 string }
	PrefixListIds    []struct{ PrefixListId string }
	UserIdGroupPairs []struct{ GroupId string }
}

func (w wireSecurityGroup) group() (vpc.SecurityGroup, error) {
	g := vpc.SecurityGroup{ID: w.GroupId, Name: w.GroupName, VPC: w.VpcId, Owner: w.OwnerId}
	if w.IpPermissions == nil || w.IpPermissionsEgress == nil {
		return g, fmt.Errorf("%s lacks a list of permissions", w.GroupId)
	}
	var err error
	if g.Ingress, err = permissions(*w.IpPermissions); err == nil {
		g.Egress, err = permissions(*w.IpPermissionsEgress)
	}
	if err != nil {
		return g, fmt.Errorf("%s: %w", w.GroupId, err)
	}
	return g, nil
}

func permissions(wire []wirePermission) ([]vpc.Permission, error) {
	var out []vpc.Permission
	for _, w := range wire {
		p, matches, err := w.permission()
		if err != nil {
			return nil, err
		}
		if matches {
			out = append(out, p)
		}
	}
	return out, nil
}

// permission returns the permission; matches is false when no packet can match it.
func (w wirePermission) permission() (p vpc.Permission, matches bool, err error) {
	p = vpc.Permission{ICMPType: -1, ICMPCode: -1}
	if p.Protocol, err = protocol(w.IpProtocol); err != nil {
		return p, false, err
	}
	matches = true
	switch {
	case hasPorts(p.Protocol):
		if p.Ports, matches, err = ports(w.FromPort, w.ToPort); err != nil {
			return p, false, err
		}
	case p.Protocol == vpc.ICMP || p.Protocol == vpc.ICMPv6: // the API puts type and code where the ports are
		p.ICMPType, p.ICMPCode = orAll(w.FromPort), orAll(w.ToPort)
	}
	blocks := make([]string, 0, len(w.IpRanges)+len(w.Ipv6Ranges))
	for _, r := range w.IpRanges {
		blocks = append(blocks, r.CidrIp)
	}
	for _, r := range w.Ipv6Ranges {
		blocks = append(blocks, r.CidrIpv6)
	}
	for _, b := range blocks {
		cidr, err := prefix(b)
		if err != nil {
			return p, false, err
		}
		p.Prefixes = append(p.Prefixes, cidr)
	}
	for _, l := range w.PrefixListIds {
		p.PrefixLists = append(p.PrefixLists, l.PrefixListId)
	}
	for _, g := range w.UserIdGroupPairs {
		p.Groups = append(p.Groups, g.GroupId)
	}
	return p, matches, nil
}

var securityGroups = collection[wireSecurityGroup, vpc.SecurityGroup]{vpc.KindSecurityGroup, "DescribeSecurityGroups",
	"SecurityGroups", wireSecurityGroup.group, func(n *vpc.Network) *[]vpc.SecurityGroup { return &n.SecurityGroups }}
