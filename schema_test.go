package main

import (
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A reportSchema is docs/report.schema.json, made strict: members that it does not know are wrong.
type reportSchema struct{ *jsonschema.Schema }

func openReportSchema(t *testing.T) reportSchema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(contents(t, "docs/report.schema.json")))
	if err != nil {
		t.Fatal(err)
	}
	for _, def := range document.(map[string]any)["$defs"].(map[string]any) {
		def.(map[string]any)["additionalProperties"] = false
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("report.schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return reportSchema{s}
}

// check returns what is wrong with a report in JSON.
func (s reportSchema) check(text string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

func TestTheReportSchemaCanSayNo(t *testing.T) {
	schema := openReportSchema(t)
	report := run(t, "", "diagnose", "--demo", "--format", "json").out
	if err := schema.check(report); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{`"verdict": "blocked"`, `"verdict": "odd"`}, {`"calls"`, `"called"`}, {`"missing": []`, `"missing": null`}, {`"port": 443`, `"port": "443"`}} {
		wrong := strings.Replace(report, change[0], change[1], 1)
		if wrong == report {
			t.Errorf("the report has no %s", change[0])
		}
		if schema.check(wrong) == nil {
			t.Errorf("%s passes", change[1])
		}
	}
}
