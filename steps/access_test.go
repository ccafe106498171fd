package steps_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fargate-doctor/steps"
)

// ECS sends along which of its resources a role is assumed for. A star is a wildcard for ArnLike and ArnEquals and for StringLike, and
// itself for StringEquals, which so matches nothing. See "Confused deputy" in the Amazon ECS developer guide.
func TestATrustPolicyForTheAccountsTasks(t *testing.T) {
	for _, test := range []struct {
		operator, source string
		want             steps.Verdict
	}{
		{"ArnLike", "arn:aws:ecs:eu-central-1:111122223333:*", steps.Pass},
		{"ArnEquals", "arn:aws:ecs:*:111122223333:*", steps.Pass},
		{"StringLike", "arn:aws:ecs:eu-central-1:111122223333:*", steps.Pass},
		{"StringEquals", "arn:aws:ecs:eu-central-1:111122223333:*", steps.Unknown},
		{"ArnLike", "arn:aws:ecs:eu-central-1:111122223333:service/*", steps.Unknown},
		{"ArnLike", "arn:aws:ecs:eu-central-1:444455556666:*", steps.Unknown},
		{"ArnLike", "arn:aws:ecs:us-east-1:111122223333:*", steps.Unknown},
	} {
		reader, c := openWorld(t, "healthy-access")
		r := walkCaseWithout(t, answering{reader, map[string]string{"iam:GetRole": fmt.Sprintf(`{"Role": {
			"RoleName": "shop-worker-task", "Arn": "arn:aws:iam::111122223333:role/shop-worker-task", "AssumeRolePolicyDocument": {
				"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"},
				"Action": "sts:AssumeRole", "Condition": {%q: {"aws:SourceArn": %q}}}}}}`, test.operator, test.source)}}, c)
		if s := stepOf(r, "access.trust"); s.Verdict != test.want {
			t.Errorf("%s %s: %s, want %s: %s", test.operator, test.source, s.Verdict, test.want, s.Summary)
		}
	}
}

// simulates is IAM's answer about one call.
func simulates(action, resource, decision, more string) map[string]string {
	return map[string]string{"iam:SimulatePrincipalPolicy": fmt.Sprintf(
		`{"EvaluationResults": [{"EvalActionName": %q, "EvalResourceName": %q, "EvalDecision": %q, "MissingContextValues": []%s}]}`,
		action, resource, decision, more)}
}

const allowedByOrganization = `, "OrganizationsDecisionDetail": {"AllowedByOrganizations": true}`

// A pattern is one of several resources, and so is an alias of a key to the policies: neither what IAM says of something with that very
// name, nor that no policy of it was read, tells anything.
func TestAResourceThatIsNotKnownExactlyIsNeitherFineNorBroken(t *testing.T) {
	for _, test := range []struct{ world, action, resource, simulated, step string }{
		{"healthy-access", "sns:Publish", "arn:aws:sns:eu-central-1:111122223333:ord*", "implicitDeny", "access.identity"},
		{"iam-resource-policy-denied", "sns:Publish", "arn:aws:sns:eu-central-1:111122223333:order?", "allowed", "access.resource"},
		{"iam-resource-policy-denied", "sns:Publish", "arn:aws:sns:eu-central-1:111122223333:order?", "allowed", "access.key"},
		{"iam-kms-denied", "kms:Decrypt", "arn:aws:kms:eu-central-1:111122223333:alias/assets", "allowed", "access.key"},
		{"healthy-access", "kms:Decrypt", "", "allowed", "access.key"},
	} {
		reader, c := openWorld(t, test.world)
		c.Action, c.Resource, c.Error = test.action, test.resource, ""
		r := walkCaseWithout(t, answering{reader, simulates(test.action, test.resource, test.simulated, allowedByOrganization)}, c)
		if r.Verdict != steps.Inconclusive || slices.ContainsFunc(r.Steps, func(s steps.StepResult) bool { return s.Verdict == steps.Fail }) {
			t.Errorf("%s on %s: %s %v\n%s", test.action, test.resource, r.Verdict, codes(r), describe(r))
		}
		if s := stepOf(r, test.step); s.Verdict != steps.Unknown {
			t.Errorf("%s on %s: %s is %s: %s", test.action, test.resource, test.step, s.Verdict, s.Summary)
		}
	}
}

