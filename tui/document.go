package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"fargate-doctor/aws"
)

// documentLines draws a policy document, indented JSON, into lines of at most w columns. A line that is longer goes on below, deeper than
// it began; what is copied is the document itself.
func documentLines(document string, w int) []string {
	var lines []string
	for l := range strings.Lines(document) {
		l = aws.Clean(strings.TrimRight(l, "\r\n"))
		indent := strings.Repeat(" ", min(len(l)-len(strings.TrimLeft(l, " "))+2, max(w/2, 0)))
		for width(l) > w {
			head := ansi.Truncate(l, w, "")
			if at := strings.LastIndexByte(strings.TrimRight(head, " "), ' '); at > len(indent) {
				head = head[:at+1]
			}
			if len(strings.TrimSpace(head)) == 0 {
				return append(lines, cut(l, w))
			}
			lines = append(lines, strings.TrimRight(head, " "))
			l = indent + l[len(head):]
		}
		lines = append(lines, l)
	}
	return lines
}
