package steps

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
	"fargate-doctor/steps/symptom"
)

const (
	docPullErrors = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html"
	docRuntime    = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#runtime-platform"
	docSecrets    = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html"
	docParameters = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html"
	docEnvFiles   = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html"
	docAwslogs    = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html"
	docEFSVolumes = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html"
	docEFSNetwork = "https://docs.aws.amazon.com/efs/latest/ug/network-access.html"
	docEFSAccess  = "https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html"
	docUpdating   = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-console-v2.html"
)

// What the start needs, area by area (R20, R25, R32, R36-R38), in the order in which Fargate goes about it.
var startNeedsSteps = []Step{{
	ID:           "image.path",
	Ask:          "Is the registry of each image reached?",
	Why:          "Amazon ECR takes three ways: api.ecr for the login, dkr.ecr for the image, and S3 for its layers.",
	Branch:       "symptom",
	Requirements: []string{"R20", "R36"},
	Docs:         []string{docPullErrors, docECREndpoints},
	Needs:        []known{ways, startNeeds, told},
	Eval: func(f Facts) Finding {
		return confirmed(f, "image.path", judgeWays(f, "image.network", "the registries are reached", ofImages))
	},
	Next: []Edge{{To: "image.exists"}},
}, {
	ID:           "image.exists",
	Ask:          "Does each image exist, by its tag or digest?",
	Why:          "Tags can be deleted by hand or by a lifecycle policy, and a tag that was never pushed is not found.",
	Branch:       "symptom",
	Requirements: []string{"R20"},
	Docs:         []string{docPullErrors},
	Needs:        []known{startNeeds, told},
	Wants:        []known{images, successor},
	Eval: func(f Facts) Finding {
		found := eachNeed(f, "the images exist", imageExists, needImage)
		if said, ok := saidAlone(f, "image.rate-limited"); ok {
			return said
		}
		return confirmed(f, "image.exists", found)
	},
	Next: []Edge{{To: "image.platform"}},
}, {
	ID:           "image.platform",
	Ask:          "Is each image built for the platform that the task runs on?",
	Why:          "runtimePlatform says operating system and processor; without it a task runs on Linux and X86_64. Images built on a Mac are often ARM64 alone.",
	Branch:       "symptom",
	Requirements: []string{"R20"},
	Docs:         []string{docRuntime},
	Needs:        []known{startNeeds, definition, told},
	Wants:        []known{images},
	Eval: func(f Facts) Finding {
		return confirmed(f, "image.platform", eachNeed(f, "the images are built for the task's platform", imagePlatform, needImage))
	},
	Next: []Edge{{To: "start.role"}},
}, {
	ID:           "start.role",
	Ask:          "Do the task's roles exist, and may ECS assume them?",
	Why:          "Fargate pulls, reads secrets and logs with the execution role. The trust policy of both roles must name ecs-tasks.amazonaws.com.",
	Branch:       "symptom",
	Requirements: []string{"R37"},
	Docs:         []string{docExecutionRole, docTaskRole},
	Needs:        []known{startNeeds, task, definition, told},
	Wants:        []known{executes.found, serves.found},
	Eval: func(f Facts) Finding {
		return confirmed(f, "start.role", judgeStartRoles(f))
	},
	Next: []Edge{{To: "image.access"}},
}, {
	ID:           "image.access",
	Ask:          "May the execution role log in and pull, through every endpoint on the way?",
	Why:          "ECR asks the execution role's policies and the repository's, and each endpoint its own. The S3 endpoint must let the bucket of ECR's layers through.",
	Branch:       "symptom",
	Requirements: []string{"R36", "R37"},
	Docs:         []string{docExecutionRole, docECREndpoints},
	Needs:        []known{startNeeds, rulings, told},
	Eval: func(f Facts) Finding {
		return confirmed(f, "image.access", judgeAccess(f, "image.auth-denied", "the policies let the images be pulled", ofImages))
	},
	Next: []Edge{{To: "secret.path"}},
}, {
	ID:           "secret.path",
	Ask:          "Are Secrets Manager and Systems Manager reached?",
	Why:          "Secrets and parameters are read through the task's interface, before any container runs. A way that hangs ends in \"context deadline exceeded\".",
	Branch:       "symptom",
	Requirements: []string{"R33", "R36"},
	Docs:         []string{docUnableToPull, docInitError},
	Needs:        []known{ways, startNeeds, told},
	Eval: func(f Facts) Finding {
		return confirmed(f, "secret.path", judgeWays(f, "secret.network", "the services that hold the secrets are reached", ofSecrets))
	},
	Next: []Edge{{To: "secret.exists"}},
}, {
	ID:           "secret.exists",
	Ask:          "Do the secrets and parameters exist, in the region and version that is asked for?",
	Why:          "A secret is named by its whole ARN. A parameter of the same region by name or ARN, one of another region by its whole ARN. Values are never read.",
	Branch:       "symptom",
	Requirements: []string{"R38"},
	Docs:         []string{docSecrets, docParameters},
	Needs:        []known{startNeeds, told},
	Wants:        []known{secrets, parameters},
	Eval: func(f Facts) Finding {
		return confirmed(f, "secret.exists", eachNeed(f, "the secrets and parameters exist", valueExists, needSecret, needParameter))
	},
	Next: []Edge{{To: "secret.value"}},
}, {
	ID:           "secret.value",
	Ask:          "Do the secrets hold the JSON keys that the task definition takes out of them?",
	Why:          "Only the value tells, and this program does not read values. The command shows the keys and no value.",
	Branch:       "symptom",
	Requirements: []string{"R38"},
	Docs:         []string{docSecrets},
	Needs:        []known{startNeeds, task, told},
	Wants:        []known{successor},
	Eval: func(f Facts) Finding {
		return confirmed(f, "secret.value", judgeJSONKeys(f))
	},
	Next: []Edge{{To: "secret.access"}},
}, {
	ID:           "secret.access",
	Ask:          "May the execution role read the secrets and parameters, through every endpoint on the way?",
	Why:          "secretsmanager:GetSecretValue and ssm:GetParameters, on these very resources. Secrets can have a policy of their own.",
	Branch:       "symptom",
	Requirements: []string{"R36", "R37"},
	Docs:         []string{docExecutionRole, docSecrets},
	Needs:        []known{startNeeds, rulings, told},
	Eval: func(f Facts) Finding {
		return confirmed(f, "secret.access", judgeAccess(f, "secret.access-denied", "the policies let the secrets be read", ofSecrets))
	},
	Next: []Edge{{To: "secret.key"}},
}, {
	ID:           "secret.key",
	Ask:          "May the execution role decrypt them?",
	Why:          "What is encrypted with a customer key needs kms:Decrypt on that key, and a key that is switched on.",
	Branch:       "symptom",
	Requirements: []string{"R37"},
	Docs:         []string{docKeyPolicy, docSecrets},
	Needs:        []known{startNeeds, rulings, told},
	Eval: func(f Facts) Finding {
		return confirmed(f, "secret.key", judgeStartKeys(f))
	},
	Next: []Edge{{To: "file.access"}},
}, {
	ID:           "file.access",
	Ask:          "May the execution role read the environment files in S3?",
	Why:          "Environment files are fetched with s3:GetObject and s3:GetBucketLocation before the container runs.",
	Branch:       "symptom",
	Requirements: []string{"R36", "R37"},
	Docs:         []string{docEnvFiles},
	Needs:        []known{startNeeds, rulings, ways},
	Eval: func(f Facts) Finding {
		if !slices.ContainsFunc(startNeeds.Of(f), ofFiles) {
			return Finding{Verdict: Skipped, Summary: "there are no environment files"}
		}
		return together([]Finding{judgeWays(f, "file.access-denied", "S3 is reached", ofFiles), judgeAccess(f, "file.access-denied", "the policies let the files be read", ofFiles)},
			"the environment files may be read")
	},
	Next: []Edge{{To: "logs.options"}},
}, {
	ID:           "logs.options",
	Ask:          "Are the log driver's options complete?",
	Why:          "On Fargate awslogs needs a group, a region and a stream prefix; awsfirelens needs a log router in the task. Other drivers are named, not looked at.",
	Branch:       "symptom",
	Requirements: []string{"R36", "R39"},
	Docs:         []string{docAwslogs},
	Needs:        []known{startNeeds, told},
	Wants:        []known{rulings, logGroups, successor},
	Eval:         judgeLogOptions,
	Next:         []Edge{{To: "logs.path"}},
}, {
	ID:           "logs.path",
	Ask:          "Is CloudWatch Logs reached?",
	Why:          "The log driver opens its stream before the container starts; where that hangs, the container does not start.",
	Branch:       "symptom",
	Requirements: []string{"R36"},
	Docs:         []string{docAwslogs},
	Needs:        []known{ways, startNeeds, told},
	Eval: func(f Facts) Finding {
		return confirmed(f, "logs.path", judgeWays(f, "logs.network", "where the logs go is reached", ofLogs))
	},
	Next: []Edge{{To: "logs.group"}},
}, {
	ID:           "logs.group",
	Ask:          "Does the log group exist, or does the driver make it?",
	Why:          "awslogs does not make the group unless awslogs-create-group is true.",
	Branch:       "symptom",
	Requirements: []string{"R36"},
	Docs:         []string{docAwslogs},
	Needs:        []known{startNeeds, told},
	Wants:        []known{logGroups},
	Eval: func(f Facts) Finding {
		return confirmed(f, "logs.group", eachNeed(f, "the log groups exist", logExists, needLog))
	},
	Next: []Edge{{To: "logs.access"}},
}, {
	ID:           "logs.access",
	Ask:          "May the execution role write the logs?",
	Why:          "logs:CreateLogStream and logs:PutLogEvents; logs:CreateLogGroup too, where the driver is to make the group.",
	Branch:       "symptom",
	Requirements: []string{"R36", "R37"},
	Docs:         []string{docExecutionRole, docAwslogs},
	Needs:        []known{startNeeds, rulings},
	Eval: func(f Facts) Finding {
		return judgeAccess(f, "logs.access-denied", "the policies let the logs be written", ofLogs)
	},
	Next: []Edge{{To: "efs.mount-target"}},
}, {
	ID:           "efs.mount-target",
	Ask:          "Does the file system exist, with a mount target in the task's zone?",
	Why:          "The file system's name leads to the mount target of the task's own zone; where there is none, it does not resolve.",
	Branch:       "symptom",
	Requirements: []string{"R21"},
	Docs:         []string{docEFSVolumes, docEFSNetwork},
	Needs:        []known{startNeeds, here, subnets},
	Wants:        []known{fileSystems},
	Eval: func(f Facts) Finding {
		return eachNeed(f, "the file systems have a mount target in the task's zone", filesExist, needFiles)
	},
	Next: []Edge{{To: "efs.path"}},
}, {
	ID:           "efs.path",
	Ask:          "Is the mount target reached on TCP 2049?",
	Why:          "The mount target has security groups of its own. They must admit NFS from the task, and the task's groups must let it out.",
	Branch:       "symptom",
	Requirements: []string{"R14", "R21"},
	Docs:         []string{docEFSNetwork},
	Needs:        []known{ways, startNeeds, told},
	Eval: func(f Facts) Finding {
		return confirmed(f, "efs.path", judgeMountWays(f))
	},
	Next: []Edge{{To: "efs.access"}},
}, {
	ID:           "efs.access",
	Ask:          "May the task mount the file system?",
	Why:          "The file system's policy decides, with the task role's policies where the volume uses IAM. Without a policy everybody may mount it who reaches it.",
	Branch:       "symptom",
	Requirements: []string{"R21"},
	Docs:         []string{docEFSAccess},
	Needs:        []known{startNeeds, rulings, definition},
	Eval: func(f Facts) Finding {
		return judgeAccess(f, "efs.access-denied", "the policies let the file system be mounted", ofEFS)
	},
	Next: []Edge{{To: "start.containers"}},
}, {
	ID:           "start.containers",
	Ask:          "Did a container start, and end by itself?",
	Why:          "When an essential container ends, the task ends. Its exit code and the container's reason tell whether it was killed, failed or was done.",
	Branch:       "symptom",
	Requirements: []string{"R39"},
	Docs:         []string{docStoppedTasks, docStopCodes},
	Needs:        []known{task, told, definition},
	Eval:         judgeContainers,
	Next:         []Edge{{To: "start.reason"}},
}, {
	ID:           "start.reason",
	Ask:          "Does what was found explain what ECS says?",
	Why:          "A stopped reason that nothing explains is not forgotten: what it tells of was mended since, comes and goes, or can't be seen from here.",
	Branch:       "symptom",
	Requirements: []string{"R39"},
	Docs:         []string{docStoppedTasks},
	Needs:        []known{task, told, matrix},
	Wants:        []known{successor},
	Eval:         judgeReason,
	Next:         []Edge{{To: "start.change"}},
}, {
	ID:           "start.change",
	Ask:          "What can be changed for the task, and what for its service only?",
	Why:          "A task keeps its interface, its groups, its public address and its DHCP options as long as it lives. Only new tasks get others.",
	Branch:       "symptom",
	Requirements: []string{"R25", "R32"},
	Docs:         []string{docTaskNetworking, docUpdating},
	Needs:        []known{task, matrix},
	Wants:        []known{owner},
	Eval:         judgeChange,
	Next:         []Edge{{To: ""}},
}}