// The boundary of a user is not read, and IAM may know of one that the role had a moment ago.
func TestABoundaryThatIsNotKnownIsNotFine(t *testing.T) {
	const (
		user = "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: sns:Publish on resource: " + orders
		told = user + " because no permissions boundary allows the sns:Publish action"
	)
	for _, test := range []struct {
		text, simulated, more string
		want                  steps.Verdict
	}{
		{user, "allowed", "", steps.Unknown},
		{told, "allowed", "", steps.Fail},
		{"", "implicitDeny", `, "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": false}`, steps.Unknown},
		{"", "allowed", `, "PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": true}`, steps.Pass},
	} {
		reader, c := openWorld(t, "healthy-access")
		if c.Error = test.text; c.Error != "" {
			c.Action, c.Resource = "", ""
		}
		r := walkCaseWithout(t, answering{reader, simulates("sns:Publish", orders, test.simulated, allowedByOrganization+test.more)}, c)
		if s := stepOf(r, "access.boundary"); s.Verdict != test.want {
			t.Errorf("%.30q, %s%s: %s, want %s: %s", test.text, test.simulated, test.more, s.Verdict, test.want, s.Summary)
		}
		if s := stepOf(r, "access.rest"); test.want == steps.Unknown && test.text != "" && s.Verdict != steps.Skipped {
			t.Errorf("%.30q: %s: %s", test.text, s.Verdict, s.Summary)
		}
	}
}

// What is left is said only where nothing refuses the call.
func TestTheLastStepCountsWhatRefuses(t *testing.T) {
	for world, want := range map[string]string{
		"healthy-access":           "no policy that could be read refuses the call",
		"iam-scp-denied-simulated": "the call is refused; mend what was found first",
		"iam-scp-denied":           "the call is refused; mend what was found first",
		"iam-kms-denied":           "the call is refused; mend what was found first",
		"several-access":           "3 kinds of policy refuse the call; the service names only one of them",
	} {
		r := walkWithout(t, world)
		if s := stepOf(r, "access.rest"); s.Summary != want {
			t.Errorf("%s: %s, want %s", world, s.Summary, want)
		}
	}
}

// A secret without a key of its own has AWS's, which no role of another account may use. See "Permissions to AWS Secrets Manager secrets
// for users in a different account" in its user guide.
func TestAKeyOfAWSInAnotherAccountLetsNobodyThrough(t *testing.T) {
	for account, want := range map[string]steps.Verdict{"444455556666": steps.Fail, "111122223333": steps.Pass} {
		secret := "arn:aws:secretsmanager:eu-central-1:" + account + ":secret:partner-AbCdEf"
		reader, c := openWorld(t, "iam-resource-policy-denied-cross-account")
		c.Action, c.Resource, c.Target = "secretsmanager:GetSecretValue", secret, "secretsmanager"
		r := walkCaseWithout(t, answering{reader, map[string]string{
			"secretsmanager:DescribeSecret":    fmt.Sprintf(`{"ARN": %q, "Name": "partner"}`, secret),
			"secretsmanager:GetResourcePolicy": fmt.Sprintf(`{"ARN": %q, "Name": "partner"}`, secret),
		}}, c)
		if s := stepOf(r, "access.key"); s.Verdict != want || want == steps.Fail && s.Cause != "iam.kms-denied" {
			t.Errorf("%s: %s, want %s: %s", account, s.Verdict, want, s.Summary)
		}
	}
}

// Environment files in S3 are not read. Access keys in them would sign the calls.
func TestEnvironmentFilesMayHoldAccessKeys(t *testing.T) {
	for _, test := range []struct {
		role, text string
		want       steps.Verdict
	}{
		{"arn:aws:iam::111122223333:role/shop-worker-task", "", steps.Warn},
		{"", "", steps.Unknown},
		{"", "botocore.exceptions.NoCredentialsError: Unable to locate credentials", steps.Fail},
	} {
		reader, c := openWorld(t, "healthy-access")
		var definition map[string]any
		if err := json.Unmarshal(describedTaskDefinition(t, "healthy-access", "worker"), &definition); err != nil {
			t.Fatal(err)
		}
		definition["taskRoleArn"] = test.role
		for _, container := range definition["containerDefinitions"].([]any) {
			container.(map[string]any)["environmentFiles"] = []any{map[string]any{"type": "s3", "value": "arn:aws:s3:::shop-assets/worker.env"}}
		}
		text, err := json.Marshal(map[string]any{"taskDefinition": definition})
		if err != nil {
			t.Fatal(err)
		}
		c.Error = test.text
		r := walkCaseWithout(t, answering{reader, map[string]string{"ecs:DescribeTaskDefinition": string(text)}}, c)
		if s := stepOf(r, "access.credentials"); s.Verdict != test.want {
			t.Errorf("role %q, %q: %s, want %s: %s", test.role, test.text, s.Verdict, test.want, s.Summary)
		}
		if test.want == steps.Unknown && r.Verdict != steps.Inconclusive {
			t.Errorf("%s\n%s", r.Verdict, describe(r))
		}
	}
}

