package exec

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What a shell makes of a quoted command line is what was quoted, and nothing in it is a parameter to Systems Manager.
func TestQuote(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	character := rapid.SampledFrom([]string{"a", "'", `"`, `\\`, "{", "}", "$", "`", " ", "\n", "*", "#", "ü", ";", "-"})
	word := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(character, 0, 8).Draw(t, "word"), "") })
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 4).Draw(t, "words")
		line := Quote(words)
		if strings.Contains(line, "{{") {
			t.Fatalf("%q becomes %s", words, line)
		}
		out, err := exec.Command(sh, "-c", `for w in `+line+`; do printf '%s\000' "$w"; done`).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !slices.Equal(got, words) {
			t.Fatalf("%q became %q", words, got)
		}
	})
}

// The scripts are one line of plain characters, which every API on the way takes, and no parameter is in them.
func TestScriptsAreOneLine(t *testing.T) {
	for _, script := range []string{wrapper, loop, statusTeller, anyShell} {
		for _, c := range script {
			if c < ' ' || c > '~' {
				t.Errorf("%q is in %s", c, script)
			}
		}
		if strings.Contains(script, "{{") {
			t.Errorf("two braces stand beside each other in %s", script)
		}
	}
}
