package probe

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"fargate-doctor/steps/symptom"
)

// systemLookups ask as an application does: through the C library, the hosts file included. They rarely say why a name has no address.
var systemLookups = []tool{{
	name: "getent", needs: []string{"getent"},
	command: func(t Target) string { return "t 5 getent ahosts " + quote(t.Host) },
	read:    readAddresses,
}, {
	name: "python3", needs: []string{"python3"},
	command: func(t Target) string { return "t 5 python3 -c " + quote(pythonLookup) + " " + quote(t.Host) },
	read:    readAddresses,
}, {
	name: "python", needs: []string{"python"},
	command: func(t Target) string { return "t 5 python -c " + quote(pythonLookup) + " " + quote(t.Host) },
	read:    readAddresses,
}, {
	name: "perl", needs: []string{"perl"},
	command: func(t Target) string { return "t 5 perl -MSocket=:all -e " + quote(perlLookup) + " " + quote(t.Host) },
	read:    readAddresses,
}}

// dnsLookups ask a DNS server, and say what it answered.
var dnsLookups = []tool{{
	name: "dig", needs: []string{"dig"},
	command: func(t Target) string { // two questions, two seconds each
		return "t 5 dig +search +time=2 +tries=1 " + quote(t.Host) + " A " + quote(t.Host) + " AAAA"
	},
	read: readDig,
}, {
	name: "nslookup", needs: []string{"nslookup"},
	command: func(t Target) string { return "t 5 nslookup " + quote(t.Host) },
	read:    readNslookup,
}, {
	name: "host", needs: []string{"host"},
	command: func(t Target) string { return "t 5 host -W 2 " + quote(t.Host) },
	read:    readHost,
}, {
	name: "busybox nslookup", needs: []string{"busybox"},
	command: func(t Target) string { return "t 5 busybox nslookup " + quote(t.Host) },
	read:    readNslookup,
}}

const pythonLookup = `import socket,sys
try:
  for a in socket.getaddrinfo(sys.argv[1],None,0,socket.SOCK_STREAM): print(a[4][0])
except Exception as e: sys.exit(str(e))`

const perlLookup = `my($e,@a)=getaddrinfo($ARGV[0],"",{socktype=>SOCK_STREAM}); die "$e\n" if $e; for(@a){my($e,$h)=getnameinfo($_->{addr},NI_NUMERICHOST); print "$h\n"}`

// Lookups plans how an image looks up the name of a target: as an application does, and by a tool that says what the DNS server answered,
// where the image has both. There is nothing to run for an address.
func Lookups(i Image, t Target, _ []Result) Script {
	s := Script{image: i}
	if _, err := netip.ParseAddr(t.Host); err == nil || isOption(t.Host) {
		return s
	}
	for _, tools := range [][]tool{systemLookups, dnsLookups} {
		if found := usable(tools, i); len(found) > 0 {
			s.parts = append(s.parts, part{kind: Name, tool: found[0], target: t, on: t.Host})
		}
	}
	return s
}

// isOption reports whether a command would take a host for an option.
func isOption(host string) bool { return host == "" || host[0] == '-' }

// resolved is a lookup that gave addresses, or else unresolved.
func resolved(addresses []netip.Addr, evidence string) Result {
	slices.SortFunc(addresses, netip.Addr.Compare)
	r := Result{Verdict: OK, Addresses: slices.Compact(addresses)}
	var texts []string
	for _, a := range r.Addresses {
		texts = append(texts, a.String())
	}
	r.Evidence = strings.Join(texts, ", ")
	if len(r.Addresses) == 0 {
		r.Verdict, r.Class, r.Evidence = Unresolved, symptom.ClassDNS, evidence
	}
	return r
}

// readAddresses reads a list of addresses, one at the beginning of each line, of a tool that fails where there is none.
func readAddresses(p printed, t Target) Result {
	var addresses []netip.Addr
	for _, l := range p.lines {
		word, _, _ := strings.Cut(strings.TrimSpace(l), " ")
		if a, err := netip.ParseAddr(word); err == nil {
			addresses = append(addresses, a.Unmap())
		}
	}
	switch {
	case p.status == 0 && len(addresses) > 0:
		return resolved(addresses, "")
	case p.status == 2 && p.last() == "": // what getent says to a name that has no address, for whatever reason
		return resolved(nil, "no address for "+t.Host)
	case p.status == 0:
		return Result{Evidence: p.last()}
	}
	return failed(p)
}

