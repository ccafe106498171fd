package probe

import "slices"

// installers say, for the systems that images are made from, which command installs what probes like to have (R9).
var installers = []struct {
	systems []string // ID of /etc/os-release
	command string
}{
	{[]string{"debian", "ubuntu"}, "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends dnsutils telnet curl ca-certificates"},
	{[]string{"amzn", "fedora", "rhel", "centos", "rocky", "almalinux", "ol"},
		`if command -v dnf >/dev/null 2>&1; then dnf install -y bind-utils telnet; elif command -v microdnf >/dev/null 2>&1; then microdnf install -y bind-utils telnet; else yum install -y bind-utils telnet; fi`},
	{[]string{"alpine"}, "apk add --no-cache bind-tools busybox-extras curl"},
}

// Installer returns the script that installs tools for probes in an image. It changes the container, and needs a way to the system's
// package servers; it is for a person who has agreed. The bool is false for systems that are not known.
func Installer(i Image) (script string, ok bool) {
	for _, one := range installers {
		if slices.Contains(one.systems, i.System) {
			return one.command, true
		}
	}
	return "", false
}

// Lacks reports whether the image is so bare that installing tools would show more: no way to look up a name, or none to connect.
func (i Image) Lacks() bool {
	return len(usable(systemLookups, i))+len(usable(dnsLookups, i)) == 0 || len(usable(connectTools, i)) == 0
}
