// Package vpc knows how a VPC treats a packet: security groups, network ACLs, route tables, gateways, endpoints, peerings,
// transit gateways and DNS. It is pure: a Network (plain values, as read) is compiled into a Model, and the Model answers
// Trace (what happens to a flow) and Resolve (where a name leads) without I/O, clock or randomness.
//
// What could not be read is in the Network too, as Gaps. A gap that a question depends on makes the answer unknown and is
// named in it; it never passes for an empty list.
//
// How API answers become a Network is not its business (aws/read), nor what a person should be told (steps).
package vpc

import "net/netip"

// A Network is all that is known about VPCs and what joins them: usually one VPC, more when a path leads through peerings
// or transit gateways, possibly of several regions and accounts. Lists are in no particular order.
type Network struct {
	VPCs               []VPC
	Subnets            []Subnet
	RouteTables        []RouteTable
	ACLs               []NetworkACL
	SecurityGroups     []SecurityGroup
	Interfaces         []NetworkInterface
	InternetGateways   []InternetGateway
	EgressOnlyGateways []InternetGateway
	NATGateways        []NATGateway
	Endpoints          []Endpoint
	Peerings           []Peering
	PrefixLists        []PrefixList
	DHCPOptions        []DHCPOptions
	TransitAttachments []TransitAttachment
	TransitRouteTables []TransitRouteTable
	ResolverRules      []ResolverRule
	FirewallRules      []DNSFirewallRule
	PrivateZones       []PrivateZone
	EndpointServices   []EndpointService // the region's services: names and private DNS names
	Gaps               []Gap
}

// A Kind names a collection of a Network, and the kind of a Ref.
type Kind string

const (
	KindVPC               Kind = "vpc"
	KindSubnet            Kind = "subnet"
	KindRouteTable        Kind = "route-table"
	KindACL               Kind = "network-acl"
	KindSecurityGroup     Kind = "security-group"
	KindInterface         Kind = "network-interface"
	KindInternetGateway   Kind = "internet-gateway"
	KindEgressOnlyGateway Kind = "egress-only-internet-gateway"
	KindNATGateway        Kind = "nat-gateway"
	KindEndpoint          Kind = "vpc-endpoint"
	KindPeering           Kind = "vpc-peering-connection"
	KindPrefixList        Kind = "prefix-list"
	KindDHCPOptions       Kind = "dhcp-options"
	KindTransitAttachment Kind = "transit-gateway-attachment"
	KindTransitRouteTable Kind = "transit-gateway-route-table"
	KindResolverRule      Kind = "resolver-rule"
	KindDNSFirewall       Kind = "dns-firewall"
	KindPrivateZone       Kind = "private-hosted-zone"
	KindEndpointService   Kind = "endpoint-service"
	KindInternet          Kind = "internet"  // in Refs only
	KindAddress           Kind = "address"   // in Refs only
	KindInstance          Kind = "instance"  // in Refs only
	KindOther             Kind = "component" // in Refs only: a gateway that can't be modelled
)

// A Gap says that a collection is not known, wholly or for one scope.
type Gap struct {
	Kind    Kind
	Scope   string // a VPC id, or the one resource's id; "" means everywhere
	Missing string // the IAM action that is missing; "" when permission was not the reason
	Reason  string // one clause for a person: "ec2:DescribeNetworkAcls is not allowed", "the answer was throttled"
}

// A Ref points at one resource.
type Ref struct {
	Kind Kind
	ID   string
	Name string // its Name tag, if any
}

// VPC is a virtual private cloud.
type VPC struct {
	ID, Name, Owner, Region string
	CIDRs                   []netip.Prefix // IPv4 and IPv6, associated ones only
	DHCPOptions             string
	DNSSupport              Truth // enableDnsSupport
	DNSHostnames            Truth // enableDnsHostnames
}

// Truth is a three-valued bool. Its zero value is NotKnown.
type Truth int8

const (
	NotKnown Truth = iota
	Yes
	No
)

