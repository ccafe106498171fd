package steps

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
)

// The branch of ECS Exec (R2): what must be there before a session opens. The task and its role come first, then the agent's way to
// ssmmessages, which is walked on the trunk, then what is inside the task.
var execSteps = []Step{{
	ID:           "exec.task",
	Ask:          "Is there a running container to open a session in?",
	Why:          "A session needs a container that runs. One that dies within seconds has to be kept up first.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec},
	Needs:        []known{task},
	Wants:        []known{owner, definition},
	Eval:         judgeExecTask,
	Next:         []Edge{{To: "exec.enabled"}},
}, {
	ID:           "exec.enabled",
	Ask:          "Is ECS Exec on for the task?",
	Why:          "It is set when a task starts, by its service or by whoever runs it, and can't be changed afterwards.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExecRun},
	Needs:        []known{task},
	Wants:        []known{owner},
	Eval:         judgeExecEnabled,
	Next:         []Edge{{To: "exec.platform"}},
}, {
	ID:           "exec.platform",
	Ask:          "Does the platform version have ECS Exec?",
	Why:          "Fargate puts the agent into containers from Linux platform 1.4.0 and Windows platform 1.0.0 on.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec, docPlatform},
	Needs:        []known{task},
	Eval:         judgeExecPlatform,
	Next:         []Edge{{To: "exec.role"}},
}, {
	ID:           "exec.role",
	Ask:          "Has the task a task role?",
	Why:          "The Exec agent signs its calls with the task role. The execution role does not count here.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec, docTaskRole},
	Needs:        []known{task, definition, signer, role},
	Eval:         judgeExecRole,
	Next:         []Edge{{To: "exec.trust"}},
}, {
	ID:           "exec.trust",
	Ask:          "May ECS assume the task role?",
	Why:          "ECS gets the agent's credentials by assuming the role. The role's trust policy decides whether it may.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docTaskRole},
	Needs:        []known{signer, role},
	Eval: func(f Facts) Finding {
		if found, ok := noAgentRole(f); ok {
			return found
		}
		return judgeTrust(f)
	},
	Next: []Edge{{To: "exec.actions"}},
}, {
	ID:           "exec.actions",
	Ask:          "Does the task role allow what the Exec agent calls?",
	Why:          "The agent opens a control channel and a data channel, four actions of ssmmessages. Conditions are judged with what is known of the call, so that none looks like a refusal.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec, docSimulation},
	Needs:        []known{signer, role, agentRulings},
	Wants:        []known{agentSimulation, rolePolicies, boundary},
	Eval:         judgeExecActions,
	Next:         []Edge{{To: "task.interface"}},
}}

// The agent's way is walked on the trunk, as every way is; here is what it comes to.
var execWaySteps = []Step{{
	ID:           "exec.path",
	Ask:          "So does the agent reach ssmmessages?",
	Why:          "The agent in the container connects to ssmmessages of its region on TCP 443. An agent that can't is RUNNING all the same, for a while.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec, docExecEndpoints},
	Needs:        []known{agentWay},
	Wants:        []known{path},
	Eval:         judgeExecPath,
	Next:         []Edge{{To: "exec.files"}},
}}

// What is inside the task.
var insideSteps = []Step{{
	ID:           "exec.files",
	Ask:          "Can the agent write into the container?",
	Why:          "The agent keeps its state and its log in the container's file system.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec},
	Needs:        []known{definition},
	Eval:         judgeExecFiles,
	Next:         []Edge{{To: "exec.processes"}},
}, {
	ID:           "exec.processes",
	Ask:          "Has every container its own processes?",
	Why:          "In a task whose containers share their processes, a session opens in one container only.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExec, docPIDMode},
	Needs:        []known{definition},
	Eval:         judgeExecProcesses,
	Next:         []Edge{{To: "exec.environment"}},
}, {
	ID:           "exec.environment",
	Ask:          "Do access keys in the environment mislead the agent?",
	Why:          "The agent looks at the environment first, as SDKs do. Keys that it finds there win over the task role.",
	Branch:       "symptom",
	Requirements: []string{"R2"},
	Docs:         []string{docExecTrouble},
	Needs:        []known{definition, task},
	Eval:         judgeExecEnvironment,
	Next:         []Edge{{To: "exec.agent"}},
}}

