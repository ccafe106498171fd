package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// A tree is the part of the decision tree that was walked so far, with a cursor that stays on its step when a walk is run
// again.
type tree struct {
	asks    map[string]steps.Node // every step's question, to show it before its answer
	order   []string              // steps in the order in which they are shown
	results map[string]steps.StepResult
	waiting map[string]bool // begun in this walk, and not decided
	stale   map[string]bool // decided by an earlier walk only
	broken  bool            // this walk broke off: what is not decided stays so

	cursor    string // step id
	drawn     drawn
	moved     bool // by the person, since the walk began
	top, page int
}

func newTree() tree {
	t := tree{asks: map[string]steps.Node{}, results: map[string]steps.StepResult{}, waiting: map[string]bool{}, stale: map[string]bool{}}
	for _, n := range steps.Tree() {
		t.asks[n.ID] = n
	}
	return t
}

// begin says that a walk starts: what is known is now an earlier walk's.
func (t *tree) begin() {
	clear(t.waiting)
	for id := range t.results {
		t.stale[id] = true
	}
	t.broken = false
}

// breakOff says that the walk ended before its time: nothing is read any more, and what an earlier walk found is no answer of this one.
func (t *tree) breakOff() {
	clear(t.waiting)
	t.broken = true
}

// see takes in one event.
func (t *tree) see(ev steps.Event) {
	if ev.Step == "" {
		return
	}
	if !slices.Contains(t.order, ev.Step) {
		t.order = append(t.order, ev.Step)
	}
	if ev.Started {
		t.waiting[ev.Step] = true
	}
	if ev.Result != nil {
		delete(t.waiting, ev.Step)
		delete(t.stale, ev.Step)
		t.results[ev.Step] = *ev.Result
	}
	t.arrange()
	if t.cursor == "" || !t.moved && ev.Result != nil && ev.Result.Verdict == steps.Fail && t.results[t.cursor].Verdict != steps.Fail {
		t.cursor = ev.Step
	}
}

// settle takes the report for the whole truth, and puts the cursor where the person should look first.
func (t *tree) settle(r steps.Report) {
	t.order = t.order[:0]
	clear(t.waiting)
	clear(t.stale)
	clear(t.results)
	for _, s := range r.Steps {
		t.order = append(t.order, s.ID)
		t.results[s.ID] = s
	}
	t.arrange()
	if _, there := t.results[t.cursor]; !t.moved || !there {
		if first := telling(r); first != "" || !there {
			t.cursor = first
		}
		if _, there := t.results[t.cursor]; !there && len(t.order) > 0 {
			t.cursor = t.order[0]
		}
	}
}

// telling returns the step to look at first: the root cause's, else one with a question, else the first that is not fine; "" when all are.
func telling(r steps.Report) string {
	if len(r.Causes) > 0 && slices.ContainsFunc(r.Steps, func(s steps.StepResult) bool { return s.ID == r.Causes[0].Step }) {
		return r.Causes[0].Step
	}
	for _, tells := range []func(steps.StepResult) bool{
		func(s steps.StepResult) bool { return s.Verdict == steps.Fail },
		func(s steps.StepResult) bool { return s.Question != nil && !s.Answered },
		func(s steps.StepResult) bool { return s.Verdict == steps.Unknown },
		func(s steps.StepResult) bool { return s.Verdict == steps.Warn },
	} {
		if i := slices.IndexFunc(r.Steps, tells); i >= 0 {
			return r.Steps[i].ID
		}
	}
	return ""
}

// arrange puts each branch below the step that it hangs under.
func (t *tree) arrange() {
	below := map[string][]string{}
	for _, id := range t.order {
		b := t.branch(id)
		if !slices.Contains(t.order, b) {
			b = ""
		}
		below[b] = append(below[b], id)
	}
	order := make([]string, 0, len(t.order))
	var hang func(id string)
	hang = func(id string) {
		for _, child := range below[id] {
			order = append(order, child)
			hang(child)
		}
	}
	hang("")
	t.order = order
}

