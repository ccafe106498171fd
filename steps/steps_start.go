package steps

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps/symptom"
)

const (
	docStopCodes     = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html"
	docInitError     = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html"
	docUnableToPull  = "https://repost.aws/knowledge-center/ecs-unable-to-pull-secrets"
	docServiceLinked = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html"
	docLoadBalancing = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html"
	docEvents        = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"
	docCapacity      = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"
)

// The branch of tasks that do not start (R20-R39): which failed and what ECS says of it; whether it could be placed; then all that the
// start needs, area by area; at the end the containers themselves.
var startSteps = []Step{{
	ID:           "start.failure",
	Ask:          "Which task failed, and what does ECS say of it?",
	Why:          "The stopped reason names the step that failed, often the resource, and at times the very address that did not answer. It can be read for about an hour.",
	Branch:       "symptom",
	Requirements: []string{"R31", "R39"},
	Docs:         []string{docStoppedTasks, docStopCodes},
	Needs:        []known{task, told},
	Wants:        []known{owner, successor},
	Eval:         judgeFailure,
	Next:         []Edge{{To: "start.placement"}},
}, {
	ID:           "start.placement",
	Ask:          "Could ECS place the task, and did it want to keep it?",
	Why:          "A task may end before anything of yours counts: no capacity, no network interface, an interrupted Spot task, or a service that was scaled in.",
	Branch:       "symptom",
	Requirements: []string{"R39"},
	Docs:         []string{docEvents, docCapacity},
	Needs:        []known{task, told},
	Wants:        []known{owner, subnets, whereabouts},
	Eval:         judgePlacement,
	Next:         []Edge{{To: "start.limits"}},
}, {
	ID:           "start.limits",
	Ask:          "Is the service's network configuration within its limits?",
	Why:          "awsvpcConfiguration takes at most 16 subnets and 5 security groups.",
	Branch:       "symptom",
	Requirements: []string{"R24"},
	Docs:         []string{docAwsvpc},
	Needs:        []known{here},
	Wants:        []known{owner},
	Eval:         judgeLimits,
	Next:         []Edge{{To: "start.linked-role"}},
}, {
	ID:           "start.linked-role",
	Ask:          "Does the service-linked role of ECS exist?",
	Why:          "With it ECS makes network interfaces and registers targets. It is made with the first cluster, and can be deleted.",
	Branch:       "symptom",
	Requirements: []string{"R22"},
	Docs:         []string{docServiceLinked},
	Needs:        []known{linkedRole},
	Eval:         judgeLinkedRole,
	Next:         []Edge{{To: "start.target-group"}},
}, {
	ID:           "start.target-group",
	Ask:          "Do the service's target groups take addresses?",
	Why:          "Tasks of Fargate have no instance that could be registered: the target type must be ip.",
	Branch:       "symptom",
	Requirements: []string{"R27"},
	Docs:         []string{docLoadBalancing},
	Needs:        []known{owner, targetGroups},
	Eval:         judgeTargetGroups,
	Next:         []Edge{{To: "start.needs"}},
}, {
	ID:           "start.needs",
	Ask:          "What does the start need, and who fetches it?",
	Why:          "Images, secrets, logs and file systems each have a host to reach and a role that must be allowed. Since platform 1.4.0 all go through the task's own interface.",
	Branch:       "symptom",
	Requirements: []string{"R20", "R21"},
	Docs:         []string{docTaskNetworking, docUnableToPull},
	Needs:        []known{startNeeds, task, definition},
	Eval:         judgeNeeds,
	Next:         []Edge{{To: "start.names"}},
}}

