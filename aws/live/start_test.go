package live_test

import (
	"path/filepath"
	"slices"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/efs"
	efstypes "github.com/aws/aws-sdk-go-v2/service/efs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
	"fargate-doctor/aws/live/livetest"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
)

const (
	singleImage = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json",` +
		`"digest":"sha256:b5b2b2c507a0944348e0303114d8d93aaaa081732b86451d9bce1f432a537bc7","size":7023},"layers":[]}`
)

// starting is what a task starts from, as it was made on the API server. Fields are ARNs and ids.
type starting struct {
	repository, fileSystem, mountTarget, accessPoint, targetGroup string
	world                                                         livetest.World
}

func buildStart(t *testing.T, url string) starting {
	t.Helper()
	s := starting{world: livetest.BuildWorld(t, url, livetest.Knobs{})}
	livetest.Environment(t, url, livetest.Region)
	ctx := t.Context()
	cfg := must[sdk.Config](t)(config.LoadDefaultConfig(ctx, config.WithHTTPClient(livetest.NewClient())))

	images := ecr.NewFromConfig(cfg)
	s.repository = *must[*ecr.CreateRepositoryOutput](t)(images.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: sdk.String("team/web")})).Repository.RepositoryArn
	must[*ecr.PutImageOutput](t)(images.PutImage(ctx, &ecr.PutImageInput{RepositoryName: sdk.String("team/web"), ImageTag: sdk.String("7"), ImageManifest: sdk.String(singleImage)}))

	files := efs.NewFromConfig(cfg)
	s.fileSystem = *must[*efs.CreateFileSystemOutput](t)(files.CreateFileSystem(ctx, &efs.CreateFileSystemInput{CreationToken: sdk.String("media"), Encrypted: sdk.Bool(true)})).FileSystemId
	s.mountTarget = *must[*efs.CreateMountTargetOutput](t)(files.CreateMountTarget(ctx, &efs.CreateMountTargetInput{FileSystemId: &s.fileSystem,
		SubnetId: &s.world.PrivateSubnet, SecurityGroups: []string{s.world.EndpointGroup}})).MountTargetId
	s.accessPoint = *must[*efs.CreateAccessPointOutput](t)(files.CreateAccessPoint(ctx, &efs.CreateAccessPointInput{FileSystemId: &s.fileSystem,
		ClientToken: sdk.String("web"), RootDirectory: &efstypes.RootDirectory{Path: sdk.String("/web")}})).AccessPointId

	balancers := elasticloadbalancingv2.NewFromConfig(cfg)
	s.targetGroup = *must[*elasticloadbalancingv2.CreateTargetGroupOutput](t)(balancers.CreateTargetGroup(ctx, &elasticloadbalancingv2.CreateTargetGroupInput{
		Name: sdk.String("web"), Protocol: "HTTP", Port: sdk.Int32(8080), VpcId: &s.world.VPC, TargetType: "instance"})).TargetGroups[0].TargetGroupArn
	return s
}

// What a task starts from reads back, through the account and through a recording of it.
func TestReadsWhatATaskStartsFrom(t *testing.T) {
	url := livetest.StartServer(t)
	built := buildStart(t, url)
	recorder := snapshot.NewRecorder(openLocal(t, url))
	checkStart(t, recorder, built)
	path := filepath.Join(t.TempDir(), "s.zip")
	if err := recorder.Write(path, snapshot.Manifest{Region: livetest.Region}, false); err != nil {
		t.Fatal(err)
	}
	recorded, err := snapshot.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	checkStart(t, recorded, built)
}

func checkStart(t *testing.T, r aws.Reader, s starting) {
	t.Helper()
	ctx := t.Context()
	image, err := read.Image(ctx, r, s.repository, "7")
	if image.Digest == "" || !slices.Equal(image.Tags, []string{"7"}) || image.Pushed.IsZero() || len(image.Platforms) > 0 || image.PlatformsErr != nil || err != nil {
		t.Errorf("image: %+v, %v", image, err)
	}
	if byDigest, err := read.Image(ctx, r, s.repository, image.Digest); err != nil || byDigest.Digest != image.Digest {
		t.Errorf("image by digest: %+v, %v", byDigest, err)
	}
	if _, err := read.Image(ctx, r, s.repository, "8"); aws.KindOf(err) != aws.NotFound || aws.CodeOf(err) != "ImageNotFoundException" {
		t.Errorf("no image: %v", err)
	}
	if _, err := read.Image(ctx, r, s.repository+"-gone", "7"); aws.KindOf(err) != aws.NotFound || aws.CodeOf(err) != "RepositoryNotFoundException" {
		t.Errorf("no repository: %v", err)
	}
	fs, err := read.FileSystem(ctx, r, "", s.fileSystem)
	if fs.State != "available" || !fs.Encrypted || err != nil {
		t.Errorf("file system: %+v, %v", fs, err)
	}
	if p, err := read.ResourcePolicy(ctx, r, fs.ARN); p.Document != "" || err != nil {
		t.Errorf("its policy: %+v, %v", p, err)
	}
	mounts, err := read.MountTargets(ctx, r, "", s.fileSystem)
	if err != nil || len(mounts) != 1 {
		t.Fatalf("mount targets: %+v, %v", mounts, err)
	}
	if m := mounts[0]; m.ID != s.mountTarget || m.Subnet != s.world.PrivateSubnet || m.Zone != s.world.Region+"a" || !m.Address.IsValid() || m.Interface == "" ||
		!cmp.Equal(m.SecurityGroups, []string{s.world.EndpointGroup}) || m.GroupsErr != nil {
		t.Errorf("mount target: %+v", m)
	}
	point, err := read.AccessPoint(ctx, r, "", s.accessPoint)
	if point.FileSystem != s.fileSystem || point.Root != "/web" || point.UID != -1 || err != nil {
		t.Errorf("access point: %+v, %v", point, err)
	}
	group, err := read.TargetGroup(ctx, r, s.targetGroup)
	if group.TargetType != "instance" || group.Port != 8080 || err != nil {
		t.Errorf("target group: %+v, %v", group, err)
	}
	for what, err := range map[string]error{
		"file system":   errorOf(read.FileSystem(ctx, r, "", "fs-0123456789abcdef0")),
		"mount targets": errorOf(read.MountTargets(ctx, r, "", "fs-0123456789abcdef0")),
		"access point":  errorOf(read.AccessPoint(ctx, r, "", "fsap-0123456789abcdef0")),
		"target group":  errorOf(read.TargetGroup(ctx, r, s.targetGroup+"0")),
	} {
		if aws.KindOf(err) != aws.NotFound {
			t.Errorf("no %s: %v", what, err)
		}
	}
}

func errorOf[T any](_ T, err error) error { return err }
