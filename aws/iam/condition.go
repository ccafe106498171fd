package iam

import (
	"bytes"
	"encoding/base64"
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// An operator compares one value of a policy with one of the request. What it can't read is Maybe.
type operator struct {
	match     func(want text, got string) Truth
	negated   bool
	wild      bool // * and ? in the policy are wildcards
	variables bool
}

// operators are those of "IAM JSON policy elements: Condition operators", but for Null, which compares no values.
var operators = map[string]operator{
	"stringequals":              {match: sameText, variables: true},
	"stringnotequals":           {match: sameText, variables: true, negated: true},
	"stringequalsignorecase":    {match: sameFolded, variables: true},
	"stringnotequalsignorecase": {match: sameFolded, variables: true, negated: true},
	"stringlike":                {match: sameText, variables: true, wild: true},
	"stringnotlike":             {match: sameText, variables: true, wild: true, negated: true},
	"arnequals":                 {match: sameARN, variables: true, wild: true},
	"arnlike":                   {match: sameARN, variables: true, wild: true},
	"arnnotequals":              {match: sameARN, variables: true, wild: true, negated: true},
	"arnnotlike":                {match: sameARN, variables: true, wild: true, negated: true},
	"bool":                      {match: sameBool, variables: true},
	"binaryequals":              {match: sameBytes},
	"ipaddress":                 {match: inPrefix},
	"notipaddress":              {match: inPrefix, negated: true},
	"numericequals":             {match: number(func(order int) bool { return order == 0 })},
	"numericnotequals":          {match: number(func(order int) bool { return order == 0 }), negated: true},
	"numericlessthan":           {match: number(func(order int) bool { return order < 0 })},
	"numericlessthanequals":     {match: number(func(order int) bool { return order <= 0 })},
	"numericgreaterthan":        {match: number(func(order int) bool { return order > 0 })},
	"numericgreaterthanequals":  {match: number(func(order int) bool { return order >= 0 })},
	"dateequals":                {match: date(func(order int) bool { return order == 0 })},
	"datenotequals":             {match: date(func(order int) bool { return order == 0 }), negated: true},
	"datelessthan":              {match: date(func(order int) bool { return order < 0 })},
	"datelessthanequals":        {match: date(func(order int) bool { return order <= 0 })},
	"dategreaterthan":           {match: date(func(order int) bool { return order > 0 })},
	"dategreaterthanequals":     {match: date(func(order int) bool { return order >= 0 })},
}

// holds judges one key of one operator.
func (j *judge) holds(c Condition, modern bool) Truth {
	name := strings.ToLower(c.Operator)
	set, name := cutSet(name)
	if name == "null" {
		return j.isNull(c)
	}
	name, ifExists := strings.CutSuffix(name, "ifexists")
	op, known := operators[name]
	if !known {
		j.unclear("the condition operator " + c.Operator)
		return Maybe
	}
	values, presence := j.lookup(c.Key)
	if presence == there && set != "" {
		values = withoutEmpty(values) // an empty string is an empty set
	}
	switch {
	case presence == notKnown:
		j.unknownKey(c.Key)
		return Maybe
	case presence == notThere && ifExists, presence == notThere && set == "forallvalues":
		return Yes
	case presence == notThere && set == "foranyvalue":
		return No
	case presence == notThere:
		return truth(op.negated)
	}
	wants := j.wants(c, op, modern)
	var each []Truth
	for _, got := range values {
		each = append(each, op.compare(wants, strings.ToValidUTF8(got, "\ufffd")))
	}
	out := and(each...)
	switch {
	case set == "foranyvalue":
		out = or(each...)
	case set == "" && out != or(each...): // a set operator is needed for a key with several values
		out = Maybe
	}
	if out == Maybe {
		open := false
		for _, want := range wants {
			open = open || want.open()
			j.unknownVariables(want)
		}
		if !open {
			j.unclear("how " + c.String() + " compares with " + strings.Join(values, ", "))
		}
	}
	return out
}

func cutSet(name string) (set, operator string) {
	if set, operator, ok := strings.Cut(name, ":"); ok && (set == "forallvalues" || set == "foranyvalue") {
		return set, operator
	}
	return "", name
}

func withoutEmpty(values []string) []string {
	var out []string
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

func (j *judge) wants(c Condition, op operator, modern bool) []text {
	wants := make([]text, 0, len(c.Values))
	for _, v := range c.Values {
		switch {
		case op.variables && hasVariable(v, modern):
			wants = append(wants, j.expand(v, op.wild))
		case op.wild:
			wants = append(wants, text{pattern: wildcards.Replace(v)})
		default:
			wants = append(wants, text{pattern: v})
		}
	}
	return wants
}

// compare matches one value of the request: any of the policy's for an operator that isn't negated, none of them for one that is.
func (op operator) compare(wants []text, got string) Truth {
	out := No
	for _, want := range wants {
		if want.hollow && op.negated {
			out = or(out, Maybe)
		}
		if !want.void {
			out = or(out, op.match(want, got))
		}
	}
	if op.negated {
		return not(out)
	}
	return out
}

// isNull judges the Null operator: true means that the key is not in the request.
func (j *judge) isNull(c Condition) Truth {
	_, presence := j.lookup(c.Key)
	absent := [...]Truth{notKnown: Maybe, notThere: Yes, there: No}[presence]
	out := No
	for _, v := range c.Values {
		switch {
		case strings.EqualFold(v, "true"):
			out = or(out, absent)
		case strings.EqualFold(v, "false"):
			out = or(out, not(absent))
		default:
			out = or(out, Maybe)
			j.unclear("what " + c.String() + " means")
		}
	}
	if out == Maybe && absent == Maybe {
		j.unknownKey(c.Key)
	}
	return out
}

func sameText(want text, got string) Truth {
	return want.sure(glob(want.pattern, got, run, one, false))
}

func sameFolded(want text, got string) Truth {
	return want.sure(!want.open() && strings.EqualFold(want.pattern, got) || want.open() && glob(want.pattern, got, run, one, true))
}

// sameARN compares the six parts of two ARNs, each on its own, so that no wildcard runs across a colon of the first five.
func sameARN(want text, got string) Truth {
	if want.pattern == string([]byte{run}) {
		return want.sure(true)
	}
	patterns, parts := strings.SplitN(want.pattern, ":", 6), strings.SplitN(got, ":", 6)
	if len(patterns) < 6 || len(parts) < 6 {
		return Maybe
	}
	if want.open() { // a variable may bring colons
		return want.sure(glob(want.pattern, got, run, one, false))
	}
	for i, p := range patterns {
		if !glob(p, parts[i], run, one, false) {
			return No
		}
	}
	return Yes
}

func sameBool(want text, got string) Truth {
	for _, s := range []string{want.pattern, got} {
		if !strings.EqualFold(s, "true") && !strings.EqualFold(s, "false") {
			return Maybe
		}
	}
	return truth(strings.EqualFold(want.pattern, got))
}

func sameBytes(want text, got string) Truth {
	w, err1 := base64.StdEncoding.DecodeString(want.pattern)
	g, err2 := base64.StdEncoding.DecodeString(got)
	if err1 != nil || err2 != nil {
		return Maybe
	}
	return truth(bytes.Equal(w, g))
}

// inPrefix takes an address without a prefix length for itself alone. IPv4 and IPv6 never match each other.
func inPrefix(want text, got string) Truth {
	address, err := netip.ParseAddr(got)
	if err != nil {
		return Maybe
	}
	address = address.WithZone("").Unmap()
	if single, err := netip.ParseAddr(want.pattern); err == nil {
		return truth(single.Unmap() == address)
	}
	prefix, err := netip.ParsePrefix(want.pattern)
	if err != nil {
		return Maybe
	}
	return truth(prefix.Contains(address))
}

func number(holds func(order int) bool) func(text, string) Truth {
	return func(want text, got string) Truth {
		w, ok1 := parseNumber(want.pattern)
		g, ok2 := parseNumber(got)
		if !ok1 || !ok2 {
			return Maybe
		}
		return truth(holds(compare(g, w)))
	}
}

// parseNumber takes integers and decimals, not the infinities and hexadecimals of strconv.
func parseNumber(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.+-eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func date(holds func(order int) bool) func(text, string) Truth {
	return func(want text, got string) Truth {
		w, ok1 := parseDate(want.pattern)
		g, ok2 := parseDate(got)
		if !ok1 || !ok2 {
			return Maybe
		}
		return truth(holds(g.Compare(w)))
	}
}

// dateLayouts are those of the W3C note on date and time formats, which the IAM User Guide names.
var dateLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"}

// parseDate takes a date, or seconds since 1970 when there are more digits than a year has.
func parseDate(s string) (time.Time, bool) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	if seconds, ok := parseNumber(s); ok && seconds > -1e11 && seconds < 1e11 {
		whole, part := math.Modf(seconds)
		return time.Unix(int64(whole), int64(part*1e9)), true
	}
	return time.Time{}, false
}
