package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fargate-doctor/steps"
	"fargate-doctor/steps/report"

	"github.com/spf13/cobra"
)

func (p *program) diagnoseCommand() *cobra.Command {
	var c steps.Case
	var launch steps.Launch
	var answers map[string]string
	var wish runbookWish
	var probes probeWish
	var to destination
	var every time.Duration
	cmd := &cobra.Command{
		Use:   "diagnose",
		Short: "Walk the decision tree without a screen",
		Long: `diagnose walks the decision tree for one task and prints what it found.

Exit status: 0 nothing wrong was found, 1 the program could not do its work, 2 a problem was found, 3 something that was needed
could not be read (the report names it).

--watch walks again with fresh facts until nothing is in the way, or --timeout ends it. Each change is a line on stderr; the report is that
of the last walk, and so is the exit status.

--probe also looks from inside the task's container, over one session of ECS Exec: name lookup, TCP connection, TLS handshake, HTTP
request with and without the container's proxy, and a harmless call of the AWS CLI, with whatever tools the image has. What it sees is held
against what the configuration says; a difference is a finding of its own.

--runbook also runs AWSSupport-TroubleshootECSTaskFailedToStart of AWS Systems Manager on the task, which must have failed, and holds its
result against the report. It may make a Lambda function and a role in the account; what it will do is shown first, and at a terminal you
are asked. A run for the task that is under way is joined. Ctrl-C stops a run that this command started. The exit status is that of the
diagnosis alone, whatever becomes of the runbook. --timeout limits the diagnosis; the runbook is watched for 15 minutes at most.`,
		Example: `  fargate-doctor diagnose --cluster shop --task 7c1e55ab --symptom timeout --to sns
  fargate-doctor diagnose --cluster shop --service web --to https://sns.eu-central-1.amazonaws.com --format json
  fargate-doctor diagnose --cluster shop --service web --symptom auth --action sns:Publish --resource arn:aws:sns:eu-central-1:111122223333:orders
  fargate-doctor diagnose --cluster shop --service web --symptom start                 (its last failed task)
  fargate-doctor diagnose --cluster shop --service web --to sns --redact -o report.html     (a page for a colleague)
  tail -n 50 app.log | fargate-doctor diagnose --cluster shop --service web --error -      (what the application printed)
  fargate-doctor diagnose --cluster shop --service web --to sns --watch && echo open     (while somebody mends it)
  fargate-doctor diagnose --cluster shop --service web --to sns --probe      (look from inside the container too)
  fargate-doctor diagnose --subnet subnet-0a1 --security-group sg-0b2 --to ecr.api     (a task that does not exist yet)
  fargate-doctor diagnose --demo=endpoint-sg-ingress-denied`,
		Args:        cobra.NoArgs,
		Annotations: writesReports,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.set.formatFor(cmd, to); err != nil {
				return err
			}
			if err := checkSymptom(c.Symptom); err != nil {
				return err
			}
			if err := checkAnswers(answers); err != nil {
				return err
			}
			c.Answers = answers
			if c.Action != "" && !steps.IsAction(c.Action) {
				return usagef("for example --action sns:Publish", "--action %s is no action", c.Action)
			}
			if c.Resource != "" && c.Resource != "*" && !strings.HasPrefix(c.Resource, "arn:") {
				return usagef("for example --resource arn:aws:sns:eu-central-1:111122223333:orders", "--resource %s is no ARN", c.Resource)
			}
			if c.Error == "-" {
				var err error
				if c.Error, err = errorText(p.in); err != nil {
					return fmt.Errorf("error text from stdin: %w", err)
				}
				if strings.TrimSpace(c.Error) == "" {
					return usagef("pipe what the application printed into it", "--error - got nothing from stdin")
				}
			}
			if len(launch.Subnets) > 0 || len(launch.SecurityGroups) > 0 {
				c.Launch = &launch
			}
			if every != 0 && every < leastWatch {
				return usagef("use "+leastWatch.String()+" or more", "--watch=%s is too often", every)
			}
			if every > 0 && !cmd.Flags().Changed("timeout") {
				p.set.timeout = watchTimeout
			}
			return p.diagnose(cmd.Context(), c, every, wish, probes, to)
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Cluster, "cluster", "", "cluster name or ARN")
	f.StringVar(&c.Task, "task", "", "task id, ARN, or the beginning of an id")
	f.StringVar(&c.Service, "service", "", "service name: its newest task is examined, with --symptom start its last failed one")
	f.StringVar(&c.Container, "container", "", "container whose proxy settings count (default: the first essential one)")
	f.StringVar((*string)(&c.Symptom), "symptom", "", "what you see: "+strings.Join(symptomNames(), ", ")+" (default timeout)")
	f.StringVar(&c.Target, "to", "", "what the task wants to reach: a service (sns), host[:port], URL or address:port")
	f.StringVar(&c.Action, "action", "", "the call that was refused: sns:Publish")
	f.StringVar(&c.Resource, "resource", "", "ARN of what it was refused on")
	f.StringVar(&c.Error, "error", "", "what the application printed, or - to read it from stdin: it tells symptom, target and call")
	f.StringSliceVar(&launch.Subnets, "subnet", nil, "subnet of a task that does not exist yet")
	f.StringSliceVar(&launch.SecurityGroups, "security-group", nil, "security group of a task that does not exist yet")
	f.BoolVar(&launch.PublicIP, "public-ip", false, "the task that does not exist yet gets a public address")
	f.StringToStringVar(&answers, "answer", nil, "answer to a question that a report asks: id=value")
	f.BoolVar(&probes.wanted, "probe", false, "also look from inside the container, over ECS Exec, and hold that against the report")
	f.StringVar(&probes.in, "probe-in", probePlaces[0], "where to look from: "+quoted(probePlaces)+", a debug task that runs beside the task")
	f.BoolVar(&probes.install, "probe-install", false, "install tools in the container where it has none to look with")
	f.BoolVar(&wish.wanted, "runbook", false, "also run the AWS runbook for tasks that fail to start, and compare")
	f.StringVar(&wish.role, "automation-role", "", "ARN of the role that the runbook is to use (default: your own permissions)")
	f.DurationVar(&every, "watch", 0, "walk again this often (--watch is every 15s) until nothing is in the way, or --timeout ("+watchTimeout.String()+" then)")
	f.Lookup("watch").NoOptDefVal = watchEvery.String()
	to.register(f)
	return cmd
}

