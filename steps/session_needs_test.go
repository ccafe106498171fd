package steps

import (
	"strings"
	"testing"

	"fargate-doctor/aws"

	"github.com/google/go-cmp/cmp"
)

// What the cluster's configuration makes the agent call is that of "ECS Exec logging" in the ECS developer guide: KMS with a key, the log
// group and the bucket with OVERRIDE, the container's own awslogs group with DEFAULT, which is also what no setting means.
func TestNeedsOfASession(t *testing.T) {
	awslogs := aws.ContainerDefinition{LogDriver: "awslogs", LogOptions: map[string]string{"awslogs-group": "/shop/web", "awslogs-region": "eu-central-1"}}
	elsewhere := aws.ContainerDefinition{LogDriver: "awslogs", LogOptions: map[string]string{"awslogs-group": "/shop/web", "awslogs-region": "eu-west-1"}}
	const channel = "ssmmessages | ssmmessages.eu-central-1.amazonaws.com |"
	for name, c := range map[string]struct {
		to        aws.ExecConfiguration
		container aws.ContainerDefinition
		want      []string
	}{
		"nothing":             {aws.ExecConfiguration{}, aws.ContainerDefinition{}, []string{channel}},
		"the container's log": {aws.ExecConfiguration{}, awslogs, []string{channel, "log group /shop/web | logs.eu-central-1.amazonaws.com | aside spares"}},
		"DEFAULT":             {aws.ExecConfiguration{Logging: "DEFAULT"}, awslogs, []string{channel, "log group /shop/web | logs.eu-central-1.amazonaws.com | aside spares"}},
		"another region's":    {aws.ExecConfiguration{Logging: "DEFAULT"}, elsewhere, []string{channel}},
		"NONE":                {aws.ExecConfiguration{Logging: "NONE", Key: "alias/exec"}, awslogs, []string{channel, "KMS for the cluster's key | kms.eu-central-1.amazonaws.com |"}},
		"OVERRIDE": {aws.ExecConfiguration{Logging: "OVERRIDE", LogGroup: "/shop/exec", Bucket: "shop-assets"}, awslogs, []string{channel,
			"log group /shop/exec | logs.eu-central-1.amazonaws.com | spares", "bucket shop-assets | shop-assets.s3.eu-central-1.amazonaws.com | spares"}},
		"encrypted": {aws.ExecConfiguration{Logging: "OVERRIDE", LogGroup: "/shop/exec", LogEncrypted: true, Bucket: "shop-assets", BucketEncrypted: true}, awslogs, []string{channel,
			"log group /shop/exec | logs.eu-central-1.amazonaws.com |", "bucket shop-assets | shop-assets.s3.eu-central-1.amazonaws.com |"}},
	} {
		var got []string
		for _, n := range sessionNeedsOf(c.to, c.container, "eu-central-1") {
			line := n.title() + " | " + n.host + " |"
			if n.aside {
				line += " aside"
			}
			if n.spares {
				line += " spares"
			}
			got = append(got, line)
			if n.port != 443 || n.bypasses(LinuxOld) || n.kind != needChannel && n.without == "" {
				t.Errorf("%s: %+v", name, n)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, n := range sessionNeedsOf(aws.ExecConfiguration{Key: "alias/exec"}, aws.ContainerDefinition{}, "cn-north-1") {
		if !strings.HasSuffix(n.host, ".cn-north-1.amazonaws.com.cn") {
			t.Errorf("in China %s", n.host)
		}
	}
}
