package symptom

import (
	"net/netip"
	"strings"
)

// What no phrase leads to is found by its shape and its place: the host-shaped token that stands nearest to the words of the
// failure. What such a token costs is how far it stands from them, and more where its shape is less telling.
const (
	costField  = 10  // stated as the value of a field, without a port
	costBare   = 120 // a name or an address without a port
	costSource = 300 // "from HOST" is the near side as often as the far one
)

// nearest takes the host from the token that stands nearest to an offset of the text, of those that fit.
func (p *place) nearest(text string, at int, class Class, fits func(o place, scheme bool) bool) {
	best := -1
	for i := 0; i < len(text); {
		if !startsToken(text, i) {
			i++
			continue
		}
		q, cost, end := spot(text, i, class)
		if _, aws := awsLabels(q.host); cost > 0 && !network[class] && !aws { // a report of another kind names other things too
			cost = -1
		}
		if cost >= 0 && (fits == nil || fits(q, strings.Contains(text[i:end], "://"))) {
			if end <= at {
				cost += at - end
			} else if i > at {
				cost += i - at
			}
			if best < 0 || cost < best {
				best = cost
				p.host, p.port, p.addr = q.host, q.port, q.addr
			}
		}
		i = max(end, i+1)
	}
}

// startsToken reports whether a host can begin at an offset: with the first letter of a word, or with the bracket of an address.
func startsToken(text string, i int) bool {
	if c := text[i]; c != '[' && c != ':' && !isLetter(c) && !isDigit(c) {
		return false
	}
	return i == 0 || !isWord(text[i-1]) && strings.IndexByte("-.$%\\:", text[i-1]) < 0 || i > 0 && text[i-1] == ':' && text[i] != ':'
}

