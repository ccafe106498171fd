package report_test

import (
	"bytes"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"fargate-doctor/steps"
	"fargate-doctor/steps/report"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// hostile is what somebody who may name or tag resources, or write to a log, could put into a report: control sequences that reach the
// clipboard, text that reorders, and markup of every format.
const hostile = "x\x1b]52;c;ZXZpbA==\a\x1b[2J\u202ey\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}</style></pre>" +
	"`a``b`|c|\\|\\`*d* _e_ **f** ~~g~~ [h](javascript:alert(1)) ![i](https://evil.example/i.png) &lt; # @k --> \n\n```\n# l\n| m | n |\n1. o\n<b>p</b>"

// filled returns a report in which every text is hostile: also those that are added to its types later.
func filled(t *testing.T) steps.Report {
	t.Helper()
	var r steps.Report
	fill(reflect.ValueOf(&r).Elem(), 0)
	r.Symptom, r.Verdict = steps.Auth, steps.DeniedCall
	for i := range r.Steps {
		r.Steps[i].ID, r.Steps[i].Branch = "access.identity", ""
		r.Steps[i].Verdict = steps.Warn
	}
	return r
}

func fill(v reflect.Value, depth int) {
	if !v.CanSet() || depth > 9 {
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostile)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), depth+1)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth+1)
		fill(value, depth+1)
		v.SetMapIndex(key, value)
	}
}

func TestControlSequencesNeverGetOut(t *testing.T) {
	r := filled(t)
	for _, f := range report.Formats() {
		out := string(rendered(t, r, f.Name))
		if !strings.Contains(out, "alert(1)") {
			t.Errorf("%s: the report is empty", f.Name)
		}
		for _, bad := range []string{"\x1b", "\\u001b", "\a", "\\u0007", "\u202e", "\\u202e", "ZXZpbA"} {
			if at := strings.Index(out, bad); at >= 0 {
				t.Errorf("%s holds %q: %q", f.Name, bad, out[max(0, at-80):at+20])
			}
		}
	}
}

func TestTheMarkupOfStrangersIsText(t *testing.T) {
	r := filled(t)
	elements(t, "html", string(rendered(t, r, "html")))

	// GitHub renders Markdown with HTML in it; so does this.
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	text := rendered(t, r, "markdown")
	var page bytes.Buffer
	if err := markdown.Convert(text, &page); err != nil {
		t.Fatal(err)
	}
	elements(t, "markdown", page.String())
	for _, never := range []string{"<del>", "<h1>l", "<td>m</td>", "<b>", "<strong>f", "<em>d"} {
		if strings.Contains(page.String(), never) {
			t.Errorf("markdown: %s stems from a text", never)
		}
	}
}

var tag = regexp.MustCompile(`(?s)<(/?)([a-zA-Z][a-zA-Z0-9]*)([^>]*)>`)

var link = regexp.MustCompile(`<a href="([^"]*)"[^>]*>(.*?)</a>`)

// elements fails on links that hide where they lead, on elements that no report has, and where one is opened and not closed.
func elements(t *testing.T, name, page string) {
	t.Helper()
	open := map[string]int{}
	for _, m := range tag.FindAllStringSubmatch(page, -1) {
		switch element := strings.ToLower(m[2]); {
		case element == "script", element == "img", element == "iframe", element == "b":
			t.Errorf("%s: there is a %s", name, m[0])
		case strings.Contains(m[3], "onerror"), strings.Contains(m[3], "javascript:"):
			t.Errorf("%s: there is a %s", name, m[0])
		case m[1] == "/":
			open[element]--
		default:
			open[element]++
		}
	}
	for _, m := range link.FindAllStringSubmatch(page, -1) {
		if m[1] != m[2] && !strings.HasPrefix(m[1], "#") {
			t.Errorf("%s: %s does not say where it leads", name, m[0])
		}
	}
	for _, void := range []string{"meta", "link", "br", "hr", "input"} {
		delete(open, void)
	}
	for element, n := range open {
		if n != 0 {
			t.Errorf("%s: %s is opened %d times more than closed", name, element, n)
		}
	}
}
