package report

import "reflect"

// Document is the type that the JSON of a report is made from.
var Document = reflect.TypeFor[document]()