// branch returns the step that a step hangs under, "" on the trunk.
func (t *tree) branch(id string) string {
	b := t.asks[id].Branch
	if r, decided := t.results[id]; decided {
		b = r.Branch
	}
	if b == id {
		return ""
	}
	return b
}

// ask returns the question of a step.
func (t *tree) ask(id string) string {
	if r, decided := t.results[id]; decided && r.Ask != "" {
		return r.Ask
	}
	if n := t.asks[id]; n.Ask != "" {
		return n.Ask
	}
	return id
}

// selected returns the result of the step under the cursor, when it has one.
func (t *tree) selected() (steps.StepResult, bool) {
	r, ok := t.results[t.cursor]
	return r, ok
}

// move handles a movement key.
func (t *tree) move(k tea.KeyMsg) {
	at, ok := scroll(k, max(slices.Index(t.order, t.cursor), 0), len(t.order), max(t.page, 1))
	if ok && len(t.order) > 0 {
		t.cursor, t.moved = t.order[at], true
	}
}

// point moves the cursor to the step in line y of the tree.
func (t *tree) point(y int) (there, already bool) {
	i, there := t.drawn.row(y)
	if there {
		already, t.cursor, t.moved = t.order[i] == t.cursor, t.order[i], true
	}
	return there, already
}

// view draws the tree into h lines of w columns: verdict, and the question with its place in the tree, after what the step was before.
func (t *tree) view(p palette, w, h int, was func(step string) string) []string {
	t.page = max(h, 1)
	at := max(slices.Index(t.order, t.cursor), 0)
	if !t.moved { // what the program points at is shown with what is around it
		t.top = at - t.page/2
	}
	t.top = window(t.top, at, len(t.order), t.page)
	t.drawn = drawn{0, t.top, min(t.page, len(t.order)-t.top)}
	prefixes := t.prefixes()
	var lines []string
	for i := t.top; i < min(t.top+t.page, len(t.order)); i++ {
		id := t.order[i]
		s := t.sign(p, id)
		note := was(id)
		switch {
		case t.broken && t.stale[id]:
			note = "(before) "
		case t.results[id].Answered:
			note = "(you said) "
		}
		text := prefixes[i] + note + aws.Clean(t.ask(id))
		if i == at {
			lines = append(lines, p.marked(" > "+pad(s.glyph+" "+s.word, signWidth)+"  "+text, w))
			continue
		}
		if s.word == waitingWord || t.stale[id] {
			text = p.faint.Render(cut(text, w))
		}
		lines = append(lines, cut(gutter+pad(s.String(), signWidth)+"  "+text, w))
	}
	return lines
}

const waitingWord = "reading"

// sign is the verdict of a step, or that it waits for facts. One whose facts never came is unknown.
func (t *tree) sign(p palette, id string) sign {
	r, decided := t.results[id]
	if !decided && t.broken {
		return p.verdict(steps.Unknown)
	}
	if !decided || t.waiting[id] {
		return sign{"…", waitingWord, p.faint}
	}
	return p.verdict(r.Verdict)
}

// prefixes draws the branches: for each step in order, what stands before its question.
func (t *tree) prefixes() []string {
	out := make([]string, len(t.order))
	for i, id := range t.order {
		var marks []string
		for at, child := t.branch(id), id; at != "" && slices.Contains(t.order, at) && len(marks) < len(t.order); child, at = at, t.branch(at) {
			mark := "│ "
			switch last := t.lastBelow(at) == child; {
			case child == id && last:
				mark = "└ "
			case child == id:
				mark = "├ "
			case last:
				mark = "  "
			}
			marks = append(marks, mark)
		}
		slices.Reverse(marks)
		out[i] = strings.Join(marks, "")
	}
	return out
}

// lastBelow returns the last step that hangs under a step.
func (t *tree) lastBelow(id string) string {
	for _, child := range slices.Backward(t.order) {
		if t.branch(child) == id {
			return child
		}
	}
	return ""
}

// width is the room that the widest step needs.
func (t *tree) width() int {
	w := 0
	for i, prefix := range t.prefixes() {
		w = max(w, len(gutter)+signWidth+2+width(prefix)+width(aws.Clean(t.ask(t.order[i]))))
	}
	return w
}