// eachNeed answers a question about every need of some kinds.
func eachNeed(f Facts, good string, judge func(Facts, need) Finding, kinds ...needKind) Finding {
	var parts []Finding
	for _, n := range startNeeds.Of(f) {
		if slices.Contains(kinds, n.kind) {
			parts = append(parts, judge(f, n))
		}
	}
	if len(parts) == 0 {
		return Finding{Verdict: Skipped, Summary: "nothing of this kind is needed"}
	}
	return together(parts, good)
}

// judgeStartRoles judges both of the task's roles: ECS assumes them before anything else.
func judgeStartRoles(f Facts) Finding {
	var parts []Finding
	account := accountOf(task.Of(f).ARN, definition.Of(f).ARN)
	for _, side := range []roleSide{executes, serves} {
		parts = append(parts, judgeStartRole(f, side, account))
	}
	return together(parts, "the roles exist, and ECS may assume them")
}

func judgeStartRole(f Facts, side roleSide, account string) Finding {
	arn := side.arn(f)
	if arn == "" {
		return withoutRole(f, side)
	}
	r, err := side.found.Try(f)
	switch {
	case err != nil:
		found := unread(err)
		found.Summary = strings.Replace(found.Summary, "this can't be read", "the "+side.kind+" "+aws.ShortName(arn)+" can't be read", 1)
		return found
	case r.missing:
		e, _ := Explain("iam.role-missing")
		return Finding{
			Verdict: Fail, Cause: e.Code, Summary: fmt.Sprintf("the %s %s does not exist", side.kind, aws.ShortName(arn)), Means: e.Means, Resources: []string{arn},
			Evidence: []Evidence{{Kind: "role", ID: arn, Detail: "iam:GetRole finds no such role"}},
			Fixes: []Fix{{Title: "make the role again", Document: iam.Document(trustStatement()),
				Command: fmt.Sprintf("aws iam create-role --role-name %s --assume-role-policy-document %s", aws.ShortName(arn), quoteJSON(iam.Document(trustStatement()))),
				Effect:  "It has no policies yet. An execution role needs AmazonECSTaskExecutionRolePolicy at least: aws iam attach-role-policy."}},
		}
	}
	return trusted(f, r, account, "start.role-not-assumable", side.found)
}

