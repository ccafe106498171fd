package report

import (
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// FileName returns a name for a file that holds the report: fargate-doctor-web-2025-11-20T0307.html. The moment is that of the report,
// in UTC; without one it is left out.
func FileName(r steps.Report, extension string) string {
	name := "fargate-doctor"
	for _, of := range []string{r.Subject.Service, short(aws.ShortName(r.Subject.Task))} {
		if of = strings.Trim(strings.Map(inFileName, of), "-"); of != "" {
			name += "-" + of
			break
		}
	}
	if !r.Subject.Captured.IsZero() {
		name += "-" + r.Subject.Captured.UTC().Format("2006-01-02T1504")
	}
	return name + extension
}

// inFileName keeps what every file system and every shell takes as it is.
func inFileName(c rune) rune {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		return c
	}
	return '-'
}
