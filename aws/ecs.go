package aws

import (
	"net/netip"
	"strings"
	"time"
)

// A Cluster is an ECS cluster with the counts that a person chooses by.
type Cluster struct {
	ARN, Name, Status                          string
	RunningTasks, PendingTasks, ActiveServices int

	Exec ExecConfiguration
}

// ExecConfiguration is a cluster's executeCommandConfiguration: how sessions of ECS Exec are encrypted and logged.
type ExecConfiguration struct {
	Key             string // KMS key by id, ARN or alias; "" when sessions are not encrypted by a key of the account
	Logging         string // NONE, DEFAULT, OVERRIDE; "" means DEFAULT
	LogGroup        string // with OVERRIDE; "" for none
	LogEncrypted    bool   // sessions are refused when the log group has no KMS key
	Bucket          string // with OVERRIDE; "" for none
	BucketEncrypted bool   // sessions are refused when the bucket does not encrypt
	Prefix          string // of the objects in the bucket
}

// Service is an ECS service.
type Service struct {
	ARN, Name, Cluster, Status string
	TaskDefinition             string // ARN
	LaunchType                 string // FARGATE, EC2, EXTERNAL; "" when a capacity provider is used
	PlatformVersion            string // as asked for: LATEST, 1.4.0
	Desired, Running, Pending  int
	Network                    NetworkConfiguration
	ExecEnabled                bool
	Events                     []ServiceEvent // newest first
	TargetGroups               []string       // ARNs
	Created                    time.Time
}

// ServiceEvent is a line of a service's event log.
type ServiceEvent struct {
	At      time.Time
	Message string
}

// NetworkConfiguration is an awsvpcConfiguration: what a task's elastic network interface is made from.
type NetworkConfiguration struct {
	Subnets, SecurityGroups []string
	AssignPublicIP          bool
}

// Task is an ECS task.
type Task struct {
	ARN, ID, Cluster string // Cluster is its ARN
	Group            string // "service:web", "family:job"
	TaskDefinition   string // ARN
	LaunchType       string
	LastStatus       string // PROVISIONING, PENDING, ACTIVATING, RUNNING, DEACTIVATING, STOPPING, DEPROVISIONING, STOPPED
	DesiredStatus    string
	PlatformVersion  string // what it runs on: 1.4.0
	PlatformFamily   string // Linux, WindowsServer2022Core …
	Zone             string
	StopCode         string
	StoppedReason    string
	ExecEnabled      bool
	Attachment       Attachment
	ServiceConnect   bool // a proxy of Service Connect runs in it; names of its namespace are in the containers' hosts files
	Containers       []Container
	TaskRole         string            // overrides.taskRoleArn, else ""
	ExecutionRole    string            // overrides.executionRoleArn, else ""
	Environment      map[string][]Pair // overrides.containerOverrides, by container name

	Created, Started, Stopped time.Time // zero when not reached
}

// Pair is one environment variable.
type Pair struct{ Name, Value string }

// Attachment is the task's ElasticNetworkInterface attachment, from DescribeTasks. Its details outlive the interface.
type Attachment struct {
	ID, Status  string // PRECREATED, CREATED, ATTACHING, ATTACHED, DETACHING, DETACHED, DELETED, FAILED
	Subnet      string
	Interface   string // elastic network interface id
	PrivateIPv4 netip.Addr
	IPv6        netip.Addr
}

// Container is a container of a task.
type Container struct {
	Name, Image, Status, Reason, RuntimeID string
	ExitCode                               int
	HasExitCode                            bool
	ExecAgent                              string // lastStatus of the ExecuteCommandAgent, "" when it has none
	ExecReason                             string // why the agent is in that state, where ECS says so
}

// ServiceName returns the name of the service that started the task, or "".
func (t Task) ServiceName() string {
	name, ok := strings.CutPrefix(t.Group, "service:")
	if !ok {
		return ""
	}
	return name
}

