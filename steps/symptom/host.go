package symptom

import (
	"net/netip"
	"strconv"
	"strings"
)

// A place is a host, its port and the address that was dialled, as far as they are printed.
type place struct {
	host string
	port uint16
	addr netip.Addr
}

// fillHost adds where the connection was meant to go: from the line that decided, else from what stands around it.
func fillHost(r *Reading, s screen, at int) {
	from, to := s.lineAt(at)
	p := place{host: r.Host}
	p.read(s.cut(max(from, at-800), min(to, at+800)), r.Class)
	if p.host == "" || p.host == p.addr.String() && p.addr.IsValid() {
		around := place{}
		around.read(s.around(at, 700, 700), r.Class)
		if p.host == "" {
			p = around
		} else if around.host != "" && around.addr == p.addr && !sameKind(p.host, around.host) {
			p.host = around.host
		}
	}
	r.Host, r.Address = p.host, p.addr
	if p.port != 0 {
		r.Port = p.port
	}
	if !r.Address.IsValid() {
		r.Address, _ = netip.ParseAddr(r.Host)
	}
}

func sameKind(a, b string) bool {
	_, errA := netip.ParseAddr(a)
	_, errB := netip.ParseAddr(b)
	return (errA == nil) == (errB == nil)
}

// A lead is a phrase after which a host stands.
type lead struct {
	phrase string
	alone  bool // a host without a dot is one too
	dialed bool // what follows is what was dialled: it gives the address and the port
}

// leads are the phrases, the surest first.
var leads = []lead{
	{phrase: "hostname: '", alone: true}, {phrase: "\"hostname\":\"", alone: true}, {phrase: "\"hostname\": \"", alone: true}, {phrase: "hostname: \"", alone: true},
	{phrase: "host='", alone: true}, {phrase: "host=\"", alone: true},
	{phrase: "enotfound ", alone: true}, {phrase: "eai_again ", alone: true}, {phrase: "lookup "}, {phrase: "could not resolve host: ", alone: true}, {phrase: "couldn't resolve host '", alone: true},
	{phrase: "couldn't resolve host \"", alone: true}, {phrase: "could not resolve host '", alone: true}, {phrase: "unable to resolve host address '", alone: true}, {phrase: "unable to resolve host address ‘", alone: true}, {phrase: "failed to resolve '", alone: true},
	{phrase: "unknownhostexception: "}, {phrase: "could not translate host name \"", alone: true}, {phrase: "server can't find ", alone: true}, {phrase: "bad address '", alone: true}, {phrase: "unknown host: "}, {phrase: "unknown host "},
	{phrase: "couldn't resolve server "}, {phrase: "inaccessible host: `"}, {phrase: "inaccessible host: '"}, {phrase: "unknown mysql server host '", alone: true}, {phrase: "nslookup ", alone: true}, {phrase: "dig ", alone: true}, {phrase: "failed to resolve address for '"},
	{phrase: "requested host \""}, {phrase: "tcp connection to ", dialed: true}, {phrase: "redis on ", dialed: true}, {phrase: "broker ", dialed: true}, {phrase: "server ", dialed: true}, {phrase: "connect to host ", dialed: true}, {phrase: "connect to server at \"", alone: true, dialed: true}, {phrase: "connection to server at \"", alone: true, dialed: true}, {phrase: "failed to connect to ", alone: true, dialed: true}, {phrase: "connection to host ", dialed: true},
	{phrase: "connect to address ", dialed: true}, {phrase: "connect to ", dialed: true, alone: true}, {phrase: "connection to ", dialed: true}, {phrase: "connecting to ", dialed: true}, {phrase: "connect(2) for \"", alone: true, dialed: true}, {phrase: "connect(2) for ", dialed: true},
}

// sockets are the phrases after which the dialled socket stands, less telling than a name.
var sockets = []lead{
	{phrase: "dial tcp ", dialed: true}, {phrase: "dial tcp4 ", dialed: true}, {phrase: "dial udp ", dialed: true},
	{phrase: "connect etimedout ", dialed: true}, {phrase: "connect econnrefused ", dialed: true}, {phrase: "connect ehostunreach ", dialed: true}, {phrase: "connect enetunreach ", dialed: true}, {phrase: "connect econnreset ", dialed: true},
	{phrase: "address: '", dialed: true}, {phrase: "\"address\":\"", dialed: true}, {phrase: "connection refused: ", dialed: true}, {phrase: "connection timed out: ", dialed: true}, {phrase: "trying ", dialed: true}, {phrase: "->", dialed: true}, {phrase: "no route to host: ", dialed: true},
}

