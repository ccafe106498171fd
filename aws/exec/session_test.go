//go:build unix

package exec_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fargate-doctor/aws"
	"fargate-doctor/aws/exec"
	"fargate-doctor/aws/exec/exectest"
	"fargate-doctor/aws/live"
	"fargate-doctor/aws/live/livetest"
)

// patience is how long a test waits for what should come at once.
const patience = 20 * time.Second

var target = exec.Target{Cluster: exectest.Cluster, Task: exectest.TaskARN, Container: "app", RuntimeID: exectest.TaskID + "-app"}

// start starts a stand-in and a client of it that uses the real SDK. No goroutine and no session may be left when the test ends.
func start(t testing.TB, o exectest.Options) (*exectest.Server, *exec.Client) {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		if err := goleak.Find(leaks); err != nil {
			t.Error(err)
		}
	})
	server := exectest.Start(t, o)
	livetest.Environment(t, server.URL(), exectest.Region)
	if o.TLS {
		t.Setenv("AWS_CA_BUNDLE", server.Authority(t))
	}
	account, err := live.Open(t.Context(), live.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sessions := account.Sessions()
	t.Cleanup(func() {
		if n := server.Open(); n > 0 {
			t.Errorf("%d sessions are left", n)
		}
		sessions.Transport().(interface{ CloseIdleConnections() }).CloseIdleConnections()
	})
	return server, &exec.Client{API: sessions}
}

// open opens a session that is closed when the test ends.
func open(t testing.TB, c *exec.Client, argv ...string) *exec.Session {
	t.Helper()
	s, err := c.Open(t.Context(), target, exec.Quote(argv))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeSession(t, s) })
	return s
}

func closeSession(t testing.TB, s *exec.Session) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// await reads until what came holds the text, and returns all that came.
func await(t testing.TB, s *exec.Session, text string) string {
	t.Helper()
	var all bytes.Buffer
	found := make(chan error, 1)
	go func() {
		b := make([]byte, 4096)
		for !strings.Contains(all.String(), text) {
			n, err := s.Read(b)
			all.Write(b[:n])
			if err != nil && n == 0 {
				found <- err
				return
			}
		}
		found <- nil
	}()
	select {
	case err := <-found:
		if err != nil {
			t.Fatalf("waited for %q: %v, got %q", text, err, all.String())
		}
	case <-time.After(patience):
		_ = s.Close()
		<-found
		t.Fatalf("waited for %q, got %q", text, all.String())
	}
	return all.String()
}

func write(t testing.TB, s *exec.Session, text string) {
	t.Helper()
	if _, err := io.WriteString(s, text); err != nil {
		t.Fatalf("write %q: %v", text, err)
	}
}

// shells are what stands behind /bin/sh in images: Debian's, Amazon Linux's, Alpine's.
func shells(t testing.TB) map[string]exectest.Options {
	all := map[string]exectest.Options{}
	for name, argv := range map[string][]string{"dash": {"dash"}, "bash": {"bash", "--posix"}, "busybox": {"busybox", "sh"}} {
		file, err := osexec.LookPath(argv[0])
		if err != nil {
			t.Logf("%s is not installed: not tested with it", name)
			continue
		}
		argv[0] = file
		o := exectest.Options{Shell: argv}
		if name == "busybox" {
			o.Path = applets(t, file)
		}
		all[name] = o
	}
	return all
}

