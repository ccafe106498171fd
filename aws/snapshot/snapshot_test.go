package snapshot_test

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
)

// same compares values of aws and aws/vpc; lists are equal when both are empty.
var same = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}, netip.AddrPort{}), cmpopts.EquateEmpty()}

// folder makes a file system of names and contents.
func folder(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsys
}

func open(t *testing.T, files map[string]string) *snapshot.Snapshot {
	t.Helper()
	s, err := snapshot.OpenFS(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answer returns the one page that the snapshot answers with, decoded.
func answer(t *testing.T, r aws.Reader, operation string, input aws.Input, region string) (map[string]any, error) {
	t.Helper()
	service, name, _ := strings.Cut(operation, ":")
	pages, err := aws.ReadAll(t.Context(), r, aws.Query{Service: service, Operation: name, Region: region, Input: input})
	if err != nil {
		return nil, err
	}
	if len(pages) != 1 {
		t.Fatalf("%s: %d pages", operation, len(pages))
	}
	var v map[string]any
	if err := json.Unmarshal(pages[0], &v); err != nil {
		t.Fatal(err)
	}
	return v, nil
}

func TestRegions(t *testing.T) {
	for _, c := range []struct {
		what  string
		files map[string]string
		want  []string
	}{
		{"folders", map[string]string{"a/us-east-1/x.json": `{"Vpcs":[]}`, "a/eu-west-1/x.json": `{"Vpcs":[]}`}, []string{"eu-west-1", "us-east-1"}},
		{"other partitions", map[string]string{"us-gov-west-1/x.json": `{"Vpcs":[]}`, "cn-north-1/x.json": `{"Vpcs":[]}`, "us-isob-east-1/x.json": `{"Vpcs":[]}`,
			"eusc-de-east-1/x.json": `{"Vpcs":[]}`}, []string{"cn-north-1", "eusc-de-east-1", "us-gov-west-1", "us-isob-east-1"}},
		{"no folder looks like one", map[string]string{"team-web-1/x.json": `{"Vpcs":[]}`}, []string{""}},
		{"manifest", map[string]string{"x.json": `{"Vpcs":[]}`, "manifest.json": `{"region":"eu-west-3"}`}, []string{"eu-west-3"}},
		{"the manifest's region first", map[string]string{"eu-west-1/x.json": `{"tasks":[]}`, "us-east-1/x.json": `{"Vpcs":[]}`, "manifest.json": `{"region":"us-east-1"}`}, []string{"us-east-1", "eu-west-1"}},
		{"where tasks are first", map[string]string{"eu-west-1/x.json": `{"Vpcs":[]}`, "us-east-1/x.json": `{"tasks":[]}`}, []string{"us-east-1", "eu-west-1"}},
		{"beside one region", map[string]string{"eu-west-1/x.json": `{"Vpcs":[]}`, "y.json": `{"tasks":[]}`}, []string{"eu-west-1"}},
		{"from a zone", map[string]string{"x.json": `{"Subnets":[{"AvailabilityZone": "ap-southeast-2b"}]}`}, []string{"ap-southeast-2"}},
		{"from an ARN", map[string]string{"x.json": `{"tasks":[{"taskArn":"arn:aws-cn:ecs:cn-northwest-1:111122223333:task/a/b"}]}`}, []string{"cn-northwest-1"}},
	} {
		if diff := cmp.Diff(c.want, open(t, c.files).Regions()); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
}

func TestListsAreJoined(t *testing.T) {
	s := open(t, map[string]string{
		"eu-west-1/a/subnets.json": `{"Subnets":[{"SubnetId":"subnet-1"}]}`,
		"eu-west-1/b/more.JSON":    "\xef\xbb\xbf" + `{"Subnets":[ {"SubnetId": "subnet-1"}, {"SubnetId":"subnet-2"}],"NextToken":"x"} {"Vpcs":[]}`,
		"us-east-1/subnets.json":   `{"Subnets":[{"SubnetId":"subnet-3"}]}`,
		"eu-west-1/notes.txt":      `not JSON`,
		"eu-west-1/._subnets.json": "\x00\x05",
	})
	got, err := answer(t, s, "ec2:DescribeSubnets", nil, "eu-west-1")
	want := map[string]any{"Subnets": []any{map[string]any{"SubnetId": "subnet-1"}, map[string]any{"SubnetId": "subnet-2"}}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if got, err := answer(t, s, "ec2:DescribeVpcs", nil, ""); err != nil || len(got["Vpcs"].([]any)) != 0 {
		t.Errorf("an empty list that was recorded: got %v, %v", got, err)
	}
	for _, q := range []struct{ operation, region string }{
		{"ec2:DescribeVpcs", "us-east-1"}, {"ec2:DescribeVpcs", "ca-west-1"}, {"ec2:DescribeRouteTables", "eu-west-1"}, {"s3:ListBuckets", ""},
		{"ecs:ListTasks", ""}, {"sts:GetCallerIdentity", ""},
	} {
		if _, err := answer(t, s, q.operation, nil, q.region); aws.KindOf(err) != aws.NotRecorded {
			t.Errorf("%v: got %v, want not recorded", q, err)
		}
	}
}

func TestAccountsMustAllHoldAList(t *testing.T) {
	files := map[string]string{
		"accounts/111111111111/eu-west-1/a.json": `{"Vpcs":[{"VpcId":"vpc-1"}],"NatGateways":[]}`,
		"accounts/222222222222/eu-west-1/a.json": `{"Vpcs":[{"VpcId":"vpc-2"}]}`,
	}
	s := open(t, files)
	if got, err := answer(t, s, "ec2:DescribeVpcs", nil, ""); err != nil || len(got["Vpcs"].([]any)) != 2 {
		t.Errorf("got %v, %v; want both accounts' VPCs", got, err)
	}
	if _, err := answer(t, s, "ec2:DescribeNatGateways", nil, ""); aws.KindOf(err) != aws.NotRecorded || !strings.Contains(err.Error(), "222222222222") {
		t.Errorf("got %v, want not recorded: of the second account nothing is known", err)
	}
}

func TestAnswersThatDoNotNameWhatWasAsked(t *testing.T) {
	s := open(t, map[string]string{
		"a.json": `{"PrefixListId":"pl-1","Entries":[{"Cidr":"10.0.0.0/8"}]}`,
		"b.json": `{"PrefixListEntries":[{"PrefixListId":"pl-2","Entries":[{"Cidr":"10.2.0.0/16"}]},{"PrefixListId":"pl-2","Entries":[{"Cidr":"10.3.0.0/16"}]}]}`,
		"c.json": `{"VpcId":"vpc-1","EnableDnsSupport":{"Value":true}} {"VpcId":"vpc-1","EnableDnsHostnames":{"Value":false}}`,
		"d.json": `{"FirewallRules":[{"FirewallRuleGroupId":"g-1","Name":"r"}]}`,
		"e.json": `{"FirewallConfig":{"ResourceId":"vpc-1","FirewallFailOpen":"ENABLED"}}`,
		"f.json": `{"FirewallConfig":{"ResourceId":"vpc-2","FirewallFailOpen":"DISABLED"}}`,
	})
	entries := func(cidrs ...any) any {
		var list []any
		for _, c := range cidrs {
			list = append(list, map[string]any{"Cidr": c})
		}
		return list
	}
	for _, c := range []struct {
		operation string
		input     aws.Input
		key       string
		want      any // nil: not recorded
	}{
		{"ec2:GetManagedPrefixListEntries", aws.Input{"PrefixListId": "pl-1"}, "Entries", entries("10.0.0.0/8")},
		{"ec2:GetManagedPrefixListEntries", aws.Input{"PrefixListId": "pl-2"}, "Entries", entries("10.2.0.0/16", "10.3.0.0/16")},
		{"ec2:GetManagedPrefixListEntries", aws.Input{"PrefixListId": "pl-3"}, "Entries", nil},
		{"ec2:DescribeVpcAttribute", aws.Input{"VpcId": "vpc-1", "Attribute": "enableDnsSupport"}, "EnableDnsSupport", map[string]any{"Value": true}},
		{"ec2:DescribeVpcAttribute", aws.Input{"VpcId": "vpc-1", "Attribute": "enableDnsHostnames"}, "EnableDnsHostnames", map[string]any{"Value": false}},
		{"ec2:DescribeVpcAttribute", aws.Input{"VpcId": "vpc-2", "Attribute": "enableDnsSupport"}, "EnableDnsSupport", nil},
		{"ec2:DescribeVpcAttribute", aws.Input{"VpcId": "vpc-1", "Attribute": "enableNetworkAddressUsageMetrics"}, "", nil},
		{"ec2:SearchTransitGatewayRoutes", aws.Input{"TransitGatewayRouteTableId": "tgw-rtb-1"}, "Routes", nil},
		{"route53resolver:ListFirewallRules", aws.Input{"FirewallRuleGroupId": "g-1"}, "FirewallRules", []any{map[string]any{"FirewallRuleGroupId": "g-1", "Name": "r"}}},
		{"route53resolver:ListFirewallRules", aws.Input{"FirewallRuleGroupId": "g-2"}, "FirewallRules", nil},
		{"route53resolver:GetFirewallConfig", aws.Input{"ResourceId": "vpc-2"}, "FirewallConfig", map[string]any{"ResourceId": "vpc-2", "FirewallFailOpen": "DISABLED"}},
		{"route53:ListHostedZonesByVPC", aws.Input{"VPCId": "vpc-1", "VPCRegion": "eu-west-1"}, "HostedZoneSummaries", nil},
	} {
		got, err := answer(t, s, c.operation, c.input, "")
		if c.want == nil {
			if aws.KindOf(err) != aws.NotRecorded {
				t.Errorf("%s %v: got %v, %v; want not recorded", c.operation, c.input, got, err)
			}
			continue
		}
		if diff := cmp.Diff(c.want, got[c.key]); err != nil || diff != "" {
			t.Errorf("%s %v: %v %s", c.operation, c.input, err, diff)
		}
	}
	_, err := answer(t, s, "ec2:GetManagedPrefixListEntries", aws.Input{"PrefixListId": "pl-3"}, "")
	if want := `record it with: aws ec2 get-managed-prefix-list-entries --prefix-list-id pl-3 --output json and add "PrefixListId": "pl-3" to what it prints`; aws.Hint(err) != want {
		t.Errorf("hint is %q, want %q", aws.Hint(err), want)
	}
	_, err = answer(t, s, "route53:ListHostedZonesByVPC", aws.Input{"VPCId": "vpc-1", "VPCRegion": "eu-west-1"}, "")
	if want := "aws route53 list-hosted-zones-by-vpc --vpc-id vpc-1 --vpc-region eu-west-1"; !strings.Contains(aws.Hint(err), want) {
		t.Errorf("hint is %q, want %q in it", aws.Hint(err), want)
	}
}

func TestTransitRoutesThatAreNotAllKnown(t *testing.T) {
	base := map[string]string{
		"eu-west-1/static.json": `{"TransitGatewayStaticRoutes":[{"TransitGatewayRouteTableId":"tgw-rtb-1","Routes":[],"AdditionalRoutesAvailable":false}]}`,
		"us-east-1/vpcs.json":   `{"Vpcs":[{"VpcId":"vpc-1","CidrBlock":"10.0.0.0/16","CidrBlockAssociationSet":[{"CidrBlock":"10.0.0.0/16","CidrBlockState":{"State":"associated"}}],"Ipv6CidrBlockAssociationSet":[{"Ipv6CidrBlock":"2001:db8::/56","Ipv6CidrBlockState":{"State":"associated"}}]}]}`,
	}
	propagation := func(resource, kind string) string {
		return `{"TransitGatewayPropagations":[{"TransitGatewayRouteTableId":"tgw-rtb-1","TransitGatewayRouteTablePropagations":[{"TransitGatewayAttachmentId":"tgw-attach-1","ResourceId":"` +
			resource + `","ResourceType":"` + kind + `","State":"enabled"}]}]}`
	}
	for _, c := range []struct {
		what, propagations string
		routes             int
		more               bool
	}{
		{"propagations not recorded", `{}`, 0, true},
		{"a VPC of another region", propagation("vpc-1", "vpc"), 2, false},
		{"a VPC that was not recorded", propagation("vpc-2", "vpc"), 0, true},
		{"a VPN", propagation("vpn-1", "vpn"), 0, true},
	} {
		files := map[string]string{"eu-west-1/propagations.json": c.propagations}
		for name, content := range base {
			files[name] = content
		}
		got, err := answer(t, open(t, files), "ec2:SearchTransitGatewayRoutes", aws.Input{"TransitGatewayRouteTableId": "tgw-rtb-1"}, "eu-west-1")
		if err != nil {
			t.Error(c.what, err)
			continue
		}
		if routes := got["Routes"].([]any); len(routes) != c.routes || got["AdditionalRoutesAvailable"] != c.more {
			t.Errorf("%s: got %v, want %d routes, more %v", c.what, got, c.routes, c.more)
		}
	}
}

func TestECSListsComeFromDescriptionsToo(t *testing.T) {
	s := open(t, map[string]string{
		"tasks.json": `{"tasks":[{"taskArn":"arn:aws:ecs:eu-west-1:111122223333:task/prod/1"}],"failures":[]}`,
		"arns.json":  `{"taskArns":["arn:aws:ecs:eu-west-1:111122223333:task/prod/1","arn:aws:ecs:eu-west-1:111122223333:task/prod/2"]}`,
		"def.json":   `{"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7","family":"web","revision":7}}`,
		"def8.json":  `{"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/web:8","family":"web","revision":8}}`,
	})
	got, err := answer(t, s, "ecs:ListTasks", nil, "")
	if err != nil || len(got["taskArns"].([]any)) != 2 {
		t.Errorf("got %v, %v; want both tasks once", got, err)
	}
	for asked, want := range map[string]float64{"web": 8, "web:7": 7, "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:8": 8} {
		got, err := answer(t, s, "ecs:DescribeTaskDefinition", aws.Input{"taskDefinition": asked}, "")
		if err != nil || got["taskDefinition"].(map[string]any)["revision"] != want {
			t.Errorf("%s: got %v, %v; want revision %v", asked, got, err, want)
		}
	}
	if _, err := answer(t, s, "ecs:DescribeTaskDefinition", aws.Input{"taskDefinition": "web:6"}, ""); aws.KindOf(err) != aws.NotRecorded {
		t.Errorf("got %v, want not recorded", err)
	}
}

func TestManifest(t *testing.T) {
	s := open(t, map[string]string{"manifest.json": `{"schema":1,"captured":"2024-05-06T07:08:09Z","region":"eu-west-1","account":"111122223333",
		"caller":"arn:aws:iam::111122223333:user/ana","denied":["ec2:DescribeNetworkAcls"],"facts":{"note":"x"},
		"failed":[{"operation":"ec2:DescribeSubnets","input":{"Filters":[{"Name":"vpc-id","Values":["vpc-2"]}]},"kind":"throttled","reason":"slow down"}]}`,
		"subnets.json": `{"Subnets":[]}`, "acls.json": `{"NetworkAcls":[]}`})
	if m := s.Manifest(); m.Region != "eu-west-1" || m.Captured.Year() != 2024 || string(m.Facts["note"]) != `"x"` {
		t.Errorf("manifest is %+v", m)
	}
	if _, err := answer(t, s, "ec2:DescribeNetworkAcls", nil, ""); aws.Missing(err) != "ec2:DescribeNetworkAcls" {
		t.Errorf("got %v, want denied although a list is there", err)
	}
	filter := func(id string) aws.Input {
		return aws.Input{"Filters": []aws.Filter{{Name: "vpc-id", Values: []string{id}}}}
	}
	if _, err := answer(t, s, "ec2:DescribeSubnets", filter("vpc-2"), "eu-west-1"); aws.KindOf(err) != aws.Throttled {
		t.Errorf("got %v, want the failure of this very call", err)
	}
	if _, err := answer(t, s, "ec2:DescribeSubnets", filter("vpc-1"), ""); err != nil {
		t.Errorf("another call fails, too: %v", err)
	}
	who, err := read.Identity(t.Context(), s)
	if err != nil || who.Account != "111122223333" || who.ARN != "arn:aws:iam::111122223333:user/ana" {
		t.Errorf("got %v, %v", who, err)
	}
}

func TestSeveralAccountsHaveNoOneCaller(t *testing.T) {
	s := open(t, map[string]string{"a.json": `{"UserId":"a","Account":"111111111111","Arn":"arn:1"}`, "b.json": `{"UserId":"b","Account":"222222222222","Arn":"arn:2"}`})
	if _, err := read.Identity(t.Context(), s); aws.KindOf(err) != aws.NotRecorded {
		t.Errorf("got %v, want not recorded", err)
	}
}

func TestWhatIsNoSnapshot(t *testing.T) {
	for name, c := range map[string]struct{ file, content, want string }{
		"HTML":        {"us-east-1/subnets.json", "<html>", "us-east-1/subnets.json"},
		"cut short":   {"subnets.json", `{"Subnets":[{"SubnetId":`, "subnets.json"},
		"a list":      {"list.json", `[1,2]`, "list.json"},
		"a number":    {"n.json", `3`, "n.json"},
		"a newer one": {"manifest.json", `{"schema":99}`, "schema 99"},
		"nothing":     {"readme.txt", ``, "no answers"},
	} {
		if _, err := snapshot.OpenFS(folder(map[string]string{c.file: c.content})); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", name, err, c.want)
		}
	}
	text := filepath.Join(t.TempDir(), "x.txt")
	if err := os.WriteFile(text, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, filepath.Join(t.TempDir(), "missing.zip")} {
		if _, err := snapshot.Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("got %v, want the path in it", err)
		}
	}
}
