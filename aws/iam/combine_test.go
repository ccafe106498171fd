package iam_test

import (
	"slices"
	"testing"

	"fargate-doctor/aws/iam"
)

const (
	account = "111122223333"
	other   = "999999999999"
)

var web = iam.Principal{ARN: "arn:aws:iam::111122223333:role/app/web", Session: "arn:aws:sts::111122223333:assumed-role/web/0123456789abcdef", ID: "AROAEXAMPLEWEB"}

func allow(action, resource string, principals ...iam.PrincipalName) iam.Policy {
	return iam.Policy{Version: "2012-10-17"}.With(iam.Least(action, resource, principals...))
}

func deny(action, resource string, principals ...iam.PrincipalName) iam.Policy {
	s := iam.Least(action, resource, principals...)
	s.Effect = iam.EffectDeny
	return iam.Policy{Version: "2012-10-17"}.With(s)
}

func named(value string) iam.PrincipalName { return iam.PrincipalName{Type: "AWS", Value: value} }

var everyone = iam.PrincipalName{Type: iam.Everyone, Value: "*"}

// none are policies of which only the identity's layer exists.
func none(identity ...iam.Policy) iam.Policies {
	return iam.Policies{Identity: iam.Known(identity...), Boundary: iam.Known(), Session: iam.Known(), SCP: iam.Known(), RCP: iam.Known(),
		Resource: iam.Known(), Endpoint: iam.Known()}
}

func with(p iam.Policies, change func(*iam.Policies)) iam.Policies {
	change(&p)
	return p
}

var publish = iam.Request{Action: "sns:Publish", Resource: "arn:aws:sns:eu-central-1:111122223333:orders", Principal: web}

func expect(t *testing.T, name string, p iam.Policies, r iam.Request, want iam.Answer, layers ...iam.Layer) iam.Verdict {
	t.Helper()
	v := iam.Combine(p, r)
	got := v.Refusing
	switch v.Answer {
	case iam.Unknown:
		got = v.Open
	case iam.Allow:
		got = []iam.Layer{v.Layer}
	}
	if v.Answer != want || !slices.Equal(got, layers) || v.Layer != layers[0] {
		t.Errorf("%s: %v by %v, not %v by %v", name, v.Answer, got, want, layers)
	}
	return v
}