// read takes the host from a text: from a phrase that names it, else from a URL, else from the socket that was dialled.
func (p *place) read(text string, class Class) {
	low := lowered(text)
	for _, l := range leads {
		if p.host != "" {
			break
		}
		p.take(text, low, l)
	}
	if p.host == "" || p.port == 0 {
		host, port := urlHost(text)
		if p.host == "" {
			p.host = host
		}
		if p.host == host && p.port == 0 {
			p.port = port
		}
	}
	if p.port == 0 && class != ClassDNS {
		if i := strings.Index(low, "port="); i >= 0 {
			p.port = portAt(low[i+len("port="):])
		} else if i := strings.Index(low, "port: "); i >= 0 {
			p.port = portAt(low[i+len("port: "):])
		} else if i := strings.Index(low, "\"port\":"); i >= 0 {
			p.port = portAt(strings.TrimLeft(low[i+len("\"port\":"):], " "))
		}
	}
	for _, l := range sockets {
		if p.addr.IsValid() && p.port != 0 {
			break
		}
		q := place{}
		q.take(text, low, l)
		if q.host == "" {
			continue
		}
		if p.host == "" {
			p.host = q.host
		}
		if !p.addr.IsValid() {
			p.addr = q.addr
		}
		if p.port == 0 && class != ClassDNS {
			p.port = q.port
		}
	}
	if p.host == "" {
		p.bracketed(text)
	}
	if p.host == "" {
		p.bare(text)
	}
	if p.host == "" {
		if _, after, ok := strings.Cut(text, "<Endpoint>"); ok {
			p.host, _ = hostToken(after)
		}
	}
}

// take reads the host behind a lead, at the lead's last place that holds one.
func (p *place) take(text, low string, l lead) {
	for end := len(low); end > 0; {
		i := strings.LastIndex(low[:end], l.phrase)
		if i < 0 {
			return
		}
		end = i
		if i > 0 && isLetter(l.phrase[0]) && isWord(low[i-1]) {
			continue
		}
		rest := text[i+len(l.phrase):]
		if l.phrase == "dig " || l.phrase == "nslookup " {
			rest = withoutOptions(rest)
		}
		host, after := hostToken(rest)
		addr, err := netip.ParseAddr(host)
		if host == "" || strings.HasSuffix(host, "Exception") || !l.alone && err != nil && !strings.Contains(host, ".") && host != "localhost" || err != nil && !isHost(host) {
			continue
		}
		if l.alone && err != nil && !strings.Contains(host, ".") && notHosts[lowered(host)] {
			continue
		}
		p.host = host
		if err == nil {
			p.addr = addr
		}
		if p.port == 0 {
			p.port = portAfter(after)
		}
		if strings.HasPrefix(after, "/") || strings.HasPrefix(after, " (") { // localhost/127.0.0.1, host (10.0.0.1)
			inner, _ := hostToken(strings.TrimLeft(after, "/ ("))
			if a, err := netip.ParseAddr(inner); err == nil {
				p.addr = a
			}
		}
		return
	}
}

// notHosts are the words that follow "connect to" and the like where no host does.
var notHosts = map[string]bool{
	"the": true, "a": true, "an": true, "your": true, "any": true, "this": true, "host": true, "server": true, "service": true, "endpoint": true, "proxy": true, "database": true, "remote": true, "aws": true, "redis": true,
	"mysql": true, "postgres": true, "port": true, "address": true, "be": true, "to": true, "it": true, "all": true, "metadata": true, "docker": true, "socket": true, "rds": true, "s3": true, "sqs": true, "kafka": true, "mongo": true, "db": true, "node": true, "bootstrap": true, "ecs": true, "http": true, "https": true, "our": true, "command": true, "fails": true, "failed": true, "on": true, "in": true, "for": true, "is": true, "https:": true, "imds": true, "instance": true, "at": true, "and": true,
}

// withoutOptions skips what stands before the name on the command line of dig and nslookup.
func withoutOptions(rest string) string {
	for {
		rest = strings.TrimLeft(rest, " ")
		word, after, ok := strings.Cut(rest, " ")
		if !ok || word == "" || word[0] != '@' && word[0] != '+' && word[0] != '-' {
			return rest
		}
		rest = after
	}
}

// hostToken returns the host at the beginning of a text and what follows it. Quotes and brackets around it are left out.
func hostToken(text string) (host, after string) {
	text = strings.TrimLeft(text, " \"'`‘“")
	if strings.HasPrefix(text, "[") {
		if inner, rest, ok := strings.Cut(text[1:], "]"); ok {
			if a, err := netip.ParseAddr(inner); err == nil {
				return a.String(), rest
			}
		}
		return "", text
	}
	if i := strings.Index(text, "://"); i >= 0 && i < 12 && !strings.Contains(text[:i], " ") {
		text = text[i+3:]
	}
	if i := strings.IndexByte(text, '@'); i >= 0 && i < 120 && !strings.ContainsAny(text[:i], " /\"") {
		text = text[i+1:]
	}
	end := 0
	for end < len(text) && end < 256 && (isWord(text[end]) || text[end] == '-' || text[end] == '.' || text[end] == '*') {
		end++
	}
	if colons := ipv6Token(text); colons > end {
		if a, err := netip.ParseAddr(text[:colons]); err == nil {
			return a.String(), text[colons:]
		}
		if i := strings.LastIndexByte(text[:colons], ':'); i > 0 { // Node prints ADDRESS:PORT without brackets
			if a, err := netip.ParseAddr(text[:i]); err == nil && a.Is6() {
				return a.String(), text[i:]
			}
		}
	}
	return cleanHost(text[:end]), text[end:]
}

