package snapshot_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
	"fargate-doctor/aws/vpc"
)

// A world answers each operation with one page, whatever the parameters; see aws/read/testdata. Operations named in failing
// fail that way.
type world struct {
	answers map[string]json.RawMessage
	failing map[string]aws.Kind
}

func testdata(t *testing.T) world {
	t.Helper()
	names, err := filepath.Glob("../read/testdata/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	w := world{answers: map[string]json.RawMessage{}, failing: map[string]aws.Kind{}}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		operation := strings.TrimSuffix(filepath.Base(name), ".json")
		w.answers[strings.Replace(operation, "-", ":", 1)] = b
	}
	return w
}

func (w world) Read(_ context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if kind, ok := w.failing[q.Name()]; ok {
		return aws.Errorf(kind, q, "", "as told")
	}
	return page(w.answers[q.Name()])
}

// A diagnosis is all that the program reads of one task.
type diagnosis struct {
	Identity   aws.Identity
	Clusters   []aws.Cluster
	Services   []aws.Service
	Tasks      []aws.Task
	Task       aws.Task
	Definition aws.TaskDefinition
	Setting    string
	Interfaces []vpc.NetworkInterface
	Subnets    []vpc.Subnet
	Network    vpc.Network
	Access     access
	Failures   map[string]string
}

// An access is what a diagnosis reads about permissions.
type access struct {
	Role        aws.Role
	Policies    aws.Policies
	Boundary    aws.PolicyDocument
	Simulations []aws.Simulation
	Resources   []aws.PolicyDocument
	Encryption  []string
	Keys        []aws.Key
	Secret      aws.Secret
	Versions    map[string][]string
	Parameter   aws.Parameter
	Group       aws.LogGroup
	Lines       []aws.LogLine
	Image       aws.Image
	Files       aws.FileSystem
	Mounts      []aws.MountTarget
	Point       aws.AccessPoint
	Targets     aws.TargetGroup
}

func readAccess(t *testing.T, r aws.Reader, note func(string, error)) access {
	t.Helper()
	const account = "111122223333"
	ctx := t.Context()
	var a access
	var err error
	a.Role, err = read.Role(ctx, r, "arn:aws:iam::"+account+":role/app/task")
	note("role", err)
	a.Policies, err = read.RolePolicies(ctx, r, "task")
	note("policies", err)
	for _, err := range a.Policies.Unread {
		note("policy", err)
	}
	a.Policies.Unread = nil
	a.Boundary, err = read.ManagedPolicy(ctx, r, "arn:aws:iam::"+account+":policy/shared")
	note("boundary", err)
	a.Simulations, err = read.Simulate(ctx, r, a.Role.ARN, []string{"s3:GetObject"}, []string{"arn:aws:s3:::assets/a"}, nil)
	note("simulation", err)
	for _, arn := range []string{"arn:aws:s3:::assets/a", "arn:aws:sqs:eu-central-1:" + account + ":orders", "arn:aws:sns:eu-central-1:" + account + ":orders",
		"arn:aws:secretsmanager:eu-central-1:" + account + ":secret:db-AbCdEf", "arn:aws:ecr:eu-central-1:" + account + ":repository/team/web",
		"arn:aws:dynamodb:eu-central-1:" + account + ":table/orders"} {
		p, err := read.ResourcePolicy(ctx, r, arn)
		note(arn, err)
		a.Resources = append(a.Resources, p)
		key, err := read.EncryptionKey(ctx, r, arn)
		note("key of "+arn, err)
		a.Encryption = append(a.Encryption, key)
	}
	for _, id := range []string{"arn:aws:kms:eu-central-1:" + account + ":key/0a1b2c3d-1111-2222-3333-444455556666", "alias/app"} {
		k, err := read.Key(ctx, r, id)
		note(id, err)
		if k.PolicyErr != nil {
			note("policy of "+id, k.PolicyErr)
			k.PolicyErr = nil
		}
		a.Keys = append(a.Keys, k)
	}
	a.Secret, err = read.Secret(ctx, r, "arn:aws:secretsmanager:eu-central-1:"+account+":secret:db-AbCdEf")
	note("secret", err)
	a.Versions, err = read.SecretVersions(ctx, r, "db")
	note("versions", err)
	a.Parameter, err = read.Parameter(ctx, r, "/app/key")
	note("parameter", err)
	_, err = read.Parameter(ctx, r, "/app/none")
	note("no parameter", err)
	a.Group, err = read.LogGroup(ctx, r, "", "/app/web")
	note("log group", err)
	a.Lines, err = read.LogLines(ctx, r, "", "/app/web", nil, time.UnixMilli(1714979290000), "?ERROR ?Timeout", 10)
	note("log lines", err)
	a.Image, err = read.Image(ctx, r, "arn:aws:ecr:eu-central-1:"+account+":repository/team/web", "7")
	note("image", err)
	note("platforms", a.Image.PlatformsErr)
	a.Image.PlatformsErr = nil
	a.Files, err = read.FileSystem(ctx, r, "", "fs-01")
	note("file system", err)
	a.Mounts, err = read.MountTargets(ctx, r, "", "fs-01")
	note("mount targets", err)
	for i := range a.Mounts {
		note("groups", a.Mounts[i].GroupsErr)
		a.Mounts[i].GroupsErr = nil
	}
	a.Point, err = read.AccessPoint(ctx, r, "", "fsap-01")
	note("access point", err)
	a.Targets, err = read.TargetGroup(ctx, r, "arn:aws:elasticloadbalancing:eu-central-1:"+account+":targetgroup/web/1")
	note("target group", err)
	return a
}

