// Package demo holds embedded worlds: small AWS accounts in the snapshot format, each a base with one small difference, so
// that the program can be tried, and tested, without an account or a network.
//
// A base is a folder of plain AWS CLI output under worlds/base; a world is one short file of worlds/ that names its base and
// lists what is changed in it. What the answers mean is aws/read's business, and how a snapshot answers is aws/snapshot's.
package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"fargate-doctor/aws"
	"fargate-doctor/aws/snapshot"
)

//go:embed worlds
var files embed.FS

// Default is the name of the world that is opened when a person names none.
const Default = "endpoint-sg-ingress-denied"

// A World is a small AWS account with, usually, one thing wrong in it, and the question that finds it.
type World struct {
	Name     string
	Title    string // what it shows, in a few words
	Story    string // what the person on call sees
	Base     string // the base that it differs from
	Region   string
	Cluster  string
	Service  string
	Task     string // id; "" when the service's newest task is meant
	Symptom  string // "timeout", "dns", "auth", "exec", "start" or "unsure"
	Target   string // as a person would type it
	Action   string // the refused call, where the world is about one
	Resource string // what it was refused on
	Error    string // what the application printed
	Expect   Expectation

	Captured time.Time // the moment that it shows

	denied  []string           // IAM actions that are refused
	failed  []snapshot.Failure // calls that end otherwise, such as with "not found"
	changes []change
}

// An Expectation is what a diagnosis of a world must find.
type Expectation struct {
	Verdict string   `json:"verdict"` // as in the report: ok, blocked, misconfigured, unknown
	Causes  []string `json:"causes"`  // cause codes, the root cause first
}

// worldFile is the form of a world on disk.
type worldFile struct {
	Title    string             `json:"title"`
	Story    string             `json:"story"`
	Base     string             `json:"base"`
	Cluster  string             `json:"cluster"`
	Service  string             `json:"service"`
	Task     string             `json:"task"`
	Symptom  string             `json:"symptom"`
	Target   string             `json:"target"`
	Action   string             `json:"action"`
	Resource string             `json:"resource"`
	Error    string             `json:"error"`
	Expect   Expectation        `json:"expect"`
	Denied   []string           `json:"denied"`
	Failed   []snapshot.Failure `json:"failed"`
	Changes  []change           `json:"changes"`
}

// Worlds returns all worlds in the order in which they are offered: healthy ones, then cause by cause along the packet's
// way, then several faults at once.
func Worlds() []World {
	var worlds []World
	for _, name := range names() {
		worlds = append(worlds, load(name))
	}
	return worlds
}

func names() []string {
	var names []string
	decodeEmbedded("worlds/index.json", &names)
	return names
}

func load(name string) World {
	var f worldFile
	decodeEmbedded(path.Join("worlds", name+".json"), &f)
	return World{
		Name: name, Title: f.Title, Story: f.Story, Base: f.Base, Region: loadBase(f.Base).Region,
		Cluster: f.Cluster, Service: f.Service, Task: f.Task, Symptom: f.Symptom, Target: f.Target, Action: f.Action, Resource: f.Resource, Error: f.Error,
		Expect: f.Expect, Captured: captured, denied: f.Denied, failed: f.Failed, changes: f.Changes,
	}
}

// Open returns the world of that name, ready to be read. A cause code is understood as the name of its world. The error for
// a name that does not exist offers those that look like it.
func Open(name string) (aws.Reader, World, error) {
	all := names()
	for _, called := range []string{name, strings.ReplaceAll(name, ".", "-")} {
		if slices.Contains(all, called) {
			w := load(called)
			reader, err := w.open()
			return reader, w, err
		}
	}
	return nil, World{}, unknownWorld(name, all)
}

func (w World) open() (aws.Reader, error) {
	account, err := w.account()
	if err != nil {
		return nil, fmt.Errorf("demo world %s: %w", w.Name, err)
	}
	archive, err := account.archive(w.manifest())
	if err != nil {
		return nil, fmt.Errorf("demo world %s: %w", w.Name, err)
	}
	reader, err := snapshot.OpenFS(archive)
	if err != nil {
		return nil, fmt.Errorf("demo world %s: %w", w.Name, err)
	}
	return reader, nil
}

// account returns the world's base with the world's changes made.
func (w World) account() (account, error) {
	a, err := openBase(w.Base)
	if err != nil {
		return account{}, err
	}
	return a, a.apply(w.changes)
}

// decodeEmbedded decodes an embedded file. The files are part of the program and every one of them is decoded in a test, so
// that a fault in one is a fault of the program.
func decodeEmbedded(name string, into any) {
	raw, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	if err := decodeStrict(raw, into); err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
}

// decodeStrict decodes JSON and refuses members that the Go type does not have.
func decodeStrict(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}
