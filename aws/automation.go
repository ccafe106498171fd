package aws

import "time"

// TroubleshootRunbook is the runbook of AWS Support that examines why a task failed to start.
// https://docs.aws.amazon.com/systems-manager-automation-runbooks/latest/userguide/automation-aws-troubleshootecstaskfailedtostart.html
const TroubleshootRunbook = "AWSSupport-TroubleshootECSTaskFailedToStart"

// A RunbookRequest says which failed task TroubleshootRunbook is to examine.
type RunbookRequest struct {
	Cluster string // name or ARN
	Task    string // id or ARN
	Role    string // ARN of the role that Automation assumes; "" means the caller's own permissions
}

// A StartRequest asks Systems Manager Automation to run a runbook.
type StartRequest struct {
	Document   string
	Parameters map[string][]string
	Token      string // a UUID; Systems Manager starts at most one run for it
	Tags       map[string]string
}

// An Execution is one run of a runbook in Systems Manager Automation, as far as it has come. See "AutomationExecution" in the AWS Systems
// Manager API Reference.
type Execution struct {
	ID         string
	Document   string
	Status     ExecutionStatus
	Parameters map[string][]string
	Started    time.Time // zero when that is not known
	Ended      time.Time // zero until then
	Failure    string
	Steps      []ExecutionStep // in order; those to come are Pending
	More       bool            // Steps is not all of them
	Outputs    map[string][]string
}

// Sleeping reports whether the run waits in a step that does nothing else.
func (x Execution) Sleeping() bool {
	for _, s := range x.Steps {
		if s.Action == "aws:sleep" && s.Status == ExecutionInProgress {
			return true
		}
	}
	return false
}

// Leftovers says what a run of TroubleshootRunbook may have left in the account, "" when it can have left nothing: a run removes what it
// made, unless it is ended before it can.
func (x Execution) Leftovers() string {
	begun := 0
	for _, s := range x.Steps {
		if s.Status != ExecutionPending {
			begun++
		}
	}
	cut := x.Status == ExecutionCancelling || x.Status.Over() && !x.Status.Succeeded()
	if x.ID == "" || !cut || len(x.Steps) > 0 && begun < 2 { // the first step checks permissions
		return ""
	}
	return "look for what the run may have left: a Lambda function and its network interface, and the role NetworkToolSSMRunbookExecution" + x.ID
}

// An ExecutionStep is one step of a run.
type ExecutionStep struct {
	Number  int // in the run, from 1
	Name    string
	Action  string // "aws:executeScript"
	Status  ExecutionStatus
	Started time.Time // zero until then
	Ended   time.Time // zero until then
	Failure string
	Stage   string // of a failure: "Invocation"
	Type    string // of a failure: "Permission"
	Details []string
	Outputs map[string][]string
}

// ExecutionStatus is the status of a run or of a step, as the API spells it. One that is not listed here has not ended.
type ExecutionStatus string

const (
	ExecutionPending    ExecutionStatus = "Pending"
	ExecutionInProgress ExecutionStatus = "InProgress"
	ExecutionWaiting    ExecutionStatus = "Waiting"
	ExecutionSuccess    ExecutionStatus = "Success"
	ExecutionTimedOut   ExecutionStatus = "TimedOut"
	ExecutionCancelling ExecutionStatus = "Cancelling"
	ExecutionCancelled  ExecutionStatus = "Cancelled"
	ExecutionFailed     ExecutionStatus = "Failed"
)

// endings are the statuses after which nothing happens, and whether they are good ones.
var endings = map[ExecutionStatus]bool{
	ExecutionSuccess: true, "CompletedWithSuccess": true,
	ExecutionTimedOut: false, ExecutionCancelled: false, ExecutionFailed: false, "CompletedWithFailure": false, "Rejected": false,
	"ChangeCalendarOverrideRejected": false, "Exited": false,
}

// Over reports whether nothing happens any more.
func (s ExecutionStatus) Over() bool { _, over := endings[s]; return over }

// Succeeded reports whether the run or the step ended well.
func (s ExecutionStatus) Succeeded() bool { return endings[s] }

// A RunbookEvent tells how far a run has come. A run can be shown from the events alone.
type RunbookEvent struct {
	Execution Execution       // its ID is set in every event after the start
	Found     bool            // it ran already when it was looked for
	Changed   []ExecutionStep // those whose status is another than in the event before
	Step      int             // the step that is at work, from 1; 0 before the first
	Steps     int             // how many there are; 0 when that is not known
	Note      string          // a sentence about the watching itself, when there is something to say
}