func judgeFailure(f Facts) Finding {
	t, x := task.Of(f), told.Of(f)
	s, err := owner.Try(f)
	later, _ := successor.Try(f)
	found := Finding{Verdict: Pass, Evidence: evidenceOfTask(t)}
	for _, e := range x.evidence() {
		if x.from != "stopped reason" && !strings.HasPrefix(x.from, "container ") {
			found.Evidence = append(found.Evidence, e)
		}
	}
	if way := x.dialledWay(); way != "" {
		found.Evidence = append(found.Evidence, Evidence{Kind: "address", ID: x.Address.String(), Detail: way})
	}
	if later.ID != "" {
		found.Evidence = append(found.Evidence, Evidence{Kind: "task", ID: later.ID, Detail: "started later from the same task definition, and runs"})
	}
	who := "task " + t.ID
	switch {
	case x.known() && t.ID == "":
		found.Summary = "no task came up: " + x.words()
	case x.known() && t.Running() && x.from == "service event":
		found.Summary = fmt.Sprintf("%d of %d tasks run, and no further one comes up: %s", s.Running, s.Desired, x.words())
	case x.known() && !t.Ended():
		found.Summary = who + " is " + t.LastStatus + ": " + x.words()
	case x.known():
		found.Summary = who + ": " + x.words()
	case f.c.retried:
		found.Summary = "a new task is looked at"
	case t.ID == "" && err != nil:
		return unread(err)
	case t.ID == "" && s.Name != "":
		found.Summary = fmt.Sprintf("no task has failed within the last hour, and no event tells of one; %d wanted, %d running", s.Desired, s.Running)
	case t.ID == "":
		found.Summary = "a task that does not exist yet is looked at"
	case t.Ended() && t.StopCode == stoppedByUser:
		found.Summary = who + " was stopped by a person or a program"
	case t.Ended() && x.text == "":
		found.Verdict, found.settled = Unknown, true
		found.Summary = who + " stopped, and ECS gives no reason"
	case t.Ended():
		found.Verdict, found.settled = Unknown, true
		found.Summary = who + " stopped for a reason that this program does not know"
	case t.Running():
		found.Summary = who + " runs; no failed start is recorded"
	default:
		found.Verdict, found.Summary = Warn, who+" is "+t.LastStatus+" and has no reason yet"
		found.Means = "If it stays so for minutes, what it waits for does not answer: look at what is found below."
	}
	return found
}

// words says what the texts tell, for a person.
func (x failure) words() string {
	if x.role {
		return "ECS may not assume a role"
	}
	return x.Class.Words()
}

// evidenceOfTask shows what ECS keeps of a task: stop code, reason, containers.
func evidenceOfTask(t aws.Task) []Evidence {
	if t.ID == "" {
		return nil
	}
	detail := t.LastStatus
	if t.StopCode != "" {
		detail += ", stop code " + t.StopCode
	}
	if !t.Stopped.IsZero() {
		detail += ", at " + t.Stopped.UTC().Format("15:04:05")
	}
	all := []Evidence{{Kind: "task", ID: t.ID, Detail: detail}}
	if t.StoppedReason != "" {
		all = append(all, Evidence{Kind: "message", ID: "stopped reason", Detail: aws.Clean(t.StoppedReason)})
	}
	for _, c := range t.Containers {
		var parts []string
		if c.HasExitCode {
			parts = append(parts, exitWords(c.ExitCode))
		}
		if c.Reason != "" {
			parts = append(parts, aws.Clean(c.Reason))
		}
		if len(parts) > 0 {
			all = append(all, Evidence{Kind: "container", ID: c.Name, Detail: strings.Join(parts, "; ")})
		}
	}
	return all
}

// exitWords says what an exit code means: those above 128 are signals, see "Exit status" in the manual of POSIX shells.
func exitWords(code int) string {
	means := map[int]string{
		0: "it ended by itself and reported success", 1: "the application reports an error", 2: "the application reports an error, often of its arguments",
		126: "its command can't be executed", 127: "its command was not found", 134: "it aborted (SIGABRT)", 137: "it was killed (SIGKILL): out of memory, or not down within its stop timeout",
		139: "it accessed memory that it may not (SIGSEGV)", 143: "it was asked to end (SIGTERM)", 255: "the application reports an error, or it was built for another platform",
	}[code]
	if means == "" && code > 128 && code < 160 {
		means = fmt.Sprintf("signal %d ended it", code-128)
	}
	if means == "" {
		means = "the application's own"
	}
	return fmt.Sprintf("exit code %d: %s", code, means)
}

