package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"fargate-doctor/aws/demo"
	"fargate-doctor/steps"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

// The pages of docs/ that are made from the code.
func TestGeneratedPagesAgreeWithTheCode(t *testing.T) {
	same(t, "docs/policies.md", policiesPage(t))
	tree := treeDrawing(steps.Tree())
	if err := xml.Unmarshal([]byte(tree), new(struct{ XMLName xml.Name })); err != nil {
		t.Errorf("the tree picture is no XML: %v", err)
	}
	same(t, "docs/tree.svg", tree)
	for name, page := range manPages(t) {
		same(t, filepath.Join("docs/man", name), page)
	}
	same(t, "docs/dependencies.md", dependenciesPage(t))
}

// policiesPage lists what each thing that the program can do needs.
func policiesPage(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("# IAM policies\n\nDiagnosing only reads. What acts needs more, and is asked for by name: leave it out, and `--read-only` loses nothing.\n" +
		"`fargate-doctor policy` prints the first, its flags add the others.\n")
	write := func(title string, statements []iamStatement) {
		document, err := json.MarshalIndent(iamPolicy{Version: "2012-10-17", Statement: statements}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n## %s\n\n```json\n%s\n```\n", title, document)
	}
	write("To diagnose", leastPolicy().Statement)
	for _, a := range acts {
		write("`--"+a.flag+"`: "+strings.TrimPrefix(a.usage, "add "), a.statements())
	}
	return b.String()
}

const (
	rowHeight, stepIn, textWidth = 30, 26, 900
	turn                         = 14 // how far apart the arrows at the side run
)

// treeDrawing draws the decision tree: a row for each step, and an arrow at the side where an outcome does not lead to the next row.
func treeDrawing(nodes []steps.Node) string {
	row, depth := map[string]int{}, map[string]int{}
	for i, n := range nodes {
		row[n.ID] = i
		if n.Branch != "" {
			depth[n.ID] = depth[n.Branch] + 1
		}
	}
	type jump struct {
		from, to int
		label    string
	}
	var jumps []jump
	for i, n := range nodes {
		for _, e := range n.Edges {
			to, ok := row[e.To]
			switch {
			case !ok && i+1 < len(nodes):
				jumps = append(jumps, jump{i, -1, cmp.Or(e.Label, "then")})
			case ok && to != i+1:
				jumps = append(jumps, jump{i, to, cmp.Or(e.Label, "then")})
			}
		}
	}
	slices.SortStableFunc(jumps, func(a, b jump) int {
		return cmp.Compare(max(a.to, a.from)-min(a.to, a.from), max(b.to, b.from)-min(b.to, b.from))
	})
	width := textWidth + 40 + turn*len(jumps)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title">`+"\n",
		width, rowHeight*len(nodes)+20, width, rowHeight*len(nodes)+20)
	b.WriteString(`<title id="title">The decision tree of fargate-doctor</title>
<style>
text { font: 13px ui-monospace, monospace; fill: #1f2328 } .id { font-weight: 700 } .ask { fill: #59636e } .label { font-size: 11px; fill: #0550ae }
path { fill: none; stroke: #8c959f } .end { fill: #8c959f } rect { fill: #f6f8fa; stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .ask { fill: #9198a1 } .label { fill: #79c0ff } rect { fill: #151b23; stroke: #3d444d } }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" style="fill:#8c959f"/></marker></defs>
`)
	y := func(i int) int { return 10 + rowHeight*i + rowHeight/2 }
	labels := map[int][]string{}
	for _, j := range jumps {
		if j.to < 0 {
			labels[j.from] = append(labels[j.from], j.label+" → end")
		} else {
			labels[j.from] = append(labels[j.from], j.label+" → "+nodes[j.to].ID)
		}
	}
	for i, n := range nodes {
		x := 10 + stepIn*depth[n.ID]
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4"/>`, x, y(i)-rowHeight/2+2, textWidth-x, rowHeight-4)
		fmt.Fprintf(&b, `<text x="%d" y="%d"><tspan class="id">%s</tspan> <tspan class="ask">%s</tspan></text>`+"\n", x+8, y(i)+4, n.ID, html.EscapeString(n.Ask))
		if i+1 < len(nodes) {
			fmt.Fprintf(&b, `<path d="M%d %dV%d"/>`+"\n", x+4, y(i)+rowHeight/2-2, y(i)+rowHeight/2+2)
		}
	}
	side := 0
	for _, j := range jumps {
		if j.to < 0 {
			continue
		}
		side++
		x := textWidth + 10 + turn*side
		fmt.Fprintf(&b, `<path d="M%d %dH%dV%dH%d" marker-end="url(#head)"><title>%s</title></path>`+"\n", textWidth, y(j.from)+4, x, y(j.to)-4, textWidth+2,
			html.EscapeString(nodes[j.from].ID+": "+j.label+" → "+nodes[j.to].ID))
	}
	for i, all := range labels {
		fmt.Fprintf(&b, `<!-- %s: %s -->`+"\n", nodes[i].ID, html.EscapeString(strings.ReplaceAll(strings.Join(all, "; "), "--", "-")))
	}
	b.WriteString("</svg>\n")
	return sortedComments(b.String())
}

