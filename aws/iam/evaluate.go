package iam

import (
	"slices"
	"strings"
)

// A Decision is what the policies of one kind answer.
//
// An Answer of NoMatch means that no statement allows the request; Denies can still be Maybe then, and Open not empty.
type Decision struct {
	Answer         Answer
	Denies, Allows Truth       // whether a statement denies, and whether one allows; Answer follows from them
	Statement      *Statement  // the one that decided; nil when none did
	Policy         string      // name of its policy
	Open           []Statement // statements that may or may not apply, and would matter if they did
	Unknown        []string    // condition keys that would have to be known to tell, as the policies spell them
	Unclear        []string    // what else would have to be known, in words
}

// Evaluate says what the policy alone answers.
func (p Policy) Evaluate(r Request) Decision { return EvaluateAll([]Policy{p}, r) }

// EvaluateAll says what policies of one kind answer together: one deny denies, one allow allows.
func EvaluateAll(policies []Policy, r Request) Decision {
	j := newJudge(r)
	j.bounded = No
	return j.tally(policies).decision(j)
}

// EvaluateEndpoint says what the policy of a VPC endpoint answers. In that of a gateway endpoint an account or its root as principal
// means the root user alone. See "Control access to VPC endpoints using endpoint policies".
func EvaluateEndpoint(p Policy, gateway bool, r Request) Decision {
	j := newJudge(r)
	j.bounded, j.gateway = No, gateway
	return j.tally([]Policy{p}).decision(j)
}

// A judge holds a request in the form in which it is compared, and what was found to be missing.
type judge struct {
	request  Request
	resource string // fuzzy: with run and one as wildcards
	fuzzy    bool   // the resource is not known exactly
	context  map[string][]string
	absent   map[string]bool

	principals bool  // the policies have to name principals
	gateway    bool  // they are those of a gateway endpoint
	bounded    Truth // the principal has a permissions boundary
	missing    *missing
}

// missing collects what is not known; nil while nobody asks.
type missing struct{ keys, rest []string }

func (j *judge) unknownKey(key string) {
	if j.missing != nil && !slices.ContainsFunc(j.missing.keys, func(k string) bool { return strings.EqualFold(k, key) }) {
		j.missing.keys = append(j.missing.keys, key)
	}
}

func (j *judge) unknownVariables(t text) {
	for _, key := range t.keys {
		if _, presence := j.lookup(key); presence == there {
			j.unclear("which value the variable " + key + " takes, as it has several")
		} else {
			j.unknownKey(key)
		}
	}
}

func (j *judge) unclear(what string) {
	if j.missing != nil && !slices.Contains(j.missing.rest, what) {
		j.missing.rest = append(j.missing.rest, what)
	}
}

func newJudge(r Request) *judge {
	j := &judge{request: r, resource: strings.ToValidUTF8(r.Resource, "\ufffd"), context: map[string][]string{}, absent: map[string]bool{}}
	for key, values := range r.Context {
		j.context[strings.ToLower(key)] = values
	}
	for key, absent := range r.Absent {
		if absent {
			j.absent[strings.ToLower(key)] = true
		}
	}
	switch {
	case r.Resource == "":
		j.fuzzy, j.resource = true, string([]byte{run})
	case r.Resource != "*" && strings.ContainsAny(r.Resource, "*?"):
		j.fuzzy, j.resource = true, wildcards.Replace(j.resource)
	}
	return j
}

// applies says whether the statement meets the request, for each way in which it can grant.
func (j *judge) applies(s *Statement, modern bool) granted {
	if s.Actions == nil && s.NotActions == nil {
		return notGranted
	}
	t := j.covers(s.Actions, s.NotActions, func(pattern string) (Truth, text) {
		return truth(glob(pattern, j.request.Action, '*', '?', true)), text{}
	})
	if t == No {
		return notGranted
	}
	resource := Yes
	if s.Resources != nil || s.NotResources != nil {
		resource = j.covers(s.Resources, s.NotResources, func(pattern string) (Truth, text) { return j.isResource(pattern, modern) })
	}
	if resource == No {
		return notGranted
	}
	if resource == Maybe && j.fuzzy {
		j.unclear("the exact resource")
	}
	out := j.names(s).and(and(t, resource))
	for _, c := range s.Conditions {
		if out.any() == No {
			return out
		}
		out = out.and(j.holds(c, modern))
	}
	return out
}

