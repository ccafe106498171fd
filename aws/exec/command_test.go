//go:build unix

package exec_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"maps"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws/exec"
	"fargate-doctor/aws/exec/exectest"
)

// images are what a container may hold: the shells there are, and a Debian whose stty, or base64 as well, is missing.
func images(t testing.TB) map[string]exectest.Options {
	all := shells(t)
	without := func(missing ...string) exectest.Options {
		folder := t.TempDir()
		for _, name := range []string{"sh", "cat", "od", "base64", "stty", "head", "awk", "sleep", "seq", "printf", "kill", "wc", "sha256sum"} {
			if file, err := osexec.LookPath(name); err == nil && !slices.Contains(missing, name) {
				if err := os.Symlink(file, filepath.Join(folder, name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		return exectest.Options{Path: folder}
	}
	all["no stty"] = without("stty")
	all["no base64"] = without("base64")
	all["no stty, no base64"] = without("stty", "base64")
	return all
}

func everyByte() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}

func TestACommandsOutputIsExact(t *testing.T) {
	bytesFile := filepath.Join(t.TempDir(), "bytes")
	if err := os.WriteFile(bytesFile, []byte(everyByte()), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range images(t) {
		t.Run(name, func(t *testing.T) {
			_, client := start(t, o)
			for _, test := range []struct {
				argv   []string
				out    string
				status int
			}{
				{[]string{"printf", `one\ntwo`}, "one\ntwo", 0},
				{[]string{"cat", bytesFile}, everyByte(), 0},
				{[]string{"sh", "-c", "echo out; echo err >&2; exit 42"}, "out\nerr\n", 42},
				{[]string{"sh", "-c", "kill -9 $$"}, "", 137},
				{[]string{"printf", `%s|`, "a b", "", "it's", `"`, `\`, "$HOME", "*", "ü", "-n", "{{ssm:x}}"}, `a b||it's|"|\|$HOME|*|ü|-n|{{ssm:x}}|`, 0},
				{[]string{"sh", "-c", "test -t 0 || test -t 1 || test -t 2 || echo no terminal"}, "no terminal\n", 0},
				{[]string{"cat"}, "", 0}, // nothing to read is no wait
			} {
				var out bytes.Buffer
				status, err := client.Run(t.Context(), target, test.argv, nil, &out)
				if err != nil || status != test.status || out.String() != test.out {
					t.Errorf("%q: status %d, %v, %q; want %d and %q", test.argv, status, err, out.String(), test.status, test.out)
				}
			}
			var out bytes.Buffer
			status, err := client.Run(t.Context(), target, []string{"/no/such/program"}, nil, &out)
			if err != nil || status != 127 || !strings.Contains(out.String(), "/no/such/program") {
				t.Errorf("status %d, %v, %q", status, err, out.String())
			}
		})
	}
}

func TestACommandIsGivenInput(t *testing.T) {
	blob := make([]byte, 300_000)
	rand.Read(blob)
	all := images(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			_, client := start(t, all[name])
			read, input, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			go func() {
				_, _ = input.Write(blob) // where the other end is closed early there is nothing to write to
				input.Close()
			}()
			var out bytes.Buffer
			status, err := client.Run(t.Context(), target, []string{"cat"}, read, &out)
			if strings.HasPrefix(name, "no ") {
				if err == nil || !strings.Contains(err.Error(), "no stty and base64") {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || status != 0 || !bytes.Equal(out.Bytes(), blob) {
				t.Errorf("status %d, %v, %d bytes of %d", status, err, out.Len(), len(blob))
			}
		})
	}
}

// A command that does not read its input ends when it ends, whether there is more input or not.
func TestInputThatNobodyReadsIsNotWaitedFor(t *testing.T) {
	_, client := start(t, exectest.Options{})
	read, input, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer input.Close()
	var out bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	status, err := client.Run(ctx, target, []string{"sh", "-c", "echo done; exit 3"}, read, &out)
	if err != nil || status != 3 || out.String() != "done\n" {
		t.Errorf("status %d, %v, %q", status, err, out.String())
	}
}

// Half an input never looks like a whole one to the program.
func TestInputThatIsCutOffHasNoEnd(t *testing.T) {
	for _, name := range []string{"the output breaks", "the context ends"} {
		t.Run(name, func(t *testing.T) {
			server, client := start(t, exectest.Options{})
			read, input, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			defer input.Close()
			if _, err := input.WriteString("half"); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			out := failing(func() error {
				for server.Typed() == "" {
					time.Sleep(time.Millisecond)
				}
				if name == "the output breaks" {
					return errors.New("disk full")
				}
				cancel()
				return nil
			})
			_, err = client.Run(ctx, target, []string{"sh", "-c", "echo begun; cat"}, read, out)
			if err == nil {
				t.Error("no error")
			}
			if typed := server.Typed(); strings.Contains(typed, ".") {
				t.Errorf("the program was told that its input had ended: %q", typed)
			}
		})
	}
}

// failing is a writer that does what the function does.
type failing func() error

func (f failing) Write(p []byte) (int, error) { return len(p), f() }

func TestOutputComesAsItIsWritten(t *testing.T) {
	_, client := start(t, exectest.Options{})
	read, write := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := client.Run(ctx, target, []string{"sh", "-c", "echo now; exec sleep 60"}, nil, write)
		ended <- err
	}()
	b := make([]byte, 4)
	if _, err := io.ReadFull(read, b); err != nil || string(b) != "now\n" {
		t.Errorf("got %q, %v", b, err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A part never passes for the whole.
func TestAnOutputThatBreaksOffIsAnError(t *testing.T) {
	server, client := start(t, exectest.Options{})
	go func() {
		for server.Sent() == 0 {
			time.Sleep(time.Millisecond)
		}
		server.Forget()
	}()
	var out bytes.Buffer
	if status, err := client.Run(t.Context(), target, []string{"sleep", "60"}, nil, &out); err == nil {
		t.Errorf("status %d", status)
	}
}

func TestACommandWithFaultsOnTheWay(t *testing.T) {
	_, client := start(t, exectest.Options{KMS: true, Faults: exectest.Faults{Drop: 0.05, Duplicate: 0.05, Delay: 0.05, Reorder: 0.05}})
	var out bytes.Buffer
	status, err := client.Run(t.Context(), target, []string{"sh", "-c", "seq 20000; exit 7"}, nil, &out)
	want, _ := osexec.Command("seq", "20000").Output()
	if err != nil || status != 7 || !bytes.Equal(out.Bytes(), want) {
		t.Errorf("status %d, %v, %d bytes of %d", status, err, out.Len(), len(want))
	}
}

func TestACommandInAnImageWithoutAShell(t *testing.T) {
	_, client := start(t, exectest.Options{NoShell: true})
	if _, err := client.Run(t.Context(), target, []string{"ls"}, nil, io.Discard); exec.CauseOf(err) != "exec.no-shell" {
		t.Errorf("got %v", err)
	}
}

func TestACommandThatIsTooLongIsRefused(t *testing.T) {
	server, client := start(t, exectest.Options{})
	_, err := client.Run(t.Context(), target, []string{"echo", strings.Repeat("x", 200_000)}, nil, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "too long") || server.Calls()["ecs:ExecuteCommand"] != 0 {
		t.Errorf("got %v after %v", err, server.Calls())
	}
}
