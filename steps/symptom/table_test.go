package symptom

import (
	"strings"
	"testing"
)

func TestPhrasesAreLowerCaseAndStandOnce(t *testing.T) {
	seen := map[string]Class{}
	for _, sign := range signs {
		for _, phrase := range sign.phrases {
			if strings.ToLower(phrase) != phrase || len(phrase) < 4 {
				t.Errorf("%q is not a phrase in lower case", phrase)
			}
			if other, ok := seen[phrase]; ok {
				t.Errorf("%q stands for %s and for %s", phrase, other, sign.class)
			}
			seen[phrase] = sign.class
		}
	}
	for _, p := range parts {
		for _, phrase := range p.phrases {
			if strings.ToLower(phrase) != phrase {
				t.Errorf("%q is not in lower case", phrase)
			}
		}
	}
}

func TestEveryClassHasWords(t *testing.T) {
	for _, of := range []map[Class]bool{printed, stops} {
		for class := range of {
			if class.Words() == "" {
				t.Errorf("class %q has no words", class)
			}
		}
	}
	for class := range classes {
		if !printed[class] && !stops[class] {
			t.Errorf("no text is ever of class %q", class)
		}
	}
}

func TestTheFinderFindsWhatStringsDoes(t *testing.T) {
	text := strings.Repeat("Connection Timed Out; no servers could be reached. getaddrinfo ENOTFOUND x. timed outtimed out", 3)
	f := application().finder
	found := f.find(text)
	low := strings.ToLower(text)
	for i, phrase := range f.phrases {
		if first, last := strings.Index(low, phrase), strings.LastIndex(low, phrase); int(found.first[i]) != first ||
			int(found.last[i]) != last {
			t.Errorf("%q is found at %d and %d, stands at %d and %d", phrase, found.first[i], found.last[i], first, last)
		}
	}
}

func TestOperationsAreSorted(t *testing.T) {
	before := ""
	for line := range strings.Lines(operations) {
		name, service, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || strings.ToLower(name) < before {
			t.Fatalf("%q is out of order, or no operation", line)
		}
		if got := serviceOfOperation(name); got != service {
			t.Errorf("%s belongs to %q, is found with %q", name, service, got)
		}
		before = strings.ToLower(name)
	}
	if got := serviceOfOperation("NoSuchOperation"); got != "" {
		t.Errorf("an unknown operation belongs to %q", got)
	}
}
