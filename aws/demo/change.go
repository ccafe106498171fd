package demo

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"fargate-doctor/aws"
)

// A change edits one collection of an account. It says what it is about (In, and ID or Name), and does exactly one thing:
//
//	{"in": "SecurityGroups", "name": "web", "set": {"IpPermissionsEgress": []}}
//	{"in": "RouteTables", "name": "private-c", "of": "Routes", "where": {"DestinationCidrBlock": "0.0.0.0/0"}, "set": {"State": "blackhole"}}
//	{"in": "RouteTables", "name": "private-c", "remove": "Routes", "where": {"DestinationCidrBlock": "0.0.0.0/0"}}
//	{"in": "NetworkAcls", "name": "private", "add": "Entries", "value": {"RuleNumber": 90}}
//	{"in": "VpcEndpoints", "drop": "sns"}
//	{"in": "VpcEndpoints", "append": {"VpcEndpointId": "vpce-0a1"}}
//
// A change that finds nothing to change is an error: a world must not look broken without being so.
type change struct {
	In   string `json:"in"`   // top-level key of the AWS CLI output
	ID   string `json:"id"`   // of the resource
	Name string `json:"name"` // or its name: Name tag, group name, ECS name

	Set    map[string]any `json:"set"`    // members to replace; a dot leads into a member, a number into a list
	Of     string         `json:"of"`     // with Set: not the resource itself but the elements of this list (a dot leads into a member) …
	Where  map[string]any `json:"where"`  // … (or of Remove's) that have these members
	Remove string         `json:"remove"` // list from which the elements are taken
	Add    string         `json:"add"`    // list that Value is added to
	Value  any            `json:"value"`
	Drop   string         `json:"drop"`   // id or name of the resource to take away
	Append map[string]any `json:"append"` // resource to add
}

// identity lists the member that identifies a resource, by collection.
var identity = map[string]string{
	"Vpcs": "VpcId", "Subnets": "SubnetId", "RouteTables": "RouteTableId", "NetworkAcls": "NetworkAclId",
	"SecurityGroups": "GroupId", "NetworkInterfaces": "NetworkInterfaceId", "InternetGateways": "InternetGatewayId",
	"EgressOnlyInternetGateways": "EgressOnlyInternetGatewayId", "NatGateways": "NatGatewayId", "VpcEndpoints": "VpcEndpointId",
	"VpcPeeringConnections": "VpcPeeringConnectionId", "DhcpOptions": "DhcpOptionsId", "PrefixLists": "PrefixListId",
	"TransitGatewayAttachments": "TransitGatewayAttachmentId", "TransitGatewayVpcAttachments": "TransitGatewayAttachmentId",
	"TransitGatewayRouteTables": "TransitGatewayRouteTableId", "TransitGatewayRoutes": "TransitGatewayRouteTableId",
	"VpcAttributes": "VpcId", "PrefixListEntries": "PrefixListId", "HostedZonesByVPC": "VPCId",
	"Role": "RoleName", "Policy": "Arn", "AttachedRolePolicies": "RoleName", "RolePolicyNames": "RoleName", "RolePolicies": "PolicyName",
	"PolicyVersions": "PolicyArn", "Simulations": "PolicySourceArn", "DescribedKeys": "KeyId", "KeyPolicies": "KeyId",
	"BucketPolicies": "Bucket", "BucketEncryptions": "Bucket", "QueueAttributes": "QueueUrl", "TopicAttributes": "TopicArn",
	"Table": "TableArn", "TablePolicies": "ResourceArn", "Secrets": "SecretId", "SecretVersions": "SecretId", "SecretPolicies": "SecretId",
	"Parameters": "Name", "ParametersByName": "Name", "repositories": "repositoryName", "RepositoryPolicies": "repositoryName",
	"DescribedImages": "repositoryName", "ImageManifests": "repositoryName", "TargetGroups": "TargetGroupArn",
	"FileSystems": "FileSystemId", "FileSystemPolicies": "FileSystemId", "MountTargets": "MountTargetId", "AccessPoints": "AccessPointId",
	"MountTargetsByFileSystem": "FileSystemId", "MountTargetSecurityGroups": "MountTargetId",
	"logGroups": "logGroupName", "LogGroupsByPrefix": "logGroupNamePrefix", "LogEvents": "logGroupName",
	"clusters": "clusterArn", "tasks": "taskArn", "services": "serviceArn", "taskDefinition": "taskDefinitionArn", "settings": "name",
}

// apply makes the changes, one after the other.
func (a account) apply(changes []change) error {
	for _, c := range changes {
		if err := a.edit(c); err != nil {
			return fmt.Errorf("change in %s %s: %w", c.In, c.ID+c.Name+c.Drop, err)
		}
	}
	return nil
}

var errNoMatch = errors.New("matches nothing")

