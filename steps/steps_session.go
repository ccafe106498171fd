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
	Next:         []Edge{{To: "exec.key"}},
}, {
	ID:           "exec.key",
	Ask:          "Can the cluster's KMS key be used?",
	Why:          "A cluster may encrypt its sessions with a key of the account: the caller makes a data key with it, the agent decrypts that with the task role.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExecLogging, docKeyPolicy},
	Needs:        []known{execCluster, execKey, signer, role, circumstances},
	Wants:        []known{rolePolicies, boundary, network, here, sessionOpener, openerPolicies, openerBoundary, openerSimulation},
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
	Wants:        []known{rolePolicies, boundary, network, here},
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

func judgeExecActions(f Facts) Finding {
	if found, ok := noAgentRole(f); ok {
		return found
	}
	by := signer.Of(f)
	who := "role " + aws.ShortName(by.role)
	simulations, err := agentSimulation.Try(f)
	lacking := map[iam.Layer][]string{}
	worst := map[iam.Layer]ruledCall{}
	var open, disputed []ruledCall
	var organization []string
	for _, r := range agentRulings.Of(f) {
		if simulations[r.action].Organization == "denied" {
			organization = append(organization, r.action)
		}
		switch {
		case r.disputed:
			disputed = append(disputed, r)
		case r.Answer == iam.Unknown:
			open = append(open, r)
		}
		for _, l := range r.Refusing {
			lacking[l], worst[l] = append(lacking[l], r.action), r
		}
	}
	var all []Finding
	add := func(code, summary string, actions []string, evidence []Evidence, fix Fix, resources ...string) {
		found := explained(code)
		found.Summary, found.Resources, found.Evidence, found.Fixes = summary, resources, evidence, []Fix{fix}
		all = append(all, found)
	}
	least := func(l iam.Layer) iam.Statement {
		return iam.Statement{Effect: iam.EffectAllow, Actions: lacking[l], Resources: []string{"*"}}
	}
	if actions := lacking[iam.Identity]; len(actions) > 0 && len(disputed) == 0 {
		r := worst[iam.Identity]
		fix := grantToRole(f, least(iam.Identity), "what the Exec agent calls")
		fix.Effect = "It counts for every task that has this role. An agent that has given up stays down: replace the task."
		summary := who + " does not allow " + strings.Join(actions, ", ")
		if r.identity == iam.Deny {
			summary = "a policy of " + who + " denies " + strings.Join(actions, ", ")
			fix = Fix{Title: "take the statement that denies it out of the role's policies, or narrow it"}
			if s := r.local.Statement; s != nil {
				if without, ok := withoutStatement(f, *s); ok {
					fix = without
				}
			}
		}
		add("exec.task-role-denied", summary, actions, append(evidenceOfAgent(actions, simulations, err), evidenceOfPolicies(f, r.ruled)...), fix, by.principal.ARN)
	}
	if actions := lacking[iam.Boundary]; len(actions) > 0 {
		d := worst[iam.Boundary].of(iam.Boundary)
		arn := role.Of(f).Boundary
		add("iam.boundary-denied", "the permissions boundary of "+who+" does not allow "+strings.Join(actions, ", "), actions,
			append([]Evidence{{Kind: "permissions-boundary", ID: arn, Detail: "does not allow " + strings.Join(actions, ", ")}}, statementEvidence("permissions-boundary", arn, d.Decision)...),
			grantInBoundary(f, least(iam.Boundary)), arn)
	}
	if len(organization) > 0 {
		add("iam.scp-denied", "a service control policy refuses "+strings.Join(organization, ", "), organization,
			[]Evidence{{Kind: "simulation", ID: "iam:SimulatePrincipalPolicy", Detail: "not allowed by the organization"}}, Fix{Title: organizationAdvice["iam.scp-denied"]}, by.principal.ARN)
	}
	if actions := lacking[iam.Endpoint]; len(actions) > 0 {
		r := worst[iam.Endpoint]
		e := r.endpoint
		add("iam.endpoint-policy-denied", "the policy of "+e.ID+" refuses "+strings.Join(actions, ", "), actions,
			append([]Evidence{{Kind: "vpc-endpoint", ID: e.ID, Detail: "its policy does not let through " + strings.Join(actions, ", ")}},
				statementEvidence("vpc-endpoint", e.ID, r.of(iam.Endpoint).Decision)...), grantInEndpoint(f, r.ruled, least(iam.Endpoint)), e.ID)
	}
	switch {
	case len(all) > 0:
		all[0].Also = all[1:]
		return all[0]
	case len(disputed) > 0:
		return Finding{Summary: "the simulation and the policies as they were read say different things", settled: true,
			Evidence: append(evidenceOfAgent([]string{disputed[0].action}, simulations, err), Evidence{Kind: "policies", ID: who, Detail: "as they were read: " + disputed[0].local.Answer.String()}),
			Means:    "IAM's simulation is right where it knows all condition keys. A policy that was changed within the last minute, or a condition on a tag, makes them differ."}
	case len(open) > 0:
		r := open[0]
		l := r.Open[0]
		found := undecided(r.of(l).Decision, r.gaps[l], "whether "+who+" may call "+r.action)
		found.Evidence = statementEvidence("policy", aws.ShortName(by.role), r.local)
		return found
	}
	return Finding{Verdict: Pass, Summary: who + " allows all four", Evidence: append(evidenceOfAgent(agentActions, simulations, err),
		statementEvidence("policy", aws.ShortName(by.role), agentRulings.Of(f)[0].local)...)}
}

// evidenceOfAgent shows what IAM itself says about calls of the agent.
func evidenceOfAgent(actions []string, simulations map[string]simulated, err error) []Evidence {
	if err != nil {
		return []Evidence{{Kind: "simulation", ID: "iam:SimulatePrincipalPolicy", Detail: "could not be asked: " + whyNot(err)}}
	}
	var all []Evidence
	for _, a := range actions {
		if s, ok := simulations[a]; ok {
			all = append(all, Evidence{Kind: "simulation", ID: a, Detail: saysOf(s)})
		}
	}
	return all
}

// saysOf is the outcome of a simulation in words.
func saysOf(s simulated) string {
	detail := s.Decision
	for _, m := range s.Matched {
		detail += ", by " + m.PolicyID
	}
	if s.Organization == "denied" {
		detail += ", by the organization"
	}
	if s.Boundary == "denied" {
		detail += ", by the permissions boundary"
	}
	if len(s.MissingContext) > 0 {
		detail += "; it does not know " + strings.Join(s.MissingContext, ", ")
	}
	return detail
}

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

func judgeExecKey(f Facts) Finding {
	k := execKey.Of(f)
	id := execCluster.Of(f).Exec.Key
	told := f.c.sessionError()
	blamed := told.cause == "exec.kms-denied"
	shown := []Evidence{{Kind: "kms-key", ID: cmp.Or(k.ARN, id)}}
	fail := func(summary string, evidence []Evidence, fixes ...Fix) Finding {
		found := explained("exec.kms-denied")
		found.Summary, found.Evidence, found.Fixes, found.Resources = summary, evidence, fixes, []string{cmp.Or(k.ARN, id)}
		if blamed {
			found.Evidence = slices.Concat(told.evidence(), evidence)
		}
		return found
	}
	switch {
	case id == "" && blamed:
		return Finding{Verdict: Warn, Summary: "the cluster encrypts its sessions with no key now, and the message says that it did", Evidence: told.evidence()}
	case id == "":
		return Finding{Verdict: Skipped, Summary: "the cluster encrypts its sessions with no key of the account"}
	case k.missing:
		return fail("the cluster's key does not exist", shown, Fix{Title: "name a key that exists in the cluster's executeCommandConfiguration",
			Command: fmt.Sprintf("aws ecs update-cluster --cluster %s --configuration 'executeCommandConfiguration={kmsKeyId=KEY_ARN,logging=DEFAULT}' --region %s", execCluster.Of(f).Name, f.c.Region),
			Effect:  "Put the key's ARN in, and the logging that the cluster has. Tasks that start afterwards use it."})
	case k.State != "Enabled":
		shown[0].Detail = "its state is " + k.State
		return fail("the cluster's key is "+k.State, shown, enableKey(k.Key, f.c.Region)...)
	case k.Manager == "AWS":
		return fail("the cluster's key is one that AWS manages; the agent can't use such a key", shown, Fix{Title: "make a key of your own and name it in the cluster's executeCommandConfiguration"})
	}
	policy, gap := iam.Unread("the key's policy could not be read"), k.PolicyErr
	if gap == nil {
		var p iam.Policy
		if p, gap = policyOf(aws.PolicyDocument{Document: k.Policy}); gap == nil {
			p.Name = "the key's policy"
			policy = iam.Known(p)
		}
	}
	var all []Finding
	var unknown []Finding
	if found, ok := noAgentRole(f); ok {
		found.Summary = "the agent has no role that could use the key"
		unknown = append(unknown, found)
	} else {
		r := besideRuling(f, "kms", "kms:Decrypt", k.ARN, policy)
		switch r.Answer {
		case iam.Deny, iam.NoMatch:
			statement := iam.Least(r.action, k.ARN)
			fix := keyFix(f, k, statement, r.ruled, grantToRole(f, statement, "the use of the cluster's key"))
			all = append(all, fail("the task role may not decrypt with the cluster's key", evidenceOfKey(k, r), fix))
		case iam.Unknown:
			l := r.Open[0]
			unknown = append(unknown, undecided(r.of(l).Decision, cmp.Or(r.gaps[l], gap), "whether the task role may decrypt with the cluster's key"))
		}
	}
	if who, err := sessionOpener.Try(f); err != nil {
		unknown = append(unknown, unread(err))
	} else {
		r := openerRuling(f, makesKey, k.ARN, map[string][]string{"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {f.c.Region}}, policy)
		switch {
		case r.Answer.Refused() && !r.disputed, blamed && r.Answer != iam.Allow:
			statement := iam.Least(r.action, k.ARN)
			fix := keyFix(f, k, statement, r.ruled, grantToOpener(f, statement, makesKey+" on the cluster's key"))
			all = append(all, fail(whoIs(who)+" may not make a data key with the cluster's key", evidenceOfKey(k, r.ruledCall), fix))
			all[len(all)-1].Resources = []string{k.ARN, who.ARN}
		case r.Answer == iam.Unknown || r.disputed:
			l := iam.Identity
			if len(r.Open) > 0 {
				l = r.Open[0]
			}
			unknown = append(unknown, undecided(r.of(l).Decision, cmp.Or(r.gaps[l], gap), "whether "+whoIs(who)+" may make a data key with the cluster's key"))
		}
	}
	if found := slices.Concat(all, unknown); len(found) > 0 {
		found[0].Also = found[1:]
		return found[0]
	}
	shown[0].Detail = "is enabled"
	found := Finding{Verdict: Pass, Summary: "caller and task role may use it", Evidence: shown}
	if blamed {
		found.Verdict, found.Summary, found.Evidence = Warn, "caller and task role may use it now, and the message says that it was refused", slices.Concat(told.evidence(), shown)
	}
	found.Means = "The agent also needs a way to KMS, which is not walked here: fargate-doctor diagnose --to kms does."
	return found
}

// evidenceOfKey shows which policies refuse the use of a key.
func evidenceOfKey(k foundKey, r ruledCall) []Evidence {
	var all []Evidence
	for _, l := range r.Refusing {
		all = append(all, Evidence{Kind: "kms-key", ID: k.ARN, Detail: fmt.Sprintf("%s does not allow %s", l, r.action)})
	}
	return append(all, statementEvidence("kms-key", k.ARN, r.Decision)...)
}

// keyFix is the grant where the key's policy lets the account's own policies count, else the change of the key's policy.
func keyFix(f Facts, k foundKey, statement iam.Statement, r ruled, grant Fix) Fix {
	if !r.refuses(iam.Resource) {
		return grant
	}
	p, err := policyOf(aws.PolicyDocument{Document: k.Policy})
	if err != nil {
		return grant
	}
	if s := r.of(iam.Resource).Statement; s != nil && s.Effect == iam.EffectDeny {
		p = p.Without(s.Index)
	}
	statement.Resources = []string{"*"} // in a key's policy: this key
	statement.Principals = []iam.PrincipalName{{Type: "AWS", Value: r.request.Principal.ARN}}
	document := documentOf(p.With(statement))
	return Fix{
		Title: "allow it in the key's policy", Document: document, Command: resourcePolicyCommand(k.ARN, document, f.c.Region),
		apply: func(f Facts) Facts {
			now := execKey.Of(f)
			now.Policy = document
			return f.with(execKey, now, nil)
		},
	}
}

func judgeExecLogging(f Facts) Finding {
	cluster, l := execCluster.Of(f), execLog.Of(f)
	to := cluster.Exec
	told := f.c.sessionError()
	switch {
	case to.Logging == "NONE":
		return Finding{Verdict: Skipped, Summary: "the cluster logs no sessions"}
	case to.Logging != loggedElsewhere:
		return Finding{Verdict: Skipped, Summary: "sessions are logged where the container's own log goes, if that is CloudWatch Logs"}
	case to.LogGroup == "" && to.Bucket == "":
		return Finding{Verdict: Skipped, Summary: "the cluster names neither a log group nor a bucket"}
	}
	var all, unknown []Finding
	fail := func(fatal bool, summary, resource, detail string, fixes ...Fix) {
		found := explained("exec.logging-denied")
		found.Summary, found.Resources, found.Fixes = summary, []string{resource}, fixes
		found.Evidence = []Evidence{{Kind: "cluster", ID: cluster.Name, Detail: "logging is OVERRIDE, to " + resource}, {Kind: "log", ID: resource, Detail: detail}}
		found.Means = "Sessions open, and their log is lost."
		if fatal {
			found.Means = "The cluster asks for an encrypted log, and the agent refuses sessions while it can't see that the log is."
		}
		if !fatal && told.cause == "exec.target-not-connected" {
			found.Verdict = Warn // the agent connects before it logs anything
		}
		all = append(all, found)
	}
	account := signer.Of(f).principal.Account
	// permissions checks what the task role needs at one destination.
	permissions := func(service, name string, policy iam.Attached, calls ...logCall) {
		var lacking []string
		var statements []iam.Statement
		stops := false
		refusing := map[iam.Layer]ruledCall{}
		for _, c := range calls {
			r := besideRuling(f, service, c.action, c.on, policy)
			switch {
			case r.Answer.Refused():
				lacking, stops = append(lacking, c.action), stops || c.fatal
				statements = withAction(statements, c.action, cmp.Or(c.grant, c.on))
				for _, l := range r.Refusing {
					refusing[l] = r
				}
			case r.Answer == iam.Unknown:
				open := r.Open[0]
				unknown = append(unknown, undecided(r.of(open).Decision, r.gaps[open], "whether the task role may call "+c.action))
			}
		}
		if len(lacking) == 0 {
			return
		}
		var fix Fix
		switch r, identity := refusing[iam.Identity]; {
		case identity && r.identity != iam.Deny:
			fix = grantStatements(f, statements, "writing the log of sessions")
		case identity:
			fix = Fix{Title: "take the statement that denies it out of the role's policies, or narrow it"}
		default:
			fix = Fix{Title: "allow it in the policy that refuses it, see the evidence"}
		}
		fail(stops, "the task role may not write the log of sessions: "+strings.Join(lacking, ", "), name, "the task role does not allow "+strings.Join(lacking, ", "), fix)
		for layer, r := range refusing {
			if layer != iam.Identity {
				all[len(all)-1].Evidence = append(all[len(all)-1].Evidence, Evidence{Kind: "policy", ID: name, Detail: fmt.Sprintf("%s does not allow %s", layer, r.action)})
			}
		}
	}
	if found, ok := noAgentRole(f); ok {
		return found
	}
	region := f.c.Region
	if to.LogGroup != "" {
		group := aws.ARN{Partition: aws.PartitionOf(region).ID, Service: "logs", Region: region, Account: account, Resource: "log-group:" + to.LogGroup}.String()
		switch {
		case l.groupErr != nil:
			unknown = append(unknown, undecided(iam.Decision{}, l.groupErr, "whether log group "+to.LogGroup+" exists"))
		case l.groupMissing:
			fail(to.LogEncrypted, "log group "+to.LogGroup+" does not exist", to.LogGroup, "does not exist", Fix{Title: "make the log group",
				Command: fmt.Sprintf("aws logs create-log-group --log-group-name %s --region %s", to.LogGroup, region), apply: withLog(func(l *sessionLog) { l.groupMissing = false })})
		case to.LogEncrypted && l.group.Key == "":
			fail(true, "log group "+to.LogGroup+" has no KMS key, and the cluster asks for an encrypted log", to.LogGroup, "has no KMS key", Fix{Title: "give the log group a key",
				Command: fmt.Sprintf("aws logs associate-kms-key --log-group-name %s --kms-key-id KEY_ARN --region %s", to.LogGroup, region), Effect: "Put the key's ARN in. Its policy must let the service logs." + region + ".amazonaws.com use it.",
				apply: withLog(func(l *sessionLog) { l.group.Key = "a key" })})
		}
		stream := group + ":log-stream:ecs-execute-command-session"
		permissions("logs", to.LogGroup, iam.Known(), logCall{action: "logs:DescribeLogGroups", on: "*", fatal: to.LogEncrypted},
			logCall{action: "logs:CreateLogStream", on: stream, grant: group + ":*"}, logCall{action: "logs:DescribeLogStreams", on: stream, grant: group + ":*"},
			logCall{action: "logs:PutLogEvents", on: stream, grant: group + ":*"})
	}
	if to.Bucket != "" {
		bucket := bucketARNOf(to.Bucket, region)
		policy := iam.Known()
		switch {
		case l.bucketErr != nil:
			policy = iam.Unread(l.bucketErr.Error())
			unknown = append(unknown, undecided(iam.Decision{}, l.bucketErr, "what the policy of bucket "+to.Bucket+" says"))
		case l.bucket.missing:
			fail(to.BucketEncrypted, "bucket "+to.Bucket+" does not exist", to.Bucket, "does not exist", Fix{Title: "make the bucket, or name one that exists in the cluster's executeCommandConfiguration"})
		case l.bucket.Document != "":
			if p, err := policyOf(l.bucket.PolicyDocument); err == nil {
				policy = iam.Known(p)
			} else {
				policy = iam.Unread(err.Error())
			}
		}
		if !l.bucket.missing {
			folder := bucket + "/"
			if prefix := strings.Trim(to.Prefix, "/"); prefix != "" {
				folder += prefix + "/"
			}
			calls := []logCall{{action: "s3:PutObject", on: folder + "ecs-execute-command-session.log", grant: folder + "*"}}
			if to.BucketEncrypted {
				calls = append(calls, logCall{action: "s3:GetEncryptionConfiguration", on: bucket, fatal: true})
			}
			permissions("s3", to.Bucket, policy, calls...)
		}
	}
	if found := slices.Concat(all, unknown); len(found) > 0 {
		found[0].Also = found[1:]
		return found[0]
	}
	return Finding{Verdict: Pass, Summary: "the log can be written", Evidence: []Evidence{{Kind: "cluster", ID: cluster.Name,
		Detail: "logging is OVERRIDE, to " + strings.TrimSpace(to.LogGroup+" "+to.Bucket)}}}
}

// A logCall is what the agent calls to log a session.
type logCall struct {
	action, on string
	grant      string // what a statement that allows it names; "" means on
	fatal      bool   // without it the agent refuses the session
}

// withAction adds an action to the statement of its resource.
func withAction(all []iam.Statement, action, resource string) []iam.Statement {
	for i, s := range all {
		if s.Resources[0] == resource {
			all[i].Actions = append(s.Actions, action)
			return all
		}
	}
	return append(all, iam.Least(action, resource))
}

// withLog changes what is known of the log of sessions in memory.
func withLog(change func(*sessionLog)) func(Facts) Facts {
	return func(f Facts) Facts {
		l := execLog.Of(f)
		change(&l)
		return f.with(execLog, l, nil)
	}
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
