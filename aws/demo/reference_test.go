package demo

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"slices"
	"testing"

	"fargate-doctor/aws"
)

// dangling lists the ids that a world refers to on purpose though nothing is there.
var dangling = map[string][]string{
	"route-blackhole": {"nat-08a5aa9ce7ec354ee"}, // the deleted NAT gateway
}

// resourceID is the form of the ids whose resource a world must hold.
var resourceID = regexp.MustCompile(`"((?:vpc|subnet|rtb|acl|sg|eni|igw|eigw|nat|vpce|pcx|pl|dopt|tgw|tgw-attach|tgw-rtb)-[0-9a-f]{8,17})"`)

// A resource that is not there makes a world say something else than it was made to say.
func TestEveryReferenceResolves(t *testing.T) {
	if testing.Short() {
		t.Skip("all worlds are read without -short")
	}
	for _, w := range Worlds() {
		a, err := w.account()
		if err != nil {
			t.Fatal(err)
		}
		defined := map[string]bool{}
		for _, d := range a.documents {
			for collection, list := range d.body {
				elements, _ := list.([]any)
				for _, e := range elements {
					resource, _ := e.(map[string]any)
					if id, ok := resource[identity[collection]].(string); ok {
						defined[id] = true
					}
					if id, ok := resource["TransitGatewayId"].(string); ok {
						defined[id] = true // the gateway itself is never read
					}
				}
			}
		}
		for _, d := range a.documents {
			forgetStopped(d.body)
			raw, err := json.Marshal(d.body)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range resourceID.FindAllSubmatch(raw, -1) {
				id := string(m[1])
				if !defined[id] && !slices.Contains(dangling[w.Name], id) {
					t.Errorf("%s: %s refers to %s, which is not there", w.Name, d.path, id)
				}
			}
		}
	}
}

// forgetStopped takes away the network interfaces of stopped tasks, which outlive nothing but the task's own record.
func forgetStopped(body map[string]any) {
	tasks, _ := body["tasks"].([]any)
	for _, t := range tasks {
		if task := t.(map[string]any); task["lastStatus"] == "STOPPED" {
			delete(task, "attachments")
		}
	}
}

// holding is what the addresses of a world are checked by.
type holding struct {
	Subnets           []struct{ SubnetId, CidrBlock, AvailabilityZone string }
	NetworkInterfaces []struct{ NetworkInterfaceId, SubnetId, AvailabilityZone, PrivateIpAddress string }
	Tasks             []struct {
		TaskArn, LastStatus, AvailabilityZone string
		Attachments                           []struct {
			Details []struct{ Name, Value string }
		}
	}
}

func TestEveryInterfaceLiesInItsSubnetAndEveryRunningTaskHasOne(t *testing.T) {
	for _, w := range Worlds() {
		a, err := w.account()
		if err != nil {
			t.Fatal(err)
		}
		var held holding
		for _, d := range a.documents {
			raw, err := json.Marshal(d.body)
			if err != nil {
				t.Fatal(err)
			}
			var part holding
			if err := json.Unmarshal(raw, &part); err != nil {
				t.Fatalf("%s: %s: %v", w.Name, d.path, err)
			}
			held.Subnets = append(held.Subnets, part.Subnets...)
			held.NetworkInterfaces = append(held.NetworkInterfaces, part.NetworkInterfaces...)
			held.Tasks = append(held.Tasks, part.Tasks...)
		}
		type place struct{ block, zone string }
		subnets := map[string]place{}
		for _, s := range held.Subnets {
			subnets[s.SubnetId] = place{s.CidrBlock, s.AvailabilityZone}
		}
		address := map[string]string{}
		for _, e := range held.NetworkInterfaces {
			address[e.NetworkInterfaceId] = e.PrivateIpAddress
			if e.PrivateIpAddress == "" {
				continue // IPv6 alone
			}
			subnet := subnets[e.SubnetId]
			if !netip.MustParsePrefix(subnet.block).Contains(netip.MustParseAddr(e.PrivateIpAddress)) || subnet.zone != e.AvailabilityZone {
				t.Errorf("%s: %s (%s, %s) is not in %s %v", w.Name, e.NetworkInterfaceId, e.PrivateIpAddress, e.AvailabilityZone, e.SubnetId, subnet)
			}
		}
		running := 0
		for _, task := range held.Tasks {
			if task.LastStatus != "RUNNING" {
				continue
			}
			running++
			details := map[string]string{}
			for _, d := range task.Attachments[0].Details {
				details[d.Name] = d.Value
			}
			if got, held := address[details["networkInterfaceId"]]; !held || got != details["privateIPv4Address"] {
				t.Errorf("%s: task %s says %v, its interface says %q", w.Name, aws.ShortName(task.TaskArn), details, got)
			}
			if subnets[details["subnetId"]].zone != task.AvailabilityZone {
				t.Errorf("%s: task %s is in another zone than its subnet", w.Name, aws.ShortName(task.TaskArn))
			}
		}
		if running == 0 {
			t.Errorf("%s has no running task", w.Name)
		}
	}
}
