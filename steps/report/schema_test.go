package report_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"fargate-doctor/steps"
	"fargate-doctor/steps/probe"
	"fargate-doctor/steps/report"

	"github.com/google/go-cmp/cmp"
)

// schemaFile is what people get; the tests of the command line hold real output against it.
const schemaFile = "../../docs/report.schema.json"

// The schema is made from the types that the JSON is made from.
func TestTheSchemaAgreesWithTheTypes(t *testing.T) {
	defs := map[string]any{}
	schema := describe(t, report.Document, defs)
	schema = map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "Report of fargate-doctor diagnose --format json",
		"$ref":    schema["$ref"], "$defs": defs,
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schema); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("%s does not agree with the types; make generate writes it anew (-file +types):\n%s", schemaFile, diff)
	}
}

// enums are the values of the types that have a fixed set of them.
var enums = map[reflect.Type][]string{
	reflect.TypeFor[steps.Overall](): {string(steps.OK), string(steps.BlockedPath), string(steps.DeniedCall), string(steps.Misconfigured), string(steps.Inconclusive)},
	reflect.TypeFor[steps.Verdict](): {steps.Pass.String(), steps.Fail.String(), steps.Warn.String(), steps.Unknown.String(), steps.Skipped.String()},
	reflect.TypeFor[steps.Symptom](): symptoms(),

	reflect.TypeFor[probe.Verdict](): probeVerdicts(),
	reflect.TypeFor[probe.Kind]():    {"name", "connect", "to-proxy", "tls", "http", "http-proxy", "call"},

	reflect.TypeFor[steps.RunbookSays](): {steps.SaysUnclear.String(), steps.SaysProblem.String(), steps.SaysFine.String()},
	reflect.TypeFor[steps.Agreement]():   {steps.NotComparable.String(), steps.Agrees.String(), steps.Differs.String()},
}

func probeVerdicts() []string {
	var all []string
	for v := probe.Unknown; v <= probe.Failed; v++ {
		all = append(all, v.String())
	}
	return all
}

func symptoms() []string {
	var all []string
	for _, s := range steps.Symptoms() {
		all = append(all, string(s.Symptom))
	}
	return all
}

// describe returns the schema of a type. Structs go to defs.
func describe(t *testing.T, of reflect.Type, defs map[string]any) map[string]any {
	t.Helper()
	if values, ok := enums[of]; ok {
		return map[string]any{"type": "string", "enum": values}
	}
	if of.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		t.Errorf("%s has no list of its values", of)
	}
	switch of.Kind() {
	case reflect.Pointer:
		return describe(t, of.Elem(), defs)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": describe(t, of.Elem(), defs)}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": describe(t, of.Elem(), defs)}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint16:
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.Struct:
		if defs[of.Name()] == nil {
			members, required := map[string]any{}, []string{}
			for _, f := range reflect.VisibleFields(of) {
				if f.Anonymous {
					continue
				}
				name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
				member := describe(t, f.Type, defs)
				if member["description"] = f.Tag.Get("doc"); member["description"] == "" {
					t.Errorf("%s.%s has no doc", of, f.Name)
				}
				members[name] = member
				if options != "omitempty" {
					required = append(required, name)
				}
			}
			defs[of.Name()] = map[string]any{"type": "object", "properties": members, "required": required}
		}
		return map[string]any{"$ref": "#/$defs/" + of.Name()}
	}
	t.Fatalf("%s has no schema", of)
	return nil
}
