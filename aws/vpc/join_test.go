package vpc

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJoin(t *testing.T) {
	a := Network{
		Subnets:            []Subnet{{ID: "subnet-1", Name: "first"}},
		TransitAttachments: []TransitAttachment{{ID: "tgw-attach-1", Gateway: "tgw-1"}},
		ResolverRules:      []ResolverRule{{ID: "rr-1", VPC: "vpc-1"}},
		Gaps:               []Gap{{Kind: KindACL, Scope: "vpc-1"}},
	}
	b := Network{
		Subnets:            []Subnet{{ID: "subnet-1", Name: "second"}, {ID: "subnet-2"}},
		TransitAttachments: []TransitAttachment{{ID: "tgw-attach-1", Gateway: "tgw-2"}}, // a peering, seen from its other gateway
		ResolverRules:      []ResolverRule{{ID: "rr-1", VPC: "vpc-2"}},
		Gaps:               []Gap{{Kind: KindACL, Scope: "vpc-1"}, {Kind: KindACL, Scope: "vpc-2"}},
	}
	want := Network{
		Subnets:            []Subnet{{ID: "subnet-1", Name: "first"}, {ID: "subnet-2"}},
		TransitAttachments: []TransitAttachment{{ID: "tgw-attach-1", Gateway: "tgw-1"}, {ID: "tgw-attach-1", Gateway: "tgw-2"}},
		ResolverRules:      []ResolverRule{{ID: "rr-1", VPC: "vpc-1"}, {ID: "rr-1", VPC: "vpc-2"}},
		Gaps:               []Gap{{Kind: KindACL, Scope: "vpc-1"}, {Kind: KindACL, Scope: "vpc-2"}},
	}
	if diff := cmp.Diff(want, a.Join(b)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Network{}, Network{}.Join(Network{})); diff != "" {
		t.Error("two empty networks:", diff)
	}
}
