package iam_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"fargate-doctor/aws/iam"
)

var (
	drawnKeys      = []string{"aws:SourceVpce", "aws:PrincipalTag/team", "x:number", "x:Date", "x:ip", "x:arn", "x:set"}
	drawnOperators = []string{"StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "NumericEquals",
		"NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals", "DateLessThan", "DateNotEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnLike",
		"ArnNotEquals", "ArnEquals", "Null", "Null", "Unheard"}
	drawnValues = []string{"a", "A", "b", "", "a*", "?", "*", "1", "2.5", "10", "2020-01-01", "2021-01-01T00:00:00Z", "1600000000", "true", "false", "QQ==", "10.0.0.0/8",
		"10.1.2.3", "2001:db8::/32", "arn:aws:s3:::b", "arn:aws:s3:::*", "arn:aws:sns:eu-central-1:111122223333:orders", "${aws:PrincipalTag/team}", "${aws:SourceVpce, 'a'}",
		"${*}", "x${x:number}y", "${aws:username}"}
	drawnActions   = []string{"*", "sns:*", "sns:Publish", "SNS:pub*", "sqs:SendMessage", "s3:GetObject", "kms:Decrypt", "kms:*"}
	drawnResources = []string{"*", publish.Resource, "arn:aws:sns:*", "arn:aws:sns:*:*:orders", "arn:aws:sns:eu-central-1:111122223333:${aws:PrincipalTag/team}*", "arn:aws:sns:eu-*:orders",
		"arn:aws:s3:::b/*", "arn:aws:s3:::${aws:username}/*", "arn:aws:kms:eu-central-1:111122223333:key/1", "arn:aws:sqs:eu-central-1:999999999999:jobs"}
	drawnPrincipals = []iam.PrincipalName{everyone, named("*"), named(account), named(other), named("arn:aws:iam::111122223333:root"), named(web.ARN), named(web.Session), named(web.ID),
		named("arn:aws:iam::111122223333:role/web"), named("arn:aws:iam::111122223333:user/adele"), named("AROAOTHER"), {Type: "Service", Value: "ecs-tasks.amazonaws.com"},
		{Type: "CanonicalUser", Value: "79a5"}, {Type: "Federated", Value: "x"}}
)

func drawSome(t *rapid.T, from []string, label string) []string {
	return rapid.SliceOfN(rapid.SampledFrom(from), 1, 3).Draw(t, label)
}