// execTask names the task, or what stands for it, for evidence and resources.
func execTask(f Facts) string {
	t := task.Of(f)
	if t.ID != "" {
		return t.ID
	}
	return f.c.Service
}

func explained(code string) Finding {
	e, _ := Explain(code)
	return Finding{Verdict: Fail, Cause: code, Summary: e.Title, Means: e.Means}
}

func judgeExecTask(f Facts) Finding {
	t := task.Of(f)
	s, err := owner.Try(f)
	found := explained("exec.task-not-running")
	found.Resources = []string{execTask(f)}
	i := slices.IndexFunc(t.Containers, func(c aws.Container) bool { return c.Name == f.c.Container })
	switch {
	case f.c.Launch != nil:
		return Finding{Verdict: Warn, Summary: "the task does not exist yet; what it would need is examined"}
	case t.ID == "":
		found.Summary = "the service has no task"
		if err == nil {
			found.Evidence = []Evidence{{Kind: "service", ID: s.Name, Detail: fmt.Sprintf("%d wanted, %d running", s.Desired, s.Running)}}
		}
		found.Fixes = stayUp(f)
		return found
	case t.Ended():
		found.Summary = "the task is " + t.LastStatus + "; a session needs one that runs"
		found.Evidence = []Evidence{{Kind: "task", ID: t.ID, Detail: aws.Clean(strings.TrimSpace(t.StopCode + " " + t.StoppedReason))}}
		found.Fixes = stayUp(f)
		return found
	case !t.Running():
		found = explained("exec.agent-starting")
		found.Summary, found.Resources = "the task is still "+t.LastStatus, []string{t.ID}
		found.Evidence = []Evidence{{Kind: "task", ID: t.ID, Detail: "is " + t.LastStatus}}
		found.Fixes = []Fix{{Title: "wait until it is RUNNING"}}
		return found
	case f.c.Container != "" && i < 0:
		var names []string
		for _, c := range t.Containers {
			names = append(names, c.Name)
		}
		found.Summary = fmt.Sprintf("the task has no container %s; it has %s", f.c.Container, strings.Join(names, ", "))
		found.Evidence = []Evidence{{Kind: "task", ID: t.ID, Detail: "has " + strings.Join(names, ", ")}}
		return found
	case i >= 0 && t.Containers[i].Status != "RUNNING":
		c := t.Containers[i]
		found.Summary = fmt.Sprintf("container %s is %s", c.Name, c.Status)
		found.Evidence = []Evidence{{Kind: "container", ID: c.Name, Detail: aws.Clean(strings.TrimSpace(c.Status + " " + c.Reason))}}
		found.Fixes = stayUp(f)
		return found
	case t.LaunchType == "EC2" || t.LaunchType == "EXTERNAL":
		return Finding{Verdict: Warn, Summary: "the task runs, on an instance and not on Fargate", Evidence: []Evidence{{Kind: "task", ID: t.ID, Detail: "launch type " + t.LaunchType}},
			Means: "There the instance's container agent must be 1.50.2 or later, and an instance role can stand in for a task role. Neither is read."}
	}
	return Finding{Verdict: Pass, Summary: "the task runs", Evidence: []Evidence{{Kind: "task", ID: t.ID, Detail: "is " + t.LastStatus}}}
}

// stayUp keeps a container up that dies before one can look into it: a revision whose command is sleep.
func stayUp(f Facts) []Fix {
	d, err := definition.Try(f)
	c, ok := containerOf(d, f.c.Container)
	if err != nil || !ok {
		return nil
	}
	fix := revision(d, "if the container dies by itself, start a revision that sleeps for an hour, and look inside",
		fmt.Sprintf(`%s |= (.entryPoint=["sleep"] | .command=["3600"] | del(.healthCheck) | .linuxParameters.initProcessEnabled=true)`, ofContainer(c.Name)))
	fix.Effect = "The application does not start in it. The image needs a sleep program; one without is what the debug task is for."
	if s, err := owner.Try(f); err == nil && s.Name != "" {
		fix.Command += fmt.Sprintf(" && aws ecs update-service --cluster %s --service %s --task-definition %s --enable-execute-command --region %s",
			clusterName(task.Of(f), f.c), s.Name, d.Family, f.c.Region)
		fix.Effect += " Give the service its old revision back afterwards, and mind that a load balancer's health check would end these tasks."
	}
	return []Fix{fix}
}

