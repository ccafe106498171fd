package steps

import (
	"fmt"

	"fargate-doctor/steps/symptom"
)

// The first question (R1). It needs nothing but what the person said, and decides which branch is walked.
var symptomSteps = []Step{{
	ID:           "symptom",
	Ask:          "What do you see?",
	Why:          "Traffic that is dropped times out; a call that is refused gets an answer. The two are looked for in different places.",
	Requirements: []string{"R1"},
	Docs:         []string{docConnectivity},
	Eval:         judgeSymptom,
	Next:         []Edge{{Symptoms: []Symptom{Start}, To: "start.failure"}, {To: "symptom.log"}},
}, {
	ID:           "symptom.log",
	Ask:          "What did the application log in the last hour?",
	Why:          "The log often names the very address that did not answer, or the very call that was refused.",
	Branch:       "symptom",
	Requirements: []string{"R17"},
	Docs:         []string{docConnectivity},
	Wants:        []known{logged},
	Eval:         judgeLog,
	Next:         []Edge{{Symptoms: []Symptom{Auth}, To: "access.call"}, {Symptoms: []Symptom{Exec}, To: "exec.task"}, {To: "task.interface"}},
}}

// judgeLog shows the failures that the log tells of. It decides nothing: a log that can't be read, or is silent, proves nothing.
func judgeLog(f Facts) Finding {
	lines, err := logged.Try(f)
	switch {
	case err != nil:
		return Finding{Verdict: Skipped, Summary: "the log can't be read: " + whyNot(err)}
	}
	found := Finding{Verdict: Skipped, Summary: "the log tells of no failure that this program knows"}
	for i, p := range proposalsOf(lines) {
		if i == 0 {
			found.Verdict, found.Summary = Pass, "the log tells of such a failure"
			if p.Case.Symptom != f.c.Symptom && f.c.Symptom != Unsure {
				found.Verdict, found.Summary = Warn, "the log tells of another failure: "+titleOf(p.Case.Symptom)
			}
		}
		if i < 3 {
			detail := p.Line
			if p.Times > 1 {
				detail = fmt.Sprintf("%d times, last: %s", p.Times, p.Line)
			}
			found.Evidence = append(found.Evidence, Evidence{Kind: "log", ID: p.At.UTC().Format("15:04:05"), Detail: detail})
		}
	}
	return found
}

func judgeSymptom(f Facts) Finding {
	c := f.c
	found := Finding{Verdict: Pass, Summary: titleOf(c.Symptom)}
	heard := c.heard()
	if heard.Line != "" {
		found.Evidence = []Evidence{{Kind: "message", Detail: heard.Line}}
	}
	if own := symptomOf(heard); own != "" && own != c.Symptom && c.Symptom != Unsure {
		found.Verdict = Warn
		found.Summary += "; the message is of another kind: " + titleOf(own)
		found.Means = "What you chose is walked. Choose the other symptom to follow the message."
	}
	return found
}

// titleOf returns how a symptom is offered to a person.
func titleOf(s Symptom) string {
	for _, o := range Symptoms() {
		if o.Symptom == s {
			return o.Title
		}
	}
	return string(s)
}

// symptomOf returns the symptom that an error text leads to, "" when it leads to none that is walked.
func symptomOf(heard symptom.Reading) Symptom {
	own := Symptom(heard.Symptom())
	for _, o := range Symptoms() {
		if o.Symptom == own {
			return own
		}
	}
	return ""
}
