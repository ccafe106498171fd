package probe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fargate-doctor/steps/symptom"
)

// curlTells makes curl say how far it came, whatever it ended with. The times are 0 for what it did not come to; %{http_connect} is a
// proxy's answer.
const curlTells = `seen %{time_connect} %{time_appconnect} %{http_code} %{http_connect}\n`

// curlSaw is what that line says.
type curlSaw struct {
	connect, handshake   float64 // seconds
	status, proxyAnswers int
	ok                   bool
}

func readSeen(p printed) curlSaw {
	fields := strings.Fields(p.line("seen "))
	var c curlSaw
	if len(fields) != 5 || fields[0] != "seen" {
		return c
	}
	var errs [4]error
	c.connect, errs[0] = strconv.ParseFloat(fields[1], 64)
	c.handshake, errs[1] = strconv.ParseFloat(fields[2], 64)
	c.status, errs[2] = strconv.Atoi(fields[3])
	c.proxyAnswers, errs[3] = strconv.Atoi(fields[4])
	c.ok = errs == [4]error{}
	return c
}

// unseen returns what curl printed of its failure: its error, and of what -v adds only why a connection did not open, which the error of
// newer versions leaves out.
func unseen(p printed) printed {
	p.lines = slices.DeleteFunc(slices.Clone(p.lines), func(l string) bool {
		return !strings.HasPrefix(l, "curl: ") && !(strings.HasPrefix(l, "* ") && strings.Contains(l, "connect") && strings.Contains(l, " fail"))
	})
	return p
}

// curlFailed reads curl's failure. Newer versions say "Couldn't connect to server" whatever the reason.
func curlFailed(p printed) Result {
	rest := unseen(p)
	vague := func(l string) bool { return strings.Contains(l, "Couldn't connect to server") }
	if i := slices.IndexFunc(rest.lines, vague); i >= 0 {
		evidence := rest.lines[i]
		if rest.lines = slices.DeleteFunc(rest.lines, vague); len(rest.lines) == 0 {
			return Result{Verdict: Failed, Evidence: evidence}
		}
	}
	return failed(rest)
}

// readCurlConnect reads curl with telnet://, which never ends by itself on a connection that nobody speaks on.
func readCurlConnect(p printed, _ Target) Result {
	c := readSeen(p)
	switch {
	case c.ok && c.connect > 0:
		return Result{Verdict: Reached, Latency: latency(fmt.Sprint(c.connect)), Evidence: fmt.Sprintf("connected after %.4f s", c.connect)}
	case p.line("Protocol \"telnet\" not supported") != "" || p.line("Unsupported protocol") != "" || p.status == 0:
		return Result{Evidence: unseen(p).last()}
	}
	return curlFailed(p)
}

// tlsTools shake hands with the target itself, and check its certificate by what the image trusts.
var tlsTools = []tool{{
	name: "openssl", needs: []string{"openssl"},
	command: func(t Target) string {
		return fmt.Sprintf("t 5 openssl s_client -connect %s%s -verify_return_error -state", quote(t.address()), serverName(t))
	},
	read: readOpenSSL,
}, {
	name: "python3", needs: []string{"python3"},
	command: func(t Target) string {
		return fmt.Sprintf("t 5 python3 -c %s %s %d", quote(pythonTLS), quote(t.Host), t.Port)
	},
	read: readPythonTLS,
}, {
	name: "curl", needs: []string{"curl"},
	command: func(t Target) string { return curl(t, "-v --noproxy '*' ") },
	read: func(p printed, t Target) Result {
		c := readSeen(p)
		if c.ok && c.handshake > 0 {
			return Result{Verdict: OK, Latency: latency(fmt.Sprint(c.handshake)), Evidence: fmt.Sprintf("handshake done after %.4f s", c.handshake)}
		}
		return readCurl(p, t)
	},
}}

func serverName(t Target) string {
	if numeric(t) != "" {
		return ""
	}
	return " -servername " + quote(t.Host) + " -verify_hostname " + quote(t.Host)
}

const pythonTLS = `import socket,ssl,sys
h,p=sys.argv[1],int(sys.argv[2])
try:
  s=socket.create_connection((h,p),4); print("connected"); sys.stdout.flush()
  s=ssl.create_default_context().wrap_socket(s,server_hostname=h); print("handshake "+str(s.version()))
except Exception as e: sys.exit(str(e))`

// broken is a handshake that failed after the connection had opened.
func broken(p printed) Result {
	r := failed(p)
	r.Verdict = TLSFailed
	if p.ended || r.Class == symptom.ClassTimeout {
		r.Class, r.Evidence = symptom.ClassTimeout, "the connection opened, and the TLS handshake got no answer"
	} else if r.Class == "" {
		r.Class = symptom.ClassTLS
	}
	return r
}

func readOpenSSL(p printed, _ Target) Result {
	// CONNECTED is in a buffer that is lost when openssl is ended; what -state adds is not.
	switch code := p.line("Verify return code: "); {
	case p.line("CONNECTED(") == "" && p.line("SSL_connect:") == "":
		if p.status == 0 {
			return Result{Evidence: p.last()}
		}
		return failed(p)
	case p.line("verify error:") != "":
		return Result{Verdict: TLSFailed, Class: symptom.ClassTLS, Evidence: p.line("verify error:")}
	case p.status == 0 && strings.HasSuffix(code, "0 (ok)") && p.line("Cipher is (NONE)") == "":
		return Result{Verdict: OK, Evidence: code}
	case p.status == 0:
		return Result{Evidence: p.last()}
	}
	errors := p
	errors.lines = slices.DeleteFunc(slices.Clone(p.lines), func(l string) bool { return !strings.Contains(l, "error") && !strings.Contains(l, "errno") })
	return broken(errors)
}

