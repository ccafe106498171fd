package main

import (
	"context"
	"fmt"
	"os"

	"fargate-doctor/aws"
	"fargate-doctor/aws/read"
	"fargate-doctor/aws/snapshot"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"

	"github.com/spf13/cobra"
)

func (p *program) snapshotCommand() *cobra.Command {
	var c steps.Case
	var path string
	var redact bool
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Record what a diagnosis reads, for later or for a colleague",
		Long: `snapshot records every answer that a diagnosis of one task reads, as the JSON that the AWS CLI prints, in a folder or in a .zip or
.tar.gz archive. --snapshot replays it: the wizard and every command work on it offline.

No secret value is asked for. Values of environment variables are left out unless they are proxy settings or AWS regions and endpoints.`,
		Example: `  fargate-doctor snapshot --cluster shop --task 7c1e55ab -o incident.zip
  fargate-doctor snapshot --cluster shop --service web --to sns --redact -o incident/`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if p.set.demo == demoList {
				return listDemos(p.out)
			}
			if path == "" {
				return usagef("for example -o incident.zip", "say where to write the snapshot: -o")
			}
			if _, err := os.Stat(path); err == nil {
				return usagef("choose another name; a snapshot is never written over", "%s exists", path)
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), p.set.timeout)
			defer cancel()
			return p.record(ctx, c, path, redact)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Cluster, "cluster", "", "cluster name or ARN")
	f.StringVar(&c.Task, "task", "", "task id, ARN, or the beginning of an id")
	f.StringVar(&c.Service, "service", "", "service name: its newest task is recorded")
	f.StringVar(&c.Target, "to", "", "what the task wants to reach; without it the target can be chosen later")
	f.StringVar(&c.Action, "action", "", "the call that was refused: sns:Publish; what decides about it is recorded too")
	f.StringVar(&c.Resource, "resource", "", "ARN of what it was refused on")
	f.StringVarP(&path, "output", "o", "", "folder, .zip or .tar.gz to write")
	f.BoolVar(&redact, "redact", false, "mask account ids")
	return cmd
}

// record walks a case through a recorder, reads what the wizard's lists would read of the cluster, and writes both.
func (p *program) record(ctx context.Context, flags steps.Case, path string, redact bool) error {
	w, err := p.open(ctx)
	if err != nil {
		return err
	}
	c := merge(w.asked, flags)
	if c.Region == "" {
		c.Region = w.region
	}
	if c.Cluster == "" || c.Task == "" && c.Service == "" {
		return usagef("say --cluster and --task, or --cluster and --service", "which task?")
	}
	if c.Target == "" {
		c.Target = "sts" // any target reads the network; the private zones of all names are read below
	}
	c.Symptom = steps.Unsure
	c = steps.Understand(c)
	if calls := steps.Calls(c.Target, c.Region, ""); c.Action == "" && len(calls) > 0 {
		c.Action = calls[0].Action // any call reads the roles and their policies
	}
	recorder := snapshot.NewRecorder(w.reader)
	reader := aws.NewMemo(recorder) // what the walk has read is not asked for again by the lists
	progress := p.newProgress()
	engine := &steps.Engine{Reader: reader, Region: c.Region, Now: w.now}
	told := func(e steps.Event) { progress.show(fmt.Sprintf("%d calls to AWS", e.Calls)) }
	r, err := engine.Walk(ctx, c, told)
	missing := report.Missing(r)
	for _, s := range []steps.Symptom{steps.Exec, steps.Start} { // each has a branch of its own
		if err == nil {
			also := c
			also.Symptom = s
			var more steps.Report
			more, err = engine.Walk(ctx, also, told)
			missing = append(missing, report.Missing(more)...)
		}
	}
	if err == nil {
		err = recordLists(ctx, reader, c, r.Subject.Task)
	}
	progress.clear()
	if err != nil {
		return err
	}
	manifest := snapshot.Manifest{Captured: w.now(), Region: c.Region, Account: r.Subject.Account}
	if err := recorder.Write(path, manifest, redact); err != nil {
		return err
	}
	subject := "task " + aws.ShortName(r.Subject.Task)
	if r.Subject.Task == "" {
		subject = "service " + c.Service
	}
	fmt.Fprintf(p.err, "%s holds what a diagnosis of %s reads\n", path, subject)
	for _, action := range aws.SortedActions(missing) {
		fmt.Fprintf(p.err, "  without what %s tells: it is not allowed\n", action)
	}
	return nil
}

// recordLists reads what a walk does not need and a person at the snapshot does: the lists to choose from, and the private zones of
// all names. What can't be read is not in the snapshot, which says so when it is asked. The error is ctx's.
func recordLists(ctx context.Context, r aws.Reader, c steps.Case, task string) error {
	_ = read.Clusters(ctx, r, func([]aws.Cluster) {})
	_ = read.Services(ctx, r, c.Cluster, func([]aws.Service) {})
	_ = read.Tasks(ctx, r, c.Cluster, "", func([]aws.Task) {})
	if t, err := read.Task(ctx, r, c.Cluster, task); err == nil && t.Attachment.Subnet != "" {
		if s, err := read.Subnets(ctx, r, t.Attachment.Subnet); err == nil {
			_ = read.Resolver(ctx, r, c.Region, s[0].VPC, "")
		}
	}
	return ctx.Err()
}
