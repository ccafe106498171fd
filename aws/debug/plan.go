package debug

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"fargate-doctor/aws"
)

// Options say how a debug task differs from the usual one. The zero value is the usual one.
type Options struct {
	Image                   string // "" means DefaultImage
	TaskRole, ExecutionRole string // ARNs; "" means those of the task under study
	TTL                     time.Duration
	AsService               bool
}

const (
	DefaultImage = "amazon/aws-cli"
	// PublicImage is the same image in the registry that AWS runs itself.
	PublicImage = "public.ecr.aws/aws-cli/aws-cli"
	// DefaultTTL is how long a debug task lives.
	DefaultTTL = time.Hour
	mostTTL    = 12 * time.Hour

	cpu, memory = "256", "512"

	// hourly is what a quarter of a vCPU with 512 MiB costs an hour in US dollars in us-east-1, Linux on x86, from the AWS Fargate pricing
	// page: 0.25 × 0.04048 + 0.5 × 0.004445. Other regions differ by some tenths of a cent.
	hourly = 0.25*0.04048 + 0.5*0.004445
)

// A Plan is what will be made. It is shown before anything is.
type Plan struct {
	Region, Cluster         string // Cluster is a name
	Studied                 string // what the task is to stand beside: "service web", "task 7c1e55ab"
	Image                   string
	Network                 aws.NetworkConfiguration
	Platform                string // version
	Architecture            string
	TaskRole, ExecutionRole string // ARNs, "" for none
	TTL                     time.Duration
	AsService               bool
}

// Subject is the task or service under study, as far as it could be read.
type Subject struct {
	Task       aws.Task
	Service    aws.Service // of the task; the zero Service when there is none
	Definition aws.TaskDefinition
	Interface  Interface // of the running task; the zero Interface when there is none
	Region     string
	Unread     error // why the service or the interface could not be read; nil when both could, or there are none
}

// Interface is what a running task's elastic network interface says: it is the truth about the task, whatever its service is set to by now.
type Interface struct {
	Groups   []string
	PublicIP bool
}

// NewPlan plans a debug task in the network of a subject. The error says what is missing, as a sentence for the person.
func NewPlan(s Subject, o Options) (Plan, error) {
	p := Plan{
		Region: s.Region, Cluster: aws.ShortName(cmp.Or(s.Task.Cluster, s.Service.Cluster)), Image: cmp.Or(o.Image, DefaultImage),
		Network: s.Service.Network, Platform: cmp.Or(s.Task.PlatformVersion, s.Service.PlatformVersion, "LATEST"),
		Architecture: cmp.Or(s.Definition.Architecture, "X86_64"), TTL: cmp.Or(o.TTL, DefaultTTL), AsService: o.AsService,
		TaskRole:      cmp.Or(o.TaskRole, s.Task.TaskRole, s.Definition.TaskRole),
		ExecutionRole: cmp.Or(o.ExecutionRole, s.Task.ExecutionRole, s.Definition.ExecutionRole),
		Studied:       "task " + short(s.Task.ID),
	}
	if s.Service.Name != "" {
		p.Studied = "service " + s.Service.Name
	}
	if a := s.Task.Attachment; a.Subnet != "" {
		p.Network.Subnets = []string{a.Subnet} // the very subnet of the task: its neighbours may have other routes
	}
	if len(s.Interface.Groups) > 0 {
		p.Network.SecurityGroups, p.Network.AssignPublicIP = s.Interface.Groups, s.Interface.PublicIP
	}
	if s.Task.Windows() {
		p.Platform, p.Architecture = "LATEST", "X86_64" // the image is for Linux; the network is the same
	}
	if old(p.Platform) {
		p.Platform = "LATEST" // ECS Exec needs 1.4.0
	}
	switch {
	case p.TTL < time.Minute || p.TTL > mostTTL:
		return Plan{}, fmt.Errorf("a debug task lives from a minute to %d hours, not %s", int(mostTTL.Hours()), p.TTL)
	case s.Task.OfInstance():
		return Plan{}, errors.New("the task runs on an instance and not on Fargate, so there is no network of its own to stand in")
	case p.Cluster == "":
		return Plan{}, errors.New("there is no task and no service to stand beside")
	case s.Unread != nil && (len(p.Network.Subnets) == 0 || len(p.Network.SecurityGroups) == 0):
		return Plan{}, fmt.Errorf("the subnet or the security groups of the task are not known: %w", s.Unread)
	case len(p.Network.Subnets) == 0:
		return Plan{}, errors.New("the subnet of the task is not known, so there is nowhere to start a debug task")
	case len(p.Network.SecurityGroups) == 0:
		return Plan{}, errors.New("the security groups of the task are not known; no service that could tell them started it")
	case p.TaskRole == "":
		return Plan{}, errors.New("the task has no task role, and without one ECS Exec can't work; name one for the debug task")
	}
	return p, nil
}