func judgeExecEnabled(f Facts) Finding {
	t := task.Of(f)
	s, err := owner.Try(f)
	ofService := Evidence{Kind: "service", ID: s.Name, Detail: "enableExecuteCommand is " + fmt.Sprint(s.ExecEnabled)}
	ofTask := Evidence{Kind: "task", ID: t.ID, Detail: "enableExecuteCommand is " + fmt.Sprint(t.ExecEnabled)}
	known := err == nil && s.Name != ""
	switch {
	case t.ID == "" && known && s.ExecEnabled:
		return Finding{Verdict: Pass, Summary: "it is on for what the service will launch", Evidence: []Evidence{ofService}}
	case t.ID == "" && err != nil:
		return unread(err)
	case t.ID == "" && !known:
		return Finding{Verdict: Skipped, Summary: "there is no task yet: start it with --enable-execute-command"}
	case t.ExecEnabled && known && !s.ExecEnabled:
		return Finding{Verdict: Warn, Summary: "it is on for this task, and off for those that the service starts next", Evidence: []Evidence{ofTask, ofService},
			Fixes: []Fix{enableExec(f, s)}}
	case t.ExecEnabled:
		return Finding{Verdict: Pass, Summary: "it is on", Evidence: []Evidence{ofTask}}
	}
	found := explained("exec.not-enabled")
	found.Resources, found.Fixes = []string{execTask(f)}, []Fix{enableExec(f, s)}
	if t.ID != "" {
		found.Evidence = []Evidence{ofTask}
	}
	if known {
		found.Evidence = append(found.Evidence, ofService)
		if s.ExecEnabled {
			found.Summary = "ECS Exec is off for this task, which is older than the service's setting"
		}
	}
	return found
}

// enableExec starts tasks that have ECS Exec.
func enableExec(f Facts, s aws.Service) Fix {
	t := task.Of(f)
	cluster := clusterName(t, f.c)
	fix := Fix{
		Title:   "switch it on for the service, and replace its tasks",
		Command: fmt.Sprintf("aws ecs update-service --cluster %s --service %s --enable-execute-command --force-new-deployment --region %s", cluster, s.Name, f.c.Region),
		Effect:  "All tasks of the service are replaced, as in any deployment.",
		apply:   replaced(func(t *aws.Task) { t.ExecEnabled = true }),
	}
	if s.Name == "" {
		fix.Title = "run the task again, with ECS Exec on"
		fix.Command = fmt.Sprintf("aws ecs run-task --cluster %s --task-definition %s --launch-type FARGATE --enable-execute-command "+
			"--network-configuration 'awsvpcConfiguration={subnets=[%s],securityGroups=[SECURITY_GROUPS],assignPublicIp=DISABLED}' --region %s",
			cluster, aws.ShortName(t.TaskDefinition), t.Attachment.Subnet, f.c.Region)
		fix.Effect = "Put its security groups in, and ENABLED if it had a public address."
	}
	return fix
}

// replaced changes the task in memory into the one that would start in its place. Its agent runs if nothing holds it up.
func replaced(change func(*aws.Task)) func(Facts) Facts {
	return func(f Facts) Facts {
		t := task.Of(f)
		t.Containers = slices.Clone(t.Containers)
		for i := range t.Containers {
			t.Containers[i].ExecAgent, t.Containers[i].ExecReason = "RUNNING", ""
		}
		change(&t)
		return f.with(task, t, nil)
	}
}

