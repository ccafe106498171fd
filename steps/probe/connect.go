package probe

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// connectTools open a TCP connection and close it.
var connectTools = []tool{{
	name: "bash", needs: []string{"bash"},
	command: func(t Target) string {
		return fmt.Sprintf(`t 5 bash -c 'a=${EPOCHREALTIME-}; exec 3<>"/dev/tcp/$0/$1" && echo "connected $a ${EPOCHREALTIME-}"' %s %d`, quote(t.Host), t.Port)
	},
	read: readBash,
}, {
	name: "python3", needs: []string{"python3"},
	command: func(t Target) string {
		return fmt.Sprintf("t 5 python3 -c %s %s %d", quote(pythonConnect), quote(t.Host), t.Port)
	},
	read: opened("connected "),
}, {
	name: "perl", needs: []string{"perl"},
	command: func(t Target) string {
		return fmt.Sprintf("t 5 perl -e %s %s %d", quote(perlConnect), quote(t.Host), t.Port)
	},
	read: opened("connected"),
}, {
	name: "nc", needs: []string{"nc"}, fits: func(i Image) bool { return !i.is("nc", "BusyBox") },
	command: func(t Target) string {
		return fmt.Sprintf("t 5 nc -vz%s -w 4 %s %d", numeric(t), quote(t.Host), t.Port)
	},
	read: opened(" succeeded!", ") open", "Ncat: Connected to "),
}, {
	name: "ncat", needs: []string{"ncat"},
	command: func(t Target) string {
		return fmt.Sprintf("t 5 ncat -vz%s -w 4 %s %d", numeric(t), quote(t.Host), t.Port)
	},
	read: opened("Ncat: Connected to "),
}, {
	name: "telnet", needs: []string{"telnet"},
	command: func(t Target) string { return fmt.Sprintf("t 5 telnet %s %d", quote(t.Host), t.Port) },
	read:    opened("Connected to "),
}, {
	name: "curl", needs: []string{"curl"},
	command: func(t Target) string {
		return fmt.Sprintf("t 6 curl -sSv --noproxy '*' --connect-timeout 4 -m 4 -o /dev/null -w %s telnet://%s", quote(curlTells), quote(t.address()))
	},
	read: readCurlConnect,
}, {
	name: "wget", needs: []string{"wget"}, fits: func(i Image) bool { return i.is("wget", "GNU Wget") },
	command: func(t Target) string {
		return fmt.Sprintf("t 6 wget --no-proxy -T 4 -t 1 -S -O /dev/null http://%s/", quote(t.address()))
	},
	read: opened(" connected."),
}, {
	name: "busybox nc", needs: []string{"busybox"},
	command: func(t Target) string { return fmt.Sprintf("t 5 busybox nc -w 3 %s %d", quote(t.Host), t.Port) },
	read:    readBusyboxNC,
}, {
	name: "nc of busybox", needs: []string{"nc"}, fits: func(i Image) bool { return i.is("nc", "BusyBox") },
	command: func(t Target) string { return fmt.Sprintf("t 5 nc -w 3 %s %d", quote(t.Host), t.Port) },
	read:    readBusyboxNC,
}, {
	name: "busybox telnet", needs: []string{"busybox"},
	command: func(t Target) string { return fmt.Sprintf("t 5 busybox telnet %s %d", quote(t.Host), t.Port) },
	read:    opened("Connected to "),
}}

const pythonConnect = `import socket,sys,time
a=time.time()
try: socket.create_connection((sys.argv[1],int(sys.argv[2])),4)
except Exception as e: sys.exit(str(e))
print("connected %f"%(time.time()-a))`

const perlConnect = `my $c="IO::Socket::IP"; eval "require $c" or eval "require ".($c="IO::Socket::INET");
$c->new(PeerAddr=>$ARGV[0],PeerPort=>$ARGV[1],Proto=>"tcp",Timeout=>4) or die "$@ $!\n"; print "connected\n"`

// numeric returns the option of netcat that forbids lookups, which it would make even for addresses.
func numeric(t Target) string {
	if _, err := netip.ParseAddr(t.Host); err == nil {
		return "n"
	}
	return ""
}

// opened reads a tool that says so, in one of these phrases, when a connection has opened.
func opened(phrases ...string) func(printed, Target) Result {
	return func(p printed, _ Target) Result {
		for _, phrase := range phrases {
			if l := p.line(phrase); l != "" {
				_, seconds, _ := strings.Cut(l, phrase)
				return Result{Verdict: Reached, Latency: latency(seconds), Evidence: l}
			}
		}
		if p.status == 0 {
			return Result{Evidence: p.last()}
		}
		return failed(p)
	}
}