func diagnose(t *testing.T, r aws.Reader) diagnosis {
	t.Helper()
	const region = "eu-central-1"
	d := diagnosis{Failures: map[string]string{}}
	note := func(what string, err error) {
		if err != nil {
			d.Failures[what] = aws.KindOf(err).String() + " " + aws.Missing(err)
		}
	}
	ctx := t.Context()
	var err error
	d.Identity, err = read.Identity(ctx, r)
	note("identity", err)
	note("clusters", read.Clusters(ctx, r, func(p []aws.Cluster) { d.Clusters = append(d.Clusters, p...) }))
	note("services", read.Services(ctx, r, "prod", func(p []aws.Service) { d.Services = append(d.Services, p...) }))
	note("tasks", read.Tasks(ctx, r, "prod", "", func(p []aws.Task) { d.Tasks = append(d.Tasks, p...) }))
	d.Task, err = read.Task(ctx, r, "prod", "0123456789abcdef0123456789abcdef")
	note("task", err)
	d.Definition, err = read.TaskDefinition(ctx, r, "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7")
	note("definition", err)
	d.Setting, err = read.AccountSetting(ctx, r, "dualStackIPv6")
	note("setting", err)
	d.Interfaces, err = read.Interfaces(ctx, r, "eni-01")
	note("interfaces", err)
	d.Subnets, err = read.Subnets(ctx, r, "subnet-0a1")
	note("subnets", err)
	d.Network = read.VPC(ctx, r, region, "vpc-0aa").
		Join(read.Resolver(ctx, r, region, "vpc-0aa", "sns.amazonaws.com")).
		Join(read.EndpointServices(ctx, r, region)).
		Join(read.Beyond(ctx, r, []vpc.Need{{Ref: vpc.Ref{Kind: vpc.KindVPC, ID: "vpc-0bb"}, Region: region}, {Ref: vpc.Ref{Kind: vpc.KindTransitRouteTable, ID: "tgw-rtb-09"}, Region: region}}))
	d.Access = readAccess(t, r, note)
	return d
}

// withoutSecrets returns the diagnosis as a recording knows it.
func (d diagnosis) withoutSecrets() diagnosis {
	for i, c := range d.Definition.Containers {
		for name, want := range map[string]string{"splunk-token": "(removed)", "splunk-url": "https://(removed)@splunk.corp:8088"} {
			if c.LogOptions[name] != "" {
				c.LogOptions[name] = want
			}
		}
		for j, p := range c.Environment {
			switch p.Name {
			case "DB_PASSWORD":
				d.Definition.Containers[i].Environment[j].Value = "(removed)"
			case "HTTPS_PROXY":
				d.Definition.Containers[i].Environment[j].Value = "http://(removed)@proxy.corp:3128"
			}
		}
	}
	return d
}

