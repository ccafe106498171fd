// Package iam reads IAM policy documents and says what they answer to a request: allow, explicit deny, no match, or unknown, with the
// statement that decided and the condition keys that would have to be known. It also combines the policies of all kinds that one
// request meets, in AWS's order.
//
// Nothing here reads an account, asks a clock or knows a service's actions. What a request's context holds is for the caller to say: a
// key that it does not mention is not known, and an answer that hangs on it is Unknown.
//
// The rules come from the IAM User Guide ("IAM JSON policy element reference", "Grammar of the IAM JSON policy language", "Condition
// operators", "Single-valued vs. multivalued context keys", "Variables and tags", "Policy evaluation logic", "Cross-account policy
// evaluation logic", "Permissions boundaries for IAM entities"), the AWS Organizations User Guide ("SCP evaluation", "RCP evaluation"),
// the AWS KMS Developer Guide ("Key policies in AWS KMS") and the AWS PrivateLink Guide ("Control access to VPC endpoints using endpoint
// policies").
package iam

import (
	"fmt"
	"slices"
	"strings"
)

// A Policy is one policy document. Policy variables work in Version 2012-10-17 only; any other version, and none, takes them literally.
type Policy struct {
	Version, ID string
	Statements  []Statement
	Name        string // what people call it, set by the caller: "inline policy web-read", an ARN
}

// modern reports whether the document's language version has policy variables.
func (p Policy) modern() bool { return p.Version == "2012-10-17" }

// An Effect is what a statement does to the requests that it matches.
type Effect string

const (
	EffectAllow Effect = "Allow"
	EffectDeny  Effect = "Deny"
)

// A Statement is one statement of a policy. Of each pair (Principals and NotPrincipals and so on) at most one is set, and an empty list is
// set too: it names nothing. A statement whose resources are nil, as in trust policies, covers the resource that its policy is attached to;
// one whose principals are nil, as in identity policies, covers the principal that its policy is attached to.
type Statement struct {
	Sid                       string
	Effect                    Effect
	Principals, NotPrincipals []PrincipalName
	Actions, NotActions       []string
	Resources, NotResources   []string
	Conditions                []Condition // all must hold
	Index                     int         // position in its policy, from 1
	Policy                    string      // name of its policy; set in the statements of a Decision

	raw string // as the document has it; empty when the statement was built
}

// A PrincipalName is one entry of a Principal or NotPrincipal element.
type PrincipalName struct {
	Type  string // AWS, Service, Federated, CanonicalUser, or Everyone for "Principal": "*"
	Value string
}

// Everyone is the Type of the principal in "Principal": "*".
const Everyone = "*"

// A Condition is one key of one operator of a Condition element. One of the values must match, or none for a negated operator.
type Condition struct {
	Operator string // as written: StringEquals, ForAnyValue:StringLike, BoolIfExists
	Key      string // as written: aws:SourceVpce
	Values   []string
}

// String says in one line what the statement does and where it stands.
func (s Statement) String() string {
	var b strings.Builder
	b.WriteString(string(s.Effect))
	element := func(join, not string, is, isNot []string) {
		switch {
		case len(is) > 0:
			b.WriteString(join + strings.Join(is, ", "))
		case len(isNot) > 0:
			b.WriteString(join + not + strings.Join(isNot, ", "))
		}
	}
	element(" ", "all but ", s.Actions, s.NotActions)
	element(" on ", "all but ", s.Resources, s.NotResources)
	element(" for ", "all but ", principalTexts(s.Principals), principalTexts(s.NotPrincipals))
	for i, c := range s.Conditions {
		b.WriteString([]string{" if ", " and "}[min(i, 1)] + c.String())
	}
	where := "statement " + fmt.Sprint(s.Index)
	if s.Index == 0 {
		where = ""
	} else if s.Policy != "" {
		where += " of " + s.Policy
	}
	if s.Sid != "" {
		where = strings.TrimSuffix(fmt.Sprintf("Sid %q, %s", s.Sid, where), ", ")
	}
	if where != "" {
		b.WriteString(" (" + where + ")")
	}
	return b.String()
}

func (c Condition) String() string {
	return c.Key + " " + c.Operator + " " + strings.Join(c.Values, ", ")
}

func (n PrincipalName) String() string {
	if n.Type == "AWS" || n.Type == Everyone {
		return n.Value
	}
	return n.Type + " " + n.Value
}

func principalTexts(names []PrincipalName) []string {
	var texts []string
	for _, n := range names {
		texts = append(texts, n.String())
	}
	return texts
}

// With returns the policy with s as a further statement. p is not changed.
func (p Policy) With(s Statement) Policy {
	s.Index, s.Policy = 1, ""
	for _, other := range p.Statements {
		s.Index = max(s.Index, other.Index+1)
	}
	p.Statements = append(slices.Clone(p.Statements), s)
	if p.Version == "" {
		p.Version = "2012-10-17"
	}
	return p
}

// Without returns the policy without the statements of the given Index. The others keep theirs. p is not changed.
func (p Policy) Without(index ...int) Policy {
	p.Statements = slices.DeleteFunc(slices.Clone(p.Statements), func(s Statement) bool { return slices.Contains(index, s.Index) })
	return p
}
