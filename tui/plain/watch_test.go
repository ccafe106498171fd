package plain

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"fargate-doctor/aws"
	"fargate-doctor/aws/demo"
)

// mended is a reader over one world, and after a number of walks over another: somebody has mended something.
type mended struct {
	before, after aws.Reader
	fail          map[int]error // by call of ecs:DescribeTasks
	last          int

	mu    sync.Mutex
	walks int
}

func (m *mended) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	m.mu.Lock()
	from, err := m.before, error(nil)
	if q.Name() == "ecs:DescribeTasks" { // once in a walk
		m.walks++
		err = m.fail[m.walks]
	}
	if m.walks > m.last {
		from = m.after
	}
	m.mu.Unlock()
	if err != nil {
		return err
	}
	return from.Read(ctx, q, page)
}

// watched returns options over a world that becomes another one after some walks.
func watched(t *testing.T, last int) Options {
	t.Helper()
	o := onWalk(t, "endpoint-sg-ingress-denied")
	after, _, err := demo.Open("healthy-endpoint")
	if err != nil {
		t.Fatal(err)
	}
	o.Session.Reader = &mended{before: o.Session.Reader, after: after, last: last}
	return o
}

// Each look is a line, until the path opens; then what changed is said.
func TestAWatchSaysEachLookUntilThePathOpens(t *testing.T) {
	text := conversing(t, func(t *testing.T) Options { return watched(t, 3) }, typed("watch", "watch", "quit")...)
	holds(t, text, "Root cause, endpoint.sg-ingress-denied", "Looking again every 15 seconds", "Look 1, ", "nothing changed.", "Look 2, ", "nothing changed.",
		"Look 3, ", "it was blocked and is nothing in the way, endpoint.sg-ingress-denied is gone, ", "The verdict changed; the watch has ended.",
		"Answer: On the network nothing stops service worker", "Changed: Does the endpoint's security group admit the task on TCP 443? Fail before, now pass:",
		"nothing stands in the way, so there is nothing to watch for", "Goodbye.")
	lacks(t, text, "Look 4")
	times := map[string]bool{}
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, "Look ") {
			times[strings.Fields(line)[2]] = true
		}
	}
	if len(times) != 3 {
		t.Errorf("the looks were at %v", times)
	}
}

// An empty line ends a watch; anything else that is typed is the next answer as well.
func TestALineEndsAWatch(t *testing.T) {
	text := conversing(t, func(t *testing.T) Options { return watched(t, 1000) }, turn{await: "What next?", line: "watch"}, turn{await: "Look 2", line: ""},
		turn{await: "What next?", line: "watch"}, turn{await: "Look 1", line: "steps"}, turn{await: "Step 29 of 29", line: "quit"})
	holds(t, text, "Look 2", "The watch has ended.", "What next?", "Look 1", "The watch has ended.", "What next?", "Step 1 of 29", "Goodbye.")
}

// What breaks off is said and looked at again, but for credentials, which time does not mend.
func TestAWatchThatBreaksOff(t *testing.T) {
	outage := &aws.Error{Kind: aws.Unreachable, Operation: "ecs:DescribeTasks"}
	expired := &aws.Error{Kind: aws.Credentials, Operation: "ecs:DescribeTasks", Hint: "Sign in: aws sso login --profile dev"}
	text := conversing(t, func(t *testing.T) Options {
		o := watched(t, 1000)
		o.Session.Reader.(*mended).fail = map[int]error{2: outage, 5: expired} // after an outage the stopped tasks are asked for too
		return o
	}, typed("watch", "recheck", "quit")...)
	holds(t, text, "Look 1, ", "the walk broke off: AWS does not answer.", "Look 2, ", "nothing changed.", "The watch broke off: the credentials are missing or have expired.",
		"aws sso login --profile dev", "What next?", "Since the last walk: nothing changed.", "Goodbye.")
	lacks(t, text, "Look 3")
}

func TestAWatchEndsWithTheInput(t *testing.T) {
	text := conversing(t, func(t *testing.T) Options { return watched(t, 1000) }, typed("watch")...)
	holds(t, text, "Looking again", "The input has ended, and the watch with it.", "diagnose --watch", "The input has ended, and the program with it.")
}