func judgePlacement(f Facts) Finding {
	t, x := task.Of(f), told.Of(f)
	s, err := owner.Try(f)
	step, code := x.cause()
	switch {
	case step == "start.placement":
	case err != nil && !x.known() && !t.Ended() && !t.Running(): // only an event of the service would tell
		return unread(err)
	default:
		return Finding{Verdict: Pass, Summary: "nothing tells of missing capacity, or of a task that was not wanted"}
	}
	e, _ := Explain(code)
	found := Finding{Verdict: Fail, Cause: code, Summary: e.Title, Means: e.Means, Evidence: x.evidence(), Resources: subjectOfFailure(f)}
	switch {
	case x.is(symptom.ClassScaling):
		found.Summary = "the service stopped the task on purpose"
		if s.Name != "" {
			found.Evidence = append(found.Evidence, Evidence{Kind: "service", ID: s.Name, Detail: fmt.Sprintf("%d wanted, %d running", s.Desired, s.Running)})
			if s.Desired == 0 {
				found.Summary = "the service wants no task"
				found.Fixes = []Fix{{Title: "let the service run a task",
					Command: fmt.Sprintf("aws ecs update-service --cluster %s --service %s --desired-count 1 --region %s", clusterName(t, f.c), s.Name, f.c.Region)}}
			}
		}
	case x.is(symptom.ClassENIProvisioning):
		found.Evidence = append(found.Evidence, evidenceOfSubnets(f)...)
	}
	if len(found.Fixes) == 0 {
		found.Fixes = []Fix{{Title: lowerFirst(e.Mend)}}
	}
	return found
}

// evidenceOfSubnets names the subnets in which interfaces are made.
func evidenceOfSubnets(f Facts) []Evidence {
	at, err := whereabouts.Try(f)
	if err != nil {
		return nil
	}
	all, _ := subnets.Try(f)
	var out []Evidence
	for _, id := range at.subnets {
		s := all[id]
		var blocks []string
		for _, p := range s.CIDRs {
			blocks = append(blocks, p.String())
		}
		out = append(out, Evidence{Kind: "subnet", ID: id, Detail: strings.TrimSpace(s.Zone + " " + strings.Join(blocks, ", "))})
	}
	return out
}

func judgeLinkedRole(f Facts) Finding {
	r := linkedRole.Of(f)
	if !r.missing {
		return Finding{Verdict: Pass, Summary: serviceLinkedRole + " exists", Evidence: []Evidence{{Kind: "role", ID: r.ARN}}}
	}
	e, _ := Explain("ecs.service-linked-role-missing")
	return Finding{
		Verdict: Fail, Cause: e.Code, Summary: e.Title, Means: e.Means, Resources: []string{serviceLinkedRole},
		Evidence: []Evidence{{Kind: "role", ID: serviceLinkedRole, Detail: "iam:GetRole finds no such role"}},
		Fixes: []Fix{{Title: "make the role", Command: "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com", apply: func(f Facts) Facts {
			return f.with(linkedRole, foundRole{Role: aws.Role{Name: serviceLinkedRole}}, nil).retried()
		}}},
	}
}

func judgeTargetGroups(f Facts) Finding {
	s, all := owner.Of(f), targetGroups.Of(f)
	if len(s.TargetGroups) == 0 {
		return Finding{Verdict: Skipped, Summary: "no target group is set"}
	}
	var parts []Finding
	for _, arn := range s.TargetGroups {
		parts = append(parts, judgeTargetGroup(f, arn, all[arn]))
	}
	return together(parts, "the target groups take addresses")
}

func judgeTargetGroup(f Facts, arn string, g lookedUp[aws.TargetGroup]) Finding {
	e, _ := Explain("ecs.target-type")
	switch {
	case g.missing():
		return Finding{Verdict: Warn, Summary: "target group " + targetGroupName(arn) + " does not exist", Means: "The service can't register its tasks. Name another one in the service.",
			Evidence: []Evidence{{Kind: "target-group", ID: arn}}}
	case g.err != nil:
		return unread(g.err)
	case g.value.TargetType == "ip":
		return Finding{Verdict: Pass, Summary: "target group " + g.value.Name + " takes addresses"}
	}
	v := g.value
	return Finding{
		Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("target group %s takes %ss and no addresses", v.Name, v.TargetType), Means: e.Means, Resources: []string{arn},
		Evidence: []Evidence{{Kind: "target-group", ID: arn, Detail: "its target type is " + v.TargetType}},
		Fixes: []Fix{{
			Title: "make a target group of type ip, and name it in the load balancer's listener and in the service",
			Command: fmt.Sprintf("aws elbv2 create-target-group --name %s-ip --target-type ip --protocol %s --port %d --vpc-id %s --region %s", v.Name, v.Protocol, v.Port, v.VPC,
				f.c.Region),
			Effect: "The type of a target group can't be changed.",
			apply: func(f Facts) Facts {
				known, err := targetGroups.Try(f)
				if err != nil {
					return f
				}
				now := maps.Clone(known)
				v.TargetType = "ip"
				now[arn] = lookedUp[aws.TargetGroup]{value: v}
				return f.with(targetGroups, now, nil).retried()
			},
		}},
	}
}

