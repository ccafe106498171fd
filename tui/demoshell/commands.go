package demoshell

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"fargate-doctor/aws"
)

// A command is what can be typed.
type command struct {
	name, form, does string
	run              func(s *Shell, ctx context.Context, out io.Writer, args []string) (int, error)
}

// commands returns all commands in the order in which help shows them.
func commands() []command {
	return []command{
		{"nslookup", "nslookup NAME", "asks the resolver for a name", (*Shell).nslookup},
		{"getent", "getent hosts NAME", "resolves a name as programs do", (*Shell).getent},
		{"curl", "curl [-v] URL", "opens a connection and asks over HTTP", (*Shell).curl},
		{"nc", "nc -vz HOST PORT", "opens a connection", (*Shell).nc},
		{"aws", "aws SERVICE OPERATION …", "calls AWS with the task role", (*Shell).aws},
		{"env", "env", "shows the variables", (*Shell).env},
		{"echo", "echo WORD …", "", (*Shell).echo},
		{"hostname", "hostname", "", (*Shell).hostname},
		{"id", "id", "", (*Shell).id},
		{"help", "help", "", (*Shell).help},
		{"exit", "exit", "back to fargate-doctor", (*Shell).exit},
	}
}

func (s *Shell) help(_ context.Context, out io.Writer, _ []string) (int, error) {
	for _, c := range commands() {
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("  %-26s%s", c.form, c.does), " "))
	}
	return 0, nil
}

func (s *Shell) exit(context.Context, io.Writer, []string) (int, error) { return 0, errExit }

func (s *Shell) env(_ context.Context, out io.Writer, _ []string) (int, error) {
	for _, v := range s.environment() {
		fmt.Fprintf(out, "%s=%s\n", v.Name, aws.Clean(v.Value))
	}
	return 0, nil
}

func (s *Shell) echo(_ context.Context, out io.Writer, args []string) (int, error) {
	fmt.Fprintln(out, aws.Clean(strings.Join(args, " ")))
	return 0, nil
}

func (s *Shell) hostname(_ context.Context, out io.Writer, _ []string) (int, error) {
	fmt.Fprintln(out, s.variable("HOSTNAME"))
	return 0, nil
}

func (s *Shell) id(_ context.Context, out io.Writer, _ []string) (int, error) {
	fmt.Fprintln(out, "uid=0(root) gid=0(root) groups=0(root)")
	return 0, nil
}

// usage says how a command is used.
func usage(out io.Writer, form string) (int, error) {
	fmt.Fprintf(out, "usage: %s\n", form)
	return 2, nil
}

// unknown says that the world does not tell. It is worded as nothing that a tool would say.
func unknown(out io.Writer, why string) (int, error) {
	fmt.Fprintf(out, "demo: what would happen here is not known: %s\n", why)
	return 1, nil
}

// hang waits as a connection does that nobody answers.
func (s *Shell) hang(ctx context.Context) {
	select {
	case <-time.After(s.Timeout):
	case <-ctx.Done():
	}
}
