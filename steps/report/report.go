// Package report turns a steps.Report into text and JSON, and into the exit status. It is pure; it decides nothing.
package report

import "fargate-doctor/steps"

// Exit statuses that scripts lean on. 1 is the program's own failure and never comes from a report.
const (
	fine         = 0
	problem      = 2
	inconclusive = 3
)

// ExitCode returns the exit status that scripts lean on: 0 nothing wrong found, 2 a problem was found, 3 inconclusive.
func ExitCode(r steps.Report) int {
	switch r.Verdict {
	case steps.OK:
		return fine
	case steps.BlockedPath, steps.DeniedCall, steps.Misconfigured:
		return problem
	}
	return inconclusive
}
