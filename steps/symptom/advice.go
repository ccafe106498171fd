package symptom

import "strings"

// advice reports whether the phrase at an offset stands in a sentence that explains or configures instead of reporting.
func advice(s screen, at, length int) bool {
	from, to := s.lineAt(at)
	before := lowered(s.cut(max(from, at-120), at))
	if explains(before) {
		return true
	}
	for _, word := range adviceHolds {
		if strings.Contains(before, word) {
			return true
		}
	}
	if !strings.HasSuffix(lowered(s.cut(at, at+length)), "timeout") {
		return false
	}
	after := lowered(s.cut(at+length, min(to, at+length+40)))
	for _, setting := range settingMarks {
		if strings.HasPrefix(after, setting) {
			return true
		}
	}
	return strings.HasPrefix(after, ": ") && len(after) > 2 && isDigit(after[2])
}

// prose reports whether the phrase at an offset stands in a sentence that begins like an instruction or like a change log.
func prose(s screen, at int) bool {
	from, _ := s.lineAt(at)
	return at-from < 300 && explains(lowered(s.cut(from, at)))
}

// explains looks at the beginning of the sentence that a text ends in.
func explains(before string) bool {
	if i := strings.LastIndexAny(before, ".!?"); i >= 0 && strings.HasPrefix(before[i+1:], " ") {
		before = before[i+1:]
	}
	if i := strings.LastIndex(before, "**: "); i >= 0 {
		before = before[i+len("**: "):]
	}
	sentence := strings.TrimLeft(before, " -*#>\"'`(")
	for _, word := range adviceBegins {
		if strings.HasPrefix(sentence, word) {
			return true
		}
	}
	return false
}

// A sentence that begins with one of these, or holds one of the others, is about failures that need not have happened.
var (
	adviceBegins = []string{"if ", "when you ", "when the ", "when a ", "when using ", "whenever ", "to avoid ", "to fix ",
		"to use ", "to resolve ", "in case ", "unless ", "how ", "why ", "set ", "increase ",
		"make sure ", "check ", "configure ", "ensure ", "verify ", "note ", "use ", "should ",
		"add ", "adds ", "added ", "adding ", "fix ", "fixes ", "fixed ", "this release ", "this change ", "update ",
		"updated ", "updates ", "support ", "supports ", "allow ", "allows ", "improve ", "improved ", "remove ", "removed "}
	adviceHolds = []string{"such as ", "e.g. ", "increase the ", "make sure ", "you can ", "you may ", "you might ",
		"usually ", "typically ", "can cause ", "prevent ", "retry on ", "retries on ", "treated as ", "how to ",
		"for example if "}
)

// settingMarks follow the name of a setting, a "connect timeout" for example.
var settingMarks = []string{"=", " =", " set to", " is set", " of ", " to ", "s:", "(ms", " (ms", " in seconds", " value",
	" setting", " is ", "s are ", " option", " configured", " changed", "_", "\":", "': ", " error occurs", " errors occur",
	" errors are", " error means"}