// "Policy evaluation logic", example of identity-based and resource-based policies.
func TestCarlos(t *testing.T) {
	identity := parse(t, `{"Version": "2012-10-17", "Statement": [
		{"Sid": "AllowS3ListRead", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints", "s3:ListAllMyBuckets"], "Resource": "arn:aws:s3:::*"},
		{"Sid": "AllowS3Self", "Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]},
		{"Sid": "DenyS3Logs", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*log*"}]}`)
	bucket := parse(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/carlossalazar"},
		"Action": "s3:*", "Resource": ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]}]}`)
	put := func(bucket string) iam.Request {
		return iam.Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::" + bucket + "/x", Principal: iam.Principal{ARN: "arn:aws:iam::123456789012:user/carlossalazar"}}
	}
	policies := func(identity, resource iam.Attached) iam.Policies {
		return with(none(), func(p *iam.Policies) { p.Identity, p.Resource, p.ResourceAccount = identity, resource, "123456789012" })
	}
	expect(t, "both allow", policies(iam.Known(identity), iam.Known(bucket)), put("carlossalazar"), iam.Allow, iam.Identity)
	expect(t, "the bucket's alone", policies(iam.Known(), iam.Known(bucket)), put("carlossalazar"), iam.Allow, iam.Resource)
	expect(t, "his alone", policies(iam.Known(identity), iam.Known()), put("carlossalazar"), iam.Allow, iam.Identity)
	v := expect(t, "logs", policies(iam.Known(identity), iam.Known()), put("carlossalazar-logs"), iam.Deny, iam.Identity)
	if v.Decision.Statement.Sid != "DenyS3Logs" {
		t.Errorf("%v", v.Decision.Statement)
	}
}

// "Permissions boundaries for IAM entities": Shirley's boundary and policy, and the tasks that María sets up for Zhang.
func TestBoundaries(t *testing.T) {
	shirley := iam.Principal{ARN: "arn:aws:iam::123456789012:user/ShirleyRodriguez"}
	boundary := parse(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:*", "cloudwatch:*", "ec2:*"], "Resource": "*"}]}`)
	policy := parse(t, `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"}}`)
	create := iam.Request{Action: "iam:CreateUser", Resource: "arn:aws:iam::123456789012:user/new", Principal: shirley}
	bounded := with(none(policy), func(p *iam.Policies) { p.Boundary = iam.Known(boundary) })
	expect(t, "beyond the boundary", bounded, create, iam.NoMatch, iam.Boundary)
	expect(t, "the boundary grants nothing", bounded, iam.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/x", Principal: shirley}, iam.NoMatch, iam.Identity)
	expect(t, "no boundary", none(policy), create, iam.Allow, iam.Identity)
	expect(t, "a boundary that was not read", with(none(policy), func(p *iam.Policies) { p.Boundary = iam.Unread("iam:GetPolicy was denied") }), create, iam.Unknown, iam.Boundary)

	zhang := iam.Principal{ARN: "arn:aws:iam::123456789012:user/Zhang"}
	delegated := with(none(parse(t, `{"Version": "2012-10-17", "Statement": [{"Sid": "IAM", "Effect": "Allow", "Action": "iam:*", "Resource": "*"},
		{"Sid": "CloudWatchLimited", "Effect": "Allow", "Action": ["cloudwatch:GetDashboard", "cloudwatch:ListMetrics"], "Resource": "*"}]}`)), func(p *iam.Policies) {
		p.Boundary = iam.Known(parse(t, `{"Version": "2012-10-17", "Statement": [
			{"Sid": "CreateOrChangeOnlyWithBoundary", "Effect": "Allow", "Action": ["iam:CreateUser", "iam:DeleteUserPolicy", "iam:AttachUserPolicy"], "Resource": "*",
				"Condition": {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/XCompanyBoundaries"}}},
			{"Sid": "CloudWatchAndOtherIAMTasks", "Effect": "Allow", "Action": ["cloudwatch:*", "iam:GetUser", "iam:ListUsers", "iam:*Group*", "iam:CreatePolicy", "iam:DeletePolicy"], "Resource": "*"},
			{"Sid": "NoBoundaryPolicyEdit", "Effect": "Deny", "Action": ["iam:CreatePolicyVersion", "iam:DeletePolicy"], "Resource": ["arn:aws:iam::123456789012:policy/XCompanyBoundaries"]}]}`))
	})
	ask := func(action, resource string, context map[string][]string) iam.Request {
		return iam.Request{Action: action, Resource: resource, Principal: zhang, Context: context}
	}
	expect(t, "a user with the boundary", delegated, ask("iam:CreateUser", "arn:aws:iam::123456789012:user/x", ctx("iam:PermissionsBoundary=arn:aws:iam::123456789012:policy/XCompanyBoundaries")), iam.Allow, iam.Identity)
	expect(t, "one without", delegated, ask("iam:CreateUser", "arn:aws:iam::123456789012:user/x", ctx("iam:PermissionsBoundary=")), iam.NoMatch, iam.Boundary)
	expect(t, "not known", delegated, ask("iam:CreateUser", "arn:aws:iam::123456789012:user/x", nil), iam.Unknown, iam.Boundary)
	expect(t, "the boundary itself", delegated, ask("iam:DeletePolicy", "arn:aws:iam::123456789012:policy/XCompanyBoundaries", nil), iam.Deny, iam.Boundary)
	expect(t, "another policy", delegated, ask("iam:DeletePolicy", "arn:aws:iam::123456789012:policy/x", nil), iam.Allow, iam.Identity)
	expect(t, "no permission for it", delegated, ask("cloudwatch:PutMetricData", "*", nil), iam.NoMatch, iam.Identity)
}

