package symptom

import (
	"net/netip"
	"strconv"
	"strings"
)

// readLookup reads Go's "lookup HOST on SERVER: …" and "lookup HOST: …": a name that was not resolved, whatever the reason.
func readLookup(s screen, at int) Reading {
	rest := s.cut(at+len("lookup "), at+400)
	host, after, ok := strings.Cut(rest, " ")
	server, _, _ := strings.Cut(strings.TrimPrefix(after, "on "), " ")
	if !ok || !strings.ContainsAny(host, ".:") && !strings.HasSuffix(server, ":53:") {
		return Reading{}
	}
	if !strings.HasSuffix(host, ":") && !strings.HasPrefix(after, "on ") {
		return Reading{}
	}
	return Reading{Class: ClassDNS, Host: cleanHost(strings.TrimSuffix(host, ":"))}
}

// readNameless leaves out what nslookup of BusyBox says of the server that it asked: that it has no name.
func readNameless(s screen, at int) Reading {
	if strings.Contains(s.around(at, 30, 40), "(null)") {
		return Reading{}
	}
	return Reading{Class: ClassDNS}
}

// readDig reads what dig says of a server that did not answer, unless another try was answered.
func readDig(s screen, at int) Reading {
	if strings.Contains(s.cut(at, at+1600), "status: NOERROR") {
		return Reading{}
	}
	return Reading{Class: ClassDNS}
}

// readHostAlone reads the message of Java's SDKs that ends with a host: the exception for an unknown host prints nothing else.
func readHostAlone(s screen, at int) Reading {
	rest := s.cut(at+len("unable to execute http request: "), at+400)
	token, after, _ := strings.Cut(rest, " ")
	if i := strings.Index(token, ":"); i >= 0 {
		after = "" // a host and what the resolver said
		if !strings.HasPrefix(lowered(rest[i:]), ": name") && !strings.HasPrefix(lowered(rest[i:]), ": temp") &&
			!strings.HasPrefix(lowered(rest[i:]), ": nodename") {
			return Reading{}
		}
		token = token[:i]
	}
	host := cleanHost(token)
	if !isName(host) || strings.HasSuffix(host, "Exception") || strings.HasPrefix(host, "java") {
		return Reading{}
	}
	_, to := s.lineAt(at)
	if end := at + len("unable to execute http request: ") + len(token); end < to-1 && after != "" && !strings.HasPrefix(after,
		"at ") && !strings.HasPrefix(after, "(") && !strings.HasPrefix(after, "Caused by") {
		return Reading{}
	}
	return Reading{Class: ClassDNS, Host: host}
}

// readHostOfURL reads Spring's message of a request that failed, where the exception for an unknown host prints nothing but the host:
// "I/O error on GET request for "URL": HOST".
func readHostOfURL(s screen, at int) Reading {
	_, url, _ := strings.Cut(s.cut(at, at+600), "://")
	host, _ := hostToken(url)
	_, message, _ := strings.Cut(url, "\": ")
	if alone, after := hostToken(message); host == "" || alone != host || strings.HasPrefix(after, ":") {
		return Reading{}
	}
	return Reading{Class: ClassDNS, Host: host}
}

// readEndpoint reads botocore's "Could not connect to the endpoint URL" and JavaScript's "Inaccessible host", which stand for
// whatever the HTTP client met, most often a name without an address.
func readEndpoint(s screen, at int) Reading {
	host, _ := urlHost(s.cut(at, at+300))
	if addr, err := netip.ParseAddr(host); err == nil && addr.IsValid() || host == "localhost" {
		return Reading{Class: ClassRefused}
	}
	if wellFormed(host) {
		return Reading{Class: ClassDNS}
	}
	return Reading{Class: ClassEndpointWrong}
}

// readNoRoute leaves out the IPv6 half of an attempt over both address families: that it has no route is usual. It leaves out the
// error of Logstash's pool too, which wraps whatever failed.
func readNoRoute(s screen, at int) Reading {
	if strings.HasSuffix(s.cut(at-len("Pool::"), at), "Pool::") {
		return Reading{}
	}
	from, to := s.lineAt(at)
	line := s.cut(max(from, at-120), min(to, at+120))
	if !strings.Contains(line, "::") && strings.Count(line, ":") < 5 {
		return Reading{Class: ClassNoRoute}
	}
	for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" []()\"',;", r) }) {
		word = strings.TrimRight(word, ":")
		for range 2 {
			if addr, err := netip.ParseAddr(word); err == nil && addr.Is6() {
				low := lowered(s.around(at, 1500, 1500))
				if strings.Contains(low, "timed out") || strings.Contains(low, "etimedout") || strings.Contains(low,
					"econnrefused") || strings.Contains(low, "i/o timeout") {
					return Reading{}
				}
			}
			if i := strings.LastIndexByte(word, ':'); i > 0 {
				word = word[:i]
			}
		}
	}
	return Reading{Class: ClassNoRoute}
}

