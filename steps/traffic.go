package steps

import (
	"net/netip"
	"strconv"
	"strings"

	"fargate-doctor/aws"
)

// A Platform is a family of Fargate platform versions that treat traffic alike.
type Platform string

// The platforms of the ECS developer guide's table.
const (
	LinuxOld Platform = "Linux 1.3.0 and earlier"
	Linux14  Platform = "Linux 1.4.0"
	Windows  Platform = "Windows 1.0.0"
)

// Interfaces that traffic takes.
const (
	TaskInterface    = "task ENI"
	FargateInterface = "Fargate-owned ENI"
)

// Traffic is one row of the table: which interface and which IAM role carry a kind of traffic.
type Traffic struct {
	Traffic string
	On      map[Platform]string // the interface
	Role    string              // "execution" or "task"
}

// TrafficTable returns which network interface and which role carry each kind of traffic of a Fargate task (R21), from
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html.
func TrafficTable() []Traffic {
	always := map[Platform]string{LinuxOld: TaskInterface, Linux14: TaskInterface, Windows: TaskInterface}
	since14 := map[Platform]string{LinuxOld: FargateInterface, Linux14: TaskInterface, Windows: TaskInterface}
	return []Traffic{
		{"ECR login", since14, "execution"},
		{"image pull", always, "execution"},
		{"log driver", always, "execution"},
		{"FireLens", always, "task"},
		{"secrets", since14, "execution"},
		{"EFS", always, "task"},
		{"application", always, "task"},
	}
}

func platformOf(t aws.Task) Platform {
	switch {
	case t.Windows():
		return Windows
	case oldPlatform(t.PlatformVersion, false):
		return LinuxOld
	}
	return Linux14
}

// oldPlatform reports whether a platform version is before Linux 1.4.0. Windows versions began later and have it all.
func oldPlatform(version string, windows bool) bool {
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	m, err := strconv.Atoi(minor)
	return !windows && major == "1" && err == nil && m < 4
}

func isIPv6Block(p netip.Prefix) bool { return p.Addr().Is6() }
