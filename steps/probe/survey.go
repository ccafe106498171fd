package probe

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"fargate-doctor/aws"
)

// An Image is what a survey found in a container.
type Image struct {
	System   string            // ID of /etc/os-release: "debian", "amzn", "alpine"; "" when there is none
	Version  string            // its VERSION_ID
	Commands []string          // of those that probes can use
	Kinds    map[string]string // what a command says of itself: "nc" → "OpenBSD netcat …"
	Servers  []netip.Addr      // of /etc/resolv.conf
	Proxies  map[string]string // proxy variables, without any name and password in them
	NoProxy  string
}

// commands lists what a survey looks for.
var commands = []string{
	"timeout", "sleep", "bash", "getent", "dig", "nslookup", "host", "curl", "wget", "nc", "ncat", "telnet", "openssl", "python3", "python", "perl",
	"busybox", "aws",
}

// Survey returns the script that says what an image has.
func Survey() string { return survey }

var survey = `LC_ALL=C; export LC_ALL
for c in ` + strings.Join(commands, " ") + `; do command -v $c >/dev/null 2>&1 && echo "command $c"; done
l() { while IFS= read -r x || [ -n "$x" ]; do printf '%s\n' "$1 $x"; done; }
timeout 1 true >/dev/null 2>&1 && echo 'kind timeout works'
command -v nc >/dev/null 2>&1 && nc -h 2>&1 </dev/null | l 'kind nc'
command -v wget >/dev/null 2>&1 && wget --help 2>&1 </dev/null | l 'kind wget'
[ -r /etc/os-release ] && l system </etc/os-release
[ -r /etc/resolv.conf ] && l dns </etc/resolv.conf
for v in https_proxy HTTPS_PROXY http_proxy HTTP_PROXY all_proxy ALL_PROXY; do eval "x=\${$v-}"; [ -n "$x" ] && printf '%s\n' "proxy $v ${x##*@}"; done
for v in no_proxy NO_PROXY; do eval "x=\${$v-}"; [ -n "$x" ] && printf '%s\n' "without $x"; done
echo done`

// ReadSurvey reads what the survey's script printed. The error says that it is not whole.
func ReadSurvey(out Output) (Image, error) {
	i := Image{Kinds: map[string]string{}, Proxies: map[string]string{}}
	whole := false
	for line := range strings.Lines(string(out.Text)) {
		word, rest, _ := strings.Cut(aws.Clean(strings.TrimRight(line, "\r\n")), " ")
		name, value, _ := strings.Cut(rest, " ")
		switch word {
		case "command":
			if slices.Contains(commands, rest) && !slices.Contains(i.Commands, rest) {
				i.Commands = append(i.Commands, rest)
			}
		case "kind":
			if len(i.Kinds[name]) < 400 { // the first lines say it
				i.Kinds[name] += value + "\n"
			}
		case "system":
			key, value, _ := strings.Cut(rest, "=")
			switch value = strings.Trim(value, `"'`); key {
			case "ID":
				i.System = value
			case "VERSION_ID":
				i.Version = value
			}
		case "dns":
			fields := strings.Fields(rest)
			if len(fields) < 2 || fields[0] != "nameserver" {
				continue
			}
			if a, err := netip.ParseAddr(fields[1]); err == nil {
				i.Servers = append(i.Servers, a)
			}
		case "proxy":
			i.Proxies[name] = value
		case "without":
			if i.NoProxy == "" {
				i.NoProxy = rest
			}
		case "done":
			whole = true
		}
	}
	if !whole || out.Truncated {
		return i, errors.New("the container did not say what it has: its answer is cut off")
	}
	return i, nil
}

// has reports whether the image has all of these commands.
func (i Image) has(commands ...string) bool {
	for _, c := range commands {
		if !slices.Contains(i.Commands, c) {
			return false
		}
	}
	return true
}

// is reports whether a command is of a kind: it says so of itself.
func (i Image) is(command, says string) bool { return strings.Contains(i.Kinds[command], says) }

// proxyFor returns the proxy that clients use for a scheme, as host and port, or "".
func (i Image) proxyFor(scheme string) string {
	for _, name := range map[string][]string{"https": {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}, "http": {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}}[scheme] {
		if v := i.Proxies[name]; v != "" {
			return v
		}
	}
	return ""
}
