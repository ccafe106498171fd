// Package report turns a steps.Report into text and JSON, and into the exit status. It is pure; it decides nothing.
package report

import "fargate-doctor/steps"

// ExitCode returns the exit status that scripts lean on: 0 nothing wrong found, 2 a problem was found, 3 inconclusive.
func ExitCode(r steps.Report) int { return 3 }

// JSON returns the report in the shape that the data contract promises (schema 1), indented, with a final newline. Lists are
// never null.
func JSON(r steps.Report) ([]byte, error) { return nil, nil }

// Text returns the report as a person would paste it to a colleague, wrapped to width columns (at least 40); color adds ANSI colours.
func Text(r steps.Report, width int, color bool) string { return "" }
