package report_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fargate-doctor/aws/vpc"
	"fargate-doctor/steps/report"
)

// pages returns the pages that are looked at in a browser, by name.
func pages(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{"hostile": rendered(t, filled(t), "html")}
	for _, world := range []string{"several-endpoint", "several-access", "denied-network-acls"} {
		all[world] = rendered(t, walk(t, world), "html")
	}
	q := report.PathQuestion{From: "Task 7c1e", To: "10.0.0.5, tcp 443", Region: "eu-central-1"}
	trace := walk(t, "several-endpoint").Trace
	trace.Verdict = vpc.Blocked
	all["beside"] = rendered(t, beside(t), "html")
	path, err := report.RenderPath(q, trace, "html")
	if err != nil {
		t.Fatal(err)
	}
	all["path"] = path
	return all
}

// In a browser the page says nothing to the console, asks the network for nothing, runs nothing, is accessible by axe-core's rules in
// light and in dark, on a screen and on a phone, is never wider than the window, and shows what is folded when it is printed.
func TestThePageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	c := startChromium(t)
	axe := axeCore(t)
	folder := t.TempDir()
	for name, page := range pages(t) {
		file := filepath.Join(folder, name+".html")
		if err := os.WriteFile(file, page, 0o600); err != nil {
			t.Fatal(err)
		}
		c.open("file://" + file)
		for _, width := range []int{360, 1200} {
			c.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false}, nil)
			c.media("screen", "light")
			var overflow int
			c.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &overflow)
			if overflow > 0 {
				t.Errorf("%s: at %d the page is %d too wide", name, width, overflow)
			}
			for _, scheme := range []string{"light", "dark"} {
				c.media("screen", scheme)
				if axe != "" {
					c.accessible(fmt.Sprintf("%s, %s, %d wide", name, scheme, width), axe)
				}
			}
		}
		c.media("print", "light")
		var folded []string
		c.eval(`[...document.querySelectorAll("details > :not(summary)")].filter(e => !e.closest(".why, .links") && !e.checkVisibility({contentVisibilityAuto: true})).map(e => e.textContent)`, &folded)
		if len(folded) > 0 {
			t.Errorf("%s: not on paper: %q", name, folded)
		}
		c.quiet(name, "file://"+file)
		c.call("Emulation.clearDeviceMetricsOverride", nil, nil)
	}
}

func (c *chromium) media(kind, scheme string) {
	c.t.Helper()
	c.call("Emulation.setEmulatedMedia", map[string]any{"media": kind, "features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	c.settle()
}

// settle waits until the page is drawn as the window and the medium now are.
func (c *chromium) settle() {
	c.t.Helper()
	c.eval("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))", nil)
}

// quiet fails on whatever the page asked for or complained about since it was opened.
func (c *chromium) quiet(name, url string) {
	c.t.Helper()
	for _, e := range c.events {
		switch e.Method {
		case "Network.requestWillBeSent":
			var sent struct{ Request struct{ URL string } }
			if err := json.Unmarshal(e.Params, &sent); err != nil {
				c.t.Fatal(err)
			}
			if sent.Request.URL != url && !strings.HasPrefix(sent.Request.URL, "data:") {
				c.t.Errorf("%s: asks for %s", name, sent.Request.URL)
			}
		case "Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Page.javascriptDialogOpening":
			c.t.Errorf("%s: %s: %s", name, e.Method, e.Params)
		}
	}
}

// axeCore returns the accessibility checker that FARGATE_DOCTOR_AXE names (axe.min.js of the npm package axe-core), "" where it doesn't.
func axeCore(t *testing.T) string {
	t.Helper()
	file := os.Getenv("FARGATE_DOCTOR_AXE")
	if file == "" {
		t.Log("accessibility is not checked: FARGATE_DOCTOR_AXE names no axe.min.js (npm install axe-core)")
		return ""
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// accessible runs axe-core in the page.
func (c *chromium) accessible(name, axe string) {
	c.t.Helper()
	c.eval("if (!window.axe) {"+axe+"}", nil)
	var found struct {
		Passes     int
		Violations []struct {
			ID, Help string
			Nodes    []struct{ HTML, FailureSummary string }
		}
	}
	c.eval(`axe.run().then(r => ({passes: r.passes.length, violations: r.violations.map(v => ({id: v.id, help: v.help,
		nodes: v.nodes.slice(0, 3).map(n => ({html: n.html.slice(0, 200), failureSummary: n.failureSummary}))}))}))`, &found)
	if found.Passes < 15 {
		c.t.Errorf("%s: only %d rules were checked", name, found.Passes)
	}
	for _, v := range found.Violations {
		c.t.Errorf("%s: %s: %s", name, v.ID, v.Help)
		for _, n := range v.Nodes {
			c.t.Logf("  %s\n  %s", n.HTML, n.FailureSummary)
		}
	}
}
