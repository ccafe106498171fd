package vpc

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJoin(t *testing.T) {
	a := Network{
		Subnets:            []Subnet{{ID: "subnet-1", Name: "first"}},
		TransitAttachments: []TransitAttachment{{ID: "tgw-attach-1", Gateway: "tgw-1"}},
		ResolverRules:      []ResolverRule{{ID: "rr-1", VPC: "vpc-1"}},
		EndpointServices:   []EndpointService{{Name: "com.amazonaws.eu-central-1.s3", Types: []EndpointType{InterfaceEndpoint}}, {Name: "com.amazonaws.eu-central-1.s3", Types: []EndpointType{GatewayEndpoint}}}, // as AWS lists it
		Gaps:               []Gap{{Kind: KindACL, Scope: "vpc-1"}},
	}
	b := Network{
		Subnets:            []Subnet{{ID: "subnet-1", Name: "second"}, {ID: "subnet-2"}},
		TransitAttachments: []TransitAttachment{{ID: "tgw-attach-1", Gateway: "tgw-2"}}, // a peering, seen from its other gateway
		ResolverRules:      []ResolverRule{{ID: "rr-1", VPC: "vpc-2"}},
		EndpointServices:   []EndpointService{{Name: "com.amazonaws.eu-central-1.s3", Types: []EndpointType{GatewayEndpoint}}},
		Gaps:               []Gap{{Kind: KindACL, Scope: "vpc-1"}, {Kind: KindACL, Scope: "vpc-2"}},
	}
	want := Network{
		Subnets:            []Subnet{{ID: "subnet-1", Name: "first"}, {ID: "subnet-2"}},
		TransitAttachments: []TransitAttachment{{ID: "tgw-attach-1", Gateway: "tgw-1"}, {ID: "tgw-attach-1", Gateway: "tgw-2"}},
		ResolverRules:      []ResolverRule{{ID: "rr-1", VPC: "vpc-1"}, {ID: "rr-1", VPC: "vpc-2"}},
		EndpointServices:   []EndpointService{{Name: "com.amazonaws.eu-central-1.s3", Types: []EndpointType{InterfaceEndpoint}}, {Name: "com.amazonaws.eu-central-1.s3", Types: []EndpointType{GatewayEndpoint}}},
		Gaps:               []Gap{{Kind: KindACL, Scope: "vpc-1"}, {Kind: KindACL, Scope: "vpc-2"}},
	}
	if diff := cmp.Diff(want, a.Join(b)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Network{}, Network{}.Join(Network{})); diff != "" {
		t.Error("two empty networks:", diff)
	}
}

func TestJoinKeepsWhatIsComplete(t *testing.T) {
	partial := Network{
		TransitAttachments: []TransitAttachment{{ID: "tgw-attach-1", Gateway: "tgw-1"}},
		TransitRouteTables: []TransitRouteTable{{ID: "tgw-rtb-1"}},
	}
	complete := Network{
		TransitAttachments: []TransitAttachment{{ID: "tgw-attach-1", Gateway: "tgw-1", Subnets: []string{"subnet-1"}, SubnetsKnown: true}},
		TransitRouteTables: []TransitRouteTable{{ID: "tgw-rtb-1", Known: true}},
	}
	for _, joined := range []Network{partial.Join(complete), complete.Join(partial)} {
		if diff := cmp.Diff(complete, joined); diff != "" {
			t.Error(diff)
		}
	}
}

func TestJoinKnowsEveryList(t *testing.T) {
	var n Network
	v := reflect.ValueOf(&n).Elem()
	for i := range v.NumField() {
		v.Field(i).Set(reflect.MakeSlice(v.Field(i).Type(), 1, 1))
	}
	for what, joined := range map[string]Network{"the first": n.Join(Network{}), "the second": (Network{}).Join(n)} {
		v := reflect.ValueOf(joined)
		for i := range v.NumField() {
			if v.Field(i).Len() != 1 {
				t.Errorf("%s network's %s are lost", what, v.Type().Field(i).Name)
			}
		}
	}
}
