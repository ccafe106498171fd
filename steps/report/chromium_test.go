package report_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// A chromium is a headless browser that is driven by the DevTools protocol, over the pipe that --remote-debugging-pipe opens: messages
// in JSON, each ended by a NUL byte (https://chromedevtools.github.io/devtools-protocol/).
type chromium struct {
	t       *testing.T
	to      io.Writer
	from    *bufio.Reader
	session string
	last    int
	events  []event // since the last open
}

type event struct {
	Method string
	Params json.RawMessage
}

// startChromium starts a browser for the test, or skips it where there is none.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("the page is tested in a browser, and there is no Chromium here")
	}
	theirIn, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(),
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirIn.Close()
	theirOut.Close()
	c := &chromium{t: t, to: to, from: bufio.NewReader(from)}
	t.Cleanup(func() {
		fmt.Fprintf(to, `{"id":%d,"method":"Browser.close"}`+"\x00", c.last+1)
		_, _ = io.Copy(io.Discard, from) // until it has ended, and its folder is its own no more
		_ = cmd.Wait()
		stop()
		to.Close()
		from.Close()
	})
	var target struct{ TargetID string }
	c.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	c.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	c.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		c.call(domain+".enable", nil, nil)
	}
	return c
}

// call makes one call and waits for its answer; events that come before it are kept.
func (c *chromium) call(method string, params map[string]any, answer any) {
	c.t.Helper()
	c.last++
	message := map[string]any{"id": c.last, "method": method}
	if params != nil {
		message["params"] = params
	}
	if c.session != "" {
		message["sessionId"] = c.session
	}
	text, err := json.Marshal(message)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.to.Write(append(text, 0)); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	for {
		got := c.read()
		switch {
		case got.ID != c.last:
		case got.Error != nil:
			c.t.Fatalf("%s: %s", method, got.Error.Message)
		default:
			if answer != nil {
				if err := json.Unmarshal(got.Result, answer); err != nil {
					c.t.Fatalf("%s: %v", method, err)
				}
			}
			return
		}
	}
}

type message struct {
	event
	ID     int
	Result json.RawMessage
	Error  *struct{ Message string }
}

// read reads the next message, and keeps it if it is an event.
func (c *chromium) read() message {
	c.t.Helper()
	text, err := c.from.ReadBytes(0)
	if err != nil {
		c.t.Fatalf("the browser has ended: %v", err)
	}
	var m message
	if err := json.Unmarshal(bytes.TrimSuffix(text, []byte{0}), &m); err != nil {
		c.t.Fatal(err)
	}
	if m.Method != "" {
		c.events = append(c.events, m.event)
	}
	return m
}

// open opens a page and waits until it is loaded.
func (c *chromium) open(url string) {
	c.t.Helper()
	c.events = nil
	c.call("Page.navigate", map[string]any{"url": url}, nil)
	for {
		for _, e := range c.events {
			if e.Method == "Page.loadEventFired" {
				return
			}
		}
		c.read()
	}
}

// eval returns what an expression comes to in the page, into answer.
func (c *chromium) eval(expression string, answer any) {
	c.t.Helper()
	var out struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	c.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &out)
	if e := out.ExceptionDetails; e != nil {
		c.t.Fatalf("%.80s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if answer != nil {
		if err := json.Unmarshal(out.Result.Value, answer); err != nil {
			c.t.Fatalf("%.80s: %v: %s", expression, err, out.Result.Value)
		}
	}
}
