package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// cliJSON returns the JSON that the AWS CLI prints for an operation's output: API spelling, no paging fields, nothing for what
// the answer did not hold.
func cliJSON(out any, key func(string) string) json.RawMessage {
	p := printer{key: key}
	p.structure(reflect.ValueOf(out).Elem(), pageField)
	return p.Bytes()
}

type printer struct {
	bytes.Buffer
	key func(field string) string
}

func (p *printer) structure(v reflect.Value, skip func(field string) bool) {
	p.WriteByte('{')
	first := true
	for i := range v.NumField() {
		field, f := v.Type().Field(i), v.Field(i)
		if !field.IsExported() || skip != nil && skip(field.Name) || absent(f) {
			continue
		}
		if !first {
			p.WriteByte(',')
		}
		first = false
		p.scalar(p.key(field.Name))
		p.WriteByte(':')
		p.value(f)
	}
	p.WriteByte('}')
}

// absent reports whether the API did not send a member: nil, and "" where the SDK has a string type of its own for an enum.
func absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return false
}

func (p *printer) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		p.value(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			p.scalar(t.Format(time.RFC3339Nano))
			return
		}
		p.structure(v, nil)
	case reflect.Slice:
		p.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				p.WriteByte(',')
			}
			p.value(v.Index(i))
		}
		p.WriteByte(']')
	case reflect.Map:
		p.table(v)
	case reflect.Interface:
		p.variant(v.Elem())
	case reflect.String:
		p.text(v.String())
	default:
		p.scalar(v.Interface())
	}
}

// text prints a string. IAM alone sends policies URL-encoded; the AWS CLI prints the object that they are.
func (p *printer) text(s string) {
	if strings.HasPrefix(s, "%7B") {
		decoded, err := url.PathUnescape(s)
		if err == nil && json.Valid([]byte(decoded)) {
			_ = json.Compact(&p.Buffer, []byte(decoded))
			return
		}
	}
	p.scalar(s)
}

// table prints a map. Its keys are data (tags, log options) and keep their spelling.
func (p *printer) table(v reflect.Value) {
	entries := make(map[string]reflect.Value, v.Len())
	for k, e := range v.Seq2() {
		entries[k.String()] = e
	}
	p.WriteByte('{')
	for i, k := range slices.Sorted(maps.Keys(entries)) {
		if i > 0 {
			p.WriteByte(',')
		}
		p.scalar(k)
		p.WriteByte(':')
		p.value(entries[k])
	}
	p.WriteByte('}')
}

// variant prints a union, which is an object with the one member that is set, or a document, which is JSON already.
func (p *printer) variant(v reflect.Value) {
	if document, ok := v.Interface().(interface{ MarshalSmithyDocument() ([]byte, error) }); ok {
		if data, err := document.MarshalSmithyDocument(); err == nil {
			p.Write(data)
			return
		}
	}
	p.WriteByte('{')
	// The SDK has a type UnionMemberName{Value} for each member, and one without a name for members that it does not know.
	if _, name, _ := strings.Cut(v.Elem().Type().Name(), "Member"); name != "" {
		p.scalar(p.key(name))
		p.WriteByte(':')
		p.value(v.Elem().FieldByName("Value"))
	}
	p.WriteByte('}')
}

func (p *printer) scalar(v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("live: %T in an answer: %v", v, err)) // a test holds every output type against what is handled here
	}
	p.Write(data)
}