func ipv6Token(text string) int {
	end, colons := 0, 0
	for end < len(text) && end < 60 && (isDigit(text[end]) || text[end] == ':' || lower(text[end]) >= 'a' && lower(text[end]) <= 'f') {
		if text[end] == ':' {
			colons++
		}
		end++
	}
	if colons < 2 {
		return 0
	}
	return end
}

func cleanHost(host string) string { return strings.Trim(host, ".:,;'\"`-") }

// isHost reports whether a token can be a name of DNS; isName whether it is one with a dot.
func isHost(host string) bool {
	for i := range len(host) {
		if c := host[i]; !isWord(c) && c != '-' && c != '.' && c != '*' {
			return false
		}
	}
	return host != "" && len(host) < 254 && !strings.Contains(host, "..")
}

func isName(host string) bool { return isHost(host) && strings.Contains(host, ".") }

// portAfter returns the port that follows a host: ":443", ", port=443", " port 443", " (10.0.0.1), port 443".
func portAfter(after string) uint16 {
	if strings.HasPrefix(after, ":") {
		return portAt(after[1:])
	}
	near := after[:min(len(after), 60)]
	if i := strings.Index(near, "port"); i >= 0 && !strings.ContainsAny(near[:i], ":;") {
		return portAt(strings.TrimLeft(near[i+len("port"):], " =:"))
	}
	if rest, ok := strings.CutPrefix(after, " "); ok && rest != "" && isDigit(rest[0]) { // telnet HOST PORT
		if p := portAt(rest); p != 0 && (len(rest) < 6 || !strings.HasPrefix(strings.TrimLeft(rest, "0123456789"), " ms")) {
			return p
		}
	}
	return 0
}

func portAt(text string) uint16 {
	text = strings.TrimLeft(text, "'\"")
	end := 0
	for end < len(text) && end < 6 && isDigit(text[end]) {
		end++
	}
	if end < len(text) && (isWord(text[end]) || text[end] == '.' && end+1 < len(text) && isDigit(text[end+1])) {
		return 0
	}
	n, err := strconv.ParseUint(text[:end], 10, 16)
	if err != nil {
		return 0
	}
	return uint16(n)
}

// urlHost returns host and port of the last URL of a text that is no link to a page about the failure.
func urlHost(text string) (string, uint16) {
	for end := len(text); end > 0; {
		i := strings.LastIndex(text[:end], "://")
		if i < 0 {
			break
		}
		end = i
		host, after := hostToken(text[i+3:])
		if host == "" || !strings.Contains(host, ".") && host != "localhost" && !strings.HasPrefix(after, ":") && !strings.HasPrefix(after, "/") {
			continue
		}
		if isPage(lowered(host), after) {
			continue
		}
		port := uint16(0)
		if strings.HasPrefix(after, ":") {
			port = portAt(after[1:])
		}
		return host, port
	}
	return "", 0
}

// isPage reports whether a URL leads to a page for people, or is the name of an XML schema.
func isPage(host, after string) bool {
	for _, part := range []string{"docs.", "www.", "github.", "curl.", "repost.", "stackoverflow.", "tools.ietf", "schemas."} {
		if strings.HasPrefix(host, part) {
			return true
		}
	}
	return host == "aws.amazon.com" || strings.HasPrefix(after, "/doc/") || host == "links.services.aws"
}

// bare reads a host of AWS, or an address with a port, that stands in a sentence without anything that leads to it.
func (p *place) bare(text string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \"'`()<>,;=", r) }) {
		host, after := hostToken(word)
		_, aws := awsLabels(host)
		addr, err := netip.ParseAddr(host)
		port := portAfter(after)
		if aws && !strings.HasPrefix(after, "/doc") || err == nil && port != 0 {
			p.host, p.port = host, port
			if err == nil {
				p.addr = addr
			}
			return
		}
	}
}

// bracketed reads .NET's "(ADDRESS:PORT)" and "(HOST:PORT)".
func (p *place) bracketed(text string) {
	for i := strings.IndexByte(text, '('); i >= 0; {
		host, after := hostToken(text[i+1:])
		if addr, err := netip.ParseAddr(host); strings.HasPrefix(after, ":") && (err == nil || isName(host)) {
			if port := portAt(after[1:]); port != 0 {
				p.host, p.port, p.addr = host, port, addr
				return
			}
		}
		next := strings.IndexByte(text[i+1:], '(')
		if next < 0 {
			return
		}
		i += 1 + next
	}
}
