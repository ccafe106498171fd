package steps

const (
	docExec          = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"
	docExecRun       = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec-run.html"
	docExecTrouble   = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec-troubleshooting.html"
	docExecLogging   = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec-logging.html"
	docPIDMode       = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-security-considerations.html"
	docExecEndpoints = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html"
)

// What keeps a session of ECS Exec from opening (R2).
var execCauses = []Explanation{{
	Code:      "exec.task-not-running",
	Title:     "there is no running container to open a session in",
	Means:     "A session needs a task that runs, and in it a container that runs.",
	Condition: "DescribeTasks: the task has stopped or is stopping, or the container that was asked for does not run; or the service has no task.",
	Evidence:  "The task's or container's state, and the reason that ECS gives.",
	Mend:      "Take a task that runs. If the container dies before one can look into it, start a revision whose command is sleep.",
	Docs:      []string{docExec},
}, {
	Code:      "exec.not-enabled",
	Title:     "ECS Exec is off for this task",
	Means:     "It is set when a task starts, and can't be changed afterwards. Switching it on for the service reaches new tasks only.",
	Condition: "DescribeTasks: enableExecuteCommand is false.",
	Evidence:  "The task's setting and the service's.",
	Mend:      "Switch it on for the service and force a new deployment; run a standalone task again with the flag.",
	Docs:      []string{docExecRun},
}, {
	Code:      "exec.platform-version",
	Title:     "the platform version knows no ECS Exec",
	Means:     "Fargate puts the Exec agent into containers from Linux platform 1.4.0 and Windows platform 1.0.0 on.",
	Condition: "DescribeTasks: platformVersion of a Fargate task is lower than that.",
	Evidence:  "The platform version.",
	Mend:      "Update the service to platform version LATEST.",
	Docs:      []string{docExec, docPlatform},
}, {
	Code:      "exec.task-role-missing",
	Title:     "the task has no task role",
	Means:     "The Exec agent in the container signs its calls with the task role. The execution role does not count here.",
	Condition: "Neither the task definition nor the task's overrides name a taskRoleArn.",
	Evidence:  "The task definition.",
	Mend:      "Register a revision with a task role that allows the four ssmmessages actions, and deploy it.",
	Docs:      []string{docExec, docTaskRole},
}, {
	Code:      "exec.task-role-denied",
	Title:     "the task role does not allow what the Exec agent calls",
	Means:     "The agent opens a control channel and a data channel to Systems Manager. Without all four actions it never connects.",
	Condition: "The role's policies do not allow, or deny, one of ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel on *.",
	Evidence:  "The actions that are refused, the statement that decides, and what the simulation says.",
	Mend:      "Add the least statement that allows them to the role, then start new tasks.",
	Docs:      []string{docExec},
}, {
	Code:      "exec.no-path",
	Title:     "the task does not reach ssmmessages",
	Means:     "The Exec agent in the container connects to ssmmessages of the region on TCP 443. Without a way there no session opens.",
	Condition: "The path from the task's interface to ssmmessages is blocked, and no other cause says by what.",
	Evidence:  "The check of the path that fails.",
	Mend:      "Make an interface endpoint for ssmmessages, or give the subnet a way to the internet.",
	Docs:      []string{docExec, docExecEndpoints},
}, {
	Code:      "exec.readonly-root",
	Title:     "the container's root file system is read-only",
	Means:     "The Exec agent writes into the container: its state below /var/lib/amazon/ssm and its log below /var/log/amazon/ssm. ECS Exec does not support read-only roots.",
	Condition: "DescribeTaskDefinition: readonlyRootFilesystem is true, and no volume that can be written to is mounted at both places.",
	Evidence:  "The container's setting and its mounts.",
	Mend:      "Register a revision without it, or with volumes at both places.",
	Docs:      []string{docExec},
}, {
	Code:      "exec.pid-mode",
	Title:     "the containers of the task share their processes",
	Means:     "With pidMode task a session can be opened in one container of the task only. In the others everything looks right and no session opens.",
	Condition: "DescribeTaskDefinition: pidMode is task, and the task has more than one container.",
	Evidence:  "The setting and the containers.",
	Mend:      "Register a revision without pidMode, or try the task's other containers.",
	Docs:      []string{docExec, docPIDMode},
}, {
	Code:      "exec.env-credentials",
	Title:     "access keys in the container's environment mislead the Exec agent",
	Means:     "The agent looks at the environment first, as SDKs do. It then signs with those keys and not with the task role, and is refused.",
	Condition: "AWS_ACCESS_KEY_ID, AWS_ACCESS_KEY or AWS_SECRET_ACCESS_KEY is among the variables or secrets of the container, or of the task's overrides.",
	Evidence:  "The variables that are set.",
	Mend:      "Take them out of the task definition and give the task role the permissions instead; or give them to the application under other names.",
	Docs:      []string{docExecTrouble, docTaskRole},
}, {
	Code:      "exec.agent-starting",
	Title:     "the Exec agent is still starting",
	Means:     "It starts after the container, and needs some seconds more to connect once it runs.",
	Condition: "DescribeTasks: the task is on its way up, or the managed agent ExecuteCommandAgent of the container is PENDING; and nothing else was found that would hold it up.",
	Evidence:  "The state of the agent in each container.",
	Mend:      "Try again in half a minute.",
	Docs:      []string{docExecTrouble},
}, {
	Code:      "exec.agent-not-running",
	Title:     "the Exec agent does not run in the container",
	Means:     "Fargate does not start it again in a running task. Most often it could not connect when the task started.",
	Condition: "DescribeTasks: the managed agent ExecuteCommandAgent of the container is STOPPED or missing, and nothing was found that explains it.",
	Evidence:  "The state of the agent in each container, and the reason that ECS gives.",
	Mend:      "Replace the task: everything that the agent needs is there now. If it stops again, look at its reason and at the container's memory.",
	Docs:      []string{docExecTrouble},
}, {
	Code:      "exec.caller-denied",
	Title:     "the caller may not open a session",
	Means:     "ecs:ExecuteCommand is asked for on the task and on its cluster; both must be allowed. The connection and the task are not the question.",
	Condition: "The error text says so; or iam:SimulatePrincipalPolicy, or the caller's policies as they were read, refuse ecs:ExecuteCommand on the task or on the cluster, with ecs:cluster and ecs:container-name supplied.",
	Evidence:  "The caller, and what the simulation says.",
	Mend:      "Add the least statement that allows it to the caller.",
	Docs:      []string{docExec},
}, {
	Code:      "exec.kms-denied",
	Title:     "the cluster's KMS key can't be used for the session",
	Means:     "The cluster encrypts its sessions. The caller asks KMS for a data key and the agent decrypts it: kms:GenerateDataKey for the caller, kms:Decrypt for the task role, and the key must be enabled.",
	Condition: "DescribeClusters: executeCommandConfiguration names a kmsKeyId, and the key does not exist, is not enabled, or its policy with the caller's or the role's own refuses that call; or the error text says so.",
	Evidence:  "The key, its state, and the statement that decided.",
	Mend:      "Allow the call on the key, or switch the key on.",
	Docs:      []string{docExecLogging, docKeyPolicy},
}, {
	Code:      "exec.logging-denied",
	Title:     "the cluster's log of sessions can't be written",
	Means:     "The agent writes the log with the task role. Where the cluster asks for an encrypted log, the agent refuses the session when it can't see that it is; else the session opens and its log is lost.",
	Condition: "DescribeClusters: logging is OVERRIDE, and the log group or bucket does not exist, is not encrypted though the cluster asks for that, or the task role may not write to it.",
	Evidence:  "The destination, and the actions that are refused.",
	Mend:      "Make the log group or bucket, and allow the actions to the task role.",
	Docs:      []string{docExecLogging},
}, {
	Code:      "exec.init-process",
	Title:     "the container has no init process",
	Means:     "What a session leaves behind stays as a child of the application, which does not reap it. Sessions work without; zombies collect.",
	Condition: "DescribeTaskDefinition: linuxParameters.initProcessEnabled is not true for a Linux container.",
	Evidence:  "The containers without it.",
	Mend:      "Set initProcessEnabled in the next revision.",
	Docs:      []string{docExec},
}, {
	Code:      "exec.no-shell",
	Title:     "the image holds no such shell",
	Means:     "The session opened, and the program that it was to run is not in the container. Images built from scratch or distroless hold no shell at all.",
	Condition: "The error text says that fork/exec of a shell found no such file.",
	Evidence:  "The line of the error text.",
	Mend:      "Try /bin/sh, which more images have than bash; else use a debug task with the same network and roles.",
	Docs:      []string{docExecTrouble},
}, {
	Code:      "exec.plugin-missing",
	Title:     "the Session Manager plugin is not installed where the command was run",
	Means:     "The AWS CLI hands sessions to a program of its own, session-manager-plugin. The task and the account are not the question.",
	Condition: "The error text says that SessionManagerPlugin is not found.",
	Evidence:  "The line of the error text.",
	Mend:      "Use fargate-doctor exec, which needs no other program, or install the plugin.",
	Docs:      []string{docExecTrouble},
}, {
	Code:      "exec.target-not-connected",
	Title:     "the Exec agent runs and is not connected",
	Means:     "ECS took the call, and Systems Manager knows of no open channel to this container. That is so for some seconds after the agent has started, and for good when it lost its connection and does not come back.",
	Condition: "The error text says TargetNotConnectedException, and everything that the agent needs was found to be there.",
	Evidence:  "The line of the error text, and the state of the agent.",
	Mend:      "Try again in half a minute; then replace the task.",
	Docs:      []string{docExecTrouble},
}}
