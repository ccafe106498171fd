package snapshot

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// A holding is what a snapshot holds of one region.
type holding struct {
	lists     map[string]*list // by top-level key in lower case
	documents []document       // as the files had them
	accounts  map[string]bool  // whose views are in it; "" when files are not in an account's folder
}

// A list is the joined content of one top-level key.
type list struct {
	elements []json.RawMessage
	seen     map[string]bool // compact elements: views of several accounts overlap
	accounts map[string]bool // which views had the key
}

func (h *holding) empty() bool { return len(h.documents) == 0 }

// has reports whether the key was recorded, be it empty.
func (h *holding) has(key string) bool { return h.lists[strings.ToLower(key)] != nil }

// elements returns what was recorded under the key.
func (h *holding) elements(key string) []json.RawMessage {
	if l := h.lists[strings.ToLower(key)]; l != nil {
		return l.elements
	}
	return nil
}

// add takes the documents of a file in.
func (h *holding) add(account string, documents []document) {
	if h.lists == nil {
		h.lists, h.accounts = map[string]*list{}, map[string]bool{}
	}
	h.documents = append(h.documents, documents...)
	for _, d := range documents {
		h.accounts[account] = true
		for key, value := range d {
			var several []json.RawMessage
			if err := json.Unmarshal(value, &several); err != nil {
				if !bytes.HasPrefix(value, []byte("{")) {
					continue // NextToken, SearchedRegion and the like
				}
				several = []json.RawMessage{value}
			}
			if string(value) != "null" {
				h.list(key).add(account, several)
			}
		}
	}
}

func (h *holding) list(key string) *list {
	key = strings.ToLower(key)
	if h.lists[key] == nil {
		h.lists[key] = &list{seen: map[string]bool{}, accounts: map[string]bool{}}
	}
	return h.lists[key]
}

func (l *list) add(account string, elements []json.RawMessage) {
	l.accounts[account] = true
	for _, e := range elements {
		var compact bytes.Buffer
		_ = json.Compact(&compact, e) // it was decoded before
		if !l.seen[compact.String()] {
			l.seen[compact.String()] = true
			l.elements = append(l.elements, compact.Bytes())
		}
	}
}

// join takes another holding in.
func (h *holding) join(o *holding) {
	if h.lists == nil {
		*h = *o
		return
	}
	h.documents = append(h.documents, o.documents...)
	for account := range o.accounts {
		h.accounts[account] = true
	}
	for key, l := range o.lists {
		for account := range l.accounts {
			h.list(key).add(account, l.elements)
		}
	}
}

// unseenBy returns an account whose view lacks the key, or "".
func (h *holding) unseenBy(key string) string {
	l := h.lists[strings.ToLower(key)]
	var lacking []string
	for account := range h.accounts {
		if account != "" && !l.accounts[account] && !l.accounts[""] {
			lacking = append(lacking, account)
		}
	}
	if len(lacking) == 0 {
		return ""
	}
	return slices.Min(lacking)
}

// region returns the region that the answers speak of most, or "".
func (h *holding) region() string {
	count := map[string]int{}
	best := ""
	for _, d := range h.documents {
		for _, value := range d {
			for _, match := range regionClue.FindAllSubmatch(value, -1) {
				region := string(match[1]) + string(match[2])
				count[region]++
				if best == "" || count[region] > count[best] || count[region] == count[best] && region < best {
					best = region
				}
			}
		}
	}
	return best
}

// member returns a string member of an object, by name without regard to case.
func member(object json.RawMessage, name string) string {
	var d document
	if json.Unmarshal(object, &d) != nil {
		return ""
	}
	return d.text(name)
}

// text returns a string member of the document, by name without regard to case.
func (d document) text(name string) string {
	var s string
	if json.Unmarshal(d.value(name), &s) != nil {
		return ""
	}
	return s
}

// value returns a member of the document, by name without regard to case; nil when it has none.
func (d document) value(name string) json.RawMessage {
	for key, value := range d {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}
