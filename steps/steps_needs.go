package steps

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/aws/iam"
)

// of returns a test for needs of some kinds.
func ofKind(kinds ...needKind) func(need) bool {
	return func(n need) bool { return slices.Contains(kinds, n.kind) }
}

// The needs of the areas that the steps ask about.
var (
	ofImages  = ofKind(needLogin, needImage, needLayers)
	ofSecrets = ofKind(needSecret, needParameter)
	ofLogs    = ofKind(needLog, needRouter)
	ofFiles   = ofKind(needFile)
	ofEFS     = ofKind(needFiles)
)

// wayOfNeed judges the way of one need. What stops it is told by the questions about the network; here it is named as the reason.
func wayOfNeed(f Facts, n need, w needWay, code string) Finding {
	blocker := w.blocker()
	switch {
	case w.skip != "":
		return Finding{Verdict: Skipped, Summary: n.title() + " " + w.skip}
	case n.aside && blocker != "":
		return Finding{Verdict: Warn, Summary: n.title() + " is not reached: " + titleOfCause(blocker), Means: "The log router tries again and keeps no task from starting, but logs get lost.",
			Evidence: []Evidence{{Kind: "way", ID: n.address(), Detail: titleOfCause(blocker)}}}
	case n.aside && !w.passes():
		why, _ := w.whyNotKnown()
		return Finding{Verdict: Skipped, Summary: "whether " + n.title() + " is reached is not known, and the start does not hang on it: " + why}
	case n.kind == needImage && blocker == "dns.name-not-found":
		e, _ := Explain("image.registry-unknown")
		return Finding{Verdict: Fail, Cause: e.Code, Summary: "the registry " + n.host + " does not exist", Means: e.Means, Resources: []string{n.host},
			Evidence: []Evidence{{Kind: "image", ID: n.image.written, Detail: n.host + " does not resolve"}}, Fixes: []Fix{{Title: lowerFirst(e.Mend)}}}
	case blocker == "target.wrong-region":
		return farNeed(n, w, code)
	case blocker != "":
		return Finding{Verdict: Skipped, Summary: n.title() + " is not reached", Because: blocker, Evidence: []Evidence{{Kind: "way", ID: n.address(), Detail: titleOfCause(blocker)}}}
	case w.passes():
		return Finding{Verdict: Pass, Summary: n.host + " is reached", Evidence: []Evidence{{Kind: "way", ID: n.address(), Detail: wayOfName(w.resolution)}}}
	}
	why, missing := w.whyNotKnown()
	found := Finding{Summary: "whether " + n.host + " is reached is not known: " + why, Missing: missing, settled: len(missing) == 0}
	if len(missing) > 0 {
		found.Summary = "whether " + n.host + " is reached is not known: " + strings.Join(missing, ", ") + " is not allowed"
	}
	return found
}

func titleOfCause(code string) string {
	e, _ := Explain(code)
	return e.Title
}

// farNeed tells of a need in another region, which this VPC's endpoints do not serve, where there is no way to the internet.
func farNeed(n need, w needWay, code string) Finding {
	region := regionOfHost(w.target.Host)
	if n.kind == needSecret || n.kind == needParameter {
		code = "secret.wrong-region"
	}
	e, _ := Explain(code)
	found := Finding{
		Verdict: Fail, Cause: code, Means: "The VPC's endpoints serve its own region only, and there is no way to the internet.", Resources: []string{cmp.Or(n.from.asked(), n.host)},
		Summary:  fmt.Sprintf("%s is in %s, and the task has no way to other regions", n.title(), region),
		Evidence: []Evidence{{Kind: string(n.kind), ID: n.host, Detail: "is in " + region}},
		Fixes:    []Fix{{Title: lowerFirst(e.Mend)}},
	}
	switch n.kind {
	case needSecret:
		found.Fixes = []Fix{{Title: "replicate the secret to the task's region, and name the replica's ARN in the task definition",
			Command: fmt.Sprintf("aws secretsmanager replicate-secret-to-regions --secret-id %s --add-replica-regions Region=TASK_REGION --region %s", n.from.asked(), region)}}
	case needImage, needLogin, needLayers: // three stations of one pull
		found.Summary = fmt.Sprintf("the registry is in %s, and the task has no way to other regions", region)
		found.Resources = []string{region}
		found.Fixes = []Fix{{Title: "replicate the repository to the task's region, and name that registry in the task definition"}}
	}
	return found
}

// judgeWays answers whether what an area needs is reached.
func judgeWays(f Facts, code, good string, want func(need) bool) Finding {
	all, of := startWays.of(f, want)
	var parts []Finding
	for i, n := range of {
		parts = append(parts, wayOfNeed(f, n, all[i], code))
	}
	return together(parts, good)
}

