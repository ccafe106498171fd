package tui

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"fargate-doctor/aws"
)

// plain reports whether s is printable ASCII, which most texts from AWS are: then its width is its length.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// width returns the number of columns that s takes, escape sequences not counted.
func width(s string) int {
	if plain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// cut shortens s to w columns, with an ellipsis at its end when something is lost.
func cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if width(s) <= w {
		return s
	}
	return ansi.Truncate(s, w, "…")
}

// middle shortens s to w columns by its middle: ids and ARNs differ at their ends.
func middle(s string, w int) string {
	all := width(s)
	if all <= w {
		return s
	}
	if w < 5 {
		return cut(s, w)
	}
	tail := (w - 1) / 2
	short := ansi.Truncate(s, w-1-tail, "") + "…" + ansi.TruncateLeft(s, all-tail, "")
	return cut(short, w) // what was cut off a wide character may have joined its neighbour
}

// pad fills s with spaces up to w columns.
func pad(s string, w int) string {
	if n := w - width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

// fit cuts or pads s to exactly w columns.
func fit(s string, w int) string { return pad(cut(s, w), w) }

// apart puts left and right at the two ends of a line of w columns. Where they don't fit, left is cut.
func apart(left, right string, w int) string {
	r := width(right)
	if r == 0 {
		return cut(left, w)
	}
	if r+2 > w {
		return cut(right, w)
	}
	return fit(left, w-r-1) + " " + right
}

// wrap breaks a text at its spaces into lines of at most w columns. A word that is longer than a line is cut into pieces;
// words are not broken at hyphens, because ids hold hyphens.
func wrap(s string, w int) []string {
	if w < 1 {
		return nil
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(aws.Clean(s)) {
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) <= w:
			line += " " + word
			continue
		default:
			lines = append(lines, line)
			line = word
		}
		for width(line) > w {
			head := ansi.Truncate(line, w, "")
			if head == "" { // one rune that is wider than the line
				return lines
			}
			lines = append(lines, head)
			line = line[len(head):]
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// age says how long something lasts in one number and one letter: "12s", "4m", "3h", "9d". Unknown times are "–".
func age(since, now time.Time) string {
	if since.IsZero() {
		return "–"
	}
	d := max(now.Sub(since), 0)
	n, unit := int(d/(24*time.Hour)), "d"
	switch {
	case d < time.Minute:
		n, unit = int(d/time.Second), "s"
	case d < time.Hour:
		n, unit = int(d/time.Minute), "m"
	case d < 48*time.Hour:
		n, unit = int(d/time.Hour), "h"
	}
	return strconv.Itoa(n) + unit
}

// seconds says a duration as "0.4 s".
func seconds(d time.Duration) string {
	return strconv.FormatFloat(max(d, 0).Seconds(), 'f', 1, 64) + " s"
}

// count says a number with its noun: "1 call", "24 calls".
func count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// capital returns a clause as the beginning of a sentence.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || strings.IndexFunc(s, unicode.IsSpace) < 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// orDash stands in for an empty cell.
func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