// checkSymptom refuses a symptom that nobody knows; none at all is fine.
func checkSymptom(symptom steps.Symptom) error {
	if symptom != "" && !slices.Contains(symptomNames(), string(symptom)) {
		return usagef("use "+quoted(symptomNames()), "--symptom %s is not known", symptom)
	}
	return nil
}

// checkAnswers refuses answers to questions that nobody asks, and choices that a question does not offer.
func checkAnswers(answers map[string]string) error {
	questions := steps.Questions()
	for id, value := range answers {
		var ids, choices []string
		for _, q := range questions {
			ids = append(ids, q.ID)
			for _, c := range q.Choices {
				if q.ID == id {
					choices = append(choices, c.Value)
				}
			}
		}
		switch {
		case choices == nil:
			return usagef("questions are "+strings.Join(ids, ", "), "--answer %s: no step asks that", id)
		case !slices.Contains(choices, value):
			return usagef("use "+quoted(choices), "--answer %s=%s is not among the answers", id, value)
		}
	}
	return nil
}

func symptomNames() []string {
	var names []string
	for _, s := range steps.Symptoms() {
		names = append(names, string(s.Symptom))
	}
	return names
}

func (p *program) diagnose(ctx context.Context, flags steps.Case, every time.Duration, wish runbookWish, probes probeWish, to destination) error {
	if p.set.demo == demoList {
		return listDemos(p.out)
	}
	if err := wish.check(p.set, flags); err != nil {
		return err
	}
	if err := probes.check(p.set, flags); err != nil {
		return err
	}
	w, err := p.open(ctx)
	if err != nil {
		return err
	}
	c := merge(w.asked, steps.Understand(flags))
	if c.Symptom == "" {
		c.Symptom = steps.Timeout
	}
	if c.Region == "" {
		c.Region = w.region
	}
	c = steps.Understand(c)
	switch {
	case c.Cluster == "" && c.Launch == nil:
		return usagef("say --cluster, or --subnet and --security-group for a task that does not exist yet", "which cluster?")
	case c.Task == "" && c.Service == "" && c.Launch == nil:
		return usagef("say --task or --service", "which task?")
	case c.Target == "" && c.Symptom == steps.Auth && c.Error == "":
		return usagef("say --action, for example --action sns:Publish, or --error with what the application printed", "which call was refused?")
	case c.Target == "" && c.Symptom != steps.Auth && c.Symptom != steps.Start:
		return usagef("say --to, for example --to sns", "what does the task want to reach?")
	}
	walking, cancel := context.WithTimeout(ctx, p.set.timeout)
	defer cancel()
	progress := p.newProgress()
	engine := &steps.Engine{Reader: w.reader, Region: c.Region, Now: w.now}
	walk := func(ctx context.Context) (steps.Report, error) {
		defer progress.clear()
		return engine.Walk(ctx, c, func(e steps.Event) { progress.show(fmt.Sprintf("%d calls to AWS", e.Calls)) })
	}
	r, err := walk(walking)
	if every > 0 {
		watch := watch{
			every: every,
			tell:  func(format string, args ...any) { p.tell(w.now(), format, args...) },
			walk: func(ctx context.Context) (steps.Report, error) {
				engine.Forget("")
				return walk(ctx)
			},
		}
		r, err = watch.until(walking, r, err)
	}
	if err != nil {
		return err
	}
	if probes.wanted {
		if r, err = p.probed(ctx, engine, w, c, probes, r); err != nil {
			return err
		}
	}
	p.status = report.ExitCode(r)
	if wish.wanted {
		r.Runbook = p.runRunbook(ctx, w, c, wish.role, r)
	}
	text, err := p.rendered(r, to)
	if err != nil {
		return err
	}
	return p.write(to, text)
}
