package read

import (
	"slices"
	"strings"
)

// A filterPattern is a CloudWatch Logs filter pattern for lines without structure: words that all must be in a line, ?words of which one
// must be, -words that must not. Other patterns (JSON, columns, regular expressions) are left to the service: then all is empty and
// every line matches.
type filterPattern struct{ all, any, none []string }

func terms(pattern string) filterPattern {
	var p filterPattern
	pattern = strings.TrimSpace(pattern)
	if strings.HasPrefix(pattern, "{") || strings.HasPrefix(pattern, "[") || strings.Contains(pattern, "%") {
		return p
	}
	for pattern != "" {
		list := &p.all
		switch pattern[0] {
		case '?':
			list, pattern = &p.any, pattern[1:]
		case '-':
			list, pattern = &p.none, pattern[1:]
		}
		var term string
		if rest, quoted := strings.CutPrefix(pattern, `"`); quoted {
			term, pattern, _ = strings.Cut(rest, `"`)
		} else {
			term, pattern, _ = strings.Cut(pattern, " ")
		}
		if term != "" {
			*list = append(*list, term)
		}
		pattern = strings.TrimLeft(pattern, " ")
	}
	return p
}

// match reports whether a line matches. Upper and lower case differ. Where words and ?words stand together, ?words do nothing.
func (p filterPattern) match(line string) bool {
	has := func(term string) bool { return strings.Contains(line, term) }
	if len(p.all) == 0 && len(p.any) > 0 && !slices.ContainsFunc(p.any, has) {
		return false
	}
	return !slices.ContainsFunc(p.all, func(term string) bool { return !has(term) }) && !slices.ContainsFunc(p.none, has)
}
