package vpc

import (
	"net/netip"

	"go4.org/netipx"
)

// A Flow is a connection that someone wants to open.
type Flow struct {
	From     Source
	To       Destination
	Protocol int // IP protocol number: 6 TCP, 17 UDP, 1 ICMP
	Port     uint16
}

// IP protocol numbers that flows use.
const (
	AnyProtocol = -1
	ICMP        = 1
	TCP         = 6
	UDP         = 17
	ICMPv6      = 58
)

// A Source is where a flow starts: an elastic network interface that exists (Interface is set, the rest comes from it), or
// one that a task would get (Subnet and Groups are set).
type Source struct {
	Interface string
	Address   netip.Addr // which of the interface's addresses; zero means its primary one of the destination's family

	VPC, Subnet string
	Groups      []string
	PublicIP    bool // assignPublicIp ENABLED
	IPv6        bool // it would get an IPv6 address
	Windows     bool // ephemeral ports 49152–65535 instead of 32768–60999
}

// A Destination is a set of addresses and, where known, whose they are. Exactly one way of saying it is used: Addresses, or
// Interfaces (their addresses are looked up), or Any.
type Destination struct {
	Name       string        // as the person calls it: a host name, a service; for texts only
	Addresses  *netipx.IPSet // one or many addresses
	Interfaces []string      // elastic network interface ids: an interface endpoint's, a load balancer's
	Endpoint   string        // the VPC endpoint that the name led to, "" if none
	PrefixList string        // the prefix list whose addresses these are (gateway endpoints: S3, DynamoDB), "" if none
	Any        AnyAddress    // "some public address, not known which"
}

// AnyAddress stands for all public addresses of a family, when a name leads to the internet and its addresses are not known.
type AnyAddress int8

const (
	NotAny AnyAddress = iota
	AnyPublicIPv4
	AnyPublicIPv6
)

// Verdict is the answer about a flow. The zero value is Unknown.
type Verdict int8

const (
	Unknown Verdict = iota
	Reachable
	Blocked
)

func (v Verdict) String() string {
	switch v {
	case Reachable:
		return "reachable"
	case Blocked:
		return "blocked"
	}
	return "unknown"
}

// A Trace is what happens to a flow: every hop that it takes, every check on the way with what decided it, and the verdict.
// Checks go on after the first failure wherever the rest of the path is still known, so that all blockers are found.
type Trace struct {
	Verdict Verdict
	Hops    []Hop
	Checks  []Check // in path order: outbound first, then the way back
	Needs   []Need  // what lies on the path, is not in the Network and has not been tried yet; read it and trace again
}

// A Need is something that a path leads to and that the Network holds neither as a value nor as a Gap. For a transit gateway
// whose attachments are not known the kind is KindTransitAttachment and the ID is the gateway's, or the attachment's where a
// route named it; a route table of a gateway that does not tell its id is needed by the gateway's ID too.
type Need struct {
	Ref
	Region, Owner string // where it is, when that is known
}

// A Hop is one thing that the packet goes through.
type Hop struct {
	Ref
	Detail   string // "10.0.1.5", "0.0.0.0/0 → nat-0a1", "rule 100"
	Blocked  bool   // a check of this hop failed
	Unknown  bool   // a check of this hop could not be decided
	Backward bool   // only the answer goes through it
}

// A Test names what a Check looked at. Steps pick the checks that are theirs by it.
type Test string

const (
	TestInterface       Test = "interface"        // the source has an interface with an address of the family
	TestEgressGroups    Test = "sg.egress"        // the source's security groups let it out
	TestACLEgress       Test = "nacl.egress"      // the source subnet's ACL, outbound
	TestACLIngress      Test = "nacl.ingress"     // the source subnet's ACL, the answer coming back
	TestRoute           Test = "route"            // the source subnet's route table has a live route
	TestGateway         Test = "gateway"          // what that route points at works: internet, NAT, egress-only gateway, appliance
	TestPublicAccess    Test = "public-access"    // VPC Block Public Access
	TestNATACL          Test = "nacl.nat"         // ACL of the NAT gateway's subnet, all four directions
	TestTransit         Test = "transit"          // transit gateway: attachment in the zone, association, route
	TestPeering         Test = "peering"          // peering connection is active
	TestDestinationACL  Test = "nacl.destination" // ACL of the destination's subnet, both ways
	TestIngressGroups   Test = "sg.ingress"       // the destination's security groups let it in
	TestReturnRoute     Test = "route.return"     // the destination's subnet has a route back
	TestEndpoint        Test = "endpoint"         // the VPC endpoint is available and its interfaces known
	TestGatewayEndpoint Test = "endpoint.gateway" // the gateway endpoint is in this subnet's route table
)

// Result is the outcome of one check. The zero value is NotDecided.
type Result int8

const (
	NotDecided Result = iota // something could not be read or modelled
	Passed
	Failed
	Partly // true for some of the addresses or ports only; Witness is one for which it is not
)

// A Check is one question on the way and its answer.
type Check struct {
	Test      Test
	Result    Result
	Code      string     // cause code; set when Result is Failed or Partly, or NotDecided because of a named component
	Hop       int        // index into Trace.Hops
	Subject   Ref        // what decided: the group, ACL, route table, gateway
	Detail    string     // the very rule, route or state, in one line: "rule 100 denies tcp 443 to 0.0.0.0/0"
	Resources []string   // ids that the cause is about, the most telling first
	Missing   []string   // IAM actions without which this can't be decided
	Witness   netip.Addr // an address for which the answer differs, when Result is Partly
	Backward  bool       // belongs to the way back
	Assumed   bool       // rests on what a person said, not on what was read
	Mend      []Change   // changes any one of which would make this check pass, the least first; may be empty
}

// Causes returns the failed and partly failed checks of the trace.
func (t Trace) Causes() []Check {
	var out []Check
	for _, c := range t.Checks {
		if c.Result == Failed || c.Result == Partly {
			out = append(out, c)
		}
	}
	return out
}

// Undecided returns the checks that could not be decided.
func (t Trace) Undecided() []Check {
	var out []Check
	for _, c := range t.Checks {
		if c.Result == NotDecided {
			out = append(out, c)
		}
	}
	return out
}
