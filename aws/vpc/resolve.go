package vpc

import "net/netip"

// Path is the way that a name leads.
type Path int8

const (
	PathUnknown  Path = iota
	PathEndpoint      // an interface endpoint's private addresses
	PathPublic        // public addresses: the internet, or a gateway endpoint where the route table has one
	PathPrivate       // addresses that a private hosted zone or the VPC itself gives
	PathNowhere       // the name does not resolve
)

// A Resolution is what the VPC's resolver answers for a name, as far as the configuration tells.
type Resolution struct {
	Name     string
	Path     Path
	Endpoint string         // VPC endpoint id, for PathEndpoint
	Service  string         // endpoint service name when the name is a known AWS service's, e.g. com.amazonaws.eu-central-1.sns
	To       []Destination  // one for each address family that the name has; empty when Path is PathUnknown or PathNowhere
	Checks   []ResolveCheck // in order of the resolver's own decisions
	Resolver netip.Addr     // the custom DNS server that is asked instead of Amazon's, zero if none
}

// A ResolveCheck is one question about DNS and its answer.
type ResolveCheck struct {
	Test      ResolveTest
	Result    Result
	Code      string // cause code; set when Result is Failed, NotDecided because of something named, or Passed and worth telling
	Subject   Ref
	Detail    string
	Resources []string
	Missing   []string
	Assumed   bool
	Mend      []Change
}

// A ResolveTest names what a ResolveCheck looked at.
type ResolveTest string

const (
	ResolveSupport     ResolveTest = "dns.support"      // enableDnsSupport
	ResolveHostnames   ResolveTest = "dns.hostnames"    // enableDnsHostnames; matters for private DNS of endpoints
	ResolveServers     ResolveTest = "dns.servers"      // DHCP options: Amazon's resolver or others
	ResolveFirewall    ResolveTest = "dns.firewall"     // Route 53 Resolver DNS Firewall
	ResolveForward     ResolveTest = "dns.forward"      // forward rules
	ResolvePrivateZone ResolveTest = "dns.private-zone" // a private hosted zone shadows the name
	ResolveEndpoint    ResolveTest = "dns.endpoint"     // an interface endpoint with private DNS takes the name
	ResolveName        ResolveTest = "dns.name"         // the name exists at all
)
