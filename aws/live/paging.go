package live

import (
	"errors"
	"reflect"

	"fargate-doctor/aws"
)

// The APIs page in two ways: nearly all hand out one token, Route 53's record sets name the record to go on with. EFS answers with the
// asked Marker beside NextMarker, so that Marker counts only where there is no other.
var pageTokens = []struct{ out, in string }{
	{"NextToken", "NextToken"},
	{"NextMarker", "Marker"},
	{"Marker", "Marker"},
	{"NextRecordName", "StartRecordName"},
	{"NextRecordType", "StartRecordType"},
	{"NextRecordIdentifier", "StartRecordIdentifier"},
}

// Fields that say that there is more than the answer holds.
var moreFields = []string{"AdditionalRoutesAvailable", "IsTruncated"}

// namesIDs reports whether the parameters list what they ask for by id: EC2 refuses a page size beside ids.
func namesIDs(in aws.Input) bool {
	for _, v := range in {
		if _, ok := v.([]string); ok {
			return true
		}
	}
	return false
}

// setPageSize asks for pages of n items where the input has a field for it that is not set.
func setPageSize(in any, n int) {
	if n == 0 {
		return
	}
	for _, name := range []string{"MaxResults", "MaxItems"} {
		f := reflect.ValueOf(in).Elem().FieldByName(name)
		switch size := int32(n); {
		case !f.IsValid() || !f.IsZero():
		case f.Kind() == reflect.Pointer:
			f.Set(reflect.ValueOf(&size))
		default:
			f.Set(reflect.ValueOf(size))
		}
	}
}

// turnPage makes the input that asks for what comes after out, and reports whether there is such a thing. It is an error
// when the API says that there is but not how to ask, or repeats itself: either would make part of an answer look whole.
func turnPage(in, out any) (more bool, err error) {
	input, output := reflect.ValueOf(in).Elem(), reflect.ValueOf(out).Elem()
	changed := false
	for _, token := range pageTokens {
		from, to := output.FieldByName(token.out), input.FieldByName(token.in)
		if !from.IsValid() || !to.IsValid() || token.out == token.in && output.FieldByName("Next"+token.out).IsValid() {
			continue
		}
		more = more || filled(from)
		changed = changed || !reflect.DeepEqual(from.Interface(), to.Interface())
		to.Set(from)
	}
	if more && !changed {
		return false, errors.New("the answer's page token repeats")
	}
	if more {
		return true, nil
	}
	for _, name := range moreFields {
		if f := output.FieldByName(name); f.IsValid() && filled(f) {
			return false, errors.New("there is more than the API hands out")
		}
	}
	return false, nil
}

// filled reports whether a field, or what it points to, differs from zero.
func filled(v reflect.Value) bool {
	if v.Kind() == reflect.Pointer {
		return !v.IsNil() && !v.Elem().IsZero()
	}
	return !v.IsZero()
}

// answers reports whether an output holds any of the members that its operation returns, if only an empty list. The SDK's
// decoders skip what they do not know, so that a log-in page or an empty body would otherwise pass for "there are none". An operation that
// returns nothing can hold nothing.
func answers(out any) bool {
	v := reflect.ValueOf(out).Elem()
	members := 0
	for i := range v.NumField() {
		f, field := v.Field(i), v.Type().Field(i)
		if !field.IsExported() || pageField(field.Name) {
			continue
		}
		members++
		if kind := f.Kind(); (kind == reflect.Slice || kind == reflect.Pointer || kind == reflect.Map) && !f.IsNil() {
			return true
		}
	}
	return members == 0
}

// pageField reports whether a field of an output is about paging or transport. The AWS CLI, which joins pages, prints none.
func pageField(name string) bool {
	switch name {
	case "ResultMetadata", "NextToken", "Marker", "NextMarker", "NextRecordName", "NextRecordType", "NextRecordIdentifier", "MaxResults", "MaxItems", "IsTruncated":
		return true
	}
	return false
}
