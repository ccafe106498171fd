package tui

import (
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/symptom"
)

// heard is what an error text tells: the answers that follow from it, and the details.
type heard struct {
	steps.Case
	reading symptom.Reading
}

func hear(text string) heard {
	if strings.TrimSpace(text) == "" {
		return heard{}
	}
	return heard{steps.Understand(steps.Case{Error: text}), symptom.Read(text)}
}

// policyWords is what people call the policy types of a denial.
var policyWords = map[symptom.Policy]string{
	symptom.PolicyIdentity: "the caller's own policies",
	symptom.PolicyResource: "the resource's policy",
	symptom.PolicyBoundary: "permissions boundary",
	symptom.PolicySCP:      "service control policy",
	symptom.PolicyRCP:      "resource control policy",
	symptom.PolicySession:  "session policy",
	symptom.PolicyEndpoint: "VPC endpoint policy",
	symptom.PolicyTrust:    "trust policy",
}

// details are the names in the text, the most telling first.
func (t heard) details() [][2]string {
	r := t.reading
	policy := policyWords[r.Policy]
	if policy != "" && r.Explicit {
		policy += ", an explicit deny"
	}
	host := ""
	if r.Host != "" {
		host = destination(steps.Target{Host: r.Host, Port: r.Port})
	}
	call := t.Action
	if call == "" {
		call = r.Action
	}
	service := r.Service
	if strings.Contains(call, ":") {
		service = ""
	}
	return [][2]string{
		{"Call", call}, {"Service", service}, {"On", r.Resource}, {"Host", host}, {"By", r.Principal},
		{"Policy", policy}, {"", r.PolicyARN}, {"Endpoint", r.Endpoint}, {"Request", r.RequestID},
	}
}

// understood says what the text tells and what comes next, then the details.
func (s *paste) understood(p palette, w int) []string {
	t := s.heard
	if s.editor.empty() {
		var lines []string
		for _, l := range wrap("What it tells is shown here as you paste or type. One line is enough; a whole traceback is fine.", w-2) {
			lines = append(lines, " "+p.faint.Render(l))
		}
		return lines
	}
	r := t.reading
	sign, said := p.verdict(steps.Pass), symptomTitle(t.Symptom)+" · "+r.Class.Words()
	if t.Symptom == "" {
		sign, said = p.verdict(steps.Unknown), capital(r.Class.Words())
	}
	if s.onlyKept() && s.of.Symptom == "" {
		said += "; choose the symptom yourself"
	}
	const label = 10
	field := func(name string, lines []string) []string {
		out := make([]string, len(lines))
		for i, l := range lines {
			if i > 0 {
				name = ""
			}
			out[i] = gutter + p.accent.Render(pad(name, label)) + l
		}
		return out
	}
	var lines []string
	for i, l := range wrap(said, w-4) {
		mark := gutter
		if i == 0 {
			mark = " " + sign.style.Render(sign.glyph) + " "
		}
		lines = append(lines, mark+p.bold.Render(l))
	}
	lines = append(lines, field("Next", wrap(s.next(), w-len(gutter)-label-1))...)
	for _, d := range t.details() {
		if d[1] != "" {
			lines = append(lines, field(d[0], []string{middle(aws.Clean(d[1]), w-len(gutter)-label-1)})...)
		}
	}
	return lines
}

// next says what happens when the text is taken.
func (s *paste) next() string {
	if s.onlyKept() {
		return "back; the text is kept as evidence"
	}
	q := *s.of
	q.tell(s.heard.Case)
	q = q.understood()
	switch q.lacks() {
	case steps.NoService:
		return "you say which service was called"
	case steps.NoAction:
		return "you say which call was refused"
	case steps.NoResource:
		return "you say on which resource it was refused"
	case steps.NoTarget:
		return "you say what it wants to reach"
	case steps.Nothing:
		return "the walk: " + branchOf(q.Case)
	}
	return ""
}

// branchOf says which branch of the tree is walked for a case.
func branchOf(c steps.Case) string {
	switch c.Symptom {
	case steps.Auth:
		if c.Action == "" {
			return "whose credentials they are"
		}
		return "every policy that decides on " + aws.Clean(c.Action)
	case steps.DNS:
		return "how the name of " + aws.Clean(c.Target) + " is resolved"
	case steps.Timeout:
		return "the packet's way to " + aws.Clean(c.Target)
	case steps.Exec:
		return "all that a session of ECS Exec needs"
	case steps.Start:
		return "all that its start needs"
	}
	return "all of it, to " + aws.Clean(c.Target)
}
