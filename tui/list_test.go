package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"

	"fargate-doctor/aws"
)

// numbers is a list of the numbers from 0 to n-1.
func numbers(n int) *list[int] {
	l := newList(strconv.Itoa, column[int]{title: "N", text: strconv.Itoa, compare: cmp.Compare[int]})
	var all []int
	for i := range n {
		all = append(all, i)
	}
	l.add(all)
	return l
}

func (l *list[T]) visible() []T {
	var out []T
	for _, n := range l.shown {
		out = append(out, l.rows[n].value)
	}
	return out
}

func typed(l *list[int], text string) {
	for _, r := range text {
		l.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

// A filter that grows and shrinks letter by letter shows what it would show at once.
func TestFilterIsTheSameHoweverItIsTyped(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l := numbers(rapid.IntRange(0, 300).Draw(r, "rows"))
		typed(l, "/")
		for range rapid.IntRange(1, 8).Draw(r, "keys") {
			if rapid.IntRange(0, 3).Draw(r, "backspace") == 0 {
				l.update(tea.KeyMsg{Type: tea.KeyBackspace})
			} else {
				typed(l, rapid.SampledFrom([]string{"1", "2", " ", "7"}).Draw(r, "key"))
			}
			var want []int
			for i := range len(l.rows) {
				if !slices.ContainsFunc(strings.Fields(l.filter.Value()), func(w string) bool { return !strings.Contains(strconv.Itoa(i), w) }) {
					want = append(want, i)
				}
			}
			if got := l.visible(); !slices.Equal(got, want) {
				t.Fatalf("%q shows %v, want %v", l.filter.Value(), got, want)
			}
			if len(l.shown) > 0 && (l.cursor < 0 || l.cursor >= len(l.shown)) {
				t.Fatalf("the cursor is on %d of %d", l.cursor, len(l.shown))
			}
		}
	})
}

func TestPagesThatArriveLeaveTheCursorOnItsRow(t *testing.T) {
	l := numbers(0)
	l.order = 0
	l.add([]int{50, 60, 70})
	typed(l, "j")
	l.add([]int{10, 20, 65})
	if v, _ := l.selected(); v != 60 {
		t.Errorf("the cursor is on %d", v)
	}
	if got, want := l.visible(), []int{10, 20, 50, 60, 65, 70}; !slices.Equal(got, want) {
		t.Errorf("shown are %v, want %v", got, want)
	}
	untouched := numbers(0)
	untouched.order = 0
	untouched.add([]int{50, 60})
	untouched.add([]int{10})
	if v, _ := untouched.selected(); v != 10 {
		t.Errorf("before anyone moved it, the cursor is on %d and not on the first row", v)
	}
}

func TestRowsThatAreGoneGoAtTheEndOfAReading(t *testing.T) {
	l := numbers(5)
	l.begin()
	l.add([]int{3, 1})
	if got := len(l.visible()); got != 5 {
		t.Errorf("while reading, %d rows are shown, want 5", got)
	}
	l.finish()
	if got, want := l.visible(), []int{1, 3}; !slices.Equal(got, want) {
		t.Errorf("afterwards %v are shown, want %v", got, want)
	}
}

// thousands is a tasks screen's list with n tasks.
func thousands(n int) *list[subject] {
	l := newList(subject.key, subjectColumns(testRegion)...)
	l.find, l.first = subject.words, bySubject
	l.add(manyTasks(n))
	return l
}

func manyTasks(n int) []subject {
	var all []subject
	for i := range n {
		id := fmt.Sprintf("%032x", i*2654435761)
		t := aws.Task{ARN: arn("task", "shop/"+id), ID: id, Group: fmt.Sprintf("service:svc-%d", i%97), LastStatus: "RUNNING",
			TaskDefinition: arn("task-definition", fmt.Sprintf("svc-%d:%d", i%97, i%13)), Zone: testRegion + "b",
			Started: noon.Add(-time.Duration(i) * time.Minute)}
		all = append(all, taskSubject(t))
	}
	return all
}

// From a key press to the frame, on the list of 10,000 tasks. The aim is less than 5 ms.
func BenchmarkKeyToFrame(b *testing.B) {
	for _, c := range []struct {
		name string
		keys string
	}{{"move", "jk"}, {"page", "Gg"}, {"order", "o"}} {
		b.Run(c.name, func(b *testing.B) {
			m := tenThousand(b)
			for i := 0; b.Loop(); i++ {
				m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{rune(c.keys[i%len(c.keys)])}})
				m.View()
			}
		})
	}
	b.Run("filter", func(b *testing.B) {
		m := tenThousand(b)
		m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("/")})
		keys := []tea.KeyMsg{
			{Type: tea.KeyRunes, Runes: []rune("s")}, {Type: tea.KeyRunes, Runes: []rune("v")}, {Type: tea.KeyRunes, Runes: []rune("7")},
			{Type: tea.KeyBackspace}, {Type: tea.KeyBackspace}, {Type: tea.KeyBackspace},
		}
		for i := 0; b.Loop(); i++ {
			m.Update(keys[i%len(keys)])
			m.View()
		}
	})
	b.Run("arrive", func(b *testing.B) { // a page of 100 more tasks
		l := thousands(10_000)
		all := manyTasks(10_000)
		p := newPalette(b.Output(), true)
		for i := 0; b.Loop(); i++ {
			at := i % 100 * 100
			l.add(all[at : at+100])
			l.view(p, noon, 120, 35)
		}
	})
}

// tenThousand is a wizard on a tasks screen of 10,000 tasks.
func tenThousand(b *testing.B) *Model {
	o := with(shop(), &script{report: blocked})
	o.NoColor = false
	p := sit(b, o, 120, 40)
	p.does("G", "enter")
	p.m.top().(*tasks).list.add(manyTasks(10_000))
	return p.m
}