// edit makes one change.
func (a account) edit(c change) error {
	switch {
	case c.Append != nil:
		return a.appendTo(c.In, c.Append)
	case c.Drop != "":
		return a.drop(c.In, c.Drop)
	}
	resource, err := a.find(c.In, c.ID+c.Name)
	if err != nil {
		return err
	}
	switch {
	case c.Add != "":
		list, ok := at(resource, c.Add).([]any)
		if !ok {
			return fmt.Errorf("%s is no list", c.Add)
		}
		return set(resource, strings.Split(c.Add, "."), append(slices.Clone(list), c.Value))
	case c.Remove != "":
		list, _ := at(resource, c.Remove).([]any)
		rest := slices.DeleteFunc(slices.Clone(list), func(v any) bool { return has(v, c.Where) })
		if len(rest) == len(list) {
			return fmt.Errorf("%s where %v: %w", c.Remove, c.Where, errNoMatch)
		}
		return set(resource, strings.Split(c.Remove, "."), rest)
	case c.Of != "":
		list, _ := at(resource, c.Of).([]any)
		var matched bool
		for _, v := range list {
			if !has(v, c.Where) {
				continue
			}
			matched = true
			if err := setAll(v.(map[string]any), c.Set); err != nil {
				return err
			}
		}
		if !matched {
			return fmt.Errorf("%s where %v: %w", c.Of, c.Where, errNoMatch)
		}
		return nil
	case len(c.Set) > 0:
		return setAll(resource, c.Set)
	}
	return errors.New("does nothing")
}

// appendTo adds a resource to the first document that holds the collection.
func (a account) appendTo(collection string, resource map[string]any) error {
	for _, d := range a.documents {
		if list, ok := d.body[collection].([]any); ok {
			d.body[collection] = append(slices.Clone(list), resource)
			return nil
		}
	}
	return errNoMatch
}

func (a account) drop(collection, name string) error {
	for _, d := range a.documents {
		list, _ := d.body[collection].([]any)
		i := slices.IndexFunc(list, func(v any) bool { return isCalled(v, collection, name) })
		if i >= 0 {
			d.body[collection] = slices.Delete(slices.Clone(list), i, i+1)
			return nil
		}
	}
	return errNoMatch
}

// find returns the one resource of a collection that has the id or name. A task definition is a collection of one.
func (a account) find(collection, name string) (map[string]any, error) {
	var found []map[string]any
	for _, d := range a.documents {
		switch held := d.body[collection].(type) {
		case []any:
			for _, v := range held {
				if isCalled(v, collection, name) {
					found = append(found, v.(map[string]any))
				}
			}
		case map[string]any:
			if isCalled(held, collection, name) {
				found = append(found, held)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, errNoMatch
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("matches %d resources", len(found))
}

// isCalled reports whether the resource has the id or the name. Of an ARN what follows the last colon or slash is enough.
func isCalled(v any, collection, name string) bool {
	resource, ok := v.(map[string]any)
	if !ok || name == "" {
		return false
	}
	id, _ := resource[identity[collection]].(string)
	if id != "" && (id == name || aws.ShortName(id) == name || id[strings.LastIndexByte(id, ':')+1:] == name) {
		return true
	}
	if resource["GroupName"] == name {
		return true
	}
	for _, member := range []string{"Tags", "TagSet"} {
		tags, _ := resource[member].([]any)
		if slices.ContainsFunc(tags, func(t any) bool { return has(t, map[string]any{"Key": "Name", "Value": name}) }) {
			return true
		}
	}
	return false
}

// has reports whether v is an object that has all the members.
func has(v any, members map[string]any) bool {
	object, ok := v.(map[string]any)
	if !ok {
		return false
	}
	for k, want := range members {
		if !reflect.DeepEqual(object[k], want) {
			return false
		}
	}
	return true
}

func setAll(resource map[string]any, members map[string]any) error {
	for where, value := range members {
		if err := set(resource, strings.Split(where, "."), value); err != nil {
			return fmt.Errorf("set %s: %w", where, err)
		}
	}
	return nil
}

// at returns the member at the end of a path, nil when it leads nowhere.
func at(in any, path string) any {
	for _, name := range strings.Split(path, ".") {
		switch object := in.(type) {
		case map[string]any:
			in = object[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(object) {
				return nil
			}
			in = object[i]
		default:
			return nil
		}
	}
	return in
}

// set replaces the member at the end of the path. All before it must be there.
func set(in any, path []string, value any) error {
	switch in := in.(type) {
	case map[string]any:
		if len(path) == 1 {
			in[path[0]] = value
			return nil
		}
		return set(in[path[0]], path[1:], value)
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(in) {
			return errNoMatch
		}
		if len(path) == 1 {
			in[i] = value
			return nil
		}
		return set(in[i], path[1:], value)
	}
	return errNoMatch
}