// readRefused leaves out sockets in the file system: no network is in their way.
func readRefused(s screen, at int) Reading {
	from, _ := s.lineAt(at)
	before := lowered(s.cut(max(from, at-160), at))
	if holdsAny(before, "dial unix", "unix:/", ".sock:", ".sock ", ".sock\"", ".sock'", ".sock failed", "unix domain socket") {
		return Reading{}
	}
	return Reading{Class: ClassRefused}
}

// readJDBC reads PostgreSQL's "Connection to HOST:PORT refused."
func readJDBC(s screen, at int) Reading {
	from, _ := s.lineAt(at)
	before := s.cut(max(from, at-200), at)
	if i := strings.LastIndex(before, "onnection to "); i < 0 || strings.Contains(before[i+len("onnection to "):], " ") {
		return Reading{}
	}
	return Reading{Class: ClassRefused}
}

// readEOF reads the end of a connection where Go's HTTP client and others print it: after a URL or an address.
func readEOF(s screen, at int) Reading {
	end := at + len(": eof")
	if s.cut(at+2, end) != "EOF" || end < len(s.text) && isWord(s.text[end]) {
		return Reading{}
	}
	before := s.cut(at-300, at)
	if i := strings.LastIndexAny(before, " ("); i >= 0 {
		before = before[i+1:]
	}
	if strings.Contains(before, "://") || strings.Contains(before, ".") && strings.Contains(before, ":") ||
		before == "failed" || before == "read" {
		return Reading{Class: ClassReset}
	}
	return Reading{}
}

// readEOFField reads the end of a connection as the value of a log's field, beside the URL that was called.
func readEOFField(s screen, at int) Reading {
	from, to := s.lineAt(at)
	if line := s.cut(max(from, at-300), min(to, at+100)); strings.Contains(line, "://") && strings.Contains(line, "EOF") {
		return Reading{Class: ClassReset}
	}
	return Reading{}
}

// readAborted reads axios' "timeout of N ms exceeded", whose code is that of an aborted connection, and what MySQL's client says of
// one that it lost while it waited.
func readAborted(s screen, at int) Reading {
	if strings.HasPrefix(lowered(s.cut(at, at+len("system"))), "system") {
		return Reading{Class: ClassTimeout}
	}
	what, _, ok := strings.Cut(s.cut(at+len("timeout of "), at+60), "ms exceeded")
	if _, err := strconv.Atoi(what); !ok || err != nil {
		return Reading{}
	}
	return Reading{Class: ClassTimeout}
}

// readClosed reads "connection … to HOST:PORT closed".
func readClosed(s screen, at int) Reading {
	before := s.cut(at-200, at)
	i := strings.LastIndexByte(before, ' ')
	if i < 0 || !strings.HasSuffix(before[:i], " to") || !strings.Contains(lowered(before[max(0, i-40):i]), "connection ") {
		return Reading{}
	}
	host, after := hostToken(before[i+1:])
	if host == "" || portAfter(after) == 0 {
		return Reading{}
	}
	return Reading{Class: ClassReset, Host: host, Port: portAfter(after)}
}

// readTimedOut reads the mere words "timed out", "timeout" and "canceled": a failure of the network where the line speaks of a
// connection that failed, and the words are not part of a name or of an explanation.
func readTimedOut(s screen, at int) Reading {
	end := at
	for end < len(s.text) && (isLetter(s.text[end]) || s.text[end] == ' ' && strings.HasPrefix(lowered(s.cut(end, end+4)),
		" out")) {
		end++
	}
	after, fits := lowered(s.cut(end, end+12)), end == len(s.text)
	for _, next := range []string{".", ",", ")", "]", "\"", "'", ":", ";", "!", "}", " after", " while", " waiting",
		" connecting", " when conn", " on ", " for ", " to ", " exceeded", " occurred", " expired", " trying", " (", " -", " at ",
		" in "} {
		fits = fits || strings.HasPrefix(after, next)
	}
	if from, to := s.lineAt(at); end >= to-1 && from < to {
		fits = true
	}
	if !fits {
		return Reading{}
	}
	from, to := s.lineAt(at)
	line := lowered(s.cut(max(from, at-200), min(to, at+200)))
	if !holdsAny(line, "connect", "socket", "http", "endpoint", "dial", "host", "amazonaws", "network", "tcp", "request") ||
		!holdsAny(line, "error", "fail", "exception", "unable", "could not", "couldn't", "can't", "cannot", "timed out",
			"canceled") {
		return Reading{}
	}
	return readBusy(s, at)
}