// sortedComments puts the comments at the end in order: they come from a map.
func sortedComments(svg string) string {
	var comments, rest []string
	for _, l := range strings.Split(strings.TrimSuffix(svg, "</svg>\n"), "\n") {
		if strings.HasPrefix(l, "<!--") {
			comments = append(comments, l)
		} else if l != "" {
			rest = append(rest, l)
		}
	}
	slices.Sort(comments)
	return strings.Join(append(rest, comments...), "\n") + "\n</svg>\n"
}

// manPages returns the manual pages of all commands by file name.
func manPages(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	long := time.Date(2025, time.November, 20, 0, 0, 0, 0, time.UTC) // the pages do not change from day to day
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if !c.IsAvailableCommand() && c.HasParent() || c.IsAdditionalHelpTopicCommand() {
			return
		}
		c.DisableAutoGenTag = true
		var b bytes.Buffer
		if err := doc.GenMan(c, &doc.GenManHeader{Section: "1", Source: "fargate-doctor", Manual: "fargate-doctor", Date: &long}, &b); err != nil {
			t.Fatal(err)
		}
		pages[strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"] = b.String()
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit((&program{}).command())
	return pages
}

// licences tells licences by words that only they have.
var licences = []struct {
	name string
	has  *regexp.Regexp
}{
	{"Apache-2.0", regexp.MustCompile(`Apache License\s+Version 2\.0`)},
	{"MPL-2.0", regexp.MustCompile(`Mozilla Public License`)},
	{"MIT", regexp.MustCompile(`Permission is hereby granted, free of charge`)},
	{"BSD-3-Clause", regexp.MustCompile(`Neither the name`)},
	{"BSD-2-Clause", regexp.MustCompile(`Redistribution and use in source and binary forms`)},
	{"ISC", regexp.MustCompile(`Permission to use, copy, modify,? and/?(?:or)? distribute`)},
}

// dependenciesPage lists the modules that the program is built from, each with its licence.
func dependenciesPage(t *testing.T) string {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64") // the page is the same on every machine
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	rows := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(rows)
	rows = slices.Compact(rows)
	var b strings.Builder
	fmt.Fprintf(&b, "# Dependencies\n\nThe program is built from these modules. `go list -deps` names them; tests need some more.\n\n| module | version | licence |\n|---|---|---|\n")
	for _, r := range rows {
		if r == "" {
			continue
		}
		f := strings.Split(r, "\t")
		licence := licenceIn(f[2])
		if licence == "" {
			t.Errorf("%s: no licence that is known", f[0])
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", f[0], f[1], licence)
	}
	return b.String()
}

func licenceIn(dir string) string {
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "COPYING*"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern)) // the pattern is a good one
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				continue
			}
			for _, l := range licences {
				if l.has.Match(text) {
					return l.name
				}
			}
		}
	}
	return ""
}

