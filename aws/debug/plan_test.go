package debug

import (
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws"
)

// studied is a task of a service, whose groups were changed after it started.
func studied() Subject {
	return Subject{
		Region: "eu-central-1",
		Task: aws.Task{ID: "7c1e55ab00", Cluster: "arn:aws:ecs:eu-central-1:111122223333:cluster/shop", Group: "service:web", PlatformVersion: "1.4.0",
			Attachment: aws.Attachment{Subnet: "subnet-2", Interface: "eni-1"}},
		Service:    aws.Service{Name: "web", Network: aws.NetworkConfiguration{Subnets: []string{"subnet-1", "subnet-2"}, SecurityGroups: []string{"sg-new"}}},
		Definition: aws.TaskDefinition{TaskRole: "arn:aws:iam::111122223333:role/web", ExecutionRole: "arn:aws:iam::111122223333:role/exec", Architecture: "ARM64"},
		Interface:  Interface{Groups: []string{"sg-old"}, PublicIP: true},
	}
}

// R3: same subnet, groups, public address, roles and platform as the task, by what its interface says and not by what its service would do.
func TestThePlanStandsWhereTheTaskStands(t *testing.T) {
	p, err := NewPlan(studied(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Network; len(got.Subnets) != 1 || got.Subnets[0] != "subnet-2" || got.SecurityGroups[0] != "sg-old" || !got.AssignPublicIP {
		t.Errorf("network %+v", got)
	}
	if p.Platform != "1.4.0" || p.Architecture != "ARM64" || p.TaskRole != "arn:aws:iam::111122223333:role/web" || p.Image != "amazon/aws-cli" || p.TTL != time.Hour {
		t.Errorf("%+v", p)
	}
	const line = "amazon/aws-cli in subnet-2 · sg-old · public IP · role web · stops by itself in 60 min · about $0.01 an hour"
	if p.Line() != line {
		t.Errorf("the line is\n%s\nwant\n%s", p.Line(), line)
	}
}

func TestThePlanOfWhatHasNoInterface(t *testing.T) {
	s := studied()
	s.Task, s.Interface = aws.Task{}, Interface{}
	s.Service.Cluster = "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"
	p, err := NewPlan(s, Options{})
	if err != nil || strings.Join(p.Network.Subnets, " ") != "subnet-1 subnet-2" || p.Network.SecurityGroups[0] != "sg-new" || p.Platform != "LATEST" {
		t.Errorf("%+v, %v; want what the service would give a task", p, err)
	}
}

func TestWhatCantBePlannedIsSaid(t *testing.T) {
	for want, change := range map[string]func(*Subject, *Options){
		"no task role":               func(s *Subject, _ *Options) { s.Definition.TaskRole = "" },
		"groups of the task are not": func(s *Subject, _ *Options) { s.Interface, s.Service = Interface{}, aws.Service{} },
		"subnet of the task is not":  func(s *Subject, _ *Options) { s.Task.Attachment, s.Service.Network.Subnets = aws.Attachment{}, nil },
		"ec2:DescribeNetworkInterfaces: denied": func(s *Subject, _ *Options) {
			s.Interface, s.Service, s.Unread = Interface{}, aws.Service{}, aws.Errorf(aws.Denied, aws.Query{Service: "ec2", Operation: "DescribeNetworkInterfaces"}, "", "as told")
		},
		"no task and no service":       func(s *Subject, _ *Options) { s.Task, s.Service = aws.Task{}, aws.Service{} },
		"on an instance and not on Fa": func(s *Subject, _ *Options) { s.Task.Attachment, s.Task.LaunchType = aws.Attachment{}, "EC2" },
		"from a minute to 12 hours":    func(_ *Subject, o *Options) { o.TTL = 24 * time.Hour },
	} {
		s, o := studied(), Options{}
		change(&s, &o)
		if _, err := NewPlan(s, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// The reference for the default registry is how container runtimes read image names.
func TestRegistry(t *testing.T) {
	for image, want := range map[string]string{
		"amazon/aws-cli": "registry-1.docker.io", "busybox": "registry-1.docker.io", "localhost/x": "localhost", "host:5000/x": "host:5000",
		"public.ecr.aws/aws-cli/aws-cli:2": "public.ecr.aws", "111122223333.dkr.ecr.eu-central-1.amazonaws.com/cli@sha256:00": "111122223333.dkr.ecr.eu-central-1.amazonaws.com",
	} {
		if got := Registry(image); got != want {
			t.Errorf("%s is pulled from %s, want %s", image, got, want)
		}
	}
}
