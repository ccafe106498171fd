package exec

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Quote returns a command line that the agent splits into exactly these words. It splits as a shell does, and runs no shell. Before that
// Systems Manager replaces {{ssm:NAME}} with a parameter's value, so no two braces stand beside each other.
func Quote(argv []string) string {
	var words []string
	for _, w := range argv {
		w = strings.ReplaceAll(w, "'", `'\''`)
		if strings.Contains(w, "{{") {
			w = strings.ReplaceAll(w, "{", "{''")
		}
		words = append(words, "'"+w+"'")
	}
	return strings.Join(words, " ")
}

// longestCommand is what an agent takes as a command, with room for what comes around it.
const longestCommand = 120 << 10

// A session is a terminal: it puts \r before every \n, echoes input, gives programs a terminal to colour their output for, and never says
// with which status a command ended. So a command that a script runs is wrapped: the terminal is put in raw mode, the command writes
// into a pipe, and its output stands between two marks that no output can hold by chance, the second with the status.
//
// Without stty in the image the output comes in base64, or as what od prints. What the command reads comes in base64 lines up to a line
// with a dot, for a raw terminal has no end of file.
const wrapper = `n=$1 i=$2; shift 2; e=raw; ` +
	`stty raw -echo 2>/dev/null || { e=none; for c in od base64; do command -v $c >/dev/null 2>&1 && e=$c; done; }; ` +
	`[ $i = no ] || { [ $e = raw ] && command -v base64 >/dev/null 2>&1; } || e=deaf; ` +
	`printf '\001%s' "$n<$e>"; ` +
	`case $e in raw) f() { cat; };; base64) f() { base64; };; od) f() { od -An -v -tx1; };; *) exit;; esac; ` +
	`g() { while IFS= read -r l && [ "$l" != . ]; do printf '%s\n' "$l"; done | base64 -d; }; ` +
	`r() { { s=$({ { (exec "$@" 2>&1 3>&- 4>&-); echo $? >&4; } 2>/dev/null | f >&3; } 4>&1); } 3>&1; printf '\001%s' "$n<$s>"; }; ` +
	`if [ $i = no ]; then r "$@" </dev/null; else g | r "$@"; fi`

// Run runs a program with arguments in a container, not at a terminal but in a pipe: stdout gets exactly what the program writes to its
// stdout and stderr, as it comes, and the status is the program's own. It needs /bin/sh in the image. With stdin nil the program reads
// nothing; else stdin is passed on and ends where it ends. The error says that the status is not known. When ctx ends while stdout takes
// nothing, Run returns all the same.
func (c *Client) Run(ctx context.Context, t Target, argv []string, stdin io.Reader, stdout io.Writer) (status int, err error) {
	if t.Windows {
		return 0, errWindows
	}
	mark, input := newMark(), "no"
	if stdin != nil {
		input = "yes"
	}
	command := Quote(append([]string{"/bin/sh", "-c", wrapper, "sh", mark, input}, argv...))
	if len(command) > longestCommand {
		return 0, &Error{Text: fmt.Sprintf("the command is too long: %d bytes, and the agent takes about %d", len(command), longestCommand),
			Hint: "pass it on stdin: … -- sh -s < script"}
	}
	s, err := c.Open(ctx, t, command)
	if err != nil {
		return 0, err
	}
	var feeder sync.WaitGroup
	defer func() {
		left := s.Close() // and the feeder's write fails
		feeder.Wait()
		if err == nil {
			err = left
		}
	}()
	marked := &markedReader{from: s, mark: markOf(mark)}
	encoding, err := s.greeting(marked)
	if err != nil {
		return 0, err
	}
	decode, err := decoderOf(encoding)
	if err != nil {
		return 0, err
	}
	if stdin != nil {
		k, err := readKeys(stdin)
		if err != nil {
			return 0, err
		}
		defer k.stop(s.ended)
		feeder.Go(func() { feed(s, k) })
	}
	type result struct {
		end string
		err error
	}
	results := make(chan result, 1)
	go func() {
		defer func() {
			if v := recover(); v != nil {
				results <- result{"", panicked(v)}
			}
		}()
		out := decode(stdout)
		end, err := marked.pass(out)
		if err == nil {
			err = out.Close()
		}
		results <- result{end, err}
	}()
	var r result
	select {
	case r = <-results:
	case <-ctx.Done():
		select {
		case r = <-results:
		case <-time.After(stuck):
			r.err = context.Cause(ctx)
		}
	}
	if r.err != nil {
		return 0, broke(r.err)
	}
	return exitStatus(r.end)
}

