package tui

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
	"fargate-doctor/steps/report"
)

// save asks in which format, to which file, and for whose eyes a report is written.
type save struct {
	report  steps.Report
	formats []report.Format
	redact  bool
	picker         // the file's name; rows: the formats
	saved   string // where the report is
	err     error
	exists  string // the file that is there already
}

// saved brings what came of writing a report.
type saved struct {
	by   *save
	file string // as typed
	at   string
	err  error
}

// proposedFormat is the one under the cursor at first: a page that a colleague can open.
const proposedFormat = "html"

func newSave(e *env, r steps.Report) *save {
	s := &save{report: r, formats: report.Formats()}
	at := max(slices.IndexFunc(s.formats, func(f report.Format) bool { return f.Name == proposedFormat }), 0)
	s.picker = newPicker(report.FileName(r, s.formats[at].Extension))
	s.cursor = at
	return s
}

func (*save) title() string     { return "Save the report" }
func (*save) open(*env) tea.Cmd { return nil }
func (*save) close(*env)        {}
func (*save) typing() bool      { return true }

func (s *save) keys(*env) []key.Binding {
	mask, enter := keys.mask, named(keys.enter, "save")
	if s.redact {
		mask = named(mask, "show account ids")
	}
	if s.saved != "" {
		enter = named(keys.enter, "done")
	}
	if s.exists != "" {
		enter = keys.overwrite
	}
	return []key.Binding{enter, bind("↑ ↓", "format", "up", "down"), mask, keys.back}
}

func (s *save) key(e *env, k tea.KeyMsg) tea.Cmd {
	before := s.cursor
	switch {
	case key.Matches(k, keys.back), k.Type == tea.KeyEnter && s.saved != "":
		e.back()
		return nil
	case k.Type == tea.KeyEnter:
		return s.write(e, false)
	case key.Matches(k, keys.overwrite) && s.exists != "":
		return s.write(e, true)
	case key.Matches(k, keys.mask):
		s.redact = !s.redact
		s.saved = ""
		return nil
	case k.Type == tea.KeyUp, k.Type == tea.KeyDown, k.Type == tea.KeyPgUp, k.Type == tea.KeyPgDown:
		s.cursor, _ = scroll(k, s.cursor, len(s.formats), len(s.formats))
		s.rename(s.formats[before].Extension, s.formats[s.cursor].Extension)
	default:
		s.input, _ = s.input.Update(k)
		s.follow()
	}
	s.saved, s.exists, s.err = "", "", nil
	return nil
}

// rename gives the file the extension of another format, where it has that of the one before.
func (s *save) rename(from, to string) {
	if name, ok := strings.CutSuffix(s.input.Value(), from); ok {
		s.input.SetValue(name + to)
		s.input.CursorEnd()
	}
}

// follow chooses the format whose extension is typed.
func (s *save) follow() {
	if i := slices.IndexFunc(s.formats, func(f report.Format) bool { return strings.HasSuffix(s.text(), f.Extension) }); i >= 0 {
		s.cursor = i
	}
}

// write has the report written, outside Update.
func (s *save) write(e *env, overwrite bool) tea.Cmd {
	file, format, r, redact, to := s.text(), s.formats[s.cursor].Name, s.report, s.redact, e.options.Save
	if file == "" {
		e.notice = "type the name of a file"
		return nil
	}
	s.saved, s.exists, s.err = "", "", nil
	return func() tea.Msg {
		text, err := report.Render(r, format)
		if err == nil && redact {
			text, err = report.Redact(r, text)
		}
		if err != nil {
			return saved{s, file, "", err}
		}
		at, err := to(file, text, overwrite)
		return saved{s, file, at, err}
	}
}

func (s *save) receive(_ *env, msg tea.Msg) tea.Cmd {
	done, ok := msg.(saved)
	switch {
	case !ok || done.by != s || done.file != s.text():
	case errors.Is(done.err, fs.ErrExist):
		s.exists = done.file
	case done.err != nil:
		s.err = done.err
	default:
		s.saved = done.at
	}
	return nil
}

func (s *save) view(e *env, w, h int) []string {
	p := e.style
	lines := []string{"", s.field(p, " File  ", w)}
	lines = append(lines, s.state(p, w)...)
	lines = append(lines, "")
	names := 0
	for _, f := range s.formats {
		names = max(names, width(f.Extension))
	}
	lines = s.rows(p, lines, len(s.formats), w, h-2, func(i int) string {
		return pad(s.formats[i].Extension, names) + "  " + s.formats[i].Title
	})
	ids := "Account ids are shown. tab masks them."
	if s.redact {
		ids = "Account ids are masked. tab shows them."
	}
	return append(lines, "", " "+ids)
}

// state says what came of saving, or where the file will be.
func (s *save) state(p palette, w int) []string {
	switch {
	case s.saved != "":
		return remark(p.verdict(steps.Pass), "written to "+aws.Clean(s.saved), w)
	case s.exists != "":
		return remark(p.verdict(steps.Warn), aws.Clean(s.exists)+" is there already; ctrl+o overwrites it, or type another name", w)
	case s.err != nil:
		return remark(p.verdict(steps.Fail), "not written: "+aws.Clean(s.err.Error()), w)
	}
	return []string{p.faint.Render(cut("       in the folder that you started from, unless it begins with / or ~", w))}
}
