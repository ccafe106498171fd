package demo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

// A Cloud is a world in which tasks can be started: what was started is among its answers, and goes through the phases that ECS has, in
// seconds. It ends with the program.
type Cloud struct {
	// Pull says why an image can't be pulled from a network, in ECS's words, "" when it can. Nil means that everything can.
	Pull func(ctx context.Context, n aws.NetworkConfiguration, image string) string

	world   World
	account string
	base    aws.Reader
	now     func() time.Time

	mu          sync.Mutex
	made        int
	definitions map[string]aws.DefinitionRequest // by ARN
	inactive    map[string]bool                  // ARNs of those that were deregistered
	tasks       map[string]*started              // by ARN
}

// started is a task that runs in a Cloud.
type started struct {
	aws.RunRequest
	arn      string
	image    string
	at       time.Time
	stopped  time.Time
	reason   string   // why it stopped
	unpulled string   // why it will
	beside   aws.Task // a running task of the world in the same subnet; zero when there is none

	vpc, zone, address string // of its interface
}

// When a task reaches its phases.
const (
	pendingAfter = 800 * time.Millisecond
	runningAfter = 2000 * time.Millisecond
	agentAfter   = 2800 * time.Millisecond
)

// NewCloud returns a cloud over the answers of a world. The clock is the world's own.
func NewCloud(base aws.Reader, w World, now func() time.Time) *Cloud {
	c := &Cloud{world: w, base: base, now: now, definitions: map[string]aws.DefinitionRequest{}, inactive: map[string]bool{}, tasks: map[string]*started{}}
	if who, err := read.Identity(context.Background(), base); err == nil {
		c.account = who.Account
	}
	return c
}

// Regions returns the regions that the world holds answers of.
func (c *Cloud) Regions() []string { return aws.Regions(c.base) }

func (c *Cloud) arn(kind, name string) string {
	return fmt.Sprintf("arn:%s:ecs:%s:%s:%s/%s", aws.PartitionOf(c.world.Region).ID, c.world.Region, c.account, kind, name)
}

// number returns a hexadecimal number of n digits that is another one each time.
func (c *Cloud) number(n int) string {
	c.made++
	sum := sha256.Sum256([]byte(c.world.Name + strconv.Itoa(c.made)))
	return hex.EncodeToString(sum[:])[:n]
}

// RegisterDefinition keeps a task definition.
func (c *Cloud) RegisterDefinition(_ context.Context, r aws.DefinitionRequest) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	arn := c.arn("task-definition", fmt.Sprintf("%s:%d", r.Family, len(c.definitions)+1))
	c.definitions[arn] = r
	return arn, nil
}

// DeregisterDefinition makes a task definition one that starts no task and is not listed. It can still be described, as in ECS.
func (c *Cloud) DeregisterDefinition(_ context.Context, arn string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inactive[arn] = true
	return nil
}

// RunTask starts a task.
func (c *Cloud) RunTask(ctx context.Context, r aws.RunRequest) (string, error) {
	q := aws.Query{Service: "ecs", Operation: "RunTask"}
	t := &started{RunRequest: r, at: c.now(), beside: c.beside(ctx, r)}
	subnets, err := read.AllSubnets(ctx, c.base, c.world.Region)
	if err != nil {
		return "", err
	}
	for _, s := range subnets {
		if len(r.Network.Subnets) > 0 && s.ID == r.Network.Subnets[0] && len(s.CIDRs) > 0 {
			t.vpc, t.zone, t.address = s.VPC, s.Zone, above(s.CIDRs[0].Addr(), neverUsed)
		}
	}
	if t.vpc == "" {
		return "", aws.Errorf(aws.NotFound, q, strings.Join(r.Network.Subnets, ", "), "there is no such subnet")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	definition, known := c.definitions[r.Definition]
	if !known || c.inactive[r.Definition] {
		return "", aws.Errorf(aws.NotFound, q, r.Definition, "there is no such task definition")
	}
	t.arn, t.image = c.arn("task", aws.ShortName(r.Cluster)+"/"+c.number(32)), definition.Image
	if c.Pull != nil {
		t.unpulled = c.Pull(ctx, r.Network, definition.Image)
	}
	c.tasks[t.arn] = t
	return t.arn, nil
}

// neverUsed is the place in a subnet of an address that no world uses.
const neverUsed = 222

// above returns the nth address after another one.
func above(a netip.Addr, n int) string {
	for range n {
		a = a.Next()
	}
	return a.String()
}

// beside finds a running task of the world in the network of a request.
func (c *Cloud) beside(ctx context.Context, r aws.RunRequest) (found aws.Task) {
	_ = read.Tasks(ctx, c.base, r.Cluster, "", func(page []aws.Task) {
		for _, t := range page {
			if t.Running() && len(r.Network.Subnets) > 0 && t.Attachment.Subnet == r.Network.Subnets[0] {
				found = t
			}
		}
	})
	return found
}

// StopTask stops a task.
func (c *Cloud) StopTask(_ context.Context, _, task, reason string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.tasks[task]; t != nil && t.stopped.IsZero() {
		t.stopped, t.reason = c.now(), reason
	}
	return nil
}

// CreateService refuses: the wizard launches no service.
func (c *Cloud) CreateService(_ context.Context, r aws.RunRequest) (string, error) {
	return "", aws.Errorf(aws.Unsupported, aws.Query{Service: "ecs", Operation: "CreateService"}, r.Service, "a demo world runs no services")
}

// DeleteService does nothing, as there are none.
func (c *Cloud) DeleteService(context.Context, string, string) error { return nil }

// Read answers with what the world holds and what was started in it.
func (c *Cloud) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	switch q.Name() {
	case "ecs:ListTasks":
		if err := c.base.Read(ctx, q, page); err != nil {
			return err
		}
		return give(page, "taskArns", c.list(q))
	case "ecs:DescribeTasks":
		return c.describe(ctx, q, "tasks", page, func(arn string) any {
			if t := c.tasks[arn]; t != nil {
				return t.answer(c)
			}
			return nil
		})
	case "ecs:ListTaskDefinitions":
		if own := c.family(q.Input["familyPrefix"]); own != nil {
			return give(page, "taskDefinitionArns", own)
		}
		if q.Input["familyPrefix"] != nil {
			return give(page, "taskDefinitionArns", []string{})
		}
	case "ecs:DescribeTaskDefinition":
		arn, _ := q.Input["taskDefinition"].(string)
		c.mu.Lock()
		d, own := c.definitions[arn]
		status := "ACTIVE"
		if c.inactive[arn] {
			status = "INACTIVE"
		}
		c.mu.Unlock()
		if own {
			return give(page, "taskDefinition", definitionAnswer(arn, status, d))
		}
	case "ec2:DescribeNetworkInterfaces":
		return c.interfaces(ctx, q, page)
	}
	return c.base.Read(ctx, q, page)
}

