package exec

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
)

// loop reads scripts and runs each in a shell of its own. A script stands between two equal lines that no script holds by chance, and
// its output, encoded, between two marks; the second holds the exit status.
const loop = `n=$1; b=$(printf '\n.'); b=${b%.}; stty raw -echo 2>/dev/null; ` +
	`e=none; for c in od base64; do command -v $c >/dev/null 2>&1 && e=$c; done; ` +
	`case $e in base64) f() { base64; };; od) f() { od -An -v -tx1; };; esac; ` +
	`printf '\001%s' "$n<$e>"; ` +
	`while IFS= read -r i; do ` +
	`s=; while IFS= read -r l && [ "$l" != "$i" ]; do s=$s$l$b; done; ` +
	`printf '\001%s' "$n<$i>"; ` +
	`{ r=$({ { (eval "$s") </dev/null 2>&1 3>&- 4>&-; echo $? >&4; } 2>/dev/null | f >&3; } 4>&1); } 3>&1; ` +
	`printf '\001%s' "$n<$r>"; ` +
	`done`

// longestOutput bounds what a script may print.
const longestOutput = 16 << 20

// An Output is what a script printed and how it ended.
type Output struct {
	Text      []byte // stdout and stderr, every byte in the order in which they were written
	Status    int    // of the script; meaningless when Truncated
	Truncated bool   // the end is missing: the session ended, or the script was given up
}

// A Shell runs script after script in a container, over one session, because opening a session takes a second or more and a script some
// milliseconds. It may be used by several goroutines, one script at a time.
type Shell struct {
	mu      sync.Mutex
	session *Session
	marked  *markedReader
	decode  func(io.Writer) io.WriteCloser
	end     string // with a number behind it, the line that ends a script
	count   int
}

// Shell opens a session for scripts. It needs /bin/sh and base64 or od in the image. When ctx ends, so does the Shell. Close must be
// called.
func (c *Client) Shell(ctx context.Context, t Target) (*Shell, error) {
	if t.Windows {
		return nil, errWindows
	}
	mark := newMark()
	session, err := c.Open(ctx, t, Quote([]string{"/bin/sh", "-c", loop, "sh", mark}))
	if err != nil {
		return nil, err
	}
	sh := &Shell{session: session, marked: &markedReader{from: session, mark: markOf(mark)}, end: newMark()}
	encoding, err := session.greeting(sh.marked)
	if err == nil {
		sh.decode, err = decoderOf(encoding)
	}
	if err != nil {
		_ = session.Close()
		return nil, err
	}
	return sh, nil
}

// Run runs a script in a shell of its own, with nothing to read on its stdin. With an error the output is what came until then, and is
// marked as truncated. When ctx ends the script is given up, and the Shell with it, for nothing else can stop the script.
func (s *Shell) Run(ctx context.Context, script string) (Output, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Output{Truncated: true}, err
	}
	if strings.ContainsRune(script, 0) {
		return Output{Truncated: true}, errors.New("a script can't hold a zero byte")
	}
	stop := context.AfterFunc(ctx, func() { s.session.cancel(context.Cause(ctx)) })
	defer stop()
	s.count++
	end := s.end + "." + strconv.Itoa(s.count)
	var text bytes.Buffer
	output, err := s.exchange(end, script, &text)
	output.Text = text.Bytes()
	if err != nil {
		s.session.cancel(errClosed)
		output.Truncated = true
		return output, broke(err)
	}
	return output, nil
}

func (s *Shell) exchange(end, script string, text *bytes.Buffer) (Output, error) {
	if _, err := io.WriteString(s.session, end+"\n"+script+"\n"+end+"\n"); err != nil {
		return Output{}, err
	}
	// Without stty the terminal echoes the script, before the loop has read its end and prints the first mark.
	if _, err := s.marked.pass(nil); err != nil {
		return Output{}, err
	}
	decoder := s.decode(&limited{to: text, left: longestOutput})
	status, err := s.marked.pass(decoder)
	if err == nil {
		err = decoder.Close()
	}
	if err != nil {
		return Output{}, err
	}
	n, err := exitStatus(status)
	return Output{Status: n}, err
}

// Close ends the session.
func (s *Shell) Close() error { return s.session.Close() }

// limited fails when more is written than is left.
type limited struct {
	to   io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, &Error{Text: "the script printed more than a probe may"}
	}
	l.left -= len(p)
	return l.to.Write(p)
}