// "Policy evaluation logic", the table of resource-based policies and implicit denies in other policy types (same account), and the
// passages of "AWS JSON policy elements: Principal" on roles, sessions, accounts and everyone.
func TestResourcePolicyWithinTheAccount(t *testing.T) {
	limit := iam.Known(allow("ec2:*", "*"))
	role, session, root := named(web.ARN), named(web.Session), named("arn:aws:iam::111122223333:root")
	for _, c := range []struct {
		name              string
		principal         iam.PrincipalName
		boundary, session iam.Attached
		want              iam.Answer
		layer             iam.Layer
	}{
		{"role", role, iam.Known(), iam.Known(), iam.Allow, iam.Resource},
		{"role, limited by the boundary", role, limit, iam.Known(), iam.NoMatch, iam.Boundary},
		{"role, limited by the session policy", role, iam.Known(), limit, iam.NoMatch, iam.Session},
		{"session", session, iam.Known(), iam.Known(), iam.Allow, iam.Resource},
		{"session, not limited by the boundary", session, limit, iam.Known(), iam.Allow, iam.Resource},
		{"session, not limited by the session policy", session, iam.Known(), limit, iam.Allow, iam.Resource},
		{"everyone, not limited by the boundary", everyone, limit, limit, iam.Allow, iam.Resource},
		{"everyone of AWS", named("*"), limit, limit, iam.Allow, iam.Resource},
		{"the account passes on what identity policies allow", root, iam.Known(), iam.Known(), iam.NoMatch, iam.Identity},
		{"the account, by number", named(account), iam.Known(), iam.Known(), iam.NoMatch, iam.Identity},
		{"another role", named("arn:aws:iam::111122223333:role/app/web2"), iam.Known(), iam.Known(), iam.NoMatch, iam.Identity},
		{"a wildcard in a name is none", named("arn:aws:iam::111122223333:role/*"), iam.Known(), iam.Known(), iam.NoMatch, iam.Identity},
		{"the role of another account", named("arn:aws:iam::999999999999:role/app/web"), iam.Known(), iam.Known(), iam.NoMatch, iam.Identity},
		{"the role's id", named(web.ID), limit, iam.Known(), iam.NoMatch, iam.Boundary},
		{"the id of a role that is gone", named("AROAGONE"), iam.Known(), iam.Known(), iam.NoMatch, iam.Identity},
	} {
		p := with(none(), func(p *iam.Policies) {
			p.Resource, p.Boundary, p.Session = iam.Known(allow("sns:Publish", publish.Resource, c.principal)), c.boundary, c.session
		})
		expect(t, c.name, p, publish, c.want, c.layer)
	}
	user := publish
	user.Principal = iam.Principal{ARN: "arn:aws:iam::111122223333:user/exampleuser"}
	expect(t, "user, not limited by the boundary", with(none(), func(p *iam.Policies) {
		p.Resource, p.Boundary = iam.Known(allow("sns:Publish", "*", named(user.Principal.ARN))), limit
	}), user, iam.Allow, iam.Resource)
	expect(t, "explicit deny in the boundary", with(none(), func(p *iam.Policies) {
		p.Resource, p.Boundary = iam.Known(allow("sns:Publish", "*", session)), iam.Known(deny("sns:*", "*"))
	}), publish, iam.Deny, iam.Boundary)

	// only the session's ARN is known, as error messages have it
	anonymous := publish
	anonymous.Principal = iam.Principal{Session: web.Session}
	expect(t, "a role whose path is not known", with(none(), func(p *iam.Policies) { p.Resource = iam.Known(allow("sns:Publish", "*", role)) }), anonymous, iam.Unknown, iam.Resource)
	expect(t, "a role of another name", with(none(), func(p *iam.Policies) {
		p.Resource = iam.Known(allow("sns:Publish", "*", named("arn:aws:iam::111122223333:role/app/web2")))
	}), anonymous, iam.NoMatch, iam.Identity)
	// only the role is known
	anonymous.Principal = iam.Principal{ARN: web.ARN}
	expect(t, "a session that may be this one", with(none(), func(p *iam.Policies) { p.Resource = iam.Known(allow("sns:Publish", "*", session)) }), anonymous, iam.Unknown, iam.Resource)
}

