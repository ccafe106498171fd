package iam

import (
	"strings"

	"fargate-doctor/aws"
)

// A resource policy grants in three ways, which differ in what else has to allow the request within one account. See "Policy evaluation
// logic", resource-based policies, and "AWS JSON policy elements: Principal".
type grant int

const (
	direct    grant = iota // to the session, the user, a service or everyone: nothing else limits it
	toRole                 // to the role: its boundary and session policy limit it
	toAccount              // to the account, which passes it on through identity policies
	grants
)

// A granted says for each way of granting whether it is met.
type granted [grants]Truth

func (g granted) any() Truth { return or(g[:]...) }

func (g granted) and(t Truth) granted {
	for i := range g {
		g[i] = and(g[i], t)
	}
	return g
}

var notGranted = granted{No, No, No}

// names judges the Principal and NotPrincipal elements.
func (j *judge) names(s *Statement) granted {
	switch {
	case s.Principals != nil:
		out := notGranted
		for _, n := range s.Principals {
			way, t := j.is(n)
			out[way] = or(out[way], t)
		}
		if out.any() == Maybe {
			j.unclear("whether the principal is " + strings.Join(principalTexts(s.Principals), " or "))
		}
		return out
	case s.NotPrincipals != nil:
		t := j.isNone(s)
		if t == Maybe {
			j.unclear("whether the principal is exempt as " + strings.Join(principalTexts(s.NotPrincipals), " or "))
		}
		return granted{t, No, No}
	case j.principals:
		j.unclear("for whom it is, as it names no principal")
		return granted{Maybe, No, No}
	}
	return granted{Yes, No, No}
}

// isNone judges a NotPrincipal element. A role session is exempt for certain when the session, the role and the account are all listed, and
// not when none of them is. A deny with NotPrincipal always meets a principal that has a permissions boundary. See "NotPrincipal".
func (j *judge) isNone(s *Statement) Truth {
	listed := notGranted
	for _, n := range s.NotPrincipals {
		if n.Value == "*" {
			return No
		}
		way, t := j.is(n)
		listed[way] = or(listed[way], t)
	}
	var exempt Truth
	kind, _ := j.request.Principal.name()
	switch {
	case j.request.Principal.Service != "":
		exempt = listed[direct]
	case listed.any() == No:
		exempt = No
	case kind == "user":
		exempt = and(listed[direct], listed[toAccount])
	default:
		exempt = and(listed[:]...)
	}
	if exempt == No && listed.any() != No { // listed in part: the documents say "might"
		exempt = Maybe
	}
	if s.Effect == EffectDeny && exempt != No && j.request.Principal.Service == "" {
		switch j.bounded {
		case Yes:
			exempt = No
		case Maybe:
			exempt = Maybe
		}
	}
	return not(exempt)
}

// is judges one entry of a Principal element. A wildcard stands for everyone only when it stands alone.
func (j *judge) is(n PrincipalName) (grant, Truth) {
	p := j.request.Principal
	switch n.Type {
	case Everyone:
		return direct, Yes
	case "Service":
		if n.Value == "*" && p.Service != "" {
			return direct, Maybe
		}
		return direct, truth(p.Service != "" && strings.EqualFold(n.Value, p.Service))
	case "AWS":
		if p.Service != "" {
			if n.Value == "*" { // the documents say it of users and roles only
				return direct, Maybe
			}
			return direct, No
		}
		return j.isAWS(n.Value)
	case "Federated": // an identity provider; tasks have their credentials from a role
		return direct, No
	case "CanonicalUser": // an account by an id that only Amazon S3 knows
		if p.Service != "" {
			return toAccount, No
		}
		return toAccount, Maybe
	}
	return direct, Maybe
}

func (j *judge) isAWS(value string) (grant, Truth) {
	p := j.request.Principal
	if value == "*" {
		return direct, Yes
	}
	arn, isARN := aws.ParseARN(value)
	switch {
	case isAccount(value):
		return toAccount, j.inAccount(value)
	case !isARN && (strings.HasPrefix(value, "AROA") || strings.HasPrefix(value, "AIDA")):
		way := toRole
		if strings.HasPrefix(value, "AIDA") {
			way = direct
		}
		switch id, _, _ := strings.Cut(p.ID, ":"); id {
		case "":
			return way, Maybe
		default:
			return way, truth(id == value)
		}
	case !isARN:
		return direct, No
	case arn.Service == "iam" && arn.Resource == "root":
		return toAccount, j.inAccount(arn.Account)
	}
	kind, name := p.name()
	if account := p.account(); account != "" && account != arn.Account {
		return direct, No
	}
	if role, _, ok := sessionNames(arn); ok {
		switch {
		case p.Session != "":
			return direct, truth(value == p.Session)
		case kind == "" || kind == "role" && name == role:
			return direct, Maybe
		}
		return direct, No
	}
	namedKind, named := entityName(arn.Resource)
	way := direct
	if namedKind == "role" {
		way = toRole
	}
	switch {
	case namedKind == "" || arn.Service != "iam": // a federated user session
		return direct, truth(value == p.Session || value == p.ARN)
	case value == p.ARN && j.gateway: // "you must set the Principal element to *"
		return way, Maybe
	case value == p.ARN:
		return way, Yes
	case kind == "":
		return way, Maybe
	case kind != namedKind || name != named:
		return way, No
	}
	return way, Maybe // the paths differ, or the session's ARN lacks its role's; no account has two roles of one name
}

// inAccount judges an account as a principal. The policy of a gateway endpoint means its root user alone.
func (j *judge) inAccount(account string) Truth {
	own := j.request.Principal.account()
	switch {
	case own == "":
		return Maybe
	case own != account:
		return No
	case j.gateway:
		kind, _ := j.request.Principal.name()
		return not(truth(kind != ""))
	}
	return Yes
}

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }
