package tui

import (
	"slices"
	"strconv"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// A needQuestion is asked of everything that a start needs.
type needQuestion struct {
	title string
	cell  func(steps.Need) steps.Cell
}

// needQuestions are the columns of the matrix of what a start needs.
var needQuestions = []needQuestion{
	{"exists", func(n steps.Need) steps.Cell { return n.Exists }},
	{"path", func(n steps.Need) steps.Cell { return n.Path }},
	{"role", func(n steps.Need) steps.Cell { return n.Access }},
	{"endpoint", func(n steps.Need) steps.Cell { return n.Endpoint }},
}

const needsTitle = "What the start needs"

// concern orders verdicts: what a person should see first is least.
var concern = map[steps.Verdict]int{steps.Fail: 0, steps.Unknown: 1, steps.Warn: 2, steps.Skipped: 3, steps.Pass: 4}

// concernOf is that of the worst cell of a need. A need of which nothing was asked is not fine.
func concernOf(n steps.Need) int {
	worst := concern[steps.Skipped]
	for _, q := range needQuestions {
		switch c := concern[q.cell(n).Verdict]; {
		case c < concern[steps.Skipped]:
			worst = min(worst, c)
		case c == concern[steps.Pass] && worst == concern[steps.Skipped]:
			worst = c
		}
	}
	return worst
}

// fineNeed reports whether all that was asked of a need passes, and something was asked.
func fineNeed(n steps.Need) bool { return concernOf(n) == concern[steps.Pass] }

// A needTable draws needs in w columns: what it is, and a verdict for each question. Where there is room it says the verdict in a word too.
type needTable struct {
	p        palette
	w, title int // columns of the whole, and of what a need is called
	words    bool
}

func newNeedTable(p palette, w int, rows []steps.Need) needTable {
	t := needTable{p: p, w: w, words: w >= roomForTwo}
	t.title = width(needsTitle)
	for _, n := range rows {
		t.title = max(t.title, width(aws.Clean(n.Title)))
	}
	answers := 0
	for _, q := range needQuestions {
		answers += 2 + t.column(q.title)
	}
	t.title = max(min(t.title, w-len(gutter)-answers), 1)
	return t
}

// column is the width of the answers to a question.
func (t needTable) column(title string) int {
	if t.words {
		return max(width(title), signWidth)
	}
	return width(title)
}

func (t needTable) head() string {
	line := gutter + fit(needsTitle, t.title)
	for _, q := range needQuestions {
		line += "  " + pad(q.title, t.column(q.title))
	}
	return t.p.faint.Render(cut(strings.TrimRight(line, " "), t.w))
}

// row draws a need; marked is the one under the cursor.
func (t needTable) row(n steps.Need, marked bool) string {
	title := fit(middle(aws.Clean(n.Title), t.title), t.title)
	line := gutter + title
	if marked {
		line = " > " + title
	}
	for _, q := range needQuestions {
		v := q.cell(n).Verdict
		s := t.p.verdict(v)
		text := s.glyph
		if t.words && v != steps.Skipped { // the dash says that the question does not come up
			text += " " + s.word
		}
		if text = pad(text, t.column(q.title)); !marked {
			text = s.style.Render(text)
		}
		line += "  " + text
	}
	if marked {
		return t.p.marked(line, t.w)
	}
	return cut(line, t.w)
}

// needs draws the matrix in at most n lines: all rows where they fit, else those that are not fine, the ones with the root cause first and
// then the worst, and how many more there are.
func needs(p palette, rows []steps.Need, root string, w, n int) []string {
	t := newNeedTable(p, w, rows)
	lines := []string{t.head()}
	room := max(n-1, 1)
	if len(rows) <= room {
		for _, r := range rows {
			lines = append(lines, t.row(r, false))
		}
		return lines
	}
	odd := slices.DeleteFunc(slices.Clone(rows), fineNeed)
	rank := func(n steps.Need) int {
		if root != "" && slices.ContainsFunc(needQuestions, func(q needQuestion) bool { return q.cell(n).Cause == root }) {
			return -1
		}
		return concernOf(n)
	}
	slices.SortStableFunc(odd, func(a, b steps.Need) int { return rank(a) - rank(b) })
	shown := min(len(odd), max(room-1, 0))
	if shown == 0 {
		lines[0] = gutter + p.faint.Render(needsTitle)
	}
	for _, r := range odd[:shown] {
		lines = append(lines, t.row(r, false))
	}
	return append(lines, gutter+p.faint.Render(cut(restOf(odd[shown:], shown, len(rows)-len(odd)), w-len(gutter))))
}

// restOf says what of the matrix is not shown below the rows that are.
func restOf(odd []steps.Need, shown, fine int) string {
	notFine, are := "", "are fine"
	if len(odd) > 0 {
		notFine = strconv.Itoa(len(odd)) + " more " + isOrAre(len(odd)) + " not fine"
	}
	switch {
	case fine == 0:
		are = ""
	case len(odd) > 0:
		are = strconv.Itoa(fine) + " " + isOrAre(fine) + " fine"
	case shown == 0:
		are = "all " + strconv.Itoa(fine) + " are fine"
	default:
		are = strconv.Itoa(fine) + " more " + isOrAre(fine) + " fine"
	}
	both := strings.Join(slices.DeleteFunc([]string{notFine, are}, func(s string) bool { return s == "" }), ", ")
	if shown > 0 {
		both = "and " + both
	}
	return both + " · " + keys.needs.Help().Key + " shows all"
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// needs is the matrix of the last walk, nil when it has none.
func (s *walk) needs() []steps.Need {
	if s.report == nil || !s.aboutStart() {
		return nil
	}
	return s.report.Needs
}

// rootCode is the code of the root cause, "" when none was found.
func (s *walk) rootCode() string {
	if s.report == nil || len(s.report.Causes) == 0 {
		return ""
	}
	return s.report.Causes[0].Code
}
