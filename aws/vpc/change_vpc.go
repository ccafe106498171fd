package vpc

// A DNSAttribute is one of the two DNS attributes of a VPC.
type DNSAttribute string

const (
	DNSSupport   DNSAttribute = "enable-dns-support"
	DNSHostnames DNSAttribute = "enable-dns-hostnames"
)

// EnableDNS turns a DNS attribute of a VPC on.
type EnableDNS struct {
	VPC       string
	Attribute DNSAttribute
}

// Title says what the change does.
func (c EnableDNS) Title() string {
	if c.Attribute == DNSSupport {
		return "turn on DNS resolution in " + c.VPC
	}
	return "turn on DNS host names in " + c.VPC
}

// Command returns the AWS CLI command.
func (c EnableDNS) Command(region string) string {
	return inRegion("aws ec2 modify-vpc-attribute --vpc-id "+c.VPC+" --"+string(c.Attribute)+" Value=true", region)
}

// Apply returns the network with the attribute on.
func (c EnableDNS) Apply(n Network) Network {
	n.VPCs = edited(n.VPCs, func(v *VPC) bool { return v.ID == c.VPC }, func(v *VPC) {
		if c.Attribute == DNSSupport {
			v.DNSSupport = Yes
		} else {
			v.DNSHostnames = Yes
		}
	})
	return n
}

// AttachInternetGateway attaches an internet gateway to a VPC. A gateway can have one VPC, and a VPC one gateway.
type AttachInternetGateway struct{ Gateway, VPC string }

// Title says what the change does.
func (c AttachInternetGateway) Title() string { return "attach " + c.Gateway + " to " + c.VPC }

// Command returns the AWS CLI command.
func (c AttachInternetGateway) Command(region string) string {
	return inRegion("aws ec2 attach-internet-gateway --internet-gateway-id "+c.Gateway+" --vpc-id "+c.VPC, region)
}

// Apply returns the network with the gateway attached; routes to it are live again.
func (c AttachInternetGateway) Apply(n Network) Network {
	n.InternetGateways = edited(n.InternetGateways, func(g *InternetGateway) bool { return g.ID == c.Gateway }, func(g *InternetGateway) {
		g.VPCs = []string{c.VPC}
	})
	n.RouteTables = revived(n.RouteTables, c.VPC, c.Gateway)
	return n
}

// revived returns the tables with the VPC's routes to the target active.
func revived(tables []RouteTable, vpcID, target string) []RouteTable {
	return edited(tables, func(t *RouteTable) bool { return vpcID == "" || t.VPC == vpcID }, func(t *RouteTable) {
		t.Routes = edited(t.Routes, func(r *Route) bool { return r.Target.ID == target }, func(r *Route) { r.Blackhole = false })
	})
}

// StopSourceDestCheck lets an interface forward packets that are not its own.
type StopSourceDestCheck struct{ Interface string }

// Title says what the change does.
func (c StopSourceDestCheck) Title() string {
	return "turn off the source and destination check of " + c.Interface
}

// Command returns the AWS CLI command.
func (c StopSourceDestCheck) Command(region string) string {
	return inRegion("aws ec2 modify-network-interface-attribute --network-interface-id "+c.Interface+" --no-source-dest-check", region)
}

// Apply returns the network with the check off.
func (c StopSourceDestCheck) Apply(n Network) Network {
	n.Interfaces = edited(n.Interfaces, func(i *NetworkInterface) bool { return i.ID == c.Interface }, func(i *NetworkInterface) { i.SourceDestCheck = false })
	return n
}

// AcceptPeering accepts a peering connection that waits for it.
type AcceptPeering struct{ Peering string }

// Title says what the change does.
func (c AcceptPeering) Title() string { return "accept " + c.Peering }

// Command returns the AWS CLI command.
func (c AcceptPeering) Command(region string) string {
	return inRegion("aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id "+c.Peering, region)
}

// Apply returns the network with the connection active.
func (c AcceptPeering) Apply(n Network) Network {
	n.Peerings = edited(n.Peerings, func(p *Peering) bool { return p.ID == c.Peering }, func(p *Peering) { p.Status = "active" })
	n.RouteTables = revived(n.RouteTables, "", c.Peering)
	return n
}

// ExcludePublicAccess exempts a subnet from VPC Block Public Access.
type ExcludePublicAccess struct {
	Subnet       string
	OutboundOnly bool
}

// Title says what the change does.
func (c ExcludePublicAccess) Title() string {
	return "exempt " + c.Subnet + " from VPC Block Public Access"
}

// Command returns the AWS CLI command.
func (c ExcludePublicAccess) Command(region string) string {
	mode := "allow-bidirectional"
	if c.OutboundOnly {
		mode = "allow-egress"
	}
	return inRegion("aws ec2 create-vpc-block-public-access-exclusion --subnet-id "+c.Subnet+" --internet-gateway-exclusion-mode "+mode, region)
}

// Apply returns the network with the subnet exempt.
func (c ExcludePublicAccess) Apply(n Network) Network {
	mode := "off"
	if c.OutboundOnly {
		mode = "block-ingress"
	}
	n.Subnets = edited(n.Subnets, func(s *Subnet) bool { return s.ID == c.Subnet }, func(s *Subnet) { s.BlockPublicAccess = mode })
	return n
}
