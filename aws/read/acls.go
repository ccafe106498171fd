package read

import (
	"fmt"
	"strings"

	"fargate-doctor/aws/vpc"
)

type wireACL struct {
	NetworkAclId, VpcId string
	IsDefault           bool
	Associations        []struct{ SubnetId string }
	Entries             *[]wireACLEntry
	Tags                tags
}

type wireACLEntry struct {
	RuleNumber               int
	Egress                   bool
	RuleAction, Protocol     string
	CidrBlock, Ipv6CidrBlock string
	PortRange                *struct{ From, To *int }
	IcmpTypeCode             *struct{ Type, Code *int }
}

func (w wireACL) acl() (vpc.NetworkACL, error) {
	a := vpc.NetworkACL{ID: w.NetworkAclId, Name: w.Tags.name(), VPC: w.VpcId, Default: w.IsDefault}
	for _, s := range w.Associations {
		a.Subnets = append(a.Subnets, s.SubnetId)
	}
	if w.Entries == nil {
		return a, fmt.Errorf("%s has no list of entries", w.NetworkAclId)
	}
	for _, we := range *w.Entries {
		e, matches, err := we.entry()
		if err != nil {
			return a, fmt.Errorf("%s rule %d: %w", w.NetworkAclId, we.RuleNumber, err)
		}
		if matches {
			a.Entries = append(a.Entries, e)
		}
	}
	return a, nil
}

// entry returns the rule; matches is false when no packet can match it.
func (w wireACLEntry) entry() (e vpc.ACLEntry, matches bool, err error) {
	e = vpc.ACLEntry{Number: w.RuleNumber, Egress: w.Egress, ICMPType: -1, ICMPCode: -1}
	switch strings.ToLower(w.RuleAction) {
	case "allow":
		e.Allow = true
	case "deny":
	default:
		return e, false, fmt.Errorf("%q is neither allow nor deny", w.RuleAction)
	}
	if e.Protocol, err = protocol(w.Protocol); err != nil {
		return e, false, err
	}
	block := w.CidrBlock
	if block == "" {
		block = w.Ipv6CidrBlock
	}
	if e.Prefix, err = prefix(block); err != nil {
		return e, false, err
	}
	if w.IcmpTypeCode != nil {
		e.ICMPType, e.ICMPCode = orAll(w.IcmpTypeCode.Type), orAll(w.IcmpTypeCode.Code)
	}
	matches = true
	if w.PortRange != nil && hasPorts(e.Protocol) {
		e.Ports, matches, err = ports(w.PortRange.From, w.PortRange.To)
	}
	return e, matches, err
}

var acls = collection[wireACL, vpc.NetworkACL]{vpc.KindACL, "DescribeNetworkAcls", "NetworkAcls", wireACL.acl,
	func(n *vpc.Network) *[]vpc.NetworkACL { return &n.ACLs }}
