package probe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fargate-doctor/aws"
)

// A Script is a set of probes that run side by side in one container.
type Script struct {
	image Image
	parts []part
}

// A part is one command of a script.
type part struct {
	kind   Kind
	tool   tool
	target Target
	on     string // what the result is said to be of
}

// A tool is a way to ask one thing.
type tool struct {
	name    string // for a person
	needs   []string
	fits    func(Image) bool // more than needs; nil is always
	command func(Target) string
	read    func(printed, Target) Result // fills in what the command tells
}

// A printed is what a command printed.
type printed struct {
	lines  []string // cleaned
	status int
	whole  bool // the end is there
	ended  bool // by the script, because its time was over
}

func (p printed) text() string { return strings.Join(p.lines, "\n") }

// line returns the first line that holds the phrase, "" for none.
func (p printed) line(phrase string) string {
	if i := slices.IndexFunc(p.lines, func(l string) bool { return strings.Contains(l, phrase) }); i >= 0 {
		return strings.TrimSpace(p.lines[i])
	}
	return ""
}

// usable returns the tools that the image has, in their order.
func usable(tools []tool, i Image) []tool {
	var out []tool
	for _, t := range tools {
		if i.has(t.needs...) && (t.fits == nil || t.fits(i)) {
			out = append(out, t)
		}
	}
	return out
}

// quote returns a word that a shell takes as it is.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// prelude defines t, which ends a command after some seconds, and p, which runs a command's function and puts its number before every
// line that it prints, its exit status last. So the outputs of commands that run side by side can be told apart, and nothing that a server
// sends can pass for another's.
const prelude = `LC_ALL=C; export LC_ALL; unset LANGUAGE
p() { { "c$1" </dev/null; r=$?; printf '\n=%s\n' "$r"; } 2>&1 | while IFS= read -r x || [ -n "$x" ]; do printf '%s\n' "$1|$x"; done; }
`

// The watchdog is for images without timeout, or with one of other arguments. Where there is no sleep either the commands' own limits
// have to do.
const (
	withTimeout = `t() { timeout "$@"; }
`
	withSleep = `t() { s=$1; shift; "$@" & a=$!; { sleep "$s"; kill "$a"; } >/dev/null 2>&1 & b=$!; wait "$a"; r=$?; kill "$b" 2>/dev/null; return "$r"; }
`
	withNothing = `t() { shift; "$@"; }
`
)

// Text returns the script.
func (s Script) Text() string {
	var b strings.Builder
	b.WriteString(prelude)
	switch {
	case s.image.is("timeout", "works"):
		b.WriteString(withTimeout)
	case s.image.has("sleep"):
		b.WriteString(withSleep)
	default:
		b.WriteString(withNothing)
	}
	for n, part := range s.parts {
		fmt.Fprintf(&b, "# %d %s %s %q\n", n, part.kind, part.tool.name, part.target.address())
		fmt.Fprintf(&b, "c%d() { %s\n}\np %d &\n", n, part.tool.command(part.target), n)
	}
	b.WriteString("wait")
	return b.String()
}

// Read reads what the script printed: a result for each command, in order.
func (s Script) Read(out Output) []Result {
	outputs := make([]printed, len(s.parts))
	for line := range strings.Lines(string(out.Text)) {
		number, rest, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "|")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 0 || n >= len(outputs) || len(outputs[n].lines) > mostLines {
			continue
		}
		outputs[n].lines = append(outputs[n].lines, aws.Clean(rest))
	}
	results := make([]Result, 0, len(s.parts))
	for n, part := range s.parts {
		p := outputs[n].finished()
		r := Result{Evidence: "the container's answer is cut off"}
		switch {
		case !p.whole:
		case p.status == 126 || p.status == 127:
			r.Evidence = p.last()
		default:
			r = part.tool.read(p, part.target)
		}
		r.Probe, r.Tool, r.Target, r.Evidence = part.kind, part.tool.name, part.on, short(r.Evidence)
		results = append(results, r)
	}
	return results
}

// mostLines bounds what is read of one command, and mostEvidence what is shown of a line, in characters.
const (
	mostLines    = 400
	mostEvidence = 200
)

// finished takes the exit status from the last line.
func (p printed) finished() printed {
	if len(p.lines) == 0 {
		return p
	}
	status, ok := strings.CutPrefix(p.lines[len(p.lines)-1], "=")
	n, err := strconv.Atoi(status)
	if !ok || err != nil {
		return p
	}
	p.lines, p.status, p.whole = p.lines[:len(p.lines)-1], n, true
	// timeout says 124, busybox' and the watchdog leave what a signal leaves.
	p.ended = n == 124 || n == 128+15 || n == 128+9
	return p
}

// last returns the last line that is not empty.
func (p printed) last() string {
	for _, l := range slices.Backward(p.lines) {
		if l = strings.TrimSpace(l); l != "" {
			return l
		}
	}
	return ""
}

func short(s string) string {
	if r := []rune(s); len(r) > mostEvidence {
		return string(r[:mostEvidence-1]) + "…"
	}
	return s
}
