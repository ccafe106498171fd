package steps

import "slices"

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

// What the start needs, area by area (R20, R36-R38), in the order in which Fargate goes about it.
var startNeedsSteps = []Step{{
	ID:           "image.path",
	Ask:          "Is the registry of each image reached?",
	Why:          "Amazon ECR takes three ways: api.ecr for the login, dkr.ecr for the image, and S3 for its layers.",
	Branch:       "symptom",
	Requirements: []string{"R20", "R36"},
	Docs:         []string{docPullErrors, docECREndpoints},
	Needs:        []known{startWays.traced, startNeeds, told},
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
	Wants:        []known{images, cacheRules, successor},
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
	Needs:        []known{startWays.traced, startNeeds, told},
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
	Needs:        []known{startNeeds, rulings, startWays.traced},
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
	Needs:        []known{startWays.traced, startNeeds, told},
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
	Needs:        []known{startWays.traced, startNeeds, told},
	Wants:        []known{fileSystems, here, subnets},
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
	found := together(parts, good)
	if found.Verdict != Pass {
		return found
	}
	whole := true
	for _, p := range parts { // what is not looked at is not among the good
		if p.Verdict == Skipped {
			whole = false
			found.Evidence = append(found.Evidence, Evidence{Kind: "need", Detail: p.Summary})
		}
	}
	if !whole {
		found.Summary += ", as far as can be seen"
	}
	return found
}