// TruthOf returns Yes or No.
func TruthOf(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

// Subnet is a subnet.
type Subnet struct {
	ID, Name, VPC, Owner string
	Zone, ZoneID         string
	CIDRs                []netip.Prefix // IPv4 first, then associated IPv6
	AssignIPv6OnCreation bool
	BlockPublicAccess    string // BlockPublicAccessStates.InternetGatewayBlockMode: off, block-bidirectional, block-ingress; ""
}

// RouteTable is a VPC route table.
type RouteTable struct {
	ID, Name, VPC string
	Main          bool
	Subnets       []string // explicit associations
	Gateways      []string // edge associations (internet or virtual private gateway ids)
	Routes        []Route
}

// A Route sends a destination to a target. Exactly one of Prefix and PrefixList is set.
type Route struct {
	Prefix     netip.Prefix
	PrefixList string
	Target     Target
	Blackhole  bool
	Propagated bool // Origin EnableVgwRoutePropagation
}

// TargetKind says what a Route points at.
type TargetKind string

const (
	TargetLocal           TargetKind = "local"
	TargetInternetGateway TargetKind = "internet-gateway"
	TargetEgressOnly      TargetKind = "egress-only-internet-gateway"
	TargetNAT             TargetKind = "nat-gateway"
	TargetTransit         TargetKind = "transit-gateway"
	TargetPeering         TargetKind = "vpc-peering-connection"
	TargetEndpoint        TargetKind = "vpc-endpoint" // gateway endpoint (with a prefix list) or GWLB / firewall endpoint
	TargetInterface       TargetKind = "network-interface"
	TargetInstance        TargetKind = "instance"
	TargetVirtualPrivate  TargetKind = "virtual-private-gateway"
	TargetCoreNetwork     TargetKind = "core-network"
	TargetLocalGateway    TargetKind = "local-gateway"
	TargetCarrier         TargetKind = "carrier-gateway"
	TargetUnknown         TargetKind = "unknown"
)

// Target is where a Route points. When an instance is the target, Interface is set too if the API gave it.
type Target struct {
	Kind      TargetKind
	ID        string
	Interface string
}

// NetworkACL is a network ACL.
type NetworkACL struct {
	ID, Name, VPC string
	Default       bool
	Subnets       []string
	Entries       []ACLEntry // as read: not sorted
}

// ACLEntry is one rule of a network ACL. Numbers decide the order, the lowest first.
type ACLEntry struct {
	Number   int
	Egress   bool
	Allow    bool
	Protocol int // IP protocol number, -1 for all
	Prefix   netip.Prefix
	Ports    PortRange // meaningful for TCP and UDP; the zero value is all ports
	ICMPType int       // -1 for all
	ICMPCode int
}

// A PortRange is inclusive. The zero value stands for all ports.
type PortRange struct{ From, To uint16 }

// SecurityGroup is a security group.
type SecurityGroup struct {
	ID, Name, VPC, Owner string // Name is the group's name
	Ingress, Egress      []Permission
}

// A Permission allows traffic of one protocol and port range with any of its peers.
type Permission struct {
	Protocol    int // IP protocol number, -1 for all (then ports have no meaning)
	Ports       PortRange
	Prefixes    []netip.Prefix
	Groups      []string // ids of referenced security groups
	PrefixLists []string
	ICMPType    int // -1 for all
	ICMPCode    int
}

// NetworkInterface is an elastic network interface.
type NetworkInterface struct {
	ID, VPC, Subnet, Zone, Owner string
	Type                         string // interface, nat_gateway, vpc_endpoint, transit_gateway, network_load_balancer …
	Description, RequesterID     string
	Status                       string // in-use, available …
	Groups                       []string
	Addresses                    []Address // the primary one first
	IPv6                         []netip.Addr
	SourceDestCheck              bool
	Instance                     string // of the attachment
	DeviceIndex                  int    // of the attachment: 0 is an instance's primary interface
}

// Address is a private IPv4 address and the public one that is associated with it, if any.
type Address struct {
	Private netip.Addr
	Public  netip.Addr
}

// InternetGateway is an internet gateway or an egress-only one.
type InternetGateway struct {
	ID, Name string
	VPCs     []string // attached to (state available or attached)
}

// NATGateway is a NAT gateway.
type NATGateway struct {
	ID, Name, VPC, Subnet string // Subnet is "" for a regional one
	State                 string // pending, failed, available, deleting, deleted
	FailureCode           string
	FailureMessage        string
	Private               bool // ConnectivityType private
	Regional              bool // AvailabilityMode regional
	Addresses             []NATAddress
}

// NATAddress is one address of a NAT gateway.
type NATAddress struct {
	Private, Public netip.Addr
	Interface, Zone string
}

// EndpointType is the kind of a VPC endpoint.
type EndpointType string

const (
	InterfaceEndpoint EndpointType = "Interface"
	GatewayEndpoint   EndpointType = "Gateway"
	LoadBalancer      EndpointType = "GatewayLoadBalancer"
	ResourceEndpoint  EndpointType = "Resource"
	NetworkEndpoint   EndpointType = "ServiceNetwork"
)

// Endpoint is a VPC endpoint.
type Endpoint struct {
	ID, Name, VPC                    string
	Service                          string // com.amazonaws.eu-central-1.sns
	Type                             EndpointType
	State                            string // as read; compare without case
	PrivateDNS                       bool
	PrivateDNSOnlyForInboundResolver bool
	IPAddressType                    string // ipv4, dualstack, ipv6
	DNSRecordType                    string // DnsOptions.DnsRecordIpType
	DNSNames                         []string
	Subnets                          []string
	RouteTables                      []string // gateway endpoints
	Groups                           []string // security groups
	Interfaces                       []string // elastic network interface ids
	Policy                           string   // JSON document
}

// Peering is a VPC peering connection.
type Peering struct {
	ID, Status          string // Status: active, pending-acceptance, deleted …
	Requester, Accepter PeeringSide
}

// PeeringSide is one end of a peering connection.
type PeeringSide struct {
	VPC, Owner, Region string
	CIDRs              []netip.Prefix
}

// PrefixList is a prefix list with its entries.
type PrefixList struct {
	ID, Name string
	Prefixes []netip.Prefix
}

// DHCPOptions is a DHCP option set.
type DHCPOptions struct {
	ID         string
	DNSServers []string // "AmazonProvidedDNS" or addresses
}

// TransitAttachment attaches something to a transit gateway.
type TransitAttachment struct {
	ID, Gateway   string
	ResourceType  string // vpc, peering, vpn, direct-connect-gateway, connect …
	Resource      string // VPC id; for a peering the other gateway's id
	ResourceOwner string
	State         string
	RouteTable    string   // associated transit gateway route table
	Subnets       []string // of a VPC attachment; nil when they could not be read
	SubnetsKnown  bool
	ApplianceMode bool
}

// TransitRouteTable is a transit gateway route table.
type TransitRouteTable struct {
	ID, Gateway string
	Routes      []TransitRoute // static and propagated
	Known       bool           // Routes are complete
}

// TransitRoute is a route of a transit gateway route table.
type TransitRoute struct {
	Prefix      netip.Prefix
	PrefixList  string
	Static      bool
	Blackhole   bool
	Attachments []string // attachment ids
}

// ResolverRule is a Route 53 Resolver rule that is associated with a VPC.
type ResolverRule struct {
	ID, Name, VPC string
	Domain        string // without the final dot; "" or "." is everything
	Type          string // FORWARD, SYSTEM, RECURSIVE, DELEGATE
	Targets       []netip.AddrPort
}

// DNSFirewallRule is a Route 53 Resolver DNS Firewall rule in force in a VPC. Rules apply group by group, lowest first.
type DNSFirewallRule struct {
	Group, Name, VPC        string
	GroupPriority, Priority int
	Action                  string   // ALLOW, ALERT, BLOCK
	Domains                 []string // "*.example.com", "*"
	DomainsKnown            bool
	FailOpen                Truth // of the VPC's firewall configuration
}

// PrivateZone is a private hosted zone that is associated with a VPC.
type PrivateZone struct {
	ID, Name, VPC string // Name without the final dot
	Records       []Record
	RecordsKnown  bool
	Owner         string // owning service, for zones that AWS services made
}

// Record is a DNS record of a private hosted zone.
type Record struct {
	Name   string // without the final dot; may start with "*."
	Type   string // A, AAAA, CNAME …
	Values []string
	Alias  string // alias target's DNS name
}

// EndpointService is an AWS service as DescribeVpcEndpointServices lists it.
type EndpointService struct {
	Name            string // com.amazonaws.eu-central-1.sns
	Types           []EndpointType
	PrivateDNSNames []string // may hold a wildcard: *.dkr.ecr.eu-central-1.amazonaws.com
	Owner           string   // "amazon" for AWS's own
}
