package symptom

// A finder looks for many phrases at once, without regard to the case of ASCII letters, in one pass over the text
// (the algorithm of Aho and Corasick). What it costs does not depend on the number of phrases.
type finder struct {
	phrases []string
	column  [256]uint8 // of a byte in the rows of next; bytes that no phrase holds share column 0
	next    []row      // by state
	ends    []int16    // by state: the phrase that ends there, -1 for none
	shorter []uint16   // by state: the nearest state, for a shorter suffix, at which a phrase ends; 0 for none
}

// A row holds, by column, the state that follows; hot is set when a phrase ends there. A row of 64 columns fills two cache lines.
type row [64]uint16

const hot = 1 << 15

// newFinder panics when the phrases hold more than 63 different characters or more than 32767 beginnings.
func newFinder(phrases []string) *finder {
	f := &finder{phrases: phrases}
	columns := uint8(1)
	for _, phrase := range phrases {
		for i := range len(phrase) {
			c := lower(phrase[i])
			if f.column[c] > 0 {
				continue
			}
			f.column[c] = columns
			if c >= 'a' && c <= 'z' {
				f.column[c-0x20] = columns
			}
			columns++
		}
	}
	f.grow()
	for i, phrase := range phrases {
		state := uint16(0)
		for j := range len(phrase) {
			to := &f.next[state][f.column[phrase[j]]]
			if *to == 0 {
				*to = uint16(len(f.next))
				state = *to
				f.grow()
				continue
			}
			state = *to
		}
		f.ends[state] = int16(i)
	}
	f.link()
	return f
}

func (f *finder) grow() {
	if len(f.next) >= hot {
		panic("symptom: too many phrases for a finder")
	}
	f.next = append(f.next, row{})
	f.ends = append(f.ends, -1)
	f.shorter = append(f.shorter, 0)
}

// link completes the states, nearest to the root first, so that every byte leads somewhere.
func (f *finder) link() {
	fail := make([]uint16, len(f.next))
	var queue []uint16
	for _, to := range f.next[0] {
		if to != 0 {
			queue = append(queue, to)
		}
	}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		back := fail[state]
		f.shorter[state] = back
		if f.ends[back] < 0 {
			f.shorter[state] = f.shorter[back]
		}
		for c, to := range f.next[state] {
			other := f.next[back][c]
			if to == 0 {
				f.next[state][c] = other
				continue
			}
			fail[to] = other
			queue = append(queue, to)
		}
	}
	for state := range f.next {
		for c, to := range f.next[state] {
			if f.ends[to] >= 0 || f.shorter[to] != 0 {
				f.next[state][c] |= hot
			}
		}
	}
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 0x20
	}
	return c
}

// hits are the first and the last place of each phrase: the offset of its first byte, -1 where it does not occur.
type hits struct{ first, last []int32 }

func (f *finder) find(text string) hits {
	h := hits{make([]int32, len(f.phrases)), make([]int32, len(f.phrases))}
	for i := range h.first {
		h.first[i], h.last[i] = -1, -1
	}
	state := uint16(0)
	for i := range len(text) {
		state = f.next[state&^hot][f.column[text[i]]&63]
		if state&hot == 0 {
			continue
		}
		for s := state &^ hot; s != 0; s = f.shorter[s] {
			p := f.ends[s]
			if p < 0 {
				continue
			}
			at := int32(i + 1 - len(f.phrases[p]))
			if h.first[p] < 0 {
				h.first[p] = at
			}
			h.last[p] = at
		}
	}
	return h
}
