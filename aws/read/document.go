package read

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
)

// A document is a policy in an answer. It comes in three forms: as the JSON object that the AWS CLI prints for IAM's policies, as a
// string of JSON, and as IAM sends it, URL-encoded.
type document string

func (d *document) UnmarshalJSON(b []byte) error {
	text := string(b)
	if b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		if text == "" {
			return nil
		}
		if !json.Valid([]byte(text)) {
			decoded, err := url.PathUnescape(text)
			if err != nil {
				return errors.New("a policy is neither JSON nor URL-encoded")
			}
			text = decoded
		}
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil || compact.Bytes()[0] != '{' {
		return errors.New("a policy is no JSON object")
	}
	*d = document(compact.String())
	return nil
}
