package probe

import (
	"context"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// A World says what a container would see. It is what a demo world has instead of containers.
type World struct {
	Servers []netip.Addr                                  // its DNS servers
	Proxies map[string]string                             // its proxy variables
	NoProxy string                                        // and NO_PROXY
	Lookup  func(host string) ([]netip.Addr, Verdict)     // OK, Unresolved or Timeout
	Connect func(host string, port uint16) Verdict        // Reached, Refused, NoRoute or Timeout; the host is an address, or the proxy as its variable has it
	Proxied func(host string, port uint16) (opened bool)  // what its proxy gets through
	Call    func(service, operation string) (text string) // the error that an AWS call ends with, "" for none
}

// Imagine returns a container of a World, with the tools of Amazon Linux and the AWS CLI. It answers the scripts of this package with
// the texts of the real tools, so that whoever reads them does not see the difference.
func Imagine(w World) Runner { return imagined{w} }

type imagined struct{ World }

// partForm is how a script names its parts.
var partForm = regexp.MustCompile(`^# (\d+) (\S+) (.+) "(.*)"$`)

func (w imagined) Run(ctx context.Context, script string) (Output, error) {
	if err := ctx.Err(); err != nil {
		return Output{}, err
	}
	if script == Survey() {
		return Output{Text: []byte(w.surveyed())}, nil
	}
	var b strings.Builder
	lines := strings.Split(script, "\n")
	for i, line := range lines {
		m := partForm.FindStringSubmatch(line)
		if m == nil || i+1 == len(lines) {
			continue
		}
		text, status := w.answer(Kind(m[2]), m[3], hostPort(m[4]), lines[i+1])
		for l := range strings.Lines(text + "\n=" + strconv.Itoa(status) + "\n") {
			b.WriteString(m[1] + "|" + strings.TrimRight(l, "\n") + "\n")
		}
	}
	return Output{Text: []byte(b.String())}, nil
}

func hostPort(address string) Target {
	i := strings.LastIndexByte(address, ':')
	port, _ := strconv.ParseUint(address[max(i, 0)+1:], 10, 16)
	return Target{Host: strings.Trim(address[:max(i, 0)], "[]"), Port: uint16(port)}
}

func (w imagined) surveyed() string {
	var b strings.Builder
	for _, c := range []string{"timeout", "sleep", "bash", "getent", "dig", "curl", "openssl", "aws"} {
		fmt.Fprintf(&b, "command %s\n", c)
	}
	b.WriteString("kind timeout works\nsystem NAME=\"Amazon Linux\"\nsystem ID=\"amzn\"\nsystem VERSION_ID=\"2\"\n")
	for _, a := range w.Servers {
		fmt.Fprintf(&b, "dns nameserver %s\n", a)
	}
	for name, value := range w.Proxies {
		fmt.Fprintf(&b, "proxy %s %s\n", name, value)
	}
	if w.NoProxy != "" {
		fmt.Fprintf(&b, "without %s\n", w.NoProxy)
	}
	b.WriteString("done\n")
	return b.String()
}

// answer returns what a tool would print, and its exit status.
func (w imagined) answer(kind Kind, tool string, t Target, command string) (string, int) {
	switch {
	case tool == "getent":
		return w.getent(t)
	case tool == "dig":
		return w.dig(t)
	case tool == "bash":
		return w.bash(t)
	case tool == "openssl":
		return w.openssl(t)
	case tool == "curl":
		return w.curl(kind, t, command)
	case tool == "aws":
		return w.aws(t, command)
	}
	return "sh: " + tool + ": not found", 127
}

const ended = 124 // of timeout

// reach resolves a name and connects.
func (w imagined) reach(t Target) Verdict {
	if _, err := netip.ParseAddr(t.Host); err != nil {
		addresses, v := w.Lookup(t.Host)
		if v != OK {
			return v
		}
		t.Host = addresses[0].String()
	}
	return w.Connect(t.Host, t.Port)
}

func (w imagined) getent(t Target) (string, int) {
	addresses, v := w.Lookup(t.Host)
	switch v {
	case OK:
		var b strings.Builder
		for _, a := range addresses {
			fmt.Fprintf(&b, "%-15s STREAM %s\n%-15s DGRAM  \n%-15s RAW    \n", a, t.Host, a, a)
		}
		return b.String(), 0
	case Unresolved:
		return "", 2
	}
	return "", ended
}

func (w imagined) dig(t Target) (string, int) {
	addresses, v := w.Lookup(t.Host)
	server := "169.254.169.253"
	if len(w.Servers) > 0 {
		server = w.Servers[0].String()
	}
	if v == Timeout {
		return fmt.Sprintf(";; communications error to %s#53: timed out\n\n; <<>> DiG 9.18.28 <<>> +search +time +tries %s A %s AAAA\n;; global options: +cmd\n;; no servers could be reached\n",
			server, t.Host, t.Host), 9
	}
	status := "NOERROR"
	if v != OK {
		status = "NXDOMAIN"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n; <<>> DiG 9.18.28 <<>> +search +time +tries %s A %s AAAA\n;; global options: +cmd\n", t.Host, t.Host)
	for _, kind := range []string{"A", "AAAA"} {
		var records []string
		for _, a := range addresses {
			if a.Is4() == (kind == "A") {
				records = append(records, fmt.Sprintf("%s.\t60\tIN\t%s\t%s\n", t.Host, kind, a))
			}
		}
		fmt.Fprintf(&b, ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: %s, id: 4711\n;; flags: qr rd ra; QUERY: 1, ANSWER: %d, AUTHORITY: 0, ADDITIONAL: 1\n\n", status, len(records))
		fmt.Fprintf(&b, ";; QUESTION SECTION:\n;%s.\t\tIN\t%s\n\n", t.Host, kind)
		if len(records) > 0 {
			b.WriteString(";; ANSWER SECTION:\n" + strings.Join(records, "") + "\n")
		}
		fmt.Fprintf(&b, ";; Query time: 1 msec\n;; SERVER: %s#53(%s) (UDP)\n;; MSG SIZE  rcvd: 84\n\n", server, server)
	}
	return b.String(), 0
}

func (w imagined) bash(t Target) (string, int) {
	text := ""
	switch w.reach(t) {
	case Reached:
		return "connected 1763607600.104211 1763607600.105733\n", 0
	case Refused:
		text = "Connection refused"
	case NoRoute:
		text = "No route to host"
	case Unresolved:
		return fmt.Sprintf("%s: line 1: %s: Name or service not known\n%s: line 1: /dev/tcp/%s/%d: Invalid argument\n", t.Host, t.Host, t.Host, t.Host, t.Port), 1
	default:
		return "", ended
	}
	return fmt.Sprintf("%s: connect: %s\n%s: line 1: /dev/tcp/%s/%d: %s\n", t.Host, text, t.Host, t.Host, t.Port, text), 1
}

func (w imagined) openssl(t Target) (string, int) {
	switch w.reach(t) {
	case Reached:
		return "CONNECTED(00000003)\nSSL_connect:before SSL initialization\ndepth=2 C = US, O = Amazon, CN = Amazon Root CA 1\nverify return:1\n---\nSSL handshake has read 4963 bytes and written 451 bytes\n" +
			"Verification: OK\n---\nNew, TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256\nVerify return code: 0 (ok)\n---\nDONE\n", 0
	case Refused:
		return "40B7E2F5FFFF0000:error:8000006F:system library:BIO_connect:Connection refused:crypto/bio/bio_sock2.c:114:calling connect()\n" +
			"40B7E2F5FFFF0000:error:10000067:BIO routines:BIO_connect:connect error:crypto/bio/bio_sock2.c:116:\nconnect:errno=111\n", 1
	case NoRoute:
		return "40B7E2F5FFFF0000:error:80000071:system library:BIO_connect:No route to host:crypto/bio/bio_sock2.c:114:calling connect()\nconnect:errno=113\n", 1
	case Unresolved:
		return "40B7E2F5FFFF0000:error:10080002:BIO routines:BIO_lookup_ex:system lib:crypto/bio/bio_addr.c:738:Name or service not known\nconnect:errno=22\n", 1
	}
	return "", ended
}

func (w imagined) curl(kind Kind, t Target, command string) (string, int) {
	const nothing = "seen 0.000000 0.000000 000 000\n"
	tls := "0.000000"
	if strings.Contains(command, "https://") {
		tls = "0.018412"
	}
	if kind == HTTPProxy {
		p, _ := proxyTarget(Image{Proxies: w.Proxies}, Target{Scheme: map[bool]string{true: "https", false: "http"}[tls != "0.000000"]})
		if v := w.Connect(p.Host, p.Port); v != Reached {
			return fmt.Sprintf("curl: (28) Failed to connect to %s port %d after 4001 ms: Timeout was reached\n", p.Host, p.Port) + nothing, 28
		}
		if !w.Proxied(t.Host, t.Port) {
			return "curl: (56) CONNECT tunnel failed, response 503\nseen 0.001204 0.000000 000 503\n", 56
		}
		return "seen 0.001204 " + tls + " 404 200\n", 0
	}
	v := w.reach(t)
	address := t.Host
	if addresses, _ := w.Lookup(t.Host); len(addresses) > 0 {
		address = addresses[0].String()
	}
	vague := fmt.Sprintf("curl: (7) Failed to connect to %s port %d after 1 ms: Couldn't connect to server\n", t.Host, t.Port) + nothing
	switch v {
	case Reached:
		return "seen 0.001204 " + tls + " 404 000\n", 0
	case Refused:
		return fmt.Sprintf("* connect to %s port %d failed: Connection refused\n", address, t.Port) + vague, 7
	case NoRoute:
		return "* Immediate connect fail for " + address + ": No route to host\n" + vague, 7
	case Unresolved:
		return "curl: (6) Could not resolve host: " + t.Host + "\n" + nothing, 6
	}
	return fmt.Sprintf("curl: (28) Failed to connect to %s port %d after 4001 ms: Timeout was reached\n", t.Host, t.Port) + nothing, 28
}

var callForm = regexp.MustCompile(` aws (\S+) (\S+) .*--endpoint-url '([^']*)'`)

func (w imagined) aws(t Target, command string) (string, int) {
	m := callForm.FindStringSubmatch(command)
	if m == nil {
		return "\nusage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\n", 252
	}
	v := w.reach(t)
	if p, proxied := proxyTarget(Image{Proxies: w.Proxies}, Target{Scheme: "https"}); proxied {
		if v = w.Connect(p.Host, p.Port); v == Reached && !w.Proxied(t.Host, t.Port) {
			return fmt.Sprintf("\nFailed to connect to proxy URL: \"http://%s\"\n", p.address()), 255
		}
	}
	switch v {
	case Reached:
		if text := w.Call(m[1], m[2]); text != "" {
			return "\n" + text + "\n", 254
		}
		return "", 0
	case Timeout:
		return fmt.Sprintf("\nConnect timeout on endpoint URL: %q\n", m[3]+"/"), 255
	}
	return fmt.Sprintf("\nCould not connect to the endpoint URL: %q\n", m[3]+"/"), 255
}
