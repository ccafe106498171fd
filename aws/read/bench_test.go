package read_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"fargate-doctor/aws/read"
)

// BenchmarkVPC decodes a VPC of 200 subnets and route tables, 500 security groups of 60 rules, and 50 endpoints.
func BenchmarkVPC(b *testing.B) {
	type object = map[string]any
	list := func(key string, n int, element func(i int) object) string {
		var all []object
		for i := range n {
			e := element(i)
			e["VpcId"] = shop
			all = append(all, e)
		}
		text, err := json.Marshal(object{key: all})
		if err != nil {
			b.Fatal(err)
		}
		return string(text)
	}
	w := recorded(b).
		with("ec2:DescribeSubnets", list("Subnets", 200, func(i int) object {
			return object{"SubnetId": fmt.Sprintf("subnet-%04d", i), "CidrBlock": fmt.Sprintf("10.0.%d.0/24", i)}
		})).
		with("ec2:DescribeRouteTables", list("RouteTables", 200, func(i int) object {
			routes := make([]object, 20)
			for j := range routes {
				routes[j] = object{"DestinationCidrBlock": fmt.Sprintf("10.%d.0.0/16", j), "NatGatewayId": "nat-01", "State": "active"}
			}
			return object{"RouteTableId": fmt.Sprintf("rtb-%04d", i), "Routes": routes,
				"Associations": []object{{"SubnetId": fmt.Sprintf("subnet-%04d", i)}}}
		})).
		with("ec2:DescribeSecurityGroups", list("SecurityGroups", 500, func(i int) object {
			rules := make([]object, 30)
			for j := range rules {
				rules[j] = object{"IpProtocol": "tcp", "FromPort": 1000 + j, "ToPort": 1000 + j, "IpRanges": []object{{"CidrIp": "10.0.0.0/8"}}}
			}
			return object{"GroupId": fmt.Sprintf("sg-%04d", i), "IpPermissions": rules, "IpPermissionsEgress": rules}
		})).
		with("ec2:DescribeVpcEndpoints", list("VpcEndpoints", 50, func(i int) object {
			return object{"VpcEndpointId": fmt.Sprintf("vpce-%04d", i), "VpcEndpointType": "Interface", "State": "available"}
		}))
	for b.Loop() {
		n := read.VPC(b.Context(), w, region, shop)
		if len(n.SecurityGroups) < 500 || len(n.Subnets) != 200 {
			b.Fatalf("%d groups, %d subnets", len(n.SecurityGroups), len(n.Subnets))
		}
	}
}