func drawStatement(t *rapid.T, principals bool) iam.Statement {
	s := iam.Statement{Effect: rapid.SampledFrom([]iam.Effect{iam.EffectAllow, iam.EffectAllow, iam.EffectDeny}).Draw(t, "effect")}
	rarely := func(label string) bool { return rapid.IntRange(0, 5).Draw(t, label) == 0 }
	if rarely("not action") {
		s.NotActions = drawSome(t, drawnActions, "actions")
	} else {
		s.Actions = drawSome(t, drawnActions, "actions")
	}
	if rarely("not resource") {
		s.NotResources = drawSome(t, drawnResources, "resources")
	} else {
		s.Resources = drawSome(t, drawnResources, "resources")
	}
	if principals {
		names := rapid.SliceOfN(rapid.SampledFrom(drawnPrincipals), 1, 3).Draw(t, "principals")
		if rarely("not principal") {
			s.NotPrincipals = names
		} else {
			s.Principals = names
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		s.Conditions = append(s.Conditions, iam.Condition{
			Operator: rapid.SampledFrom([]string{"", "", "ForAnyValue:", "ForAllValues:"}).Draw(t, "set") + rapid.SampledFrom(drawnOperators).Draw(t, "operator") +
				rapid.SampledFrom([]string{"", "", "IfExists"}).Draw(t, "if exists"),
			Key:    rapid.SampledFrom(drawnKeys).Draw(t, "key"),
			Values: drawSome(t, drawnValues, "values"),
		})
	}
	return s
}

func drawPolicy(t *rapid.T, principals bool) iam.Policy {
	p := iam.Policy{Version: rapid.SampledFrom([]string{"2012-10-17", "2012-10-17", "2008-10-17"}).Draw(t, "version")}
	for range rapid.IntRange(0, 4).Draw(t, "statements") {
		p = p.With(drawStatement(t, principals))
	}
	return p
}

func drawKey(t *rapid.T, r *iam.Request, key string) {
	if rapid.IntRange(0, 3).Draw(t, "absent") == 0 {
		r.Absent[key] = true
		return
	}
	r.Context[key] = slices.DeleteFunc(drawSome(t, drawnValues, "value of key"), func(s string) bool { return strings.Contains(s, "${") })
}

func drawRequest(t *rapid.T) iam.Request {
	r := iam.Request{Context: map[string][]string{}, Absent: map[string]bool{}, Principal: rapid.SampledFrom([]iam.Principal{web, web, {ARN: web.ARN}, {Session: web.Session}, {},
		{ARN: "arn:aws:iam::111122223333:user/adele", ID: "AIDAADELE"}, {Service: "ecs-tasks.amazonaws.com"}}).Draw(t, "principal")}
	r.Action = rapid.SampledFrom([]string{"sns:Publish", "sns:Publish", "sqs:SendMessage", "s3:GetObject", "kms:Decrypt", "sts:AssumeRole"}).Draw(t, "action")
	r.Resource = rapid.SampledFrom([]string{publish.Resource, publish.Resource, "", "*", "arn:aws:sns:*:*:orders", "arn:aws:s3:::b/x", "arn:aws:s3:::b/*",
		"arn:aws:kms:eu-central-1:111122223333:key/1", "arn:aws:sqs:eu-central-1:999999999999:jobs"}).Draw(t, "resource")
	for _, key := range drawnKeys {
		if rapid.Bool().Draw(t, "known") {
			drawKey(t, &r, key)
		}
	}
	return r
}

func drawAttached(t *rapid.T, principals bool) iam.Attached {
	switch rapid.IntRange(0, 5).Draw(t, "attached") {
	case 0, 1:
		return iam.Known()
	case 2:
		return iam.Unread("denied", drawPolicy(t, principals))
	}
	return iam.Known(drawPolicy(t, principals).With(iam.Least("*", "*", everyone)))
}

func drawPolicies(t *rapid.T) iam.Policies {
	return iam.Policies{Identity: drawAttached(t, false), Boundary: drawAttached(t, false), Session: drawAttached(t, false), SCP: drawAttached(t, false), RCP: drawAttached(t, true),
		Resource: drawAttached(t, true), Endpoint: drawAttached(t, true), Gateway: rapid.Bool().Draw(t, "gateway"),
		ResourceAccount: rapid.SampledFrom([]string{"", "", account, other}).Draw(t, "resource account")}
}

// of returns the layer l of the policies, to read and to change.
func of(p *iam.Policies, l iam.Layer) *iam.Attached {
	return map[iam.Layer]*iam.Attached{iam.Identity: &p.Identity, iam.Boundary: &p.Boundary, iam.Session: &p.Session, iam.SCP: &p.SCP, iam.RCP: &p.RCP,
		iam.Resource: &p.Resource, iam.Endpoint: &p.Endpoint}[l]
}

var allLayers = []iam.Layer{iam.RCP, iam.SCP, iam.Resource, iam.Identity, iam.Boundary, iam.Session, iam.Endpoint}

func TestAddingADenyNeverAllows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := drawPolicy(t, true), drawRequest(t)
		s := drawStatement(t, true)
		s.Effect = iam.EffectDeny
		before, after := p.Evaluate(r).Answer, p.With(s).Evaluate(r).Answer
		if after == iam.Allow && before != iam.Allow || before.Refused() && !after.Refused() || before == iam.Deny && after != iam.Deny {
			t.Fatalf("%v became %v", before, after)
		}
		all := drawPolicies(t)
		l := rapid.SampledFrom(allLayers).Draw(t, "layer")
		if all.Boundary.None() && l == iam.Boundary || of(&all, l).None() {
			return // the layer would begin to exist
		}
		before = iam.Combine(all, r).Answer
		*of(&all, l) = of(&all, l).With(iam.Policy{Version: "2012-10-17"}.With(s))
		after = iam.Combine(all, r).Answer
		if after == iam.Allow && before != iam.Allow || before.Refused() && !after.Refused() {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

func TestAddingAnAllowNeverDenies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := drawPolicy(t, true), drawRequest(t)
		s := drawStatement(t, true)
		s.Effect = iam.EffectAllow
		before, after := p.Evaluate(r).Answer, p.With(s).Evaluate(r).Answer
		if after.Refused() && !before.Refused() || before == iam.Allow && after != iam.Allow || (after == iam.Deny) != (before == iam.Deny) {
			t.Fatalf("%v became %v", before, after)
		}
		all := drawPolicies(t)
		l := rapid.SampledFrom([]iam.Layer{iam.Identity, iam.Resource}).Draw(t, "layer")
		before = iam.Combine(all, r).Answer
		*of(&all, l) = of(&all, l).With(iam.Policy{Version: "2012-10-17"}.With(s))
		after = iam.Combine(all, r).Answer
		if after.Refused() && !before.Refused() || before == iam.Allow && after != iam.Allow {
			t.Fatalf("%v became %v", before, after)
		}
	})
}

// sharper reports whether after says nothing else than before, but perhaps more. A NoMatch can turn out to be a Deny: both refuse.
func sharper(before, after iam.Answer) bool {
	return before == iam.Unknown || before == after || before == iam.NoMatch && after == iam.Deny
}

