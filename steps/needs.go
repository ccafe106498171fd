package steps

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"fargate-doctor/aws"
)

// A needKind is what kind of thing the start needs.
type needKind string

const (
	needLogin     needKind = "registry login"
	needImage     needKind = "image"
	needLayers    needKind = "image layers"
	needSecret    needKind = "secret"
	needParameter needKind = "parameter"
	needFile      needKind = "environment file"
	needLog       needKind = "log"
	needRouter    needKind = "FireLens"
	needFiles     needKind = "EFS"
)

// A need is one thing that Fargate fetches, or connects to, so that the containers can start, or that the Exec agent connects to for a session.
type need struct {
	kind       needKind
	name       string   // as people call it
	containers []string // that need it; nil when all of the task do
	host       string   // that is dialled for it; "" when nothing is, or it is not known
	port       uint16
	traffic    string // its row of TrafficTable
	role       string // taskRole or executionRole: whose permissions count; "" when nobody's do
	calls      []needCall
	aside      bool // a failure does not keep the task from starting, or the session from opening

	image   imageName // of needImage
	from    valueFrom // of needSecret, needParameter
	foreign bool      // of needParameter: it is of another account
	group   string    // of needLog: the log group
	region  string    // of needLog
	creates bool      // of needLog: the driver makes the group
	problem string    // of needLog: what is wrong in the driver's options
	files   aws.EFSVolume

	without string // of what a session needs: what happens where it is not reached
	spares  bool   // of what a session needs: the agent connects, and sessions open, all the same
	proxy   string // of what a session needs: the variable that sends it through a proxy of the container; "" for none
}

// A needCall is an API call that is made for a need.
type needCall struct{ action, resource string }

// startNeeds is everything that a start needs, from the task definition (R20, R21, R36, R37).
var startNeeds = &Fact[[]need]{
	Name:  "what the start needs",
	Needs: []known{definition, task},
	Derive: func(f Facts) []need {
		return needsOf(definition.Of(f), task.Of(f), f.c.Region)
	},
}

// A needList collects needs. The same thing that several containers need is one need.
type needList struct {
	all     []need
	region  string
	account string
	suffix  string // of the region's host names
	task    aws.Task
}

func needsOf(d aws.TaskDefinition, t aws.Task, region string) []need {
	l := &needList{region: region, account: accountOf(t.ARN, d.ARN), suffix: "." + region + "." + aws.PartitionOf(region).DNSSuffix, task: t}
	for _, c := range d.Containers {
		l.image(c)
	}
	for _, c := range d.Containers {
		if c.RepositoryCredentials != "" {
			l.value(c.Name, c.RepositoryCredentials)
		}
		for _, s := range slices.Concat(c.Secrets, c.LogSecrets) {
			l.value(c.Name, s.Value)
		}
		for _, arn := range c.EnvironmentFiles {
			l.environmentFile(c.Name, arn)
		}
	}
	router := slices.ContainsFunc(d.Containers, func(c aws.ContainerDefinition) bool { return c.FireLens != "" })
	for _, c := range d.Containers {
		l.log(c, router)
	}
	for _, v := range d.Volumes {
		if v.EFS.FileSystem != "" {
			l.volume(d, v)
		}
	}
	return l.all
}

// accountOf returns the account of the first ARN that names one.
func accountOf(arns ...string) string {
	for _, arn := range arns {
		if a, ok := aws.ParseARN(arn); ok && a.Account != "" {
			return a.Account
		}
	}
	return ""
}

func (l *needList) add(n need, container string) {
	for i := range l.all {
		if o := &l.all[i]; o.kind == n.kind && o.name == n.name && o.from == n.from {
			if container != "" && !slices.Contains(o.containers, container) {
				o.containers = append(o.containers, container)
			}
			for _, c := range n.calls {
				if !slices.Contains(o.calls, c) {
					o.calls = append(o.calls, c)
				}
			}
			return
		}
	}
	if container != "" {
		n.containers = []string{container}
	}
	if n.host != "" && n.port == 0 {
		n.port = 443
	}
	l.all = append(l.all, n)
}

// hostIn returns the host name of a service's API in a region.
func hostIn(name, region string) string {
	return name + "." + region + "." + aws.PartitionOf(region).DNSSuffix
}

