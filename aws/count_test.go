package aws

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
)

type failing map[string]error

func (f failing) Read(_ context.Context, q Query, _ func(json.RawMessage) error) error {
	return f[q.Name()]
}

// An error log that shows what could not be read must not show what was answered with no, nor what the person ended.
func TestCountedRemembersWhatGotNoAnswer(t *testing.T) {
	acls := Query{Service: "ec2", Operation: "DescribeNetworkAcls"}
	role := Query{Service: "iam", Operation: "GetRole"}
	list := Query{Service: "ecs", Operation: "ListTasks"}
	fine := Query{Service: "ec2", Operation: "DescribeVpcs"}
	denied := Errorf(Denied, acls, "", "no")
	c := NewCounted(failing{acls.Name(): denied, role.Name(): Errorf(NotFound, role, "web", "no"), list.Name(): Errorf(Cancelled, list, "", "enough")})
	for _, q := range []Query{acls, acls, role, list, fine} {
		_ = c.Read(context.Background(), q, nil)
	}
	if got := c.Unanswered(); len(got) != 1 || !errors.Is(got[0], denied) {
		t.Errorf("unanswered are %v, want the denied call, once", got)
	}
	if got := c.Unanswered(); len(got) != 0 {
		t.Errorf("asked again, %v are told again", got)
	}
	if c.Total() != 5 {
		t.Errorf("%d calls are counted, want all 5", c.Total())
	}
}