func readPythonTLS(p printed, _ Target) Result {
	switch l := p.line("handshake "); {
	case p.status == 0 && l != "":
		return Result{Verdict: OK, Evidence: l}
	case p.status == 0:
		return Result{Evidence: p.last()}
	case p.line("connected") != "":
		return broken(p)
	}
	return failed(p)
}

// directTools send a request to the target around any proxy; proxyTools as the container is set up.
var directTools = webTools("-v --noproxy '*' ", "--no-proxy ", "{}", "-Y off ")

var proxyTools = webTools("", "", "None", "")

func webTools(curlOption, wgetOption, pythonProxies, busyboxOption string) []tool {
	python := func(name string) tool {
		return tool{
			name: name, needs: []string{name},
			command: func(t Target) string {
				return fmt.Sprintf("t 6 %s -c %s %s", name, quote(strings.ReplaceAll(pythonRequest, "PROXIES", pythonProxies)), quote(t.url()))
			},
			read: readStatus("status "),
		}
	}
	busybox := func(name, program string, fits func(Image) bool) tool {
		needs, _, _ := strings.Cut(program, " ")
		return tool{
			name: name, needs: []string{needs}, fits: fits,
			command: func(t Target) string {
				return fmt.Sprintf("t 5 %s %s-S -O /dev/null %s", program, busyboxOption, quote(t.url()))
			},
			read: readBusyboxWget,
		}
	}
	return []tool{{
		name: "curl", needs: []string{"curl"},
		command: func(t Target) string { return curl(t, curlOption) },
		read:    readCurl,
	}, {
		name: "wget", needs: []string{"wget"}, fits: func(i Image) bool { return i.is("wget", "GNU Wget") },
		command: func(t Target) string {
			return fmt.Sprintf("t 6 wget %s--max-redirect 0 -T 4 -t 1 -S -O /dev/null %s", wgetOption, quote(t.url()))
		},
		read: readStatus("  HTTP/"),
	}, python("python3"), python("python"),
		busybox("wget of busybox", "wget", func(i Image) bool { return i.is("wget", "BusyBox") }),
		busybox("busybox wget", "busybox wget", nil),
	}
}

var busyboxStatus = readStatus("  HTTP/", "wget: server returned error: HTTP/")

// readBusyboxWget reads a client whose own TLS is so small that its failures say nothing about others.
func readBusyboxWget(p printed, t Target) Result {
	r := busyboxStatus(p, t)
	if r.Verdict == TLSFailed || r.Verdict == Failed {
		r.Verdict, r.Class = Unknown, ""
	}
	return r
}

func curl(t Target, option string) string {
	return fmt.Sprintf("t 6 curl -sS %s--connect-timeout 4 -m 5 -o /dev/null -w %s %s", option, quote(curlTells), quote(t.url()))
}

const pythonRequest = `import sys
try: import urllib.request as u, urllib.error as f
except ImportError: import urllib2 as u; f=u
class N(u.HTTPRedirectHandler):
  def redirect_request(self,*a): return None
try: r=u.build_opener(u.ProxyHandler(PROXIES),N).open(sys.argv[1],None,4); print("status %d"%r.getcode())
except f.HTTPError as e: print("status %d"%e.code)
except Exception as e: sys.exit(str(e))`

// answered is a request that got this HTTP status. A plain request that went through a proxy may have been answered by that.
func answered(status int) Result {
	return Result{Verdict: OK, Status: status, Evidence: fmt.Sprintf("HTTP status %d", status)}
}

func readCurl(p printed, t Target) Result {
	c := readSeen(p)
	rest := unseen(p)
	connected := c.connect > 0 || p.line("* Connected to ") != "" || p.line("SSL connection timeout") != ""
	switch {
	case c.ok && c.status > 0 && p.status == 0:
		r := answered(c.status)
		r.Latency = latency(fmt.Sprint(c.connect))
		return r
	case p.status == 0:
		return Result{Evidence: p.last()}
	case c.ok && c.proxyAnswers > 0 && c.proxyAnswers != 200:
		return Result{Verdict: ProxyFailed, Status: c.proxyAnswers, Class: symptom.ClassProxy, Evidence: rest.last()}
	case c.ok && connected && c.handshake == 0 && t.Scheme == "https":
		if r := failed(rest); r.Verdict == ProxyFailed {
			return r
		}
		return broken(rest)
	}
	return curlFailed(p)
}

// readStatus reads the last HTTP status behind one of these phrases, else the failure. A proxy's answer to CONNECT comes first, and is
// not the target's.
func readStatus(phrases ...string) func(printed, Target) Result {
	return func(p printed, t Target) Result {
		for _, l := range slices.Backward(p.lines) {
			for _, phrase := range phrases {
				rest, ok := strings.CutPrefix(l, phrase)
				if !ok {
					continue
				}
				if strings.HasSuffix(phrase, "HTTP/") { // the version
					_, rest, _ = strings.Cut(rest, " ")
				}
				number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
				if status, err := strconv.Atoi(number); err == nil && status >= 100 && status < 600 {
					return answered(status)
				}
			}
		}
		if p.status == 0 {
			return Result{Evidence: p.last()}
		}
		r := failed(p)
		if t.Scheme == "https" && r.Verdict == Timeout && p.line(" connected.") != "" {
			return broken(p)
		}
		return r
	}
}
