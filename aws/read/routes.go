package read

import (
	"errors"
	"fmt"
	"strings"

	"fargate-doctor/aws/vpc"
)

type wireRouteTable struct {
	RouteTableId, VpcId string
	Associations        []struct {
		Main                bool
		SubnetId, GatewayId string
		AssociationState    struct{ State string }
	}
	Routes *[]wireRoute
	Tags   tags
}

type wireRoute struct {
	DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId string

	GatewayId, EgressOnlyInternetGatewayId, NatGatewayId, TransitGatewayId, VpcPeeringConnectionId string
	NetworkInterfaceId, InstanceId, CarrierGatewayId, LocalGatewayId, CoreNetworkArn               string

	State, Origin string
}

func (w wireRouteTable) table() (vpc.RouteTable, error) {
	t := vpc.RouteTable{ID: w.RouteTableId, Name: w.Tags.name(), VPC: w.VpcId}
	for _, a := range w.Associations {
		if s := a.AssociationState.State; s != "" && s != "associated" && s != "associating" {
			continue
		}
		switch {
		case a.Main:
			t.Main = true
		case a.SubnetId != "":
			t.Subnets = append(t.Subnets, a.SubnetId)
		case a.GatewayId != "":
			t.Gateways = append(t.Gateways, a.GatewayId)
		}
	}
	if w.Routes == nil {
		return t, fmt.Errorf("%s has no list of routes", w.RouteTableId)
	}
	for _, wr := range *w.Routes {
		r, err := wr.route()
		if err != nil {
			return t, fmt.Errorf("%s: %w", w.RouteTableId, err)
		}
		t.Routes = append(t.Routes, r)
	}
	return t, nil
}

func (w wireRoute) route() (vpc.Route, error) {
	r := vpc.Route{Target: w.target(), Blackhole: w.State == "blackhole", Propagated: w.Origin == "EnableVgwRoutePropagation"}
	var err error
	switch {
	case w.DestinationPrefixListId != "":
		r.PrefixList = w.DestinationPrefixListId
	case w.DestinationCidrBlock != "":
		r.Prefix, err = prefix(w.DestinationCidrBlock)
	case w.DestinationIpv6CidrBlock != "":
		r.Prefix, err = prefix(w.DestinationIpv6CidrBlock)
	default:
		err = errors.New("a route has no destination")
	}
	return r, err
}

// target says where the route points. The API has a field for each kind but for those that share GatewayId, which tell
// themselves apart by the prefix of their ids.
func (w wireRoute) target() vpc.Target {
	for _, t := range []vpc.Target{
		{Kind: vpc.TargetInstance, ID: w.InstanceId, Interface: w.NetworkInterfaceId}, // before the interface, which comes with it
		{Kind: vpc.TargetInterface, ID: w.NetworkInterfaceId, Interface: w.NetworkInterfaceId},
		{Kind: vpc.TargetNAT, ID: w.NatGatewayId},
		{Kind: vpc.TargetEgressOnly, ID: w.EgressOnlyInternetGatewayId},
		{Kind: vpc.TargetTransit, ID: w.TransitGatewayId},
		{Kind: vpc.TargetPeering, ID: w.VpcPeeringConnectionId},
		{Kind: vpc.TargetCarrier, ID: w.CarrierGatewayId},
		{Kind: vpc.TargetLocalGateway, ID: w.LocalGatewayId},
		{Kind: vpc.TargetCoreNetwork, ID: w.CoreNetworkArn},
		{Kind: gatewayKind(w.GatewayId), ID: w.GatewayId},
	} {
		if t.ID != "" {
			return t
		}
	}
	return vpc.Target{Kind: vpc.TargetUnknown}
}

// gatewayKind tells what the GatewayId of a route names.
func gatewayKind(id string) vpc.TargetKind {
	kind, _, _ := strings.Cut(id, "-")
	switch kind {
	case "local":
		return vpc.TargetLocal
	case "igw":
		return vpc.TargetInternetGateway
	case "vgw":
		return vpc.TargetVirtualPrivate
	case "vpce":
		return vpc.TargetEndpoint
	}
	return vpc.TargetUnknown
}

var routeTables = collection[wireRouteTable, vpc.RouteTable]{vpc.KindRouteTable, "DescribeRouteTables", "RouteTables",
	wireRouteTable.table, func(n *vpc.Network) *[]vpc.RouteTable { return &n.RouteTables }}
