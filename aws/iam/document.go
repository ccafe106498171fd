package iam

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Least returns the narrowest statement that allows one action on one resource ("" and "*" are all resources). Identity policies name no
// principals; resource policies do.
func Least(action, resource string, principals ...PrincipalName) Statement {
	if resource == "" {
		resource = "*"
	}
	return Statement{Effect: EffectAllow, Actions: []string{action}, Resources: []string{resource}, Principals: principals}
}

// Document returns a policy document of the statements, as indented JSON.
func Document(statements ...Statement) string {
	var b bytes.Buffer
	b.WriteString(`{"Version":"2012-10-17","Statement":[`)
	for i, s := range statements {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(s.compact())
	}
	b.WriteString("]}")
	return indent(b.String())
}

// JSON returns the statement as its document has it, or as it was built, indented.
func (s Statement) JSON() string { return indent(s.compact()) }

func indent(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		return text
	}
	return b.String()
}

func (s Statement) compact() string {
	if s.raw != "" {
		return s.raw
	}
	var members []string
	add := func(name, value string) { members = append(members, quote(name)+":"+value) }
	if s.Sid != "" {
		add("Sid", quote(s.Sid))
	}
	add("Effect", quote(string(s.Effect)))
	for _, element := range []struct {
		name  string
		names []PrincipalName
	}{{"Principal", s.Principals}, {"NotPrincipal", s.NotPrincipals}} {
		if element.names != nil {
			add(element.name, principalJSON(element.names))
		}
	}
	for _, element := range []struct {
		name   string
		values []string
	}{{"Action", s.Actions}, {"NotAction", s.NotActions}, {"Resource", s.Resources}, {"NotResource", s.NotResources}} {
		if element.values != nil {
			add(element.name, oneOrList(element.values))
		}
	}
	if len(s.Conditions) > 0 {
		add("Condition", conditionJSON(s.Conditions))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func principalJSON(names []PrincipalName) string {
	return grouped(len(names), func(i int) string { return names[i].Type }, func(kind string, members []int) string {
		var values []string
		for _, i := range members {
			values = append(values, names[i].Value)
		}
		if kind == Everyone {
			return ""
		}
		return oneOrList(values)
	})
}

func conditionJSON(all []Condition) string {
	return grouped(len(all), func(i int) string { return all[i].Operator }, func(_ string, members []int) string {
		var keys []string
		for _, i := range members {
			keys = append(keys, quote(all[i].Key)+":"+oneOrList(all[i].Values))
		}
		return "{" + strings.Join(keys, ",") + "}"
	})
}

// grouped writes a JSON object of the groups, in the order in which they first come. A group without text makes it "*".
func grouped(n int, of func(int) string, text func(string, []int) string) string {
	var order []string
	groups := map[string][]int{}
	for i := range n {
		name := of(i)
		if groups[name] == nil {
			order = append(order, name)
		}
		groups[name] = append(groups[name], i)
	}
	var members []string
	for _, name := range order {
		value := text(name, groups[name])
		if value == "" {
			return quote("*")
		}
		members = append(members, quote(name)+":"+value)
	}
	return "{" + strings.Join(members, ",") + "}"
}

func oneOrList(values []string) string {
	if len(values) == 1 {
		return quote(values[0])
	}
	quoted := make([]string, 0, len(values))
	for _, v := range values {
		quoted = append(quoted, quote(v))
	}
	return "[" + strings.Join(quoted, ",") + "]"
}

func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string is always JSON
	return strings.TrimSuffix(b.String(), "\n")
}
