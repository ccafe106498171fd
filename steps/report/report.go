// Package report turns a steps.Report, and the trace of one packet, into text, JSON, Markdown and a page for a browser, and into the exit
// status. It is pure; it decides nothing.
package report

import (
	"fmt"

	"fargate-doctor/aws"
	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
)

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

// A Format is a form that reports are written in.
type Format struct {
	Name      string // "markdown", as --format takes it
	Extension string // ".md", of files that hold it
	Title     string // what a person is offered: "Markdown, for a ticket or a chat"

	report func(steps.Report) ([]byte, error)
	path   func(PathQuestion, vpc.Trace) ([]byte, error)
}

// paper is how many columns text has where no terminal says it.
const paper = 100

var formats = []Format{
	{"text", ".txt", "Text, as on the terminal",
		func(r steps.Report) ([]byte, error) { return []byte(Text(r, paper, false)), nil },
		func(q PathQuestion, t vpc.Trace) ([]byte, error) { return []byte(PathText(q, t, paper)), nil }},
	{"json", ".json", "JSON, for programs",
		JSON,
		func(_ PathQuestion, t vpc.Trace) ([]byte, error) { return append(PathJSON(t), '\n'), nil }},
	{"markdown", ".md", "Markdown, for a ticket or a chat",
		func(r steps.Report) ([]byte, error) { return markdown(viewOf(r)), nil },
		func(q PathQuestion, t vpc.Trace) ([]byte, error) { return markdown(pathView(q, t)), nil }},
	{"html", ".html", "A page for the browser, and for paper",
		func(r steps.Report) ([]byte, error) { return html(viewOf(r)) },
		func(q PathQuestion, t vpc.Trace) ([]byte, error) { return html(pathView(q, t)) }},
}

// Formats lists the forms that reports are written in.
func Formats() []Format { return append([]Format(nil), formats...) }

// Render returns the report in the format of that name, with a final newline.
func Render(r steps.Report, format string) ([]byte, error) {
	f, err := formatNamed(format)
	if err != nil {
		return nil, err
	}
	return f.report(r)
}

// RenderPath returns the trace in the format of that name, with a final newline.
func RenderPath(q PathQuestion, t vpc.Trace, format string) ([]byte, error) {
	f, err := formatNamed(format)
	if err != nil {
		return nil, err
	}
	return f.path(q, t)
}

func formatNamed(name string) (Format, error) {
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("report: no format is called %q", name)
}

// Redact masks the account ids in what was made of the report. The same id has the same mask in every format.
func Redact(r steps.Report, rendered []byte) ([]byte, error) {
	order, err := JSON(r)
	return redact(order, rendered), err
}

// RedactPath masks the account ids in what was made of the trace. The same id has the same mask in every format.
func RedactPath(t vpc.Trace, rendered []byte) []byte { return redact(PathJSON(t), rendered) }

// redact gives masks to account ids in the order of one text, and masks those in another.
func redact(order, text []byte) []byte {
	var r aws.Redactor
	r.Redact(order)
	return r.Redact(text)
}
