package vpc

import (
	"net/netip"
	"slices"
	"strconv"
)

// AuthorizeGroup adds a permission to a security group. Exactly one of Prefix, Group and PrefixList is set.
type AuthorizeGroup struct {
	ID         string // of the security group that is changed
	Egress     bool
	Protocol   int // IP protocol number, -1 for all
	Ports      PortRange
	Prefix     netip.Prefix
	Group      string
	PrefixList string
}

func (c AuthorizeGroup) peer() string {
	switch {
	case c.Group != "":
		return c.Group
	case c.PrefixList != "":
		return c.PrefixList
	}
	return c.Prefix.String()
}

// Title says what the change does.
func (c AuthorizeGroup) Title() string {
	if c.Egress {
		return "let " + c.ID + " send " + traffic(c.Protocol, c.Ports) + " to " + c.peer()
	}
	return "let " + c.ID + " take " + traffic(c.Protocol, c.Ports) + " from " + c.peer()
}

// Command returns the AWS CLI command.
func (c AuthorizeGroup) Command(region string) string {
	side := "ingress"
	if c.Egress {
		side = "egress"
	}
	line := "aws ec2 authorize-security-group-" + side + " --group-id " + c.ID
	if !c.Egress && (c.Group != "" || c.Prefix.IsValid() && c.Prefix.Addr().Is4()) && (c.Protocol == TCP || c.Protocol == UDP) {
		line += " --protocol " + protocolName(c.Protocol) + " --port " + portText(c.Ports)
		if c.Group != "" {
			return inRegion(line+" --source-group "+c.Group, region)
		}
		return inRegion(line+" --cidr "+c.Prefix.String(), region)
	}
	rule := "IpProtocol=" + protocolName(c.Protocol)
	switch c.Protocol {
	case TCP, UDP:
		rule += ",FromPort=" + strconv.Itoa(int(c.Ports.From)) + ",ToPort=" + strconv.Itoa(int(c.Ports.To))
	case ICMP, ICMPv6:
		rule += ",FromPort=-1,ToPort=-1"
	}
	switch {
	case c.Group != "":
		rule += ",UserIdGroupPairs=[{GroupId=" + c.Group + "}]"
	case c.PrefixList != "":
		rule += ",PrefixListIds=[{PrefixListId=" + c.PrefixList + "}]"
	case c.Prefix.Addr().Is6():
		rule += ",Ipv6Ranges=[{CidrIpv6=" + c.Prefix.String() + "}]"
	default:
		rule += ",IpRanges=[{CidrIp=" + c.Prefix.String() + "}]"
	}
	return inRegion(line+" --ip-permissions '"+rule+"'", region)
}

// Apply returns the network with the permission added.
func (c AuthorizeGroup) Apply(n Network) Network {
	p := Permission{Protocol: c.Protocol, Ports: c.Ports, ICMPType: -1, ICMPCode: -1}
	switch {
	case c.Group != "":
		p.Groups = []string{c.Group}
	case c.PrefixList != "":
		p.PrefixLists = []string{c.PrefixList}
	default:
		p.Prefixes = []netip.Prefix{c.Prefix}
	}
	n.SecurityGroups = edited(n.SecurityGroups, func(g *SecurityGroup) bool { return g.ID == c.ID }, func(g *SecurityGroup) {
		if c.Egress {
			g.Egress = append(slices.Clip(g.Egress), p)
		} else {
			g.Ingress = append(slices.Clip(g.Ingress), p)
		}
	})
	return n
}

func portText(r PortRange) string {
	if r.From == r.To {
		return strconv.Itoa(int(r.From))
	}
	return strconv.Itoa(int(r.From)) + "-" + strconv.Itoa(int(r.To))
}

func inRegion(line, region string) string {
	if region == "" {
		return line
	}
	return line + " --region " + region
}

// edited returns a copy of list with the matching elements changed.
func edited[T any](list []T, matches func(*T) bool, change func(*T)) []T {
	list = slices.Clone(list)
	for i := range list {
		if matches(&list[i]) {
			change(&list[i])
		}
	}
	return list
}

// added returns a copy of ids with id in it.
func added(ids []string, id string) []string {
	if slices.Contains(ids, id) {
		return ids
	}
	return append(slices.Clip(ids), id)
}
