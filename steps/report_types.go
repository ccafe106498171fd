package steps

import (
	"time"

	"fargate-doctor/aws/vpc"
)

// A Report is a whole diagnosis. steps/report turns it into text and JSON.
type Report struct {
	Subject  Subject
	Symptom  Symptom
	Target   Target
	Call     Call // the refused call; zero when none was asked about
	Verdict  Overall
	Causes   []Cause // root cause first; consequences are not repeated here
	Steps    []StepResult
	Needs    []Need         // what the start needs, and how it stands with it; nil for other symptoms
	Trace    vpc.Trace      // the packet's way, for the ribbon; zero when no path was walked
	Resolved vpc.Resolution // what the VPC's resolver answers for the target's name; zero when nobody asked it
	Calls    map[string]int // by operation: "ec2:DescribeSubnets"
	Duration time.Duration
	Runbook  *Runbook // what the AWS runbook found; nil when nobody asked for it
	Probes   *Probed  // what was seen from inside; nil when nobody asked for it
}

// Subject says what was examined.
type Subject struct {
	Account, Region, Cluster, Service, Task, TaskDefinition string
	Address                                                 string // the task's private address
	Captured                                                time.Time
}

// Target is what the task wanted to reach, understood.
type Target struct {
	Typed    string
	Service  string // "sns"; "" when it is no AWS service
	Scheme   string // "https", "http"; "" when the person typed none and the port does not tell
	Host     string // a DNS name or an IP address, without brackets
	Port     uint16
	Protocol string // "tcp", "udp"
}

// Call is the call that was refused, understood.
type Call struct {
	Action    string // "sns:Publish"
	Resource  string // ARN, "*" for an action that has no resource, "" when it is not known
	Principal string // ARN of the role or user whose credentials signed it, "" when that is not known
	Message   string // the line that the application printed, "" when there is none
}

// Overall is the verdict of a whole diagnosis.
type Overall string

const (
	OK            Overall = "ok"
	BlockedPath   Overall = "blocked"       // dropped on the network
	DeniedCall    Overall = "denied"        // refused by a policy
	Misconfigured Overall = "misconfigured" // set up so that it cannot work
	Inconclusive  Overall = "unknown"
)

// A Cause is a named problem.
type Cause struct {
	Code      string
	Resources []string
	Summary   string
	Step      string // id of the step that found it
	Spares    bool   // of ECS Exec: sessions open all the same, and only their log is lost
}

// A StepResult is a step that was walked and what it found.
type StepResult struct {
	ID     string
	Ask    string // the step's question
	Why    string
	Branch string // id of the step this one hangs under, "" on the trunk
	Finding
}