// image adds what pulling a container's image takes. Amazon ECR has three stations: the login, the registry, and the layers in S3. See
// "Amazon ECR interface VPC endpoints" in the ECR user guide.
func (l *needList) image(c aws.ContainerDefinition) {
	i, _ := parseImage(c.Image)
	n := need{kind: needImage, name: i.short(), host: i.host, traffic: "image pull", image: i}
	if host, port, ok := strings.Cut(i.host, ":"); ok {
		p, _ := strconv.ParseUint(port, 10, 16)
		n.host, n.port = host, uint16(p)
	}
	if i.registry != registryECR {
		n.name = cmp.Or(strings.TrimPrefix(i.written, "docker.io/"), "an image without a name")
		l.add(n, c.Name)
		return
	}
	l.add(need{kind: needLogin, name: "Amazon ECR in " + i.region, host: hostIn("api.ecr", i.region), traffic: "ECR login", role: executionRole,
		calls: []needCall{{"ecr:GetAuthorizationToken", "*"}}}, c.Name)
	n.role = executionRole
	for _, action := range []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"} {
		n.calls = append(n.calls, needCall{action, i.repositoryARN()})
	}
	if i.account != l.account && l.account != "" || i.region != l.region {
		n.name += " of " + i.account + " in " + i.region
	}
	l.add(n, c.Name)
	// ECR signs the addresses of layers itself; no role of the task is asked for them, but an endpoint's policy is.
	bucket := "prod-" + i.region + "-starport-layer-bucket"
	l.add(need{kind: needLayers, name: "Amazon ECR in " + i.region, host: bucket + "." + hostIn("s3", i.region), traffic: "image pull",
		calls: []needCall{{"s3:GetObject", "arn:" + aws.PartitionOf(i.region).ID + ":s3:::" + bucket + "/*"}}}, c.Name)
}

// value adds a secret or a parameter.
func (l *needList) value(container, from string) {
	v := parseValueFrom(from)
	n := need{kind: needSecret, name: v.label(), traffic: "secrets", role: executionRole, from: v, host: hostIn("secretsmanager", cmp.Or(v.region, l.region)),
		calls: []needCall{{"secretsmanager:GetSecretValue", v.arn}}}
	if v.parameter {
		region := cmp.Or(v.region, l.region)
		arn := aws.ARN{Partition: aws.PartitionOf(region).ID, Service: "ssm", Region: region, Account: cmp.Or(v.account, l.account), Resource: "parameter/" + strings.TrimPrefix(v.name, "/")}
		n.foreign = v.account != "" && l.account != "" && v.account != l.account
		n.kind, n.host, n.calls = needParameter, hostIn("ssm", region), []needCall{{"ssm:GetParameters", arn.String()}}
	}
	if v.problem != "" {
		n.name, n.host, n.calls, n.role = cmp.Or(from, "a reference"), "", nil, ""
	}
	switch { // two references to one secret, with other keys or versions, are two needs
	case n.from.jsonKey != "":
		n.name += " (" + n.from.jsonKey + ")"
	case n.from.stage != "" || n.from.version != "":
		n.name += " (" + cmp.Or(n.from.stage, n.from.version) + ")"
	}
	l.add(n, container)
}

func (l *needList) environmentFile(container, arn string) {
	a, ok := aws.ParseARN(arn)
	bucket, _, isObject := strings.Cut(a.Resource, "/")
	if !ok || !isObject {
		return
	}
	whole := a
	whole.Resource = bucket
	l.add(need{kind: needFile, name: "s3://" + a.Resource, host: bucket + "." + hostIn("s3", l.region), traffic: "secrets", role: executionRole,
		calls: []needCall{{"s3:GetBucketLocation", whole.String()}, {"s3:GetObject", arn}}}, container)
}

// log adds where a container's output goes. See "Send Amazon ECS logs to CloudWatch" in the ECS developer guide.
func (l *needList) log(c aws.ContainerDefinition, router bool) {
	o := c.LogOptions
	switch c.LogDriver {
	case "":
		return
	case "awsfirelens":
		l.router(c, router)
		return
	case "awslogs":
	default:
		n := need{kind: needLog, name: c.LogDriver, traffic: "log driver"}
		if u, err := url.Parse(o["splunk-url"]); err == nil && u.Hostname() != "" {
			port, _ := strconv.ParseUint(cmp.Or(u.Port(), "443"), 10, 16)
			n.host, n.port = u.Hostname(), uint16(port)
		}
		l.add(n, c.Name)
		return
	}
	n := need{kind: needLog, name: o["awslogs-group"], traffic: "log driver", role: executionRole, group: o["awslogs-group"],
		region: cmp.Or(o["awslogs-region"], l.region), creates: o["awslogs-create-group"] == "true"}
	n.host = hostIn("logs", n.region)
	if u, err := url.Parse(o["awslogs-endpoint"]); err == nil && u.Hostname() != "" {
		n.host = u.Hostname()
	}
	for _, option := range []string{"awslogs-group", "awslogs-region", "awslogs-stream-prefix"} { // what Fargate asks for
		if o[option] == "" && n.problem == "" {
			n.problem = "the option " + option + " is missing"
		}
	}
	if n.group == "" {
		n.name, n.role = c.Name, ""
	} else {
		n.calls = l.logCalls(n.region, n.group, strings.Join([]string{o["awslogs-stream-prefix"], c.Name, cmp.Or(l.task.ID, "*")}, "/"))
	}
	l.add(n, c.Name)
}