// withoutRole judges a task definition that names no such role.
func withoutRole(f Facts, side roleSide) Finding {
	var asking []string
	for _, n := range startNeeds.Of(f) {
		if n.role == side.kind && !n.aside {
			asking = append(asking, n.title())
		}
	}
	if len(asking) == 0 || side.kind != executionRole {
		return Finding{Verdict: Skipped, Summary: "the task definition names no " + side.kind + ", and nothing here needs one"}
	}
	e, _ := Explain("start.execution-role-missing")
	d := definition.Of(f)
	return Finding{
		Verdict: Fail, Cause: e.Code, Summary: e.Title, Means: e.Means, Resources: []string{d.ARN},
		Evidence: []Evidence{{Kind: "task-definition", ID: aws.ShortName(d.ARN), Detail: "has no executionRoleArn, and needs it for " + strings.Join(asking, ", ")}},
		Fixes: []Fix{reviseDefinition(d, "name an execution role", `.executionRoleArn="ROLE_ARN"`, func(d aws.TaskDefinition) aws.TaskDefinition {
			return d
		})},
	}
}

// judgeJSONKeys tells which keys are taken out of secrets. A task that runs has got them.
func judgeJSONKeys(f Facts) Finding {
	var parts []Finding
	later, _ := successor.Try(f)
	t := task.Of(f)
	for _, n := range startNeeds.Of(f) {
		v := n.from
		if n.kind != needSecret || v.jsonKey == "" {
			continue
		}
		if later.ID != "" || t.Running() {
			parts = append(parts, Finding{Verdict: Pass})
			continue
		}
		parts = append(parts, Finding{
			Verdict: Warn, Summary: fmt.Sprintf("whether %s holds the JSON key %s, only its value tells, which is not read", v.label(), v.jsonKey),
			Evidence: []Evidence{{Kind: "reference", ID: v.written, Detail: "takes " + v.jsonKey + " out of the secret"}}, Resources: []string{v.arn},
			Fixes: []Fix{{Title: "look yourself: this prints the keys, and no value",
				Command: fmt.Sprintf("aws secretsmanager get-secret-value --secret-id %s --query SecretString --output text --region %s | jq keys", v.arn, v.region)}},
		})
	}
	found := Finding{Verdict: Skipped, Summary: "no JSON key is taken out of a secret"}
	if len(parts) > 0 {
		found = together(parts, "a task of this definition runs, and so has got them")
	}
	if said, ok := saidAlone(f, "secret.json-key-missing", found.Evidence...); ok {
		said.Fixes = append(found.Fixes, said.Fixes...)
		return said
	}
	return found
}

