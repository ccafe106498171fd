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
		text := strings.Trim(aws.Clean(strings.TrimRight(l, "\r\n")), " ")
		lead := min(len(l)-len(strings.TrimLeft(l, " ")), w/2)
		deeper := min(lead+2, w/2)
		for width(text) > w-lead {
			head := ansi.Truncate(text, w-lead, "")
			if head == "" { // one rune that is wider than the room
				break
			}
			if at := strings.LastIndexByte(head, ' '); at > len(head)/2 {
				head = head[:at+1]
			}
			lines = append(lines, strings.Repeat(" ", lead)+strings.TrimRight(head, " "))
			text = strings.TrimLeft(text[len(head):], " ")
			lead = deeper
		}
		lines = append(lines, cut(strings.Repeat(" ", lead)+text, w))
	}
	return lines
}
