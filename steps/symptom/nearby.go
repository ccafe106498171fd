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

// nearby takes the host from the token that stands nearest to an offset of the text, of those that fit.
func (p *place) nearby(text string, at int, class Class, fits func(o place, url bool) bool) {
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
			cost += max(0, at-end, i-at)
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
	if i == 0 || text[i-1] == ':' {
		return i == 0 || text[i] != ':'
	}
	return !isWord(text[i-1]) && strings.IndexByte("-.$%\\", text[i-1]) < 0
}

// spot reads the token at an offset. The cost is negative when it is no host that was called; end is where to read on.
func spot(text string, i int, class Class) (p place, cost, end int) {
	rest := text[i:]
	word := 0
	for word < len(rest) && (isWord(rest[word]) || strings.IndexByte("-.+", rest[word]) >= 0) {
		word++
	}
	next, end := rest[word:], i+word
	url := word > 0 && strings.HasPrefix(next, "://")
	switch {
	case url && notNetwork[lowered(rest[:word])]:
		return p, -1, end + tokenLength(next)
	case word > 0 && (i == 0 || text[i-1] == ' ') && strings.HasPrefix(next, " ") && !strings.HasPrefix(next, " port ") &&
		strings.IndexByte(rest[:word], '.') < 0: // a word of a sentence
		return p, -1, end
	case !url && len(next) > 1 && (next[0] == '=' || next[0] == ':') && isLetter(next[1]): // a key, and its value
		return p, -1, end + 1
	}
	host, after := hostToken(rest)
	end = i + max(len(rest)-len(after), word)
	p.host = host
	p.addr, _ = netip.ParseAddr(host)
	switch {
	case host == "" || isFile(host) || p.addr.IsUnspecified():
		return p, -1, end
	case url:
		if strings.HasPrefix(after, ":") {
			p.port = portAt(after[1:])
		}
		if isPage(lowered(host), after) {
			cost = -1
		}
		return p, cost, end + tokenLength(after)
	case !isHost(host) && !p.addr.IsValid() || strings.HasPrefix(after, "=") || isNear(text[:i], rest, after) ||
		class == ClassTLS && isCertified(text[:i]) || class == ClassDNS && p.addr.IsValid(): // the server that was asked
		return p, -1, end
	case isPath(text[:i], p.addr.IsValid()):
		return p, -1, end + tokenLength(after)
	}
	named := !p.addr.IsValid()
	length, ok := p.behind(after)
	end = len(text) - len(after) + length
	if !ok || class == ClassDNS && p.port == portDNS {
		return p, -1, end
	}
	cost = p.weigh(text, i, end, named)
	if cost >= 0 && strings.HasSuffix(text[:i], "from ") {
		cost += costSource
	}
	return p, cost, end
}

// behind reads the address and the port that stand behind a host, and returns the length of both. It is not ok when what stands there
// shows that the token is no host that was called.
func (p *place) behind(after string) (length int, ok bool) {
	all := len(after)
	if inner, ok := strings.CutPrefix(after, "/"); ok { // HOST/ADDRESS:PORT
		dialled, rest := hostToken(inner)
		addr, err := netip.ParseAddr(dialled)
		if unresolved, ok := strings.CutPrefix(inner, "<unresolved>"); ok {
			rest = unresolved
		} else if err != nil {
			return tokenLength(after), false
		}
		p.addr, after = addr, rest
	}
	switch {
	case strings.HasPrefix(after, ":"):
		port, length := portToken(after)
		behind := after[length:]
		switch {
		case strings.HasPrefix(behind, "->"): // the near end of a socket
			return length, false
		case len(behind) > 1 && behind[0] == ':' && isDigit(behind[1]): // a time, or a place in a source file
			return tokenLength(after), false
		}
		p.port, after = port, behind
	case strings.HasPrefix(after, "->"), strings.HasPrefix(after, "("), strings.HasPrefix(after, "#"):
		return 0, false
	case portFollows(after), strings.HasPrefix(after, "', "):
		p.port = portAfter(after)
	}
	return all - len(after), true
}