// judgeStartKeys judges the keys behind secrets and parameters.
func judgeStartKeys(f Facts) Finding {
	all := rulings.Of(f)
	var parts []Finding
	lacking := map[string][]callRuled{}
	for i, n := range startNeeds.Of(f) {
		if !ofSecrets(n) {
			continue
		}
		k := all[i].key
		if k.asked && identityLacks(k.verdict) {
			lacking[all[i].role] = append(lacking[all[i].role], callRuled{needCall: needCall{"kms:Decrypt", k.request.Resource}, request: k.request})
			continue
		}
		parts = append(parts, keyOfNeed(f, n, k, all[i].role))
	}
	for _, role := range slices.Sorted(maps.Keys(lacking)) {
		found := lacks(f, "kms.access-denied", role, executes, lacking[role])
		found.Resources = []string{lacking[role][0].resource, role}
		parts = append(parts, found)
	}
	if len(parts) == 0 {
		return Finding{Verdict: Skipped, Summary: "no secret is needed"}
	}
	return together(parts, "the role may decrypt what it reads")
}

func keyOfNeed(f Facts, n need, k keySide, role string) Finding {
	key := k.key.value
	e, _ := Explain("kms.access-denied")
	off, _ := Explain("kms.key-disabled")
	switch {
	case k.called == "":
		return Finding{Verdict: Skipped, Summary: "no customer key is behind " + n.title()}
	case k.foreign:
		return Finding{Verdict: Fail, Cause: e.Code, Summary: n.title() + " is encrypted with a key of AWS in another account", Means: "Such a key lets nobody of another account use it. Encrypt with a customer key.",
			Resources: []string{k.called}, Evidence: []Evidence{{Kind: "kms-key", ID: k.called, Detail: "is managed by AWS for its own account"}}}
	case k.managed:
		return Finding{Verdict: Pass, Summary: "the key of " + n.title() + " is one of AWS's own, which lets the whole account through"}
	case k.key.missing():
		return Finding{Verdict: Fail, Cause: off.Code, Summary: "the key of " + n.title() + " does not exist", Means: off.Means, Resources: []string{k.called},
			Evidence: []Evidence{{Kind: "kms-key", ID: k.called, Detail: "kms:DescribeKey finds no such key"}}}
	case k.key.err != nil:
		return undecided(iam.Decision{}, k.key.err, "which key is behind "+n.title())
	case key.State != "" && key.State != "Enabled":
		found := Finding{Verdict: Fail, Cause: off.Code, Summary: "the key of " + n.title() + " is " + key.State, Means: off.Means, Resources: []string{key.ARN},
			Evidence: []Evidence{{Kind: "kms-key", ID: key.ARN, Detail: "its state is " + key.State}}, Fixes: enableKey(key, f.c.Region)}
		for i := range found.Fixes {
			found.Fixes[i].apply = changeKey(k.called, func(key *aws.Key) { key.State = "Enabled" })
		}
		return found
	case !k.asked:
		return Finding{Verdict: Skipped, Summary: "whose permissions count is not known"}
	case k.verdict.Answer == iam.Allow:
		return Finding{Verdict: Pass, Summary: "the role may decrypt " + n.title(), Evidence: statementEvidence("kms-key", key.ARN, k.verdict.Decision)}
	case k.verdict.Answer == iam.Unknown:
		return undecided(k.verdict.Decision, k.gap, "whether the role may decrypt "+n.title())
	}
	found := Finding{Verdict: Fail, Cause: e.Code, Summary: "the role may not decrypt " + n.title(), Means: e.Means, Resources: []string{key.ARN, role}}
	for _, l := range k.verdict.Refusing {
		found.Evidence = append(found.Evidence, Evidence{Kind: "kms-key", ID: key.ARN, Detail: fmt.Sprintf("%s does not allow kms:Decrypt", l)})
	}
	found.Evidence = append(found.Evidence, statementEvidence("kms-key", key.ARN, k.verdict.Decision)...)
	if slices.Contains(k.verdict.Refusing, iam.Resource) {
		found.Fixes = openKey(f, k)
	}
	return found
}

