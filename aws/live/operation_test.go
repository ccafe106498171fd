package live

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/document"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/efs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53resolver"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
)

func TestOperationsOnlyRead(t *testing.T) {
	names := Operations()
	for i, name := range names {
		_, operation, _ := strings.Cut(name, ":")
		if !slices.ContainsFunc([]string{"Describe", "List", "Get", "BatchGet", "Search", "Filter", "Simulate"}, func(verb string) bool { return strings.HasPrefix(operation, verb) }) {
			t.Errorf("%s does not look like a reading operation", name)
		}
		if slices.Contains([]string{"GetSecretValue", "BatchGetSecretValue", "GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory", "GetObject"}, operation) {
			t.Errorf("%s returns what may be secret", name)
		}
		if i > 0 && names[i-1] == name {
			t.Errorf("%s occurs twice", name)
		}
	}
}

// Every parameter of every operation that a Query can hold reaches the SDK's input, spelled as the API spells it.
func TestInputTakesEveryParameter(t *testing.T) {
	for _, o := range operations(sdk.Config{}) {
		in := reflect.TypeOf(o.newInput()).Elem()
		for i := range in.NumField() {
			f := in.Field(i)
			value := parameter(f.Type)
			if !f.IsExported() || value == nil {
				continue
			}
			got, err := o.input(aws.Input{o.key(f.Name): value})
			if err != nil {
				t.Errorf("%s: %v", o.Name(), err)
				continue
			}
			if !filled(reflect.ValueOf(got).Elem().Field(i)) {
				t.Errorf("%s: parameter %s did not arrive", o.Name(), o.key(f.Name))
			}
		}
	}
}

// parameter returns a value that is not zero for an input field, nil when no query has such a parameter.
func parameter(t reflect.Type) any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.String:
		return "x"
	case t.Kind() == reflect.Bool:
		return true
	case t.Kind() == reflect.Int32 || t.Kind() == reflect.Int64:
		return 7
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return []string{"x"}
	case t.Kind() == reflect.Slice && t.Elem().Name() == "Filter":
		return []aws.Filter{{Name: "vpc-id", Values: []string{"vpc-1"}}}
	}
	return nil
}

func TestInputKeepsFilters(t *testing.T) {
	for _, o := range operations(sdk.Config{}) {
		if o.Name() != "ec2:DescribeSubnets" {
			continue
		}
		in, err := o.input(aws.Input{"Filters": []aws.Filter{{Name: "vpc-id", Values: []string{"vpc-1", "vpc-2"}}}})
		if err != nil {
			t.Fatal(err)
		}
		f := in.(*ec2.DescribeSubnetsInput).Filters
		if len(f) != 1 || *f[0].Name != "vpc-id" || !slices.Equal(f[0].Values, []string{"vpc-1", "vpc-2"}) {
			t.Errorf("filters arrived as %v", f)
		}
	}
}

func TestInputRefusesWhatTheOperationLacks(t *testing.T) {
	for _, o := range operations(sdk.Config{}) {
		for _, in := range []aws.Input{
			{"NoSuchParameter": "x"},
			{"Filters": []map[string]any{{"Name": "vpc-id", "Valeus": []string{"vpc-1"}}}},
		} {
			if got, err := o.input(in); err == nil {
				t.Errorf("%s: %v was taken as %+v", o.Name(), in, got)
			}
		}
	}
}

// The printer knows a few kinds only; no answer holds others.
func TestEveryAnswerCanBePrinted(t *testing.T) {
	clients := map[string]reflect.Type{
		"sts": reflect.TypeFor[*sts.Client](), "ecs": reflect.TypeFor[*ecs.Client](), "ec2": reflect.TypeFor[*ec2.Client](),
		"route53": reflect.TypeFor[*route53.Client](), "route53resolver": reflect.TypeFor[*route53resolver.Client](),
		"iam": reflect.TypeFor[*iam.Client](), "kms": reflect.TypeFor[*kms.Client](), "s3": reflect.TypeFor[*s3.Client](), "sqs": reflect.TypeFor[*sqs.Client](),
		"sns": reflect.TypeFor[*sns.Client](), "dynamodb": reflect.TypeFor[*dynamodb.Client](), "secretsmanager": reflect.TypeFor[*secretsmanager.Client](),
		"ssm": reflect.TypeFor[*ssm.Client](), "ecr": reflect.TypeFor[*ecr.Client](), "logs": reflect.TypeFor[*cloudwatchlogs.Client](),
		"elasticfilesystem": reflect.TypeFor[*efs.Client](), "elasticloadbalancing": reflect.TypeFor[*elasticloadbalancingv2.Client](),
	}
	for _, o := range operations(sdk.Config{}) {
		method, ok := clients[o.service].MethodByName(o.name)
		if !ok {
			t.Fatalf("the SDK has no %s", o.Name())
		}
		out := method.Type.Out(0).Elem()
		for i := range out.NumField() {
			if f := out.Field(i); f.IsExported() && !pageField(f.Name) {
				printable(t, o.Name()+" "+f.Name, f.Type, nil)
			}
		}
	}
}

