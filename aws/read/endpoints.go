package read

import (
	"context"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

type wireEndpoint struct {
	VpcEndpointId, VpcId, ServiceName, VpcEndpointType, State, IpAddressType, PolicyDocument string

	PrivateDnsEnabled bool
	DnsOptions        struct {
		DnsRecordIpType                          string
		PrivateDnsOnlyForInboundResolverEndpoint bool
	}
	DnsEntries                                    []struct{ DnsName string }
	SubnetIds, RouteTableIds, NetworkInterfaceIds []string
	Groups                                        []struct{ GroupId string }
	Tags                                          tags
}

func (w wireEndpoint) endpoint() (vpc.Endpoint, error) {
	e := vpc.Endpoint{ID: w.VpcEndpointId, Name: w.Tags.name(), VPC: w.VpcId, Service: w.ServiceName,
		Type: vpc.EndpointType(w.VpcEndpointType), State: w.State, PrivateDNS: w.PrivateDnsEnabled,
		PrivateDNSOnlyForInboundResolver: w.DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint,
		IPAddressType:                    w.IpAddressType, DNSRecordType: w.DnsOptions.DnsRecordIpType,
		Subnets: w.SubnetIds, RouteTables: w.RouteTableIds, Interfaces: w.NetworkInterfaceIds, Policy: w.PolicyDocument}
	for _, d := range w.DnsEntries {
		e.DNSNames = append(e.DNSNames, d.DnsName)
	}
	for _, g := range w.Groups {
		e.Groups = append(e.Groups, g.GroupId)
	}
	return e, nil
}

var endpoints = collection[wireEndpoint, vpc.Endpoint]{vpc.KindEndpoint, "DescribeVpcEndpoints", "VpcEndpoints",
	wireEndpoint.endpoint, func(n *vpc.Network) *[]vpc.Endpoint { return &n.Endpoints }}

type wireEndpointService struct {
	ServiceName, Owner, PrivateDnsName string
	PrivateDnsNames                    []struct{ PrivateDnsName string }
	ServiceType                        []struct{ ServiceType string }
}

func (w wireEndpointService) service() (vpc.EndpointService, error) {
	s := vpc.EndpointService{Name: w.ServiceName, Owner: w.Owner}
	for _, t := range w.ServiceType {
		s.Types = append(s.Types, vpc.EndpointType(t.ServiceType))
	}
	for _, n := range w.PrivateDnsNames {
		s.PrivateDNSNames = append(s.PrivateDNSNames, n.PrivateDnsName)
	}
	if len(w.PrivateDnsNames) == 0 && w.PrivateDnsName != "" {
		s.PrivateDNSNames = []string{w.PrivateDnsName}
	}
	return s, nil
}

var endpointServices = collection[wireEndpointService, vpc.EndpointService]{vpc.KindEndpointService,
	"DescribeVpcEndpointServices", "ServiceDetails", wireEndpointService.service,
	func(n *vpc.Network) *[]vpc.EndpointService { return &n.EndpointServices }}

// EndpointServices returns the region's endpoint services (names, private DNS names), or the Gap that says why not.
func EndpointServices(ctx context.Context, r aws.Reader, region string) vpc.Network {
	return round(ctx, r, []source{endpointServices.from(region, nil, every, "")})
}

// every keeps all values.
func every[T any](T) bool { return true }