func (l *needList) logCalls(region, group, stream string) []needCall {
	arn := aws.ARN{Partition: aws.PartitionOf(region).ID, Service: "logs", Region: region, Account: l.account, Resource: "log-group:" + group + ":log-stream:" + stream}
	return []needCall{{"logs:CreateLogStream", arn.String()}, {"logs:PutLogEvents", arn.String()}}
}

// routedServices are the destinations of FireLens that are AWS services, by the name of the output plugin.
var routedServices = map[string]struct{ service, action string }{
	"cloudwatch": {"logs", "logs:PutLogEvents"}, "cloudwatch_logs": {"logs", "logs:PutLogEvents"},
	"firehose": {"firehose", "firehose:PutRecordBatch"}, "kinesis_firehose": {"firehose", "firehose:PutRecordBatch"},
	"kinesis": {"kinesis", "kinesis:PutRecords"}, "kinesis_streams": {"kinesis", "kinesis:PutRecords"},
	"s3": {"s3", "s3:PutObject"},
}

// router adds where FireLens sends a container's output. The log router runs beside the container and tries again: a destination that it
// does not reach keeps no task from starting.
func (l *needList) router(c aws.ContainerDefinition, there bool) {
	o := c.LogOptions
	plugin := cmp.Or(o["Name"], o["name"])
	n := need{kind: needRouter, name: cmp.Or(plugin, "what its configuration says"), traffic: "FireLens", role: taskRole, aside: true}
	if !there {
		n.kind, n.name, n.aside, n.role = needLog, c.Name, false, ""
		n.problem = "its driver is awsfirelens, and no container of the task is a log router (firelensConfiguration)"
		l.add(n, c.Name)
		return
	}
	if s, ok := routedServices[plugin]; ok {
		n.host = hostIn(s.service, cmp.Or(o["region"], l.region))
	} else if host := cmp.Or(o["Host"], o["host"]); host != "" {
		port, _ := strconv.ParseUint(cmp.Or(o["Port"], o["port"], "443"), 10, 16)
		n.host, n.port, n.role = host, uint16(port), ""
	}
	l.add(n, c.Name)
}

func (l *needList) volume(d aws.TaskDefinition, v aws.Volume) {
	n := need{kind: needFiles, name: v.EFS.FileSystem, host: v.EFS.FileSystem + ".efs" + l.suffix, port: 2049, traffic: "EFS", files: v.EFS}
	if v.EFS.AccessPoint != "" {
		n.name += " (" + v.EFS.AccessPoint + ")"
	}
	arn := aws.ARN{Partition: aws.PartitionOf(l.region).ID, Service: "elasticfilesystem", Region: l.region, Account: l.account, Resource: "file-system/" + v.EFS.FileSystem}
	n.calls = []needCall{{"elasticfilesystem:ClientMount", arn.String()}}
	if v.EFS.IAM {
		n.role = taskRole
	}
	for _, c := range d.Containers {
		if slices.ContainsFunc(c.Mounts, func(m aws.Mount) bool { return m.Volume == v.Name }) {
			l.add(n, c.Name)
		}
	}
	l.add(n, "")
}

// bypasses reports whether a need goes through an interface of Fargate's own and not through the task's (R21).
func (n need) bypasses(p Platform) bool { return n.interfaceOn(p) == FargateInterface }

func (n need) interfaceOn(p Platform) string {
	for _, row := range TrafficTable() {
		if row.Traffic == n.traffic {
			return row.On[p]
		}
	}
	return TaskInterface
}

// forWhom names the containers that need it.
func (n need) forWhom() string {
	if len(n.containers) == 0 {
		return "the task"
	}
	return strings.Join(n.containers, ", ")
}

// title is the need with its kind: "secret shop/orders-db".
func (n need) title() string {
	switch n.kind {
	case needImage, needSecret, needParameter, needFile:
		return string(n.kind) + " " + n.name
	case needFiles:
		return "EFS " + n.name
	case needLogin:
		return "login to " + n.name
	case needLayers:
		return "layers of " + n.name
	case needRouter:
		return "FireLens to " + n.name
	case needLog:
		switch {
		case n.group != "":
			return "log group " + n.name
		case n.problem != "":
			return "log of " + n.name
		}
		return "log driver " + n.name
	}
	return n.name
}
