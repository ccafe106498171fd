//go:build unix

// Package exectest is a stand-in for what is at the other end of an ECS Exec session: the APIs of ECS, Systems Manager and KMS as far as a
// session, and the debug task that it may be in, call them, the message gateway, and the agent in the container, which runs real programs of this computer on a real pty. It
// misbehaves as told. It is imported by tests only.
//
// It is written from the protocol, not from aws/exec, and shares nothing with it: a mistake there is not made here again.
package exectest

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// What the stand-in's one cluster and task are called, and who may call it.
const (
	Region    = "eu-central-1"
	Account   = "111122223333"
	Cluster   = "shop"
	TaskID    = "7c1e55ab90d14f6f8a4e2b6c3d5f7a90"
	Service   = "web"
	AccessKey = "AKIAIOSFODNN7EXAMPLE"
	SecretKey = "local"
	Key       = "arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555"
)

// TaskARN and ClusterARN name the task and its cluster.
const (
	TaskARN    = "arn:aws:ecs:" + Region + ":" + Account + ":task/" + Cluster + "/" + TaskID
	ClusterARN = "arn:aws:ecs:" + Region + ":" + Account + ":cluster/" + Cluster
)

// Options say how the stand-in behaves. The zero value behaves well.
type Options struct {
	Containers []Container // of the task; none means one that is called app

	Shell []string // what /bin/sh is in the container: {"busybox", "sh"}; empty means this computer's own
	Path  string   // PATH in the container; "" means this computer's own
	Env   []string // more of the environment

	TLS          bool          // as AWS has it: HTTPS, HTTP/2 offered, with a certificate that only Authority knows
	Startup      time.Duration // how long the agent takes before it takes input; 0 means 20 ms
	KMS          bool          // the cluster has a key
	Challenge    bool          // and the agent asks for its own challenge in the encryption context
	Faults       Faults        // in both directions
	Limit        int           // sessions at a time; 0 means two
	NotConnected int           // how often ecs:ExecuteCommand fails with TargetNotConnectedException at first
	NoShell      bool          // the image holds no program at all
	Presigned    string        // the signature in the URL of the data channel, "" for none
	RefuseSigned bool          // the gateway answers a signed dial with 403
	NeedSigned   bool          // the gateway answers an unsigned or wrongly signed dial with 403
	Lose         int64         // number of a frame of output that never comes, whatever is done; 0 means none
	Leaving      time.Duration // how long ssm:TerminateSession takes
	Deny         []string      // actions that are denied: "kms:GenerateDataKey"
}

// Container is a container of the task.
type Container struct {
	Name  string
	Agent string // lastStatus of its Exec agent, "" when it has none
}

// Faults are the shares of frames, 0.05 for 5 %, to which something happens.
type Faults struct{ Drop, Duplicate, Delay, Reorder float64 }

// A Server is the stand-in. Its URL serves the APIs and the gateway.
type Server struct {
	options Options
	http    *httptest.Server
	slots   chan struct{} // of the agent's workers
	quit    chan struct{}
	agents  sync.WaitGroup

	mu       sync.Mutex
	calls    map[string]int
	sessions map[string]*session
	keys     map[string][]byte // data keys that KMS made, by what seals them
	bound    map[string]string // the encryption context of the last one
	gone     bool
	dials    []string // "signed", "unsigned"
	entered  []string // "ARN of a task/container", of each session

	definitions map[string]map[string]any // that were registered, by ARN
	launched    []*Launched
}

// Start starts a stand-in that ends with the test.
func Start(t testing.TB, o Options) *Server {
	if len(o.Containers) == 0 {
		o.Containers = []Container{{"app", "RUNNING"}}
	}
	if o.Limit == 0 {
		o.Limit = 2
	}
	if o.Startup == 0 {
		o.Startup = 20 * time.Millisecond
	}
	s := &Server{options: o, slots: make(chan struct{}, o.Limit), quit: make(chan struct{}), calls: map[string]int{},
		sessions: map[string]*session{}, keys: map[string][]byte{}, definitions: map[string]map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", s.api)
	mux.HandleFunc("GET /v1/data-channel/{id}", s.gateway)
	s.http = httptest.NewUnstartedServer(mux)
	if o.TLS {
		s.http.EnableHTTP2 = true
		s.http.StartTLS()
	} else {
		s.http.Start()
	}
	t.Cleanup(s.stop)
	return s
}

func (s *Server) stop() {
	close(s.quit)
	s.mu.Lock()
	for _, one := range s.sessions {
		one.end()
	}
	s.mu.Unlock()
	s.agents.Wait()
	s.http.Close()
}

// URL is what AWS_ENDPOINT_URL has to be.
func (s *Server) URL() string { return s.http.URL }

// Authority writes the certificate by which the stand-in's own is known to a file: what AWS_CA_BUNDLE has to be.
func (s *Server) Authority(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "authority.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw})
	if err := os.WriteFile(file, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Calls returns how often each action was called.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// Dials returns how each dial came: "signed", "unsigned", or "badly signed".
func (s *Server) Dials() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.dials...)
}

// Entered returns which container each session was opened in, as the task's ARN and the container's name with a slash between.
func (s *Server) Entered() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.entered...)
}

// Bound returns the encryption context of the last data key.
func (s *Server) Bound() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.bound)
}

// Open returns how many sessions there are that were neither ended by their command nor terminated.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, one := range s.sessions {
		if !one.isOver() {
			n++
		}
	}
	return n
}

// Terminated returns how many sessions ssm:TerminateSession was called for.
func (s *Server) Terminated() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, one := range s.sessions {
		if one.terminated {
			n++
		}
	}
	return n
}

// Cut breaks every connection to the gateway. The agents go on.
func (s *Server) Cut() {
	s.each(func(one *session) { one.cut() })
}

// SetGone makes the gateway answer dials with 503 until it is back.
func (s *Server) SetGone(gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = gone
}

// Forget makes the gateway lose every session, as when AWS ends one that was idle: it can't be resumed.
func (s *Server) Forget() {
	s.each(func(one *session) {
		one.end()
		one.cut()
	})
}

// Pause sends pause_publication to every client, or start_publication.
func (s *Server) Pause(paused bool) {
	kind := "start_publication"
	if paused {
		kind = "pause_publication"
	}
	s.each(func(one *session) { one.control(kind, nil) })
}

// Sent returns how many bytes of output agents have sent, each counted once.
func (s *Server) Sent() int64 {
	var n int64
	s.each(func(one *session) {
		one.mu.Lock()
		defer one.mu.Unlock()
		n += one.sent
	})
	return n
}

// Inputs returns how many frames of input agents have taken in order.
func (s *Server) Inputs() int64 {
	var n int64
	s.each(func(one *session) {
		one.mu.Lock()
		defer one.mu.Unlock()
		n += one.nextIn
	})
	return n
}

// Typed returns all input that agents have taken.
func (s *Server) Typed() string {
	var all []byte
	s.each(func(one *session) {
		one.mu.Lock()
		defer one.mu.Unlock()
		all = append(all, one.typed...)
	})
	return string(all)
}

func (s *Server) each(f func(*session)) {
	s.mu.Lock()
	var all []*session
	for _, one := range s.sessions {
		all = append(all, one)
	}
	s.mu.Unlock()
	for _, one := range all {
		f(one)
	}
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

func (s *Server) streamURL(id string) string {
	u := fmt.Sprintf("%s/v1/data-channel/%s?role=publish_subscribe", strings.Replace(s.http.URL, "http", "ws", 1), id)
	if s.options.Presigned != "" {
		u += "&X-Amz-Signature=" + s.options.Presigned
	}
	return u
}