// applets makes a folder with nothing but the programs of busybox, as in Alpine's image.
func applets(t testing.TB, busybox string) string {
	folder := t.TempDir()
	list, err := osexec.Command(busybox, "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(list)) {
		if err := os.Symlink(busybox, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestASessionIsATerminal(t *testing.T) {
	for name, o := range shells(t) {
		t.Run(name, func(t *testing.T) {
			server, client := start(t, o)
			s := open(t, client, "/bin/sh")
			if err := s.Resize(97, 31); err != nil {
				t.Fatal(err)
			}
			write(t, s, "echo $((6*7))one\n")
			await(t, s, "42one\r\n") // the echo of what was typed does not hold it
			write(t, s, "stty size\n")
			await(t, s, "31 97\r\n")
			if err := s.Resize(120, 40); err != nil {
				t.Fatal(err)
			}
			write(t, s, "stty size\n")
			await(t, s, "40 120\r\n")
			write(t, s, "sh -c 'echo wait$((1+1)); exec sleep 60'; echo after $?\n") // what has said it has the terminal
			await(t, s, "wait2\r\n")
			write(t, s, "\x03") // ends the sleep; the shell goes on with the next line
			write(t, s, "echo $((50+5))back\n")
			await(t, s, "55back\r\n")
			write(t, s, "exit\n")
			if rest, err := io.ReadAll(s); err != nil {
				t.Errorf("after exit: %v, %q", err, rest)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if server.Terminated() != 1 || server.Calls()["ssm:TerminateSession"] != 1 {
				t.Errorf("AWS was told %d times that the session has ended", server.Calls()["ssm:TerminateSession"])
			}
		})
	}
}

// numbers writes n lines of 20 bytes to the container's terminal, raw.
func numbers(n int) []string {
	return []string{"/bin/sh", "-c", fmt.Sprintf("stty raw; awk 'BEGIN { for (i = 1; i <= %d; i++) printf \"%%019d\\n\", i }'", n)}
}

func numbersSum(n int) [32]byte {
	h := sha256.New()
	for i := 1; i <= n; i++ {
		fmt.Fprintf(h, "%019d\n", i)
	}
	return [32]byte(h.Sum(nil))
}

// readNumbers reads all that a session prints and compares it, byte for byte, with what numbers prints.
func readNumbers(t testing.TB, s io.Reader, n int) {
	t.Helper()
	h := sha256.New()
	got, err := io.Copy(h, s)
	if err != nil || got != int64(n)*20 || [32]byte(h.Sum(nil)) != numbersSum(n) {
		t.Errorf("%d bytes of %d came, %v, and they are the same: %v", got, n*20, err, [32]byte(h.Sum(nil)) == numbersSum(n))
	}
}

func TestTwentyMegabytesComeByteForByte(t *testing.T) {
	const lines = 20 << 20 / 20
	_, client := start(t, exectest.Options{})
	readNumbers(t, open(t, client, numbers(lines)...), lines)
}

func TestFaultsOnTheWayChangeNoByte(t *testing.T) {
	faults := exectest.Faults{Drop: 0.05, Duplicate: 0.05, Delay: 0.05, Reorder: 0.05}
	for name, kms := range map[string]bool{"plain": false, "KMS": true} {
		t.Run(name, func(t *testing.T) {
			_, client := start(t, exectest.Options{Faults: faults, KMS: kms})
			const lines = 10000
			readNumbers(t, open(t, client, numbers(lines)...), lines)

			s := open(t, client, "/bin/sh", "-c", "stty raw -echo; echo ready; head -c 40000")
			await(t, s, "ready\n")
			sent := bytes.Repeat([]byte("0123456789\n"), 4000)[:40000]
			write(t, s, string(sent))
			if got, err := io.ReadAll(s); err != nil || !bytes.Equal(got, sent) {
				t.Errorf("%d bytes came back of %d, %v", len(got), len(sent), err)
			}
		})
	}
}

func TestClustersWithAKeyEncryptSessions(t *testing.T) {
	for _, challenge := range []bool{false, true} {
		t.Run(fmt.Sprintf("challenge %v", challenge), func(t *testing.T) {
			server, client := start(t, exectest.Options{KMS: true, Challenge: challenge})
			var told []string
			client.Notice = func(text string) { told = append(told, text) }
			s := open(t, client, "/bin/sh")
			if err := s.Resize(97, 31); err != nil { // at once: it must wait for the handshake
				t.Fatal(err)
			}
			write(t, s, "stty size\n")
			await(t, s, "31 97\r\n")
			closeSession(t, s)
			if len(told) == 0 || !strings.Contains(told[0], "encrypted using AWS KMS") {
				t.Errorf("the person was told %q", told)
			}
			if server.Bound()["aws:ssm:SessionId"] != s.ID() {
				t.Errorf("the key is bound to %v", server.Bound())
			}
		})
	}
}

func TestAKeyThatIsDeniedIsNamed(t *testing.T) {
	_, client := start(t, exectest.Options{KMS: true, Deny: []string{"kms:GenerateDataKey"}})
	_, err := io.ReadAll(open(t, client, "/bin/sh"))
	if exec.CauseOf(err) != "exec.kms-denied" || aws.Missing(err) != "kms:GenerateDataKey" {
		t.Errorf("got %v", err)
	}
}

// Nothing is lost for a reader that stops: the sender is made to wait.
func TestASlowReaderGetsEverything(t *testing.T) {
	const lines = 20 << 20 / 20
	server, client := start(t, exectest.Options{})
	s := open(t, client, numbers(lines)...)
	var last int64
	for { // until nothing more is sent
		time.Sleep(300 * time.Millisecond)
		n := server.Sent()
		if n == last && n > 0 {
			break
		}
		last = n
	}
	if last > 16<<20 {
		t.Errorf("%d bytes were taken for a reader that reads nothing", last)
	}
	readNumbers(t, s, lines)
}

func TestABrokenConnectionIsResumed(t *testing.T) {
	server, client := start(t, exectest.Options{})
	s := open(t, client, "/bin/sh", "-c", "stty raw -echo; echo ready; cat")
	await(t, s, "ready\n")
	write(t, s, "before")
	await(t, s, "before")
	server.SetGone(true)
	server.Cut()
	write(t, s, "while it was gone")
	time.Sleep(150 * time.Millisecond)
	server.SetGone(false)
	await(t, s, "while it was gone")
	for range 5 {
		server.Cut()
		write(t, s, "again")
		await(t, s, "again")
	}
	if n := server.Calls()["ssm:ResumeSession"]; n < 6 {
		t.Errorf("resumed %d times", n)
	}
}

func TestCutsInTheMiddleOfALongOutput(t *testing.T) {
	const lines = 100000
	server, client := start(t, exectest.Options{})
	s := open(t, client, numbers(lines)...)
	var cutter sync.WaitGroup
	cutter.Go(func() {
		for range 3 {
			time.Sleep(50 * time.Millisecond)
			server.Cut()
		}
	})
	readNumbers(t, s, lines)
	cutter.Wait()
}

func TestALostSessionIsSaidToBeLost(t *testing.T) {
	server, client := start(t, exectest.Options{})
	s := open(t, client, "/bin/sh", "-c", "stty raw -echo; echo ready; cat")
	await(t, s, "ready\n")
	server.Forget()
	if _, err := io.ReadAll(s); err == nil || !strings.Contains(err.Error(), "ended") {
		t.Errorf("got %v", err)
	}
	if _, err := s.Write([]byte("x")); err == nil {
		t.Error("a lost session takes input")
	}
}

func TestOutputThatNeverCameIsMissed(t *testing.T) {
	_, client := start(t, exectest.Options{Lose: 3})
	if _, err := io.ReadAll(open(t, client, numbers(1000)...)); err == nil || !strings.Contains(err.Error(), "before all of its output came") {
		t.Errorf("got %v", err)
	}
}

func TestPausedPublicationHoldsInput(t *testing.T) {
	server, client := start(t, exectest.Options{})
	s := open(t, client, "/bin/sh", "-c", "stty raw -echo; echo ready; cat")
	await(t, s, "ready\n")
	before := server.Inputs()
	server.Pause(true)
	time.Sleep(50 * time.Millisecond)
	write(t, s, "held")
	time.Sleep(400 * time.Millisecond) // longer than it takes to send it again
	if n := server.Inputs(); n != before {
		t.Errorf("%d frames were sent while publication was paused", n-before)
	}
	server.Pause(false)
	await(t, s, "held")
}

// A third session waits for one of the two to end.
func TestTheAgentRunsTwoSessions(t *testing.T) {
	_, client := start(t, exectest.Options{})
	first, second := open(t, client, "cat"), open(t, client, "cat")
	third := open(t, client, "echo", "third")
	select {
	case <-third.Ready():
		t.Error("a third session began")
	case <-time.After(200 * time.Millisecond):
	}
	closeSession(t, first)
	await(t, third, "third")
	closeSession(t, second)
}

func TestInputWaitsForASilentCommand(t *testing.T) {
	_, client := start(t, exectest.Options{Startup: 200 * time.Millisecond})
	client.Holding = 400 * time.Millisecond
	s := open(t, client, "cat") // prints nothing by itself
	write(t, s, "hello\n")
	await(t, s, "hello\r\n")
}

func TestDials(t *testing.T) {
	for _, test := range []struct {
		name string
		o    exectest.Options
		want []string
	}{
		{"signed", exectest.Options{NeedSigned: true}, []string{"signed"}},
		{"over TLS, as AWS has it", exectest.Options{NeedSigned: true, TLS: true}, []string{"signed"}},
		{"signed already", exectest.Options{Presigned: "abc123"}, []string{"unsigned"}},
		{"unsigned where the signature is refused", exectest.Options{RefuseSigned: true}, []string{"signed", "unsigned"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, client := start(t, test.o)
			await(t, open(t, client, "echo", "hello"), "hello")
			if got := server.Dials(); !slices.Equal(got, test.want) {
				t.Errorf("dialled %v, want %v", got, test.want)
			}
		})
	}
	t.Run("refused either way", func(t *testing.T) {
		server, client := start(t, exectest.Options{NeedSigned: true, RefuseSigned: true, Presigned: "abc123"})
		s, err := client.Open(t.Context(), target, "sh")
		if err == nil {
			t.Fatal(s.Close())
		}
		if !strings.Contains(err.Error(), "403") || strings.Contains(err.Error(), "abc123") || server.Terminated() != 1 {
			t.Errorf("got %v, and %d sessions were terminated", err, server.Terminated())
		}
	})
}

func TestAnAgentThatIsNotConnectedYet(t *testing.T) {
	_, client := start(t, exectest.Options{NotConnected: 3})
	client.Connecting = 2 * time.Second
	var told []string
	client.Notice = func(text string) { told = append(told, text) }
	await(t, open(t, client, "echo", "hello"), "hello")
	if len(told) != 3 || !strings.Contains(told[0], "agent to connect") {
		t.Errorf("the person was told %q", told)
	}
}

func TestAnAgentThatNeverConnects(t *testing.T) {
	_, client := start(t, exectest.Options{NotConnected: 1 << 20})
	client.Connecting = 200 * time.Millisecond
	s, err := client.Open(t.Context(), target, "sh")
	if err == nil {
		t.Fatal(s.Close())
	}
	if exec.CauseOf(err) != "exec.target-not-connected" {
		t.Errorf("got %v", err)
	}
}

func TestAnImageWithoutAShell(t *testing.T) {
	_, client := start(t, exectest.Options{NoShell: true})
	_, err := io.ReadAll(open(t, client, "/bin/sh"))
	if exec.CauseOf(err) != "exec.no-shell" || !strings.Contains(err.Error(), "/bin/sh") {
		t.Errorf("got %v", err)
	}
	_, err = io.ReadAll(open(t, client, "/app/tool"))
	if exec.CauseOf(err) != "" || !strings.Contains(fmt.Sprint(err), "the container has no /app/tool") {
		t.Errorf("got %v", err)
	}
}

func TestWhoMayNotExecuteIsTold(t *testing.T) {
	_, client := start(t, exectest.Options{Deny: []string{"ecs:ExecuteCommand"}})
	s, err := client.Open(t.Context(), target, "sh")
	if err == nil {
		t.Fatal(s.Close())
	}
	if exec.CauseOf(err) != "exec.caller-denied" || aws.Missing(err) != "ecs:ExecuteCommand" {
		t.Errorf("got %v", err)
	}
}

func TestASessionThatCannotBeTerminatedIsNamed(t *testing.T) {
	server, client := start(t, exectest.Options{Deny: []string{"ssm:TerminateSession"}})
	s, err := client.Open(t.Context(), target, exec.Quote([]string{"/bin/sh", "-c", "echo ready; exec cat"}))
	if err != nil {
		t.Fatal(err)
	}
	await(t, s, "ready")
	if err := s.Close(); aws.Missing(err) != "ssm:TerminateSession" || !strings.Contains(err.Error(), s.ID()) {
		t.Errorf("got %v", err)
	}
	for end := time.Now().Add(patience); server.Open() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the flag over the channel did not end the session")
		}
	}
}

func TestTheContextEndsASession(t *testing.T) {
	server, client := start(t, exectest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	s, err := client.Open(ctx, target, exec.Quote([]string{"/bin/sh", "-c", "echo ready; exec sleep 60"}))
	if err != nil {
		t.Fatal(err)
	}
	await(t, s, "ready")
	cancel()
	if _, err := io.ReadAll(s); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	select {
	case <-s.Done(): // without Close
	case <-time.After(patience):
		t.Fatal("the session goes on")
	}
	if server.Terminated() != 1 {
		t.Error("AWS was not told")
	}
}
