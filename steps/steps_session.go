package steps

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
)

// The session itself: the agent in the container, who opens it, and what the cluster asks for.
var sessionSteps = []Step{{
	ID:           "exec.agent",
	Ask:          "Does the Exec agent run in the container?",
	Why:          "Fargate starts it beside the application in every container, once. ECS tells its state; when it does not run, what was found above says why.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExecTrouble},
	Needs:        []known{task, agentNeeds},
	Wants:        []known{definition},
	Eval:         judgeExecAgent,
	Next:         []Edge{{To: "exec.caller"}},
}, {
	ID:           "exec.caller",
	Ask:          "May the caller open a session?",
	Why:          "ecs:ExecuteCommand is asked for on the task and on its cluster, with the names of cluster and container as condition keys.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec, docSimulation},
	Needs:        []known{task, definition, sessionOpener},
	Wants:        []known{openerPolicies, openerBoundary, openerSimulation},
	Eval:         judgeExecCaller,
	Next:         []Edge{{To: "exec.ways"}},
}, {
	ID:           "exec.ways",
	Ask:          "Does the agent reach what the cluster's sessions need beside ssmmessages?",
	Why:          "The agent has the key of an encrypted session decrypted by KMS, and sends the log to CloudWatch Logs and S3, all from the task's own interface. Each needs a way.",
	Branch:       "symptom",
	Requirements: []string{"R2", "R36"},
	Docs:         []string{docExecLogging, docExecEndpoints},
	Needs:        []known{sessionWays.needs, sessionWays.network, sessionWays.traced, agentWay, here, task},
	Wants:        []known{owner},
	Eval:         judgeSessionWays,
	Next:         []Edge{{To: "exec.key"}},
}, {
	ID:           "exec.key",
	Ask:          "Can the cluster's KMS key be used?",
	Why:          "A cluster may encrypt its sessions with a key of the account: the caller makes a data key with it, the agent decrypts that with the task role.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExecLogging, docKeyPolicy},
	Needs:        []known{execCluster, execKey, signer, role, circumstances},
	Wants:        []known{rolePolicies, boundary, sessionWays.needs, sessionWays.network, sessionWays.traced, here, task, sessionOpener, openerPolicies, openerBoundary, openerSimulation},
	Eval:         judgeExecKey,
	Next:         []Edge{{To: "exec.logging"}},
}, {
	ID:           "exec.logging",
	Ask:          "Can the sessions be logged where the cluster asks for it?",
	Why:          "The agent writes the log of a session with the task role. Where the log has to be encrypted and the agent can't see that it is, it refuses the session.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExecLogging},
	Needs:        []known{execCluster, execLog, signer, role, circumstances},
	Wants:        []known{rolePolicies, boundary, sessionWays.needs, sessionWays.network, sessionWays.traced, here, task},
	Eval:         judgeExecLogging,
	Next:         []Edge{{To: "exec.init"}},
}, {
	ID:           "exec.init",
	Ask:          "Is there an init process that reaps what sessions leave behind?",
	Why:          "Processes of a session that ended stay as children of the application, which does not reap them.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec},
	Needs:        []known{definition},
	Eval:         judgeExecInit,
	Next:         []Edge{{To: "exec.connected"}},
}, {
	ID:           "exec.connected",
	Ask:          "What does the message say that nothing above explains?",
	Why:          "Whether the image holds a shell, and whether the agent's connection is up this very second, only an attempt tells.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExecTrouble},
	Needs:        []known{task, agentNeeds},
	Wants:        []known{definition},
	Eval:         judgeExecConnected,
	Next:         []Edge{{To: ""}},
}}

// agentStates sorts the running containers of the task by the state of their agent. Containers that AWS adds, such as those of GuardDuty
// and Service Connect, have none; they are not in the task definition.
func agentStates(f Facts) (shown []Evidence, running, starting, away []string) {
	d, err := definition.Try(f)
	for _, c := range task.Of(f).Containers {
		defined := err != nil || slices.ContainsFunc(d.Containers, func(o aws.ContainerDefinition) bool { return o.Name == c.Name })
		if c.Status != "RUNNING" || !defined {
			continue
		}
		shown = append(shown, Evidence{Kind: "container", ID: c.Name, Detail: aws.Clean(strings.TrimSpace("the agent is " + cmp.Or(c.ExecAgent, "not there") + " " + c.ExecReason))})
		switch c.ExecAgent {
		case "RUNNING":
			running = append(running, c.Name)
		case "PENDING":
			starting = append(starting, c.Name)
		default:
			away = append(away, c.Name)
		}
	}
	return shown, running, starting, away
}

