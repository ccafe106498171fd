package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A destination is where a report goes, and for whose eyes.
type destination struct {
	file   string // "" is stdout
	redact bool
}

func (d *destination) register(f *pflag.FlagSet) {
	f.StringVarP(&d.file, "output", "o", "", "write the report to this file; its extension (.txt, .json, .md, .html) chooses the format")
	f.BoolVar(&d.redact, "redact", false, "mask account ids in the report")
}

// formatFor chooses the format by the file's extension, unless --format says it.
func (s *settings) formatFor(cmd *cobra.Command, to destination) error {
	if to.file == "" || cmd.Flags().Changed("format") {
		return nil
	}
	extension := filepath.Ext(to.file)
	all := report.Formats()
	i := slices.IndexFunc(all, func(f report.Format) bool { return f.Extension == extension })
	if i < 0 {
		return usagef("say --format, or use .txt, .json, .md or .html", "which format has %s?", to.file)
	}
	s.format = all[i].Name
	return nil
}

// rendered returns a report in the format and for the destination that the person chose.
func (p *program) rendered(r steps.Report, to destination) ([]byte, error) {
	text, err := []byte(nil), error(nil)
	if p.onScreen(to) {
		text = []byte(report.Text(r, p.width(), p.color()))
	} else if text, err = report.Render(r, p.set.format); err != nil {
		return nil, err
	}
	if to.redact {
		return report.Redact(r, text)
	}
	return text, nil
}

// renderedPath does for a trace what rendered does for a report.
func (p *program) renderedPath(q report.PathQuestion, t vpc.Trace, to destination) ([]byte, error) {
	text, err := []byte(nil), error(nil)
	if p.onScreen(to) {
		text = []byte(report.PathText(q, t, p.width()))
	} else if text, err = report.RenderPath(q, t, p.set.format); err != nil {
		return nil, err
	}
	if to.redact {
		return report.RedactPath(t, text), nil
	}
	return text, nil
}

// onScreen reports whether text goes to stdout, whose width and colours it then takes.
func (p *program) onScreen(to destination) bool { return to.file == "" && p.set.format == "text" }

// write puts a report where it goes: stdout, or a file that is complete or not there at all, and that only its owner may read.
func (p *program) write(to destination, text []byte) error {
	if to.file == "" {
		_, err := p.out.Write(text)
		return err
	}
	if err := writeFile(to.file, text); err != nil {
		return fmt.Errorf("write report %s: %w", to.file, err)
	}
	fmt.Fprintf(p.err, "%s holds the report\n", to.file)
	return nil
}

// saveReport writes a report where a person at the wizard wants it, and returns where that is. A file that is there already is left alone
// unless it is to be overwritten; the error is fs.ErrExist then.
func saveReport(file string, text []byte, overwrite bool) (string, error) {
	if rest, ok := strings.CutPrefix(file, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		file = filepath.Join(home, rest)
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	if _, err := os.Lstat(file); err == nil && !overwrite {
		return "", &fs.PathError{Op: "write", Path: file, Err: fs.ErrExist}
	}
	return file, writeFile(file, text)
}

func writeFile(path string, text []byte) error {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, text, 0) // a pipe or a device, which is there to be written to; a folder says so
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".report-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // fails after the rename, as it should
	_, err = temporary.Write(text)
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