// spot reads the token at an offset. The cost is negative when it is no host that was called; end is where to read on.
func spot(text string, i int, class Class) (p place, cost, end int) {
	rest := text[i:]
	scheme := 0
	for scheme < len(rest) && (isWord(rest[scheme]) || strings.IndexByte("-.+", rest[scheme]) >= 0) {
		scheme++
	}
	url := scheme > 0 && strings.HasPrefix(rest[scheme:], "://")
	if url && notNetwork[lowered(rest[:scheme])] {
		return p, -1, i + scheme + tokenLength(rest[scheme:])
	}
	if scheme > 0 && (i == 0 || text[i-1] == ' ') && strings.HasPrefix(rest[scheme:], " ") && strings.IndexByte(rest[:scheme], '.') < 0 &&
		!strings.HasPrefix(rest[scheme:], " port ") {
		return p, -1, i + scheme // a word of a sentence
	}
	if c := rest[scheme:]; !url && c != "" && (c[0] == '=' || c[0] == ':') && len(c) > 1 && isLetter(c[1]) {
		return p, -1, i + scheme + 1 // a key and its value
	}
	host, after := hostToken(rest)
	end = i + max(len(rest)-len(after), scheme)
	addr, err := netip.ParseAddr(host)
	numeric := err == nil
	if host == "" || isFile(host) || numeric && addr.IsUnspecified() || !numeric && !url && !isHost(host) || strings.HasPrefix(after, "=") {
		return p, -1, end
	}
	before := text[:i]
	if url {
		if isPage(lowered(host), after) {
			return p, -1, end + tokenLength(after)
		}
		p = place{host: host, addr: addr}
		if strings.HasPrefix(after, ":") {
			p.port = portAt(after[1:])
		}
		return p, 0, end + tokenLength(after)
	}
	if user := strings.IndexByte(rest[:min(len(rest), 120)], '@'); user >= 0 && !strings.ContainsAny(rest[:user], " /\"") &&
		!strings.HasPrefix(after, ":") { // of mail
		return p, -1, end
	}
	if strings.HasSuffix(before, "@") || strings.HasPrefix(after, " icmp_seq") || isNearSide(before) || class == ClassTLS && isCertified(before) || class == ClassDNS && numeric { // the server that was asked
		return p, -1, end
	}
	if strings.HasSuffix(before, "/") && (!numeric || len(before) > 1 && strings.IndexByte(" (:<", before[len(before)-2]) < 0) {
		return p, -1, end + tokenLength(after) // a path
	}
	p = place{host: host, addr: addr}
	if inner, ok := strings.CutPrefix(after, "/"); ok { // HOST/ADDRESS:PORT
		dialled, behind := hostToken(inner)
		a, err := netip.ParseAddr(dialled)
		if err != nil {
			if strings.HasPrefix(inner, "<unresolved>") {
				behind = strings.TrimPrefix(inner, "<unresolved>")
			} else {
				return p, -1, end + tokenLength(after)
			}
		}
		p.addr, after = a, behind
		end = len(text) - len(behind)
	}
	if strings.HasPrefix(after, ":") {
		port, length := portToken(after)
		if strings.HasPrefix(after[length:], "->") { // the near end of a socket
			return p, -1, end + length
		}
		if length < len(after)-1 && after[length] == ':' && isDigit(after[length+1]) { // a time, or a place in a source file
			return p, -1, end + tokenLength(after)
		}
		p.port = port
		end += length
	} else if strings.HasPrefix(after, "->") || strings.HasPrefix(after, "(") || strings.HasPrefix(after, "#") {
		return p, -1, end
	} else if portFollows(after) || strings.HasPrefix(after, "', ") {
		p.port = portAfter(after)
	}
	if class == ClassDNS && p.port == portDNS {
		return p, -1, end
	}
	key, exact := keyBefore(before)
	word := !numeric && !strings.Contains(host, ".")
	switch {
	case farKeys[key] && word && exact && p.port == 0: // the whole value
		cost = costField
		if loggersOwn(text, i) || notValues[lowered(host)] || regionLike(host) || !isLetter(host[0]) || end < len(text) && strings.IndexByte("\"'`,;)}] &", text[end]) < 0 {
			return p, -1, end
		}
	case farKeys[key] && !word:
		if !numeric && !isDomain(host, true) {
			return p, -1, end
		}
		if p.port == 0 {
			cost = costField
		}
	case numeric || strings.Contains(host, "."):
		if !numeric && !isDomain(host, p.port != 0) {
			return p, -1, end
		}
		if p.port == 0 && !p.addr.Is6() && !numeric || numeric && p.port == 0 {
			cost = costBare
		}
	default: // a word is a host with a port that can be one
		low := lowered(host)
		if p.port < 80 || notNames[low] || low != host && low != "localhost" || isDigit(host[0]) && len(host) != 12 {
			return p, -1, end
		}
	}
	if strings.HasSuffix(before, "from ") {
		cost += costSource
	}
	return p, cost, end
}

// portToken reads ":PORT" and returns its length too.
func portToken(after string) (port uint16, length int) {
	length = 1
	for length < len(after) && isDigit(after[length]) {
		length++
	}
	return portAt(after[1:]), length
}

// tokenLength is how far a token goes on.
func tokenLength(text string) int {
	n := 0
	for n < len(text) && !nameEnds[text[n]] && text[n] != ',' && text[n] != ';' {
		n++
	}
	return n
}

// notNetwork are schemes of what is called in another way than by a host.
var notNetwork = setOf("s3 s3a s3n file unix jar data urn git+file vscode node")

// isNearSide reports whether the words before a token make it the caller's own end.
func isNearSide(before string) bool {
	before = lowered(before[max(0, len(before)-24):])
	for _, words := range []string{"client: ", "client=", "local ", "local: ", "local address: ", "bind ", "bind to ", "listen ",
		"listening on ", "listening at ", "source ", "src=", "laddr="} {
		if strings.HasSuffix(before, words) {
			return true
		}
	}
	return false
}

// isCertified reports whether a token is one of the names that a certificate is for, and not the one that was called:
// "certificate is valid for NAME, NAME, not HOST".
func isCertified(before string) bool {
	i := strings.LastIndex(before, "valid for ")
	return i >= 0 && !strings.Contains(before[i:], "not ")
}