// old reports whether ECS Exec does not work on a platform version.
func old(version string) bool {
	return strings.HasPrefix(version, "1.") && version < "1.4"
}

func short(id string) string { return id[:min(len(id), 8)] }

// Line says in one line what is going to be made.
func (p Plan) Line() string { return strings.Join(p.Parts(), " · ") }

// Parts says what is going to be made: image and subnet, security groups, public address, role, end, cost.
func (p Plan) Parts() []string {
	public := "no public IP"
	if p.Network.AssignPublicIP {
		public = "public IP"
	}
	what := p.Image
	if p.AsService {
		what += " as a service"
	}
	return []string{
		what + " in " + strings.Join(p.Network.Subnets, ", "), strings.Join(p.Network.SecurityGroups, ", "), public,
		"role " + aws.ShortName(p.TaskRole), p.ending(), "about " + p.Cost() + " an hour",
	}
}

// place says in one word what a session in the task depends on, but for its subnet, which ECS tells.
func (p Plan) place() string {
	return fmt.Sprintf("%s,public=%t,%s", strings.Join(slices.Sorted(slices.Values(p.Network.SecurityGroups)), ","), p.Network.AssignPublicIP, p.TaskRole)
}

// ending says when it ends.
func (p Plan) ending() string {
	if p.AsService {
		return "runs until it is removed"
	}
	return fmt.Sprintf("stops by itself in %d min", int(p.TTL.Minutes()))
}

// Cost is what an hour costs, roughly.
func (p Plan) Cost() string { return fmt.Sprintf("$%.2f", hourly) }

// Registry returns the host that the image is pulled from, as the container runtime reads image names.
func Registry(image string) string {
	first, _, path := strings.Cut(image, "/")
	if path && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return first
	}
	return "registry-1.docker.io"
}

// definition is the task definition that the plan needs.
func (p Plan) definition() aws.DefinitionRequest {
	return aws.DefinitionRequest{
		Family: Family, Container: container, Image: p.Image,
		// The shell sleeps rather than tail, so that the task ends by itself even when nobody is left to stop it. The trap lets it go at once
		// when it is stopped.
		EntryPoint: []string{"/bin/sh", "-c"}, Command: []string{"trap 'exit 0' TERM INT; sleep \"${" + ttlName + ":-3600}\" & wait"},
		TaskRole: p.TaskRole, ExecutionRole: p.ExecutionRole, Architecture: p.Architecture, CPU: cpu, Memory: memory,
		Environment: []aws.Pair{{Name: ttlName, Value: seconds(DefaultTTL)}},
		Tags:        map[string]string{Tag: "debug"},
	}
}

// fits reports whether a task definition is what the plan needs. The command is not compared: it is no part of what is read of task
// definitions, and only this program makes definitions of the family.
func (p Plan) fits(d aws.TaskDefinition) bool {
	want := p.definition()
	if len(d.Containers) != 1 {
		return false
	}
	c := d.Containers[0]
	return d.Family == want.Family && c.Name == want.Container && c.Image == want.Image && c.InitProcess && d.TaskRole == want.TaskRole &&
		d.ExecutionRole == want.ExecutionRole && cmp.Or(d.Architecture, "X86_64") == want.Architecture && d.CPU == want.CPU && d.Memory == want.Memory
}

func seconds(d time.Duration) string { return fmt.Sprint(int(d.Seconds())) }
