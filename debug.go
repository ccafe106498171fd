package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/debug"
	"fargate-doctor/steps"
	"fargate-doctor/steps/symptom"

	"github.com/spf13/cobra"
)

func (p *program) debugCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "debug",
		Short: "Launch, list and stop the debug task",
		Long: `debug launches a container with the AWS CLI in the same subnet, security groups and roles as a task of yours, for sessions and probes
where the task itself has no shell. It ends by itself after its time to live, also when this program is gone. What it makes carries the
tag fargate-doctor; debug stop takes it away.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.debugLaunchCommand(), p.debugListCommand(), p.debugStopCommand())
	return cmd
}

// launchCase is what the command line of debug launch asks for.
type launchCase struct {
	cluster, service, task string
	options                debug.Options
	force, dry             bool
}

func (p *program) debugLaunchCommand() *cobra.Command {
	var c launchCase
	cmd := &cobra.Command{
		Use:   "launch",
		Short: "Launch a debug task beside a task or service",
		Long: `launch starts the debug task and waits until sessions can be opened in it. It prints the task's id.

Before it starts anything it follows the way from that network to the registry of the image. Where the image can't be pulled it says so
and stops; --image names one that can, such as a mirror in your own Amazon ECR.`,
		Example: `  fargate-doctor debug launch --cluster shop --service web
  fargate-doctor debug launch --cluster shop --service web --image 111122223333.dkr.ecr.eu-central-1.amazonaws.com/aws-cli:2
  fargate-doctor exec --cluster shop --task "$(fargate-doctor debug launch --cluster shop --service web)"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.debugLaunch(cmd.Context(), c) },
	}
	f := cmd.Flags()
	f.StringVar(&c.cluster, "cluster", "", "cluster name or ARN")
	f.StringVar(&c.task, "task", "", "task to stand beside: id, ARN, or the beginning of an id")
	f.StringVar(&c.service, "service", "", "service to stand beside: its newest task")
	f.StringVar(&c.options.Image, "image", debug.DefaultImage, "image with a shell; the AWS CLI in it is what probes use")
	f.StringVar(&c.options.TaskRole, "task-role", "", "ARN of the task role (default: the task's own)")
	f.StringVar(&c.options.ExecutionRole, "execution-role", "", "ARN of the execution role (default: the task's own)")
	f.DurationVar(&c.options.TTL, "ttl", debug.DefaultTTL, "the task stops by itself after this long")
	f.BoolVar(&c.options.AsService, "as-service", false, "a service that keeps one such task running, until debug stop")
	f.BoolVar(&c.force, "force", false, "launch even where the image can't be pulled")
	f.BoolVar(&c.dry, "dry-run", false, "say what would be launched, and launch nothing")
	return cmd
}

func (p *program) debugListCommand() *cobra.Command {
	var cluster string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the debug tasks that run",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.debugList(cmd.Context(), cluster) },
	}
	cmd.Flags().StringVar(&cluster, "cluster", "", "cluster name or ARN (default: all clusters of the region)")
	return cmd
}

func (p *program) debugStopCommand() *cobra.Command {
	var cluster, task string
	cmd := &cobra.Command{
		Use:   "stop",
		Short: "Stop debug tasks, and take away their service and task definition",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.debugStop(cmd.Context(), cluster, task) },
	}
	cmd.Flags().StringVar(&cluster, "cluster", "", "cluster name or ARN (default: all clusters of the region)")
	cmd.Flags().StringVar(&task, "task", "", "id of one debug task, or its beginning (default: all)")
	return cmd
}

// openForLaunch opens the account, and refuses where nothing can be launched.
func (p *program) openForLaunch(ctx context.Context) (world, *debug.Launcher, error) {
	switch {
	case p.set.demo != "":
		return world{}, nil, usagef("leave --demo out for your account; in the wizard a demo world launches one too", "a demo world launches nothing from the command line")
	case p.set.snapshot != "":
		return world{}, nil, usagef("leave --snapshot out for your account", "a snapshot launches nothing")
	case p.set.readOnly:
		return world{}, nil, usagef("leave --read-only out", "--read-only takes launching and stopping out of the program")
	}
	w, err := p.open(ctx)
	if err != nil {
		return world{}, nil, err
	}
	return w, &debug.Launcher{API: w.launches, Reader: w.reader, Now: p.now, Token: rand.Text}, nil
}