// again returns the facts as they are when a session is opened once more, in a task that started after a fix: the message of the first
// attempt no longer counts, and what the agent lacked it has.
func (f Facts) again() Facts {
	if f.c.Symptom != Exec {
		return f
	}
	f.c.retried = true
	if _, err := task.Try(f); err != nil {
		return f
	}
	return replaced(func(*aws.Task) {})(f)
}

func judgeExecPlatform(f Facts) Finding {
	t := task.Of(f)
	switch {
	case t.LaunchType == "EC2" || t.LaunchType == "EXTERNAL":
		return Finding{Verdict: Skipped, Summary: "platform versions are Fargate's; this task runs on an instance"}
	case t.PlatformVersion == "":
		return Finding{Verdict: Skipped, Summary: "the platform version is known once the task runs"}
	case !oldPlatform(t.PlatformVersion, t.Windows()):
		return Finding{Verdict: Pass, Summary: "platform version " + t.PlatformVersion + " has it", Evidence: []Evidence{{Kind: "task", ID: t.ID, Detail: "platform version " + t.PlatformVersion}}}
	}
	found := explained("exec.platform-version")
	found.Summary, found.Resources = "platform version "+t.PlatformVersion+" knows no ECS Exec; 1.4.0 does", []string{t.ID}
	found.Evidence = []Evidence{{Kind: "task", ID: t.ID, Detail: "platform version " + t.PlatformVersion}}
	fix := Fix{Title: "move to platform version LATEST, and start the task anew with ECS Exec", apply: replaced(func(t *aws.Task) { t.PlatformVersion, t.ExecEnabled = "1.4.0", true })}
	if s := t.ServiceName(); s != "" {
		fix.Command = fmt.Sprintf("aws ecs update-service --cluster %s --service %s --platform-version LATEST --enable-execute-command --force-new-deployment --region %s",
			clusterName(t, f.c), s, f.c.Region)
	}
	found.Fixes = []Fix{fix}
	return found
}

func judgeExecRole(f Facts) Finding {
	t, d, by := task.Of(f), definition.Of(f), signer.Of(f)
	switch {
	case by.kind == "", by.role == "" && by.kind != noCredentials:
		return Finding{Verdict: Skipped, Summary: "the task definition is not known yet"}
	case by.kind == noCredentials && (t.LaunchType == "EC2" || t.LaunchType == "EXTERNAL"):
		return Finding{Summary: "the task has no task role; the instance's own role stands in, and is not read", settled: true}
	case by.kind == noCredentials:
		found := explained("exec.task-role-missing")
		found.Resources, found.Fixes = []string{d.ARN}, []Fix{giveTaskRole(d)}
		found.Evidence = []Evidence{{Kind: "task-definition", ID: aws.ShortName(d.ARN), Detail: "has no taskRoleArn"}}
		return found
	}
	return judgeRole(f)
}

// noAgentRole says why the agent's permissions are no question, if they are none.
func noAgentRole(f Facts) (Finding, bool) {
	by := signer.Of(f)
	switch {
	case by.kind == "":
		return Finding{Verdict: Skipped, Summary: "the task definition is not known yet"}, true
	case by.kind == noCredentials:
		return Finding{Verdict: Skipped, Summary: "there is no task role", Because: "exec.task-role-missing"}, true
	case role.Of(f).missing:
		return Finding{Verdict: Skipped, Summary: "there is no role", Because: "iam.role-missing"}, true
	}
	return Finding{}, false
}

// Where the agent writes.
var agentFolders = []string{"/var/lib/amazon/ssm", "/var/log/amazon/ssm"}

