package steps

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestEveryCauseIsExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range Causes() {
		if seen[e.Code] {
			t.Errorf("%s is there twice", e.Code)
		}
		seen[e.Code] = true
		if !codeForm.MatchString(e.Code) {
			t.Errorf("%q is no code", e.Code)
		}
		for name, text := range map[string]string{"title": e.Title, "meaning": e.Means, "condition": e.Condition, "evidence": e.Evidence, "mend": e.Mend} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", e.Code, name)
			}
		}
		if strings.HasSuffix(e.Title, ".") {
			t.Errorf("%s: a title is part of a sentence: %q", e.Code, e.Title)
		}
		if len(e.Docs) == 0 {
			t.Errorf("%s links no document", e.Code)
		}
		if found, ok := Explain(e.Code); !ok || found.Code != e.Code {
			t.Errorf("Explain(%s) finds %q, %v", e.Code, found.Code, ok)
		}
	}
	if _, ok := Explain("route.no-such-cause"); ok {
		t.Error("a code that does not exist is explained")
	}
}

var codeForm = regexp.MustCompile(`^(task|ecs|sg|nacl|route|endpoint|dns|target|proxy|iam|kms|image|secret|file|logs|efs|start|exec|probe)\.[a-z0-9]+(-[a-z0-9]+)*$`)

// The sources say which codes can be emitted: constants of aws/vpc, and string literals of the steps that are not ids.
func TestTheCatalogueHoldsWhatIsEmittedAndNothingElse(t *testing.T) {
	emitted := map[string]bool{}
	for _, code := range literals(t, "../aws/vpc/code.go") {
		emitted[code] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	steps := index(tree)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "causes_") || file == "runbook_area.go" { // the last compares causes and emits none
			continue
		}
		for _, code := range literals(t, file) {
			if _, isStep := steps[code]; !isStep || isCause(code) {
				emitted[code] = true
			}
		}
	}
	for code := range emitted {
		if !isCause(code) {
			t.Errorf("%s is emitted and not in the catalogue", code)
		}
	}
	for _, e := range Causes() {
		if !emitted[e.Code] {
			t.Errorf("%s is in the catalogue and never emitted", e.Code)
		}
	}
}

func isCause(code string) bool {
	_, ok := Explain(code)
	return ok
}

// literals returns the string literals of a Go file that have the form of a code.
func literals(t *testing.T, file string) []string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && codeForm.MatchString(s) {
				out = append(out, s)
			}
		}
		return true
	})
	slices.Sort(out)
	return slices.Compact(out)
}
