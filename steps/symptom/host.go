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

	guess string // the word that stands where hosts do: "failed to connect to redis", "… to RabbitMQ"
}

// fillHost adds where the connection was meant to go: from the line that decided, else from what stands around it.
func fillHost(r *Reading, s screen, at int) {
	from, to := s.lineAt(at)
	p := place{host: r.Host}
	p.read(s.cut(max(from, at-800), min(to, at+800)), at-max(from, at-800), r.Class)
	if p.host == "" || p.host == p.addr.String() && p.addr.IsValid() && !p.addr.IsLoopback() {
		around := place{guess: p.guess}
		around.read(s.around(at, 700, 700), at-max(0, at-700), r.Class)
		if p.host == "" {
			p = around
		} else if around.host != "" && around.addr == p.addr && !sameKind(p.host, around.host) {
			p.host = around.host
		}
	}
	if _, err := netip.ParseAddr(p.host); err == nil && p.port != 0 && r.Class != ClassDNS {
		q := place{}
		q.nearby(s.cut(max(from, at-800), min(to, at+800)), at-max(from, at-800), r.Class, func(o place, _ bool) bool {
			_, err := netip.ParseAddr(o.host)
			return err != nil && o.port == p.port
		})
		if q.host != "" {
			p.host = q.host
		}
	}
	if p.host == "" {
		p.host = p.guess
	}
	if text := s.around(at, 300, 300); p.port == 0 && p.host != "" { // a line before said where the tool connects to
		for range 8 {
			_, after, ok := strings.Cut(text, p.host)
			if !ok || p.port != 0 {
				break
			}
			p.port, text = portAfter(strings.TrimLeft(after, "'\"")), after
		}
		if r.Class == ClassDNS && p.port == portDNS {
			p.port = 0
		}
	}
	if name, port := commandLine(s.around(at, 400, 0)); port != 0 && (p.port == 0 || p.port == port) {
		p.port = port
		if _, err := netip.ParseAddr(name); err != nil && p.addr.IsValid() {
			p.host = name
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

// commandLine returns the host and the port that telnet or nc was called with.
func commandLine(text string) (string, uint16) {
	for _, command := range []string{"telnet ", "nc "} {
		i := strings.LastIndex(text, command)
		if i < 0 || i > 0 && (isWord(text[i-1]) || text[i-1] == '-') {
			continue
		}
		host, after := hostToken(withoutOptions(text[i+len(command):]))
		if rest, ok := strings.CutPrefix(after, " "); ok && isHost(host) && rest != "" && isDigit(rest[0]) {
			return host, portAt(rest)
		}
	}
	return "", 0
}

func sameKind(a, b string) bool {
	_, errA := netip.ParseAddr(a)
	_, errB := netip.ParseAddr(b)
	return (errA == nil) == (errB == nil)
}

// portDNS is the port of DNS servers.
const portDNS = 53

// A lead is a phrase after which a host stands.
type lead struct {
	phrase string
	alone  bool // a host without a dot is one too
}

// quoted reports whether the host stands in quotes or for itself, so that any word is one.
func (l lead) quoted() bool {
	return strings.IndexByte("'\"`", l.phrase[len(l.phrase)-1]) >= 0 || strings.HasSuffix(l.phrase, "exception: ")
}

// resolver reports whether the phrase is a code of the resolver, which prints the name it was asked for.
func (l lead) resolver() bool { return l.phrase == "enotfound " || l.phrase == "eai_again " }

// leads are the phrases, the surest first.
var leads = []lead{
	{"hostname: '", true}, {"\"hostname\":\"", true}, {"\"hostname\": \"", true}, {"hostname: \"", true}, {"host='", true},
	{"host=\"", true}, {"enotfound ", true}, {"eai_again ", true}, {"lookup ", false}, {"could not resolve host: ", true},
	{"couldn't resolve host '", true}, {"couldn't resolve host \"", true}, {"could not resolve host '", true},
	{"unable to resolve host address '", true}, {"unable to resolve host address ‘", true}, {"failed to resolve '", true},
	{"unable to resolve host \"", true}, {"unknownhostexception: ", true}, {"could not translate host name \"", true},
	{"can't find ", true}, {"temporary failure resolving '", true}, {"bad address \"", true}, {"bad address '", true},
	{"inaccessible host: `", false}, {"unknown mysql server host '", true}, {"nslookup ", true}, {"dig ", true},
	{"unable to access '", false}, {"can't resolve '", true}, {"could not resolve hostname ", true},
	{"host not found in upstream \"", true}, {"on host \"", true}, {"server on '", true}, {"server on \"", true},
	{"server [", true}, {"unspecified/", true}, {"`host=", true}, {"getaddrinfo for ", true}, {"could not resolve ", false},
	{"server at `", true}, {"connection to server at \"", true}, {"connect to ", true}, {"connection to ", false},
	{"connecting to host ", true}, {"connecting to ", false}, {"connect(2) for \"", true},
}

// sockets are the phrases after which the dialled socket stands, less telling than a name.
var sockets = []lead{
	{"dial tcp ", false}, {"dial tcp4 ", false}, {"dial udp ", false}, {"connect etimedout ", false},
	{"connect econnrefused ", false}, {"connect ehostunreach ", false}, {"connect enetunreach ", false},
	{"connect econnreset ", false}, {"address: '", false}, {"\"address\":\"", false}, {"\"address\": \"", false}, {"connection refused: ", false},
	{"connection timed out: ", false}, {"no further information: ", false}, {"ipv4:", false}, {"ipv4#", false}, {"ipv6:", false},
	{"call failed ('", false}, {"trying ", false}, {"->", false}, {"no route to host: ", false},
}

// read takes the host from a text: from a phrase that names it, else from the URL nearest to an offset, else from the socket that was
// dialled, else from whatever has the shape of a host.
func (p *place) read(text string, at int, class Class) {
	low := lowered(text)
	for _, l := range leads {
		if p.host != "" {
			break
		}
		p.take(text, low, l)
	}
	if q := (place{}); (p.host == "" || p.port == 0) && strings.Contains(text, "://") {
		q.nearby(text, at, class, func(o place, url bool) bool { return url && (p.host == "" || p.host == o.host) })
		if q.host != "" {
			p.host = q.host
		}
		if p.port == 0 {
			p.port = q.port
		}
	}
	if p.port == 0 {
		p.port = portField(low)
		if class == ClassDNS && p.port == portDNS {
			p.port = 0 // of the server that was asked
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
		p.answered(text)
	}
	if p.host == "" {
		q := place{}
		q.nearby(text, at, class, nil)
		if p.host = q.host; q.port != 0 {
			p.port = q.port
		}
		if !p.addr.IsValid() {
			p.addr = q.addr
		}
	}
	if p.host == "" {
		if _, after, ok := strings.Cut(text, "<Endpoint>"); ok {
			p.host, _ = hostToken(after)
		}
	}
}

// take reads the host behind a lead, at the lead's last place that holds one.
func (p *place) take(text, low string, l lead) {
	if !strings.Contains(low, l.phrase) { // quicker than to look from the end
		return
	}
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
			if header := strings.Index(rest[:min(len(rest), 80)], "<<>> "); header >= 0 { // dig's first line
				rest = rest[header+len("<<>> "):]
			}
			rest = withoutOptions(rest)
		}
		host, after := hostToken(rest)
		if strings.HasPrefix(l.phrase, "connect e") && strings.Count(host, ":") > 2 { // Node prints no brackets
			if i := strings.LastIndexByte(host, ':'); portAt(host[i+1:]) != 0 {
				if _, err := netip.ParseAddr(host[:i]); err == nil {
					host, after = host[:i], host[i:]
				}
			}
		}
		if local, remote, ok := strings.Cut(after, "->"); ok && len(local) < 7 && portAfter(local) != 0 {
			host, after = hostToken(remote)
		}
		addr, err := netip.ParseAddr(host)
		if host == "" || strings.HasSuffix(host, "Exception") || isFile(host) || err != nil && !isHost(host) {
			continue
		}
		if strings.HasPrefix(after, "=") || strings.HasPrefix(after, "(") { // user=…, backoff(…
			continue
		}
		if strings.Contains(l.phrase, "hostname\"") && loggersOwn(text, i) {
			continue
		}
		if after == "" && l.quoted() && strings.Contains(low[:i], l.phrase) { // cut off, and printed whole before
			continue
		}
		// A word without a dot is a host where the lead says so, or where a port follows.
		if err != nil && !strings.Contains(host, ".") && !(portFollows(after) && portAfter(after) != 0) && !addressFollows(after) &&
			!(l.phrase == "lookup " && (strings.HasPrefix(after, ": ") || strings.HasPrefix(after, " on "))) &&
			(!l.alone || !l.quoted() && notHosts[lowered(host)] && !(l.resolver() && containers[lowered(host)])) {
			continue
		}
		if err != nil && !strings.Contains(host, ".") && strings.HasSuffix(l.phrase, "connect to ") && host != "localhost" &&
			portAfter(after) == 0 && !addressFollows(after) {
			if p.guess == "" {
				p.guess = host
			}
			continue
		}
		p.host = host
		if err == nil {
			p.addr = addr
		}
		if p.port == 0 {
			p.port = portAfter(after)
		}
		if port, ok := strings.CutPrefix(after, "/"); ok && l.phrase == "could not resolve " { // telnet: HOST/PORT
			p.port = portAt(port)
		}
		if strings.HasPrefix(after, "/") || strings.HasPrefix(after, " (") { // localhost/127.0.0.1, host (10.0.0.1)
			inner, behind := hostToken(strings.TrimLeft(after, "/ ("))
			if a, err := netip.ParseAddr(inner); err == nil {
				p.addr = a
				if p.port == 0 {
					p.port = portAfter(behind)
				}
			}
		}
		return
	}
}

// portFollows reports whether what stands behind a host goes on with its port: ":443", ", port 443", " port 443".
func portFollows(after string) bool {
	return strings.HasPrefix(after, ":") || strings.HasPrefix(strings.TrimLeft(after, ", "), "port ")
}

// addressFollows reports whether an address stands behind the host, as Java prints it: localhost/127.0.0.1:80.
func addressFollows(after string) bool {
	inner, ok := strings.CutPrefix(after, "/")
	if !ok {
		return false
	}
	host, _ := hostToken(inner)
	_, err := netip.ParseAddr(host)
	return err == nil
}

// notHosts are the words that follow "connect to" and the like where no host does.
var notHosts = setOf(`
	the a an your any this host server service endpoint proxy database remote aws redis mysql postgres port address be
	to it all ipv4 ipv6 metadata docker socket rds s3 sqs kafka mongo db node bootstrap ecs http https our command fails
	failed on in for is https: imds instance at and`)

// containers are those of them that containers are called by.
var containers = setOf(`
	server service proxy database redis mysql postgres mongo docker kafka db node bootstrap`)

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
	if i := strings.Index(text[:min(len(text), 14)], "://"); i >= 0 && !strings.Contains(text[:i], " ") {
		text = text[i+3:]
	}
	if i := strings.IndexByte(text[:min(len(text), 120)], '@'); i >= 0 && !strings.ContainsAny(text[:i], " /\"") {
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
	for end < len(text) && end < 60 && (isDigit(text[end]) || text[end] == ':' || lower(text[end]) >= 'a' &&
		lower(text[end]) <= 'f') {
		if text[end] == ':' {
			colons++
		}
		end++
	}
	if colons < 2 || end < len(text) && isWord(text[end]) { // EC2::Errors
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

func isName(host string) bool { return isHost(host) && strings.Contains(host, ".") && !isFile(host) }

// isFile reports whether a token with a dot is the name of a source file in a trace.
func isFile(token string) bool {
	switch token[strings.LastIndexByte(token, '.')+1:] {
	case "js", "mjs", "cjs", "ts", "tsx", "go", "py", "rb", "java", "scala", "kt", "cs", "cpp", "cc", "rs", "php", "ex", "c",
		"h", "so", "jar", "log", "json", "yaml", "yml", "sh", "rake", "jsx", "vue", "swift", "lua", "pl", "pm", "erl", "exs", "clj",
		"groovy", "gradle", "hpp", "cxx", "tf", "hcl", "toml", "lock", "conf", "cfg", "ini", "env", "properties", "pem", "crt", "key",
		"txt", "md", "csv", "xml", "html", "sql", "sock", "service", "gz", "zip", "whl", "dll", "exe", "class":
		return true
	}
	return false
}

// portAfter returns the port that follows a host: ":443", ", port=443", " port 443", " (10.0.0.1), port 443", "/<unresolved>:443",
// "', 443)".
func portAfter(after string) uint16 {
	after = strings.TrimPrefix(after, "/<unresolved>")
	if quoted, ok := strings.CutPrefix(after, "`:`"); ok {
		return portAt(quoted)
	}
	if tuple, ok := strings.CutPrefix(after, "', "); ok {
		if p := portAt(tuple); p != 0 {
			return p
		}
	}
	if open := strings.Index(after[:min(len(after), 4)], "("); open >= 0 { // the address may be one with colons
		_, rest, ok := strings.Cut(after[open:min(len(after), open+60)], ")")
		if ok && strings.HasPrefix(strings.TrimLeft(rest, ", "), "port ") {
			after = rest
		}
	}
	if strings.HasPrefix(after, ":") {
		return portAt(after[1:])
	}
	if i := strings.Index(after[:min(len(after), 90)], "|:"); i >= 0 { // wget
		return portAt(after[i+2:])
	}
	near := after[:min(len(after), 80)]
	if i := strings.Index(near, "port"); i >= 0 && !strings.ContainsAny(near[:i], ":;") {
		return portAt(strings.TrimLeft(after[i+len("port"):], " =:"))
	}
	if rest, ok := strings.CutPrefix(after, " "); ok && rest != "" && isDigit(rest[0]) { // telnet HOST PORT
		if p := portAt(rest); p != 0 && (len(rest) < 6 || !strings.HasPrefix(strings.TrimLeft(rest, "0123456789"), " ms")) {
			return p
		}
	}
	return 0
}

// portField returns the port that a field of this name states: port=5432, "port": 5432, :port=>9200, port: Some(3030), on port 25.
func portField(low string) uint16 {
	for text := low; ; {
		_, after, ok := strings.Cut(text, "port")
		if !ok {
			return 0
		}
		text = after
		name := low[:len(low)-len(after)-len("port")]
		if n := len(name); n > 0 && isLetter(name[n-1]) {
			continue
		} else if n > 0 && name[n-1] == '_' {
			word := name[:n-1]
			if nearKeys[word[strings.LastIndexFunc(word, func(r rune) bool { return r < 'a' || r > 'z' })+1:]] {
				continue
			}
		}
		sign := strings.TrimLeft(after, "\"'")
		value := strings.TrimLeft(sign, "=:> ")
		if spoken := strings.HasSuffix(low[:len(low)-len(after)], "on port"); len(value) == len(sign) || sign[0] == ' ' && !spoken {
			continue
		}
		if port := portAt(strings.TrimPrefix(value, "some(")); port != 0 {
			return port
		}
	}
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
		if host == "" || !strings.Contains(host, ".") && host != "localhost" && !strings.HasPrefix(after, ":") &&
			!strings.HasPrefix(after, "/") {
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
	for _, part := range []string{"docs.", "www.", "curl.", "repost.", "stackoverflow.", "tools.ietf", "schemas."} {
		if strings.HasPrefix(host, part) {
			return true
		}
	}
	if strings.HasPrefix(host, "github.") && strings.HasPrefix(after, "/") {
		return true
	}
	return host == "aws.amazon.com" || strings.HasPrefix(after, "/doc/") || host == "links.services.aws"
}

// answered reads the host that the command of this name was asked for: "Host NAME not found: 3(NXDOMAIN)".
func (p *place) answered(text string) {
	before, code, ok := strings.Cut(text, " not found: ")
	if !ok || len(code) < 2 || !isDigit(code[0]) || code[1] != '(' {
		return
	}
	if host, rest := hostToken(before[strings.LastIndexByte(before, ' ')+1:]); rest == "" && isHost(host) {
		p.host = host
	}
}
