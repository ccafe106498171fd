package snapshot

import (
	"encoding/json"
	"fmt"
	"time"

	"fargate-doctor/aws"
)

// Manifest is what manifest.json says about a snapshot. All of it is optional.
type Manifest struct {
	Schema   int                        `json:"schema,omitzero"` // 1
	Captured time.Time                  `json:"captured,omitzero"`
	Region   string                     `json:"region,omitzero"` // of files outside region folders, and of questions that name none
	Account  string                     `json:"account,omitzero"`
	Caller   string                     `json:"caller,omitzero"` // ARN of who recorded it
	Denied   []string                   `json:"denied,omitzero"` // IAM actions that were refused
	Failed   []Failure                  `json:"failed,omitzero"` // calls that ended otherwise
	Facts    map[string]json.RawMessage `json:"facts,omitzero"`  // what no CLI output holds
}

// Schema is the version of the snapshot's form that this program writes.
const Schema = 1

// A Failure is a call that got no answer when the snapshot was recorded.
type Failure struct {
	Operation string         `json:"operation"` // "ec2:DescribeSubnets"
	Region    string         `json:"region,omitzero"`
	Input     map[string]any `json:"input,omitzero"`
	Kind      string         `json:"kind"`          // as aws.Kind prints it
	Code      string         `json:"code,omitzero"` // the API's own error code
	Resource  string         `json:"resource,omitzero"`
	Reason    string         `json:"reason,omitzero"`
}

// error returns the failure as it was when recorded.
func (f Failure) error(q aws.Query) error {
	kind := aws.Other
	for k := aws.Other; k <= aws.Cancelled; k++ {
		if k.String() == f.Kind {
			kind = k
		}
	}
	e := aws.Errorf(kind, q, f.Resource, "when recorded: %s", f.Reason)
	e.Code = f.Code
	return e
}

// callKey tells calls apart. Input is compared as JSON, which is how a manifest keeps it.
func callKey(operation, region string, input map[string]any) string {
	b, _ := json.Marshal(input)
	return region + " " + operation + " " + string(b)
}

func parseManifest(f file) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(f.content, &m); err != nil {
		return m, fmt.Errorf("%s: %w", f.name, err)
	}
	if m.Schema > Schema {
		return m, fmt.Errorf("%s: schema %d is newer than this program, which knows %d", f.name, m.Schema, Schema)
	}
	return m, nil
}
