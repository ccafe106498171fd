package read_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"fargate-doctor/aws"
)

// A world answers each operation with one page, whatever the parameters, as a recording does. What it lacks is not recorded,
// what is denied is denied, and every call takes delay.
type world struct {
	answers map[string]string // by Query.Name
	denied  map[string]bool
	delay   time.Duration
	asked   func(aws.Query)
}

// recorded returns the world in testdata.
func recorded(t testing.TB) world {
	t.Helper()
	names, err := filepath.Glob("testdata/*.json")
	if err != nil || len(names) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	w := world{answers: map[string]string{}, denied: map[string]bool{}}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		operation := strings.TrimSuffix(filepath.Base(name), ".json")
		w.answers[strings.Replace(operation, "-", ":", 1)] = string(b)
	}
	return w
}

// with returns the world with another answer to one operation.
func (w world) with(operation, answer string) world {
	w.answers = maps.Clone(w.answers)
	w.answers[operation] = answer
	return w
}

func (w world) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	if w.asked != nil {
		w.asked(q)
	}
	time.Sleep(w.delay)
	answer, ok := w.answers[q.Name()]
	switch {
	case w.denied[q.Name()]:
		return aws.Errorf(aws.Denied, q, "", "as told")
	case !ok:
		return aws.Errorf(aws.NotRecorded, q, "", "not in testdata")
	}
	return page(json.RawMessage(answer))
}

// same compares values of aws and aws/vpc; lists are equal when both are empty.
var same = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}, netip.AddrPort{}), cmpopts.EquateEmpty()}

func prefixes(texts ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range texts {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}
