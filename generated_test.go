package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"fargate-doctor/steps"

	diff "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what is generated from the code into README.md and docs/")

// What README and docs say about the tree, the policy and the causes is made from the values that the program runs on.
func TestGeneratedDocumentsAgreeWithTheCode(t *testing.T) {
	readme := contents(t, "README.md")
	readme = section(t, readme, "tree", "```\n"+treePicture(steps.Tree())+"```\n")
	var policy bytes.Buffer
	if err := (&program{out: &policy}).writeJSON(leastPolicy()); err != nil {
		t.Fatal(err)
	}
	readme = section(t, readme, "policy", "```json\n"+policy.String()+"```\n")
	same(t, "README.md", readme)
	same(t, "docs/causes.md", causesPage(steps.Causes()))
}

// section returns text with the part between "<!-- generated: name -->" and "<!-- end -->" replaced.
func section(t *testing.T, text, name, content string) string {
	t.Helper()
	head, rest, ok := strings.Cut(text, "<!-- generated: "+name+" -->\n")
	_, tail, closed := strings.Cut(rest, "<!-- end -->")
	if !ok || !closed {
		t.Fatalf("README.md has no generated section %q", name)
	}
	return head + "<!-- generated: " + name + " -->\n" + content + "<!-- end -->" + tail
}

func same(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := diff.Diff(contents(t, file), want); d != "" {
		t.Errorf("%s does not agree with the code; make generate writes it anew (-file +code):\n%s", file, d)
	}
}

func contents(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !(*update && os.IsNotExist(err)) {
		t.Fatal(err)
	}
	return string(text)
}

func causesPage(causes []steps.Explanation) string {
	var b strings.Builder
	b.WriteString("# Causes\n\nEvery problem that the program can name. A code never changes its meaning. `fargate-doctor explain CODE` prints the same.\n")
	area := ""
	for _, c := range causes {
		if a, _, _ := strings.Cut(c.Code, "."); a != area {
			area = a
			fmt.Fprintf(&b, "\n## %s\n", area)
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n%s%s. %s\n\n", c.Code, strings.ToUpper(c.Title[:1]), c.Title[1:], c.Means)
		for _, row := range []struct{ label, text string }{{"Found when", c.Condition}, {"Evidence", c.Evidence}, {"Mend", c.Mend}} {
			if row.text != "" {
				fmt.Fprintf(&b, "- **%s**: %s\n", row.label, strings.ReplaceAll(row.text, "\n", " "))
			}
		}
		for _, link := range c.Docs {
			fmt.Fprintf(&b, "- <%s>\n", link)
		}
	}
	return b.String()
}

// treePicture draws the decision tree as indented text: each step with its question, and where its outcomes lead when that is not
// simply the next line.
func treePicture(nodes []steps.Node) string {
	depth := map[string]int{}
	var b strings.Builder
	for i, n := range nodes {
		if n.Branch != "" {
			depth[n.ID] = depth[n.Branch] + 1
		}
		indent := strings.Repeat("│  ", depth[n.ID])
		fmt.Fprintf(&b, "%s├─ %s  %s\n", indent, n.ID, n.Ask)
		for _, e := range n.Edges {
			next := i+1 < len(nodes) && nodes[i+1].ID == e.To
			if next && (e.Label == "" || strings.HasPrefix(e.Label, steps.Pass.String())) {
				continue
			}
			fmt.Fprintf(&b, "%s│     %s → %s\n", indent, cmp.Or(e.Label, "then"), cmp.Or(e.To, "end"))
		}
	}
	return b.String()
}
