package live

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"fargate-doctor/aws"
)

var anywhere = aws.ExecRequest{Cluster: "shop", Task: "t1", Container: "app", Command: "sh"}

func TestAnAttemptThatMayHaveOpenedASessionIsNotRepeated(t *testing.T) {
	var attempts atomic.Int32
	broken := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		attempts.Add(1)
		panic(http.ErrAbortHandler) // the connection breaks in the middle of the answer
	})
	_, err := open(t, broken, Options{}).Sessions().ExecuteCommand(t.Context(), anywhere)
	if aws.KindOf(err) != aws.Unreachable || attempts.Load() != 1 {
		t.Errorf("%v after %d attempts", err, attempts.Load())
	}
	attempts.Store(0)
	if err := open(t, broken, Options{}).Sessions().TerminateSession(t.Context(), "s1"); aws.KindOf(err) != aws.Unreachable || attempts.Load() != maxBroken {
		t.Errorf("%v after %d attempts: ending a session twice does no harm", err, attempts.Load())
	}
}

func TestTicketsAreTold(t *testing.T) {
	const secret = "AAEAATokenThatOpensTheSession"
	var log bytes.Buffer
	a := open(t, answer(200, "application/x-amz-json-1.1", `{"session":{"sessionId":"s1","streamUrl":"wss://h/v1","tokenValue":"`+secret+`"}}`), Options{Log: &log})
	got, err := a.Sessions().ExecuteCommand(t.Context(), anywhere)
	if err != nil || got.Session != "s1" || got.StreamURL != "wss://h/v1" || got.Token != secret {
		t.Errorf("got %+v, %v", []string{got.Session, got.StreamURL, got.Token}, err)
	}
	if printed := fmt.Sprintf("%v %+v %#v %s", got, got, got, got) + log.String(); strings.Contains(printed, secret) {
		t.Errorf("the token got out: %s", printed)
	}
	if !strings.Contains(log.String(), "ecs:ExecuteCommand") {
		t.Errorf("logged %q", log.String())
	}
}

func TestSessionFailures(t *testing.T) {
	for _, test := range []struct {
		body     http.HandlerFunc
		kind     aws.Kind
		code     string
		resource string
	}{
		{apiError("ecs", 400, "TargetNotConnectedException", "Try again later."), aws.Other, "TargetNotConnectedException", "t1"},
		{apiError("ecs", 400, "AccessDeniedException", "User: x is not authorized to perform: ecs:ExecuteCommand on resource: y"), aws.Denied, "AccessDeniedException", "t1"},
		{apiError("ecs", 400, "ClusterNotFoundException", "Cluster not found."), aws.NotFound, "ClusterNotFoundException", "shop"},
		{answer(200, "application/x-amz-json-1.1", `{"taskArn":"t1"}`), aws.Malformed, "", "t1"},
		{answer(200, "text/html", `<html>Log in</html>`), aws.Malformed, "", "t1"},
	} {
		_, err := open(t, test.body, Options{}).Sessions().ExecuteCommand(t.Context(), anywhere)
		e, ok := err.(*aws.Error)
		if !ok || e.Kind != test.kind || aws.CodeOf(err) != test.code || e.Resource != test.resource || e.Operation != "ecs:ExecuteCommand" {
			t.Errorf("%#v, want %v %s %s", err, test.kind, test.code, test.resource)
		}
	}
}

// What only reads cannot act: its table has nothing in common with those of what acts.
func TestReadingAndActingAreApart(t *testing.T) {
	for _, name := range append(SessionOperations(), AutomationOperations()...) {
		if slices.Contains(Operations(), name) {
			t.Errorf("%s is among what only reads", name)
		}
	}
}
