package symptom

import (
	"math/bits"
	"strings"
	"unicode/utf8"

	"fargate-doctor/aws"
)

// mostText is how much of a text is read. A longer one is read at its end, where the failure stands.
const mostText = 64 << 10

// screen is a text made ready for matching: control sequences gone, each run of blanks one blank, quoting of JSON and XML undone.
// A line break is a blank too, because terminals and people wrap sentences anywhere; where the lines began is kept apart.
type screen struct {
	text   string
	starts []uint64 // a bit for each offset in text: a line begins there
}

func newScreen(raw string) screen {
	if len(raw) > mostText {
		raw = raw[len(raw)-mostText:]
		for len(raw) > 0 && !utf8.RuneStart(raw[0]) {
			raw = raw[1:]
		}
	}
	raw = strings.ReplaceAll(strings.ToValidUTF8(raw, "?"), "’", "'")
	wrapped := wrapColumn(raw)
	f := flattener{make([]byte, 0, len(raw)+1), make([]uint64, len(raw)/64+1)}
	joined := false
	for rest := raw; rest != ""; {
		var line string
		line, rest = cutLine(rest)
		if line == "" {
			joined = false
			continue
		}
		clean := aws.Clean(line)
		if !joined {
			f.breakLine()
			clean = withoutMargin(clean)
		}
		f.line(clean)
		joined = wrapped > 0 && len(line) == wrapped
	}
	return screen{string(f.out), f.starts}
}

// cutLine is strings.Cut at a line break, quick for texts that are nothing but line breaks.
func cutLine(text string) (line, rest string) {
	for i := range min(len(text), 16) {
		if text[i] == '\n' {
			return text[:i], text[i+1:]
		}
	}
	line, rest, _ = strings.Cut(text, "\n")
	return line, rest
}

// wrapColumn returns the column at which a terminal cut the lines, in the middle of words; 0 when none did. It shows in lines of
// one and the same length that nothing exceeds: two neighbours, or the first of a paragraph at a usual width.
func wrapColumn(text string) int {
	longest := 0
	for begin, i := 0, 0; i <= len(text); i++ {
		if i == len(text) || text[i] == '\n' {
			longest = max(longest, i-begin)
			begin = i + 1
		}
	}
	if longest < 60 || longest == len(text) {
		return 0
	}
	usual := longest == 80 || longest == 100 || longest == 120
	before, previous := "", ""
	for rest := text; rest != ""; {
		var line string
		line, rest = cutLine(rest)
		inWord := len(previous) == longest && previous[longest-1] != ' ' && line != "" && line[0] != ' ' &&
			!sentenceGoesOn(line) && !(len(line) > 4 && line[:4] == previous[:4]) // the prefix of a log
		if inWord && (len(line) == longest || usual && before == "") {
			return longest
		}
		before, previous = previous, line
	}
	return 0
}

// sentenceGoesOn reports whether a line begins with a whole word of the denial's sentence: somebody wrapped it, no terminal.
func sentenceGoesOn(line string) bool {
	word, _, ok := strings.Cut(line, " ")
	return ok && sentenceWords[word]
}

var sentenceWords = setOf("because with on is not action status User")

// withoutMargin removes what programs draw at the left edge of their messages: blanks, a bar, a frame.
func withoutMargin(line string) string {
	for line != "" && (line[0] >= utf8.RuneSelf || strings.IndexByte(" |>#", line[0]) >= 0) {
		trimmed := strings.TrimLeft(line, " |>#")
		for _, bar := range []string{"│", "┃", "╷", "╵", "║"} {
			trimmed = strings.TrimPrefix(trimmed, bar)
		}
		if trimmed == line {
			return line
		}
		line = trimmed
	}
	return line
}

// flattener writes the text of a screen.
type flattener struct {
	out    []byte
	starts []uint64
}

func (f *flattener) breakLine() {
	f.blank()
	if n := len(f.out); n/64 < len(f.starts) {
		f.starts[n/64] |= 1 << (n % 64)
	}
}

func (f *flattener) blank() {
	if n := len(f.out); n > 0 && f.out[n-1] != ' ' {
		f.out = append(f.out, ' ')
	}
}

func (f *flattener) line(s string) {
	from := 0 // what stands before it is written
	for i := 0; i < len(s); {
		c := s[i]
		if c > '\\' || (c > '&' && c < '\\') {
			i++
			continue
		}
		switch c {
		case ' ':
			if i+1 < len(s) && s[i+1] != ' ' && i > from {
				i++
				continue
			}
			f.out = append(f.out, s[from:i]...)
			f.blank()
			i++
			from = i
		case '\\':
			f.out = append(f.out, s[from:i]...)
			i += f.escape(s[i:])
			from = i
		case '&':
			if char, n := entity(s[i:]); n > 0 {
				f.out = append(append(f.out, s[from:i]...), char)
				i += n
				from = i
				continue
			}
			i++
		default:
			i++
		}
	}
	f.out = append(f.out, s[from:]...)
}

