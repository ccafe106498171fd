package steps

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"fargate-doctor/aws"
)

// A proxySetting is what a container's environment says about how to reach one target (R13).
type proxySetting struct {
	variable string // the variable that decides: "HTTPS_PROXY"; "" when the environment names no proxy for the target
	url      string // its value, with any password masked
	host     string // of the proxy
	port     uint16
	problem  string // why the value names no proxy, "" when it does
	secret   bool   // the value comes from a secret and is not read
	bypass   string // the NO_PROXY entry that lets the target pass by the proxy
	noProxy  string // NO_PROXY as set
}

// used reports whether the target is dialled through the proxy.
func (p proxySetting) used() bool {
	return p.variable != "" && p.bypass == "" && p.problem == "" && !p.secret
}

// proxyFor returns the setting that HTTP clients take from a container's environment for the target. Secrets are variables
// whose values are not known.
func proxyFor(environment, secrets []aws.Pair, t Target) proxySetting {
	var p proxySetting
	var variables []string
	switch t.Scheme {
	case "https":
		variables = []string{"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}
	case "http":
		variables = []string{"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}
	}
	for _, v := range variables {
		if value := lookup(environment, v); value != "" {
			p.variable, p.url = v, value
			break
		}
		if lookup(secrets, v) != "" {
			p.variable, p.secret = v, true
			break
		}
	}
	if p.variable == "" {
		return proxySetting{}
	}
	for _, v := range []string{"no_proxy", "NO_PROXY"} {
		if p.noProxy = lookup(environment, v); p.noProxy != "" {
			break
		}
	}
	p.bypass = bypass(p.noProxy, t.Host, t.Port)
	if !p.secret {
		p.parse()
	}
	return p
}

func lookup(pairs []aws.Pair, name string) string {
	for _, p := range pairs {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// parse takes the proxy's URL apart. A value without a scheme means http, as curl and Go read it.
func (p *proxySetting) parse() {
	text := p.url
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		p.url, p.problem = "", "its value is no URL"
		return
	}
	p.url, p.host = u.Redacted(), strings.ToLower(u.Hostname())
	switch port := u.Port(); {
	case port != "":
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			p.problem = "its port is not a port"
		}
		p.port = uint16(n)
	case u.Scheme == "https":
		p.port = 443
	case strings.HasPrefix(u.Scheme, "socks"):
		p.port = 1080
	default:
		p.port = 80
	}
}

// bypass returns the entry of a NO_PROXY list that matches the target, or "". Entries are separated by commas or blanks: "*",
// a domain (it and all below it; a leading dot or "*." means the same), an address, a CIDR block, each with an optional port.
// Clients differ in the details; this is what curl, Go and Python agree on.
func bypass(noProxy, host string, port uint16) string {
	address, err := netip.ParseAddr(host)
	isAddress := err == nil
	for _, entry := range strings.FieldsFunc(noProxy, func(r rune) bool { return r == ',' || r == ' ' }) {
		if entry == "*" {
			return entry
		}
		if block, err := netip.ParsePrefix(entry); err == nil {
			if isAddress && block.Contains(address) {
				return entry
			}
			continue
		}
		name, wanted, ok := cutPort(entry)
		if !ok || wanted != "" && wanted != strconv.Itoa(int(port)) {
			continue
		}
		if isAddress {
			if a, err := netip.ParseAddr(name); err == nil && a == address {
				return entry
			}
			continue
		}
		name = strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(name, "*"), "."))
		if name != "" && (host == name || strings.HasSuffix(host, "."+name)) {
			return entry
		}
	}
	return ""
}

// containerOf returns the container whose environment counts: the named one, else the first essential one.
func containerOf(d aws.TaskDefinition, name string) (aws.ContainerDefinition, bool) {
	for _, c := range d.Containers {
		if name != "" && c.Name == name || name == "" && c.Essential {
			return c, true
		}
	}
	if name == "" && len(d.Containers) > 0 {
		return d.Containers[0], true
	}
	return aws.ContainerDefinition{}, false
}

// environmentOf returns a container's environment in one task: overrides come first and win.
func environmentOf(c aws.ContainerDefinition, t aws.Task) []aws.Pair {
	overrides := t.Environment[c.Name]
	return append(overrides[:len(overrides):len(overrides)], c.Environment...)
}
