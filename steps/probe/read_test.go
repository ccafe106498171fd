package probe

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// all lists every tool.
func all() []part {
	var parts []part
	for kind, tools := range map[Kind][]tool{
		Name: append(slices.Clone(systemLookups), dnsLookups...), Connect: connectTools, TLS: tlsTools, HTTP: directTools, HTTPProxy: proxyTools, Call: {awsTool("sns list-topics")},
	} {
		for _, one := range tools {
			parts = append(parts, part{kind: kind, tool: one, target: Target{Host: "example.com", Port: 443, Scheme: "https"}})
		}
	}
	return parts
}

// What is not known is unknown, with whatever status.
func TestUnknownOutputIsUnknown(t *testing.T) {
	parts := all()
	for _, status := range []string{"0", "1", "126", "127", "200", "x", ""} {
		for _, text := range []string{"", "Segmentation fault", "ld.so: cannot open shared object file", "usage: something", "sh: not found"} {
			for n, p := range parts {
				s := Script{parts: parts}
				out := Output{Text: []byte(strings.ReplaceAll("N|"+text+"\nN|\nN|="+status+"\n", "N|", itoa(n)+"|"))}
				got := s.Read(out)[n]
				quiet := p.tool.name == "busybox nc" || p.tool.name == "nc of busybox" || p.tool.name == "aws" // say nothing when all is well
				if got.Verdict != Unknown && !(quiet && status == "0") {
					t.Errorf("%s, status %q, %q: %s", p.tool.name, status, text, got.Verdict)
				}
			}
		}
	}
}

func itoa(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }

func TestEveryCallIsHarmless(t *testing.T) {
	for service, call := range calls {
		if call == "" {
			continue
		}
		verb := strings.Fields(call)[1]
		if !slices.ContainsFunc([]string{"list-", "describe-", "get-databases", "get-groups", "get-caller-identity", "get-account-settings"}, func(p string) bool { return strings.HasPrefix(verb, p) }) {
			t.Errorf("%s: %s", service, call)
		}
	}
}

func TestASurveyThatIsCutOffIsNone(t *testing.T) {
	for _, text := range []string{"", "command bash\n", "garbage"} {
		if _, err := ReadSurvey(Output{Text: []byte(text)}); err == nil {
			t.Errorf("%q passes", text)
		}
	}
	if _, err := ReadSurvey(Output{Text: []byte("done\n"), Truncated: true}); err == nil {
		t.Error("what is truncated passes")
	}
}

// Whatever a container prints: nothing panics, no control character comes out, and what nobody vouches for is not fine.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"0|10.0.0.5 STREAM x\n0|\n0|=0\n", "1|;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n1|=0", "command bash\ndns nameserver 10.0.0.2\ndone",
		"9|seen 0.1 0 403 000\n9|=0", "5|Name:\tx\n5|Address: 10.0.0.1\n5|=0", "3|\x1b[31mConnection refused\n3|=1", "0|=124"} {
		f.Add([]byte(seed))
	}
	parts := all()
	f.Fuzz(func(t *testing.T, text []byte) {
		image, _ := ReadSurvey(Output{Text: text})
		proxyTarget(image, Target{Scheme: "https"})
		Connections(image, Target{Host: "example.com", Port: 443, Scheme: "https"}, nil).Text()
		for _, r := range (Script{parts: parts}).Read(Output{Text: text}) {
			if strings.ContainsFunc(r.Evidence, unicode.IsControl) || len([]rune(r.Evidence)) > mostEvidence {
				t.Errorf("%q", r.Evidence)
			}
			if r.Probe == Name && r.Verdict == OK && len(r.Addresses) == 0 || r.Verdict != OK && len(r.Addresses) > 0 {
				t.Errorf("%s with %v", r.Verdict, r.Addresses)
			}
		}
	})
}