func judgeExecFiles(f Facts) Finding {
	d := definition.Of(f)
	c, ok := containerOf(d, f.c.Container)
	shown := []Evidence{{Kind: "container", ID: c.Name, Detail: fmt.Sprintf("readonlyRootFilesystem is %v", c.ReadonlyRoot)}}
	switch {
	case !ok:
		return Finding{Verdict: Skipped, Summary: "the task definition is not known yet"}
	case !c.ReadonlyRoot:
		return Finding{Verdict: Pass, Summary: "the root file system can be written to", Evidence: shown}
	case writable(c):
		shown[0].Detail += "; " + strings.Join(agentFolders, " and ") + " are on volumes"
		return Finding{Verdict: Warn, Summary: "the root file system is read-only, and the agent's folders are on volumes", Evidence: shown,
			Means: "AWS does not support that. Many find that it works."}
	}
	found := explained("exec.readonly-root")
	fix := revision(d, "register a revision of "+d.Family+" whose root can be written to, and deploy it", ofContainer(c.Name)+".readonlyRootFilesystem=false")
	fix.Effect = "Security rules may ask for read-only roots: then use a debug task with the same network and roles."
	fix.apply = changed(c.Name, func(c *aws.ContainerDefinition) { c.ReadonlyRoot = false })
	found.Summary, found.Evidence = "the root file system of container "+c.Name+" is read-only", shown
	found.Resources, found.Fixes = []string{d.ARN}, []Fix{fix}
	return found
}

// writable reports whether a volume that can be written to is mounted at each place where the agent writes, or above it.
func writable(c aws.ContainerDefinition) bool {
	return !slices.ContainsFunc(agentFolders, func(folder string) bool {
		return !slices.ContainsFunc(c.Mounts, func(m aws.Mount) bool {
			return !m.ReadOnly && (folder == m.Path || strings.HasPrefix(folder, strings.TrimSuffix(m.Path, "/")+"/"))
		})
	})
}

func judgeExecProcesses(f Facts) Finding {
	d := definition.Of(f)
	switch {
	case d.ARN == "":
		return Finding{Verdict: Skipped, Summary: "the task definition is not known yet"}
	case d.PIDMode != "task":
		return Finding{Verdict: Pass, Summary: "every container has its own"}
	case len(d.Containers) == 1:
		return Finding{Verdict: Pass, Summary: "pidMode is task, and the task has one container only"}
	}
	var names []string
	for _, c := range d.Containers {
		names = append(names, c.Name)
	}
	found := explained("exec.pid-mode")
	found.Resources = []string{d.ARN}
	found.Evidence = []Evidence{{Kind: "task-definition", ID: aws.ShortName(d.ARN), Detail: "pidMode is task, for " + strings.Join(names, ", ")}}
	fix := revision(d, "register a revision of "+d.Family+" without pidMode, and deploy it", "del(.pidMode)")
	fix.Effect = "The containers then no longer see each other's processes; a monitoring sidecar may need that."
	fix.apply = func(f Facts) Facts {
		d := definition.Of(f)
		d.PIDMode = ""
		return f.with(definition, d, nil)
	}
	found.Fixes = []Fix{fix}
	return found
}

// agentKeys are the variables in which the agent finds access keys.
var agentKeys = []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"}