// openKey lets the role use the key, in the key's own policy.
func openKey(f Facts, k keySide) []Fix {
	p, err := policyOf(aws.PolicyDocument{Document: k.key.value.Policy})
	if err != nil {
		return nil
	}
	fix := Fix{Title: "allow the role in the key's policy"}
	if s := k.verdict.Decision.Statement; s != nil && s.Effect == iam.EffectDeny {
		p = p.Without(s.Index)
		fix.Title = "take the Deny statement out of the key's policy"
		fix.Effect = "Somebody put it there: ask why before you do. Narrowing it may be enough."
	}
	// "*" is this key, in a key's policy.
	p = p.With(iam.Least("kms:Decrypt", "*", iam.PrincipalName{Type: "AWS", Value: k.request.Principal.ARN}))
	fix.Document = documentOf(p)
	fix.Command = resourcePolicyCommand(k.key.value.ARN, fix.Document, f.c.Region)
	fix.apply = changeKey(k.called, func(key *aws.Key) { key.Policy = fix.Document })
	return []Fix{fix}
}

// changeKey changes a key in memory.
func changeKey(called string, change func(*aws.Key)) func(Facts) Facts {
	return func(f Facts) Facts {
		all, err := startKeys.Try(f)
		if err != nil {
			return f
		}
		now := maps.Clone(all)
		k := now[called]
		change(&k.value)
		now[called] = k
		return f.with(startKeys, now, nil).retried()
	}
}

