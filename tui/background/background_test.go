package background_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	_ "github.com/charmbracelet/bubbletea"
	"github.com/creack/pty"

	_ "fargate-doctor/tui/background"
)

// child tells the test's own binary that it was started by the test: its initialisation is all that matters.
const child = "FARGATE_DOCTOR_BACKGROUND_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		os.Stdout.WriteString("started")
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// A program that holds Bubble Tea starts without asking its terminal anything: a terminal that never answers can't stall it.
func TestNothingIsAskedAtTheStart(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), child+"=1", "TERM=xterm-256color")
	terminal, err := pty.Start(cmd)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	defer terminal.Close()
	var shown bytes.Buffer
	_, _ = io.Copy(&shown, terminal) // Linux ends it with EIO
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := shown.String(); strings.Contains(got, "\x1b]") || !strings.HasSuffix(got, "started") {
		t.Errorf("before main the terminal got %q", got)
	}
}
