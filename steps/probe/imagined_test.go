//go:build linux

package probe

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// digits differ between any two runs.
var digits = regexp.MustCompile(`\d+`)

// An imagined container prints what the real tools print, as far as anybody reads it: each of its outputs is read as the real one is, in
// the same situation, and the line that decides is the same but for numbers.
func TestImaginedToolsSpeakAsTheRealOnesDo(t *testing.T) {
	t.Parallel()
	r := enter(t)
	real := r.image(t, "real", "bash", "timeout", "sleep", "true", "bash", "getent", "dig", "curl", "openssl")
	found := real.survey(t)
	imagined := Imagine(World{
		Servers: []netip.Addr{netip.MustParseAddr("10.0.0.2")},
		Lookup: func(name string) ([]netip.Addr, Verdict) {
			var addresses []netip.Addr
			for _, a := range names[name] {
				addresses = append(addresses, netip.MustParseAddr(a))
			}
			if len(addresses) == 0 {
				return nil, Unresolved
			}
			return addresses, OK
		},
		Connect: func(h string, port uint16) Verdict {
			switch {
			case strings.HasPrefix(h, "10.9."):
				return Timeout
			case strings.HasPrefix(h, "10.8."):
				return NoRoute
			case port == 81:
				return Refused
			}
			return Reached
		},
		Call: func(string, string) string { return "" },
	})
	var all sync.WaitGroup
	for _, target := range []Target{
		{Host: host, Port: 443, Scheme: "https"}, {Host: host, Port: 81, Scheme: "https"}, {Host: "lost.example.com", Port: 443, Scheme: "https"},
		{Host: absent, Port: 443, Scheme: "https"}, {Host: "10.8.0.1", Port: 443}, {Host: host, Port: 80, Scheme: "http"},
	} {
		for kind, tools := range map[Kind][]tool{Name: append(slices.Clone(systemLookups), dnsLookups...), Connect: connectTools, TLS: tlsTools, HTTP: directTools} {
			tools = slices.DeleteFunc(slices.Clone(tools), func(one tool) bool {
				return !slices.Contains([]string{"getent", "dig", "bash", "curl", "openssl"}, one.name)
			})
			if _, err := netip.ParseAddr(target.Host); err == nil && kind == Name || kind == TLS && target.Scheme != "https" || kind == HTTP && target.Scheme == "" {
				continue
			}
			s := everyone(found, kind, tools, target)
			all.Go(func() {
				out, err := imagined.Run(t.Context(), s.Text())
				if err != nil {
					t.Error(err)
				}
				theirs, own := s.Read(real.run(t, s.Text())), s.Read(out)
				for i := range theirs {
					a, b := theirs[i], own[i]
					if a.Verdict != b.Verdict || a.Class != b.Class || !slices.Equal(a.Addresses, b.Addresses) || a.Server != b.Server || a.Verdict != OK && !alike(a.Evidence, b.Evidence) {
						t.Errorf("%s of %s:\nreal     %s %s %v %s %q\nimagined %s %s %v %s %q", a.Tool, target.address(), a.Verdict, a.Class, a.Addresses, a.Server, a.Evidence,
							b.Verdict, b.Class, b.Addresses, b.Server, b.Evidence)
					}
				}
			})
		}
	}
	all.Wait()
}

// alike compares two lines without their numbers, and without what stands in them of a program's build.
func alike(a, b string) bool {
	plain := func(s string) string {
		for _, noise := range []string{"../", "0x"} {
			s = strings.ReplaceAll(s, noise, "")
		}
		s = regexp.MustCompile(`^[0-9A-F]{12,}:`).ReplaceAllString(s, "")
		return digits.ReplaceAllString(s, "0")
	}
	if strings.HasPrefix(a, "curl: (28)") && strings.HasPrefix(b, "curl: (28)") { // it has two sentences for it, and takes either
		return true
	}
	return plain(a) == plain(b)
}

// A round in an imagined container takes the same scripts, and needs no more of them.
func TestARoundInAnImaginedContainer(t *testing.T) {
	address := netip.MustParseAddr("10.0.0.5")
	for what, want := range map[string]map[Kind]Verdict{
		"": {Name: OK, Connect: Reached, TLS: OK, HTTP: OK, ToProxy: Reached, HTTPProxy: OK, Call: OK},
		"An error occurred (AuthorizationError) when calling the ListTopics operation: User: arn:aws:sts::111122223333:assumed-role/web/1 is not authorized to perform: SNS:ListTopics on resource: arn:aws:sns:eu-central-1:111122223333:*": {Call: Denied},
	} {
		round, err := Run(t.Context(), Imagine(World{
			Proxies: map[string]string{"HTTPS_PROXY": "http://10.0.0.9:3128"},
			Lookup:  func(string) ([]netip.Addr, Verdict) { return []netip.Addr{address}, OK },
			Connect: func(string, uint16) Verdict { return Reached }, Proxied: func(string, uint16) bool { return true },
			Call: func(string, string) string { return what },
		}), Target{Host: host, Port: 443, Scheme: "https", Service: "sns", Region: "eu-central-1"})
		if err != nil {
			t.Fatal(err)
		}
		for kind, verdict := range want {
			if got, _ := round.Of(kind); got.Verdict != verdict {
				t.Errorf("%s: %s, want %s: %s", kind, got.Verdict, verdict, got.Evidence)
			}
		}
	}
}
