package plain

import (
	"context"
	"errors"
	"io/fs"

	"fargate-doctor/steps/report"
)

// save writes the report to a file. It overwrites nothing without being told to.
func (w *walk) save(ctx context.Context) error {
	c, r := w.conversation, *w.last
	m := menu{ask: "In which format?", suggest: 0}
	formats := report.Formats()
	for _, f := range formats {
		m.choices = append(m.choices, choice{f.Title, []string{f.Name, f.Extension}})
	}
	i, _, err := c.choose(ctx, m)
	if err != nil {
		return err
	}
	mask, err := c.yes(ctx, "Mask account ids?")
	if err != nil {
		return err
	}
	text, err := report.Render(r, formats[i].Name)
	if err == nil && mask {
		text, err = report.Redact(r, text)
	}
	if err != nil {
		return c.failed(ctx, "Not written", err)
	}
	proposed := report.FileName(r, formats[i].Extension)
	for overwrite := false; ; {
		name := proposed
		if !overwrite {
			c.say("")
			if name, err = c.answer(ctx, "To which file? An empty line takes "+proposed+":"); err != nil {
				return err
			}
			if name == "" {
				name = proposed
			}
		}
		at, err := c.Save(name, text, overwrite)
		switch {
		case err == nil:
			c.say("Written to %s", at)
			return nil
		case !errors.Is(err, fs.ErrExist) || overwrite:
			c.say("Not written: %s", err)
			overwrite = false
		default:
			proposed = name
			if overwrite, err = c.yes(ctx, name+" is there already. Overwrite it?"); err != nil {
				return err
			}
		}
	}
}
