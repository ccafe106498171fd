package vpc_test

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"fargate-doctor/aws/vpc"
)

// FuzzInconsistent asks about networks that no account has: ids that lead nowhere, empty prefixes, tables that lead in
// circles, lists that are cut off. Any answer will do, as long as there is one.
func FuzzInconsistent(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(inconsistent))
}

func TestInconsistent(t *testing.T) { rapid.Check(t, inconsistent) }

func inconsistent(t *rapid.T) {
	n := campus()
	n.VPCs = append(n.VPCs, vpc.VPC{})
	for range rapid.IntRange(0, 12).Draw(t, "corruptions") {
		corrupt(t, &n)
	}
	m := vpc.Compile(n)
	flows := []vpc.Flow{drawFlow(t), toEndpoint("eni-task"), {}, {To: vpc.Destination{Any: vpc.AnyPublicIPv6}, From: vpc.Source{Interface: "eni-task"}},
		{From: vpc.Source{Subnet: "subnet-app", IPv6: true}, To: vpc.Destination{Any: vpc.AnyPublicIPv6}, Protocol: vpc.ICMPv6},
		{From: vpc.Source{Subnet: "subnet-app"}, To: vpc.Destination{Endpoint: "vpce-sns"}, Protocol: vpc.UDP, Port: 53}}
	for _, f := range flows {
		tr := m.Trace(f)
		for _, c := range tr.Checks {
			for _, change := range c.Mend {
				change.Apply(n)
				if change.Title() == "" || change.Command("eu-central-1") == "" {
					t.Fatalf("%#v says nothing", change)
				}
			}
		}
	}
	for _, name := range []string{"sns.eu-central-1.amazonaws.com", "10.0.0.1", "", "..", "vpce-", "x.internal", "ip-10-0-1-10.eu-central-1.compute.internal"} {
		m.Resolve(name, rapid.SampledFrom([]string{"vpc-1", "vpc-2", ""}).Draw(t, "vpc"))
	}
}

// corrupt spoils one field of one element of one list, or drops the element.
func corrupt(t *rapid.T, n *vpc.Network) {
	lists := reflect.ValueOf(n).Elem()
	list := lists.Field(rapid.IntRange(0, lists.NumField()-1).Draw(t, "list"))
	if list.Len() == 0 {
		return
	}
	copied := reflect.MakeSlice(list.Type(), list.Len(), list.Len())
	reflect.Copy(copied, list)
	list.Set(copied)
	i := rapid.IntRange(0, list.Len()-1).Draw(t, "element")
	if rapid.IntRange(0, 3).Draw(t, "drop") == 0 {
		list.Set(reflect.AppendSlice(list.Slice(0, i), list.Slice(i+1, list.Len())))
		return
	}
	spoil(t, list.Index(i))
}

var drawnIDs = []string{"", "vpc-1", "vpc-2", "vpc-3", "subnet-app", "subnet-public", "nat-1", "igw-1", "tgw-1", "pcx-1", "tgw-attach-1", "tgw-attach-3", "tgw-rtb-spokes", "eni-task", "nowhere", "peering", "available"}

func spoil(t *rapid.T, element reflect.Value) {
	field := element.Field(rapid.IntRange(0, element.NumField()-1).Draw(t, "field"))
	switch field.Interface().(type) {
	case netip.Prefix, netip.Addr:
		field.SetZero()
		return
	case []vpc.Route:
		routes := slices.Clone(field.Interface().([]vpc.Route))
		kinds := []vpc.TargetKind{vpc.TargetNAT, vpc.TargetTransit, vpc.TargetPeering, vpc.TargetInternetGateway, vpc.TargetInterface, vpc.TargetInstance, vpc.TargetEndpoint, vpc.TargetEgressOnly, vpc.TargetLocal}
		dst := rapid.SampledFrom([]string{"0.0.0.0/0", "10.0.0.0/8", "10.0.2.0/24", "10.0.2.30/32", "::/0", "pl-none"}).Draw(t, "destination")
		r := to(dst, rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.SampledFrom(drawnIDs).Draw(t, "target"))
		field.Set(reflect.ValueOf(append(routes, r)))
		return
	case []vpc.TransitRoute:
		field.Set(reflect.ValueOf([]vpc.TransitRoute{{Prefix: cidrs("0.0.0.0/0")[0], Attachments: []string{rapid.SampledFrom(drawnIDs).Draw(t, "attachment")}}}))
		return
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(rapid.SampledFrom(drawnIDs).Draw(t, "id"))
	case reflect.Bool:
		field.SetBool(!field.Bool())
	case reflect.Struct:
		if field.NumField() > 0 && field.Field(0).CanSet() {
			spoil(t, field)
		}
	case reflect.Slice:
		if field.Len() > 0 && rapid.Bool().Draw(t, "empty element") {
			copied := reflect.MakeSlice(field.Type(), field.Len(), field.Len())
			reflect.Copy(copied, field)
			copied.Index(0).SetZero()
			field.Set(copied)
			return
		}
		field.SetZero()
	default:
		field.SetZero()
	}
}
