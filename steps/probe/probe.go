package probe

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"fargate-doctor/steps/symptom"
)

// A Kind is what a probe asks.
type Kind string

const (
	Name      Kind = "name"       // does the name resolve?
	Connect   Kind = "connect"    // does a TCP connection to the target open?
	ToProxy   Kind = "to-proxy"   // does one to the container's proxy?
	TLS       Kind = "tls"        // does TLS shake hands, with a certificate that the image trusts?
	HTTP      Kind = "http"       // does a request around any proxy get an answer?
	HTTPProxy Kind = "http-proxy" // does one through the container's proxy?
	Call      Kind = "call"       // does a harmless call of the AWS CLI get an answer?
)

// Kinds lists the kinds in the order in which an application does these things.
func Kinds() []Kind { return []Kind{Name, Connect, ToProxy, TLS, HTTP, HTTPProxy, Call} }

// titles say what each kind asks, for a person.
var titles = map[Kind]string{
	Name: "name lookup", Connect: "TCP connection", ToProxy: "TCP connection to the proxy", TLS: "TLS handshake",
	HTTP: "HTTP request", HTTPProxy: "HTTP request through the proxy", Call: "call of the AWS CLI",
}

// Title returns what the kind is called, as part of a sentence.
func (k Kind) Title() string { return titles[k] }

// A Verdict is what a probe saw. The zero value is Unknown, so that what was not understood never reads as fine or broken.
type Verdict int8

const (
	Unknown     Verdict = iota
	OK                  // it worked: the name resolved, the handshake or the request was answered, the call succeeded
	Reached             // the connection opened
	Denied              // the service was reached, and refused the call
	Timeout             // no answer came
	Refused             // the host answered that nothing listens there, or a firewall rejected the connection in its name
	Unresolved          // the name has no address, or no DNS server gave one
	NoRoute             // the container or a router knows no way
	TLSFailed           // the connection opened, and the handshake failed
	ProxyFailed         // the proxy was not reached, or does not get the target through
	Failed              // it did not work, and the tool does not say why
)

var verdictNames = [...]string{"unknown", "ok", "reached", "denied", "timeout", "refused", "unresolved", "no-route", "tls-failed", "proxy-failed", "failed"}

func (v Verdict) String() string               { return verdictNames[v] }
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Good reports whether the probe got what it asked for.
func (v Verdict) Good() bool { return v == OK || v == Reached }

// Opened reports whether a connection to the target opened, as far as the network is concerned. It is false for what is not known.
func (v Verdict) Opened() bool { return v.Good() || v == Denied || v == TLSFailed }

// A Result is what one probe saw.
type Result struct {
	Probe     Kind
	Tool      string // what was run: "getent", "busybox nc"
	Target    string // what it was run on: a host, host:port, an address with a port, an URL, a call
	Verdict   Verdict
	Addresses []netip.Addr  // of a lookup
	Server    netip.Addr    // the DNS server that answered a lookup; zero when the tool does not tell
	Status    int           // of HTTP; 0 when there is none
	Latency   time.Duration // of the connection or the lookup; 0 when the tool does not tell
	Class     symptom.Class // what kind of failure the tool's text tells of; "" for none
	Evidence  string        // the line that decided, cleaned
}

// A Target is what is probed.
type Target struct {
	Host    string // a DNS name or an IP address, without brackets
	Port    uint16
	Scheme  string // "https", "http", "" for neither
	Service string // short name of an AWS service ("sns"), "" for none
	Region  string
}

// address returns host:port.
func (t Target) address() string { return t.bracketed() + ":" + strconv.Itoa(int(t.Port)) }

func (t Target) bracketed() string {
	if strings.Contains(t.Host, ":") {
		return "[" + t.Host + "]"
	}
	return t.Host
}

// url returns what an HTTP client is told to ask.
func (t Target) url() string {
	if t.Scheme == "https" && t.Port == 443 || t.Scheme == "http" && t.Port == 80 {
		return t.Scheme + "://" + t.bracketed() + "/"
	}
	return t.Scheme + "://" + t.address() + "/"
}

// An Output is what a script printed.
type Output struct {
	Text      []byte // stdout and stderr
	Truncated bool   // the end is missing
}

// A Runner runs scripts in a container.
type Runner interface {
	Run(ctx context.Context, script string) (Output, error)
}

// A Round is what all probes of a target saw in one image.
type Round struct {
	Where   string // "container app of task 7c1e55ab"
	Target  Target
	Image   Image
	Results []Result
}

// Of returns what the probes of a kind saw together. For a lookup the first good answer counts, which is what an application gets; else
// the last, which says why there is none. Connections that end differently, to one address of several or by one tool of two, are unknown.
// The bool says whether there is a result at all.
func (r Round) Of(kind Kind) (Result, bool) {
	var all, decided []Result
	for _, one := range r.Results {
		if one.Probe == kind {
			all = append(all, one)
			if one.Verdict != Unknown {
				decided = append(decided, one)
			}
		}
	}
	if len(decided) == 0 {
		if len(all) == 0 {
			return Result{}, false
		}
		return all[0], true
	}
	good := slices.IndexFunc(decided, func(one Result) bool { return one.Verdict.Good() })
	if good < 0 {
		return decided[len(decided)-1], true
	}
	bad := slices.IndexFunc(decided, func(one Result) bool { return !one.Verdict.Good() })
	if kind == Connect && bad >= 0 {
		mixed := decided[bad]
		mixed.Verdict = Unknown
		mixed.Evidence = short(decided[good].Target + " answers by " + decided[good].Tool + ", " + mixed.Target + " does not by " + mixed.Tool + ": " + mixed.Evidence)
		return mixed, true
	}
	return decided[good], true
}

// Run probes a target from where r runs scripts. The error is r's, or says that the survey came to nothing; what was seen until then is
// returned with it.
func Run(ctx context.Context, r Runner, t Target) (Round, error) {
	round := Round{Target: t}
	out, err := r.Run(ctx, Survey())
	if err != nil {
		return round, err
	}
	if round.Image, err = ReadSurvey(out); err != nil {
		return round, err
	}
	for _, plan := range []func(Image, Target, []Result) Script{Lookups, Connections} {
		s := plan(round.Image, t, round.Results)
		if len(s.parts) == 0 {
			continue
		}
		if out, err = r.Run(ctx, s.Text()); err != nil {
			return round, err
		}
		round.Results = append(round.Results, s.Read(out)...)
	}
	return round, nil
}