func (p *program) debugLaunch(ctx context.Context, c launchCase) error {
	if p.set.demo == demoList {
		return listDemos(p.out)
	}
	switch {
	case c.cluster == "":
		return usagef("say --cluster", "which cluster?")
	case c.task == "" && c.service == "":
		return usagef("say --task or --service", "beside which task?")
	}
	w, launcher, err := p.openForLaunch(ctx)
	if err != nil {
		return err
	}
	progress := p.newProgress()
	defer progress.clear()
	progress.show("reading what it will stand beside")
	plan, err := p.planned(ctx, w, c)
	if err != nil {
		return err
	}
	observe := func(d debug.Progress) {
		text := string(d.Phase)
		if d.Text != "" {
			text += ": " + d.Text
		}
		progress.show(text)
	}
	if running, found, err := debug.Find(ctx, w.reader, plan); err != nil {
		return err
	} else if found {
		progress.clear()
		fmt.Fprintf(p.err, "a debug task stands there already\n")
		if !c.dry {
			running, err = launcher.Follow(ctx, plan, running, observe)
			progress.clear()
		}
		if err != nil {
			return err
		}
		return p.printLaunched(running)
	}
	progress.show("following the way to " + debug.Registry(plan.Image))
	if err := p.pullable(ctx, w, plan); err != nil && !c.force {
		return err
	}
	progress.clear()
	fmt.Fprintln(p.err, plan.Line())
	if c.dry {
		return nil
	}
	launched, err := launcher.Launch(ctx, plan, observe)
	progress.clear()
	if err != nil {
		return explained(err)
	}
	return p.printLaunched(launched)
}

func (p *program) planned(ctx context.Context, w world, c launchCase) (debug.Plan, error) {
	ctx, cancel := context.WithTimeout(ctx, p.set.timeout)
	defer cancel()
	subject, err := debug.ReadSubject(ctx, w.reader, w.region, c.cluster, c.service, c.task)
	if err != nil {
		return debug.Plan{}, err
	}
	plan, err := debug.NewPlan(subject, c.options)
	if err != nil {
		return debug.Plan{}, usageError{err.Error(), cmp.Or(aws.Hint(err), "fargate-doctor debug launch --help says what can be named")}
	}
	return plan, nil
}

// pullable follows the way from the plan's network to the registry of its image. The error is for a way that is known not to work.
func (p *program) pullable(ctx context.Context, w world, plan debug.Plan) error {
	ctx, cancel := context.WithTimeout(ctx, p.set.timeout)
	defer cancel()
	engine := &steps.Engine{Reader: w.reader, Region: plan.Region}
	r, err := engine.Walk(ctx, steps.PullCase(plan.Region, plan.Network, debug.Registry(plan.Image)), nil)
	blocked := steps.PullBlocked(r)
	if err != nil || blocked == "" {
		return err
	}
	hint := "name an image that this network can pull: --image, for example a copy in your own Amazon ECR; --force launches it all the same"
	return usageError{fmt.Sprintf("%s can't be pulled from that network: %s", plan.Image, blocked), hint}
}

// explained says why a debug task stopped in the words of the tree, and whether all was taken away: what was not is then joined to the error.
func explained(err error) error {
	leftovers := debug.Leftovers(err)
	var stopped *debug.StoppedError
	switch means := errors.As(err, &stopped); {
	case !means && !leftovers:
		return err
	case !means: // also where the person interrupted it, which alone would be all that is said
		return usageError{err.Error(), takeAway}
	case leftovers:
		return usageError{err.Error(), meaning(stopped) + "; " + takeAway}
	}
	return usageError{err.Error(), meaning(stopped) + "; nothing was left behind"}
}

