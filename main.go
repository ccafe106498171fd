// Command fargate-doctor finds out why a container on AWS Fargate cannot reach an AWS service, is refused by one, or does not start, and
// says which command mends it.
//
// Package main is wiring: flags, which aws.Reader to open, and what to print. Each command has a file beside this one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"

	"github.com/spf13/cobra"
)

// Exit statuses that scripts lean on.
const (
	exitFine         = 0
	exitFailed       = 1 // the program could not do its work: usage, credentials, network
	exitProblem      = 2 // a problem was found
	exitInconclusive = 3 // something needed could not be read

	exitPipe = 128 + int(syscall.SIGPIPE) // of exec: nobody reads its output any more, as for every program in a pipe
)

func main() {
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // of nohup
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, now: time.Now}
	status := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}

// program is one invocation: its streams, its clock, its global flags, and the status it will end with.
type program struct {
	in       io.Reader
	out, err io.Writer
	now      func() time.Time
	set      settings
	log      *os.File // --log-file, once it is open
	status   int

	debugTask debug.Options // of the wizard's d
}

// run executes one command line and returns the exit status.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.command()
	root.SetArgs(args)
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	defer func() {
		if p.log != nil {
			p.log.Close()
		}
	}()
	if err := root.ExecuteContext(ctx); err != nil {
		p.complain(err)
		return exitFailed
	}
	return p.status
}

// callLog returns where a line for each AWS call goes: the file of --log-file, opened once, or nil.
func (p *program) callLog() (io.Writer, error) {
	if p.set.logFile == "" {
		return nil, nil
	}
	if p.log == nil {
		log, err := os.OpenFile(p.set.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fmt.Errorf("log file: %w", err)
		}
		p.log = log
	}
	return p.log, nil
}

// complain tells a person what went wrong and, where it is known, what to do.
func (p *program) complain(err error) {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(p.err, "fargate-doctor: interrupted")
		return
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = usagef("--timeout gives it longer", "not done after %s", p.set.timeout)
	}
	fmt.Fprintf(p.err, "fargate-doctor: %s\n", aws.Clean(err.Error()))
	hint := aws.Hint(err)
	if hint == "" && strings.HasPrefix(err.Error(), "unknown command") { // of the library that reads the command line
		hint = "fargate-doctor --help lists the commands"
	}
	if hint != "" {
		fmt.Fprintf(p.err, "  %s\n", aws.Clean(hint))
	}
}

// A usageError is the person's to mend, on the command line.
type usageError struct {
	text string
	hint string
}

func (e usageError) Error() string { return e.text }

// Advice returns the hint, for whoever shows errors without knowing their types.
func (e usageError) Advice() string { return e.hint }

func usagef(hint, format string, args ...any) error {
	return usageError{fmt.Sprintf(format, args...), hint}
}

func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "fargate-doctor",
		Short: "Find out why a container on AWS Fargate cannot reach an AWS service, is refused by one, or does not start",
		Long: `fargate-doctor walks a decision tree with live checks against AWS: it finds the security group rule, network ACL entry, route,
endpoint, DNS setting or policy statement that keeps a Fargate task from an AWS service or from starting, shows the evidence, and
prints the command that mends it.

Diagnosing reads and never changes your account. What acts is asked for by name: exec opens a shell in a container, debug launches
a task beside yours, diagnose --runbook runs a runbook of AWS. --read-only takes all of them out.

Without a command it opens the wizard. --plain opens it line by line, for screen readers: it says the answer first, and can do what the
wizard does: recheck, watch, probe, shell, the debug task, the runbook, the report. --demo and --snapshot go with every command.`,
		Example: `  fargate-doctor                          the wizard, on your AWS account
  fargate-doctor --demo                   the wizard, on an embedded demo world
  fargate-doctor --plain                  the wizard, line by line
  fargate-doctor --cluster shop --service web     the wizard, at "What do you see?"
  fargate-doctor diagnose --cluster shop --service web --symptom timeout --to sns
  fargate-doctor diagnose --cluster shop --service web --symptom auth --action sns:Publish
  fargate-doctor diagnose --cluster shop --service web --symptom start
  tail -n 50 app.log | fargate-doctor diagnose --cluster shop --service web --error -
  fargate-doctor path --from eni-0a1b2c3d --to 10.0.3.7:5432`,
		Version:       version(),
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	var known steps.Case
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := checkSymptom(known.Symptom); err != nil {
			return err
		}
		return p.wizard(cmd.Context(), known)
	}
	root.SetVersionTemplate("fargate-doctor {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{err.Error(), fmt.Sprintf("see: %s --help", cmd.CommandPath())}
	})
	p.set.register(root.PersistentFlags())
	f := root.Flags()
	f.StringVar(&known.Cluster, "cluster", "", "cluster that the wizard need not ask for: name or ARN")
	f.StringVar(&known.Service, "service", "", "service that the wizard need not ask for")
	f.StringVar(&known.Task, "task", "", "task that the wizard need not ask for: id, ARN, or the beginning of an id")
	f.StringVar((*string)(&known.Symptom), "symptom", "", "symptom that the wizard need not ask for: "+strings.Join(symptomNames(), ", "))
	f.StringVar(&known.Target, "to", "", "target that the wizard need not ask for: a service (sns), host[:port], URL or address:port")
	f.StringVar(&p.debugTask.Image, "image", debug.DefaultImage, "image of the wizard's debug task, for example a copy in your own Amazon ECR")
	f.BoolVar(&p.debugTask.AsService, "as-service", false, "let the wizard launch its debug task as a service, which keeps one running until it is stopped")
	root.AddCommand(p.diagnoseCommand(), p.pathCommand(), p.execCommand(), p.debugCommand(), p.explainCommand(), p.policyCommand(), p.snapshotCommand(), p.classifyCommand())
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return p.set.check(cmd) }
	return root
}
