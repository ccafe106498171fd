package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53resolver"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"fargate-doctor/aws"
)

// clients are the SDK's clients for one region.
type clients struct {
	sts             *sts.Client
	ecs             *ecs.Client
	ec2             *ec2.Client
	route53         *route53.Client
	route53resolver *route53resolver.Client
}

func newClients(cfg sdk.Config, region string) *clients {
	cfg.Region = region
	return &clients{
		sts:             sts.NewFromConfig(cfg),
		ecs:             ecs.NewFromConfig(cfg),
		ec2:             ec2.NewFromConfig(cfg),
		route53:         route53.NewFromConfig(cfg),
		route53resolver: route53resolver.NewFromConfig(cfg),
	}
}

// A service is one API: its signing name, its client, and how the AWS CLI spells the keys of its answers.
type service[Client any] struct {
	name   string
	client func(*clients) *Client
	key    func(field string) string
}

// An operation is one row of the table: an API call without its types.
type operation struct {
	service, name string
	pageSize      int // the most items per page that the API allows, 0 when it does not page or has no limit to set
	newInput      func() any
	invoke        func(ctx context.Context, c *clients, in any) (any, error)
	key           func(field string) string
}

// op makes a row of the SDK method; its operation is named after the method's input type.
func op[Client, In, Out, Options any](s service[Client],
	method func(*Client, context.Context, *In, ...func(*Options)) (*Out, error), pageSize int) operation {
	return operation{
		service:  s.name,
		name:     strings.TrimSuffix(reflect.TypeFor[In]().Name(), "Input"),
		pageSize: pageSize,
		newInput: func() any { return new(In) },
		key:      s.key,
		invoke: func(ctx context.Context, c *clients, in any) (any, error) {
			out, err := method(s.client(c), ctx, in.(*In))
			if err != nil {
				return nil, err
			}
			return out, nil
		},
	}
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

// asIs spells keys as the SDK's fields are spelled: EC2, STS and Route 53.
func asIs(field string) string { return field }

// lowerFirst spells keys as ECS does: "taskArns".
func lowerFirst(field string) string { return strings.ToLower(field[:1]) + field[1:] }