func judgeExecAgent(f Facts) Finding {
	t := task.Of(f)
	needs := agentNeeds.Of(f)
	roots := certain(needs)
	shown, running, starting, away := agentStates(f)
	d, _ := definition.Try(f)
	c, _ := containerOf(d, f.c.Container)
	wanted := func(names []string) bool { return slices.Contains(names, cmp.Or(f.c.Container, c.Name)) }
	code, state, names := "exec.agent-not-running", "does not run", away
	switch {
	case !t.Running() || len(shown) == 0:
		return Finding{Verdict: Skipped, Summary: "there is no running container that it could run in", Because: because(roots)}
	case len(starting)+len(away) == 0:
		return Finding{Verdict: Pass, Summary: "it runs", Evidence: shown}
	case wanted(running):
		return Finding{Verdict: Warn, Summary: "it runs in " + strings.Join(running, ", ") + ", and not in " + strings.Join(slices.Concat(starting, away), ", "), Evidence: shown,
			Means: "If it is one of the others that no session opens in, say so: --container."}
	case wanted(starting), len(away) == 0:
		code, state, names = "exec.agent-starting", "is still starting", starting
	}
	summary := "the agent " + state + " in " + strings.Join(names, ", ")
	if len(roots) > 0 {
		return Finding{Verdict: Skipped, Summary: summary, Evidence: shown, Because: roots[0].Code}
	}
	if open := doubtful(needs); len(open) > 0 {
		return Finding{Summary: summary + ", and why is not known", Evidence: shown, settled: true,
			Means: "What could not be decided above may be the reason: " + strings.Join(open, ", ") + "."}
	}
	found := explained(code)
	found.Summary, found.Evidence, found.Resources = summary, shown, []string{t.ID}
	found.Fixes = []Fix{{Title: "try again in half a minute"}}
	if code == "exec.agent-not-running" {
		found.Fixes = []Fix{renew(f, t)}
	}
	return found
}

func because(causes []Cause) string {
	if len(causes) == 0 {
		return ""
	}
	return causes[0].Code
}

// renew replaces a task, so that its agent starts anew.
func renew(f Facts, t aws.Task) Fix {
	fix := replaceTask(t, f.c)
	fix.Title, fix.Effect = "replace the task: its service starts another one, with an agent of its own", "The container's memory and files are lost."
	if t.ServiceName() == "" {
		fix.Title, fix.Effect = "stop the task and run it again with --enable-execute-command", "No service starts it again. The container's memory and files are lost."
	}
	fix.apply = replaced(func(*aws.Task) {})
	return fix
}

func judgeExecCaller(f Facts) Finding {
	t, d, who := task.Of(f), definition.Of(f), sessionOpener.Of(f)
	told := f.c.sessionError()
	if t.ARN == "" {
		return Finding{Verdict: Skipped, Summary: "there is no task yet that a session could be opened in"}
	}
	if told.accepted() {
		return Finding{Verdict: Pass, Summary: "the message says so: ECS took the call", Evidence: told.evidence()}
	}
	blamed := told.cause == "exec.caller-denied"
	var refusing, allowing []Evidence
	var lacking []string
	var open, disputed *openerRuled
	for _, resource := range openedOn(t) {
		r := openerRuling(f, opens, resource, openingContext(t, d, f.c.Container, f.c.Region), iam.Known())
		shown := statementEvidence("policy", aws.ShortName(who.ARN), r.local)
		if r.simulated.asked {
			shown = append([]Evidence{{Kind: "simulation", ID: resource, Detail: saysOf(r.simulated)}}, shown...)
		}
		switch {
		case r.refused():
			lacking, refusing = append(lacking, resource), append(refusing, shown...)
		case r.disputed:
			disputed = &r
			allowing = append(allowing, shown...)
		case r.Answer == iam.Unknown:
			open = &r
			allowing = append(allowing, shown...)
		default:
			allowing = append(allowing, shown...)
		}
	}
	if blamed && len(lacking) == 0 && (open != nil || disputed != nil) {
		lacking = openedOn(t)
	}
	if len(lacking) > 0 {
		found := explained("exec.caller-denied")
		found.Summary = whoIs(who) + " may not call " + opens + " on " + strings.Join(shortNames(lacking), " and ")
		found.Resources, found.Evidence = []string{who.ARN}, refusing
		if blamed {
			found.Evidence = slices.Concat(told.evidence(), refusing)
		}
		statement := iam.Statement{Effect: iam.EffectAllow, Actions: []string{opens}, Resources: openedOn(t)}
		found.Fixes = []Fix{grantToOpener(f, statement, opens+" on this task and its cluster")}
		if !told.Explicit && !slices.ContainsFunc(refusing, func(e Evidence) bool { return strings.HasPrefix(e.Detail, "explicitDeny") }) {
			return found
		}
		found.Fixes = []Fix{{Title: "take out or narrow the statement that denies " + opens, Effect: "Somebody put it there: ask why before you do."}}
		return found
	}
	switch {
	case disputed != nil:
		return Finding{Summary: "the simulation and the policies as they were read say different things", Evidence: allowing, settled: true}
	case open != nil:
		gap := open.gaps[iam.Identity]
		if open.simulated.asked {
			gap = nil
			open.local.Unknown = append(open.local.Unknown, open.simulated.MissingContext...)
		}
		found := undecided(open.local, cmp.Or(gap, open.gaps[iam.Boundary]), "whether "+whoIs(who)+" may call "+opens)
		found.Evidence = allowing
		return found
	case blamed:
		return Finding{Verdict: Warn, Summary: whoIs(who) + " is allowed to call " + opens + " now, and the message says that it was not", Evidence: slices.Concat(told.evidence(), allowing),
			Means: "The policies were changed since, or a session policy or a condition on how the person signed in refuses it."}
	}
	return Finding{Verdict: Pass, Summary: whoIs(who) + " may call " + opens, Evidence: allowing}
}

