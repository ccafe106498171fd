//go:build unix

package exec_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fargate-doctor/aws/exec"
	"fargate-doctor/aws/exec/exectest"
)

func openShell(t testing.TB, c *exec.Client) *exec.Shell {
	t.Helper()
	sh, err := c.Shell(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sh.Close(); err != nil {
			t.Error(err)
		}
	})
	return sh
}

func TestAShellRunsScripts(t *testing.T) {
	for name, o := range images(t) {
		t.Run(name, func(t *testing.T) {
			server, client := start(t, o)
			sh := openShell(t, client)
			for _, test := range []struct {
				script, out string
				status      int
			}{
				{"echo hello", "hello\n", 0},
				{"echo out; echo err >&2; exit 42", "out\nerr\n", 42},
				{`printf 'a\000\001\377\r\n\033'`, "a\x00\x01\xff\r\n\x1b", 0},
				{"x=1\nfor i in 1 2; do\n  echo $i\ndone\n", "1\n2\n", 0},
				{"echo $x", "\n", 0}, // a shell of its own
				{"cat", "", 0},       // nothing to read
				{"exit", "", 0},
				{`echo "it's \"quoted\" \\ $((1+1))"`, "it's \"quoted\" \\ 2\n", 0},
				{"", "", 0},
				{"test -t 0 || test -t 1 || echo no terminal", "no terminal\n", 0},
				{"kill -9 $$; echo on", "", 0}, // last: it ends the loop itself
			} {
				out, err := sh.Run(t.Context(), test.script)
				if strings.HasPrefix(test.script, "kill") {
					if err == nil || !out.Truncated {
						t.Errorf("%q: %+v, %v", test.script, out, err)
					}
					continue
				}
				if err != nil || out.Truncated || out.Status != test.status || string(out.Text) != test.out {
					t.Errorf("%q: %q, status %d, truncated %v, %v; want %q and %d", test.script, out.Text, out.Status, out.Truncated, err, test.out, test.status)
				}
			}
			if n := server.Calls()["ecs:ExecuteCommand"]; n != 1 {
				t.Errorf("%d sessions were opened", n)
			}
		})
	}
}

func TestASyntaxErrorEndsTheScriptAndNotTheShell(t *testing.T) {
	for name, o := range shells(t) {
		t.Run(name, func(t *testing.T) {
			_, client := start(t, o)
			sh := openShell(t, client)
			if out, err := sh.Run(t.Context(), "if then )"); err != nil || out.Status == 0 || len(out.Text) == 0 {
				t.Errorf("%+v, %v", out, err)
			}
			if out, err := sh.Run(t.Context(), "echo on"); err != nil || string(out.Text) != "on\n" {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
}

func TestALargeOutputOfAScript(t *testing.T) {
	_, client := start(t, exectest.Options{})
	out, err := openShell(t, client).Run(t.Context(), "head -c 1000000 /dev/zero")
	if err != nil || !bytes.Equal(out.Text, make([]byte, 1000000)) {
		t.Errorf("%d bytes, %v", len(out.Text), err)
	}
}

func TestAScriptThatIsGivenUp(t *testing.T) {
	_, client := start(t, exectest.Options{})
	sh := openShell(t, client)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	out, err := sh.Run(ctx, "echo begun; sleep 60")
	if !errors.Is(err, context.DeadlineExceeded) || !out.Truncated {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := sh.Run(t.Context(), "echo on"); err == nil || !out.Truncated {
		t.Errorf("afterwards: %+v, %v", out, err)
	}
}

func TestASessionThatEndsInTheMiddleOfAScript(t *testing.T) {
	server, client := start(t, exectest.Options{})
	sh := openShell(t, client)
	go func() {
		time.Sleep(100 * time.Millisecond)
		server.Forget()
	}()
	if out, err := sh.Run(t.Context(), "sleep 60"); err == nil || !out.Truncated {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestScriptsOfSeveralGoroutines(t *testing.T) {
	_, client := start(t, exectest.Options{Faults: exectest.Faults{Drop: 0.05, Duplicate: 0.05, Delay: 0.05, Reorder: 0.05}})
	sh := openShell(t, client)
	var wait sync.WaitGroup
	for i := range 10 {
		wait.Go(func() {
			out, err := sh.Run(t.Context(), fmt.Sprintf("echo %d", i))
			if err != nil || string(out.Text) != fmt.Sprintf("%d\n", i) {
				t.Errorf("%d: %+v, %v", i, out, err)
			}
		})
	}
	wait.Wait()
}

func TestAShellThatWaitsForATurnSaysWhy(t *testing.T) {
	_, client := start(t, exectest.Options{Limit: 1})
	openShell(t, client)
	client.Answering = 200 * time.Millisecond
	sh, err := client.Shell(t.Context(), target)
	if err == nil {
		t.Fatal(sh.Close())
	}
	var e *exec.Error
	if !errors.As(err, &e) || !strings.Contains(e.Text, "nothing came from container app") || !strings.Contains(e.Hint, "two sessions at a time") {
		t.Errorf("got %v", err)
	}
}
