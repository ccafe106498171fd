package report

import (
	"regexp"
	"strings"
)

// A span is a part of a sentence: prose, or a name that a person copies.
type span struct {
	Text string
	Code bool
}

// namePattern finds ARNs, ids of resources and IAM actions in a sentence.
var namePattern = regexp.MustCompile("arn:[^\\s`\"',;()]*[\\w/*]|\\b[a-z]+-(?:[0-9a-f]{17}|[0-9a-f]{8})\\b|\\b[a-z][a-z0-9-]+:[A-Z][A-Za-z0-9]+\\b")

// phrase returns a text as prose and names.
func phrase(text string) []span {
	var out []span
	for at := 0; at < len(text); {
		next := namePattern.FindStringIndex(text[at:])
		if next == nil {
			return append(out, span{Text: text[at:]})
		}
		if next[0] > 0 {
			out = append(out, span{Text: text[at : at+next[0]]})
		}
		out = append(out, span{Text: text[at+next[0] : at+next[1]], Code: true})
		at += next[1]
	}
	return out
}

// sentence makes a sentence of a clause.
func sentence(clause string) string {
	if clause == "" {
		return ""
	}
	return capital(clause) + "."
}

// kindName returns a kind of resource as people write it: network-acl is a network ACL.
func kindName(kind string) string {
	words := strings.Split(kind, "-")
	for i, w := range words {
		if name, ok := acronyms[w]; ok {
			words[i] = name
		}
	}
	return strings.Join(words, " ")
}

var acronyms = map[string]string{"acl": "ACL", "dhcp": "DHCP", "dns": "DNS", "kms": "KMS", "nat": "NAT", "vpc": "VPC"}
