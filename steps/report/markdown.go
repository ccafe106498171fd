package report

import (
	"fmt"
	"regexp"
	"strings"

	"fargate-doctor/steps"
)

// markdown writes a view as GitHub Flavored Markdown that reads well unrendered too.
func markdown(v view) []byte {
	m := &sheet{}
	m.block("# " + m.text(v.Title))
	m.block(m.mark(v.Mark))
	if v.Message != "" {
		m.block("> " + m.code(v.Message))
	}
	var rows [][]string
	for _, f := range v.Facts {
		value := m.text(f.Value)
		if f.Code {
			value = m.code(f.Value)
		}
		rows = append(rows, []string{f.Label, value})
	}
	m.table([]string{"Examined", ""}, rows)
	m.hops("The packet’s way", v.Way)
	m.hops("Only the answer goes through", v.Back)
	m.layers(v.Layers)
	for _, f := range v.Problems {
		m.block("## " + f.Heading + ": " + m.code(f.Code))
		m.found(f)
	}
	m.needs(v.Needs)
	m.unread(v)
	for i, f := range v.Notes {
		if i == 0 {
			m.block("## Worth knowing")
		}
		m.found(f)
	}
	m.asides(v.Asides)
	for _, list := range v.Checks {
		m.block("## " + list.Title)
		var rows [][]string
		for _, r := range list.Rows {
			rows = append(rows, []string{m.mark(r.Mark), kindName(r.Kind), m.code(r.Name), m.text(r.Detail)})
		}
		m.table([]string{"Result", "Kind", "Component", "What decided"}, rows)
	}
	if len(v.Tree) > 0 {
		m.block("## The steps")
		m.block(strings.Join(m.tree(nil, "", v.Tree), "\n"))
	}
	if len(v.Calls) > 0 {
		m.block("## Calls to AWS")
		var names []string
		for _, c := range v.Calls {
			name := m.code(c.Operation)
			if c.Times > 1 {
				name += fmt.Sprintf(" %d times", c.Times)
			}
			names = append(names, name)
		}
		m.block(strings.Join(names, ", "))
	}
	return []byte(m.out.String())
}

// sheet collects blocks of Markdown.
type sheet struct{ out strings.Builder }

// block writes a paragraph, a list, a table or a heading.
func (m *sheet) block(text string) {
	if m.out.Len() > 0 {
		m.out.WriteByte('\n')
	}
	m.out.WriteString(text)
	m.out.WriteByte('\n')
}

func (m *sheet) hops(title string, hops []hopView) {
	if len(hops) == 0 {
		return
	}
	m.block("## " + title)
	var rows [][]string
	for i, h := range hops {
		state := ""
		switch {
		case h.Mark != nil:
			state = m.mark(*h.Mark)
		case h.Behind:
			state = "behind the blocker"
		}
		for _, c := range h.Causes {
			state += " " + m.code(c.Code)
		}
		what := m.text(h.Kind)
		if h.Name != "" {
			what += " **" + m.text(h.Name) + "**"
		}
		rows = append(rows, []string{fmt.Sprint(i + 1), what, m.code(h.ID), m.text(h.Detail), state})
	}
	m.table([]string{"#", "Hop", "Id", "Detail", "State"}, rows)
}

func (m *sheet) layers(layers []layer) {
	if len(layers) == 0 {
		return
	}
	m.block("## Who may refuse the call")
	var rows [][]string
	for _, l := range layers {
		rows = append(rows, []string{l.Title, m.mark(l.Mark), m.text(sentence(l.Summary))})
	}
	m.table([]string{"Policy", "Verdict", "Why"}, rows)
	m.block("The call passes only if none of them refuses it.")
}

func (m *sheet) found(f found) {
	m.block("**" + m.text(sentence(f.Summary)) + "**")
	if f.Means != "" {
		m.block(m.text(f.Means))
	}
	var lines []string
	for _, e := range f.Evidence {
		lines = append(lines, "- Found "+m.evidence(e))
	}
	if len(lines) > 0 {
		m.block(strings.Join(lines, "\n"))
	}
	for _, fix := range f.Fixes {
		m.fix(fix)
	}
	m.links(f.Links)
}

func (m *sheet) evidence(e steps.Evidence) string {
	text := m.text(kindName(e.Kind))
	if e.ID != "" {
		text += " " + m.code(e.ID)
	}
	return text + " " + m.text(e.Detail)
}