// "Cross-account policy evaluation logic": both sides have to allow.
func TestAcrossAccounts(t *testing.T) {
	queue := iam.Request{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-central-1:999999999999:jobs", Principal: web}
	identity, resource := allow("sqs:SendMessage", queue.Resource), allow("sqs:SendMessage", queue.Resource, named(account))
	only := func(p iam.PrincipalName) func(*iam.Policies) {
		return func(ps *iam.Policies) { ps.Resource = iam.Known(allow("sqs:SendMessage", queue.Resource, p)) }
	}
	expect(t, "identity alone", none(identity), queue, iam.NoMatch, iam.Resource)
	expect(t, "resource alone", with(none(), only(named(account))), queue, iam.NoMatch, iam.Identity)
	expect(t, "resource alone, for the session", with(none(), only(named(web.Session))), queue, iam.NoMatch, iam.Identity)
	expect(t, "resource alone, for everyone", with(none(), only(everyone)), queue, iam.NoMatch, iam.Identity)
	expect(t, "neither", none(), queue, iam.NoMatch, iam.Resource, iam.Identity)
	expect(t, "both", with(none(identity), only(named(account))), queue, iam.Allow, iam.Identity)
	expect(t, "both, but for the boundary", with(none(identity), func(p *iam.Policies) {
		p.Resource, p.Boundary = iam.Known(resource), iam.Known(allow("s3:*", "*"))
	}), queue, iam.NoMatch, iam.Boundary)
	expect(t, "resource not read", with(none(identity), func(p *iam.Policies) { p.Resource = iam.Unread("the queue is another account's") }), queue, iam.Unknown, iam.Resource)
	expect(t, "resource not read, identity refuses", with(none(), func(p *iam.Policies) { p.Resource = iam.Unread("denied") }), queue, iam.NoMatch, iam.Identity)

	bucket := iam.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/x", Principal: web} // its ARN has no account
	own := allow("s3:GetObject", "*")
	expect(t, "a bucket of an account that is not known", none(own), bucket, iam.Unknown, iam.Resource)
	expect(t, "of this one", with(none(own), func(p *iam.Policies) { p.ResourceAccount = account }), bucket, iam.Allow, iam.Identity)
	expect(t, "of another one", with(none(own), func(p *iam.Policies) { p.ResourceAccount = other }), bucket, iam.NoMatch, iam.Resource)
	expect(t, "it does not matter", none(), bucket, iam.NoMatch, iam.Identity)
}

// "Key policies in AWS KMS" and "Default key policy".
func TestKeyPolicies(t *testing.T) {
	decrypt := iam.Request{Action: "kms:Decrypt", Resource: "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", Principal: web}
	enable := parse(t, `{"Version": "2012-10-17", "Statement": {"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}}`)
	identity := allow("kms:Decrypt", decrypt.Resource)
	key := func(p iam.Policies, policies ...iam.Policy) iam.Policies {
		p.Resource = iam.Known(policies...)
		return p
	}
	expect(t, "without the statement identity policies do nothing", key(none(identity), allow("kms:*", "*", named("arn:aws:iam::111122223333:role/admin"))), decrypt, iam.NoMatch, iam.Resource)
	expect(t, "with it they do", key(none(identity), enable), decrypt, iam.Allow, iam.Identity)
	expect(t, "it does nothing by itself", key(none(), enable), decrypt, iam.NoMatch, iam.Identity)
	expect(t, "the role in the key policy", key(none(), allow("kms:Decrypt", "*", named(web.ARN))), decrypt, iam.Allow, iam.Resource)
	expect(t, "an identity policy can deny", key(none(deny("kms:*", "*")), allow("kms:Decrypt", "*", named(web.ARN))), decrypt, iam.Deny, iam.Identity)
	expect(t, "key policy not read", with(none(identity), func(p *iam.Policies) { p.Resource = iam.Unread("kms:GetKeyPolicy was denied") }), decrypt, iam.Unknown, iam.Resource)
	expect(t, "no key is concerned", none(allow("kms:ListKeys", "*")), iam.Request{Action: "kms:ListKeys", Resource: "*", Principal: web}, iam.Allow, iam.Identity)

	alias := iam.Request{Action: "kms:CreateAlias", Resource: "arn:aws:kms:eu-central-1:111122223333:alias/web", Principal: web}
	expect(t, "an alias has no policy", none(allow("kms:*", "*")), alias, iam.Allow, iam.Identity)
	perhaps := enable.With(iam.Least("kms:Decrypt", "*", named(web.ARN)))
	perhaps.Statements[1].Conditions = []iam.Condition{{Operator: "StringEquals", Key: "kms:EncryptionContext:x", Values: []string{"y"}}}
	v := expect(t, "the account for certain, the role perhaps", key(none(), perhaps), decrypt, iam.Unknown, iam.Resource)
	if !slices.Equal(v.Decision.Unknown, []string{"kms:EncryptionContext:x"}) {
		t.Errorf("%+v", v.Decision)
	}
	expect(t, "with an identity policy it does not matter", key(none(identity), perhaps), decrypt, iam.Allow, iam.Identity)

	// the policy of the keys that AWS manages: anyone of the account, through the service
	managed := parse(t, `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["kms:Decrypt"], "Resource": "*",
		"Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com", "kms:CallerAccount": "111122223333"}}}}`)
	through := decrypt
	through.Context = ctx("kms:ViaService=secretsmanager.eu-central-1.amazonaws.com")
	expect(t, "through the service", key(none(), managed), through, iam.Allow, iam.Resource)
	direct := decrypt
	direct.Absent = map[string]bool{"kms:ViaService": true}
	expect(t, "directly", key(none(identity), managed), direct, iam.NoMatch, iam.Resource)
}

// "SCP evaluation" and "RCP evaluation": every level from the root to the account has to allow.
func TestOrganizationPolicies(t *testing.T) {
	full, sns, s3 := allow("*", "*"), allow("sns:*", "*"), allow("s3:*", "*")
	levels := func(levels ...[]iam.Policy) iam.Policies {
		return with(none(full), func(p *iam.Policies) { p.SCP = iam.KnownLevels(levels...) })
	}
	l := func(p ...iam.Policy) []iam.Policy { return p }
	expect(t, "every level", levels(l(full), l(sns, s3), l(full)), publish, iam.Allow, iam.Identity)
	expect(t, "one level lacks it", levels(l(full), l(s3), l(full)), publish, iam.NoMatch, iam.SCP)
	expect(t, "a level without policies", levels(l(full), l(), l(full)), publish, iam.NoMatch, iam.SCP)
	expect(t, "a deny above", levels(l(full, deny("sns:*", "*")), l(full)), publish, iam.Deny, iam.SCP)
	expect(t, "not in an organization", levels(), publish, iam.Allow, iam.Identity)
	expect(t, "not read", with(none(full), func(p *iam.Policies) { p.SCP = iam.Attached{} }), publish, iam.Unknown, iam.SCP)
	expect(t, "read in part", with(none(full), func(p *iam.Policies) { p.SCP = iam.Unread("the root's were not read", full) }), publish, iam.Unknown, iam.SCP)
	expect(t, "read in part, and it denies", with(none(full), func(p *iam.Policies) { p.SCP = iam.Unread("the root's were not read", deny("*", "*")) }), publish, iam.Deny, iam.SCP)
	expect(t, "not read, but nothing allows", with(none(), func(p *iam.Policies) { p.SCP, p.RCP = iam.Attached{}, iam.Attached{} }), publish, iam.NoMatch, iam.Identity)
	expect(t, "a resource policy does not help", with(levels(l(s3)), func(p *iam.Policies) { p.Resource = iam.Known(allow("*", "*", named(web.Session))) }), publish, iam.NoMatch, iam.SCP)
	expect(t, "resource control policy", with(none(full), func(p *iam.Policies) { p.RCP = iam.KnownLevels(l(full, deny("sns:*", "*", everyone))) }), publish, iam.Deny, iam.RCP)
	expect(t, "resource control policy without the allow", with(none(full), func(p *iam.Policies) { p.RCP = iam.KnownLevels(l(full), l(s3)) }), publish, iam.NoMatch, iam.RCP)
	expect(t, "several deny", with(none(deny("*", "*")), func(p *iam.Policies) {
		p.RCP, p.Endpoint = iam.Known(deny("*", "*")), iam.Known(deny("*", "*"))
	}), publish, iam.Deny, iam.RCP, iam.Identity, iam.Endpoint)
}

// "Control access to VPC endpoints using endpoint policies".
func TestEndpointPolicies(t *testing.T) {
	through := func(gateway bool, policies ...iam.Policy) iam.Policies {
		return with(none(allow("sns:Publish", "*")), func(p *iam.Policies) { p.Endpoint, p.Gateway = iam.Known(policies...), gateway })
	}
	initial := parse(t, `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}`)
	expect(t, "no endpoint", through(false), publish, iam.Allow, iam.Identity)
	expect(t, "the default policy", through(false, initial), publish, iam.Allow, iam.Identity)
	expect(t, "it does not replace the identity's", with(through(false, initial), func(p *iam.Policies) { p.Identity = iam.Known() }), publish, iam.NoMatch, iam.Identity)
	expect(t, "only denies", through(false, deny("s3:*", "*", everyone)), publish, iam.NoMatch, iam.Endpoint)
	expect(t, "another action", through(false, allow("sns:Subscribe", "*", everyone)), publish, iam.NoMatch, iam.Endpoint)
	expect(t, "an explicit deny", through(false, initial, deny("sns:Publish", "*", everyone)), publish, iam.Deny, iam.Endpoint)
	expect(t, "not read", with(through(false), func(p *iam.Policies) { p.Endpoint = iam.Unread("") }), publish, iam.Unknown, iam.Endpoint)
	byAccount := allow("*", "*", named(account))
	expect(t, "the account at an interface endpoint", through(false, byAccount), publish, iam.Allow, iam.Identity)
	expect(t, "the account at a gateway endpoint is its root user", through(true, byAccount), publish, iam.NoMatch, iam.Endpoint)
	expect(t, "everyone at a gateway endpoint", through(true, initial), publish, iam.Allow, iam.Identity)
	expect(t, "a role's name at a gateway endpoint", through(true, allow("*", "*", named(web.ARN))), publish, iam.Unknown, iam.Endpoint)
	own := initial.Statements[0]
	own.Conditions = []iam.Condition{{Operator: "StringEquals", Key: "aws:ResourceAccount", Values: []string{"${aws:PrincipalAccount}"}}}
	perimeter := iam.Policy{Version: "2012-10-17", Statements: []iam.Statement{own}}
	expect(t, "the account's own resources", through(false, perimeter), publish, iam.Allow, iam.Identity)
	foreign := publish
	foreign.Resource = "arn:aws:sns:eu-central-1:999999999999:orders"
	expect(t, "another's", with(through(false, perimeter), func(p *iam.Policies) { p.Resource = iam.Known(allow("*", "*", everyone)) }), foreign, iam.NoMatch, iam.Endpoint)
	conditional := initial.Statements[0]
	conditional.Conditions = []iam.Condition{{Operator: "StringEquals", Key: "aws:PrincipalArn", Values: []string{web.ARN}}}
	expect(t, "the role by condition", through(true, iam.Policy{Statements: []iam.Statement{conditional}}), publish, iam.Allow, iam.Identity)
	if d := iam.EvaluateEndpoint(byAccount, true, publish); d.Answer != iam.NoMatch {
		t.Errorf("%+v", d)
	}
	if d := iam.EvaluateEndpoint(byAccount, false, publish); d.Answer != iam.Allow {
		t.Errorf("%+v", d)
	}
	identity := iam.Request{Action: "sts:GetCallerIdentity", Resource: "*", Principal: web}
	expect(t, "an action that needs no permission", none(deny("*", "*")), identity, iam.Allow, iam.Endpoint)
	expect(t, "but a way", with(none(), func(p *iam.Policies) { p.Endpoint = iam.Known(deny("sts:*", "*", everyone)) }), identity, iam.Deny, iam.Endpoint)
}

// A deny is mended by taking its statement away, and that is proven on the model.
func TestTakingADenyAway(t *testing.T) {
	good, bad := allow("sns:*", "*"), deny("sns:Publish", "*")
	good.Name, bad.Name = "inline policy web-read", "inline policy web-deny"
	p := none(good, bad)
	v := expect(t, "before", p, publish, iam.Deny, iam.Identity)
	p.Identity = p.Identity.Without(*v.Decision.Statement)
	expect(t, "after", p, publish, iam.Allow, iam.Identity)
}

// "Amazon ECS task IAM role": the trust policy, with the conditions against confused deputies.
func TestTrustPolicy(t *testing.T) {
	trust := parse(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": ["ecs-tasks.amazonaws.com"]}, "Action": "sts:AssumeRole",
		"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:ecs:us-west-2:111122223333:*"}, "StringEquals": {"aws:SourceAccount": "111122223333"}}}]}`)
	ask := func(service string, context map[string][]string) iam.Request {
		return iam.Request{Action: "sts:AssumeRole", Resource: web.ARN, Principal: iam.Principal{Service: service}, Context: context}
	}
	p := with(none(), func(p *iam.Policies) { p.Resource = iam.Known(trust) })
	here := ctx("aws:SourceAccount=111122223333", "aws:SourceArn=arn:aws:ecs:us-west-2:111122223333:task/default/0123")
	expect(t, "tasks", p, ask("ecs-tasks.amazonaws.com", here), iam.Allow, iam.Resource)
	expect(t, "another service", p, ask("ec2.amazonaws.com", here), iam.NoMatch, iam.Resource)
	expect(t, "another region", p, ask("ecs-tasks.amazonaws.com", ctx("aws:SourceAccount=111122223333", "aws:SourceArn=arn:aws:ecs:eu-west-1:111122223333:task/default/0123")), iam.NoMatch, iam.Resource)
	expect(t, "source not known", p, ask("ecs-tasks.amazonaws.com", nil), iam.Unknown, iam.Resource)
	for _, principal := range []string{`{"AWS": "arn:aws:iam::111122223333:root"}`, `{"Service": "ecs.amazonaws.com"}`, `{"Federated": "cognito-identity.amazonaws.com"}`} {
		wrong := parse(t, `{"Statement": {"Effect": "Allow", "Principal": `+principal+`, "Action": "sts:AssumeRole"}}`)
		if d := wrong.Evaluate(ask("ecs-tasks.amazonaws.com", nil)); d.Answer != iam.NoMatch {
			t.Errorf("%s: %v", principal, d.Answer)
		}
	}
	// a role that assumes another
	chain := ask("", nil)
	chain.Resource, chain.Principal = "arn:aws:iam::111122223333:role/other", web
	in := func(p iam.PrincipalName, identity ...iam.Policy) iam.Policies {
		return with(none(identity...), func(ps *iam.Policies) { ps.Resource = iam.Known(allow("sts:AssumeRole", "", p)) })
	}
	expect(t, "the trust policy names the role", in(named(web.ARN)), chain, iam.Allow, iam.Resource)
	expect(t, "it names the account", in(named(account)), chain, iam.NoMatch, iam.Identity)
	expect(t, "it names the account, and the role may", in(named(account), allow("sts:AssumeRole", "*")), chain, iam.Allow, iam.Identity)
	expect(t, "it does not name it", in(named("arn:aws:iam::111122223333:role/third"), allow("sts:AssumeRole", "*")), chain, iam.NoMatch, iam.Resource)
}

// "AWS JSON policy elements: NotPrincipal": Bob, the audit application, and the note on permissions boundaries.
func TestNotPrincipal(t *testing.T) {
	except := func(names ...string) iam.Policy {
		s := iam.Statement{Effect: iam.EffectDeny, Actions: []string{"s3:*"}, Resources: []string{"*"}}
		for _, n := range names {
			s.NotPrincipals = append(s.NotPrincipals, named(n))
		}
		return allow("*", "*", everyone).With(s)
	}
	bob := iam.Principal{ARN: "arn:aws:iam::444455556666:user/Bob"}
	audit := iam.Principal{ARN: "arn:aws:iam::444455556666:role/cross-account-read-only-role", Session: "arn:aws:sts::444455556666:assumed-role/cross-account-read-only-role/cross-account-audit-app"}
	for _, c := range []struct {
		name string
		p    iam.Principal
		not  []string
		want iam.Answer
	}{
		{"Bob and his account", bob, []string{bob.ARN, "arn:aws:iam::444455556666:root"}, iam.Allow},
		{"someone else", web, []string{bob.ARN, "arn:aws:iam::444455556666:root"}, iam.Deny},
		{"Bob alone", bob, []string{bob.ARN}, iam.Unknown},
		{"session, role and account", audit, []string{audit.Session, audit.ARN, "arn:aws:iam::444455556666:root"}, iam.Allow},
		{"the role is missing", audit, []string{audit.Session, "arn:aws:iam::444455556666:root"}, iam.Unknown},
		{"another session", iam.Principal{ARN: audit.ARN, Session: audit.Session + "2"}, []string{audit.Session, audit.ARN, "444455556666"}, iam.Unknown},
	} {
		r := iam.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::BUCKETNAME/x", Principal: c.p}
		if d := except(c.not...).Evaluate(r); d.Answer != c.want {
			t.Errorf("%s: %v", c.name, d.Answer)
		}
	}
	bounded := with(none(), func(p *iam.Policies) {
		p.Resource, p.Boundary = iam.Known(except(web.ARN, web.Session, account)), iam.Known(allow("*", "*"))
	})
	get := iam.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/x", Principal: web}
	expect(t, "with a boundary it always denies", bounded, get, iam.Deny, iam.Resource)
	expect(t, "without one it doesn't", with(bounded, func(p *iam.Policies) { p.Boundary, p.ResourceAccount = iam.Known(), account }), get, iam.Allow, iam.Resource)
	expect(t, "someone else is denied, whatever the boundary", with(bounded, func(p *iam.Policies) {
		p.Resource, p.Boundary = iam.Known(except(bob.ARN, "444455556666")), iam.Attached{}
	}), get, iam.Deny, iam.Resource)
	expect(t, "not known whether there is one", with(bounded, func(p *iam.Policies) { p.Boundary, p.ResourceAccount = iam.Attached{}, account }), get, iam.Unknown, iam.Resource, iam.Boundary)
}

// A layer of which nothing was read decides nothing, and says why.
func TestNothingRead(t *testing.T) {
	v := iam.Combine(iam.Policies{}, publish)
	if v.Answer != iam.Unknown || len(v.Open) == 0 {
		t.Errorf("%+v", v)
	}
	v = iam.Combine(with(none(), func(p *iam.Policies) { p.Identity = iam.Unread("iam:GetRolePolicy was denied", allow("s3:*", "*")) }), publish)
	if v.Answer != iam.Unknown || v.Layer != iam.Identity || !slices.Contains(v.Decision.Unclear, "iam:GetRolePolicy was denied") {
		t.Errorf("%+v", v)
	}
	v = iam.Combine(with(none(), func(p *iam.Policies) { p.Identity = iam.Unread("denied", allow("sns:*", "*")) }), publish)
	if v.Answer != iam.Unknown { // what was not read may deny
		t.Errorf("%+v", v)
	}
	v = iam.Combine(with(none(), func(p *iam.Policies) { p.Identity = iam.Unread("denied", deny("sns:*", "*")) }), publish)
	if v.Answer != iam.Deny {
		t.Errorf("%+v", v)
	}
}
