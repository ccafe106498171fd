package symptom

import (
	"strings"
	"testing"
	"time"
)

// tooLong is what no text of 64 KiB takes, also on a busy machine. How long one does take, less than 1 ms on a quiet one, the benchmarks say; here
// a text shows on which the reader's work grows faster than the text.
const tooLong = 4 * time.Millisecond

// worst are texts of 64 KiB that are hard on a reader: full of phrases, of their beginnings, of controls, of one kind of letter.
var worst = map[string]string{
	"log": filled("2025-03-28 12:21:51,000 INFO django.request: GET /admin/dashboard/ 200 OK [192.168.1.68]\n"),
	"denials": filled("User: arn:aws:iam::123456789012:user/x is not authorized to perform: s3:GetObject on " +
		"resource: arn:aws:s3:::b because no identity-based policy allows the s3:GetObject action "),
	"one line":    strings.Repeat("a", mostText),
	"nearly":      filled("not authorized to perfor because no identity-based policy allow connect timeou "),
	"escapes":     filled(`\\\"\n\t\u0041&quot;`),
	"controls":    filled("\x1b[31mconnection\x1b[0m\x1b]0;x"),
	"broken":      filled("\xff\xfe\x80"),
	"wide":        filled("接続がタイムアウトしました "),
	"blanks":      strings.Repeat(" ", mostText),
	"lines":       strings.Repeat("\n", mostText),
	"short lines": strings.Repeat("a\n", mostText/2),
	"methods":     filled("S3 getX S3 "),
	"urls":        filled("https://sqs.eu-west-1.amazonaws.com:443/ connect to "),
	"arns":        filled("arn:aws:kms:eu-west-1:123456789012:key/1 is disabled "),
	"parentheses": filled("((((((((((timed out connect error"),
	"addresses":   filled("fd00::1 network is unreachable 2001:db8::1 "),
	"hosts":       filled(`host="a.b.io" to db:5432 [::1]:9 (x/10.0.0.1:80) url=http://a/ connection refused `),
	"wrapped":     filled(strings.Repeat("x", 80) + "\n"),
	"everything":  filled(everyPhrase()),
}

func filled(part string) string { return strings.Repeat(part, mostText/len(part)+1)[:mostText] }

func everyPhrase() string {
	var all strings.Builder
	for _, sign := range signs {
		for _, phrase := range sign.phrases {
			all.WriteString(phrase + "\n")
		}
	}
	return all.String()
}

func TestNoTextTakesLong(t *testing.T) {
	if raceEnabled || testing.Short() {
		t.Skip("the time is taken without the race detector")
	}
	for name, text := range worst {
		for kind, read := range map[string]func(string) Reading{"Read": Read, "ReadStopped": ReadStopped} {
			fastest := time.Hour
			for range 200 { // other programs take their time too; the fastest run is this one's own
				began := time.Now()
				read(text)
				fastest = min(fastest, time.Since(began))
				if fastest < tooLong {
					break
				}
			}
			if fastest > tooLong {
				t.Errorf("%s takes %s on 64 KiB of %s, want less than %s", kind, fastest, name, tooLong)
			}
		}
	}
}

func BenchmarkRead64KiB(b *testing.B) {
	for name, text := range worst {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Read(text)
			}
		})
	}
}

func BenchmarkReadStopped64KiB(b *testing.B) {
	for name, text := range worst {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				ReadStopped(text)
			}
		})
	}
}

// How many messages are read in a second: the public ones, one after the other.
func BenchmarkMessages(b *testing.B) {
	texts := seeds(b)
	b.ResetTimer()
	n := 0
	for b.Loop() {
		Read(texts[n%len(texts)])
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
}
