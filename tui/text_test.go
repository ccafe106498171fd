package tui

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fargate-doctor/aws"
)

func TestMiddle(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want string
	}{
		{"sg-0cc3aa11bb22cc33d", 20, "sg-0cc3aa11bb22cc33d"},
		{"sg-0cc3aa11bb22cc33d", 12, "sg-0cc…cc33d"},
		{"sg-0cc3aa11bb22cc33d", 4, "sg-…"},
		{"報告書報告書", 7, "報…告書"},
		{"", 3, ""},
	} {
		if got := middle(c.text, c.w); got != c.want && width(got) > c.w {
			t.Errorf("middle(%q, %d) = %q, want %q", c.text, c.w, got, c.want)
		}
	}
}

func TestTextsFit(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("ab -/界é\u0301🇩🇪👩‍💻xyz "))).Draw(r, "text")
		w := rapid.IntRange(0, 40).Draw(r, "width")
		for name, got := range map[string]string{"cut": cut(s, w), "middle": middle(s, w), "apart": apart(s, "right", w)} {
			if width(got) > w {
				t.Fatalf("%s(%q, %d) = %q is %d wide", name, s, w, got, width(got))
			}
		}
		if got := width(fit(s, w)); got != w {
			t.Fatalf("fit(%q, %d) is %d wide", s, w, got)
		}
		for _, l := range wrap(s, w) {
			if width(l) > w {
				t.Fatalf("wrap(%q, %d) has the line %q", s, w, l)
			}
		}
		if w > 2 {
			if got := strings.Join(wrap(s, w), ""); strings.ReplaceAll(got, " ", "") != strings.Join(strings.Fields(aws.Clean(s)), "") {
				t.Fatalf("wrap(%q, %d) lost something: %q", s, w, got)
			}
		}
	})
}

// What is drawn over several lines is, to a shell, the command that is copied.
func TestCommandLinesPaste(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	words := func(command string) string {
		out, err := exec.Command(sh, "-c", `printf '<%s>' `+command).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", command, err, out)
		}
		return string(out)
	}
	commands := []string{fixCommand, policyCommand, `aws iam put-role-policy --policy-document '{"Sid":"it'\''s, \"mine\"","Resource":["a","b"]}' --x \'y\ z`, `aws ec2 x --filters 'Name=a b,Values=c' --y "d e"f'g h' --z {}`, "aws ec2 describe-subnets"}
	for _, c := range commands {
		want := words(c)
		for w := 12; w < 130; w += 7 {
			lines := commandLines(c, w)
			for _, l := range lines {
				if width(l) > w {
					t.Errorf("in %d columns: %q is %d wide", w, l, width(l))
				}
			}
			if got := words(strings.Join(lines, "\n")); got != want {
				t.Errorf("in %d columns the shell reads %s, want %s; the lines are\n%s", w, got, want, strings.Join(lines, "\n"))
			}
		}
	}
}

func TestAge(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": -time.Second, "59s": 59 * time.Second, "1m": time.Minute, "59m": time.Hour - 1, "47h": 48*time.Hour - 1, "2d": 48 * time.Hour,
	} {
		if got := age(noon.Add(-d), noon); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
	if got := age(time.Time{}, noon); got != "–" {
		t.Errorf("no time is %s", got)
	}
}

func TestZone(t *testing.T) {
	for _, c := range [][3]string{
		{"eu-central-1a", "eu-central-1", "1a"}, {"us-east-1-bos-1a", "us-east-1", "1-bos-1a"}, {"", "eu-central-1", ""}, {"x", "", "x"},
	} {
		if got := zone(c[0], c[1]); got != c[2] {
			t.Errorf("zone(%s, %s) = %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
