package steps

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws"

	"github.com/google/go-cmp/cmp"
)

// The forms are those of "Image" in the ECS developer guide's task definition parameters, and of the OCI distribution specification.
func TestNamesOfImages(t *testing.T) {
	for written, want := range map[string]struct {
		registry, host, repository, version string
		well                                bool
	}{
		"111122223333.dkr.ecr.eu-central-1.amazonaws.com/web:41":           {registryECR, "111122223333.dkr.ecr.eu-central-1.amazonaws.com", "web", "41", true},
		"111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/shop/web":        {registryECR, "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "shop/web", "latest", true},
		"111122223333.dkr-ecr.eu-central-1.on.aws/web:41":                  {registryECR, "111122223333.dkr-ecr.eu-central-1.on.aws", "web", "41", true},
		"public.ecr.aws/nginx/nginx:1.27":                                  {registryECRPublic, "public.ecr.aws", "nginx/nginx", "1.27", true},
		"nginx":                                                            {registryDockerHub, "registry-1.docker.io", "nginx", "latest", true},
		"library/nginx:1.27":                                               {registryDockerHub, "registry-1.docker.io", "library/nginx", "1.27", true},
		"docker.io/library/nginx:1.27":                                     {registryDockerHub, "registry-1.docker.io", "library/nginx", "1.27", true},
		"ghcr.io/org/app@sha256:4c0fdaa8b6341bfdeca5f18f7837462c80cff9052": {registryOther, "ghcr.io", "org/app", "sha256:4c0fdaa8b6341bfdeca5f18f7837462c80cff9052", true},
		"registry.shop.internal:5000/web:41":                               {registryOther, "registry.shop.internal:5000", "web", "41", true},
		"111122223333.dkr.ecr.eu-central-1.amazonaws.com/Web:41":           {registryECR, "111122223333.dkr.ecr.eu-central-1.amazonaws.com", "Web", "41", false},
		"nginx:": {registryDockerHub, "registry-1.docker.io", "nginx", "", true},
		"":       {registryDockerHub, "registry-1.docker.io", "", "latest", false},
	} {
		i, well := parseImage(written)
		if i.registry != want.registry || i.host != want.host || i.repository != want.repository || i.version() != want.version || well != want.well {
			t.Errorf("%q: %+v, well formed: %v", written, i, well)
		}
	}
}

// The forms are those of the ECS developer guide, "Pass Secrets Manager secrets …" and "Pass Systems Manager parameters …".
func TestReferencesToSecrets(t *testing.T) {
	const secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:appauthexample-AbCdEf"
	for _, c := range []struct {
		written, asked, key, stage, version string
		parameter, works                    bool
	}{
		{secret, secret, "", "", "", false, true},
		{secret + ":username1::", secret, "username1", "", "", false, true},
		{secret + "::AWSPREVIOUS:", secret, "", "AWSPREVIOUS", "", false, true},
		{secret + ":::9d4cb84b-ad69-40c0-a0ab-cead3EXAMPLE", secret, "", "", "9d4cb84b-ad69-40c0-a0ab-cead3EXAMPLE", false, true},
		{secret + ":username1:AWSPREVIOUS:", secret, "username1", "AWSPREVIOUS", "", false, true},
		{secret + ":username1", secret, "", "", "", false, false},
		{"arn:aws:ssm:us-east-1:111122223333:parameter/parameter_name", "arn:aws:ssm:us-east-1:111122223333:parameter/parameter_name", "", "", "", true, true},
		{"arn:aws:ssm:us-east-1:111122223333:parameter/a/b:3", "arn:aws:ssm:us-east-1:111122223333:parameter/a/b", "", "", "3", true, true},
		{"parameter_name", "parameter_name", "", "", "", true, true},
		{"/a/b", "/a/b", "", "", "", true, true},
		{"/aws/reference/secretsmanager/shop/db", "/aws/reference/secretsmanager/shop/db", "", "", "", true, true},
		{"/aws/reference/secretsmanager/shop/db:2", "/aws/reference/secretsmanager/shop/db", "", "", "2", true, false},
		{"arn:aws:s3:::bucket/key", "", "", "", "", false, false},
		{"a name with blanks", "a name with blanks", "", "", "", true, false},
		{"", "", "", "", "", false, false},
	} {
		v := parseValueFrom(c.written)
		if v.asked() != c.asked || v.jsonKey != c.key || v.stage != c.stage || v.version != c.version || v.parameter != c.parameter || (v.problem == "") != c.works {
			t.Errorf("%q: %+v", c.written, v)
		}
	}
}

// Which way each need goes is document 3's table: on old platforms login and secrets go past the VPC.
func TestNeedsOfATaskDefinition(t *testing.T) {
	d := aws.TaskDefinition{ARN: "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:41", Containers: []aws.ContainerDefinition{
		{Name: "web", Image: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/web:41", RepositoryCredentials: "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-AbCdEf",
			Secrets: []aws.Pair{{Name: "A", Value: "/shop/a"}, {Name: "B", Value: "/shop/a"}}, EnvironmentFiles: []string{"arn:aws:s3:::shop-assets/web.env"},
			LogDriver: "awsfirelens", LogOptions: map[string]string{"Name": "firehose", "region": "eu-west-1"}, Mounts: []aws.Mount{{Volume: "media"}}},
		{Name: "router", Image: "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable", FireLens: "fluentbit", LogDriver: "awslogs",
			LogOptions: map[string]string{"awslogs-group": "/shop/router", "awslogs-region": "eu-central-1"}},
	}, Volumes: []aws.Volume{{Name: "media", EFS: aws.EFSVolume{FileSystem: "fs-1", IAM: true}}}}
	var got []string
	all := needsOf(d, aws.Task{}, "eu-central-1")
	for _, n := range all {
		got = append(got, strings.Join([]string{n.title(), n.host, n.role, n.interfaceOn(LinuxOld), strings.Join(n.containers, "+")}, " | "))
	}
	want := []string{
		"login to Amazon ECR in eu-central-1 | api.ecr.eu-central-1.amazonaws.com | execution role | Fargate-owned ENI | web",
		"image web:41 | 111122223333.dkr.ecr.eu-central-1.amazonaws.com | execution role | task ENI | web",
		"layers of Amazon ECR in eu-central-1 | prod-eu-central-1-starport-layer-bucket.s3.eu-central-1.amazonaws.com |  | task ENI | web",
		"image public.ecr.aws/aws-observability/aws-for-fluent-bit:stable | public.ecr.aws |  | task ENI | router",
		"secret hub | secretsmanager.eu-central-1.amazonaws.com | execution role | Fargate-owned ENI | web",
		"parameter /shop/a | ssm.eu-central-1.amazonaws.com | execution role | Fargate-owned ENI | web",
		"environment file s3://shop-assets/web.env | shop-assets.s3.eu-central-1.amazonaws.com | execution role | Fargate-owned ENI | web",
		"FireLens to firehose | firehose.eu-west-1.amazonaws.com | task role | task ENI | web",
		"log group /shop/router | logs.eu-central-1.amazonaws.com | execution role | task ENI | router",
		"EFS fs-1 | fs-1.efs.eu-central-1.amazonaws.com | task role | task ENI | web",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("needs (-want +got):\n%s", diff)
	}
	if i := slices.IndexFunc(all, func(n need) bool { return n.kind == needLog }); all[i].problem != "the option awslogs-stream-prefix is missing" {
		t.Errorf("the log driver's options: %q", all[i].problem)
	}
}

// The last failed task is what the runbook wants too: one that was stopped on purpose, or that runs, only when there is no other.
func TestTheTaskThatFailedLast(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2025, 11, 20, 3, minute, 0, 0, time.UTC) }
	runs := aws.Task{ID: "runs", LastStatus: "RUNNING", Created: at(50)}
	hangs := aws.Task{ID: "hangs", LastStatus: "PENDING", Created: at(40)}
	early := aws.Task{ID: "early", LastStatus: "STOPPED", StopCode: "TaskFailedToStart", Stopped: at(10)}
	late := aws.Task{ID: "late", LastStatus: "STOPPED", StopCode: "EssentialContainerExited", Stopped: at(20)}
	scaled := aws.Task{ID: "scaled", LastStatus: "STOPPED", StopCode: "ServiceSchedulerInitiated", StoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)", Stopped: at(55)}
	unhealthy := aws.Task{ID: "unhealthy", LastStatus: "STOPPED", StopCode: "ServiceSchedulerInitiated", StoppedReason: "Task failed ELB health checks in (target-group x)", Stopped: at(30)}
	byHand := aws.Task{ID: "by hand", LastStatus: "STOPPED", StopCode: "UserInitiated", StoppedReason: "Task stopped by user", Stopped: at(56)}
	for want, all := range map[string][]aws.Task{
		"late":      {runs, hangs, early, late, scaled, byHand},
		"unhealthy": {late, unhealthy, runs},
		"hangs":     {runs, hangs, scaled},
		"runs":      {scaled, runs, byHand},
		"by hand":   {scaled, byHand},
		"":          nil,
	} {
		if got := failedLast(all); got.ID != want {
			t.Errorf("of %d tasks it is %q, want %q", len(all), got.ID, want)
		}
	}
}

// Each class of stopped reasons that leads here is looked for by a step that exists, under a code that is explained.
func TestEveryClassOfAStartIsLookedFor(t *testing.T) {
	byID := index(tree)
	for _, c := range toldCauses {
		if _, ok := byID[c.step]; !ok {
			t.Errorf("%s is looked for by %s, which does not exist", c.class, c.step)
		}
		if !isCause(c.code) {
			t.Errorf("%s is %s, which is not explained", c.class, c.code)
		}
		if c.class.Words() == "" {
			t.Errorf("%s has no words", c.class)
		}
	}
	for code, others := range narrower {
		for _, other := range append([]string{code}, others...) {
			if !isCause(other) {
				t.Errorf("%s is not explained", other)
			}
		}
	}
}
