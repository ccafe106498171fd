package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"fargate-doctor/aws"
)

// commandLines draws a shell command into lines of at most w columns that can still be pasted: each line but the last ends
// in a backslash. Lines break before options where they can.
func commandLines(command string, w int) []string {
	const indent, tail = "  ", ` \`
	room := max(w-len(tail), len(indent)+1)
	var lines []string
	line := ""
	for _, word := range shellWords(aws.Clean(command)) {
		switch {
		case line == "":
			line = word
		case width(line)+1+width(word) <= room && !(strings.HasPrefix(word, "--") && width(line) > room/2):
			line += " " + word
		default:
			lines = append(lines, line+tail)
			line = indent + word
		}
		for width(line) > room { // a word that is longer than a line goes on at the first column of the next
			head, rest := splitWord(line, room)
			lines = append(lines, head)
			line = rest
		}
	}
	return append(lines, line)
}

// splitWord breaks a word so that the head takes at most w columns and a quote; a shell reads both lines as the one word.
// Inside quotes a backslash would stand for itself, so they are closed and opened again.
func splitWord(word string, w int) (head, rest string) {
	head = ansi.Truncate(word, w, "")
	if head == "" {
		head = word[:1]
	}
	if at := strings.LastIndexByte(head, ','); at > len(head)/2 && len(head) < len(word) { // lists and JSON read better so
		head = head[:at+1]
	}
	var quote quoting
	for _, r := range head {
		quote.take(r)
	}
	if quote.escaped { // a backslash stays with what it escapes
		head = head[:len(head)-1]
	}
	rest = word[len(head):]
	return head + quote.mark() + `\`, quote.mark() + rest
}

// A quoting follows a shell's quotes through a text.
type quoting struct {
	open    rune // the quote that is open, 0 when none is
	escaped bool // the next rune stands for itself
}

func (q *quoting) take(r rune) {
	switch {
	case q.escaped:
		q.escaped = false
	case r == '\\' && q.open != '\'':
		q.escaped = true
	case q.open == r:
		q.open = 0
	case q.open == 0 && (r == '\'' || r == '"'):
		q.open = r
	}
}

// mark is what closes the quote that is open, or opens it again.
func (q *quoting) mark() string {
	if q.open == 0 {
		return ""
	}
	return string(q.open)
}

// shellWords splits a command at the spaces that are not inside quotes. The quotes stay.
func shellWords(command string) []string {
	var words []string
	var word strings.Builder
	var quote quoting
	for _, r := range command {
		if r == ' ' && quote == (quoting{}) {
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
			continue
		}
		quote.take(r)
		word.WriteRune(r)
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}
