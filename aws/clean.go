package aws

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns text that came from outside (an API answer, a container, a paste) as one line that is safe on a terminal and
// in a report: terminal control sequences, control characters and characters that reorder or hide text are removed, line
// breaks and tabs become spaces, bytes that are not UTF-8 become U+FFFD. Cleaning twice changes nothing.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == '\x1b' || (r >= 0x80 && r <= 0x9f) {
			s = s[controlSequence(s):]
			continue
		}
		switch {
		case r == '\n' || r == '\t' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case unicode.IsControl(r) || reorders(r):
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}

// plain reports whether s is printable ASCII only, which nearly all of it is.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// controlSequence returns the length of the control sequence at the beginning of s, which starts with ESC or a C1 character
// (ECMA-48). A sequence that does not end before the line does is cut there, so that it can't swallow what follows.
func controlSequence(s string) int {
	first, size := utf8.DecodeRuneInString(s)
	at := size
	kind := first
	if first == '\x1b' {
		if at == len(s) {
			return at
		}
		next := s[at]
		if next < 0x20 || next > 0x7e {
			return at // a lone ESC
		}
		kind = rune(next) + 0x40 // ESC [ is the C1 character CSI, ESC ] is OSC
		at++
		if next < 0x40 { // intermediate bytes, then one final byte
			for next <= 0x2f && at < len(s) && s[at] >= 0x20 && s[at] <= 0x2f {
				at++
			}
			if next <= 0x2f && at < len(s) && s[at] >= 0x30 && s[at] <= 0x7e {
				at++
			}
			return at
		}
	}
	switch kind {
	case 0x9b: // CSI: parameters, intermediates, a final byte
		for at < len(s) && s[at] >= 0x20 && s[at] <= 0x3f {
			at++
		}
		if at < len(s) && s[at] >= 0x40 && s[at] <= 0x7e {
			at++
		}
	case 0x90, 0x98, 0x9d, 0x9e, 0x9f: // DCS, SOS, OSC, PM, APC: a string that BEL or ST ends
		for at < len(s) {
			r, n := utf8.DecodeRuneInString(s[at:])
			switch {
			case r == '\a' || r == 0x9c:
				return at + n
			case r == '\x1b' && strings.HasPrefix(s[at:], "\x1b\\"):
				return at + 2
			case r == '\n' || r == '\x1b':
				return at
			}
			at += n
		}
	}
	return at
}

// reorders reports whether r changes the order in which a person sees the characters around it, or hides among them
// ("Trojan Source").
func reorders(r rune) bool {
	switch {
	case r == '\u061c', r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u206f', r == '\ufeff':
		return true
	case r >= 0xe0000 && r <= 0xe007f: // tags: invisible copies of ASCII
		return true
	}
	return false
}
