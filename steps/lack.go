package steps

import (
	"regexp"
	"strings"

	"fargate-doctor/steps/symptom"
)

// A Lack is what has to be asked before a case can be walked.
type Lack int

// The lacks, in the order in which a person is asked.
const (
	Nothing Lack = iota
	NoCluster
	NoSubject // neither task nor service
	NoSymptom
	NoTarget
	NoService  // of those that refuse calls
	NoAction   // which call was refused
	NoResource // on what it was refused
)

// Lacks returns what has to be asked next. What the person has said not to know is not asked again. When the error is about credentials,
// no call is asked about.
func Lacks(c Case, unknownAction, unknownResource bool) Lack {
	switch {
	case c.Cluster == "" && c.Launch == nil:
		return NoCluster
	case c.Task == "" && c.Service == "" && c.Launch == nil:
		return NoSubject
	case c.Symptom == "":
		return NoSymptom
	case c.Symptom == Auth:
		return lacksOfCall(c, unknownAction, unknownResource)
	case c.Target == "" && c.Symptom != Exec && c.Symptom != Start: // what the Exec agent dials, and a start needs, is known
		return NoTarget
	}
	return Nothing
}

func lacksOfCall(c Case, unknownAction, unknownResource bool) Lack {
	switch {
	case c.Action != "" && c.Resource == "" && !unknownResource && WorksOn(c.Action, "", "") != "*":
		return NoResource
	case c.Action != "" || unknownAction || c.Error != "" && symptom.Read(c.Error).Class.AboutCredentials():
		return Nothing
	case c.Target == "":
		return NoService
	}
	return NoAction
}

// taskForm is what a task's id or ARN looks like, or the beginning of an id.
var taskForm = regexp.MustCompile(`^(arn:.*:task/.*|[0-9a-f]{6,}[0-9a-f-]*)$`)

// SubjectNamed returns the task or the service that a typed name means: what looks like no task is a service.
func SubjectNamed(typed string) (task, service string) {
	if taskForm.MatchString(typed) {
		return typed, ""
	}
	return "", typed
}

// WorksOn returns the form of the ARN that an action works on, "*" when it has none, "" when the form is not known.
func WorksOn(action, region, account string) string {
	for _, c := range Calls(Understand(Case{Action: action}).Target, region, account) {
		if strings.EqualFold(c.Action, action) {
			return c.Resource
		}
	}
	return ""
}