// documents are the pages that a person reads, but for the list of dependencies, which names other people's things.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = slices.DeleteFunc(pages, func(p string) bool { return p == "docs/dependencies.md" })
	return append(pages, "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
}

// What the documents name is there: files, commands, flags.
func TestWhatTheDocumentsNameExists(t *testing.T) {
	for _, page := range documents(t) {
		text := contents(t, page)
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)\)`).FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links %s, which is not there", page, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`fargate-doctor ([a-z]+)((?: [a-z]+)?)((?: [^\n|;&]*)?)`).FindAllStringSubmatch(text, -1) {
			checkCommand(t, page, m[1], strings.TrimSpace(m[2]), m[3])
		}
	}
}

// Cause codes, steps, IAM actions, demo worlds and flags in running text are there too.
func TestTheWordsOfTheDocumentsExist(t *testing.T) {
	known := map[string]bool{"task.no-free-addresses": true, "task.addresses": true} // the worked example of docs/add-a-step.md
	var areas []string
	for _, c := range steps.Causes() {
		known[c.Code] = true
		area, _, _ := strings.Cut(c.Code, ".")
		areas = append(areas, area)
	}
	for _, n := range steps.Tree() {
		known[n.ID] = true
	}
	for _, w := range demo.Worlds() {
		known["--demo="+w.Name] = true
	}
	var flags func(*cobra.Command)
	flags = func(c *cobra.Command) {
		add := func(f *pflag.Flag) { known["`--"+f.Name] = true }
		c.LocalFlags().VisitAll(add)
		c.PersistentFlags().VisitAll(add)
		for _, sub := range c.Commands() {
			flags(sub)
		}
	}
	flags((&program{}).command())
	known["`--help"], known["--demo="+demoList] = true, true
	action := func(name string) bool { return steps.WorksOn(name, "eu-central-1", "111122223333") != "" }
	allowed := leastPolicy().Statement
	for _, a := range acts {
		allowed = append(allowed, a.statements()...)
	}
	for _, s := range allowed {
		for _, a := range s.Action {
			known[a] = true
		}
	}
	slices.Sort(areas)
	named := regexp.MustCompile(strings.Join([]string{
		`(?:^|[^\w./-])((?:` + strings.Join(slices.Compact(areas), "|") + `)\.[a-z][a-z0-9-]*[a-z])(?:[^\w./(-]|\.\W|$)`, // a cause, a step
		`(?:^|[^\w.-])([a-z][a-z0-9-]+:[A-Z][A-Za-z]+)(?:[^\w*]|$)`,                                                      // an action
		"(--demo=[a-z-]+)", "(`--[a-z-]+)",
	}, "|"))
	found := 0
	for _, page := range documents(t) {
		for _, l := range strings.Split(contents(t, page), "\n") {
			for _, m := range named.FindAllStringSubmatch(l, -1) {
				found++
				if word := strings.Join(m[1:], ""); !known[word] && !action(word) {
					t.Errorf("%s names %s, which there is not:\n%s", page, strings.Trim(word, "`"), l)
				}
			}
		}
	}
	if found < 300 {
		t.Errorf("only %d words were looked at", found)
	}
}

// checkCommand holds one use of the program in a document against its commands and flags.
func checkCommand(t *testing.T, page, name, sub, rest string) {
	root := (&program{}).command()
	root.InitDefaultCompletionCmd()
	c, _, err := root.Find(slices.DeleteFunc([]string{name, sub}, func(s string) bool { return s == "" }))
	if err != nil || c == root {
		return // prose: "fargate-doctor finds …"
	}
	for _, f := range regexp.MustCompile(`--([a-z][a-z-]+)`).FindAllStringSubmatch(strings.SplitN(rest, " -- ", 2)[0], -1) {
		if c.Flags().Lookup(f[1]) == nil && c.InheritedFlags().Lookup(f[1]) == nil && f[1] != "help" {
			t.Errorf("%s uses %s --%s, which there is not", page, c.CommandPath(), f[1])
		}
	}
}
