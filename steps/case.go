package steps

import "fargate-doctor/steps/probe"

// A Case is what the person asks about: the subject, the symptom and the target.
type Case struct {
	Region    string
	Cluster   string // name or ARN
	Task      string // id, ARN or unique prefix; "" when Service or Launch says it
	Service   string // service name; with Task empty its newest task is taken (for Start its last failed one), else what it would launch
	Container string // whose environment is read; "" means the first essential one
	Launch    *Launch
	Symptom   Symptom
	Target    string            // as typed: "sns", "sns.eu-central-1.amazonaws.com", "https://host:8443/x", "10.0.0.5:5432"
	Action    string            // the call that was refused: "sns:Publish"; "" when nobody has said it
	Resource  string            // ARN of what it was refused on; "" when nobody has said it
	Error     string            // what the application printed, as pasted; may be several lines
	Answers   map[string]string // by Question.ID, from the person
	Probes    *probe.Round      // what was seen from inside; nil when nobody has looked

	retried bool // the facts were changed in memory: what failed before no longer tells of them
}

// Launch describes a task that does not exist yet.
type Launch struct {
	Subnets, SecurityGroups []string
	PublicIP                bool
}

// A Symptom is what the person sees (R1).
type Symptom string

const (
	Timeout Symptom = "timeout"
	DNS     Symptom = "dns"
	Auth    Symptom = "auth"
	Exec    Symptom = "exec"
	Start   Symptom = "start"
	Unsure  Symptom = "unsure"
)

// A SymptomInfo is how a Symptom is offered to a person.
type SymptomInfo struct {
	Symptom Symptom
	Title   string // "It times out"
	Looks   string // what they may have seen: `the connection hangs: "connect timed out", "i/o timeout"`
}

// Symptoms lists the symptoms that this program can walk, in the order in which they are offered.
func Symptoms() []SymptomInfo {
	return []SymptomInfo{
		{Timeout, "It times out", `the connection hangs: "connect timed out", "i/o timeout"`},
		{DNS, "The name does not resolve", `"no such host", "getaddrinfo ENOTFOUND"`},
		{Auth, "Access is denied", `"is not authorized to perform", "AccessDenied"`},
		{Start, "The task does not start", `"ResourceInitializationError", "CannotPullContainerError"`},
		{Exec, "ECS Exec does not work", `"TargetNotConnected"`},
		{Unsure, "I am not sure", "look at everything"},
	}
}
