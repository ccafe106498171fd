package read

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"fargate-doctor/aws/vpc"
)

// prefix parses a CIDR block. Bits behind the mask are cleared, as the API itself does.
func prefix(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no CIDR block", s)
	}
	return p.Masked(), nil
}

// address parses an address; the empty string is the zero address.
func address(s string) (netip.Addr, error) {
	if s == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("%q is no address", s)
	}
	return a, nil
}

// protocol parses the ways in which EC2 names an IP protocol: a number, a name, "-1" for all.
func protocol(s string) (int, error) {
	switch strings.ToLower(s) {
	case "all":
		return vpc.AnyProtocol, nil
	case "tcp":
		return vpc.TCP, nil
	case "udp":
		return vpc.UDP, nil
	case "icmp":
		return vpc.ICMP, nil
	case "icmpv6":
		return vpc.ICMPv6, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < -1 || n > 255 {
		return 0, fmt.Errorf("%q is no IP protocol", s)
	}
	return n, nil
}

// hasPorts reports whether a protocol's packets have ports.
func hasPorts(protocol int) bool { return protocol == vpc.TCP || protocol == vpc.UDP }

// ports turns an API's port bounds into a range; missing ones and -1 mean all. ok is false when no packet can match: the
// range 0–0 is a rule about port 0 alone, whereas the zero PortRange means all ports.
func ports(from, to *int) (r vpc.PortRange, ok bool, err error) {
	if from == nil || to == nil || *from == -1 || *to == -1 {
		return vpc.PortRange{}, true, nil
	}
	if *from < 0 || *to > 65535 || *from > *to {
		return vpc.PortRange{}, false, fmt.Errorf("%d-%d is no port range", *from, *to)
	}
	if *to == 0 {
		return vpc.PortRange{}, false, nil
	}
	return vpc.PortRange{From: uint16(*from), To: uint16(*to)}, true, nil
}

// orAll returns the ICMP type or code, -1 when there is none.
func orAll(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}
