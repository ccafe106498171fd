package read

import (
	"cmp"
	"fmt"

	"fargate-doctor/aws/vpc"
)

type wireInterface struct {
	NetworkInterfaceId, VpcId, SubnetId, AvailabilityZone, OwnerId string
	InterfaceType, Description, RequesterId, Status                string

	Groups             []struct{ GroupId string }
	PrivateIpAddress   string
	Association        struct{ PublicIp string }
	PrivateIpAddresses []struct {
		Primary          bool
		PrivateIpAddress string
		Association      struct{ PublicIp string }
	}
	Ipv6Addresses   []struct{ Ipv6Address string }
	SourceDestCheck *bool
	Attachment      struct {
		InstanceId  string
		DeviceIndex int
	}
}

func (w wireInterface) networkInterface() (vpc.NetworkInterface, error) {
	i := vpc.NetworkInterface{ID: w.NetworkInterfaceId, VPC: w.VpcId, Subnet: w.SubnetId, Zone: w.AvailabilityZone, Owner: w.OwnerId,
		Type: w.InterfaceType, Description: w.Description, RequesterID: w.RequesterId, Status: w.Status,
		SourceDestCheck: w.SourceDestCheck == nil || *w.SourceDestCheck, // on unless someone turned it off
		Instance:        w.Attachment.InstanceId, DeviceIndex: w.Attachment.DeviceIndex}
	for _, g := range w.Groups {
		i.Groups = append(i.Groups, g.GroupId)
	}
	if err := w.addresses(&i); err != nil {
		return i, fmt.Errorf("%s: %w", w.NetworkInterfaceId, err)
	}
	return i, nil
}

func (w wireInterface) addresses(i *vpc.NetworkInterface) error {
	add := func(private, public string, primary bool) error {
		var a vpc.Address
		var err error
		if a.Private, err = address(private); err != nil {
			return err
		}
		if a.Public, err = address(public); err != nil {
			return err
		}
		if primary {
			i.Addresses = append([]vpc.Address{a}, i.Addresses...)
		} else {
			i.Addresses = append(i.Addresses, a)
		}
		return nil
	}
	for _, a := range w.PrivateIpAddresses {
		public := a.Association.PublicIp
		if a.Primary { // what is said of the interface itself is said of its primary address
			public = cmp.Or(public, w.Association.PublicIp)
		}
		if err := add(a.PrivateIpAddress, public, a.Primary); err != nil {
			return err
		}
	}
	if len(w.PrivateIpAddresses) == 0 && w.PrivateIpAddress != "" {
		if err := add(w.PrivateIpAddress, w.Association.PublicIp, true); err != nil {
			return err
		}
	}
	for _, a := range w.Ipv6Addresses {
		six, err := address(a.Ipv6Address)
		if err != nil {
			return err
		}
		i.IPv6 = append(i.IPv6, six)
	}
	return nil
}

var interfaces = collection[wireInterface, vpc.NetworkInterface]{vpc.KindInterface, "DescribeNetworkInterfaces",
	"NetworkInterfaces", wireInterface.networkInterface,
	func(n *vpc.Network) *[]vpc.NetworkInterface { return &n.Interfaces }}
