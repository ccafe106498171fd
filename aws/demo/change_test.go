package demo

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const small = `{"SecurityGroups": [
  {"GroupId": "sg-1", "GroupName": "web", "IpPermissionsEgress": [{"FromPort": 443}]},
  {"GroupId": "sg-2", "GroupName": "db", "IpPermissionsEgress": [{"FromPort": 53}, {"FromPort": 54}]}]}`

func accountOf(t *testing.T, text string) account {
	t.Helper()
	d := document{path: "test.json"}
	if err := json.Unmarshal([]byte(text), &d.body); err != nil {
		t.Fatal(err)
	}
	return account{documents: []document{d}}
}

func TestChanges(t *testing.T) {
	tests := []struct{ name, change, want string }{
		{"set by id", `{"in": "SecurityGroups", "id": "sg-1", "set": {"IpPermissionsEgress": []}}`, `{"SecurityGroups": [
			{"GroupId": "sg-1", "GroupName": "web", "IpPermissionsEgress": []},
			{"GroupId": "sg-2", "GroupName": "db", "IpPermissionsEgress": [{"FromPort": 53}, {"FromPort": 54}]}]}`},
		{"set along a path, by name", `{"in": "SecurityGroups", "name": "db", "set": {"IpPermissionsEgress.1.FromPort": 55}}`, `{"SecurityGroups": [
			{"GroupId": "sg-1", "GroupName": "web", "IpPermissionsEgress": [{"FromPort": 443}]},
			{"GroupId": "sg-2", "GroupName": "db", "IpPermissionsEgress": [{"FromPort": 53}, {"FromPort": 55}]}]}`},
		{"set of elements", `{"in": "SecurityGroups", "name": "db", "of": "IpPermissionsEgress", "where": {"FromPort": 53}, "set": {"ToPort": 60}}`, `{"SecurityGroups": [
			{"GroupId": "sg-1", "GroupName": "web", "IpPermissionsEgress": [{"FromPort": 443}]},
			{"GroupId": "sg-2", "GroupName": "db", "IpPermissionsEgress": [{"FromPort": 53, "ToPort": 60}, {"FromPort": 54}]}]}`},
		{"remove elements", `{"in": "SecurityGroups", "id": "sg-2", "remove": "IpPermissionsEgress", "where": {"FromPort": 53}}`, `{"SecurityGroups": [
			{"GroupId": "sg-1", "GroupName": "web", "IpPermissionsEgress": [{"FromPort": 443}]},
			{"GroupId": "sg-2", "GroupName": "db", "IpPermissionsEgress": [{"FromPort": 54}]}]}`},
		{"add an element", `{"in": "SecurityGroups", "id": "sg-1", "add": "IpPermissionsEgress", "value": {"FromPort": 80}}`, `{"SecurityGroups": [
			{"GroupId": "sg-1", "GroupName": "web", "IpPermissionsEgress": [{"FromPort": 443}, {"FromPort": 80}]},
			{"GroupId": "sg-2", "GroupName": "db", "IpPermissionsEgress": [{"FromPort": 53}, {"FromPort": 54}]}]}`},
		{"drop", `{"in": "SecurityGroups", "drop": "web"}`, `{"SecurityGroups": [
			{"GroupId": "sg-2", "GroupName": "db", "IpPermissionsEgress": [{"FromPort": 53}, {"FromPort": 54}]}]}`},
		{"append", `{"in": "SecurityGroups", "append": {"GroupId": "sg-3"}}`, `{"SecurityGroups": [
			{"GroupId": "sg-1", "GroupName": "web", "IpPermissionsEgress": [{"FromPort": 443}]},
			{"GroupId": "sg-2", "GroupName": "db", "IpPermissionsEgress": [{"FromPort": 53}, {"FromPort": 54}]}, {"GroupId": "sg-3"}]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var c change
			if err := decodeStrict([]byte(test.change), &c); err != nil {
				t.Fatal(err)
			}
			got := accountOf(t, small)
			if err := got.apply([]change{c}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(accountOf(t, test.want).documents[0].body, got.documents[0].body); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAChangeThatMatchesNothingIsAnError(t *testing.T) {
	for _, text := range []string{
		`{"in": "SecurityGroups", "id": "sg-9", "set": {"IpPermissionsEgress": []}}`,
		`{"in": "SecurityGroups", "name": "nobody", "add": "IpPermissionsEgress", "value": {}}`,
		`{"in": "SecurityGroups", "id": "sg-1", "set": {"IpPermissionsEgress.7.FromPort": 1}}`,
		`{"in": "SecurityGroups", "id": "sg-1", "set": {"Nothing.FromPort": 1}}`,
		`{"in": "SecurityGroups", "id": "sg-1", "of": "IpPermissionsEgress", "where": {"FromPort": 1}, "set": {"ToPort": 1}}`,
		`{"in": "SecurityGroups", "id": "sg-1", "remove": "IpPermissionsEgress", "where": {"FromPort": 1}}`,
		`{"in": "SecurityGroups", "id": "sg-1", "remove": "Nothing", "where": {"FromPort": 1}}`,
		`{"in": "SecurityGroups", "id": "sg-1", "add": "Nothing", "value": {}}`,
		`{"in": "SecurityGroups", "drop": "sg-9"}`,
		`{"in": "Nothing", "append": {}}`,
		`{"in": "SecurityGroups", "id": "sg-1"}`,
		`{"in": "SecurityGroups", "set": {"GroupName": "all"}}`,
	} {
		var c change
		if err := decodeStrict([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		if err := accountOf(t, small).apply([]change{c}); err == nil {
			t.Errorf("no error for %s", text)
		}
	}
}

func TestUnknownMembersOfAChangeAreRefused(t *testing.T) {
	var c change
	if err := decodeStrict([]byte(`{"in": "SecurityGroups", "id": "sg-1", "sett": {}}`), &c); err == nil {
		t.Error("no error for a misspelt member")
	}
}
