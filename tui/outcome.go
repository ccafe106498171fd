package tui

import (
	"maps"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"
)

// outcome is what came of the walk in one clause.
func (s *walk) outcome() string {
	r := s.report
	switch {
	case len(r.Causes) > 0:
		return r.Causes[0].Summary
	case r.Verdict == steps.OK && slices.ContainsFunc(r.Steps, func(s steps.StepResult) bool { return s.Answered }):
		return "nothing that could be read stands in the way, and what could not is as you said"
	case r.Verdict == steps.OK:
		return "nothing that could be read stands in the way"
	}
	if n := len(s.unread()); n > 0 {
		return count(n, "step") + " could not be decided"
	}
	return "not every step could be decided"
}

// unread returns the steps that could not be decided.
func (s *walk) unread() []steps.StepResult {
	var out []steps.StepResult
	for _, r := range s.report.Steps {
		if r.Verdict == steps.Unknown {
			out = append(out, r)
		}
	}
	return out
}

// unreadInShort says why steps could not be decided, each reason once.
func (s *walk) unreadInShort() []string {
	var reasons []string
	times := map[string]int{}
	for _, r := range s.unread() {
		if slices.ContainsFunc(s.report.Causes, func(c steps.Cause) bool { return c.Step == r.ID }) {
			continue // told among the causes
		}
		reason := capital(r.Summary)
		if times[reason] == 0 {
			reasons = append(reasons, reason)
		}
		times[reason]++
	}
	for i, r := range reasons {
		if n := times[r]; n > 1 {
			reasons[i] += " (" + count(n, "step") + ")"
		}
	}
	return reasons
}

// besides counts what the end line has no room for.
func (s *walk) besides() string {
	var parts []string
	if n := len(s.report.Causes) - 1; n > 0 {
		parts = append(parts, count(n, "more cause"))
	}
	if n := len(s.warnings()); n > 0 {
		parts = append(parts, count(n, "warning"))
	}
	if n := len(s.unread()); n > 0 && len(s.report.Causes) > 0 {
		parts = append(parts, count(n, "step")+" could not be decided")
	}
	if actions := report.Missing(*s.report); len(actions) > 0 {
		parts = append(parts, "not allowed: "+strings.Join(actions, ", "))
	}
	if n := len(report.Questions(*s.report, s.theCase.Answers)); n > 0 {
		parts = append(parts, count(n, "question")+" for you")
	}
	return strings.Join(parts, " · ")
}

// warnings returns the steps that are worth knowing and not the cause.
func (s *walk) warnings() []steps.StepResult {
	var out []steps.StepResult
	for _, r := range s.report.Steps {
		if r.Verdict == steps.Warn {
			out = append(out, r)
		}
	}
	return out
}

// said returns what the person answered, as "question: answer".
func (s *walk) said() []string {
	var out []string
	for _, id := range slices.Sorted(maps.Keys(s.theCase.Answers)) {
		out = append(out, id+": "+s.theCase.Answers[id])
	}
	return out
}

// who names the subject as a colleague would look for it.
func (s *walk) who() string {
	of := s.report.Subject
	who, where := of.Service, []string{}
	if of.Task != "" {
		where = append(where, "task "+shortID(of.Task))
	}
	if of.Cluster != "" {
		where = append(where, "cluster "+aws.ShortName(of.Cluster))
	}
	if of.Region != "" {
		where = append(where, of.Region)
	}
	if who == "" {
		who = "the task"
	}
	if len(where) == 0 {
		return who
	}
	return who + " (" + strings.Join(where, ", ") + ")"
}

// telling is the one sentence that one would send to a colleague, without its full stop.
func (s *walk) telling() string {
	who, to := s.who(), destination(s.report.Target)
	claims := map[steps.Overall]string{
		steps.OK:           who + " should reach " + to,
		steps.Inconclusive: "It is not certain whether " + who + " can reach " + to,
	}
	claim := who + " can't reach " + to
	switch {
	case s.aboutStart():
		claims[steps.OK] = "Nothing that could be read keeps " + who + " from its start"
		claims[steps.Inconclusive] = "It is not certain whether " + who + " can start"
		claim = who + " does not start"
	case s.aboutSession():
		claims[steps.OK] = "Nothing that could be checked keeps a session of ECS Exec from opening in " + who
		claims[steps.Inconclusive] = "It is not certain whether a session of ECS Exec opens in " + who
		claim = "No session of ECS Exec opens in " + who
		if c := s.report.Causes; len(c) > 0 && c[0].Spares {
			claim = "Sessions of ECS Exec open in " + who + ", and their log is lost"
		}
	case s.aboutCall():
		claims[steps.OK] = "Nothing stops " + who + " from calling " + s.call()
		claims[steps.Inconclusive] = "It is not certain whether " + who + " may call " + s.call()
		claim = who + " can't call " + s.call()
	}
	if said, ok := claims[s.report.Verdict]; ok {
		claim = said
	}
	return aws.Clean(claim + ": " + s.outcome())
}

// message is what y copies: the sentence, and the command that mends it.
func (s *walk) message() string {
	text := s.telling() + "."
	if f, ok := s.rootFix(); ok {
		text += " Fix: " + oneLine(f.Command)
	}
	return text
}