// latency reads seconds with decimals; 0 for anything else.
func latency(seconds string) time.Duration {
	s, err := strconv.ParseFloat(strings.TrimSpace(seconds), 64)
	if err != nil || !(s > 0 && s < 3600) {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}

// readBash reads "connected FROM TO", where newer versions of bash say both moments.
func readBash(p printed, _ Target) Result {
	line := p.line("connected")
	if p.status != 0 || line == "" {
		if p.status == 0 {
			return Result{Evidence: p.last()}
		}
		return failed(p)
	}
	r := Result{Verdict: Reached, Evidence: "connected"}
	if fields := strings.Fields(line); len(fields) == 3 {
		from, err1 := strconv.ParseFloat(fields[1], 64)
		to, err2 := strconv.ParseFloat(fields[2], 64)
		if err1 == nil && err2 == nil {
			r.Latency = latency(strconv.FormatFloat(to-from, 'f', 6, 64))
		}
	}
	return r
}

// readBusyboxNC reads a tool that says nothing when it connects, and then waits for what the server sends. Its -w limits the connecting
// alone: where it was still there at the end of its time, with nothing said, it had connected.
func readBusyboxNC(p printed, _ Target) Result {
	switch {
	case p.line("nc: ") != "":
		return failed(p)
	case p.ended || p.status == 0:
		return Result{Verdict: Reached, Evidence: "connected"}
	}
	return Result{Evidence: p.last()}
}

// mostAddresses bounds how many addresses of a name are dialled.
const mostAddresses = 3

// Connections plans what follows the lookups: connections to the addresses that they gave, and what needs the name.
func Connections(i Image, t Target, lookups []Result) Script {
	s := Script{image: i}
	if isOption(t.Host) {
		return s
	}
	targets, known := addressesOf(t, lookups)
	for n, one := range targets {
		for m, tool := range usable(connectTools, i) {
			if m == 0 || m == 1 && n == 0 { // a second tool's word for the first address
				s.parts = append(s.parts, part{kind: Connect, tool: tool, target: one, on: one.address()})
			}
		}
	}
	proxy, proxied := proxyTarget(i, t)
	if proxied {
		s.add(ToProxy, connectTools, proxy, proxy.address())
	}
	web := t.Scheme == "https" || t.Scheme == "http"
	if known && t.Scheme == "https" {
		s.add(TLS, tlsTools, t, t.address())
	}
	if known && web {
		s.add(HTTP, directTools, t, t.url())
	}
	if proxied && web {
		s.add(HTTPProxy, proxyTools, t, t.url())
	}
	if call, ok := CallFor(t.Service); ok && web && i.has("aws") {
		s.parts = append(s.parts, part{kind: Call, tool: awsTool(call), target: t, on: "aws " + call})
	}
	return s
}

// add plans a probe with the first tool that the image has.
func (s *Script) add(kind Kind, tools []tool, t Target, on string) {
	if found := usable(tools, s.image); len(found) > 0 {
		s.parts = append(s.parts, part{kind: kind, tool: found[0], target: t, on: on})
	}
}

// addressesOf returns what is dialled for a target: the addresses that lookups gave, else itself when nobody could look it up. The bool
// is false when the name has no address, so that only a proxy could know one.
func addressesOf(t Target, lookups []Result) ([]Target, bool) {
	found, looked := Round{Results: lookups}.Of(Name)
	if !looked || found.Verdict == Unknown {
		return []Target{t}, true
	}
	var four, six []Target
	for _, a := range found.Addresses {
		one := t
		one.Host = a.String()
		if a.Is4() {
			four = append(four, one)
		} else {
			six = append(six, one)
		}
	}
	if len(four) == 0 {
		four = six
	}
	return four[:min(len(four), mostAddresses)], len(four) > 0
}

// proxyTarget returns the proxy that the image's environment names for a target.
func proxyTarget(i Image, t Target) (Target, bool) {
	text := i.proxyFor(t.Scheme)
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return Target{}, false
	}
	port := map[string]uint16{"http": 80, "https": 443}[u.Scheme]
	if u.Port() != "" {
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			return Target{}, false
		}
		port = uint16(n)
	}
	return Target{Host: u.Hostname(), Port: port}, !isOption(u.Hostname()) && port != 0
}