func judgeLogOptions(f Facts) Finding {
	found := eachNeed(f, "the options of the log drivers are complete", func(_ Facts, n need) Finding { return optionsOf(n) }, needLog, needRouter)
	if x := told.Of(f); !x.is(symptom.ClassLoggerConfig) || found.Verdict == Fail {
		return found
	}
	// The same text may mean what the next steps find: a group that is not there, or permissions.
	cause, decided := logCause(f)
	if cause != "" {
		return Finding{Verdict: Skipped, Summary: "ECS says that the log driver failed; why is found below", Because: cause, Evidence: told.Of(f).evidence()}
	}
	if said, ok := saidAlone(f, "logs.config-invalid", found.Evidence...); ok && decided {
		return said
	}
	return found
}

// logCause is what is wrong with the logs besides the driver's options, "" when nothing is, and whether all of it could be decided.
func logCause(f Facts) (cause string, decided bool) {
	all, err := rulings.Try(f)
	if err != nil {
		return "", false
	}
	decided = true
	for i, n := range startNeeds.Of(f) {
		if n.kind != needLog {
			continue
		}
		if found := logExists(f, n); found.Verdict == Fail {
			return found.Cause, true
		} else if found.Verdict == Unknown {
			decided = false
		}
		for _, c := range all[i].calls {
			switch {
			case c.own.Answer.Refused():
				return "logs.access-denied", true
			case c.through.Answer.Refused():
				return "iam.endpoint-policy-denied", true
			case c.own.Answer == iam.Unknown || c.through.Answer == iam.Unknown:
				decided = false
			}
		}
	}
	return "", decided
}