const takeAway = "fargate-doctor debug stop takes away what is left"

func meaning(e *debug.StoppedError) string {
	return "it means: " + symptom.ReadStopped(e.Reason).Class.Words()
}

func (p *program) printLaunched(l debug.Launched) error {
	if p.set.format == "json" {
		return p.writeJSON(launchedJSON(l))
	}
	fmt.Fprintln(p.out, l.Task.ID)
	fmt.Fprintf(p.err, "open a shell in it: fargate-doctor exec --cluster %s --task %s\n", aws.ShortName(l.Task.Cluster), short(l.Task.ID))
	return nil
}

// launchedDocument is a debug task in JSON.
type launchedDocument struct {
	Task           string `json:"task"` // ARN
	Cluster        string `json:"cluster"`
	Service        string `json:"service"` // "" for a standalone task
	Status         string `json:"status"`
	Subnet         string `json:"subnet"`
	TaskDefinition string `json:"taskDefinition"`
	ExpiresAt      string `json:"expiresAt"` // RFC 3339; "" when it does not end by itself
}

func launchedJSON(l debug.Launched) launchedDocument {
	d := launchedDocument{Task: l.Task.ARN, Cluster: aws.ShortName(l.Task.Cluster), Service: l.Service, Status: l.Task.LastStatus,
		Subnet: l.Task.Attachment.Subnet, TaskDefinition: l.Definition}
	if at := l.Expires(); !at.IsZero() && l.Service == "" {
		d.ExpiresAt = at.UTC().Format(time.RFC3339)
	}
	return d
}

func (p *program) debugList(ctx context.Context, cluster string) error {
	w, err := p.open(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.set.timeout)
	defer cancel()
	all, err := debug.List(ctx, w.reader, cluster)
	if err != nil {
		return err
	}
	if p.set.format == "json" {
		documents := []launchedDocument{}
		for _, l := range all {
			documents = append(documents, launchedJSON(l))
		}
		return p.writeJSON(documents)
	}
	if len(all) == 0 {
		fmt.Fprintln(p.err, "no debug task runs")
		return nil
	}
	tab := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "TASK\tCLUSTER\tSTATUS\tSUBNET\tENDS")
	for _, l := range all {
		ends := "not by itself"
		if left, by := l.Left(w.now()); by {
			ends = fmt.Sprintf("in %d min", int(left.Minutes()))
		}
		fmt.Fprintln(tab, strings.Join([]string{short(l.Task.ID), aws.ShortName(l.Task.Cluster), strings.ToLower(l.Task.LastStatus), l.Task.Attachment.Subnet, ends}, "\t"))
	}
	return tab.Flush()
}

func (p *program) debugStop(ctx context.Context, cluster, task string) error {
	w, launcher, err := p.openForLaunch(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, p.set.timeout)
	defer cancel()
	all, err := debug.List(ctx, w.reader, cluster)
	if err != nil {
		return err
	}
	if task == "" {
		services, err := debug.Services(ctx, w.reader, cluster)
		if err != nil {
			return err
		}
		for _, s := range services { // those without a task: the others go with theirs
			same := func(l debug.Launched) bool { return l.Service == s.Service && l.Task.Cluster == s.Task.Cluster }
			if !slices.ContainsFunc(all, same) {
				all = append(all, s)
			}
		}
	}
	stopped := 0
	for _, l := range all {
		if task != "" && !strings.HasPrefix(l.Task.ID, aws.ShortName(task)) {
			continue
		}
		if err := launcher.Stop(ctx, l); err != nil {
			return err
		}
		stopped++
		what := "stopped debug task " + short(l.Task.ID)
		if l.Task.ID == "" {
			what = "deleted debug service " + l.Service
		}
		fmt.Fprintf(p.err, "%s in %s\n", what, aws.ShortName(l.Task.Cluster))
	}
	if stopped == 0 {
		return usagef("fargate-doctor debug list shows those that run", "no such debug task runs")
	}
	return nil
}

func short(id string) string { return id[:min(len(id), 8)] }
