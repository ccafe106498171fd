package iam

import "strings"

// A text is a string of a policy after its variables were put in. In pattern, run and one are wildcards.
type text struct {
	pattern string
	keys    []string // variables that are not known; run stands for each
	void    bool     // a variable is not in the request and has no default: the text matches nothing
	hollow  bool     // it is void, or may turn out so: what a negation makes of it the documents leave open
}

func (t text) open() bool { return len(t.keys) > 0 }

// sure makes a match against a text of which a part is not known a Maybe.
func (t text) sure(matches bool) Truth {
	if matches && t.open() {
		return Maybe
	}
	return truth(matches)
}

// expand puts policy variables in. Wildcards that stand in the policy become run and one where wild is set; those that come from a variable
// do not. See "Variables and tags": ${key}, ${key, 'default'}, ${*}, ${?}, ${$}.
func (j *judge) expand(s string, wild bool) text {
	var out strings.Builder
	var t text
	literal := func(s string) {
		if wild {
			s = wildcards.Replace(s)
		}
		out.WriteString(s)
	}
	for {
		start := strings.Index(s, "${")
		end := -1
		if start >= 0 {
			end = strings.IndexByte(s[start:], '}')
		}
		if end < 0 {
			literal(s)
			break
		}
		literal(s[:start])
		name := s[start+2 : start+end]
		s = s[start+end+1:]
		if name == "*" || name == "?" || name == "$" {
			out.WriteString(name)
			continue
		}
		key, rest, hasDefault := strings.Cut(name, ",")
		key = strings.TrimSpace(key)
		values, presence := j.lookup(key)
		switch {
		case presence == there && len(values) == 1:
			out.WriteString(strings.ToValidUTF8(values[0], "\ufffd"))
		case presence == notThere && hasDefault:
			out.WriteString(strings.Trim(strings.TrimSpace(rest), "'"))
		case presence == notThere:
			t.void, t.hollow = true, true
		default:
			t.keys = append(t.keys, key)
			t.hollow = t.hollow || !hasDefault
			out.WriteByte(run)
		}
	}
	t.pattern = out.String()
	return t
}

// hasVariable reports whether s has something to put in.
func hasVariable(s string, modern bool) bool { return modern && strings.Contains(s, "${") }
