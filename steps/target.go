package steps

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps/probe"
)

// A TargetError says why a target can't be understood: a sentence for the person, and what to type instead.
type TargetError struct {
	Typed string
	Text  string // "https needs a host name"
	Hint  string // an example that works
}

func (e *TargetError) Error() string { return e.Text }

// ParseTarget understands what the person typed (R5): a service's short name or alias ("sns", "ecr.api"), its endpoint service
// name, a host, host:port, an address, address:port or a URL. Services are those of the region, from Services. The error, a
// *TargetError, is a sentence for the person.
func ParseTarget(typed, region string, services []ServiceChoice) (Target, error) {
	s := strings.TrimSpace(typed)
	wrong := func(hint, format string, args ...any) (Target, error) {
		return Target{}, &TargetError{Typed: typed, Text: fmt.Sprintf(format, args...), Hint: hint}
	}
	if s == "" {
		return wrong("sns", "say what the task wants to reach")
	}
	if c, ok := serviceByWord(s, region, services); ok {
		return serviceTarget(typed, c, c.Port), nil
	}
	if m := brokenScheme.FindStringSubmatch(s); m != nil {
		return wrong(strings.ToLower(m[1])+"://"+m[2]+m[3], "after %s comes ://", m[1])
	}
	scheme, rest := "", s
	if before, _, found := strings.Cut(s, "://"); found {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || !schemeForm.MatchString(before) {
			return wrong("https://sns."+region+".amazonaws.com", "%q is not a complete URL", s)
		}
		scheme, rest = strings.ToLower(u.Scheme), u.Host
	} else {
		rest, _, _ = strings.Cut(rest, "/") // a path that was pasted with the host
	}
	host, portText, ok := cutPort(rest)
	if !ok || host == "" {
		return wrong("10.0.3.7:5432, or [2001:db8::1]:443", "%q has no host name", s)
	}
	port := defaultPort[scheme]
	if portText != "" {
		n, err := strconv.ParseUint(portText, 10, 16)
		if err != nil || n == 0 {
			return wrong(host+":443", "%q is not a port; ports go from 1 to 65535", portText)
		}
		port = uint16(n)
	}
	if port == 0 {
		return wrong(scheme+"://"+host+":5432", "%s:// has no port that is known; add it", scheme)
	}
	if c, ok := serviceByWord(host, region, services); ok && scheme == "" {
		return serviceTarget(typed, c, port), nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return Target{Typed: typed, Scheme: schemeOf(scheme, port), Host: a.Unmap().String(), Port: port, Protocol: "tcp"}, nil
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, isScheme := defaultPort[host]; isScheme {
		return wrong(host+"://sns."+region+".amazonaws.com", "%s is a scheme, and the host is missing", host)
	}
	if len(host) > 253 || !hostForm.MatchString(host) {
		return wrong("sns."+region+".amazonaws.com", "%q is not a host name", host)
	}
	if last := host[strings.LastIndexByte(host, '.')+1:]; strings.Trim(last, "0123456789") == "" {
		return wrong("10.0.3.7:5432", "%q is neither an IPv4 address nor a host name", host)
	}
	if !strings.Contains(host, ".") && portText == "" && scheme == "" {
		return wrong(host+":5432", "%q is no AWS service that %s has; for a host of your own add the port", host, region)
	}
	return Target{
		Typed: typed, Service: serviceOfHost(host, services), Scheme: schemeOf(scheme, port), Host: host, Port: port, Protocol: "tcp",
	}, nil
}

var (
	brokenScheme = regexp.MustCompile(`^(?i:(https?))(?:(?:[:;]/?|/+|//?:)([^/:].*)|[:;]//+:([^/:0-9].*))$`)
	schemeForm   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*$`)
	// hostForm is a host name of letters, digits and hyphens (underscores occur in private zones), or "*." before one.
	hostForm   = regexp.MustCompile(`^(\*\.)?[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$`)
	regionForm = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-\d$`)
)

// defaultPort is the port of a scheme when none is typed. No scheme at all means HTTPS, as AWS endpoints have it.
var defaultPort = map[string]uint16{"": 443, "https": 443, "http": 80}

func schemeOf(typed string, port uint16) string {
	switch {
	case typed != "":
		return typed
	case port == 443:
		return "https"
	case port == 80:
		return "http"
	}
	return ""
}

func serviceTarget(typed string, c ServiceChoice, port uint16) Target {
	return Target{Typed: typed, Service: c.Name, Scheme: schemeOf("", port), Host: c.Host, Port: port, Protocol: "tcp"}
}

// cutPort separates host:port, [v6]:port, and a bare IPv6 address, which has no port.
func cutPort(s string) (host, port string, ok bool) {
	if _, err := netip.ParseAddr(s); err == nil {
		return s, "", true
	}
	if rest, bracketed := strings.CutPrefix(s, "["); bracketed {
		host, after, closed := strings.Cut(rest, "]")
		port, colon := strings.CutPrefix(after, ":")
		_, err := netip.ParseAddr(host)
		return host, port, closed && err == nil && (after == "" || colon && port != "")
	}
	host, port, colon := strings.Cut(s, ":")
	return host, port, !colon || port != "" && !strings.Contains(port, ":")
}

func serviceByWord(word, region string, services []ServiceChoice) (ServiceChoice, bool) {
	word = strings.ToLower(word)
	if name, ok := serviceName(word, region); ok {
		word = name
	}
	for _, s := range services {
		if s.Name == word {
			return s, true
		}
	}
	for _, s := range services {
		for _, alias := range s.Aliases {
			if alias == word {
				return s, true
			}
		}
	}
	return ServiceChoice{}, false
}

// serviceOfHost returns the name of the service that a host name belongs to, in whichever region, or "".
func serviceOfHost(host string, services []ServiceChoice) string {
	best, length := "", 0
	for _, s := range services {
		name := strings.TrimPrefix(s.Host, "*.")
		own := host == name || strings.HasSuffix(host, "."+name)
		if !own {
			own = sameButRegion(host, name)
		}
		if own && len(name) > length {
			best, length = s.Name, len(name)
		}
	}
	return best
}

// sameButRegion reports whether host, or a name that host is under, differs from an endpoint's name in its region only.
func sameButRegion(host, endpoint string) bool {
	region := regionOfHost(host)
	own := regionOfHost(endpoint)
	if region == "" || own == "" || region == own {
		return false
	}
	moved := strings.Replace(endpoint, "."+own+".", "."+region+".", 1)
	moved = strings.TrimSuffix(moved, aws.PartitionOf(own).DNSSuffix) + aws.PartitionOf(region).DNSSuffix
	return host == moved || strings.HasSuffix(host, "."+moved)
}

// regionOfHost returns the region in the name of an AWS endpoint, or "".
func regionOfHost(host string) string {
	if !awsHost(host) {
		return ""
	}
	labels := strings.Split(host, ".")
	for i := len(labels) - 1; i >= 0; i-- {
		if regionForm.MatchString(labels[i]) {
			return labels[i]
		}
	}
	return ""
}

// awsHost reports whether the name lies under the DNS suffix of a partition, or under api.aws, the suffix of dual-stack names.
func awsHost(host string) bool {
	if strings.HasSuffix(host, ".api.aws") {
		return true
	}
	for _, p := range aws.Partitions() {
		if strings.HasSuffix(host, "."+p.DNSSuffix) {
			return true
		}
	}
	return false
}

// Probe returns the target as probes take it.
func (t Target) Probe(region string) probe.Target {
	return probe.Target{Host: t.Host, Port: t.Port, Scheme: t.Scheme, Service: t.Service, Region: region}
}