func TestRecordingReplaysToTheSame(t *testing.T) {
	failing := map[string]map[string]aws.Kind{
		"nothing fails": nil,
		"some fail": {"ec2:DescribeNetworkAcls": aws.Denied, "ec2:DescribeNatGateways": aws.Throttled, "ecs:ListServices": aws.Unreachable,
			"ec2:SearchTransitGatewayRoutes": aws.NotFound, "route53resolver:ListFirewallDomains": aws.Denied, "ecs:ListAccountSettings": aws.Denied,
			"iam:GetPolicyVersion": aws.Denied, "iam:SimulatePrincipalPolicy": aws.Denied, "kms:GetKeyPolicy": aws.Denied, "s3:GetBucketPolicy": aws.NotFound,
			"s3:GetBucketEncryption": aws.Denied, "logs:FilterLogEvents": aws.Throttled, "ecr:BatchGetImage": aws.Denied, "elasticfilesystem:DescribeAccessPoints": aws.NotFound},
	}
	for what, failing := range failing {
		w := testdata(t)
		w.failing = failing
		recorder := snapshot.NewRecorder(w)
		want := diagnose(t, recorder).withoutSecrets()
		for _, name := range []string{"folder", "file.zip", "file.tar.gz"} {
			path := filepath.Join(t.TempDir(), name)
			if err := recorder.Write(path, snapshot.Manifest{Region: "eu-central-1"}, false); err != nil {
				t.Fatal(err)
			}
			s, err := snapshot.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, diagnose(t, s), same); diff != "" {
				t.Errorf("%s, %s: %s", what, name, diff)
			}
			again := snapshot.NewRecorder(s)
			diagnose(t, again)
			second := filepath.Join(t.TempDir(), name)
			if err := again.Write(second, s.Manifest(), false); err != nil {
				t.Fatal(err)
			}
			replayed, err := snapshot.Open(second)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, diagnose(t, replayed), same); diff != "" {
				t.Errorf("%s, %s, recorded from a recording: %s", what, name, diff)
			}
		}
	}
}

func TestRecordingALabReplaysToTheSame(t *testing.T) {
	lab := openLab(t, "aws_demo")
	recorder := snapshot.NewRecorder(lab)
	want := read.Everything(t.Context(), recorder)
	path := filepath.Join(t.TempDir(), "lab.zip")
	if err := recorder.Write(path, lab.Manifest(), false); err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, read.Everything(t.Context(), s), same); diff != "" {
		t.Error(diff)
	}
}

// contents returns all files of a snapshot's folder as one text.
func contents(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(folder, name))
		all.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestRecordingHoldsNoSecrets(t *testing.T) {
	w := testdata(t)
	w.answers["ecs:DescribeTasks"] = json.RawMessage(`{"tasks":[{"taskArn":"arn:aws:ecs:eu-central-1:111122223333:task/prod/0123456789abcdef0123456789abcdef",
		"overrides":{"containerOverrides":[{"name":"app","command":["--password","sesame"],"environment":[{"name":"TOKEN","value":"overridden"},{"name":"no_proxy","value":".corp"},{"name":"https_proxy","value":""}]}]}}]}`)
	recorder := snapshot.NewRecorder(w)
	diagnose(t, recorder)
	path := filepath.Join(t.TempDir(), "s")
	if err := recorder.Write(path, snapshot.Manifest{}, false); err != nil {
		t.Fatal(err)
	}
	all := contents(t, path)
	for _, secret := range []string{"hunter2", "s3cret", "t0ken", "spl-unk", "sesame", "overridden"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is in the recording", secret)
		}
	}
	for _, kept := range []string{"DB_PASSWORD", "TOKEN", `".corp"`, "proxy.corp:3128", "awslogs-region", "API_KEY", "parameter/key", "splunk.corp:8088", "fluent.conf", "secret:hub-AbCdEf"} {
		if !strings.Contains(all, kept) {
			t.Errorf("%s is not in the recording", kept)
		}
	}
	s, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	task, err := read.Task(t.Context(), s, "", "0123456789abcdef0123456789abcdef")
	want := []aws.Pair{{Name: "TOKEN", Value: "(removed)"}, {Name: "no_proxy", Value: ".corp"}, {Name: "https_proxy", Value: ""}}
	if diff := cmp.Diff(want, task.Environment["app"]); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder is %v, %v; want it private", info.Mode(), err)
	}
}

