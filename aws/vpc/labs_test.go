package vpc_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
	"fargate-doctor/aws/vpc"
)

// A probe is a packet that was sent in a real network, and whether it was answered.
type probe struct {
	From, To, Protocol, Observed string
	Port                         uint16
}

func (p probe) answered() bool { return p.Observed != "filtered" }

// TestMeasuredPackets holds the verdicts against packets that were measured. Graded are probes from one instance to another
// and to 8.8.8.8, which answers on 443: a NAT gateway, a load balancer, an endpoint or a stranger on the internet may drop a packet
// that has reached it.
func TestMeasuredPackets(t *testing.T) {
	shared := os.Getenv("FARGATE_DOCTOR_SHARED")
	if shared == "" {
		t.Skip("FARGATE_DOCTOR_SHARED does not name the folder with the measured networks")
	}
	labs, _ := filepath.Glob(filepath.Join(shared, "data", "reachability-labs", "*", "probes.jsonl"))
	if len(labs) == 0 {
		t.Fatalf("no probes under %s", shared)
	}
	var all score
	for _, file := range labs {
		lab := filepath.Dir(file)
		s := measure(t, lab, probes(t, file))
		t.Logf("%-40s %v", filepath.Base(lab), s)
		all.add(s)
	}
	t.Logf("%-40s %v", "all", all)
	if all.decided*100 < all.probes*90 {
		t.Errorf("decided %d of %d probes, want 90 %%", all.decided, all.probes)
	}
	if all.agreed*100 < all.decided*98 {
		t.Errorf("agreed with %d of %d measurements, want 98 %%", all.agreed, all.decided)
	}
	if all.falselyReachable > 0 {
		t.Errorf("%d dropped packets are called reachable", all.falselyReachable)
	}
}

type score struct{ probes, decided, agreed, falselyReachable int }

func (s *score) add(o score) {
	s.probes += o.probes
	s.decided += o.decided
	s.agreed += o.agreed
	s.falselyReachable += o.falselyReachable
}

func (s score) String() string {
	return fmt.Sprintf("probes %4d  decided %4d  agreed %4d  falsely reachable %d", s.probes, s.decided, s.agreed, s.falselyReachable)
}

func measure(t *testing.T, lab string, sent []probe) score {
	t.Helper()
	held, err := snapshot.Open(filepath.Join(lab, "aws"))
	if err != nil {
		t.Fatal(err)
	}
	n := read.Everything(context.Background(), held)
	m := vpc.Compile(n)
	own, graded := map[string]string{}, map[string]bool{"8.8.8.8": true}
	for _, i := range n.Interfaces {
		for _, a := range i.Addresses {
			own[a.Private.String()] = i.ID
			if i.Type == "interface" {
				graded[a.Private.String()] = true
				graded[a.Public.String()] = true
			}
		}
	}
	var s score
	for _, p := range sent {
		if own[p.From] == "" || p.From == p.To || !graded[p.To] {
			continue
		}
		f := flow(own[p.From], p.To, p.Port)
		f.From.Address = ip(p.From)
		if p.Protocol == "udp" {
			f.Protocol = vpc.UDP
		}
		tr := m.Trace(f)
		s.probes++
		if tr.Verdict == vpc.Unknown {
			continue
		}
		s.decided++
		if (tr.Verdict == vpc.Reachable) == p.answered() {
			s.agreed++
			continue
		}
		t.Logf("%s → %s %s %d was %s", p.From, p.To, p.Protocol, p.Port, p.Observed)
		show(t, tr)
		if tr.Verdict == vpc.Reachable {
			s.falselyReachable++
		}
	}
	return s
}

func probes(t *testing.T, file string) []probe {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []probe
	for s := bufio.NewScanner(strings.NewReader(string(b))); s.Scan(); {
		var p probe
		if err := json.Unmarshal(s.Bytes(), &p); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		out = append(out, p)
	}
	return out
}
