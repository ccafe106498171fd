package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "fargate-doctor"

// mayImport lists, for each package of the module, the packages of the module that it may import: main → tui → steps → aws.
var mayImport = map[string][]string{
	"":               {"aws", "aws/debug", "aws/demo", "aws/exec", "aws/live", "aws/read", "aws/runbook", "aws/snapshot", "aws/vpc", "tui/demoshell", "steps", "steps/probe", "steps/report", "steps/symptom", "tui", "tui/acting", "tui/background", "tui/plain"},
	"aws":            {},
	"aws/vpc":        {"aws"},
	"aws/iam":        {"aws"},
	"aws/read":       {"aws", "aws/vpc"},
	"aws/live":       {"aws"},
	"aws/exec":       {"aws"},
	"aws/debug":      {"aws", "aws/read"},
	"aws/runbook":    {"aws"},
	"aws/snapshot":   {"aws"},
	"aws/demo":       {"aws", "aws/read", "aws/snapshot"},
	"tui/demoshell":  {"aws", "aws/vpc", "steps"},
	"steps/symptom":  {"aws"},
	"tui":            {"aws", "aws/debug", "aws/read", "aws/vpc", "steps", "steps/probe", "steps/report", "steps/symptom", "tui/acting"},
	"steps":          {"aws", "aws/iam", "aws/read", "aws/vpc", "steps/probe", "steps/symptom"},
	"steps/report":   {"aws", "aws/vpc", "steps", "steps/probe"},
	"steps/probe":    {"aws", "steps/symptom"},
	"tui/background": {},
	"tui/acting":     {"aws", "aws/debug", "steps", "steps/probe"},
	"tui/plain":      {"aws", "aws/debug", "aws/read", "steps", "steps/probe", "steps/report", "steps/symptom", "tui/acting"},
}

// testSupport packages are imported by tests only, so that they may import what tests may.
var testSupport = []string{"aws/live/livetest", "aws/exec/exectest", "aws/runbook/runbooktest", "aws/demo/demotest"}

// pure packages take values and return values: no I/O and no clock.
var pure = []string{"aws", "aws/vpc", "aws/iam", "aws/read", "steps", "steps/report", "steps/symptom", "steps/probe"}

var banned = []string{"os", "os/exec", "net", "net/http", "log", "math/rand", "syscall"}

// only names the packages that alone may import modules whose path begins with the key.
var only = map[string][]string{
	"github.com/aws/":          {"aws/live"},
	"github.com/charmbracelet": {"tui", "tui/background"},
	"github.com/coder/":        {"aws/exec"},
	"github.com/spf13/":        {""},
}

// The picture of the house in docs/architecture.md has every package but those for tests.
func TestTheArchitectureShowsEveryPackage(t *testing.T) {
	picture, _, found := strings.Cut(contents(t, "docs/architecture.md"), "Imports go one way")
	if !found {
		t.Fatal("docs/architecture.md has no picture of the packages")
	}
	for pkg := range mayImport {
		if pkg != "" && !strings.Contains(picture, "─ "+path.Base(pkg)+" ") {
			t.Errorf("%s is not in the picture", pkg)
		}
	}
}

func TestImportsGoOneWay(t *testing.T) {
	seen := 0
	for file, imports := range sourceFiles(t) {
		pkg := path.Dir(file)
		if pkg == "." {
			pkg = ""
		}
		if slices.Contains(testSupport, pkg) {
			continue
		}
		seen++
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("%s: package %q has no place in the house; give it one in mayImport", file, pkg)
			continue
		}
		for _, imp := range imports {
			if own, ok := strings.CutPrefix(imp, module+"/"); ok && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s, which package %q may not", file, imp, pkg)
			}
			if slices.Contains(pure, pkg) && slices.Contains(banned, imp) {
				t.Errorf("%s imports %s; package %q is pure", file, imp, pkg)
			}
			for prefix, owners := range only {
				if strings.HasPrefix(imp, prefix) && !slices.Contains(owners, pkg) {
					t.Errorf("%s imports %s, which only %v may", file, imp, owners)
				}
			}
		}
	}
	if seen < 20 {
		t.Fatalf("only %d source files were found", seen)
	}
}

// The packages that judge get the time from outside.
func TestPurePackagesDoNotAskTheClock(t *testing.T) {
	for file := range sourceFiles(t) {
		if !slices.Contains(pure, path.Dir(file)) {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range selectors(tree) {
			if name == "time.Now" || name == "time.Since" {
				t.Errorf("%s calls %s", file, name)
			}
		}
	}
}

// sourceFiles returns the imports of every non-test Go file of the module, by slash-separated path.
func sourceFiles(t *testing.T) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && name != ".") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		imports := []string{}
		for _, spec := range tree.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			imports = append(imports, p)
		}
		files[filepath.ToSlash(name)] = imports
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// selectors returns every "package.Name" that a file mentions.
func selectors(file *ast.File) []string {
	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				names = append(names, x.Name+"."+s.Sel.Name)
			}
		}
		return true
	})
	return names
}