// readDig reads two answers in the format of zone files, between comments.
func readDig(p printed, t Target) Result {
	var addresses []netip.Addr
	var r Result
	var statuses []string
	for _, l := range p.lines {
		fields := strings.Fields(l)
		switch {
		case strings.HasPrefix(l, ";; SERVER: "):
			text, _, _ := strings.Cut(strings.TrimPrefix(l, ";; SERVER: "), "#")
			r.Server, _ = netip.ParseAddr(text)
		case strings.HasPrefix(l, ";; Query time: ") && r.Latency == 0 && len(fields) > 3:
			ms, _ := strconv.Atoi(fields[3])
			r.Latency = time.Duration(ms) * time.Millisecond
		case strings.HasPrefix(l, ";; ->>HEADER<<-"):
			_, rest, _ := strings.Cut(l, "status: ")
			status, _, _ := strings.Cut(rest, ",")
			statuses = append(statuses, status)
		case len(fields) >= 5 && !strings.HasPrefix(l, ";") && (fields[3] == "A" || fields[3] == "AAAA"):
			if a, err := netip.ParseAddr(fields[4]); err == nil {
				addresses = append(addresses, a)
			}
		}
	}
	if len(statuses) == 0 { // no server answered
		return notAnswered(p)
	}
	evidence := "the DNS server answers " + statuses[0]
	if statuses[0] == "NOERROR" {
		evidence = "the DNS server has no address for " + t.Host
	}
	found := resolved(addresses, evidence)
	found.Server, found.Latency = r.Server, r.Latency
	return found
}

// readNslookup reads nslookup of BIND and of busybox: the server first, then names with addresses.
func readNslookup(p printed, t Target) Result {
	var addresses []netip.Addr
	var server netip.Addr
	named, absent := false, ""
	for _, l := range p.lines {
		label, value, _ := strings.Cut(strings.TrimSpace(l), ":")
		value = strings.TrimSpace(value)
		switch low := strings.ToLower(l); {
		case label == "Server" && !named:
			server, _ = netip.ParseAddr(value)
		case label == "Name":
			named = true
		case named && strings.HasPrefix(label, "Address"):
			if value == "" || strings.Contains(label, " ") { // "Address 1: 10.0.0.5 name"
				value, _, _ = strings.Cut(value, " ")
			}
			if a, err := netip.ParseAddr(value); err == nil {
				addresses = append(addresses, a)
			}
		case strings.Contains(low, "can't find") || strings.Contains(low, "can't resolve"):
			absent = strings.TrimSpace(l)
		}
	}
	switch {
	case len(addresses) > 0:
		r := resolved(addresses, "")
		r.Server = server
		return r
	case absent != "":
		r := resolved(nil, absent)
		r.Server = server
		return r
	}
	return notAnswered(p)
}

// readHost reads host of BIND.
func readHost(p printed, t Target) Result {
	var addresses []netip.Addr
	for _, l := range p.lines {
		for _, phrase := range []string{" has address ", " has IPv6 address "} {
			if _, text, ok := strings.Cut(l, phrase); ok {
				if a, err := netip.ParseAddr(text); err == nil {
					addresses = append(addresses, a)
				}
			}
		}
	}
	switch line := p.line(" not found: "); {
	case len(addresses) > 0:
		return resolved(addresses, "")
	case line != "":
		return resolved(nil, line)
	}
	return notAnswered(p)
}

// notAnswered reads why no DNS server answered: because none is there, or because nothing came back.
func notAnswered(p printed) Result {
	for _, phrase := range []string{"connection refused", "host unreachable", "network unreachable", "host is unreachable", "network is unreachable"} {
		for _, l := range p.lines {
			if strings.Contains(strings.ToLower(l), phrase) {
				return resolved(nil, strings.TrimSpace(l))
			}
		}
	}
	if l := p.line("no servers could be reached"); l != "" || p.ended {
		if l == "" {
			l = overdue
		}
		return Result{Verdict: Timeout, Class: symptom.ClassDNS, Evidence: l}
	}
	return Result{Evidence: p.last()}
}
