package iam

import (
	"strings"

	"fargate-doctor/aws"
)

// A Request is what policies are asked about.
//
// Resource is an ARN, or "*" for an action that has no resource. An ARN with wildcards stands for one resource among those that it matches,
// it is not known which; "" stands for any resource at all.
//
// Context holds the condition keys that are known, by name; a key without values is not in the request. Neither are those in Absent, where a
// name that ends in "/*" stands for all keys that begin so, and "*" for every key that nothing is known of. All others are not known, but for
// those that follow from the rest of the request: aws:ResourceAccount, aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalType, aws:username,
// aws:userid, aws:PrincipalIsAWSService, aws:PrincipalServiceName and kms:CallerAccount. Names of keys have no case.
type Request struct {
	Action, Resource string
	ResourceAccount  string // that owns the resource; taken from its ARN when empty
	Principal        Principal
	Context          map[string][]string
	Absent           map[string]bool
}

// resourceAccount returns the account that owns the resource, or "" when it is not known. The ARNs of buckets name none.
func (r Request) resourceAccount() string {
	if r.ResourceAccount != "" {
		return r.ResourceAccount
	}
	if arn, ok := aws.ParseARN(r.Resource); ok && isAccount(arn.Account) {
		return arn.Account
	}
	return ""
}

// A Principal is who makes the request, as far as it is known.
type Principal struct {
	ARN     string // of the role, path included, or of the user
	Session string // arn:aws:sts::111122223333:assumed-role/web/0123456789abcdef, when a role is used
	ID      string // unique id of the role or user: AROA…, AIDA…
	Account string // taken from the ARNs when empty
	Service string // "ecs-tasks.amazonaws.com", when a service makes the request in its own name
}

// account returns the principal's account, or "" when it is not known.
func (p Principal) account() string {
	if p.Account != "" {
		return p.Account
	}
	for _, text := range []string{p.ARN, p.Session} {
		if arn, ok := aws.ParseARN(text); ok {
			return arn.Account
		}
	}
	return ""
}

// name returns "role" or "user" and the name without its path, or "" when the principal is neither or not known.
func (p Principal) name() (kind, name string) {
	if arn, ok := aws.ParseARN(p.ARN); ok && arn.Service == "iam" {
		return entityName(arn.Resource)
	}
	if arn, ok := aws.ParseARN(p.Session); ok {
		if role, _, ok := sessionNames(arn); ok {
			return "role", role
		}
	}
	return "", ""
}

// entityName takes role/path/web apart.
func entityName(resource string) (kind, name string) {
	kind, path, ok := strings.Cut(resource, "/")
	if !ok || kind != "role" && kind != "user" {
		return "", ""
	}
	return kind, aws.ShortName(path)
}

// sessionNames takes assumed-role/web/session apart.
func sessionNames(arn aws.ARN) (role, session string, ok bool) {
	rest, ok := strings.CutPrefix(arn.Resource, "assumed-role/")
	if !ok || arn.Service != "sts" {
		return "", "", false
	}
	role, session, ok = strings.Cut(rest, "/")
	return role, session, ok
}

// presence says what is known of a condition key. The zero presence is that nothing is.
type presence int

const (
	notKnown presence = iota
	notThere
	there
)

// lookup returns the values of a condition key.
func (j *judge) lookup(key string) ([]string, presence) {
	key = strings.ToLower(key)
	if values, ok := j.context[key]; ok {
		if len(values) == 0 {
			return nil, notThere
		}
		return values, there
	}
	if j.absent[key] {
		return nil, notThere
	}
	if slash := strings.IndexByte(key, '/'); slash >= 0 && j.absent[key[:slash+1]+"*"] {
		return nil, notThere
	}
	if owner := j.request.resourceAccount(); key == "aws:resourceaccount" && owner != "" {
		return []string{owner}, there
	}
	values, presence := j.request.Principal.key(key)
	if presence == notKnown && j.absent["*"] {
		return nil, notThere
	}
	return values, presence
}

// key returns a condition key that follows from the principal. See "AWS global condition context keys", properties of the principal, and
// the table of principal key values in "Variables and tags".
func (p Principal) key(key string) ([]string, presence) {
	known := func(value string) ([]string, presence) {
		if value == "" {
			return nil, notKnown
		}
		return []string{value}, there
	}
	kind, name := p.name()
	switch {
	case p.Service != "":
		switch key {
		case "aws:principalisawsservice":
			return known("true")
		case "aws:principalservicename":
			return known(p.Service)
		}
		return nil, notKnown
	case key == "aws:principalaccount" || key == "kms:calleraccount":
		return known(p.account())
	case kind == "":
		return nil, notKnown
	}
	switch key {
	case "aws:principalarn":
		return known(p.ARN)
	case "aws:principalisawsservice":
		return known("false")
	case "aws:principalservicename", "aws:principalservicenameslist":
		return nil, notThere
	case "aws:principaltype":
		return known(map[string]string{"role": "AssumedRole", "user": "User"}[kind])
	case "aws:username":
		if kind == "role" {
			return nil, notThere
		}
		return known(name)
	case "aws:userid":
		if kind == "user" {
			return known(p.ID)
		}
		arn, _ := aws.ParseARN(p.Session)
		if _, session, ok := sessionNames(arn); ok && p.ID != "" {
			return known(p.ID + ":" + session)
		}
	}
	return nil, notKnown
}
