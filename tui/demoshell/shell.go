// Package demoshell is the shell of a demo world: a person types in a container that does not exist, and gets the answers that the path
// engine works out for the world. It runs no other program and touches no network. What the tools say is worded as the real ones word it,
// and what the engine can't know it calls unknown.
//
// Which container it is in, and how its world is walked, is for whoever opens it to say.
package demoshell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// A Place is the container that a shell is in.
type Place struct {
	World     string // what the demo world is called
	Region    string
	Account   string
	Task      string     // id
	Role      string     // ARN of the task role, "" for none
	Case      steps.Case // whose subject is the container
	Variables []aws.Pair // of the container
	Walk      func(context.Context, steps.Case) (steps.Report, error)
}

// A Shell is a session at the person's terminal. Its methods are those of exec.Terminal.
type Shell struct {
	ctx    context.Context
	place  Place
	in     io.Reader
	out    io.Writer
	unread []byte
	status int // of the last command

	// Timeout is how long a connection hangs before its tool gives up; a real one hangs for longer.
	Timeout time.Duration
}

// New returns a shell in a place. It ends with ctx.
func New(ctx context.Context, p Place) *Shell {
	return &Shell{ctx: ctx, place: p, in: os.Stdin, out: os.Stdout, Timeout: 2 * time.Second}
}

// SetStdin sets where keys come from.
func (s *Shell) SetStdin(r io.Reader) { s.in = r }

// SetStdout sets where the screen is.
func (s *Shell) SetStdout(w io.Writer) { s.out = w }

// SetStderr does nothing: a shell on a terminal has one screen.
func (s *Shell) SetStderr(io.Writer) {}

// Unread returns the keys that were typed after the shell's end.
func (s *Shell) Unread() []byte { return s.unread }

const prompt = "sh-5.2# "

// errExit ends the shell.
var errExit = errors.New("exit")

// Run reads and answers commands until exit, Ctrl-D or the end of the context. The terminal is then as it was.
func (s *Shell) Run() error {
	if f, ok := s.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		state, err := term.MakeRaw(int(f.Fd()))
		if err != nil {
			return fmt.Errorf("put the terminal in raw mode: %w", err)
		}
		defer func() { _ = term.Restore(int(f.Fd()), state) }()
	}
	keys, err := readKeys(s.ctx, s.in)
	if err != nil {
		return err
	}
	defer func() { s.unread = keys.stop() }()
	console := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, s.out}, prompt)
	fmt.Fprintf(console, "%s · no container, no network: answers are\nworked out from the world's routes, rules and policies\nhelp lists the commands\n", aws.Clean(s.place.World))
	for {
		if f, ok := s.out.(*os.File); ok {
			if w, h, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
				_ = console.SetSize(w, h)
			}
		}
		line, err := console.ReadLine()
		switch {
		case keys.interrupted():
			fmt.Fprint(s.out, "^C\r\n") // the console would draw the line again
			console = renewed(console, keys, s.out)
			s.status = 130
			continue
		case err == io.EOF:
			fmt.Fprint(console, "exit\n")
			return s.ctx.Err()
		case err != nil && !errors.Is(err, term.ErrPasteIndicator):
			return err
		}
		ctx, done := keys.watch(s.ctx)
		s.status, err = s.execute(ctx, console, line)
		done()
		if errors.Is(err, errExit) {
			return nil
		}
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if ctx.Err() != nil {
			fmt.Fprint(console, "^C\n")
			s.status = 130
		}
	}
}

// renewed returns a console with an empty line and the history of the old one.
func renewed(old *term.Terminal, in io.Reader, out io.Writer) *term.Terminal {
	next := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, prompt)
	next.History = old.History
	return next
}

// execute runs one line and returns its exit status.
func (s *Shell) execute(ctx context.Context, out io.Writer, line string) (int, error) {
	words, err := split(line, s.variable)
	if err != nil {
		fmt.Fprintf(out, "sh: syntax error: %v\n", err)
		return 2, nil
	}
	if len(words) == 0 {
		return s.status, nil
	}
	for _, w := range words {
		if w == "|" || w == ">" || w == "&&" || w == "||" || w == ";" {
			fmt.Fprintf(out, "sh: the demo's shell runs one plain command at a time, without %s\n", w)
			return 2, nil
		}
	}
	for _, c := range commands() {
		if c.name == words[0] {
			return c.run(s, ctx, out, words[1:])
		}
	}
	fmt.Fprintf(out, "sh: %s: not found\n", aws.Clean(words[0]))
	return 127, nil
}

// variable returns the value of a variable of the shell.
func (s *Shell) variable(name string) string {
	if name == "?" {
		return strconv.Itoa(s.status)
	}
	for _, v := range s.environment() {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// environment is what env prints: what Fargate sets, then the container's own.
func (s *Shell) environment() []aws.Pair {
	base := []aws.Pair{
		{Name: "HOSTNAME", Value: "ip-" + short(s.place.Task)}, {Name: "HOME", Value: "/root"}, {Name: "PATH", Value: "/usr/local/bin:/usr/bin:/bin"},
		{Name: "AWS_EXECUTION_ENV", Value: "AWS_ECS_FARGATE"}, {Name: "AWS_REGION", Value: s.place.Region}, {Name: "AWS_DEFAULT_REGION", Value: s.place.Region},
		{Name: "ECS_CONTAINER_METADATA_URI_V4", Value: "http://169.254.170.2/v4/" + s.place.Task},
	}
	if s.place.Role != "" {
		base = append(base, aws.Pair{Name: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", Value: "/v2/credentials/" + s.place.Task})
	}
	return append(base, s.place.Variables...)
}

func short(id string) string { return id[:min(len(id), 8)] }

// split takes a line apart into words as a shell does: quotes, backslashes, and $NAME.
func split(line string, variable func(string) string) ([]string, error) {
	var words []string
	var word strings.Builder
	begun, quote := false, rune(0)
	runes := []rune(line)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case quote == 0 && (r == ' ' || r == '\t'):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
			continue
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		case r == '\\' && quote != '\'' && i+1 < len(runes):
			i++
			word.WriteRune(runes[i])
		case r == '$' && quote != '\'' && i+1 < len(runes):
			name := nameAt(runes[i+1:])
			if name == "" {
				word.WriteRune(r)
				break
			}
			i += len([]rune(name))
			word.WriteString(variable(strings.Trim(name, "{}")))
		case quote == 0 && strings.ContainsRune("|;>&", r):
			if begun {
				words = append(words, word.String())
				word.Reset()
			}
			words = append(words, string(r))
			begun = false
			continue
		default:
			word.WriteRune(r)
		}
		begun = true
	}
	if quote != 0 {
		return nil, fmt.Errorf("a %c is not closed", quote)
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// nameAt returns the name of the variable that begins the text: ?, NAME or {NAME}.
func nameAt(r []rune) string {
	if r[0] == '?' {
		return "?"
	}
	if r[0] == '{' {
		if end := strings.IndexRune(string(r), '}'); end > 0 {
			return string(r)[:end+1]
		}
		return ""
	}
	n := 0
	for n < len(r) && (r[n] == '_' || r[n] >= 'A' && r[n] <= 'Z' || r[n] >= 'a' && r[n] <= 'z' || n > 0 && r[n] >= '0' && r[n] <= '9') {
		n++
	}
	return string(r[:n])
}
