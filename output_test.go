package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// The wizard writes where it is told to, for its owner alone, and over nothing that it was not told to write over.
func TestSavedReports(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	file := filepath.Join(home, "report.md")
	save := func(text string, overwrite bool) error {
		t.Helper()
		at, err := saveReport("~/report.md", []byte(text), overwrite)
		if err == nil && at != file {
			t.Errorf("it is said to be at %s, want %s", at, file)
		}
		return err
	}
	if err := save("first", false); err != nil {
		t.Fatal(err)
	}
	if err := save("second", false); !errors.Is(err, fs.ErrExist) || contents(t, file) != "first" {
		t.Errorf("over a file that is there: %v, and it holds %q", err, contents(t, file))
	}
	if err := save("third", true); err != nil || contents(t, file) != "third" {
		t.Errorf("when told to: %v, and it holds %q", err, contents(t, file))
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(home); err != nil || len(left) != 1 {
		t.Errorf("beside it there is more: %v, %v", left, err)
	}
}
