package report

import (
	"fmt"
	"slices"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// Sentence returns the whole diagnosis as one sentence that one would send to a colleague.
func Sentence(r steps.Report) string {
	who, what, say := subjectName(r.Subject), targetName(r.Target), ofPath
	switch {
	case r.Symptom == steps.Exec && len(r.Causes) > 0 && r.Causes[0].Spares:
		say = ofLog
	case r.Symptom == steps.Exec:
		say = ofSession
	case r.Symptom == steps.Start:
		what, say = "start", ofStart
	case aboutCall(r):
		what, say = callName(r), ofCall
	}
	var s string
	switch {
	case len(r.Causes) > 0 && r.Verdict == steps.Inconclusive:
		s = fmt.Sprintf(say.perhaps, who, what) + ": " + r.Causes[0].Summary
	case len(r.Causes) > 0:
		s = fmt.Sprintf(say.wrong, who, what) + ": " + r.Causes[0].Summary
	case r.Verdict == steps.OK:
		s = fmt.Sprintf(say.fine, who, what)
	case aboutCall(r) && r.Call.Action == "":
		s = "Which call of " + who + " was refused is not known"
	default:
		s = fmt.Sprintf(say.unknown, who, what)
		if missing := Missing(r); len(missing) > 0 {
			s += ": " + strings.Join(missing, ", ") + verb(len(missing)) + " not allowed"
		} else if why := reasons(r); len(why) > 0 {
			s += ": " + why[0]
		}
	}
	if n := len(r.Causes) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	if Answered(r) {
		s += "; this rests on your answers"
	}
	return aws.Clean(strings.ToUpper(s[:1]) + s[1:] + ".")
}

// A phrasing is how the outcome of a diagnosis is said, about a subject and what it wanted.
type phrasing struct{ wrong, perhaps, fine, unknown string }

var (
	ofPath = phrasing{"%s does not reach %s", "Whether %s reaches %s is not certain", "On the network nothing stops %s from reaching %s",
		"Whether %s reaches %s is not known"}
	ofCall = phrasing{"%s may not call %s", "Whether %s may call %s is not certain", "No policy that could be read stops %s from calling %s",
		"Whether %s may call %s is not known"}
	ofSession = phrasing{"No session of ECS Exec opens in %[1]s", "Whether a session of ECS Exec opens in %[1]s is not certain",
		"Nothing that could be checked keeps a session of ECS Exec from opening in %[1]s", "Whether a session of ECS Exec opens in %[1]s is not known"}
	ofLog   = phrasing{wrong: "Sessions of ECS Exec open in %[1]s, and their log is lost", perhaps: "Whether the log of ECS Exec's sessions in %[1]s is lost is not certain"}
	ofStart = phrasing{"%s does not %s", "Whether %s can %s is not certain", "Nothing that could be read keeps %s from its %s",
		"Whether %s can %s is not known"}
)

// aboutCall reports whether a diagnosis comes down to permissions rather than to the network.
func aboutCall(r steps.Report) bool {
	return r.Symptom == steps.Auth || r.Verdict == steps.DeniedCall && r.Symptom != steps.Start
}

func callName(r steps.Report) string {
	if r.Call.Action == "" {
		return "what was refused"
	}
	return r.Call.Action
}

func verb(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

func subjectName(s steps.Subject) string {
	switch {
	case s.Service != "":
		return "service " + s.Service
	case s.Task != "":
		return "task " + short(s.Task)
	}
	return "the task"
}

func short(id string) string {
	if len(id) > 8 {
		return id[:8]
	}
	return id
}

func targetName(t steps.Target) string {
	switch {
	case t.Host == "":
		return t.Typed
	case strings.Contains(t.Host, ":"):
		return fmt.Sprintf("[%s]:%d", t.Host, t.Port)
	}
	return fmt.Sprintf("%s:%d", t.Host, t.Port)
}

// Missing returns the IAM actions that were needed and refused, sorted.
func Missing(r steps.Report) []string {
	var all []string
	for _, s := range r.Steps {
		all = append(all, s.Missing...)
		for _, f := range s.Also {
			all = append(all, f.Missing...)
		}
	}
	return aws.SortedActions(all)
}

// reasons returns why steps are unknown that no missing action explains, each reason once.
func reasons(r steps.Report) []string {
	var all []string
	for _, s := range r.Steps {
		why := strings.TrimPrefix(strings.TrimPrefix(s.Summary, "this can't be read: "), "this can't be decided: ")
		if what, because, ok := strings.Cut(why, " is not known: "); ok && strings.HasPrefix(what, "wh") {
			why = because // the sentence says what is not known
		}
		if s.Verdict == steps.Unknown && s.Cause == "" && len(s.Missing) == 0 && !slices.Contains(all, why) {
			all = append(all, why)
		}
	}
	return all
}

// Answered reports whether a verdict rests on what the person answered.
func Answered(r steps.Report) bool {
	for _, s := range r.Steps {
		if s.Answered {
			return true
		}
	}
	return false
}
