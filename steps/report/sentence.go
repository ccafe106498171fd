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
	who, where := subjectName(r.Subject), targetName(r.Target)
	var s string
	switch {
	case len(r.Causes) > 0 && r.Verdict == steps.Inconclusive:
		s = fmt.Sprintf("Whether %s reaches %s is not certain: %s", who, where, r.Causes[0].Summary)
	case len(r.Causes) > 0:
		s = fmt.Sprintf("%s does not reach %s: %s", who, where, r.Causes[0].Summary)
	case r.Verdict == steps.OK:
		s = fmt.Sprintf("On the network nothing stops %s from reaching %s", who, where)
	default:
		s = fmt.Sprintf("Whether %s reaches %s is not known", who, where)
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

// reasons returns why steps are unknown, each reason once.
func reasons(r steps.Report) []string {
	var all []string
	for _, s := range r.Steps {
		why := strings.TrimPrefix(strings.TrimPrefix(s.Summary, "this can't be read: "), "this can't be decided: ")
		if s.Verdict == steps.Unknown && s.Cause == "" && !slices.Contains(all, why) {
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
