package tui

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestAReportIsSaved(t *testing.T) {
	d := desk{}
	o := fromWalk()
	o.Save = d.save
	p := sit(t, o, 80, 24)
	p.does("s", "enter")
	p.sees("✓ written to /home/dev/fargate-doctor-web.html")
	if page := d["fargate-doctor-web.html"]; !strings.HasPrefix(page, "<!DOCTYPE html>") && !strings.HasPrefix(page, "<!doctype html>") {
		t.Errorf("the page begins with %.40q", page)
	}
	if p.does("enter"); p.m.top().title() != "The walk" {
		t.Errorf("done leads to %q", p.m.top().title())
	}

	// Nothing is overwritten without being asked.
	d["fargate-doctor-web.html"] = "mine"
	p.does("s", "enter")
	p.sees("ctrl+o overwrites it")
	if d["fargate-doctor-web.html"] != "mine" {
		t.Error("the file was overwritten")
	}
	p.does("enter")
	if d["fargate-doctor-web.html"] != "mine" {
		t.Error("the file was overwritten by a second enter")
	}
	p.does("ctrl+o")
	if d["fargate-doctor-web.html"] == "mine" {
		t.Error("ctrl+o did not overwrite the file")
	}

	// The format and the file's extension follow each other, and account ids are masked on demand.
	p.does("esc", "s", "up", "up", "tab", "enter")
	text := d["fargate-doctor-web.json"]
	if !json.Valid([]byte(text)) || strings.Contains(text, testAccount) {
		t.Errorf("masked JSON is %.200q", text)
	}
	p.does("esc", "s", "backspace", "backspace", "backspace", "backspace", "backspace", ".md", "enter")
	if text := d["fargate-doctor-web.md"]; !strings.HasPrefix(text, "#") || !strings.Contains(text, testAccount) {
		t.Errorf("Markdown is %.200q", text)
	}
}

func TestWhyAReportWasNotSaved(t *testing.T) {
	o := fromWalk()
	o.Save = func(string, []byte, bool) (string, error) {
		return "", errors.New("open /srv/reports/x.html: permission denied")
	}
	p := sit(t, o, 80, 24)
	p.does("s", "enter")
	p.sees("✗ not written: open /srv/reports/x.html: permission denied")
}