// judgeAccess answers whether the policies let an area's calls through. What the role lacks is told at once, with one statement for all.
func judgeAccess(f Facts, code, good string, want func(need) bool) Finding {
	all := rulings.Of(f)
	var parts []Finding
	lacking := map[string][]callRuled{} // by role
	sides := map[string]roleSide{}
	asked := false
	for i, n := range startNeeds.Of(f) {
		if !want(n) || n.aside {
			continue
		}
		r := all[i]
		side, asks := roleFor(n)
		switch {
		case r.none && n.kind != needFiles:
			parts = append(parts, Finding{Verdict: Skipped, Summary: "there is no " + n.role, Because: "start.execution-role-missing"})
		case r.none:
			parts = append(parts, Finding{Verdict: Fail, Cause: code, Summary: "the volume asks for the task role, and the task definition names none", Means: titleOfCause(code) + ".",
				Resources: []string{n.files.FileSystem}, Fixes: []Fix{giveTaskRole(definition.Of(f))}})
		case r.gone:
			parts = append(parts, Finding{Verdict: Skipped, Summary: "the " + n.role + " does not exist", Because: "iam.role-missing"})
		}
		for _, c := range r.calls {
			asked = true
			if asks && identityLacks(c.own) {
				lacking[r.role] = append(lacking[r.role], c)
				sides[r.role] = side
			} else {
				parts = append(parts, ownSide(f, code, n, c, r, side))
			}
			parts = append(parts, throughEndpoint(f, c))
		}
	}
	for _, role := range slices.Sorted(maps.Keys(lacking)) {
		parts = append(parts, lacks(f, code, role, sides[role], lacking[role]))
	}
	if !asked && len(parts) == 0 {
		return Finding{Verdict: Skipped, Summary: "nothing here asks for permissions"}
	}
	return together(parts, good)
}

// identityLacks reports whether all that refuses a call is that no policy of the role allows it.
func identityLacks(v iam.Verdict) bool {
	return v.Answer == iam.NoMatch && len(v.Refusing) == 1 && v.Refusing[0] == iam.Identity
}

// lacks tells which calls a role does not allow.
func lacks(f Facts, code, role string, side roleSide, calls []callRuled) Finding {
	e, _ := Explain(code)
	name := aws.ShortName(role)
	var actions []string
	found := Finding{Verdict: Fail, Cause: code, Means: e.Means, Resources: []string{role}}
	for _, c := range calls {
		if !slices.Contains(actions, c.action) {
			actions = append(actions, c.action)
		}
		detail := "no policy allows " + c.action
		if c.resource != "*" {
			detail += " on " + c.resource
		}
		found.Evidence = append(found.Evidence, Evidence{Kind: "role", ID: name, Detail: detail})
	}
	found.Summary = fmt.Sprintf("no policy of the %s %s allows %s", side.kind, name, strings.Join(actions, ", "))
	found.Fixes = []Fix{grantCalls(f, side, role, calls)}
	return found
}

// ownSide judges a call by the role's policies and the policy of what it is about.
func ownSide(f Facts, code string, n need, c callRuled, r needRuled, side roleSide) Finding {
	e, _ := Explain(code)
	who := "everybody who mounts it"
	if r.role != "" {
		who = "the " + side.kind + " " + aws.ShortName(r.role)
	}
	switch {
	case c.own.Answer == iam.Allow:
		found := Finding{Verdict: Pass, Summary: who + " may call " + c.action}
		if s := c.own.Decision.Statement; s != nil {
			found.Evidence = []Evidence{{Kind: "policy", ID: c.action, Detail: s.String()}}
		}
		return found
	case c.own.Answer == iam.Unknown:
		var gap error
		for _, l := range append([]iam.Layer{c.own.Layer}, c.own.Open...) {
			gap = cmp.Or(gap, c.gaps[l])
		}
		return undecided(c.own.Decision, gap, "whether "+who+" may call "+c.action)
	}
	found := Finding{Verdict: Fail, Cause: code, Means: e.Means, Resources: []string{cmp.Or(r.role, c.resource), c.resource},
		Summary: fmt.Sprintf("%s may not call %s", who, c.action)}
	if fix, ok := mountWithTLS(f, n, c); ok {
		found.Fixes = []Fix{fix}
	}
	for _, l := range c.own.Refusing {
		how := "does not allow " + c.action
		d := c.own.Decision
		if int(l) < len(c.own.All) {
			d = c.own.All[l].Decision
		}
		if d.Answer == iam.Deny {
			how = "denies " + c.action
		}
		found.Evidence = append(found.Evidence, Evidence{Kind: "policy", ID: l.String(), Detail: how + " on " + c.resource})
		found.Evidence = append(found.Evidence, statementEvidence("policy", l.String(), d)...)
		if fix, ok := mendLayer(f, l, d, c, r.role, side); ok {
			found.Fixes = append(found.Fixes, fix)
		}
	}
	return found
}

// throughEndpoint judges a call by the policy of the endpoint on its way.
func throughEndpoint(f Facts, c callRuled) Finding {
	d, id := c.through, c.endpoint.ID
	switch {
	case d.Answer == iam.Allow && id == "":
		return Finding{Verdict: Skipped, Summary: "no endpoint is on the way"}
	case d.Answer == iam.Allow:
		return Finding{Verdict: Pass, Summary: "the policy of " + id + " allows the call"}
	case d.Answer == iam.Unknown:
		return undecided(d, c.gaps[iam.Endpoint], "whether an endpoint's policy allows "+c.action)
	}
	e, _ := Explain("iam.endpoint-policy-denied")
	detail := "its policy allows " + c.action + " on " + c.resource + " to nobody who asks here"
	if d.Answer == iam.Deny {
		detail = "its policy denies " + c.action + " on " + c.resource
	}
	return Finding{
		Verdict: Fail, Cause: e.Code, Summary: "the policy of " + id + " refuses " + c.action, Means: e.Means, Resources: []string{id},
		Evidence: append([]Evidence{{Kind: "vpc-endpoint", ID: id, Detail: detail}}, statementEvidence("vpc-endpoint", id, d)...),
		Fixes:    []Fix{openEndpoint(f, c.endpoint.ID)},
	}
}