func (m *sheet) fix(fix steps.Fix) {
	m.block("**Mend**: " + m.text(capital(fix.Title)))
	if fix.Command != "" {
		m.fence("sh", fix.Command)
	}
	if fix.Effect != "" {
		m.block(m.text(fix.Effect))
	}
	if fix.Proven {
		m.block("✓ Proven: with this change the walk no longer fails here.")
	}
	if fix.Document != "" {
		m.block("The policy document:")
		m.fence("json", fix.Document)
	}
}

func (m *sheet) links(links []string) {
	var lines []string
	for _, l := range secure(links) {
		lines = append(lines, "- <"+strings.NewReplacer("<", "%3C", ">", "%3E", " ", "%20").Replace(l)+">")
	}
	if len(lines) > 0 {
		m.block("AWS says:")
		m.block(strings.Join(lines, "\n"))
	}
}

func (m *sheet) unread(v view) {
	if len(v.Unread) == 0 && len(v.Questions) == 0 {
		return
	}
	m.block("## Not known")
	var lines []string
	for _, why := range v.Unread {
		lines = append(lines, "- "+m.text(capital(why)))
	}
	if len(lines) > 0 {
		m.block(strings.Join(lines, "\n"))
	}
	for _, q := range v.Questions {
		m.block("**Question**: " + m.text(q.Text))
		var answers []string
		for _, c := range q.Choices {
			answers = append(answers, "- "+m.code("--answer "+q.ID+"="+c.Value)+" "+m.text(c.Label))
		}
		m.block(strings.Join(answers, "\n"))
	}
}

func (m *sheet) tree(lines []string, indent string, nodes []node) []string {
	for _, n := range nodes {
		text := m.text(n.Summary)
		if n.Because != "" {
			text += ", because of " + m.code(n.Because)
		}
		if n.Answered {
			text += " (your answer)"
		}
		lines = append(lines, indent+"- "+m.mark(n.Mark)+" · *"+m.text(n.Ask)+"* "+text)
		lines = m.tree(lines, indent+"  ", n.Children)
	}
	return lines
}

func (m *sheet) mark(k mark) string { return k.Glyph + " **" + k.Word + "**" }

func (m *sheet) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	lines := []string{"| " + strings.Join(head, " | ") + " |", "|" + strings.Repeat("---|", len(head))}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = strings.ReplaceAll(strings.ReplaceAll(c, `\|`, "|"), "|", `\|`) // within code spans too
		}
		lines = append(lines, "| "+strings.Join(cells, " | ")+" |")
	}
	m.block(strings.Join(lines, "\n"))
}

// fence writes code that nobody wraps, between fences longer than any in it.
func (m *sheet) fence(language, code string) {
	marks := strings.Repeat("`", max(3, longestRun(code)+1))
	m.block(marks + language + "\n" + code + "\n" + marks)
}

// text returns a text as prose that means what it says: nothing in it is markup, and names are code.
func (m *sheet) text(s string) string {
	var b strings.Builder
	for i, part := range phrase(s) {
		switch {
		case part.Code:
			b.WriteString(m.code(part.Text))
		case i == 0:
			b.WriteString(escapeStart.ReplaceAllString(escape.ReplaceAllString(part.Text, `\$0`), `$1\$2`))
		default:
			b.WriteString(escape.ReplaceAllString(part.Text, `\$0`))
		}
	}
	return b.String()
}

var (
	// escape finds what is markup anywhere in a line. An underscore between letters is none.
	escape = regexp.MustCompile("[\\\\`*<>|~$\\[\\]&#]|\\b_\\B|\\B_\\b|\\B_\\B")
	// escapeStart finds what makes a list, a rule or a heading at the beginning of a line.
	escapeStart = regexp.MustCompile(`^(\s*\d*)([-+=.)]+(?:\s|$))`)
)

// code returns text as a code span.
func (m *sheet) code(s string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	marks := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " "
	}
	return marks + s + marks
}

// longestRun returns the length of the longest run of backticks.
func longestRun(s string) int {
	longest := 0
	for run := range strings.FieldsFuncSeq(s, func(r rune) bool { return r != '`' }) {
		longest = max(longest, len(run))
	}
	return longest
}
