package demo

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

const mostLines = 40 // of a world's file: more is no "small difference" any more

func TestEveryWorldFileIsListedOnceAndShort(t *testing.T) {
	var listed []string
	titles := map[string]string{}
	for _, w := range Worlds() {
		if slices.Contains(listed, w.Name) {
			t.Errorf("%s is listed twice", w.Name)
		}
		listed = append(listed, w.Name)
		if other, ok := titles[w.Title]; ok {
			t.Errorf("%s and %s have the same title", w.Name, other)
		}
		titles[w.Title] = w.Name
		asks := w.Target + w.Error
		if w.Symptom == "start" {
			asks = w.Service // its task definition says what is needed
		}
		for what, text := range map[string]string{"title": w.Title, "story": w.Story, "cluster": w.Cluster, "service": w.Service,
			"symptom": w.Symptom, "target or error text": asks, "verdict": w.Expect.Verdict} {
			if text == "" {
				t.Errorf("%s has no %s", w.Name, what)
			}
		}
		raw, err := files.ReadFile(path.Join("worlds", w.Name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(raw), "\n"); n > mostLines {
			t.Errorf("%s has %d lines, more than %d", w.Name, n, mostLines)
		}
	}
	entries, err := fs.ReadDir(files, "worlds")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, isJSON := strings.CutSuffix(e.Name(), ".json")
		if isJSON && name != "index" && !slices.Contains(listed, name) {
			t.Errorf("worlds/%s is not in the index", e.Name())
		}
	}
	if !slices.Contains(listed, Default) {
		t.Errorf("the default world %s is not in the index", Default)
	}
}

func TestEveryWorldIsItsBaseWithAllChangesMade(t *testing.T) {
	for _, w := range Worlds() {
		if _, err := w.account(); err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
	}
}
