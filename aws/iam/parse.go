package iam

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Parse reads a policy document: JSON, or URL-encoded JSON as iam:GetRolePolicy and iam:GetPolicyVersion return it.
//
// It takes one value where a list may stand, numbers and booleans as condition values, and elements that it does not know. Where an element
// stands twice the last one counts, as JSON readers have it, but every condition counts. Errors name the statement.
func Parse(document string) (Policy, error) {
	p, err := parse(document)
	if err != nil {
		return Policy{}, fmt.Errorf("policy document: %w", err)
	}
	return p, nil
}

func parse(document string) (Policy, error) {
	var p Policy
	text, err := decode(document)
	if err != nil {
		return p, err
	}
	root, err := read(text)
	if err != nil {
		return p, err
	}
	if root.kind != '{' {
		return p, errors.New("it is not a JSON object")
	}
	var statements []node
	found := false
	for _, m := range root.members {
		switch strings.ToLower(m.name) {
		case "version":
			p.Version, err = m.value.scalar()
		case "id":
			p.ID, err = m.value.scalar()
		case "statement":
			found = true
			statements = m.value.list()
		}
		if err != nil {
			return p, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	if !found {
		return p, errors.New("no Statement")
	}
	for i, n := range statements {
		s, err := parseStatement(n)
		s.Index = i + 1
		if err != nil {
			return p, fmt.Errorf("%s: %w", s.place(), err)
		}
		p.Statements = append(p.Statements, s)
	}
	return p, nil
}

// decode undoes the URL encoding, if there is any.
func decode(document string) (string, error) {
	text := strings.TrimSpace(strings.TrimPrefix(document, "\ufeff"))
	if text == "" {
		return "", errors.New("it is empty")
	}
	if !strings.HasPrefix(text, "%") {
		return text, nil
	}
	plain, err := url.PathUnescape(text)
	if err != nil {
		return "", err
	}
	if !json.Valid([]byte(plain)) { // spaces as plus signs
		if form, err := url.QueryUnescape(text); err == nil && json.Valid([]byte(form)) {
			return form, nil
		}
	}
	return plain, nil
}

// place says where the statement stands, for errors.
func (s Statement) place() string {
	if s.Sid == "" {
		return fmt.Sprintf("statement %d", s.Index)
	}
	return fmt.Sprintf("statement %d (Sid %q)", s.Index, s.Sid)
}

func parseStatement(n node) (Statement, error) {
	s := Statement{raw: n.raw}
	if n.kind != '{' {
		return s, errors.New("it is not a JSON object")
	}
	for _, m := range n.members { // so that errors can name it, wherever it stands
		if strings.EqualFold(m.name, "Sid") && m.value.kind == '"' {
			s.Sid = m.value.text
		}
	}
	for _, m := range n.members {
		var err error
		switch strings.ToLower(m.name) {
		case "sid":
			s.Sid, err = m.value.scalar()
		case "effect":
			var effect string
			effect, err = m.value.scalar()
			s.Effect = Effect(effect)
		case "principal":
			s.Principals, err = m.value.principals()
		case "notprincipal":
			s.NotPrincipals, err = m.value.principals()
		case "action":
			s.Actions, err = m.value.scalars()
		case "notaction":
			s.NotActions, err = m.value.scalars()
		case "resource":
			s.Resources, err = m.value.scalars()
		case "notresource":
			s.NotResources, err = m.value.scalars()
		case "condition":
			var more []Condition
			more, err = m.value.conditions()
			s.Conditions = append(s.Conditions, more...)
		}
		if err != nil {
			return s, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return s, s.check()
}

// check finds what no reading of the statement can make up for.
func (s Statement) check() error {
	switch {
	case s.Effect == "":
		return errors.New("no Effect")
	case s.Effect != EffectAllow && s.Effect != EffectDeny:
		return fmt.Errorf("Effect %q is neither Allow nor Deny", string(s.Effect))
	case s.Actions == nil && s.NotActions == nil:
		return errors.New("no Action")
	case s.Actions != nil && s.NotActions != nil:
		return errors.New("both Action and NotAction")
	case s.Resources != nil && s.NotResources != nil:
		return errors.New("both Resource and NotResource")
	case s.Principals != nil && s.NotPrincipals != nil:
		return errors.New("both Principal and NotPrincipal")
	}
	return nil
}

func (n node) principals() ([]PrincipalName, error) {
	if n.kind != '{' {
		values, err := n.scalars()
		var names []PrincipalName
		for _, v := range values {
			name := PrincipalName{Type: "AWS", Value: v} // as it is meant, where a service let it through
			if v == "*" {
				name.Type = Everyone
			}
			names = append(names, name)
		}
		return names, err
	}
	names := []PrincipalName{}
	for _, m := range n.members {
		values, err := m.value.scalars()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		for _, v := range values {
			names = append(names, PrincipalName{Type: m.name, Value: v})
		}
	}
	return names, nil
}

func (n node) conditions() ([]Condition, error) {
	if n.kind != '{' && n.kind != 'n' {
		return nil, errors.New("it is not a JSON object")
	}
	var all []Condition
	for _, operator := range n.members {
		if operator.value.kind != '{' {
			return nil, fmt.Errorf("%s: it is not a JSON object", operator.name)
		}
		for _, key := range operator.value.members {
			values, err := key.value.scalars()
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", operator.name, key.name, err)
			}
			all = append(all, Condition{Operator: operator.name, Key: key.name, Values: values})
		}
	}
	return all, nil
}