// covers judges an element or its negation. match also returns what it made of a pattern.
func (j *judge) covers(is, isNot []string, match func(string) (Truth, text)) Truth {
	out := No
	for _, pattern := range is {
		t, _ := match(pattern)
		if out = or(out, t); out == Yes {
			break
		}
	}
	if is != nil {
		return out
	}
	for _, pattern := range isNot {
		t, want := match(pattern)
		out = or(out, t)
		if want.hollow {
			out = or(out, Maybe)
			j.unknownVariables(want)
		}
		if want.void {
			j.unclear("what a variable without a value makes of " + pattern)
		}
	}
	return not(out)
}

// isResource judges one entry of a Resource element. A wildcard may run across the colons of an ARN, as the Resource page has it of one
// that ends a part.
func (j *judge) isResource(pattern string, modern bool) (Truth, text) {
	want, star, single := text{pattern: pattern}, byte('*'), byte('?')
	if hasVariable(pattern, modern) {
		want, star, single = j.expand(pattern, true), run, one
	}
	t := No
	switch {
	case want.void:
	case glob(want.pattern, j.resource, star, single, false):
		t = want.sure(true)
	case j.fuzzy:
		everywhere := want.pattern
		if star == '*' {
			everywhere = wildcards.Replace(everywhere)
		}
		if overlap(everywhere, j.resource) {
			t = Maybe
		}
	}
	if t == Maybe {
		j.unknownVariables(want)
	}
	return t, want
}

// A tally is what the statements of one kind of policy come to.
type tally struct {
	denies            Truth
	allows            granted
	denied, allowed   *Statement // that do so for certain
	mayDeny, mayAllow []open
	unread            string // why some of the policies are not among those that were judged
}

// open is a statement that may or may not apply.
type open struct {
	Statement
	modern bool
}

func (j *judge) tally(policies []Policy) tally {
	out := tally{denies: No, allows: notGranted}
	for _, p := range policies {
		modern := p.modern()
		for i := range p.Statements {
			s := &p.Statements[i]
			t := j.applies(s, modern)
			met := t.any()
			if met == No {
				continue
			}
			decided, undecided := &out.allowed, &out.mayAllow
			if s.Effect == EffectDeny {
				decided, undecided = &out.denied, &out.mayDeny
				out.denies = or(out.denies, met)
			} else {
				for way := range t {
					out.allows[way] = or(out.allows[way], t[way])
				}
			}
			if met == Yes && *decided != nil {
				continue
			}
			named := *s
			named.Policy = p.Name
			if met == Yes {
				*decided = &named
			} else {
				*undecided = append(*undecided, open{named, modern})
			}
		}
	}
	return out
}

// decision says what t comes to, with the statements and keys that leave it open.
func (t tally) decision(j *judge) Decision {
	d := Decision{Denies: t.denies, Allows: t.allows.any()}
	d.Answer = answer(d.Denies, d.Allows)
	var undecided []open
	switch d.Answer {
	case Deny:
		d.Statement = t.denied
	case Allow:
		d.Statement = t.allowed
		if t.allows[direct] != Yes && slices.Contains(t.allows[:], Maybe) { // it may grant in a way that needs less besides
			undecided = t.mayAllow
		}
	default:
		undecided = t.mayDeny
		if d.Allows == Maybe {
			undecided = slices.Concat(undecided, t.mayAllow)
		}
	}
	if d.Statement != nil {
		d.Policy = d.Statement.Policy
	}
	j.missing = &missing{}
	for i := range undecided {
		d.Open = append(d.Open, undecided[i].Statement)
		j.applies(&undecided[i].Statement, undecided[i].modern)
	}
	if t.unread != "" && d.Answer != Deny {
		j.unclear(t.unread)
	}
	d.Unknown, d.Unclear = j.missing.keys, j.missing.rest
	j.missing = nil
	return d
}