func targetGroupName(arn string) string {
	if _, rest, ok := strings.Cut(arn, ":targetgroup/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		return name
	}
	return arn
}

func judgeNeeds(f Facts) Finding {
	t := task.Of(f)
	platform := platformOf(t)
	all := startNeeds.Of(f)
	if definition.Of(f).ARN == "" {
		return Finding{Summary: "from which task definition the task would start is not known", settled: true}
	}
	if len(all) == 0 {
		return Finding{Verdict: Skipped, Summary: "the task definition has no containers that are known"}
	}
	found := Finding{Verdict: Pass, Summary: fmt.Sprintf("%d things, on %s", len(all), platform)}
	for _, n := range all {
		detail := fmt.Sprintf("for %s: %s", n.forWhom(), n.interfaceOn(platform))
		if n.role != "" {
			detail += ", " + n.role
		}
		if n.host != "" {
			detail += ", " + n.address()
		}
		found.Evidence = append(found.Evidence, Evidence{Kind: "need", ID: n.title(), Detail: detail})
	}
	return found
}

// worst lists the verdicts, the one first that decides over the others.
var worst = []Verdict{Fail, Unknown, Warn, Pass, Skipped}

// together makes one finding of several of one question: the worst decides, further causes follow in Also, and what could not be read is
// named.
func together(parts []Finding, good string) Finding {
	rank := func(f Finding) int {
		if f.Because != "" { // a consequence of what is named elsewhere is not fine
			return slices.Index(worst, Warn)
		}
		return slices.Index(worst, f.Verdict)
	}
	if len(parts) == 0 {
		return Finding{Verdict: Skipped, Summary: "there is none"}
	}
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, func(a, b Finding) int { return rank(a) - rank(b) })
	whole := sorted[0]
	if whole.Verdict == Pass {
		whole.Summary = good
	}
	for _, p := range sorted[1:] {
		also := p.Also
		p.Also = nil
		switch {
		case p.Verdict == Skipped && p.Because == "":
		case p.Verdict == Pass:
			if whole.Verdict == Pass {
				whole.Evidence = append(whole.Evidence, p.Evidence...)
			}
		default:
			whole = whole.joined(p)
		}
		for _, a := range also {
			whole = whole.joined(a)
		}
	}
	return whole
}

// joined adds another finding: to the one of the same cause and resource, if there is one.
func (f Finding) joined(o Finding) Finding {
	same := func(a Finding) bool {
		return a.Verdict == o.Verdict && a.Cause == o.Cause && first(a.Resources) == first(o.Resources) && (a.Cause != "" || a.Summary == o.Summary)
	}
	merge := func(a Finding) Finding {
		for _, e := range o.Evidence {
			if !slices.Contains(a.Evidence, e) {
				a.Evidence = append(slices.Clone(a.Evidence), e)
			}
		}
		a.Missing = append(slices.Clone(a.Missing), o.Missing...)
		a.Fixes = distinct(append(slices.Clone(a.Fixes), o.Fixes...))
		return a
	}
	if same(f) {
		return merge(f)
	}
	f.Also = slices.Clone(f.Also)
	for i := range f.Also {
		if same(f.Also[i]) {
			f.Also[i] = merge(f.Also[i])
			return f
		}
	}
	f.Also = append(f.Also, o)
	f.Missing = append(slices.Clone(f.Missing), o.Missing...)
	return f
}
