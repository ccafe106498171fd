package steps

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fargate-doctor/steps/symptom"
)

// Understand fills in what a case leaves open and its error text says: the symptom (R1), the target, the refused call and its resource.
// A call also tells the target, which is the service that was called. What the person has said stays as it is.
func Understand(c Case) Case {
	heard := c.heard()
	if c.Symptom == "" {
		c.Symptom = symptomOf(heard)
	}
	if c.Symptom == Exec { // the agent's way is the one that counts, and what it calls is known
		c.Action, c.Resource, c.Target = "", "", execService
		return c
	}
	if c.Symptom == Start { // what was dialled or called is Fargate's business; the start's needs say it
		return c
	}
	if c.Action == "" {
		c.Action = actionOf(heard)
	}
	if c.Resource == "" && strings.HasPrefix(heard.Resource, "arn:") && heard.Action != "" {
		c.Resource = heard.Resource
	}
	if c.Target == "" && heard.Host != "" {
		c.Target = heard.Host
		if heard.Port != 0 {
			c.Target += ":" + strconv.Itoa(int(heard.Port))
			if strings.Contains(heard.Host, ":") {
				c.Target = "[" + heard.Host + "]:" + strconv.Itoa(int(heard.Port))
			}
		}
	}
	if c.Target == "" {
		c.Target = targetOfAction(c.Action)
	}
	return c
}

// heard is what the error text says; the zero Reading when there is none. Stopped reasons of ECS quote what services answer, and are
// read as a whole.
func (c Case) heard() symptom.Reading {
	if c.Error == "" {
		return symptom.Reading{}
	}
	heard := symptom.Read(c.Error)
	if c.Symptom == Start || c.Symptom == "" && ofECS.MatchString(c.Error) || heard.Class == symptom.ClassOther && heard.Symptom() == "" {
		if stopped := symptom.ReadStopped(c.Error); stopped.Class != symptom.ClassOther {
			return stopped
		}
	}
	return heard
}

// ofECS are the names of errors that only ECS prints.
var ofECS = regexp.MustCompile(`ResourceInitializationError|Fetching secret data from|CannotPull[A-Za-z]+Error|CannotStartContainerError|CannotCreateContainerError|TaskFailedToStart`)

// actionOf returns the IAM action of a refused call, as the service authorization reference spells it. SDKs print the API operation alone; its service is then the one that was called.
func actionOf(heard symptom.Reading) string {
	if heard.Action == "" || strings.Contains(heard.Action, ":") {
		return spelled(heard.Action)
	}
	if prefix := actionPrefix(heard.Service); prefix != "" {
		return prefix + ":" + heard.Action
	}
	return ""
}

// Told returns the case with what an error text tells, said, for answers. A text that tells of no failure is kept as evidence alone.
func (c Case) Told(said Case) Case {
	c.Error = said.Error
	if said.Symptom != "" {
		c.Symptom, c.Action, c.Resource = said.Symptom, said.Action, said.Resource
		c.Target = cmp.Or(said.Target, c.Target)
	}
	return c
}

// codesOf lists the causes that an error text of a policy type tells of.
var codesOf = map[symptom.Policy][]string{
	symptom.PolicyIdentity: {"iam.identity-not-allowed", "iam.identity-explicit-deny", "iam.wrong-role"},
	symptom.PolicyResource: {"iam.resource-policy-denied"},
	symptom.PolicyBoundary: {"iam.boundary-denied"},
	symptom.PolicySCP:      {"iam.scp-denied"},
	symptom.PolicyRCP:      {"iam.rcp-denied"},
	symptom.PolicySession:  {"iam.session-denied"},
	symptom.PolicyEndpoint: {"iam.endpoint-policy-denied"},
	symptom.PolicyTrust:    {"iam.role-not-assumable"},
}

// foremost puts the cause first that the error text names (R16): the others refuse the call as well, and the service named this one.
func foremost(c Case, causes []Cause) []Cause {
	told := codesOf[c.heard().Policy]
	if c.Symptom == Exec {
		told = []string{c.sessionError().cause}
	}
	sorted := slices.Clone(causes)
	slices.SortStableFunc(sorted, func(a, b Cause) int {
		named := func(c Cause) int {
			if slices.Contains(told, c.Code) {
				return 0
			}
			return 1
		}
		return cmp.Compare(named(a), named(b))
	})
	return sorted
}
