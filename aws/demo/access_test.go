package demo_test

import (
	"encoding/json"
	"strings"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
	"fargate-doctor/aws/demo/demotest"
	"fargate-doctor/aws/read"
)

// Every world whose permissions are as its base has them answers what is asked about them, in the names of its own partition.
func TestEveryTaskHasItsRolesAndWhatTheyGuard(t *testing.T) {
	for _, w := range demotest.Worlds() {
		if w.Symptom == "auth" || w.Symptom == "exec" || w.Symptom == "start" || strings.HasSuffix(w.Name, "-access") {
			continue
		}
		r, _, err := demo.Open(w.Name)
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		service, err := read.Service(ctx, r, w.Cluster, w.Service)
		if err != nil {
			t.Errorf("%s: %v", w.Name, err)
			continue
		}
		definition, err := read.TaskDefinition(ctx, r, service.TaskDefinition)
		if err != nil {
			t.Errorf("%s: %v", w.Name, err)
			continue
		}
		a, _ := aws.ParseARN(service.ARN)
		arn := func(service, resource string) string {
			return aws.ARN{Partition: a.Partition, Service: service, Region: a.Region, Account: a.Account, Resource: resource}.String()
		}
		for _, name := range []string{definition.TaskRole, definition.ExecutionRole} {
			role, err := read.Role(ctx, r, name)
			if err != nil || role.ARN != name || !strings.Contains(role.Trust, "ecs-tasks.amazonaws.com") {
				t.Errorf("%s: %+v, %v", w.Name, role, err)
			}
			policies, err := read.RolePolicies(ctx, r, name)
			if err != nil || len(policies.Unread) > 0 || len(policies.Known) < 2 {
				t.Errorf("%s: policies of %s: %+v, %v", w.Name, name, policies, err)
			}
			for _, p := range policies.Known {
				if a.Partition != "aws" && strings.Contains(p.Document, "arn:aws:") {
					t.Errorf("%s: %s names another partition: %s", w.Name, p.Name, p.Document)
				}
			}
		}
		secret := arn("secretsmanager", "secret:shop/orders-db-b1QyTz")
		for _, guarded := range []string{arn("sns", "orders"), arn("sqs", "orders"), arn("dynamodb", "table/orders"), secret,
			"arn:" + a.Partition + ":s3:::shop-assets/logo.svg", arn("ecr", "repository/web")} {
			if p, err := read.ResourcePolicy(ctx, r, guarded); err != nil || p.Document != "" && !json.Valid([]byte(p.Document)) {
				t.Errorf("%s: policy of %s: %+v, %v", w.Name, guarded, p, err)
			}
			key, err := read.EncryptionKey(ctx, r, guarded)
			if err != nil {
				t.Errorf("%s: key of %s: %v", w.Name, guarded, err)
			}
			if key == "" {
				continue
			}
			if k, err := read.Key(ctx, r, key); err != nil || k.State != "Enabled" || k.PolicyErr != nil || k.Policy == "" {
				t.Errorf("%s: key of %s: %+v, %v", w.Name, guarded, k, err)
			}
		}
		for _, c := range definition.Containers {
			repository, tag, _ := strings.Cut(c.Image[strings.IndexByte(c.Image, '/')+1:], ":")
			image, err := read.Image(ctx, r, arn("ecr", "repository/"+repository), tag)
			if err != nil || image.PlatformsErr != nil || len(image.Platforms) != 1 || image.Platforms[0].Architecture != "amd64" {
				t.Errorf("%s: %s: %+v, %v", w.Name, c.Image, image, err)
			}
			if repository, err := read.Repository(ctx, r, arn("ecr", "repository/"+repository)); err != nil || !strings.HasPrefix(c.Image, repository.URI) {
				t.Errorf("%s: %s: %+v, %v", w.Name, c.Image, repository, err)
			}
			if group, err := read.LogGroup(ctx, r, a.Region, c.LogOptions["awslogs-group"]); err != nil {
				t.Errorf("%s: %+v, %v", w.Name, group, err)
			}
			lines, err := read.LogLines(ctx, r, "", c.LogOptions["awslogs-group"], nil, w.Captured.Add(-3600e9), "", 1000)
			if err != nil || len(lines) < 10 || lines[len(lines)-1].At.After(w.Captured) {
				t.Errorf("%s: log of %s: %d lines, %v", w.Name, c.Name, len(lines), err)
			}
		}
		for _, group := range service.TargetGroups {
			if g, err := read.TargetGroup(ctx, r, group); err != nil || g.TargetType != "ip" {
				t.Errorf("%s: %+v, %v", w.Name, g, err)
			}
		}
		if s, err := read.Secret(ctx, r, secret); err != nil || !s.Staged("AWSCURRENT") {
			t.Errorf("%s: %+v, %v", w.Name, s, err)
		}
		if p, err := read.Parameter(ctx, r, "/shop/payments-key"); err != nil || p.Type != "SecureString" {
			t.Errorf("%s: %+v, %v", w.Name, p, err)
		}
		if role, err := read.Role(ctx, r, "AWSServiceRoleForECS"); err != nil || !role.ServiceLinked() {
			t.Errorf("%s: %+v, %v", w.Name, role, err)
		}
		const files = "fs-0a7c3e5d1b9f24680"
		if fs, err := read.FileSystem(ctx, r, "", files); err != nil || fs.State != "available" {
			t.Errorf("%s: %+v, %v", w.Name, fs, err)
		}
		mounts, err := read.MountTargets(ctx, r, "", files)
		if err != nil || len(mounts) != 3 || len(mounts[0].SecurityGroups) != 1 {
			t.Errorf("%s: %+v, %v", w.Name, mounts, err)
		}
		if _, err := read.Simulate(ctx, r, definition.TaskRole, []string{"sns:Publish"}, nil, nil); aws.KindOf(err) != aws.NotRecorded {
			t.Errorf("%s: a simulation: %v", w.Name, err)
		}
	}
}
