//go:build unix

package exec_test

import (
	"io"
	"slices"
	"testing"
	"time"

	"fargate-doctor/aws/exec/exectest"
)

func BenchmarkThroughput(b *testing.B) {
	const lines = 8 << 20 / 20
	_, client := start(b, exectest.Options{})
	b.SetBytes(lines * 20)
	for b.Loop() {
		s := open(b, client, numbers(lines)...)
		if n, err := io.Copy(io.Discard, s); err != nil || n != lines*20 {
			b.Fatalf("%d bytes, %v", n, err)
		}
		closeSession(b, s)
	}
}

// A key goes to the container and its echo comes back.
func BenchmarkEcho(b *testing.B) {
	_, client := start(b, exectest.Options{})
	s := open(b, client, "/bin/sh", "-c", "stty raw -echo; echo ready; exec cat")
	await(b, s, "ready\n")
	one := make([]byte, 1)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		write(b, s, "x")
		if _, err := io.ReadFull(s, one); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/p99")
}

func BenchmarkProbe(b *testing.B) {
	for name, o := range shells(b) {
		b.Run(name, func(b *testing.B) {
			_, client := start(b, o)
			sh := openShell(b, client)
			for b.Loop() {
				if out, err := sh.Run(b.Context(), "echo hello; exit 3"); err != nil || out.Status != 3 {
					b.Fatalf("%+v, %v", out, err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "probes/s")
		})
	}
}
