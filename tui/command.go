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
	rest = word[len(head):]
	quote := ""
	for _, r := range head {
		switch {
		case quote == "" && (r == '\'' || r == '"'):
			quote = string(r)
		case quote == string(r):
			quote = ""
		}
	}
	return head + quote + `\`, quote + rest
}

// shellWords splits a command at the spaces that are not inside quotes. The quotes stay.
func shellWords(command string) []string {
	var words []string
	var word strings.Builder
	quote := rune(0)
	for _, r := range command {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case quote == 0 && r == ' ':
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
			continue
		}
		word.WriteRune(r)
	}
	if word.Len() > 0 {
		words = append(words, word.String())
	}
	return words
}
