package vpc

// AddEndpointRouteTable puts a gateway endpoint's prefix list into a route table.
type AddEndpointRouteTable struct{ Endpoint, Table string }

// Title says what the change does.
func (c AddEndpointRouteTable) Title() string { return "route " + c.Table + " to " + c.Endpoint }

// Command returns the AWS CLI command.
func (c AddEndpointRouteTable) Command(region string) string {
	return inRegion("aws ec2 modify-vpc-endpoint --vpc-endpoint-id "+c.Endpoint+" --add-route-table-ids "+c.Table, region)
}

// Apply returns the network with the route in place.
func (c AddEndpointRouteTable) Apply(n Network) Network {
	var service string
	n.Endpoints = edited(n.Endpoints, func(e *Endpoint) bool { return e.ID == c.Endpoint }, func(e *Endpoint) {
		service = e.Service
		e.RouteTables = added(e.RouteTables, c.Table)
	})
	for _, l := range n.PrefixLists {
		if l.Name != service || service == "" {
			continue
		}
		r := Route{PrefixList: l.ID, Target: Target{Kind: TargetEndpoint, ID: c.Endpoint}}
		n.RouteTables = edited(n.RouteTables, func(t *RouteTable) bool { return t.ID == c.Table }, func(t *RouteTable) {
			t.Routes = append(t.Routes[:len(t.Routes):len(t.Routes)], r)
		})
	}
	return n
}

// EnablePrivateDNS makes the service's own name lead to an interface endpoint.
type EnablePrivateDNS struct{ Endpoint string }

// Title says what the change does.
func (c EnablePrivateDNS) Title() string { return "turn on private DNS of " + c.Endpoint }

// Command returns the AWS CLI command.
func (c EnablePrivateDNS) Command(region string) string {
	return inRegion("aws ec2 modify-vpc-endpoint --vpc-endpoint-id "+c.Endpoint+" --private-dns-enabled", region)
}

// Apply returns the network with private DNS on.
func (c EnablePrivateDNS) Apply(n Network) Network {
	n.Endpoints = edited(n.Endpoints, func(e *Endpoint) bool { return e.ID == c.Endpoint }, func(e *Endpoint) { e.PrivateDNS = true })
	return n
}
