package read

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// A moment is a time as the AWS CLI prints it: RFC 3339, the same with a space, or seconds since 1970, by version and settings.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		return nil
	case float64:
		whole, part := math.Modf(v)
		m.Time = time.Unix(int64(whole), int64(math.Round(part*1e3))*1e6).UTC()
		return nil
	case string:
		if v == "" {
			return nil
		}
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700"} {
			if t, err := time.Parse(layout, strings.Replace(v, " ", "T", 1)); err == nil {
				m.Time = t.UTC()
				return nil
			}
		}
	}
	return fmt.Errorf("%s is no time", b)
}
