package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"fargate-doctor/aws"
)

// An operation is one row of the table: an API call without its types.
type operation struct {
	service, name string
	key           func(field string) string // how the AWS CLI spells the keys of the service's answers
	pageSize      int                       // the most items per page that the API allows, 0 when there is no such parameter
	mostPages     int                       // of a search that could go on for long: what comes after is left out; 0 means all
	newInput      func() any
	invoke        func(ctx context.Context, in any) (any, error)
}

// op makes a row of a client's method; the operation is named after the method's input type.
//
// Neither the row nor the function knows the client's type. If they did, the linker would keep all of its hundreds of methods,
// as it does for every type that reflection might reach, and the program would grow by 35 MB.
func op[In, Out, Options any](service string, key func(string) string,
	method func(context.Context, *In, ...func(*Options)) (*Out, error), pageSize int) operation {
	return operation{
		service:  service,
		name:     strings.TrimSuffix(reflect.TypeFor[In]().Name(), "Input"),
		key:      key,
		pageSize: pageSize,
		newInput: func() any { return new(In) },
		invoke: func(ctx context.Context, in any) (any, error) {
			out, err := method(ctx, in.(*In))
			if err != nil {
				return nil, err
			}
			return out, nil
		},
	}
}

// upTo returns the row with a bound on the pages that are read. Its answers are samples.
func (o operation) upTo(pages int) operation {
	o.mostPages = pages
	return o
}

// Name returns "service:Operation".
func (o operation) Name() string { return o.service + ":" + o.name }

// input returns the SDK's input for the parameters. A parameter that the operation does not have is an error, because a
// filter that is silently dropped would widen the answer.
func (o operation) input(parameters aws.Input) (any, error) {
	in := o.newInput()
	data, err := json.Marshal(parameters)
	if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	return in, nil
}

func (o operation) print(out any) json.RawMessage { return cliJSON(out, o.key) }

// asIs spells keys as the SDK's fields are spelled, as most services do.
func asIs(field string) string { return field }

// lowerFirst spells keys as ECS, ECR and CloudWatch Logs do: "taskArns".
func lowerFirst(field string) string { return strings.ToLower(field[:1]) + field[1:] }
