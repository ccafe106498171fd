//go:build linux

package probe

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"syscall"
	"testing"
	"time"
)

// A room is a network namespace with everything that a probe may meet. Nothing that is sent in it leaves it. It holds:
//
//	10.0.0.2    a DNS server on port 53; on 10.0.0.3 there is none, and what is sent to 10.9.0.2 is lost
//	10.0.0.5    443 HTTPS, 80 HTTP (both answer 403), 8443 HTTPS with a certificate that nobody trusts, 8444 takes connections and says
//	            nothing, 8445 speaks no TLS; nothing listens on 81
//	10.0.0.9    3128 an HTTP proxy that knows the way to 10.0.0.5 alone
//	10.9.0.0/16 loses every packet; 10.8.0.0/16 is unreachable; to 10.7.0.0/16 there is no route
type room struct {
	inside chan func() // run on the thread that is in the namespace
	dir    string
	ca     string // PEM of who signs the certificate of 10.0.0.5
}

// names of the room's DNS.
var names = map[string][]string{
	"sns.eu-central-1.amazonaws.com": {"10.0.0.5"},
	"lost.example.com":               {"10.9.0.1"},
	"many.example.com":               {"10.0.0.5", "10.0.0.6", "10.9.0.1"},
}

const (
	host   = "sns.eu-central-1.amazonaws.com"
	absent = "nothing.example.com" // NXDOMAIN
	sick   = "sick.example.com"    // SERVFAIL
	mute   = "mute.example.com"    // no answer
)

// enter makes a room. Where namespaces are not permitted the test is skipped.
func enter(t testing.TB) *room {
	t.Helper()
	r := &room{inside: make(chan func()), dir: t.TempDir()}
	failed := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine, and the namespace with it
		err := syscall.Unshare(syscall.CLONE_NEWNET)
		failed <- err
		for f := range r.inside {
			f()
		}
	}()
	if err := <-failed; err != nil {
		t.Skipf("network namespaces are not permitted here: %v", err)
	}
	t.Cleanup(func() { close(r.inside) })
	out, err := r.command("sh", "-ec", `ip link set lo up
for a in 2 3 5 6 9; do ip addr add 10.0.0.$a/32 dev lo; done
ip link add v0 type veth peer name v1; ip link set v0 arp off up; ip link set v1 up
ip addr add 10.0.0.100/32 dev v0; ip route add 10.9.0.0/16 dev v0 src 10.0.0.100
ip route add unreachable 10.8.0.0/16`)
	if err != nil {
		t.Skipf("no network can be made in a namespace here: %v\n%s", err, out)
	}
	r.serve(t)
	return r
}

// command runs a program in the room.
func (r *room) command(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := r.start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	return out.String(), err
}

func (r *room) start(cmd *exec.Cmd) error {
	done := make(chan error)
	r.inside <- func() { done <- cmd.Start() }
	return <-done
}

func (r *room) listen(t testing.TB, address string) net.Listener {
	t.Helper()
	var l net.Listener
	var err error
	done := make(chan bool)
	r.inside <- func() { l, err = net.Listen("tcp4", address); done <- true }
	<-done
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func (r *room) serve(t testing.TB) {
	var queries net.PacketConn
	var err error
	done := make(chan bool)
	r.inside <- func() { queries, err = net.ListenPacket("udp4", "10.0.0.2:53"); done <- true }
	<-done
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { queries.Close() })
	go answerQueries(queries)

	forbidden := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	trusted, ca := certificate(t)
	other, _ := certificate(t)
	r.ca = r.file(t, "ca.pem", ca)
	web := func(l net.Listener, h http.Handler) {
		s := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
		go s.Serve(l)
		t.Cleanup(func() { s.Close() })
	}
	secure := func(address string, c tls.Certificate, h http.Handler) {
		web(tls.NewListener(r.listen(t, address), &tls.Config{Certificates: []tls.Certificate{c}, CipherSuites: suites()}), h)
	}
	for _, a := range []string{"10.0.0.5", "10.0.0.6"} {
		secure(a+":443", trusted, forbidden)
	}
	secure("10.0.0.5:444", trusted, service{})
	secure("10.0.0.5:8443", other, forbidden)
	web(r.listen(t, "10.0.0.5:80"), forbidden)
	silent, plain := r.listen(t, "10.0.0.5:8444"), r.listen(t, "10.0.0.5:8445")
	go accept(silent, func(c net.Conn) { io.Copy(io.Discard, c) })
	go accept(plain, func(c net.Conn) { io.WriteString(c, "220 mail.example.com ESMTP\r\n"); io.Copy(io.Discard, c) })
	go accept(r.listen(t, "10.0.0.9:3128"), r.proxy)
}

// suites are all that there are: busybox knows old ones only.
func suites() []uint16 {
	var ids []uint16
	for _, s := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, s.ID)
	}
	return ids
}

func accept(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() { defer c.Close(); serve(c) }()
	}
}