// escape writes what a run of backslashes and the character after it stand for, and returns their length. JSON within JSON
// doubles the backslashes, so their number does not matter.
func (f *flattener) escape(s string) int {
	n := 0
	for n < len(s) && s[n] == '\\' {
		n++
	}
	if n == len(s) {
		return n
	}
	switch c := s[n]; {
	case c == 'n' || c == 'r':
		f.breakLine()
		return n + 1
	case c == 't':
		f.blank()
		return n + 1
	case c == 'u' && len(s) >= n+5 && s[n+1] == '0' && s[n+2] == '0':
		if char, ok := hexByte(s[n+3], s[n+4]); ok && char >= ' ' && char <= '~' {
			f.out = append(f.out, char)
			return n + 5
		}
	case c != '"' && c != '\'' && c != '/' && c != '`':
		f.out = append(f.out, '\\') // a path or a pattern
	}
	return n
}

func hexByte(a, b byte) (byte, bool) {
	high, low := strings.IndexByte(hexDigits, a|0x20), strings.IndexByte(hexDigits, b|0x20)
	return byte(high<<4 | low), high >= 0 && low >= 0
}

const hexDigits = "0123456789abcdef"

// entity returns the character that an XML entity at the beginning of s stands for, and the entity's length.
func entity(s string) (byte, int) {
	for _, e := range []struct {
		name string
		char byte
	}{{"&quot;", '"'}, {"&#34;", '"'}, {"&#39;", '\''}, {"&apos;", '\''}, {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}} {
		if strings.HasPrefix(s, e.name) {
			return e.char, len(e.name)
		}
	}
	return 0, 0
}

// lineAt returns the bounds of the line that holds an offset.
func (s screen) lineAt(at int) (from, to int) {
	for i := at / 64; i >= 0 && i < len(s.starts); i-- {
		word := s.starts[i]
		if i == at/64 {
			word &= 1<<(at%64+1) - 1
		}
		if word != 0 {
			from = i*64 + 63 - bits.LeadingZeros64(word)
			break
		}
	}
	to = len(s.text)
	for i := (at + 1) / 64; i < len(s.starts); i++ {
		word := s.starts[i]
		if i == (at+1)/64 {
			word &^= 1<<((at+1)%64) - 1
		}
		if word != 0 {
			to = min(to, i*64+bits.TrailingZeros64(word))
			break
		}
	}
	return from, to
}

// mostLine is how much of a line is shown as evidence.
const mostLine = 400

// shown returns the line that holds an offset. A long one is cut around it, between words, and an ellipsis stands where.
func (s screen) shown(at int) string {
	from, to := s.lineAt(at)
	before, after := "", ""
	if to-from > mostLine {
		if cut := at - mostLine/3; cut > from {
			from, before = cut, "… "
			if blank := strings.IndexByte(s.cut(from, at), ' '); blank >= 0 {
				from += blank + 1
			}
		}
		if cut := from + mostLine; cut < to {
			to, after = cut, " …"
			if blank := strings.LastIndexByte(s.cut(at, to), ' '); blank > 0 {
				to = at + blank
			}
		}
	}
	return before + strings.TrimSpace(strings.ToValidUTF8(s.cut(from, to), "")) + after
}

// withoutNames returns the text with blanks where resources are named, at the same offsets: what a secret, an image or a path is
// called says nothing about a failure.
func (s screen) withoutNames() string {
	var blanked []byte
	for _, lead := range []struct {
		phrase string
		skip   int    // how many of the separators belong to what stays
		until  string // the separator
	}{{"arn:aws", 4, ":"}, {"://", 1, "/"}, {".amazonaws.com/", 0, "/"}, {"docker.io/", 0, "/"}} {
		for at := 0; ; {
			i := strings.Index(s.text[at:], lead.phrase)
			if i < 0 {
				break
			}
			at += i + len(lead.phrase)
			skip := lead.skip
			for at < len(s.text) && skip > 0 && !nameEnds[s.text[at]] {
				if s.text[at] == lead.until[0] {
					skip--
				}
				at++
			}
			end := at
			for end < len(s.text) && !nameEnds[s.text[end]] {
				end++
			}
			if text := s.text[at:end]; strings.HasSuffix(text, ":") {
				end--
			}
			if end > at {
				if blanked == nil {
					blanked = []byte(s.text)
				}
				for j := at; j < end; j++ {
					blanked[j] = '-'
				}
			}
			at = max(at, end)
		}
	}
	if blanked == nil {
		return s.text
	}
	return string(blanked)
}

var nameEnds = bytesOf(" \"'`<>(){}[]")

func bytesOf(s string) (set [256]bool) {
	for i := range len(s) {
		set[s[i]] = true
	}
	return set
}

// cut returns the text between two offsets, as far as it has them.
func (s screen) cut(from, to int) string {
	from, to = max(from, 0), min(to, len(s.text))
	if from >= to {
		return ""
	}
	return s.text[from:to]
}

// around returns the text about an offset: the message and what programs print close to it.
func (s screen) around(at, before, after int) string { return s.cut(at-before, at+after) }

// lowered returns a text with small ASCII letters, so that offsets stay what they are.
func lowered(text string) string {
	at := strings.IndexFunc(text, func(r rune) bool { return r >= 'A' && r <= 'Z' })
	if at < 0 {
		return text
	}
	small := []byte(text)
	for i := at; i < len(small); i++ {
		small[i] = lower(small[i])
	}
	return string(small)
}
