package steps_test

import (
	"fmt"
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
