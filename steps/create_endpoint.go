package steps

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws/vpc"
)

// createEndpoint makes a VPC endpoint. It is a vpc.Change.
type createEndpoint struct {
	kind    vpc.EndpointType // interface or gateway
	vpc     string
	service string
	subnets []string // of an interface endpoint
	groups  []string
	tables  []string // of a gateway endpoint
}

// Title says what is made.
func (c createEndpoint) Title() string {
	return fmt.Sprintf("create a VPC endpoint (%s) for %s", strings.ToLower(string(c.kind)), c.service)
}

// Command returns the AWS CLI command.
func (c createEndpoint) Command(region string) string {
	command := fmt.Sprintf("aws ec2 create-vpc-endpoint --vpc-id %s --vpc-endpoint-type %s --service-name %s", c.vpc, c.kind, c.service)
	if c.kind == vpc.GatewayEndpoint {
		return command + " --route-table-ids " + strings.Join(c.tables, " ") + " --region " + region
	}
	command += " --subnet-ids " + strings.Join(c.subnets, " ")
	if len(c.groups) > 0 {
		command += " --security-group-ids " + strings.Join(c.groups, " ")
	}
	return command + " --private-dns-enabled --region " + region
}

// Apply returns the network with the endpoint. Its interfaces get addresses only when it is made; until then its subnets and groups
// stand for them.
func (c createEndpoint) Apply(n vpc.Network) vpc.Network {
	e := vpc.Endpoint{
		ID: "new endpoint for " + c.service, VPC: c.vpc, Service: c.service, Type: c.kind, State: "available", PrivateDNS: c.kind == vpc.InterfaceEndpoint,
		IPAddressType: "ipv4", Subnets: c.subnets, Groups: c.groups, RouteTables: c.tables,
	}
	n.Endpoints = append(slices.Clone(n.Endpoints), e)
	if c.kind != vpc.GatewayEndpoint {
		return n
	}
	n.RouteTables = slices.Clone(n.RouteTables)
	for i, t := range n.RouteTables {
		if !slices.Contains(c.tables, t.ID) {
			continue
		}
		for _, list := range n.PrefixLists {
			if list.Name == c.service {
				route := vpc.Route{PrefixList: list.ID, Target: vpc.Target{Kind: vpc.TargetEndpoint, ID: e.ID}}
				n.RouteTables[i].Routes = append(slices.Clone(t.Routes), route)
			}
		}
	}
	return n
}

// endpointFix offers the endpoint that makes the way to the internet unnecessary: a gateway endpoint, which costs nothing, where
// the service has one.
func (n knownNetwork) endpointFix(at place, service, region string) Fix {
	c := createEndpoint{kind: vpc.InterfaceEndpoint, vpc: at.vpc, service: service, subnets: at.subnets, groups: n.groupsOfEndpoints(at.vpc)}
	effect := "The name then leads to the endpoint for every task of the VPC. It costs by the hour and zone. Its security group must admit TCP 443 from the task."
	table := n.tableOf(at)
	gateway := slices.ContainsFunc(n.EndpointServices, func(s vpc.EndpointService) bool {
		return s.Name == service && slices.Contains(s.Types, vpc.GatewayEndpoint)
	})
	if gateway && table != "" {
		c = createEndpoint{kind: vpc.GatewayEndpoint, vpc: at.vpc, service: service, tables: []string{table}}
		effect = "The subnets of the route table then reach the service through the endpoint. It costs nothing."
	}
	fix := fixesOf([]vpc.Change{c}, region)[0]
	fix.Effect = effect
	return fix
}

// tableOf returns the id of the route table of the task's subnet, "" when it is not known.
func (n knownNetwork) tableOf(at place) string {
	main := ""
	for _, t := range n.RouteTables {
		switch {
		case slices.Contains(t.Subnets, at.subnets[0]):
			return t.ID
		case t.Main && t.VPC == at.vpc:
			main = t.ID
		}
	}
	return main
}

// groupsOfEndpoints returns the security groups of an endpoint that the VPC has already, nil if it has none.
func (n knownNetwork) groupsOfEndpoints(vpcID string) []string {
	for _, e := range n.Endpoints {
		if e.VPC == vpcID && e.Type == vpc.InterfaceEndpoint && len(e.Groups) > 0 {
			return e.Groups
		}
	}
	return nil
}