func judgeExecEnvironment(f Facts) Finding {
	d, t := definition.Of(f), task.Of(f)
	c, ok := containerOf(d, f.c.Container)
	if !ok {
		return Finding{Verdict: Skipped, Summary: "the task definition is not known yet"}
	}
	var names []string
	for _, p := range slices.Concat(environmentOf(c, t), c.Secrets) {
		if slices.Contains(agentKeys, p.Name) && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	switch {
	case len(names) == 0 && len(c.EnvironmentFiles) > 0:
		return Finding{Verdict: Warn, Summary: "none is among the variables; the environment files in S3 are not read", Evidence: evidenceOf("environment-file", c.EnvironmentFiles)}
	case len(names) == 0:
		return Finding{Verdict: Pass, Summary: "no access keys are in the environment of " + c.Name}
	}
	found := explained("exec.env-credentials")
	found.Resources = []string{d.ARN}
	for _, name := range names {
		found.Evidence = append(found.Evidence, Evidence{Kind: "variable", ID: name, Detail: "is set in container " + c.Name})
	}
	without := `[.%s[]? | select(.name | IN("` + strings.Join(names, `","`) + `") | not)]`
	fix := revision(d, "register a revision of "+d.Family+" without "+strings.Join(names, ", ")+", and deploy it",
		fmt.Sprintf("%s |= (.environment="+without+" | .secrets="+without+")", ofContainer(c.Name), "environment", "secrets"))
	fix.Effect = "The application then signs with the task role as well: give that what the keys allowed."
	fix.apply = changed(c.Name, func(c *aws.ContainerDefinition) {
		isKey := func(p aws.Pair) bool { return slices.Contains(agentKeys, p.Name) }
		c.Environment = slices.DeleteFunc(slices.Clone(c.Environment), isKey)
		c.Secrets = slices.DeleteFunc(slices.Clone(c.Secrets), isKey)
	})
	found.Fixes = []Fix{fix}
	return found
}

// trunk is the way of the agent's packets, which all symptoms walk alike.
var trunk = slices.Concat(taskSteps, targetSteps, dnsSteps, waySteps, endpointSteps, internetSteps, filterSteps, proxySteps, platformSteps)

// walkBranch walks steps from one on, over facts that are all there, until it leads out of them.
func walkBranch(steps []Step, from string, f Facts) []StepResult {
	f.scope, f.used = nil, nil
	byID := index(steps)
	var results []StepResult
	for s, ok := byID[from]; ok; {
		r := s.judge(f)
		results = append(results, r)
		s, ok = byID[s.after(r.Finding, f.c.Symptom)]
	}
	return results
}

// agentWay is what the steps of the trunk find on the agent's way to ssmmessages.
var agentWay = &Fact[[]StepResult]{
	Name:   "the agent's way",
	Wants:  factsOfSteps(trunk),
	Derive: func(f Facts) []StepResult { return walkBranch(trunk, trunk[0].ID, f) },
}

// agentNeeds is what was found of all that the agent needs.
var agentNeeds = &Fact[[]StepResult]{
	Name:  "what the agent needs",
	Wants: append(factsOfSteps(slices.Concat(execSteps, insideSteps)), agentWay),
	Derive: func(f Facts) []StepResult {
		way, _ := agentWay.Try(f)
		return slices.Concat(walkBranch(execSteps, execSteps[0].ID, f), way, walkBranch(insideSteps, insideSteps[0].ID, f))
	},
}

// factsOfSteps lists the facts that steps need or want, each once.
func factsOfSteps(steps []Step) []known {
	var all []known
	for _, s := range steps {
		for _, k := range slices.Concat(s.Needs, s.Wants) {
			if !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	return all
}

// doubtful returns the steps that could not be decided.
func doubtful(results []StepResult) []string {
	var ids []string
	for _, r := range results {
		if r.Verdict == Unknown || slices.ContainsFunc(r.Also, func(f Finding) bool { return f.Verdict == Unknown }) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// certain returns the causes that were found for certain.
func certain(results []StepResult) []Cause {
	return slices.DeleteFunc(causesOf(results), func(c Cause) bool {
		i := slices.IndexFunc(results, func(r StepResult) bool { return r.ID == c.Step })
		return !slices.ContainsFunc(append([]Finding{results[i].Finding}, results[i].Also...), func(f Finding) bool { return f.Verdict == Fail && f.Cause == c.Code })
	})
}

func judgeExecPath(f Facts) Finding {
	way := agentWay.Of(f)
	p, err := path.Try(f)
	switch named := certain(way); {
	case len(named) > 0:
		return Finding{Verdict: Skipped, Summary: "no: " + named[0].Summary, Because: named[0].Code}
	case err != nil:
		return unread(err)
	case p.main.Verdict == vpc.Blocked && len(doubtful(way)) == 0:
		found := explained("exec.no-path")
		found.Resources = []string{p.resolution.Name}
		for _, c := range p.main.Checks {
			if c.Result == vpc.Failed {
				found.Evidence = append(found.Evidence, Evidence{Kind: string(c.Subject.Kind), ID: c.Subject.ID, Detail: aws.Clean(c.Detail)})
			}
		}
		return found
	case p.main.Verdict == vpc.Reachable && len(doubtful(way)) == 0:
		return Finding{Verdict: Pass, Summary: "it reaches " + p.resolution.Name}
	}
	return Finding{Summary: "that is not known; the steps above name what is missing", settled: true}
}
