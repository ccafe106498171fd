package iam

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// matches is what glob means, said once more in the plainest way.
func matches(pattern, text []rune) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	switch pattern[0] {
	case '*':
		return matches(pattern[1:], text) || len(text) > 0 && matches(pattern, text[1:])
	case '?':
		return len(text) > 0 && matches(pattern[1:], text[1:])
	}
	return len(text) > 0 && text[0] == pattern[0] && matches(pattern[1:], text[1:])
}

func plain(pattern, text string) bool { return matches([]rune(pattern), []rune(text)) }

func TestGlob(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.SampledFrom([]rune("ab:é€ÿ*?")), 0, 8, -1).Draw(t, "pattern")
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab:é€ÿ*?")), 0, 8, -1).Draw(t, "text")
		want := plain(pattern, text)
		if got := glob(pattern, text, '*', '?', false); got != want {
			t.Fatalf("glob(%q, %q) is %v", pattern, text, got)
		}
		if got := glob(wildcards.Replace(pattern), text, run, one, false); got != want {
			t.Fatalf("glob(%q, %q) with its own wildcards is %v", pattern, text, got)
		}
		if got := glob(strings.ToUpper(pattern), text, '*', '?', true); plain(pattern, text) && !got && strings.ToUpper(pattern) == upper(pattern) {
			t.Fatalf("glob(%q, %q) without case is false", pattern, text)
		}
	})
}

func TestGlobCountsCharacters(t *testing.T) {
	if glob("*??bc", "€bc", '*', '?', false) || !glob("*??", "€é", '*', '?', false) || !glob("?", "\U0001f600", '*', '?', false) {
		t.Error("a question mark is not one character")
	}
}

func upper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// A pattern covers another when it matches all of its texts, and overlaps with it when it matches one.
func TestCoverAndOverlap(t *testing.T) {
	var texts []string
	for _, length := range []int{0, 1, 2, 3, 4, 5, 6} {
		for n := range pow(3, length) {
			var b strings.Builder
			for range length {
				b.WriteByte("ab:"[n%3])
				n /= 3
			}
			texts = append(texts, b.String())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[ab:*?]{0,4}`).Draw(t, "a")
		b := rapid.StringMatching(`[ab:*?]{0,4}`).Draw(t, "b")
		all, some := true, false
		for _, text := range texts {
			if plain(b, text) {
				match := plain(a, text)
				all, some = all && match, some || match
			}
		}
		x, y := wildcards.Replace(a), wildcards.Replace(b)
		if got := overlap(x, y); got != some {
			t.Fatalf("overlap(%q, %q) is %v", a, b, got)
		}
		if overlap(x, y) != overlap(y, x) {
			t.Fatalf("overlap(%q, %q) has an order", a, b)
		}
		if glob(a, y, '*', '?', false) && !all || glob(x, y, run, one, false) && !all {
			t.Fatalf("%q does not cover %q", a, b)
		}
	})
	// what people write
	for _, c := range []struct{ covering, covered string }{
		{"*", "arn:aws:sns:*:*:*"}, {"arn:aws:sns:*", "arn:aws:sns:eu-central-1:*:orders"}, {"arn:aws:s3:::b/*", "arn:aws:s3:::b/logs/*"}, {"a?c", "a?c"},
	} {
		if !glob(c.covering, wildcards.Replace(c.covered), '*', '?', false) {
			t.Errorf("%s does not cover %s", c.covering, c.covered)
		}
	}
}

func pow(base, n int) int {
	out := 1
	for range n {
		out *= base
	}
	return out
}

// A pattern that makes matchers with plain backtracking run for years.
func TestGlobIsQuick(t *testing.T) {
	start := time.Now()
	text := strings.Repeat("a", 20_000)
	if glob(strings.Repeat("*a", 500)+"b", text, '*', '?', false) || overlap(strings.Repeat(string([]byte{run, 'a'}), 500)+"b", text[:2000]) {
		t.Error("matches")
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