func printable(t *testing.T, path string, typ reflect.Type, above []reflect.Type) {
	if slices.Contains(above, typ) || typ == reflect.TypeFor[time.Time]() {
		return
	}
	above = append(above, typ)
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice:
		printable(t, path, typ.Elem(), above)
	case reflect.Map:
		if typ.Key().Kind() != reflect.String {
			t.Errorf("%s: map keys are %s", path, typ.Key())
		}
		printable(t, path, typ.Elem(), above)
	case reflect.Struct:
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() {
				printable(t, path+"."+f.Name, f.Type, above)
			}
		}
	case reflect.Interface: // a union or a document, see TestCLIJSONOfUnions
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float64:
	default:
		t.Errorf("%s is a %s", path, typ)
	}
}

func TestCLIJSON(t *testing.T) {
	type detail struct {
		Name    *string
		Options map[string]string
	}
	type output struct {
		TaskArns    []string
		Empty       []string
		Nil         []string
		Details     []detail
		CreatedAt   *time.Time
		Status      string
		Missing     string
		Running     int32
		Enabled     bool
		NextToken   *string
		MaxResults  *int32
		private     int
		ResultsFrom *string
	}
	name, token, size := `a "quoted" name`, "next", int32(100)
	at := time.Date(2026, 3, 1, 10, 0, 0, 120e6, time.UTC)
	out := &output{TaskArns: []string{"t1"}, Empty: []string{}, Details: []detail{{Name: &name, Options: map[string]string{"AwsRegion": "x", "A": "y"}}},
		CreatedAt: &at, Status: "ACTIVE", NextToken: &token, MaxResults: &size, private: 1}
	for _, test := range []struct {
		key  func(string) string
		want string
	}{
		{asIs, `{"TaskArns":["t1"],"Empty":[],"Details":[{"Name":"a \"quoted\" name","Options":{"A":"y","AwsRegion":"x"}}],` +
			`"CreatedAt":"2026-03-01T10:00:00.12Z","Status":"ACTIVE","Running":0,"Enabled":false}`},
		{lowerFirst, `{"taskArns":["t1"],"empty":[],"details":[{"name":"a \"quoted\" name","options":{"A":"y","AwsRegion":"x"}}],` +
			`"createdAt":"2026-03-01T10:00:00.12Z","status":"ACTIVE","running":0,"enabled":false}`},
	} {
		if diff := cmp.Diff(test.want, string(cliJSON(out, test.key))); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func TestCLIJSONOfUnions(t *testing.T) {
	out := &ecs.DescribeServicesOutput{Services: []types.Service{{Deployments: []types.Deployment{{
		ServiceConnectConfiguration: &types.ServiceConnectConfiguration{ContainerConfigurations: []types.ServiceConnectContainerConfiguration{
			&types.ServiceConnectContainerConfigurationMemberLogLevel{Value: "DEBUG"}}}}},
		DeploymentConfiguration: &types.DeploymentConfiguration{LifecycleHooks: []types.DeploymentLifecycleHook{
			{HookDetails: document.NewLazyDocument(map[string]any{"Key": 1})}}},
	}}}
	got := string(cliJSON(out, lowerFirst))
	for _, want := range []string{`"containerConfigurations":[{"logLevel":"DEBUG"}]`, `"hookDetails":{"Key":1}`} {
		if !strings.Contains(got, want) || !json.Valid([]byte(got)) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}
