package report

import (
	"reflect"
	"strings"

	"fargate-doctor/aws"
	"fargate-doctor/steps"
)

// cleaned returns a copy of a report, or of a part of one, in which every text is safe to show: names, tags and log lines come from
// whoever may write them. It goes through the types, so that no text that is added to them is forgotten.
func cleaned[T any](v T) T {
	scrub(reflect.ValueOf(&v).Elem())
	return v
}

// scrub cleans what v holds. Lists, maps and what a pointer leads to are copied first.
func scrub(v reflect.Value) {
	if !v.CanSet() {
		return // of another package, and no text: an address, what a fix does to the facts
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(aws.Clean(v.String()))
	case reflect.Struct:
		document := ""
		fix, isFix := v.Addr().Interface().(*steps.Fix)
		if isFix {
			document = cleanLines(fix.Document)
		}
		for i := range v.NumField() {
			scrub(v.Field(i))
		}
		if isFix {
			fix.Document = document
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		held := reflect.New(v.Elem().Type())
		held.Elem().Set(v.Elem())
		scrub(held.Elem())
		if v.Kind() == reflect.Interface {
			held = held.Elem()
		}
		v.Set(held)
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		list := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(list, v)
		for i := range list.Len() {
			scrub(list.Index(i))
		}
		v.Set(list)
	case reflect.Map:
		if v.IsNil() {
			return
		}
		table := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entries := v.MapRange(); entries.Next(); {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			key.Set(entries.Key())
			value.Set(entries.Value())
			scrub(key)
			scrub(value)
			table.SetMapIndex(key, value)
		}
		v.Set(table)
	}
}

// cleanLines cleans a text of several lines, and keeps its lines.
func cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = aws.Clean(l)
	}
	return strings.Join(lines, "\n")
}
