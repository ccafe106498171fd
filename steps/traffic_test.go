package steps

import (
	"testing"

	"fargate-doctor/aws"

	"github.com/google/go-cmp/cmp"
)

// The table of the ECS developer guide, row by row as it stands there: Linux up to 1.3.0, Linux 1.4.0, Windows 1.0.0, role.
func TestTrafficTable(t *testing.T) {
	want := [][5]string{
		{"ECR login", "Fargate-owned ENI", "task ENI", "task ENI", "execution"},
		{"image pull", "task ENI", "task ENI", "task ENI", "execution"},
		{"log driver", "task ENI", "task ENI", "task ENI", "execution"},
		{"FireLens", "task ENI", "task ENI", "task ENI", "task"},
		{"secrets", "Fargate-owned ENI", "task ENI", "task ENI", "execution"},
		{"EFS", "task ENI", "task ENI", "task ENI", "task"},
		{"application", "task ENI", "task ENI", "task ENI", "task"},
	}
	var got [][5]string
	for _, r := range TrafficTable() {
		got = append(got, [5]string{r.Traffic, r.On[LinuxOld], r.On[Linux14], r.On[Windows], r.Role})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPlatformOf(t *testing.T) {
	tests := []struct {
		version, family string
		want            Platform
	}{
		{"1.4.0", "Linux", Linux14}, {"1.3.0", "Linux", LinuxOld}, {"1.0.0", "Linux", LinuxOld}, {"1.0.0", "WindowsServer2022Core", Windows},
		{"1.5.0", "Linux", Linux14}, {"1.10.0", "Linux", Linux14}, {"", "", Linux14}, {"LATEST", "Linux", Linux14}, {"2.0.0", "Linux", Linux14},
	}
	for _, tt := range tests {
		if got := platformOf(aws.Task{PlatformVersion: tt.version, PlatformFamily: tt.family}); got != tt.want {
			t.Errorf("%s on %s: %s, want %s", tt.version, tt.family, got, tt.want)
		}
	}
}
