package read_test

import (
	"net/netip"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/vpc"
)

const interfaceAnswer = `{"NetworkInterfaces":[
 {"NetworkInterfaceId":"eni-01","VpcId":"vpc-0aa","SubnetId":"subnet-01","Association":{"PublicIp":"198.51.100.7"},
  "PrivateIpAddresses":[{"Primary":true,"PrivateIpAddress":"10.0.0.4"},{"PrivateIpAddress":"10.0.0.5"}],
  "Ipv6Addresses":[{"Ipv6Address":"2001:db8::4"}]},
 {"NetworkInterfaceId":"eni-02","VpcId":"vpc-0bb","SubnetId":"subnet-02","PrivateIpAddresses":[{"Primary":true,"PrivateIpAddress":"10.0.0.5"}]}]}`

// The public address of an interface is its primary address's, even where the list of addresses does not repeat it.
func TestThePublicAddressOfAnInterfaceIsThePrimaryOnes(t *testing.T) {
	r := recorded(t).with("ec2:DescribeNetworkInterfaces", interfaceAnswer)
	got, err := read.Interfaces(t.Context(), r, "eni-01")
	if err != nil {
		t.Fatal(err)
	}
	if public := got[0].Addresses[0].Public; public != netip.MustParseAddr("198.51.100.7") {
		t.Errorf("the primary address has the public address %s", public)
	}
	if public := got[0].Addresses[1].Public; public.IsValid() {
		t.Errorf("the second address has the public address %s; it has none", public)
	}
}

func TestInterfaceAt(t *testing.T) {
	r := recorded(t).with("ec2:DescribeNetworkInterfaces", interfaceAnswer)
	for address, want := range map[string]string{"10.0.0.4": "eni-01", "198.51.100.7": "eni-01", "2001:db8::4": "eni-01"} {
		got, err := read.InterfaceAt(t.Context(), r, region, netip.MustParseAddr(address))
		if err != nil || got.ID != want {
			t.Errorf("%s: got %s, %v; want %s", address, got.ID, err, want)
		}
	}
	if _, err := read.InterfaceAt(t.Context(), r, region, netip.MustParseAddr("10.9.9.9")); aws.KindOf(err) != aws.NotFound {
		t.Errorf("an address that nobody has: %v", err)
	}
	_, err := read.InterfaceAt(t.Context(), r, region, netip.MustParseAddr("10.0.0.5"))
	if hint := aws.Hint(err); !strings.Contains(hint, "eni-01") || !strings.Contains(hint, "eni-02") {
		t.Errorf("an address that two have: %v, hint %q", err, hint)
	}
}

func TestFollowReadsUntilNothingIsNeeded(t *testing.T) {
	asked := 0
	n, m := read.Follow(t.Context(), recorded(t), vpc.Network{}, vpc.Compile(vpc.Network{}), func(vpc.Network, *vpc.Model) []vpc.Need {
		asked++
		if asked > 2 {
			return nil
		}
		return []vpc.Need{{Ref: vpc.Ref{Kind: vpc.KindVPC, ID: []string{"vpc-0bb", shop}[asked-1]}, Region: region}}
	})
	if asked != 3 || len(n.VPCs) != 2 || m == nil {
		t.Errorf("asked %d times and holds %d VPCs; want 3 and 2", asked, len(n.VPCs))
	}
	endless := 0
	read.Follow(t.Context(), recorded(t), vpc.Network{}, vpc.Compile(vpc.Network{}), func(vpc.Network, *vpc.Model) []vpc.Need {
		endless++
		return []vpc.Need{{Ref: vpc.Ref{Kind: vpc.KindSubnet, ID: "subnet-0nowhere"}}}
	})
	if endless > 5 {
		t.Errorf("a need that nothing meets was asked for %d times", endless)
	}
}