// weigh returns what the token between two offsets costs by its shape and by the key that it is the value of.
func (p *place) weigh(text string, from, to int, named bool) int {
	key, exact := keyBefore(text[:from])
	dotted := strings.Contains(p.host, ".")
	switch {
	case isNearKey(key):
		return -1
	case named && dotted && !isDomain(p.host, p.port != 0 || farKeys[key]):
		return -1
	case named && !dotted && p.port == 0: // any word, where it is the whole value of a field
		if !farKeys[key] || !exact || loggersOwn(text, from) || notValues[lowered(p.host)] || regionLike(p.host) ||
			!isLetter(p.host[0]) || strings.HasPrefix(text[to:], "\":") || to < len(text) && strings.IndexByte("\"'`,;)}] &", text[to]) < 0 {
			return -1
		}
	case named && !dotted:
		if low := lowered(p.host); p.port < 80 || notNames[low] || low != p.host || isDigit(p.host[0]) && len(p.host) != 12 {
			return -1
		}
	}
	switch {
	case p.port != 0:
		return 0
	case farKeys[key]:
		return costField
	}
	return costBare
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

// isNear reports whether what stands around a token makes it something else than the far end: the caller's own end, an address of
// mail, a router that answered.
func isNear(before, rest, after string) bool {
	user := strings.IndexByte(rest[:min(len(rest), 120)], '@')
	if user >= 0 && !strings.ContainsAny(rest[:user], " /\"") && portAfter(after) == 0 || strings.HasSuffix(before, "@") ||
		strings.HasPrefix(after, " icmp_seq") {
		return true
	}
	before = lowered(before[max(0, len(before)-24):])
	for _, words := range []string{"client: ", "local ", "local: ", "local address: ", "bind ", "bind to ", "listen ", "listening on ",
		"listening at ", "source "} {
		if strings.HasSuffix(before, words) {
			return true
		}
	}
	return false
}

// isPath reports whether a token is a part of a path. An address may stand behind a slash: (/10.0.0.1:80).
func isPath(before string, address bool) bool {
	return strings.HasSuffix(before, "/") && (!address || len(before) > 1 && strings.IndexByte(" (:<[", before[len(before)-2]) < 0)
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
	if i := strings.LastIndexAny(key, "_.-"); i >= 0 && !isNearKey(key) { // db_host, redis.address
		return key[i+1:], exact
	}
	return key, exact
}

// isNearKey reports whether a key is one for the caller's own end: client_ip, local.address.
func isNearKey(key string) bool {
	i := strings.IndexAny(key, "_.-")
	return i > 0 && nearKeys[key[:i]] || nearKeys[key] || key == "sourceipaddress"
}

var (
	// farKeys are the keys under which programs log whom they called.
	farKeys = setOf(`host addr address server servers endpoint endpoints url uri peer remote dest destination target upstream broker
		brokers bootstrap.servers bootstrap dsn backend hosts hostname connection_string`)
	// nearKeys make them the caller's own, or in the log of a server those of its client.
	nearKeys = setOf("local remote client source src laddr bind listen own self log agent")
	// notValues are what stands under such a key for none.
	notValues = setOf("true false null none nil undefined unknown some http https tcp udp")
	// notNames are the words before a colon and a number that is no port.
	notNames = setOf(`
		errno code status line port pid id timeout attempt attempts retry retries elapsed level took duration count size step error
		err version column col char offset exit signal task thread worker process proc job build seq rtt length len state rc events
		net time internal max min total http https tcp udp in at after exception`)
	// domains are the endings of names beside those of two letters. A word with a dot is most often no host.
	domains = setOf(`
		com net org edu gov mil int info biz dev app cloud internal local lan corp home svc test example invalid
		localhost localdomain consul cluster network systems tech online site xyz services solutions directory testing
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