// certificate returns a certificate for the room's names, and who signed it.
func certificate(t testing.TB) (tls.Certificate, []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "room"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{host}, IPAddresses: []net.IP{net.IPv4(10, 0, 0, 5)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// proxy is an HTTP proxy.
func (r *room) proxy(c net.Conn) {
	buffer := make([]byte, 4096)
	n, _ := c.Read(buffer)
	words := strings.Fields(string(buffer[:n]))
	if len(words) < 2 {
		return
	}
	to := strings.TrimPrefix(words[1], "http://")
	to, _, _ = strings.Cut(to, "/")
	if !strings.Contains(to, ":") {
		to += ":80"
	}
	name, port, _ := net.SplitHostPort(to)
	if name != host && name != "10.0.0.5" {
		io.WriteString(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
		return
	}
	var out net.Conn
	var err error
	done := make(chan bool)
	r.inside <- func() { out, err = net.Dial("tcp4", "10.0.0.5:"+port); done <- true }
	if <-done; err != nil {
		io.WriteString(c, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer out.Close()
	if words[0] == "CONNECT" {
		io.WriteString(c, "HTTP/1.1 200 Connection established\r\n\r\n")
	} else {
		out.Write(buffer[:n])
	}
	go func() { io.Copy(out, c); out.Close() }()
	io.Copy(c, out)
}

// answerQueries is a DNS server of a few names.
func answerQueries(conn net.PacketConn) {
	b := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(b)
		if err != nil {
			return
		}
		if n < 17 {
			continue
		}
		name, at := "", 12
		for at < n && b[at] != 0 {
			end := at + 1 + int(b[at])
			if end >= n {
				break
			}
			name += "." + string(b[at+1:end])
			at = end
		}
		name = strings.ToLower(strings.TrimPrefix(name, "."))
		question := b[12:min(at+5, n)]
		kind := binary.BigEndian.Uint16(b[at+1:])
		reply := append([]byte{b[0], b[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
		addresses, known := names[name]
		switch {
		case name == mute:
			continue
		case name == sick:
			reply[3] |= 2
		case !known:
			reply[3] |= 3
		case kind == 1:
			for _, a := range addresses {
				reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4)
				reply = append(reply, net.ParseIP(a).To4()...)
			}
			reply[7] = byte(len(addresses))
		}
		conn.WriteTo(reply, from)
	}
}

func (r *room) file(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// An image is what a container in the room has.
type image struct {
	name    string
	shell   []string // dash, bash, busybox sh
	servers []string // DNS; nil is the room's own
	env     []string
	path    string
	room    *room
}

// programs finds each program at the first place where this computer has it.
var programs = map[string][]string{
	"bash": nil, "timeout": nil, "sleep": nil, "getent": nil, "dig": nil, "nslookup": nil, "host": nil, "curl": nil, "wget": nil, "telnet": nil, "openssl": nil,
	"perl": nil, "busybox": nil, "dash": nil, "nc.openbsd": nil, "nc.traditional": nil, "ncat": nil,
	"python3": {"/usr/bin/python3"}, // and not a shim in front of one
	"aws":     {"/usr/bin/aws", "/usr/local/bin/aws", filepath.Join(os.Getenv("HOME"), ".pyenv/versions/*/bin/aws")},
	"true":    nil,
}

func find(program string) string {
	for _, pattern := range programs[program] {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	if programs[program] != nil {
		return ""
	}
	path, _ := exec.LookPath(program)
	return path
}

// image makes an image with some commands: "curl", or "nc=ncat" for one under another name. The ones that this computer lacks are left out.
func (r *room) image(t testing.TB, name, shell string, commands ...string) *image {
	t.Helper()
	i := &image{name: name, shell: strings.Fields(shell), room: r, path: t.TempDir()}
	if i.shell[0] = find(i.shell[0]); i.shell[0] == "" {
		t.Skipf("%s is not installed", shell)
	}
	for _, c := range commands {
		link, program, renamed := strings.Cut(c, "=")
		if !renamed {
			program = link
		}
		path := find(program)
		if path == "" {
			t.Logf("%s is not installed", program)
			continue
		}
		if err := os.Symlink(path, filepath.Join(i.path, link)); err != nil {
			t.Fatal(err)
		}
	}
	return i
}

// with returns the image with other DNS servers.
func (i image) asking(servers ...string) *image { i.servers = servers; return &i }

// run runs a script in a shell of the image, in the room, with a hosts file and resolv.conf of its own.
func (i *image) run(t testing.TB, script string) Output {
	t.Helper()
	servers := i.servers
	if servers == nil {
		servers = []string{"10.0.0.2"}
	}
	resolv := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(resolv, []byte("nameserver "+strings.Join(servers, "\nnameserver ")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	mounts := `mount --bind "$1" /etc/resolv.conf && { [ ! -e /etc/ssl/certs/ca-certificates.crt ] || mount --bind "$2" /etc/ssl/certs/ca-certificates.crt; } || exit 99
PATH=$3; shift 3; exec "$@"`
	args := append([]string{"-c", mounts, "sh", resolv, i.room.ca, i.path}, i.shell...)
	cmd := exec.Command("/bin/sh", append(args, "-c", script)...)
	cmd.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent", "SSL_CERT_FILE=" + i.room.ca, "AWS_CA_BUNDLE=" + i.room.ca,
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=local", "LANG=de_DE.UTF-8"}, i.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := i.room.start(cmd)
	if err != nil {
		t.Skipf("mount namespaces are not permitted here: %v", err)
	}
	if cmd.Wait(); cmd.ProcessState.ExitCode() == 99 {
		t.Skipf("files can't be mounted over others here: %s", out.String())
	}
	return Output{Text: out.Bytes()}
}

// survey returns what the image's own survey says.
func (i *image) survey(t testing.TB) Image {
	t.Helper()
	out := i.run(t, Survey())
	found, err := ReadSurvey(out)
	if err != nil {
		t.Fatalf("%s: %v\n%s", i.name, err, out.Text)
	}
	return found
}

// service answers AWS calls as IAM would a caller without permissions.
type service struct{}

func (service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>User: arn:aws:sts::111122223333:assumed-role/web/1 is not authorized to perform: SNS:ListTopics on resource: arn:aws:sns:eu-central-1:111122223333:* because no identity-based policy allows the SNS:ListTopics action</Message></Error><RequestId>1</RequestId></ErrorResponse>`)
}
