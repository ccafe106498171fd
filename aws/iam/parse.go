package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// Parse reads a policy document: JSON, or URL-encoded JSON as iam:GetRolePolicy and iam:GetPolicyVersion return it.
//
// It takes one value where a list may stand, numbers and booleans as condition values, and elements that it does not know. Where an element
// stands twice the last one counts, as JSON readers have it, but every condition counts. Errors name the statement.
func Parse(document string) (Policy, error) {
	text, err := decode(document)
	if err != nil {
		return Policy{}, fmt.Errorf("policy document: %w", err)
	}
	members, err := object([]byte(text))
	if err != nil {
		return Policy{}, fmt.Errorf("policy document: %w", err)
	}
	var p Policy
	var statements []json.RawMessage
	found := false
	for _, m := range members {
		switch strings.ToLower(m.name) {
		case "version":
			p.Version, err = scalar(m.value)
		case "id":
			p.ID, err = scalar(m.value)
		case "statement":
			found = true
			statements, err = list(m.value)
		}
		if err != nil {
			return Policy{}, fmt.Errorf("policy document: %s: %w", m.name, err)
		}
	}
	if !found {
		return Policy{}, errors.New("policy document: no Statement")
	}
	for i, raw := range statements {
		s, err := parseStatement(raw)
		s.Index = i + 1
		if err != nil {
			return Policy{}, fmt.Errorf("policy document: %s: %w", s.place(), err)
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

func parseStatement(raw json.RawMessage) (Statement, error) {
	s := Statement{raw: string(raw)}
	members, err := object(raw)
	if err != nil {
		return s, err
	}
	for _, m := range members { // the Sid first, so that errors can name it
		if strings.EqualFold(m.name, "Sid") {
			if s.Sid, err = scalar(m.value); err != nil {
				return s, fmt.Errorf("Sid: %w", err)
			}
		}
	}
	for _, m := range members {
		switch strings.ToLower(m.name) {
		case "effect":
			var effect string
			effect, err = scalar(m.value)
			s.Effect = Effect(effect)
		case "principal":
			s.Principals, err = principals(m.value)
		case "notprincipal":
			s.NotPrincipals, err = principals(m.value)
		case "action":
			s.Actions, err = scalars(m.value)
		case "notaction":
			s.NotActions, err = scalars(m.value)
		case "resource":
			s.Resources, err = scalars(m.value)
		case "notresource":
			s.NotResources, err = scalars(m.value)
		case "condition":
			var more []Condition
			more, err = conditions(m.value)
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
	case len(s.Actions) == 0 && len(s.NotActions) == 0:
		return errors.New("no Action")
	case len(s.Actions) > 0 && len(s.NotActions) > 0:
		return errors.New("both Action and NotAction")
	case len(s.Resources) > 0 && len(s.NotResources) > 0:
		return errors.New("both Resource and NotResource")
	case len(s.Principals) > 0 && len(s.NotPrincipals) > 0:
		return errors.New("both Principal and NotPrincipal")
	}
	return nil
}

func principals(raw json.RawMessage) ([]PrincipalName, error) {
	if kind(raw) != '{' {
		values, err := scalars(raw)
		if err != nil {
			return nil, err
		}
		var names []PrincipalName
		for _, v := range values {
			if v != "*" {
				return nil, fmt.Errorf("%q has no type", v)
			}
			names = append(names, PrincipalName{Type: Everyone, Value: v})
		}
		return names, nil
	}
	members, err := object(raw)
	if err != nil {
		return nil, err
	}
	var names []PrincipalName
	for _, m := range members {
		values, err := scalars(m.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		for _, v := range values {
			names = append(names, PrincipalName{Type: m.name, Value: v})
		}
	}
	return names, nil
}

func conditions(raw json.RawMessage) ([]Condition, error) {
	if kind(raw) == 'n' {
		return nil, nil
	}
	operators, err := object(raw)
	if err != nil {
		return nil, err
	}
	var all []Condition
	for _, operator := range operators {
		keys, err := object(operator.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", operator.name, err)
		}
		for _, key := range keys {
			values, err := scalars(key.value)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", operator.name, key.name, err)
			}
			all = append(all, Condition{Operator: operator.name, Key: key.name, Values: values})
		}
	}
	return all, nil
}

// A member is one name and value of a JSON object, in the order and number in which they stand.
type member struct {
	name  string
	value json.RawMessage
}

func object(raw json.RawMessage) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	opening, err := d.Token()
	if err != nil {
		return nil, plainly(err)
	}
	if opening != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	var members []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, plainly(err)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, plainly(err)
		}
		members = append(members, member{name.(string), value})
	}
	if _, err := d.Token(); err != nil {
		return nil, plainly(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more text follows the JSON")
	}
	return members, nil
}

// plainly gives the end of the text its name.
func plainly(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the JSON ends too early")
	}
	return err
}

// list takes one value for a list of one, and null for none.
func list(raw json.RawMessage) ([]json.RawMessage, error) {
	switch kind(raw) {
	case '[':
		var values []json.RawMessage
		err := json.Unmarshal(raw, &values)
		return values, err
	case 'n':
		return nil, nil
	}
	return []json.RawMessage{raw}, nil
}

func scalars(raw json.RawMessage) ([]string, error) {
	values, err := list(raw)
	if err != nil {
		return nil, err
	}
	texts := make([]string, 0, len(values))
	for _, v := range values {
		text, err := scalar(v)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// scalar returns a string, or a number or boolean as it is written.
func scalar(raw json.RawMessage) (string, error) {
	switch kind(raw) {
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case '{', '[', 'n', 0:
		return "", fmt.Errorf("%.20s is not a value", raw)
	}
	return string(raw), nil
}

func kind(raw json.RawMessage) byte {
	if raw = bytes.TrimLeft(raw, " \t\r\n"); len(raw) > 0 {
		return raw[0]
	}
	return 0
}