// OfInstance reports whether the task has no network interface of its own: it runs on an EC2 or external instance, in another network
// mode than awsvpc. Every Fargate task has one.
func (t Task) OfInstance() bool {
	return (t.LaunchType == "EC2" || t.LaunchType == "EXTERNAL") && t.Attachment.ID == "" && t.Attachment.Interface == ""
}

// Running reports whether the task holds its network interface now.
func (t Task) Running() bool { return t.LastStatus == "RUNNING" }

// Open lists the containers that a session of ECS Exec can be opened in: those that run, and whose Exec agent does.
func (t Task) Open() []string {
	var names []string
	for _, c := range t.Containers {
		if t.Running() && c.Open() {
			names = append(names, c.Name)
		}
	}
	return names
}

// Open reports whether a container and its Exec agent run.
func (c Container) Open() bool { return c.Status == "RUNNING" && c.ExecAgent == "RUNNING" }

// Ended reports whether the task has stopped or is on its way there.
func (t Task) Ended() bool {
	switch t.LastStatus {
	case "STOPPED", "STOPPING", "DEPROVISIONING", "DEACTIVATING", "DELETED":
		return true
	}
	return false
}

// Windows reports whether the task runs on a Windows platform; its ephemeral ports and platform versions differ.
func (t Task) Windows() bool { return strings.HasPrefix(strings.ToLower(t.PlatformFamily), "windows") }

// TaskDefinition is what a task is made from.
type TaskDefinition struct {
	ARN, Family             string
	Revision                int
	NetworkMode             string
	TaskRole, ExecutionRole string // ARNs
	OperatingSystem         string // runtimePlatform.operatingSystemFamily: LINUX, WINDOWS_SERVER_2022_CORE …; "" means LINUX
	Architecture            string // X86_64, ARM64; "" means X86_64
	CPU, Memory             string // as written: "512" or ".5 vCPU"
	PIDMode                 string // "task", "host", "" for a namespace of each container
	Compatibilities         []string
	Containers              []ContainerDefinition
	Volumes                 []Volume
}

// ContainerDefinition is one container of a task definition. Its command and entry point are left out: they often hold secrets.
type ContainerDefinition struct {
	Name, Image           string
	Essential             bool
	Environment           []Pair
	EnvironmentFiles      []string // ARNs of objects in S3
	Secrets               []Pair   // Value is valueFrom: an ARN or a parameter name, never a secret value
	RepositoryCredentials string   // ARN of the secret with which a private registry is asked, "" for none
	LogDriver             string   // awslogs, awsfirelens, splunk …; "" when the container's output is not sent anywhere
	LogOptions            map[string]string
	LogSecrets            []Pair // options of the log driver; Value is valueFrom
	FireLens              string // fluentbit or fluentd when the container is the task's log router
	FireLensOptions       map[string]string
	User                  string // "" means what the image says
	ReadonlyRoot          bool
	InitProcess           bool // linuxParameters.initProcessEnabled
	HealthCheck           bool
	StartTimeout          time.Duration // how long its dependents wait for it, 0 when not set
	DependsOn             []Dependency
	Mounts                []Mount
}

// Dependency says that a container waits for another one.
type Dependency struct {
	Container string
	Condition string // START, COMPLETE, SUCCESS, HEALTHY
}

// Mount is where a container sees a volume.
type Mount struct {
	Volume, Path string
	ReadOnly     bool
}

// Volume is a volume of a task definition.
type Volume struct {
	Name string
	EFS  EFSVolume // zero when the volume is no file system of EFS
}

// EFSVolume says which part of an EFS file system a volume is.
type EFSVolume struct {
	FileSystem        string // fs-…
	AccessPoint       string // fsap-…, "" for none
	RootDirectory     string // "" means the root, or what the access point says
	IAM               bool   // the task role is used when the volume is mounted
	TransitEncryption bool
}
