//go:build linux

package probe

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// everyone returns a script that asks the same of every tool that the image has.
func everyone(i Image, kind Kind, tools []tool, t Target) Script {
	s := Script{image: i}
	for _, tool := range usable(tools, i) {
		s.parts = append(s.parts, part{kind: kind, tool: tool, target: t, on: t.address()})
	}
	return s
}

// Every tool says the same about the same situation. What it prints is the real tool's own, in a network where that situation is.
func TestEveryToolSaysTheSame(t *testing.T) {
	t.Parallel()
	r := enter(t)
	large := r.image(t, "large", "dash", "timeout", "sleep", "true", "bash", "getent", "dig", "nslookup", "host", "curl", "wget", "nc=nc.openbsd", "ncat", "telnet", "openssl", "python3", "perl", "busybox")
	old := r.image(t, "old", "bash", "sleep", "nc=nc.traditional", "openssl", "perl")
	small := r.image(t, "small", "busybox sh", "timeout=busybox", "true=busybox", "nc=busybox", "wget=busybox", "nslookup=busybox", "telnet=busybox", "getent")
	nmap := r.image(t, "nmap", "dash", "timeout", "true", "nc=ncat")
	lookups := append(append([]tool{}, systemLookups...), dnsLookups...)
	surveys := map[*image]Image{}
	for _, i := range []*image{large, old, small, nmap} {
		surveys[i] = i.survey(t)
	}
	var all sync.WaitGroup
	var answered atomic.Int32
	silence := []string{"10.9.0.2"}
	for _, c := range []struct {
		what    string
		kind    Kind
		tools   []tool
		target  Target
		servers []string
		want    Verdict
	}{
		{"a name", Name, lookups, Target{Host: host, Port: 443}, nil, OK},
		{"a name that does not exist", Name, lookups, Target{Host: absent, Port: 443}, nil, Unresolved},
		{"a name whose server fails", Name, lookups, Target{Host: sick, Port: 443}, nil, Unresolved},
		{"no DNS server", Name, lookups, Target{Host: host, Port: 443}, []string{"10.0.0.3"}, Unresolved},
		{"a DNS server that is not reached", Name, lookups, Target{Host: host, Port: 443}, silence, Timeout},

		{"an open port", Connect, connectTools, Target{Host: "10.0.0.5", Port: 443}, nil, Reached},
		{"an open port where nobody speaks", Connect, connectTools, Target{Host: "10.0.0.5", Port: 8444}, nil, Reached},
		{"an open port where the server speaks first", Connect, connectTools, Target{Host: "10.0.0.5", Port: 8445}, nil, Reached},
		{"a closed port", Connect, connectTools, Target{Host: "10.0.0.5", Port: 81}, nil, Refused},
		{"lost packets", Connect, connectTools, Target{Host: "10.9.0.1", Port: 443}, nil, Timeout},
		{"an unreachable host", Connect, connectTools, Target{Host: "10.8.0.1", Port: 443}, nil, NoRoute},
		{"no route", Connect, connectTools, Target{Host: "10.7.0.1", Port: 443}, nil, NoRoute},
		{"a name with an open port", Connect, connectTools, Target{Host: host, Port: 443}, nil, Reached},
		{"a name that does not exist, dialled", Connect, connectTools, Target{Host: absent, Port: 443}, nil, Unresolved},

		{"TLS", TLS, tlsTools, Target{Host: host, Port: 443, Scheme: "https"}, nil, OK},
		{"a certificate that is not trusted", TLS, tlsTools, Target{Host: host, Port: 8443, Scheme: "https"}, nil, TLSFailed},
		{"TLS without an answer", TLS, tlsTools, Target{Host: host, Port: 8444, Scheme: "https"}, nil, TLSFailed},
		{"no TLS", TLS, tlsTools, Target{Host: host, Port: 8445, Scheme: "https"}, nil, TLSFailed},
		{"TLS to a closed port", TLS, tlsTools, Target{Host: host, Port: 81, Scheme: "https"}, nil, Refused},
		{"TLS to nowhere", TLS, tlsTools, Target{Host: "lost.example.com", Port: 443, Scheme: "https"}, nil, Timeout},

		{"HTTPS", HTTP, directTools, Target{Host: host, Port: 443, Scheme: "https"}, nil, OK},
		{"HTTP", HTTP, directTools, Target{Host: host, Port: 80, Scheme: "http"}, nil, OK},
		{"HTTP to a closed port", HTTP, directTools, Target{Host: host, Port: 81, Scheme: "http"}, nil, Refused},
		{"HTTP to nowhere", HTTP, directTools, Target{Host: "lost.example.com", Port: 80, Scheme: "http"}, nil, Timeout},
		{"HTTP to no name", HTTP, directTools, Target{Host: absent, Port: 80, Scheme: "http"}, nil, Unresolved},
	} {
		for _, base := range []*image{large, old, small, nmap} {
			i := base
			if c.servers != nil {
				i = base.asking(c.servers...)
			}
			s := everyone(surveys[base], c.kind, c.tools, c.target)
			if len(s.parts) == 0 {
				continue
			}
			all.Go(func() { // not t.Parallel, which would run two at a time
				out := i.run(t, s.Text())
				for _, got := range s.Read(out) {
					answered.Add(1)
					if c.target.Scheme == "https" && strings.Contains(got.Tool, "busybox") && got.Verdict == Unknown {
						continue // its TLS knows few servers
					}
					if got.Verdict != c.want {
						t.Errorf("%s, %s in %s: %s (%s %s), want %s\n%s", c.what, got.Tool, i.name, got.Verdict, got.Class, got.Evidence, c.want, out.Text)
					}
				}
			})
		}
	}
	all.Wait()
	t.Logf("%d answers of tools", answered.Load())
}
