package aws

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain text stays", "sg-0cc3 (vpce-sns) admits TCP 443", "sg-0cc3 (vpce-sns) admits TCP 443"},
		{"other scripts stay", "Größe 東京 ✗", "Größe 東京 ✗"},
		{"colour", "\x1b[31mred\x1b[0m", "red"},
		{"colour with many parameters", "\x1b[38;5;196;1mred", "red"},
		{"cursor and screen", "a\x1b[2J\x1b[Hb", "ab"},
		{"title ended by BEL", "a\x1b]0;evil\ab", "ab"},
		{"clipboard ended by ST", "a\x1b]52;c;ZXZpbA==\x1b\\b", "ab"},
		{"device control string", "a\x1bPq#0\x1b\\b", "ab"},
		{"string that never ends stops at the line", "a\x1b]0;evil\nb", "a b"},
		{"C1 control sequence", "a\u009b31mb", "ab"},
		{"C1 operating system command", "a\u009d0;evil\u009cb", "ab"},
		{"character set", "a\x1b(0b", "ab"},
		{"two-byte escape", "a\x1b7b\x1bcd", "abd"},
		{"lone escape at the end", "a\x1b", "a"},
		{"carriage return and backspace", "fine\rbad\b\b", "finebad"},
		{"line breaks and tabs", "a\nb\tc\u2028d", "a b c d"},
		{"bidirectional override", "sg-\u202e321\u2066x\u2069", "sg-321x"},
		{"zero width", "sg\u200b-1\ufeff", "sg-1"},
		{"tag characters", "a\U000e0041b", "ab"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"raw C1 byte is not UTF-8", "a\x9b31mb", "a\ufffd31mb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Clean(tt.in); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCleanIsSafe(t *testing.T) {
	alphabet := rapid.SampledFrom([]string{"\x1b", "[", "]", "P", "m", "0", ";", "\a", "\\", "a", "é", "\n", "\u009b", "\u202e", "\xff", "\x00"})
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(alphabet, 0, 24).Draw(t, "parts"), "")
		got := Clean(in)
		if !utf8.ValidString(got) {
			t.Errorf("Clean(%q) = %q is not UTF-8", in, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || reorders(r) {
				t.Errorf("Clean(%q) = %q still holds %U", in, got, r)
			}
		}
		if again := Clean(got); again != got {
			t.Errorf("Clean(%q) = %q, cleaned again %q", in, got, again)
		}
	})
}