func shortNames(arns []string) []string {
	var names []string
	for _, arn := range arns {
		a, _ := aws.ParseARN(arn)
		kind, _, _ := strings.Cut(a.Resource, "/")
		names = append(names, kind+" "+aws.ShortName(arn))
	}
	return names
}

func judgeExecInit(f Facts) Finding {
	d := definition.Of(f)
	if d.ARN == "" || strings.HasPrefix(d.OperatingSystem, "WINDOWS") {
		return Finding{Verdict: Skipped, Summary: "it is a setting of Linux containers"}
	}
	c, _ := containerOf(d, f.c.Container)
	if c.InitProcess || d.PIDMode == "task" {
		return Finding{Verdict: Pass, Summary: "there is one"}
	}
	found := explained("exec.init-process")
	found.Verdict, found.Summary, found.Resources = Warn, "initProcessEnabled is not set for "+c.Name, []string{d.ARN}
	found.Evidence = []Evidence{{Kind: "container", ID: c.Name, Detail: "initProcessEnabled is not true"}}
	found.Fixes = []Fix{revision(d, "set initProcessEnabled in the next revision of "+d.Family, ofContainer(c.Name)+".linuxParameters.initProcessEnabled=true")}
	return found
}

func judgeExecConnected(f Facts) Finding {
	t := task.Of(f)
	told := f.c.sessionError()
	needs := agentNeeds.Of(f)
	roots := certain(needs)
	found := explained("exec.target-not-connected")
	switch told.cause {
	case "exec.no-shell":
		found = explained("exec.no-shell")
		found.Fixes = []Fix{{Title: "ask for /bin/sh", Command: fmt.Sprintf("fargate-doctor exec --cluster %s --task %s -- /bin/sh", clusterName(t, f.c), t.ID)},
			{Title: "start a debug task with the same network and roles: its image holds a shell", Command: "fargate-doctor debug launch --cluster " + clusterName(t, f.c) + " --task " + t.ID}}
	case "exec.plugin-missing":
		found = explained("exec.plugin-missing")
		found.Fixes = []Fix{{Title: "open the session without the plugin", Command: fmt.Sprintf("fargate-doctor exec --cluster %s --task %s", clusterName(t, f.c), t.ID)}}
	case "exec.target-not-connected":
		if len(roots) > 0 {
			return Finding{Verdict: Skipped, Summary: "the agent is not connected", Because: roots[0].Code, Evidence: told.evidence()}
		}
		if len(doubtful(needs)) > 0 {
			return Finding{Summary: "the agent is not connected, and why is not known; the steps above name what is missing", Evidence: told.evidence(), settled: true}
		}
		if _, running, _, _ := agentStates(f); len(running) == 0 || f.c.Container != "" && !slices.Contains(running, f.c.Container) {
			return Finding{Verdict: Skipped, Summary: "the agent is not connected because it does not run", Evidence: told.evidence()}
		}
		found.Fixes = []Fix{{Title: "try again in half a minute: fargate-doctor exec does so by itself"}, renew(f, t)}
		found.Fixes[1].apply = nil // only an attempt tells whether the new one connects
	default:
		if told.Line != "" {
			return Finding{Verdict: Skipped, Summary: "the message names nothing that the steps above do not judge", Evidence: told.evidence()}
		}
		return Finding{Verdict: Skipped, Summary: "there is no message",
			Means: "If a session still does not open: a container takes two sessions at the most, and those of clients that were killed stay for a while. Paste the error to have it read."}
	}
	found.Evidence, found.Resources = told.evidence(), []string{execTask(f)}
	return found
}
