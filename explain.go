package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"fargate-doctor/steps"

	"github.com/spf13/cobra"
)

func (p *program) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [CODE]",
		Short: "What a cause code means, how it is found, how it is mended; without a code, the list",
		Example: `  fargate-doctor explain
  fargate-doctor explain endpoint.sg-ingress-denied`,
		Args: cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var codes []string
			for _, e := range steps.Causes() {
				codes = append(codes, e.Code+"\t"+e.Title)
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return p.listCauses()
			}
			e, ok := steps.Explain(args[0])
			if !ok {
				return usagef("fargate-doctor explain lists all codes"+nearest(args[0]), "no cause has the code %q", args[0])
			}
			return p.explain(e)
		},
	}
}

func (p *program) explain(e steps.Explanation) error {
	if p.set.format == "json" {
		return p.writeJSON(e)
	}
	fmt.Fprintf(p.out, "%s: %s\n", e.Code, e.Title)
	for _, part := range []struct{ label, text string }{
		{"Means", e.Means}, {"Found when", e.Condition}, {"Evidence", e.Evidence}, {"Mend", e.Mend},
		{"More", strings.Join(e.Docs, "\n")},
	} {
		if part.text != "" {
			fmt.Fprintf(p.out, "\n%s\n%s\n", part.label, indent(part.text, p.width()))
		}
	}
	return nil
}

func (p *program) listCauses() error {
	if p.set.format == "json" {
		return p.writeJSON(steps.Causes())
	}
	tab := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, e := range steps.Causes() {
		fmt.Fprintf(tab, "%s\t%s\n", e.Code, e.Title)
	}
	return tab.Flush()
}

func (p *program) writeJSON(v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// nearest names the codes that hold a word of what was typed.
func nearest(typed string) string {
	var near []string
	for _, e := range steps.Causes() {
		for _, word := range strings.FieldsFunc(strings.ToLower(typed), func(r rune) bool { return r == '.' || r == '-' || r == ' ' }) {
			if len(word) > 2 && strings.Contains(e.Code, word) {
				near = append(near, e.Code)
				break
			}
		}
	}
	if len(near) == 0 || len(near) > 6 {
		return ""
	}
	return "; near: " + strings.Join(near, ", ")
}

// indent wraps text at the width and sets each line off by two spaces. Lines that hold no blank (links) stay whole.
func indent(text string, width int) string {
	var out strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			out.WriteByte('\n')
		}
		column := 0
		for _, word := range strings.Fields(line) {
			switch {
			case column == 0:
				out.WriteString("  ")
				column = 2
			case column+1+len(word) > width:
				out.WriteString("\n  ")
				column = 2
			default:
				out.WriteByte(' ')
				column++
			}
			out.WriteString(word)
			column += len(word)
		}
	}
	return out.String()
}