// Each thing that becomes known leaves definite answers as they are.
func TestKnowingMoreNeverChangesAnAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, all, r := drawPolicy(t, true), drawPolicies(t), drawRequest(t)
		before, whole := p.Evaluate(r), iam.Combine(all, r)
		r.Context, r.Absent = maps.Clone(r.Context), maps.Clone(r.Absent)
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 0:
			key := rapid.SampledFrom(drawnKeys).Draw(t, "key")
			if r.Context[key] == nil && !r.Absent[key] {
				drawKey(t, &r, key)
			}
		case 1:
			switch r.Resource {
			case "", "arn:aws:sns:*:*:orders":
				r.Resource = publish.Resource
			case "arn:aws:s3:::b/*":
				r.Resource = "arn:aws:s3:::b/x"
			}
		case 2:
			switch r.Principal {
			case iam.Principal{}, iam.Principal{ARN: web.ARN}, iam.Principal{Session: web.Session}:
				r.Principal = web
			}
		case 3:
			l := rapid.SampledFrom(allLayers).Draw(t, "layer")
			*of(&all, l) = iam.Attached{} // nothing of it was read
			whole = iam.Combine(all, r)
			*of(&all, l) = drawAttached(t, l == iam.Resource || l == iam.Endpoint)
			if all.ResourceAccount == "" && rapid.Bool().Draw(t, "account") && strings.HasPrefix(r.Resource, "arn:aws:s3") {
				all.ResourceAccount = account
			}
		}
		if after := p.Evaluate(r); !sharper(before.Answer, after.Answer) {
			t.Fatalf("%v became %v: %+v", before.Answer, after.Answer, r)
		}
		if after := iam.Combine(all, r); !sharper(whole.Answer, after.Answer) {
			t.Fatalf("together %v became %v: %+v", whole.Answer, after.Answer, r)
		}
	})
}

// The keys that an answer names are all that it lacks, when it lacks nothing else.
func TestUnknownKeysSuffice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := drawPolicy(t, true), drawRequest(t)
		for range len(drawnKeys) + 2 {
			d := p.Evaluate(r)
			if d.Answer != iam.Unknown || len(d.Unclear) > 0 {
				return
			}
			if len(d.Unknown) == 0 {
				t.Fatalf("unknown, but nothing is: %+v", d)
			}
			for _, key := range d.Unknown {
				r.Absent[key] = true
			}
		}
		t.Fatal("it never ends")
	})
}

func TestOrderOfStatementsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := drawPolicy(t, true), drawRequest(t)
		q := p
		q.Statements = rapid.Permutation(p.Statements).Draw(t, "order")
		a, b := p.Evaluate(r), q.Evaluate(r)
		if a.Answer != b.Answer || a.Denies != b.Denies || a.Allows != b.Allows {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

// What is built reads back as it was meant.
func TestDocumentsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := drawPolicy(t, true), drawRequest(t)
		p.Version = "2012-10-17"
		for _, s := range p.Statements { // a JSON object can't hold a name twice, nor "*" beside types
			seen := map[string]bool{}
			for _, c := range s.Conditions {
				if seen[c.Operator+c.Key] {
					return
				}
				seen[c.Operator+c.Key] = true
			}
			if names := slices.Concat(s.Principals, s.NotPrincipals); len(names) > 1 && slices.Contains(names, everyone) {
				return
			}
		}
		q, err := iam.Parse(iam.Document(p.Statements...))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := p.Evaluate(r), q.Evaluate(r); a.Answer != b.Answer {
			t.Fatalf("%v became %v: %s", a.Answer, b.Answer, iam.Document(p.Statements...))
		}
	})
}

// Every layer that refuses for the lack of an allow gets the least statement; then the request is allowed, or what is left is not known.
func TestMendsArePossible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all, r := drawPolicies(t), drawRequest(t)
		v := iam.Combine(all, r)
		if v.Answer == iam.Unknown != (len(v.Open) > 0) || v.Answer.Refused() != (len(v.Refusing) > 0) {
			t.Fatalf("%+v", v)
		}
		if v.Answer != iam.NoMatch || r.Principal.ARN == "" || strings.Contains(r.Resource, "*") || r.Resource == "" {
			return
		}
		for _, l := range v.Refusing {
			least := iam.Least(r.Action, r.Resource)
			if l == iam.Resource || l == iam.Endpoint {
				least = iam.Least(r.Action, r.Resource, named(r.Principal.ARN))
				if l == iam.Endpoint {
					least = iam.Least(r.Action, r.Resource, everyone)
				}
			}
			*of(&all, l) = of(&all, l).With(iam.Policy{Version: "2012-10-17"}.With(least))
		}
		if after := iam.Combine(all, r); after.Answer.Refused() && after.Answer != iam.Deny {
			t.Fatalf("%v by %v, and mended %v by %v", v.Answer, v.Refusing, after.Answer, after.Refusing)
		}
	})
}