// A policy that can't be understood is as good as unread, and called by its name.
func TestAPolicyThatCantBeUnderstoodIsUnknown(t *testing.T) {
	for _, test := range []struct{ world, operation, answer, step, summary string }{
		{"healthy-access", "iam:GetRole", `{"Role": {"RoleName": "shop-worker-task", "Arn": "arn:aws:iam::111122223333:role/shop-worker-task",
			"AssumeRolePolicyDocument": {"Statement": {"Effect": "Maybe"}}}}`, "access.trust", "the trust policy of shop-worker-task can't be understood: policy document: "},
		{"iam-kms-denied", "kms:GetKeyPolicy", `{"Policy": "{}"}`, "access.key", "can't be understood: policy document: no Statement"},
		{"healthy-access", "iam:GetRolePolicy", `{"RoleName": "shop-worker-task", "PolicyName": "shop-worker", "PolicyDocument": "{"}`, "access.identity", ""},
	} {
		reader, c := openWorld(t, test.world)
		s := stepOf(walkCaseWithout(t, answering{reader, map[string]string{test.operation: test.answer}}, c, "iam:SimulatePrincipalPolicy"), test.step)
		if s.Verdict != steps.Unknown || !strings.Contains(s.Summary, test.summary) {
			t.Errorf("%s of %s: %s is %s: %s", test.operation, test.world, test.step, s.Verdict, s.Summary)
		}
	}
}

const orders = "arn:aws:sns:eu-central-1:111122223333:orders"

// An action that is no action is asked of no policy: none would allow it.
func TestWhatIsNoActionIsNotRefused(t *testing.T) {
	reader, c := openWorld(t, "healthy-access")
	c.Action = "Publish"
	r := walkCaseWithout(t, reader, c)
	if r.Verdict != steps.Inconclusive || len(r.Causes) > 0 {
		t.Errorf("%s %v\n%s", r.Verdict, codes(r), describe(r))
	}
}

// What the message says and the policies leave open is told with what they hang on, and no action is missing for it.
func TestWhatOnlyTheMessageSaysIsToldAsSuch(t *testing.T) {
	reader, c := openWorld(t, "iam-condition-unknown")
	c.Error = "User: arn:aws:sts::111122223333:assumed-role/shop-worker-task/b01ada8305d568858e1357e740027613 is not authorized to perform: " +
		"SNS:Publish on resource: " + orders + " because no identity-based policy allows the SNS:Publish action"
	s := stepOf(walkCaseWithout(t, reader, c), "access.identity")
	if want := "The message says so; the policies hang on aws:PrincipalTag/team. "; !strings.HasPrefix(s.Means, want) {
		t.Errorf("%s: %s", s.Verdict, s.Means)
	}
	if len(s.Missing) > 0 {
		t.Errorf("missing %q", s.Missing)
	}
}

// Grants of a key are not read. Where only the policies say no, that is told; where the service says no itself, there is none.
func TestWhatGrantsCouldAllowIsTold(t *testing.T) {
	const denied = "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed"
	for text, want := range map[string]bool{"": true, denied: false} {
		reader, c := openWorld(t, "iam-kms-denied")
		c.Error = text
		r := walkCaseWithout(t, reader, c)
		s := stepOf(r, "access.key")
		told := slices.ContainsFunc(s.Evidence, func(e steps.Evidence) bool { return strings.Contains(e.Detail, "aws kms list-grants --key-id") })
		if s.Verdict != steps.Fail || told != want {
			t.Errorf("%q: %s with %v", text, s.Verdict, s.Evidence)
		}
	}
}
