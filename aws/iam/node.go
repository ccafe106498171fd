package iam

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A node is a JSON value whose objects keep the order and number of their members.
type node struct {
	kind    byte   // { [ " n for null, 0 for numbers and booleans
	text    string // of a string; of a number or boolean as it is written
	raw     string // of an object, as the document has it
	items   []node
	members []member
}

type member struct {
	name  string
	value node
}

// deepest is more than any element of a policy needs.
const deepest = 64

func read(text string) (node, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	n, err := next(d, text, deepest)
	if err == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return n, errors.New("more text follows the JSON")
		}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return n, errors.New("the JSON ends too early")
	}
	return n, err
}

func next(d *json.Decoder, text string, depth int) (node, error) {
	token, err := d.Token()
	if err != nil {
		return node{}, err
	}
	switch token := token.(type) {
	case string:
		return node{kind: '"', text: token}, nil
	case json.Number:
		return node{text: token.String()}, nil
	case bool:
		return node{text: fmt.Sprint(token)}, nil
	case nil:
		return node{kind: 'n'}, nil
	}
	if depth == 0 {
		return node{}, errors.New("the JSON is nested too deeply")
	}
	n := node{kind: '{', members: []member{}}
	start := d.InputOffset() - 1
	if token == json.Delim('[') {
		n = node{kind: '[', items: []node{}}
	}
	for d.More() {
		name := ""
		if n.kind == '{' {
			token, err := d.Token()
			if err != nil {
				return n, err
			}
			name, _ = token.(string) // the decoder takes nothing else here
		}
		value, err := next(d, text, depth-1)
		if err != nil {
			return n, err
		}
		if n.kind == '{' {
			n.members = append(n.members, member{name, value})
		} else {
			n.items = append(n.items, value)
		}
	}
	if _, err := d.Token(); err != nil {
		return n, err
	}
	n.raw = text[start:d.InputOffset()]
	return n, nil
}

// list takes one value for a list of one, and null for none.
func (n node) list() []node {
	switch n.kind {
	case '[':
		return n.items
	case 'n':
		return nil
	}
	return []node{n}
}

func (n node) scalars() ([]string, error) {
	items := n.list()
	if items == nil {
		return nil, nil
	}
	texts := make([]string, 0, len(items))
	for _, item := range items {
		text, err := item.scalar()
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// scalar returns a string, or a number or boolean as it is written.
func (n node) scalar() (string, error) {
	switch n.kind {
	case '{', '[':
		return "", fmt.Errorf("%.20s is not a value", n.raw)
	case 'n':
		return "", errors.New("null is not a value")
	}
	return n.text, nil
}