// readBusy leaves out what was waited for in the application itself: a lock, a query, a connection of a pool.
func readBusy(s screen, at int) Reading {
	from, to := s.lineAt(at)
	line := lowered(s.cut(max(from, at-200), min(to, at+120)))
	if holdsAny(line, " lock", "locktimeout", "query", "statement", "worker", "transaction", "task timed out", "keepalive",
		"keep-alive", "queuepool", "connection is not available", "test timed out", "build timed out", "session timeout") {
		return Reading{}
	}
	_, what, ok := strings.Cut(lowered(s.cut(at, min(to, at+120))), " waiting for ")
	if ok && !holdsAny(what, "connect", "response", "server", "reply", "://", "host", "network", "socket", "headers", "handshake") {
		return Reading{}
	}
	return Reading{Class: ClassTimeout}
}

// readConnectFailed reads "Failed to connect to … after N ms", of curl and of OkHttp, which hides what the system said: a refusal
// comes at once, a time-out after long.
func readConnectFailed(s screen, at int) Reading {
	_, to := s.lineAt(at)
	text := lowered(s.cut(at-100, min(to, at+200)))
	i := strings.LastIndex(text, "after ")
	if i < 0 {
		return Reading{}
	}
	text = text[i+len("after "):]
	end := 0
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	waited, err := strconv.Atoi(text[:end])
	if err != nil || !strings.HasPrefix(strings.TrimLeft(text[end:], " "), "ms") {
		return Reading{}
	}
	switch {
	case waited < 1000:
		return Reading{Class: ClassRefused}
	case waited >= 3000:
		return Reading{Class: ClassTimeout}
	}
	return Reading{}
}

// readErrno reads the error number of the system in "Can't connect to MySQL server on 'HOST' (110)".
func readErrno(s screen, at int) Reading {
	_, rest, ok := strings.Cut(s.cut(at, at+300), "' (")
	if !ok {
		return readUnreached(s, at)
	}
	if strings.HasPrefix(rest, "timed out") {
		return Reading{Class: ClassTimeout}
	}
	number, _, _ := strings.Cut(strings.ReplaceAll(rest, " ", ")"), ")")
	return Reading{Class: systemNumbers[number]}
}

// systemNumbers are the error numbers of Linux and of Windows: where the message is in another language, only the number tells.
var systemNumbers = map[string]Class{
	"110": ClassTimeout, "10060": ClassTimeout, "60": ClassTimeout, "111": ClassRefused, "10061": ClassRefused, "61": ClassRefused,
	"113": ClassNoRoute, "101": ClassNoRoute, "10065": ClassNoRoute, "10051": ClassNoRoute, "104": ClassReset, "10054": ClassReset,
	"-2": ClassDNS, "-3": ClassDNS, "-5": ClassDNS, "11001": ClassDNS, "11002": ClassDNS,
}

// readUnreached reads the sentence of a client that hides what the system said. A host of its own refuses; others most often do not
// answer.
func readUnreached(s screen, at int) Reading {
	p := place{}
	_, to := s.lineAt(at)
	p.read(s.cut(at, min(to, at+200)), 0, ClassTimeout)
	switch {
	case p.host == "":
		return Reading{}
	case p.host == "localhost" || p.addr.IsLoopback():
		return Reading{Class: ClassRefused}
	}
	return Reading{Class: ClassTimeout}
}

// readDelayed reads the error number that Envoy prints of a connection it could not open.
func readDelayed(s screen, at int) Reading {
	_, number, _ := strings.Cut(s.cut(at, at+40), ": ")
	end := 0
	for end < len(number) && isDigit(number[end]) {
		end++
	}
	return Reading{Class: systemNumbers[number[:end]]}
}

// readSocketNumber reads .NET's "SocketException (NUMBER)", whose sentence is in the language of the machine.
func readSocketNumber(s screen, at int) Reading {
	number, _, _ := strings.Cut(s.cut(at+len("socketexception ("), at+40), ")")
	return Reading{Class: systemNumbers[number]}
}

// readTried reads Cassandra's drivers, which tell of each server they tried how it failed: most often it answered.
func readTried(s screen, at int) Reading {
	_, to := s.lineAt(at)
	if holdsAny(lowered(s.cut(at, min(to, at+400))), "transportexception", "connectionexception", "cannot connect", "timed out",
		"operationtimedout", "marked down") {
		return Reading{Class: ClassTimeout}
	}
	return Reading{}
}

