package vpc

import (
	"slices"
	"strconv"
)

// PutACLEntry creates an entry of a network ACL, or replaces the one with its number and direction.
type PutACLEntry struct {
	ACL     string
	Entry   ACLEntry
	Replace bool
}

// Title says what the change does.
func (c PutACLEntry) Title() string {
	side := " in from "
	if c.Entry.Egress {
		side = " out to "
	}
	return "let " + c.ACL + " pass " + traffic(c.Entry.Protocol, c.Entry.Ports) + side + c.Entry.Prefix.String()
}

// Command returns the AWS CLI command.
func (c PutACLEntry) Command(region string) string {
	verb, side, block, action := "create", "--ingress", "--cidr-block", "deny"
	if c.Replace {
		verb = "replace"
	}
	if c.Entry.Egress {
		side = "--egress"
	}
	if c.Entry.Prefix.Addr().Is6() {
		block = "--ipv6-cidr-block"
	}
	if c.Entry.Allow {
		action = "allow"
	}
	line := "aws ec2 " + verb + "-network-acl-entry --network-acl-id " + c.ACL + " " + side +
		" --rule-number " + strconv.Itoa(c.Entry.Number) + " --protocol " + strconv.Itoa(c.Entry.Protocol)
	switch c.Entry.Protocol {
	case TCP, UDP:
		r := c.Entry.Ports
		if r == (PortRange{}) {
			r.To = 65535
		}
		line += " --port-range From=" + strconv.Itoa(int(r.From)) + ",To=" + strconv.Itoa(int(r.To))
	case ICMP, ICMPv6:
		line += " --icmp-type-code Type=" + strconv.Itoa(c.Entry.ICMPType) + ",Code=" + strconv.Itoa(c.Entry.ICMPCode)
	}
	return inRegion(line+" "+block+" "+c.Entry.Prefix.String()+" --rule-action "+action, region)
}

// Apply returns the network with the entry in place.
func (c PutACLEntry) Apply(n Network) Network {
	n.ACLs = edited(n.ACLs, func(a *NetworkACL) bool { return a.ID == c.ACL }, func(a *NetworkACL) {
		a.Entries = slices.DeleteFunc(slices.Clone(a.Entries), func(e ACLEntry) bool {
			return e.Number == c.Entry.Number && e.Egress == c.Entry.Egress
		})
		a.Entries = append(a.Entries, c.Entry)
	})
	return n
}
