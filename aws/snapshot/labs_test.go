package snapshot_test

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
	"fargate-doctor/aws/vpc"
)

// openLab opens a published lab; see data/README.md in the folder that FARGATE_DOCTOR_SHARED names.
func openLab(t *testing.T, name string) *snapshot.Snapshot {
	t.Helper()
	shared := os.Getenv("FARGATE_DOCTOR_SHARED")
	if shared == "" {
		t.Skip("FARGATE_DOCTOR_SHARED does not name the folder with the reachability labs")
	}
	s, err := snapshot.Open(filepath.Join(shared, "data/reachability-labs", name, "aws"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLabsAreUnderstoodWhole(t *testing.T) {
	shared := os.Getenv("FARGATE_DOCTOR_SHARED")
	if shared == "" {
		t.Skip("FARGATE_DOCTOR_SHARED does not name the folder with the reachability labs")
	}
	labs, err := filepath.Glob(filepath.Join(shared, "data/reachability-labs/*/aws"))
	if err != nil || len(labs) == 0 {
		t.Fatalf("no labs: %v", err)
	}
	for _, lab := range labs {
		s, err := snapshot.Open(lab)
		if err != nil {
			t.Error(err)
			continue
		}
		n := read.Everything(t.Context(), s)
		want := map[string]bool{} // ids of what the files hold
		got := map[string]bool{}
		for file, id := range map[string]string{"Subnets": "SubnetId", "RouteTables": "RouteTableId", "NetworkAcls": "NetworkAclId",
			"SecurityGroups": "GroupId", "NetworkInterfaces": "NetworkInterfaceId", "NatGateways": "NatGatewayId", "VpcPeeringConnections": "VpcPeeringConnectionId"} {
			files, err := filepath.Glob(filepath.Join(lab, "*", file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			nested, err := filepath.Glob(filepath.Join(lab, "accounts/*/*", file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range append(files, nested...) {
				b, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				var content map[string][]map[string]any
				if err := json.Unmarshal(b, &content); err != nil {
					t.Fatal(name, err)
				}
				for _, e := range content[file] {
					want[e[id].(string)] = true
				}
			}
		}
		for _, v := range n.Subnets {
			got[v.ID] = true
		}
		for _, v := range n.RouteTables {
			got[v.ID] = true
		}
		for _, v := range n.ACLs {
			got[v.ID] = true
		}
		for _, v := range n.SecurityGroups {
			got[v.ID] = true
		}
		for _, v := range n.Interfaces {
			got[v.ID] = true
		}
		for _, v := range n.NATGateways {
			got[v.ID] = true
		}
		for _, v := range n.Peerings {
			got[v.ID] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", lab, diff)
		}
	}
}

func TestLabTransitRoutesComeFromStaticRoutesAndPropagations(t *testing.T) {
	n := read.Everything(t.Context(), openLab(t, "aws_tgw_peering"))
	i := slices.IndexFunc(n.TransitRouteTables, func(r vpc.TransitRouteTable) bool { return r.ID == "tgw-rtb-000baae357fa2f403" })
	if i < 0 {
		t.Fatalf("tables are %+v", n.TransitRouteTables)
	}
	want := vpc.TransitRouteTable{ID: "tgw-rtb-000baae357fa2f403", Gateway: "tgw-074cc11880f74d29a", Known: true, Routes: []vpc.TransitRoute{
		{Prefix: netip.MustParsePrefix("10.1.0.0/16"), Static: true, Attachments: []string{"tgw-attach-084b68f4a40b12383"}},
		{Prefix: netip.MustParsePrefix("10.2.0.0/16"), Attachments: []string{"tgw-attach-092c3c42806ef714a"}},
	}}
	if diff := cmp.Diff(want, n.TransitRouteTables[i], same); diff != "" {
		t.Error(diff)
	}
	var ends []string
	for _, a := range n.TransitAttachments {
		if a.ID == "tgw-attach-084b68f4a40b12383" {
			ends = append(ends, a.Gateway+" to "+a.Resource)
		}
	}
	slices.Sort(ends)
	if diff := cmp.Diff([]string{"tgw-074cc11880f74d29a to tgw-0cacbf5ed9fe034e7", "tgw-0cacbf5ed9fe034e7 to tgw-074cc11880f74d29a"}, ends); diff != "" {
		t.Error("a peering attachment is seen from both gateways:", diff)
	}
}

func TestLabSaysWhatItDoesNotHold(t *testing.T) {
	s := openLab(t, "aws_vpc_endpoints")
	if diff := cmp.Diff([]string{"us-east-1"}, s.Regions()); diff != "" {
		t.Error(diff)
	}
	_, err := aws.ReadAll(t.Context(), s, aws.Query{Service: "ec2", Operation: "DescribeDhcpOptions"})
	if want := "record it with: aws ec2 describe-dhcp-options --region us-east-1 --output json"; aws.KindOf(err) != aws.NotRecorded || aws.Hint(err) != want {
		t.Errorf("got %v with the hint %q, want %q", err, aws.Hint(err), want)
	}
}
