package steps

// walkTree walks a tree over facts that are all there and returns the results in order. It is pure: it is how a fix is proven.
func walkTree(tree []Step, f Facts) []StepResult {
	var results []StepResult
	byID := index(tree)
	for id := tree[0].ID; id != ""; {
		s := byID[id]
		r := s.judge(f)
		results = append(results, r)
		id = s.after(r.Finding, f.c.Symptom)
	}
	return results
}

func index(tree []Step) map[string]Step {
	byID := make(map[string]Step, len(tree))
	for _, s := range tree {
		byID[s.ID] = s
	}
	return byID
}

// A walker walks a tree while its facts arrive. Where every outcome of a step leads to the same next one, it does not wait
// for the outcome, so that steps are judged as soon as their facts are there.
type walker struct {
	symptom Symptom
	tree    map[string]Step
	observe func(Event)
	open    []string              // visited, in order; never removed
	results map[string]StepResult // of the decided ones
}

func newWalker(tree []Step, symptom Symptom, observe func(Event)) *walker {
	w := &walker{symptom: symptom, tree: index(tree), observe: observe, results: map[string]StepResult{}}
	w.visit(tree[0].ID)
	return w
}

func (w *walker) visit(id string) {
	w.open = append(w.open, id)
	w.observe(Event{Step: id, Started: true})
}

// advance judges every open step whose facts are there, and reports whether the walk is at its end.
func (w *walker) advance(f Facts) bool {
	for i := 0; i < len(w.open); i++ {
		s := w.tree[w.open[i]]
		if _, done := w.results[s.ID]; !done && s.ready(f) {
			r := s.judge(f)
			w.results[s.ID] = r
			w.observe(Event{Step: s.ID, Result: &r})
		}
		if i+1 < len(w.open) {
			continue
		}
		next, certain := s.always(w.symptom)
		if r, done := w.results[s.ID]; done && !certain {
			next, certain = s.after(r.Finding, w.symptom), true
		}
		if certain && next != "" {
			w.visit(next)
		}
	}
	return w.ended()
}

// ahead returns the steps that the walk may still come to, and those that it has come to: what is certain leaves the branches out that
// are not taken, and with them what they would read.
func (w *walker) ahead() []Step {
	seen := map[string]bool{}
	var steps []Step
	var visit func(id string)
	visit = func(id string) {
		if id == "" || seen[id] {
			return
		}
		seen[id] = true
		s := w.tree[id]
		steps = append(steps, s)
		for _, e := range s.edges(w.symptom) {
			visit(e.To)
		}
	}
	last := w.open[len(w.open)-1]
	for _, id := range w.open {
		if id != last {
			seen[id] = true
			steps = append(steps, w.tree[id])
		}
	}
	visit(last)
	return steps
}

func (w *walker) ended() bool { return len(w.results) == len(w.open) && w.atEnd() }

func (w *walker) atEnd() bool {
	s := w.tree[w.open[len(w.open)-1]]
	r, done := w.results[s.ID]
	return done && s.after(r.Finding, w.symptom) == ""
}

// report returns the results in the order of the walk.
func (w *walker) report() []StepResult {
	results := make([]StepResult, len(w.open))
	for i, id := range w.open {
		results[i] = w.results[id]
	}
	return results
}
