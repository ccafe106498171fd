package vpc

import "slices"

// PutRoute creates a route, or replaces the one with the same destination.
type PutRoute struct {
	Table   string
	Route   Route
	Replace bool
}

// routeFlags are the AWS CLI's names for the targets of a route.
var routeFlags = map[TargetKind]string{
	TargetInternetGateway: "--gateway-id",
	TargetEgressOnly:      "--egress-only-internet-gateway-id",
	TargetNAT:             "--nat-gateway-id",
	TargetTransit:         "--transit-gateway-id",
	TargetPeering:         "--vpc-peering-connection-id",
}

// Title says what the change does.
func (c PutRoute) Title() string {
	return "route " + c.Route.Prefix.String() + " in " + c.Table + " to " + c.Route.Target.ID
}

// Command returns the AWS CLI command.
func (c PutRoute) Command(region string) string {
	verb, block := "create", "--destination-cidr-block"
	if c.Replace {
		verb = "replace"
	}
	if c.Route.Prefix.Addr().Is6() {
		block = "--destination-ipv6-cidr-block"
	}
	return inRegion("aws ec2 "+verb+"-route --route-table-id "+c.Table+" "+block+" "+c.Route.Prefix.String()+" "+
		routeFlags[c.Route.Target.Kind]+" "+c.Route.Target.ID, region)
}

// Apply returns the network with the route in place.
func (c PutRoute) Apply(n Network) Network {
	n.RouteTables = edited(n.RouteTables, func(t *RouteTable) bool { return t.ID == c.Table }, func(t *RouteTable) {
		t.Routes = slices.DeleteFunc(slices.Clone(t.Routes), func(r Route) bool {
			return r.PrefixList == "" && r.Prefix == c.Route.Prefix && !r.Propagated
		})
		t.Routes = append(t.Routes, c.Route)
	})
	return n
}

// AssociateRouteTable gives a subnet that follows its VPC's main route table another one.
type AssociateRouteTable struct{ Table, Subnet string }

// Title says what the change does.
func (c AssociateRouteTable) Title() string {
	return "give " + c.Subnet + " the route table " + c.Table
}

// Command returns the AWS CLI command.
func (c AssociateRouteTable) Command(region string) string {
	return inRegion("aws ec2 associate-route-table --route-table-id "+c.Table+" --subnet-id "+c.Subnet, region)
}

// Apply returns the network with the association made.
func (c AssociateRouteTable) Apply(n Network) Network {
	n.RouteTables = edited(n.RouteTables, func(t *RouteTable) bool { return t.ID == c.Table },
		func(t *RouteTable) { t.Subnets = added(t.Subnets, c.Subnet) })
	return n
}

// PutTransitRoute creates a static route in a transit gateway route table.
type PutTransitRoute struct {
	Table string
	Route TransitRoute
}

// Title says what the change does.
func (c PutTransitRoute) Title() string {
	return "route " + c.Route.Prefix.String() + " in " + c.Table + " to " + firstOf(c.Route.Attachments)
}

// Command returns the AWS CLI command.
func (c PutTransitRoute) Command(region string) string {
	return inRegion("aws ec2 create-transit-gateway-route --transit-gateway-route-table-id "+c.Table+" --destination-cidr-block "+
		c.Route.Prefix.String()+" --transit-gateway-attachment-id "+firstOf(c.Route.Attachments), region)
}

// Apply returns the network with the route in place.
func (c PutTransitRoute) Apply(n Network) Network {
	n.TransitRouteTables = edited(n.TransitRouteTables, func(t *TransitRouteTable) bool { return t.ID == c.Table }, func(t *TransitRouteTable) {
		t.Routes = append(slices.Clip(t.Routes), c.Route)
	})
	return n
}

// AddTransitSubnet gives a transit gateway's attachment a subnet in one more availability zone.
type AddTransitSubnet struct{ Attachment, Subnet string }

// Title says what the change does.
func (c AddTransitSubnet) Title() string {
	return "attach " + c.Attachment + " in " + c.Subnet + " too"
}

// Command returns the AWS CLI command.
func (c AddTransitSubnet) Command(region string) string {
	return inRegion("aws ec2 modify-transit-gateway-vpc-attachment --transit-gateway-attachment-id "+c.Attachment+" --add-subnet-ids "+c.Subnet, region)
}

// Apply returns the network with the subnet added.
func (c AddTransitSubnet) Apply(n Network) Network {
	n.TransitAttachments = edited(n.TransitAttachments, func(a *TransitAttachment) bool { return a.ID == c.Attachment && a.ResourceType == "vpc" },
		func(a *TransitAttachment) { a.Subnets = added(a.Subnets, c.Subnet) })
	return n
}