// exitStatus returns the status that a container told.
func exitStatus(text string) (int, error) {
	status, err := strconv.Atoi(text)
	if err != nil {
		return 0, &Error{Text: "the container told no exit status", Err: err}
	}
	return status, nil
}

// greeting returns the text of a script's first mark. A script begins at once, so that a long wait for it has a reason to be told.
func (s *Session) greeting(m *markedReader) (string, error) {
	limit := orElse(s.client.Answering, answering)
	late := time.AfterFunc(limit, func() {
		s.cancel(&Error{Text: fmt.Sprintf("nothing came from %s in %s", s.target, limit), Hint: twoSessions})
	})
	defer late.Stop()
	text, err := m.pass(nil)
	if err != nil {
		return "", broke(err)
	}
	return text, nil
}

// broke says that a session's end was not the command's.
func broke(err error) error {
	if err == io.EOF {
		return &Error{Text: "the session ended before the command did: its output may be a part, and its exit status is not known"}
	}
	return err
}

// feed passes input on to what waits for it in the container. Only the end of all input is passed on as one: half an input must not look
// like a whole one to the program.
func feed(s *Session, k *keys) {
	const line = 57 // bytes, which base64 makes 76
	for read := range k.typed {
		var text strings.Builder
		for b := read.bytes; len(b) > 0; {
			n := min(len(b), line)
			text.WriteString(base64.StdEncoding.EncodeToString(b[:n]) + "\n")
			b = b[n:]
		}
		if _, err := io.WriteString(s, text.String()); err != nil {
			return
		}
	}
	switch k.err {
	case nil:
	case io.EOF:
		_, _ = io.WriteString(s, ".\n") // where it fails the session has ended, which the output shows
	default:
		s.cancel(fmt.Errorf("read the input: %w", k.err))
	}
}

// decoderOf returns what undoes the encoding that the container chose for output.
func decoderOf(encoding string) (func(io.Writer) io.WriteCloser, error) {
	switch encoding {
	case "raw":
		return func(w io.Writer) io.WriteCloser { return nopCloser{w} }, nil
	case "base64":
		return func(w io.Writer) io.WriteCloser { return &quartets{to: w, size: 4, decode: decodeBase64} }, nil
	case "od":
		return func(w io.Writer) io.WriteCloser { return &quartets{to: w, size: 2, decode: hex.DecodeString} }, nil
	case "deaf":
		return nil, &Error{Text: "the image has no stty and base64, without which a command can't be given input", Hint: "run it without input: … </dev/null"}
	}
	return nil, &Error{Text: "the image has neither stty nor base64 nor od, without which output does not come through whole",
		Hint: "leave the command out for a session at a terminal"}
}

func decodeBase64(s string) ([]byte, error) { return base64.StdEncoding.DecodeString(s) }

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// quartets decodes text of groups of a few characters each, whatever white space stands between them.
type quartets struct {
	to     io.Writer
	size   int
	decode func(string) ([]byte, error)
	rest   []byte
}

func (q *quartets) Write(p []byte) (int, error) {
	for _, c := range p {
		if c > ' ' {
			q.rest = append(q.rest, c)
		}
	}
	whole := len(q.rest) / q.size * q.size
	plain, err := q.decode(string(q.rest[:whole]))
	if err != nil {
		return 0, fmt.Errorf("the container's output is garbled: %w", err)
	}
	q.rest = append(q.rest[:0], q.rest[whole:]...)
	if _, err := q.to.Write(plain); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (q *quartets) Close() error {
	if len(q.rest) > 0 {
		return errors.New("the container's output is garbled: it ends in the middle")
	}
	return nil
}
