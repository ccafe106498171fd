package probe

import (
	"fmt"
	"strings"

	"fargate-doctor/steps/symptom"
)

// verdictOf is what a class of failure means when a tool of ours printed it.
var verdictOf = map[symptom.Class]Verdict{
	symptom.ClassTimeout: Timeout, symptom.ClassDNS: Unresolved, symptom.ClassNoRoute: NoRoute, symptom.ClassRefused: Refused,
	symptom.ClassTLS: TLSFailed, symptom.ClassProxy: ProxyFailed, symptom.ClassReset: Failed,
}

// terse are texts of tools that say so little that they tell something only because it is known who prints them.
var terse = []struct {
	text  string
	class symptom.Class
}{
	{"timed out", symptom.ClassTimeout}, {"timeout", symptom.ClassTimeout}, {"verify error", symptom.ClassTLS},
	{"invalid argument", symptom.ClassNoRoute}, {"unreachable", symptom.ClassNoRoute},
}

// failed reads how a command failed: by its text, else because its time was over. A text that is not known is unknown.
func failed(p printed) Result {
	heard := symptom.Read(p.text())
	r := Result{Class: heard.Class, Verdict: verdictOf[heard.Class], Evidence: heard.Line}
	if heard.Class == symptom.ClassOther {
		r.Class = ""
		for _, t := range terse {
			for _, line := range p.lines {
				if r.Verdict == Unknown && strings.Contains(strings.ToLower(line), t.text) {
					r.Class, r.Verdict, r.Evidence = t.class, verdictOf[t.class], strings.TrimSpace(line)
				}
			}
		}
	}
	if r.Verdict == Unknown && p.ended {
		r.Class, r.Verdict, r.Evidence = symptom.ClassTimeout, Timeout, overdue
	}
	if r.Evidence == "" {
		r.Evidence = p.last()
	}
	if r.Evidence == "" {
		r.Evidence = fmt.Sprintf("exit status %d, and nothing printed", p.status)
	}
	return r
}

const overdue = "no answer within the time that a probe has"