func TestRedactedRecording(t *testing.T) {
	recorder := snapshot.NewRecorder(testdata(t))
	plain := diagnose(t, recorder)
	path := filepath.Join(t.TempDir(), "s")
	manifest := snapshot.Manifest{Region: "eu-central-1", Account: "111122223333", Caller: "arn:aws:iam::111122223333:user/ana"}
	if err := recorder.Write(path, manifest, true); err != nil {
		t.Fatal(err)
	}
	all := contents(t, path)
	for _, id := range []string{"111122223333", "444455556666"} {
		if strings.Contains(all, id) {
			t.Errorf("account %s is in the recording", id)
		}
	}
	s, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	n := read.VPC(t.Context(), s, "eu-central-1", "vpc-0aa")
	masked := s.Manifest().Account
	if !regexp.MustCompile(`^[1-9][0-9]{11}$`).MatchString(masked) || n.VPCs[0].Owner != masked || n.Subnets[0].Owner != masked {
		t.Errorf("account %q, VPC's owner %q, subnet's owner %q; want the same twelve digits", masked, n.VPCs[0].Owner, n.Subnets[0].Owner)
	}
	if far := n.Peerings[0].Accepter.Owner; far == masked || len(far) != 12 {
		t.Errorf("the other account became %q, ours %q; want them told apart", far, masked)
	}
	if task, err := read.Task(t.Context(), s, "prod", plain.Task.ID); err != nil || task.Cluster != "arn:aws:ecs:eu-central-1:"+masked+":cluster/prod" {
		t.Errorf("the task's id must stay: got %v, %v", task.Cluster, err)
	}
}

func TestWriteIsAllOrNothing(t *testing.T) {
	recorder := snapshot.NewRecorder(testdata(t))
	diagnose(t, recorder)
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "precious"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := recorder.Write(taken, snapshot.Manifest{}, false); err == nil || !strings.Contains(err.Error(), taken) {
		t.Errorf("got %v, want a refusal to write into a folder that exists", err)
	}
	if err := recorder.Write(filepath.Join(dir, "missing", "s.zip"), snapshot.Manifest{}, false); err == nil {
		t.Error("wrote into a folder that does not exist")
	}
	for range 2 { // an archive is replaced
		if err := recorder.Write(filepath.Join(dir, "s.zip"), snapshot.Manifest{}, false); err != nil {
			t.Error(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v, %v are left; want the taken folder and the archive", entries, err)
	}
}

func TestRecorderKeepsTheBetterAnswerAndNoCancelledOne(t *testing.T) {
	w := testdata(t)
	recorder := snapshot.NewRecorder(w)
	ask := func() { read.EndpointServices(t.Context(), recorder, "eu-central-1") }
	w.failing["ec2:DescribeVpcEndpointServices"] = aws.Cancelled
	ask()
	path := filepath.Join(t.TempDir(), "empty.zip")
	if err := recorder.Write(path, snapshot.Manifest{Region: "eu-central-1"}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := snapshot.Open(path); err == nil {
		t.Error("a cancelled read is in the recording")
	}
	w.failing["ec2:DescribeVpcEndpointServices"] = aws.Throttled
	ask()
	delete(w.failing, "ec2:DescribeVpcEndpointServices")
	ask()
	w.failing["ec2:DescribeVpcEndpointServices"] = aws.Throttled
	ask()
	path = filepath.Join(t.TempDir(), "full.zip")
	if err := recorder.Write(path, snapshot.Manifest{Region: "eu-central-1"}, false); err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := read.EndpointServices(t.Context(), s, "eu-central-1"); len(n.EndpointServices) != 2 || len(n.Gaps) != 0 {
		t.Errorf("got %+v, want the answer that came once", n)
	}
}
