package steps

const (
	docAccessDenied  = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"
	docEvaluation    = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
	docTaskRole      = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"
	docExecutionRole = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html"
	docBoundary      = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
	docSCP           = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html"
	docRCP           = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html"
	docCrossAccount  = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html"
	docKeyPolicy     = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"
	docSimulation    = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html"
	docSession       = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session"
)

// Calls that a policy refuses (R16, R37).
var accessCauses = []Explanation{{
	Code:      "iam.identity-not-allowed",
	Title:     "no policy of the role allows the call",
	Means:     "What no policy allows is refused. The connection is fine: the service answered.",
	Condition: "No statement of the role's inline and attached policies allows the action on the resource, and no policy of the resource allows the role by itself. iam:SimulatePrincipalPolicy says implicitDeny.",
	Evidence:  "The role, its policies, and what the simulation says.",
	Mend:      "Add the least statement that allows the call to the role.",
	Docs:      []string{docAccessDenied, docTaskRole},
}, {
	Code:      "iam.identity-explicit-deny",
	Title:     "a policy of the role denies the call",
	Means:     "A Deny wins over every Allow, wherever that stands.",
	Condition: "A Deny statement of the role's inline or attached policies matches. iam:SimulatePrincipalPolicy says explicitDeny.",
	Evidence:  "The statement.",
	Mend:      "Take the statement out, or narrow it so that it no longer matches this call.",
	Docs:      []string{docAccessDenied, docEvaluation},
}, {
	Code:      "iam.wrong-role",
	Title:     "the permission sits on the other of the task's two roles",
	Means:     "The task role is what the application's own calls are signed with. The execution role is Fargate's: images, secrets and logs at the start.",
	Condition: "The role that signed the call does not allow it, and the task's other role does.",
	Evidence:  "The statement of the other role that allows it.",
	Mend:      "Add the statement to the role that signs the call. Do not swap the roles.",
	Docs:      []string{docTaskRole, docExecutionRole},
}, {
	Code:      "iam.boundary-denied",
	Title:     "the role's permissions boundary does not allow the call",
	Means:     "A boundary grants nothing and caps everything: only what the role's policies and the boundary both allow is allowed.",
	Condition: "The policy in iam:GetRole's PermissionsBoundary denies the action or does not allow it.",
	Evidence:  "The boundary and its statement.",
	Mend:      "Have whoever owns the boundary allow the action in it.",
	Docs:      []string{docBoundary},
}, {
	Code:      "iam.scp-denied",
	Title:     "a service control policy of the organization refuses the call",
	Means:     "No policy in this account can allow what a service control policy refuses.",
	Condition: "The error text names a service control policy, or iam:SimulatePrincipalPolicy says that the organization does not allow the call.",
	Evidence:  "The line of the error text, or the simulation's detail.",
	Mend:      "Ask the organization's administrators: service control policies are kept in the management account.",
	Docs:      []string{docSCP},
}, {
	Code:      "iam.rcp-denied",
	Title:     "a resource control policy of the organization refuses the call",
	Means:     "It limits who may use the resources of an account, whatever their own policies say.",
	Condition: "The error text names a resource control policy. Accounts can't read these policies.",
	Evidence:  "The line of the error text.",
	Mend:      "Ask the administrators of the organization that owns the resource.",
	Docs:      []string{docRCP},
}, {
	Code:      "iam.session-denied",
	Title:     "the session policy does not allow the call",
	Means:     "Whoever assumed the role passed a policy along that narrows the session. ECS passes none, so these are not the credentials that ECS gave the task.",
	Condition: "The error text names a session policy.",
	Evidence:  "The line of the error text.",
	Mend:      "Widen or drop the policy in the AssumeRole call of the application.",
	Docs:      []string{docSession},
}, {
	Code:      "iam.endpoint-policy-denied",
	Title:     "the policy of the VPC endpoint refuses the call",
	Means:     "The endpoint's policy and the role's must both allow the call. A policy that holds only Deny statements allows nothing.",
	Condition: "The call goes through a VPC endpoint, and no statement of its policy allows the principal, action and resource, or one denies them.",
	Evidence:  "The endpoint and the statement.",
	Mend:      "Add the least statement that allows the call to the endpoint's policy.",
	Docs:      []string{docEndpointPolicy},
}, {
	Code:      "iam.resource-policy-denied",
	Title:     "the resource's own policy refuses the call",
	Means:     "A Deny there wins over what the role allows. A resource of another account must also allow the role by itself.",
	Condition: "A Deny statement of the resource's policy matches; or the resource belongs to another account and its policy does not allow the role.",
	Evidence:  "The resource and the statement.",
	Mend:      "Narrow the Deny statement, or allow the role in the resource's policy.",
	Docs:      []string{docEvaluation, docCrossAccount},
}, {
	Code:      "iam.kms-denied",
	Title:     "the KMS key behind the resource refuses the role",
	Means:     "The service reads or writes the resource with the caller's right to its customer key. The error is the service's AccessDenied, and may not name KMS.",
	Condition: "The resource is encrypted with a customer key, and the key's policy, with the role's own policies, does not allow the KMS actions that the call needs.",
	Evidence:  "The key, and the statement that decided.",
	Mend:      "Allow the KMS actions on the key to the role; the key's policy must let the account's IAM policies count.",
	Docs:      []string{docKeyPolicy},
}, {
	Code:      "iam.role-missing",
	Title:     "the role does not exist",
	Means:     "The task definition names a role that was deleted. Tasks get no credentials from it, and new ones may not start.",
	Condition: "iam:GetRole answers NoSuchEntity.",
	Evidence:  "The role, as the task definition names it.",
	Mend:      "Make the role again, or register a revision of the task definition that names another one.",
	Docs:      []string{docTaskRole},
}, {
	Code:      "iam.role-not-assumable",
	Title:     "ECS may not assume the role",
	Means:     "ECS hands a task the role's credentials by assuming it. The role's trust policy must let the service ecs-tasks.amazonaws.com do that.",
	Condition: "No statement of the role's trust policy allows sts:AssumeRole to ecs-tasks.amazonaws.com for this account's tasks, or one denies it.",
	Evidence:  "The trust policy's statements.",
	Mend:      "Add the service to the trust policy.",
	Docs:      []string{docTaskRole},
}, {
	Code:      "iam.credentials-missing",
	Title:     "the container has no credentials",
	Means:     "SDKs ask the address in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI for credentials. A task definition without a task role has none, and a process that lost its environment does not find them.",
	Condition: "The task definition and the task's overrides name no task role, and no access keys are in the container's environment; or the error text says that none were found.",
	Evidence:  "The task definition, and the line of the error text.",
	Mend:      "Give the task definition a task role. If it has one, start the process with the container's environment, and update a very old SDK.",
	Docs:      []string{docTaskRole},
}, {
	Code:      "iam.credentials-expired",
	Title:     "the credentials have expired",
	Means:     "ECS renews the credentials of a task role by itself. Those that expire were put into the environment by hand, or are kept by the application past their time.",
	Condition: "The error text says that the token has expired.",
	Evidence:  "The line of the error text, and the variables of the container that hold access keys.",
	Mend:      "Take the access keys out of the environment, so that the SDK asks for the task role's, and do not keep credentials in the application.",
	Docs:      []string{docTaskRole},
}, {
	Code:      "iam.static-credentials",
	Title:     "access keys in the container's environment win over the task role",
	Means:     "SDKs look at the environment first. The calls are signed with those keys, and what the task role allows does not count.",
	Condition: "AWS_ACCESS_KEY_ID is among the container's variables or secrets, and the error text does not say that the task role signed the call.",
	Evidence:  "The variables that are set.",
	Mend:      "Take the access keys out of the task definition; the task role then counts.",
	Docs:      []string{docTaskRole},
}, {
	Code:      "kms.key-disabled",
	Title:     "the KMS key behind the resource can't be used",
	Means:     "A key that is disabled or waits for its deletion encrypts and decrypts nothing, whoever asks.",
	Condition: "kms:DescribeKey: KeyState is not Enabled.",
	Evidence:  "The key and its state.",
	Mend:      "Switch the key on; cancel its deletion first if it waits for that.",
	Docs:      []string{docKeyPolicy},
}}
