package iam

import (
	"strings"
	"unicode/utf8"
)

// Patterns and texts are compared as they are. Where a wildcard must be told from a star that is meant literally, or stands in a text
// that is not known exactly, it is one of these bytes, which no valid text holds.
const (
	run = '\xff' // any characters, or none
	one = '\xfe' // any one character
)

// glob reports whether pattern, in which the bytes star and single are the wildcards, covers text: every text that it can stand for when it
// holds run or one. The time it takes grows with the product of both lengths at worst. Only ASCII letters fold.
func glob(pattern, text string, star, single byte, fold bool) bool {
	p, t := 0, 0
	back, from := -1, 0 // where to go on after the last star, and the text position it was tried at
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == star:
			p++
			back, from = p, t
			if p == len(pattern) {
				return true
			}
		case p < len(pattern) && pattern[p] == single && text[t] != run:
			p++
			t += width(text[t:])
		case p < len(pattern) && pattern[p] != single && (pattern[p] == text[t] || fold && lower(pattern[p]) == lower(text[t])):
			p++
			t++
		case back >= 0:
			from += width(text[from:])
			p, t = back, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == star {
		p++
	}
	return p == len(pattern)
}

func width(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

// overlap reports whether a text exists that both patterns match, both with run and one as wildcards. Very long ones are taken to overlap.
func overlap(a, b string) bool {
	if len(a)*len(b) > 1<<22 {
		return true
	}
	x, y := symbols(a), symbols(b)
	// row[j]: x[i:] and y[j:] have a text in common
	row := make([]bool, len(y)+1)
	for i := len(x); i >= 0; i-- {
		diagonal := false // row[j+1] of the row before
		for j := len(y); j >= 0; j-- {
			before := row[j]
			switch {
			case i == len(x) && j == len(y):
				row[j] = true
			case i < len(x) && x[i] == run:
				row[j] = before || j < len(y) && row[j+1]
			case j < len(y) && y[j] == run:
				row[j] = row[j+1] || i < len(x) && before
			case i < len(x) && j < len(y):
				row[j] = diagonal && (x[i] == y[j] || x[i] == one || y[j] == one)
			default:
				row[j] = false
			}
			diagonal = before
		}
	}
	return row[0]
}

// symbols takes a pattern apart into characters; its wildcards keep their byte's value. U+00FE and U+00FF themselves move out of the way.
func symbols(s string) []rune {
	out := make([]rune, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] == run || s[i] == one {
			out = append(out, rune(s[i]))
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == run || r == one {
			r += utf8.MaxRune
		}
		out = append(out, r)
		i += n
	}
	return out
}

var wildcards = strings.NewReplacer("*", string([]byte{run}), "?", string([]byte{one}))