// give passes an answer of one member.
func give(page func(json.RawMessage) error, key string, value any) error {
	raw, err := json.Marshal(map[string]any{key: value})
	if err != nil {
		return err
	}
	return page(raw)
}

// list returns the started tasks that a listing asks for.
func (c *Cloud) list(q aws.Query) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	arns := []string{}
	for _, arn := range slices.Sorted(maps.Keys(c.tasks)) {
		status, _ := c.tasks[arn].status(c.now())
		if (status == "STOPPED") == (q.Input["desiredStatus"] == "STOPPED") && q.Input["serviceName"] == nil {
			arns = append(arns, arn)
		}
	}
	return arns
}

// family lists the definitions of a family.
func (c *Cloud) family(prefix any) []string {
	name, _ := prefix.(string)
	c.mu.Lock()
	defer c.mu.Unlock()
	var arns []string
	for _, arn := range slices.Sorted(maps.Keys(c.definitions)) {
		if name != "" && !c.inactive[arn] && strings.HasPrefix(aws.ShortName(arn), name) {
			arns = append(arns, arn)
		}
	}
	return arns
}

// describe answers about those of the ids asked for that were started here, and lets the world answer about the rest.
func (c *Cloud) describe(ctx context.Context, q aws.Query, key string, page func(json.RawMessage) error, own func(string) any) error {
	asked, _ := q.Input[key].([]string)
	var rest []string
	values := []any{}
	c.mu.Lock()
	for _, id := range asked {
		if v := own(c.whole(id)); v != nil {
			values = append(values, v)
		} else {
			rest = append(rest, id)
		}
	}
	c.mu.Unlock()
	if len(rest) > 0 {
		q.Input = maps.Clone(q.Input)
		q.Input[key] = rest
		if err := c.base.Read(ctx, q, page); err != nil {
			return err
		}
	}
	if len(values) == 0 {
		return nil
	}
	return give(page, key, values)
}

// whole returns the ARN of a started task by its id.
func (c *Cloud) whole(id string) string {
	for arn := range c.tasks {
		if aws.ShortName(arn) == aws.ShortName(id) {
			return arn
		}
	}
	return id
}

// interfaces adds the interfaces of started tasks to an answer.
func (c *Cloud) interfaces(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	return c.base.Read(ctx, q, func(raw json.RawMessage) error {
		var answer struct{ NetworkInterfaces []map[string]any }
		if err := json.Unmarshal(raw, &answer); err != nil {
			return err
		}
		c.mu.Lock()
		all := answer.NetworkInterfaces
		for _, t := range c.tasks {
			if status, _ := t.status(c.now()); status == "STOPPED" || status == "PROVISIONING" {
				continue
			}
			own := t.networkInterface(c.account)
			for _, i := range answer.NetworkInterfaces { // a new one has an IPv6 address where its neighbour has
				if t.beside.Attachment.Interface != "" && i["NetworkInterfaceId"] == t.beside.Attachment.Interface {
					own["Ipv6Addresses"] = i["Ipv6Addresses"]
				}
			}
			all = append(all, own)
		}
		c.mu.Unlock()
		return give(page, "NetworkInterfaces", all)
	})
}