// judgeMountWays judges the ways to mount targets. They are on a port of their own, so what stops them is told here.
func judgeMountWays(f Facts) Finding {
	all, of := waysOf(f, ofEFS)
	var parts []Finding
	for i, n := range of {
		parts = append(parts, judgeMountWay(f, n, all[i]))
	}
	if len(parts) == 0 {
		return Finding{Verdict: Skipped, Summary: "no file system is mounted"}
	}
	return together(parts, "the mount targets are reached")
}

func judgeMountWay(f Facts, n need, w needWay) Finding {
	if w.flows.main == nil {
		return Finding{Verdict: Skipped, Summary: "there is no mount target to follow the way to"}
	}
	found := w.judge(w.main, f.c.Region, n.files.FileSystem+" is reached on TCP 2049", networkTests...)
	if found.Verdict != Fail {
		return found
	}
	e, _ := Explain("efs.network")
	whole := Finding{Verdict: Fail, Cause: e.Code, Summary: n.files.FileSystem + " is not reached on TCP 2049: " + found.Summary, Means: e.Means, Resources: []string{n.files.FileSystem}}
	for i, part := range append([]Finding{found}, found.Also...) {
		if part.Verdict != Fail {
			continue
		}
		whole.Evidence = append(whole.Evidence, part.Evidence...)
		whole.Resources = append(whole.Resources, part.Resources...)
		if i == 0 || len(whole.Fixes) == 0 {
			whole.Fixes = part.Fixes
			continue
		}
		for j := range min(len(part.Fixes), len(whole.Fixes)) { // each blocker needs its mend
			whole.Fixes[j] = whole.Fixes[j].and(part.Fixes[j])
		}
	}
	return whole
}

// and is both fixes in one.
func (x Fix) and(o Fix) Fix {
	a, b := x.apply, o.apply
	x.Title += "; " + o.Title
	x.Command = strings.TrimSuffix(x.Command+" && "+o.Command, " && ")
	x.apply = nil
	if a != nil && b != nil {
		x.apply = func(f Facts) Facts { return b(a(f)) }
	}
	return x
}

func judgeContainers(f Facts) Finding {
	t, x := task.Of(f), told.Of(f)
	step, code := x.cause()
	if step != "start.containers" {
		if t.Running() {
			return Finding{Verdict: Pass, Summary: "the containers run"}
		}
		return Finding{Verdict: Skipped, Summary: "no container has come to run, or none is said to have ended"}
	}
	e, _ := Explain(code)
	found := Finding{Verdict: Fail, Cause: code, Summary: e.Title, Means: e.Means, Evidence: x.evidence(), Resources: subjectOfFailure(f)}
	d := definition.Of(f)
	for _, c := range t.Containers {
		if c.HasExitCode && (c.ExitCode != 0 || x.is(symptom.ClassEssentialExited)) {
			found.Evidence = append(found.Evidence, Evidence{Kind: "container", ID: c.Name, Detail: exitWords(c.ExitCode)})
			if x.is(symptom.ClassEssentialExited) && isEssential(d, c.Name) {
				found.Summary = fmt.Sprintf("the essential container %s ended with exit code %d", c.Name, c.ExitCode)
			}
		}
	}
	switch {
	case x.is(symptom.ClassOutOfMemory):
		found.Evidence = append(found.Evidence, Evidence{Kind: "task-definition", ID: aws.ShortName(d.ARN), Detail: "memory " + d.Memory + ", cpu " + d.CPU})
	case x.is(symptom.ClassEssentialExited), x.is(symptom.ClassHealthCheck):
		for _, l := range logsOf(t, d, "", f.c.Region) {
			found.Fixes = append(found.Fixes, Fix{Title: "read what " + l.container + " printed last",
				Command: fmt.Sprintf("aws logs get-log-events --log-group-name %s --log-stream-name %s --limit 50 --region %s", l.group, l.stream, l.region)})
		}
	}
	if len(found.Fixes) == 0 {
		found.Fixes = []Fix{{Title: lowerFirst(e.Mend)}}
	}
	return found
}

func isEssential(d aws.TaskDefinition, container string) bool {
	i := slices.IndexFunc(d.Containers, func(c aws.ContainerDefinition) bool { return c.Name == container })
	return i < 0 || d.Containers[i].Essential
}