// readDisconnected reads what Kafka's clients say of a broker that cut the connection before it answered.
func readDisconnected(s screen, at int) Reading {
	if _, to := s.lineAt(at); holdsAny(lowered(s.cut(at, min(to, at+300))), "disconnected") {
		return Reading{Class: ClassReset}
	}
	return Reading{}
}

// readConnecting reads redis-py's "Error NUMBER connecting to HOST:PORT" and Python's "[WinError NUMBER]".
func readConnecting(s screen, at int) Reading {
	_, rest, _ := strings.Cut(s.cut(at, at+80), "rror ")
	end := strings.IndexAny(rest, " ]")
	if end < 0 || rest[end] == ' ' && !strings.HasPrefix(rest[end:], " connecting to ") {
		return Reading{}
	}
	return Reading{Class: systemNumbers[rest[:end]]}
}

// readRate reads a mere rate limit, which other services have too.
func readRate(s screen, at int) Reading {
	line := s.around(at, 400, 300)
	if holdsAny(lowered(line), "throttl", "amazonaws", "aws", "(service: ", "request id", "requestid", "botocore", "stack") &&
		!holdsAny(lowered(line), "docker", "github", "registry") {
		return Reading{Class: ClassThrottled}
	}
	return Reading{}
}

// readNotFound reads codes and a status that mean something only when AWS gives them: an application has pages of its own that are
// not found.
func readNotFound(s screen, at int) Reading {
	if spokenByAWS(s, at) {
		return Reading{Class: ClassNotFound}
	}
	return Reading{}
}

// codeLeads stand before the code of an API's answer.
var codeLeads = []string{"an error occurred (", "api error ", "errors::", "code: ", "<code>"}

// readCode reads an API's error code by its ending: services have a code of their own for each kind of thing that is not there.
func readCode(s screen, at int) Reading {
	code := ""
	for _, lead := range codeLeads {
		if strings.HasPrefix(lowered(s.cut(at, at+len(lead))), lead) {
			code = identifier(s.cut(at+len(lead), at+120))
		}
	}
	for _, suffix := range []string{"Exception", "Fault"} {
		code = strings.TrimSuffix(code, suffix)
	}
	if (strings.HasSuffix(code, "NotFound") || strings.HasSuffix(code, "DoesNotExist")) && spokenByAWS(s, at) {
		return Reading{Class: ClassNotFound}
	}
	return Reading{}
}

// spokenByAWS reports whether the message at an offset is an answer of an AWS service: it stands in an envelope.
func spokenByAWS(s screen, at int) bool {
	from, to := s.lineAt(at)
	text := s.cut(max(from, at-700), min(len(s.text), max(to, at+200), at+700))
	return holdsAny(text, "An error occurred (", "operation error ", "(Service: ", "api error ", "AWS HTTP error",
		"Request ID:", "RequestID:", "request id:", "Aws::", "<RequestId>", "\"RequestId\"", "com.amazonaws.services.",
		"software.amazon.awssdk", "rusoto", "amazonaws.com", "x-amzn-", "AmazonServiceException", "botocore", "aws-sdk",
		"Amazon.", "arn:aws", "\"__type\"", "requestId:", "\"requestId\"", "Encoded authorization")
}

func holdsAny(text string, parts ...string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// metadataHosts give credentials to containers and instances.
var metadataHosts = []string{"169.254.170.2", "169.254.169.254", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"}

// failed reads words that documents use too: they count in a line that tells of a failure.
func failed(class Class) func(screen, int) Reading {
	return func(s screen, at int) Reading {
		if tellsFailure(s, at) {
			return Reading{Class: class}
		}
		return Reading{}
	}
}

// tellsFailure reports whether the line about an offset says that something failed.
func tellsFailure(s screen, at int) bool {
	from, to := s.lineAt(at)
	return holdsAny(lowered(s.cut(max(from, at-200), min(to, at+200))), "error", "fail", "unable", "could not", "cannot", "can't",
		"couldn't", "exception", "not reach", "timed out", "refused", "must be in")
}

// readMetadata reads what requests says of a call that failed, however it did, where the call was for credentials.
func readMetadata(s screen, at int) Reading {
	for _, host := range metadataHosts {
		if strings.Contains(s.around(at, 120, 0), "host='"+host+"'") {
			return Reading{Class: ClassCredentialsMissing}
		}
	}
	return Reading{}
}

func metadataHost(host string, addr netip.Addr) bool {
	for _, m := range metadataHosts {
		if host == m || addr.IsValid() && addr.String() == m {
			return true
		}
	}
	return false
}