// networkInterface is what DescribeNetworkInterfaces shows of a started task's interface.
func (t *started) networkInterface(account string) map[string]any {
	var groups []any
	for _, id := range t.Network.SecurityGroups {
		groups = append(groups, map[string]string{"GroupId": id})
	}
	address := map[string]any{"Primary": true, "PrivateIpAddress": t.address}
	if t.Network.AssignPublicIP {
		address["Association"] = map[string]string{"PublicIp": "203.0.113.99"} // RFC 5737
	}
	return map[string]any{
		"NetworkInterfaceId": t.eni(), "InterfaceType": "interface", "VpcId": t.vpc, "SubnetId": t.Network.Subnets[0], "AvailabilityZone": t.zone,
		"OwnerId": account, "Status": "in-use", "SourceDestCheck": true, "Groups": groups, "PrivateIpAddress": t.address, "PrivateIpAddresses": []any{address},
	}
}

func (t *started) id() string { return aws.ShortName(t.arn) }

func (t *started) eni() string { return "eni-0" + t.id()[:16] }

// status returns the state at a time: of the task, and of its Exec agent.
func (t *started) status(now time.Time) (task, agent string) {
	age := now.Sub(t.at)
	ttl := time.Hour
	for _, pair := range t.Environment {
		if n, err := strconv.Atoi(pair.Value); err == nil {
			ttl = time.Duration(n) * time.Second
		}
	}
	switch {
	case !t.stopped.IsZero(), age > ttl, t.unpulled != "" && age >= runningAfter:
		return "STOPPED", "STOPPED"
	case age < pendingAfter:
		return "PROVISIONING", "PENDING"
	case age < runningAfter:
		return "PENDING", "PENDING"
	case age < agentAfter:
		return "RUNNING", "PENDING"
	}
	return "RUNNING", "RUNNING"
}

// answer is the task as DescribeTasks shows it.
func (t *started) answer(c *Cloud) map[string]any {
	status, agent := t.status(c.now())
	desired := "RUNNING"
	if status == "STOPPED" {
		desired = "STOPPED"
	}
	subnet := ""
	if len(t.Network.Subnets) > 0 {
		subnet = t.Network.Subnets[0]
	}
	detail := func(name, value string) map[string]string { return map[string]string{"name": name, "value": value} }
	details := []any{detail("subnetId", subnet)}
	if status != "PROVISIONING" {
		details = append(details, detail("networkInterfaceId", t.eni()), detail("privateIPv4Address", t.address))
	}
	var environment []any
	for _, pair := range t.Environment {
		environment = append(environment, map[string]string{"name": pair.Name, "value": pair.Value})
	}
	a := map[string]any{
		"taskArn": t.arn, "clusterArn": c.arn("cluster", aws.ShortName(t.Cluster)), "taskDefinitionArn": t.Definition, "group": "family:" + family(t.Definition),
		"launchType": "FARGATE", "platformVersion": "1.4.0", "platformFamily": "Linux", "availabilityZone": t.zone, "startedBy": t.StartedBy,
		"lastStatus": status, "desiredStatus": desired, "enableExecuteCommand": true, "createdAt": t.at.Format(time.RFC3339Nano),
		"attachments": []any{map[string]any{"id": "attachment-" + t.id()[:8], "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}},
		"containers": []any{map[string]any{"name": t.Container, "image": t.image, "lastStatus": status, "runtimeId": t.id() + "-0",
			"managedAgents": []any{map[string]any{"name": "ExecuteCommandAgent", "lastStatus": agent}}}},
		"overrides": map[string]any{"containerOverrides": []any{map[string]any{"name": t.Container, "environment": environment}}},
	}
	if status == "RUNNING" {
		a["startedAt"] = t.at.Add(runningAfter).Format(time.RFC3339Nano)
	}
	if status == "STOPPED" {
		ended := t.stopped
		if ended.IsZero() {
			ended = t.at.Add(runningAfter)
		}
		a["stoppedAt"], a["stoppedReason"] = ended.Format(time.RFC3339Nano), cmp.Or(t.reason, t.unpulled, "Essential container in task exited")
	}
	return a
}

// family is the family in the ARN of a task definition.
func family(arn string) string {
	name, _, _ := strings.Cut(aws.ShortName(arn), ":")
	return name
}

// definitionAnswer is a definition as DescribeTaskDefinition shows it.
func definitionAnswer(arn, status string, r aws.DefinitionRequest) map[string]any {
	return map[string]any{
		"taskDefinitionArn": arn, "status": status, "family": r.Family, "networkMode": "awsvpc", "cpu": r.CPU, "memory": r.Memory, "taskRoleArn": r.TaskRole,
		"executionRoleArn": r.ExecutionRole, "requiresCompatibilities": []string{"FARGATE"},
		"runtimePlatform": map[string]string{"cpuArchitecture": r.Architecture, "operatingSystemFamily": "LINUX"},
		"containerDefinitions": []any{map[string]any{"name": r.Container, "image": r.Image, "essential": true,
			"linuxParameters": map[string]bool{"initProcessEnabled": true}}},
	}
}