// loggersOwn reports whether the object about an offset holds a process id: its "hostname" is the machine that logged.
func loggersOwn(text string, i int) bool {
	return strings.Contains(text[max(0, i-200):min(len(text), i+200)], "\"pid\":")
}

// keyBefore returns the key whose value begins behind a text, in the notation of JSON, of Ruby, of Rust or of a log's fields. It is
// exact where the value stands in quotes or at once behind an equals sign, and not in a sentence.
func keyBefore(before string) (key string, exact bool) {
	before = before[max(0, len(before)-60):]
	for { // Some(Domain("…
		cut := strings.TrimRight(before, "\"'`[({ ")
		exact = exact || strings.ContainsAny(before[len(cut):], "\"'`")
		for _, wrap := range []string{"Some", "Domain", "Ipv4", "Ipv6"} {
			if rest, ok := strings.CutSuffix(cut, wrap); ok && len(cut) < len(before) {
				cut = rest
			}
		}
		if cut == before {
			break
		}
		before = cut
	}
	before = strings.TrimSuffix(before, ">") // Ruby
	n := len(before)
	if n == 0 || before[n-1] != '=' && before[n-1] != ':' {
		return "", false
	}
	exact = exact || before[n-1] == '='
	before = strings.TrimRight(before[:n-1], "\"' ")
	begin := len(before)
	for begin > 0 && (isWord(before[begin-1]) || strings.IndexByte("-.", before[begin-1]) >= 0) {
		begin--
	}
	key = lowered(before[begin:])
	if farKeys[key] {
		return key, exact
	}
	if i := strings.LastIndexAny(key, "_.-"); i >= 0 && !nearKeys[key[:i]] { // db_host, redis.address
		return key[i+1:], exact
	}
	return key, exact
}

var (
	// farKeys are the keys under which programs log whom they called.
	farKeys = setOf(`host addr address server servers endpoint endpoints url uri peer remote dest destination target upstream broker
		brokers bootstrap.servers bootstrap dsn backend hosts hostname connection_string`)
	// nearKeys make them the caller's own, or in the log of a server those of its client.
	nearKeys = setOf("local remote client source src bind listen own self log agent")
	// notValues are what stands under such a key for none.
	notValues = setOf("true false null none nil undefined unknown some http https tcp udp")
	// notNames are the words before a colon and a number that is no port.
	notNames = setOf(`
		errno code status line port pid id timeout attempt attempts retry retries elapsed level took duration count size step error
		err version column col char offset exit signal task thread worker process proc job build seq rtt length len state rc events
		net time internal max min total http https tcp udp in at after exception`)
	// domains are the endings of names beside those of two letters. A word with a dot is most often no host.
	domains = setOf(`
		com net org edu gov mil int info biz dev app cloud io ai co me tv cc internal local lan corp home svc test example invalid
		localhost localdomain consul cluster network systems tech online site xyz services systems solutions directory testing
		private intranet docker host web shop store zone one team run`)
	// packages begin the names of types and modules.
	packages = setOf("java javax jdk sun scala kotlin kotlinx akka com org io net node os self this system microsoft socket")
	// attributes are the endings of two letters that are no country in a log.
	attributes = setOf("id is os ok io db fn to in at as no on up ms us go js ts py rb rs cs cc sh ex so md pl kt vb fs hs mm pm gz ps ui")
)

// isDomain reports whether a token with dots is a name of DNS instead of one of a type, a module, a file or a version.
func isDomain(host string, port bool) bool {
	first, _, _ := strings.Cut(host, ".")
	last := lowered(host[strings.LastIndexByte(host, '.')+1:])
	for i := range len(host) - 1 {
		if a, b := host[i], host[i+1]; a >= 'a' && a <= 'z' && b >= 'A' && b <= 'Z' {
			return false // a type
		}
	}
	if strings.ContainsAny(host, "_*") && !strings.Contains(host, "amazonaws") || packages[lowered(first)] {
		return false
	}
	if port {
		return isLetter(last[0]) && len(last) > 1
	}
	if _, aws := awsLabels(host); aws || domains[last] {
		return true
	}
	return len(last) == 2 && isLetter(last[0]) && isLetter(last[1]) && !attributes[last]
}