// judgeReason compares what was found with what ECS says (R39). What nothing explains stays a doubt: the task did fail of it, and whether
// it would again is not known.
func judgeReason(f Facts) Finding {
	x, t := told.Of(f), task.Of(f)
	step, code := x.cause()
	later, err := successor.Try(f)
	switch {
	case x.text == "":
		return Finding{Verdict: Skipped, Summary: "ECS says nothing that would have to be explained"}
	case code == "":
		return Finding{Verdict: Skipped, Summary: "what ECS says names no cause that is known"}
	case step == "start.placement" || step == "start.containers":
		return Finding{Verdict: Pass, Summary: "the text itself names the cause"}
	}
	undecided := false
	for _, n := range matrix.Of(f) {
		for _, c := range n.cells() {
			if c.Verdict == Fail && (x.explainedBy(c.Cause) || areaOf(step).holds(n.Kind) && c == n.Path && strings.HasSuffix(code, ".network")) {
				return Finding{Verdict: Pass, Summary: "yes: " + titleOfCause(c.Cause), Evidence: x.evidence()}
			}
			undecided = undecided || c.Verdict == Unknown && areaOf(step).holds(n.Kind)
		}
	}
	if said, ok := saidAlone(f, code); ok && slices.Contains(onlySaid, code) && !undecided {
		return Finding{Verdict: Pass, Summary: "the text itself names the cause", Evidence: said.Evidence}
	}
	e, _ := Explain(code)
	found := Finding{Cause: code, Evidence: x.evidence(), Resources: x.about(f), Fixes: []Fix{{Title: lowerFirst(e.Mend)}}}
	if way := x.dialledWay(); way != "" {
		found.Evidence = append(found.Evidence, Evidence{Kind: "address", ID: x.Address.String(), Detail: way})
	}
	switch {
	case later.ID != "":
		found.Verdict, found.Summary = Warn, e.Title+": so it was then"
		found.Means = fmt.Sprintf("Task %s of the same task definition started later and runs: it was mended since, or comes and goes.", later.ID)
		found.Fixes = nil
		return found
	case undecided || err != nil:
		found.Summary = e.Title + ", says ECS; what is set up now could not be read or decided"
		found.Means = e.Means + " The steps above name what is missing."
		found.Missing = []string{aws.Missing(err)}
	default:
		found.Summary = e.Title + ", says ECS; nothing that could be read explains it now"
		found.Means = "It was mended since the task failed, it comes and goes, or something that can't be seen from here is in the way."
		if s := t.ServiceName(); s != "" {
			found.Fixes = append(found.Fixes, Fix{Title: "or let the service try again",
				Command: fmt.Sprintf("aws ecs update-service --cluster %s --service %s --force-new-deployment --region %s", clusterName(t, f.c), s, f.c.Region)})
		}
	}
	found.settled = true
	return found
}

// onlySaid lists the causes that nothing but the text can tell.
var onlySaid = []string{"image.rate-limited", "secret.json-key-missing", "logs.config-invalid"}

// An area is which needs a step is about.
type area []needKind

func areaOf(step string) area {
	name, _, _ := strings.Cut(step, ".")
	return map[string]area{
		"image": {needLogin, needImage, needLayers}, "secret": {needSecret, needParameter}, "logs": {needLog}, "efs": {needFiles},
		"start": {needLogin, needImage, needLayers, needSecret, needParameter, needFile, needLog, needFiles},
	}[name]
}

func (a area) holds(kind string) bool { return slices.Contains(a, needKind(kind)) }

func judgeChange(f Facts) Finding {
	t := task.Of(f)
	s, _ := owner.Try(f)
	lost := slices.ContainsFunc(matrix.Of(f), func(n Need) bool { return n.Path.Verdict == Fail })
	if !lost {
		return Finding{Verdict: Skipped, Summary: "nothing of the network has to be changed"}
	}
	found := Finding{Verdict: Pass, Summary: "routes, groups' rules and endpoints count at once; subnets, groups and public address only for new tasks"}
	found.Means = "In CloudFormation they are the property NetworkConfiguration of AWS::ECS::Service."
	if s.Name != "" {
		found.Evidence = []Evidence{{Kind: "service", ID: s.Name, Detail: fmt.Sprintf("aws ecs update-service --cluster %s --service %s --network-configuration %q --region %s",
			clusterName(t, f.c), s.Name, awsvpc(s.Network.Subnets, s.Network.SecurityGroups, s.Network.AssignPublicIP), f.c.Region)}}
	}
	return found
}
