package read_test

import (
	"encoding/json"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
)

const (
	repositoryARN = "arn:aws:ecr:eu-central-1:111122223333:repository/team/web"
	digest        = "sha256:abababababababababababababababababababababababababababababababab"
)

func TestImage(t *testing.T) {
	want := aws.Image{Digest: digest, Tags: []string{"7", "latest"}, Pushed: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), Size: 1234,
		Platforms: []aws.Platform{{OS: "linux", Architecture: "ppc64le"}, {OS: "linux", Architecture: "amd64"}}}
	for called, id := range map[string]aws.Input{"7": {"imageTag": "7"}, digest: {"imageDigest": digest}} {
		w := recorded(t)
		w.asked = func(q aws.Query) {
			in := q.Input
			if q.Region != "eu-central-1" || in["registryId"] != "111122223333" || in["repositoryName"] != "team/web" || !cmp.Equal(in["imageIds"], any([]aws.Input{id})) {
				t.Errorf("%s asks for %v in %q", called, in, q.Region)
			}
		}
		got, err := read.Image(t.Context(), w, repositoryARN, called)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", called, err, diff)
		}
	}
}

// Manifests are those of the OCI image specification and of Docker's "Image Manifest V 2, Schema 2".
func TestPlatforms(t *testing.T) {
	for what, c := range map[string]struct {
		manifest string
		want     []aws.Platform
		kind     aws.Kind // -1 for no error
	}{
		"Docker's manifest list": {`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[
			{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","platform":{"architecture":"amd64","os":"windows","os.version":"10.0.20348.2402"}},
			{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","platform":{"architecture":"arm64","os":"linux","variant":"v8"}}]}`,
			[]aws.Platform{{OS: "windows", Architecture: "amd64", OSVersion: "10.0.20348.2402"}, {OS: "linux", Architecture: "arm64", Variant: "v8"}}, -1},
		"a single image":  {`{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:b5","size":7023},"layers":[]}`, nil, -1},
		"something else":  {`{"schemaVersion":1,"name":"x"}`, nil, aws.Malformed},
		"no JSON":         {`<html>`, nil, aws.Malformed},
		"an empty answer": {``, nil, aws.NotFound},
	} {
		answer := `{"images":[],"failures":[{"failureCode":"ImageNotFound"}]}`
		if c.manifest != "" {
			b, _ := json.Marshal(c.manifest)
			answer = `{"images":[{"imageManifest":` + string(b) + `}]}`
		}
		got, err := read.Image(t.Context(), recorded(t).with("ecr:BatchGetImage", answer), repositoryARN, "7")
		if diff := cmp.Diff(c.want, got.Platforms); diff != "" || err != nil || got.Digest != digest {
			t.Errorf("%s: %v %s", what, err, diff)
		}
		if (got.PlatformsErr == nil) != (c.kind == -1) || got.PlatformsErr != nil && aws.KindOf(got.PlatformsErr) != c.kind {
			t.Errorf("%s: platforms: %v", what, got.PlatformsErr)
		}
	}
	w := recorded(t)
	w.denied["ecr:BatchGetImage"] = true
	if got, err := read.Image(t.Context(), w, repositoryARN, "7"); err != nil || aws.Missing(got.PlatformsErr) != "ecr:BatchGetImage" {
		t.Errorf("denied: %+v, %v", got, err)
	}
	if _, err := read.Image(t.Context(), recorded(t).with("ecr:DescribeImages", `{"imageDetails":[]}`), repositoryARN, "8"); aws.KindOf(err) != aws.NotFound || aws.CodeOf(err) != "ImageNotFoundException" {
		t.Errorf("no image: %v", err)
	}
}

func TestRepository(t *testing.T) {
	got, err := read.Repository(t.Context(), recorded(t), repositoryARN)
	want := aws.Repository{ARN: repositoryARN, Name: "team/web", Account: "111122223333", URI: "111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/web", Key: keyARN}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if _, err := read.Repository(t.Context(), recorded(t), "arn:aws:ecr:eu-central-1:444455556666:repository/team/web"); aws.KindOf(err) != aws.NotRecorded {
		t.Errorf("of another account: %v", err)
	}
}

func TestFileSystem(t *testing.T) {
	ctx := t.Context()
	fs, err := read.FileSystem(ctx, recorded(t), "", "fs-01")
	want := aws.FileSystem{ARN: "arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-01", ID: "fs-01", Name: "media", State: "available",
		Zone: "eu-central-1a", Encrypted: true, Key: "k"}
	if diff := cmp.Diff(want, fs); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if p, err := read.ResourcePolicy(ctx, recorded(t), fs.ARN); p.Document == "" || err != nil {
		t.Errorf("policy: %+v, %v", p, err)
	}
	none := answers(func(q aws.Query) (string, error) { return "", fails(q, aws.NotFound, "PolicyNotFound") })
	if p, err := read.ResourcePolicy(ctx, none, fs.ARN); p.Document != "" || err != nil {
		t.Errorf("no policy: %+v, %v", p, err)
	}
	w := recorded(t)
	targets, err := read.MountTargets(ctx, w, "", "fs-01")
	target := aws.MountTarget{ID: "fsmt-01", FileSystem: "fs-01", VPC: "vpc-0aa", Subnet: "subnet-0a1", Zone: "eu-central-1a", ZoneID: "euc1-az2",
		State: "available", Interface: "eni-09", Address: netip.MustParseAddr("10.0.1.99"), SecurityGroups: []string{"sg-01"}}
	if diff := cmp.Diff([]aws.MountTarget{target}, targets, same); diff != "" || err != nil {
		t.Error(err, diff)
	}
	w.denied["elasticfilesystem:DescribeMountTargetSecurityGroups"] = true
	if targets, err = read.MountTargets(ctx, w, "", "fs-01"); len(targets) != 1 || aws.Missing(targets[0].GroupsErr) == "" || err != nil {
		t.Errorf("groups denied: %+v, %v", targets, err)
	}
	point, err := read.AccessPoint(ctx, w, "", "fsap-01")
	if diff := cmp.Diff(aws.AccessPoint{ARN: "arn:aws:elasticfilesystem:eu-central-1:111122223333:access-point/fsap-01", ID: "fsap-01", FileSystem: "fs-01", State: "available",
		Root: "/web", UID: 1000, GID: 100}, point); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for what, err := range map[string]error{
		"file system":  second(read.FileSystem(ctx, w, "", "fs-02")),
		"access point": second(read.AccessPoint(ctx, w, "", "fsap-02")),
		"target group": second(read.TargetGroup(ctx, w, "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/x/1")),
	} {
		if aws.KindOf(err) != aws.NotFound {
			t.Errorf("no %s: %v", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestTargetGroup(t *testing.T) {
	const arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/1"
	got, err := read.TargetGroup(t.Context(), recorded(t), arn)
	want := aws.TargetGroup{ARN: arn, Name: "web", TargetType: "instance", Protocol: "HTTP", Port: 80, VPC: "vpc-0aa", HealthPath: "/", HealthPort: "traffic-port"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
