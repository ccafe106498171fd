package main

import (
	"slices"
	"strings"
	"time"

	"fargate-doctor/steps/report"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// settings are the global flags.
type settings struct {
	profile, region, endpoint string
	demo, snapshot            string
	format, logFile           string
	readOnly, noColor, plain  bool
	timeout                   time.Duration
}

// plainFormats are the formats of commands that write no report.
var plainFormats = []string{"text", "json"}

// reportFormats are the formats of commands that write a report.
func reportFormats() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// writesReports marks the commands that take every format.
var writesReports = map[string]string{"writes": "reports"}

func formatsOf(cmd *cobra.Command) []string {
	if cmd.Annotations["writes"] == writesReports["writes"] {
		return reportFormats()
	}
	return plainFormats
}

func (s *settings) register(f *pflag.FlagSet) {
	f.StringVar(&s.profile, "profile", "", "AWS profile (default: the AWS environment's)")
	f.StringVar(&s.region, "region", "", "AWS region (default: the profile's)")
	f.StringVar(&s.endpoint, "endpoint-url", "", "send every AWS call to this URL")
	f.StringVar(&s.demo, "demo", "", "use an embedded demo world; --demo=list lists them")
	f.Lookup("demo").NoOptDefVal = demoDefault
	f.StringVar(&s.snapshot, "snapshot", "", "use a recorded snapshot: a folder, .zip or .tar.gz")
	f.BoolVar(&s.readOnly, "read-only", false, "take every action that changes something out of the program")
	f.StringVar(&s.format, "format", "text", "output: "+strings.Join(reportFormats(), ", ")+"; markdown and html of diagnose and path")
	f.BoolVar(&s.noColor, "no-color", false, "no colour (NO_COLOR and TERM=dumb do the same)")
	f.BoolVar(&s.plain, "plain", false, "the wizard line by line, for screen readers and scripts (TERM=dumb does the same)")
	f.StringVar(&s.logFile, "log-file", "", "append one line for each AWS call to this file")
	f.DurationVar(&s.timeout, "timeout", 2*time.Minute, "give up after this long (commands other than the wizard)")
}

// check refuses what can't be meant.
func (s *settings) check(cmd *cobra.Command) error {
	if known := formatsOf(cmd); !slices.Contains(known, s.format) {
		return usagef("use "+quoted(known), "%s does not know --format %s", cmd.Name(), s.format)
	}
	if s.demo != "" && s.snapshot != "" {
		return usagef("leave one of them out", "--demo and --snapshot exclude each other")
	}
	if s.timeout <= 0 {
		return usagef("for example --timeout 90s", "--timeout %s is not a time to wait", s.timeout)
	}
	return nil
}
