package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"

	"fargate-doctor/aws"
	"fargate-doctor/aws/exec"
	"fargate-doctor/aws/read"

	"github.com/spf13/cobra"
)

// sessionClients lists what --session-client takes.
var sessionClients = []string{"builtin", "plugin"}

// execCase is what the command line of exec asks for.
type execCase struct {
	cluster, service, task, container string
	client                            string
	argv                              []string
}

func (p *program) execCommand() *cobra.Command {
	var c execCase
	cmd := &cobra.Command{
		Use:   "exec [flags] [-- PROGRAM [ARGUMENT…]]",
		Short: "Open a shell, or run a program, in a container of a running task",
		Long: `exec opens a session of ECS Exec. Nothing else has to be installed.

At a terminal it opens a shell (bash where the image has it), or runs PROGRAM. Every key goes to the container, Ctrl-C too.

In a script, that is when stdin or stdout is no terminal, it runs PROGRAM in a pipe: stdout gets exactly what PROGRAM writes to its
stdout and stderr, and the exit status is PROGRAM's. A pipe or file on stdin is passed on to PROGRAM, which sees its end; with
</dev/null, and with a terminal on stdin, PROGRAM reads nothing. The image needs /bin/sh for this. When the session itself fails the
exit status is 1 and stderr says why. PROGRAM is run as it stands, by no shell: for pipes and variables say -- sh -c '…'.

--service takes the service's newest running task. A task with several containers needs --container: exec does not guess.
--timeout limits finding the task, not the session.`,
		Example: `  fargate-doctor exec --cluster shop --service web
  fargate-doctor exec --cluster shop --task 7c1e55ab --container app -- env | sort
  fargate-doctor exec --cluster shop --service web -- sh -s < check.sh`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && cmd.ArgsLenAtDash() != 0 {
				return usagef("for example: fargate-doctor exec --cluster shop --service web -- "+strings.Join(args, " "), "the program to run comes after --")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c.argv = args
			return p.exec(cmd.Context(), c)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.cluster, "cluster", "", "cluster name or ARN")
	f.StringVar(&c.task, "task", "", "task id, ARN, or the beginning of an id")
	f.StringVar(&c.service, "service", "", "service name: its newest running task is taken")
	f.StringVar(&c.container, "container", "", "container name; needed when the task has several")
	f.StringVar(&c.client, "session-client", sessionClients[0], "plugin: run the session-manager-plugin of AWS, which must be installed")
	return cmd
}

// exec opens a session, and makes the exit status of its program this program's own where it is known.
func (p *program) exec(ctx context.Context, c execCase) error {
	_, keys := terminal(p.in)
	_, screen := terminal(p.out)
	interactive := keys && screen
	switch {
	case p.set.demo == demoList:
		return listDemos(p.out)
	case !slices.Contains(sessionClients, c.client):
		return usagef("use "+quoted(sessionClients), "--session-client %s is not known", c.client)
	case p.set.demo != "":
		return usagef("leave --demo out for a task of your account", "a demo world has no containers to open a session in")
	case p.set.snapshot != "":
		return usagef("leave --snapshot out for a task of your account", "a snapshot has no containers to open a session in")
	case p.set.readOnly:
		return usagef("leave --read-only out", "--read-only takes sessions out of the program: a shell can change what it likes")
	case c.cluster == "":
		return usagef("say --cluster", "which cluster?")
	case c.task == "" && c.service == "":
		return usagef("say --task or --service", "which task?")
	case len(c.argv) == 0 && !interactive:
		return usagef("say what to run: fargate-doctor exec … -- PROGRAM", "a shell needs a terminal, and stdin or stdout is none")
	}
	w, err := p.open(ctx)
	if err != nil {
		return err
	}
	progress := p.newProgress()
	progress.show("looking for the task")
	target, err := p.execTarget(ctx, w, c)
	progress.clear()
	if err != nil {
		return err
	}
	client := &exec.Client{API: w.sessions, Notice: progress.show}
	switch {
	case c.client == "plugin":
		signal.Ignore(os.Interrupt) // Ctrl-C is the plugin's, which passes it on
		return p.attach(client.Plugin(ctx, target, c.argv, w.region, w.profile, p.set.endpoint))
	case interactive:
		t := client.Terminal(ctx, target, c.argv...)
		err := p.attach(t)
		p.status, _ = t.Status()
		return err
	}
	// Without this the kernel would end the program for writing to a pipe that nobody reads (… -- yes | head), and the session would stay.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	progress.show("opening a session in " + target.String())
	status, err := client.Run(ctx, target, c.argv, p.piped(), &clearing{to: p.out, progress: progress})
	progress.clear()
	if errors.Is(err, syscall.EPIPE) {
		status, err = exitPipe, nil
	}
	if err != nil {
		return err
	}
	p.status = status
	return nil
}

// clearing takes the progress line away before the first output.
type clearing struct {
	to       io.Writer
	progress progress
	once     sync.Once
}

func (c *clearing) Write(b []byte) (int, error) {
	c.once.Do(c.progress.clear)
	return c.to.Write(b)
}

// A session runs at the streams that it is given.
type session interface {
	SetStdin(io.Reader)
	SetStdout(io.Writer)
	SetStderr(io.Writer)
	Run() error
}

func (p *program) attach(s session) error {
	s.SetStdin(p.in)
	s.SetStdout(p.out)
	s.SetStderr(p.err)
	return s.Run()
}

// execTarget finds the container. The task is found as diagnose finds it.
func (p *program) execTarget(ctx context.Context, w world, c execCase) (exec.Target, error) {
	ctx, cancel := context.WithTimeout(ctx, p.set.timeout)
	defer cancel()
	var task aws.Task
	var err error
	if c.task != "" {
		task, err = read.FindTask(ctx, w.reader, c.cluster, c.service, c.task)
	} else {
		task, err = read.NewestTask(ctx, w.reader, c.cluster, c.service)
	}
	if err != nil {
		return exec.Target{}, err
	}
	if task.ARN == "" {
		return exec.Target{}, usagef("fargate-doctor diagnose says why a service has no task", "service %s has no task", c.service)
	}
	return exec.Choose(task, c.container)
}

// piped returns what a program in a pipe is to read: a pipe, a socket or a file on stdin. A terminal, and a device such as /dev/null, is
// not passed on.
func (p *program) piped() io.Reader {
	f, ok := p.in.(*os.File)
	if !ok {
		return p.in
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice != 0 {
		return nil
	}
	return f
}
