package live

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"fargate-doctor/aws"
)

const (
	defaultInFlight = 24
	defaultTimeout  = 10 * time.Second
	maxAttempts     = 5
	maxBackoff      = 3 * time.Second
	signInAttempts  = 3
)

// Options say which account to read and how. The zero value is what the AWS environment and shared config files say.
type Options struct {
	Profile     string        // "" means AWS_PROFILE, else default
	Region      string        // "" means AWS_REGION, else the profile's
	EndpointURL string        // for all services; "" means AWS_ENDPOINT_URL, else AWS itself
	MaxInFlight int           // API calls at the same time; 0 means 24
	Timeout     time.Duration // of each attempt; 0 means 10 s
	Log         io.Writer     // one line per API call; nil means none
}

// An Account is an aws.Reader over the API of one AWS account. It may be used by several goroutines.
type Account struct {
	config      sdk.Config
	credentials *credentials
	profile     config.SharedConfig
	log         *callLog

	transport http.RoundTripper // of the data channels of sessions, which wire can't carry

	mu         sync.Mutex
	operations map[string]map[string]operation // by region and name
}

var _ aws.Reader = (*Account)(nil)

// Open finds region, credentials source and endpoint as every AWS SDK does. It reads the environment and the shared config
// files but asks no network: wrong credentials show in the first Read. An account without a region opens too; its Region is
// then "" and each Query has to name one. The error is an *aws.Error of kind Credentials.
func Open(ctx context.Context, opts Options) (*Account, error) {
	timeout := cmp.Or(opts.Timeout, defaultTimeout)
	inFlight := cmp.Or(opts.MaxInFlight, defaultInFlight)
	client := awshttp.NewBuildableClient().WithTimeout(timeout).WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = inFlight // the SDK keeps 10, and the rest of a round would dial anew each time
	})
	loading := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithLogger(logging.Nop{}),                            // else the SDK's warnings go to stderr, in the middle of the wizard
		config.WithRetryer(newRetryer(signInAttempts, time.Second)), // of the clients that fetch credentials
		// The mode "auto" would ask the instance metadata service for the region while opening.
		config.WithDefaultsMode(sdk.DefaultsModeStandard),
	}
	if opts.Profile != "" {
		loading = append(loading, config.WithSharedConfigProfile(opts.Profile))
	}
	if opts.Region != "" {
		loading = append(loading, config.WithRegion(opts.Region))
	}
	if opts.EndpointURL != "" {
		loading = append(loading, config.WithBaseEndpoint(opts.EndpointURL))
	}
	cfg, err := config.LoadDefaultConfig(ctx, loading...)
	if err != nil {
		return nil, openError(err)
	}
	transport := http.RoundTripper(client.GetTransport())
	if c, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		transport = c.GetTransport() // with AWS_CA_BUNDLE, where that is set
	}
	held := &credentials{provider: cfg.Credentials, load: func(ctx context.Context) (sdk.CredentialsProvider, error) {
		again, err := config.LoadDefaultConfig(ctx, loading...)
		return again.Credentials, err
	}}
	cfg.Credentials = held
	cfg.Retryer = newRetryer(maxAttempts, maxBackoff)
	cfg.HTTPClient = &wire{client: cfg.HTTPClient, slots: make(chan struct{}, inFlight), timeout: timeout}
	a := &Account{config: cfg, credentials: held, log: newCallLog(opts.Log), transport: transport, operations: make(map[string]map[string]operation)}
	for _, source := range cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok {
			a.profile = shared
		}
	}
	if a.profile.Profile == "" {
		a.profile.Profile = opts.Profile
	}
	return a, nil
}

// newRetryer makes retryers of the SDK's adaptive mode, which slows all calls of a client down once AWS throttles it.
func newRetryer(attempts int, backoff time.Duration) func() sdk.Retryer {
	return func() sdk.Retryer {
		return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
			o.StandardOptions = append(o.StandardOptions, func(s *retry.StandardOptions) {
				s.MaxAttempts, s.MaxBackoff = attempts, backoff
				s.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(notFinal)}, s.Retryables...)
			})
		})
	}
}

// Region returns the region of queries that name none, "" when none was found.
func (a *Account) Region() string { return a.config.Region }

// Profile returns the name of the shared config profile in use, "" when the credentials come from elsewhere.
func (a *Account) Profile() string { return a.profile.Profile }

// Read calls the operation that q names, page after page, and passes each page on. See aws.Reader.
func (a *Account) Read(ctx context.Context, q aws.Query, page func(json.RawMessage) error) error {
	q.Region = cmp.Or(q.Region, a.Region())
	if q.Region == "" {
		e := aws.Errorf(aws.Credentials, q, "", "no region is set")
		e.Hint = "Choose one with --region or AWS_REGION, or give the profile a region."
		return e
	}
	op, ok := a.in(q.Region)[q.Name()]
	if !ok {
		return aws.Errorf(aws.Unsupported, q, "", "not among the operations that this program calls")
	}
	in, err := op.input(q.Input)
	if err != nil {
		return aws.Errorf(aws.Other, q, resource(q.Input), "%w", err)
	}
	if !namesIDs(q.Input) {
		setPageSize(in, op.pageSize)
	}
	for pages := 1; ; pages++ {
		out, err := a.call(ctx, op, q, in)
		if elsewhere, ok := bucketRegion(err); ok && elsewhere != q.Region {
			q.Region = elsewhere
			op = a.in(elsewhere)[q.Name()]
			out, err = a.call(ctx, op, q, in)
		}
		if err != nil {
			return err
		}
		more, err := turnPage(in, out)
		if err != nil {
			return aws.Errorf(aws.Malformed, q, resource(q.Input), "%w", err)
		}
		if err := page(op.print(out)); err != nil || !more || pages == op.mostPages {
			return err
		}
	}
}

// bucketRegion returns the region that a bucket is in, when S3 refused a call because it came to another one.
func bucketRegion(err error) (string, bool) {
	var answer *smithyhttp.ResponseError
	if aws.KindOf(err) != aws.Other || !errors.As(err, &answer) || answer.Response == nil {
		return "", false
	}
	region := answer.Response.Header.Get("X-Amz-Bucket-Region")
	return region, region != ""
}

// call makes one API call, retries included. Its error is an *aws.Error.
func (a *Account) call(ctx context.Context, op operation, q aws.Query, in any) (any, error) {
	c := &call{started: time.Now(), once: ctx.Value(onceKey{}) != nil}
	out, err := op.invoke(context.WithValue(ctx, callKey{}, c), in)
	if err == nil && !answers(out) || q.Service == "s3" && !c.signed && fromNobody(err) {
		err = &foreignAnswer{text: "the answer holds nothing of what the operation returns"}
	}
	if err != nil {
		e := a.failure(ctx, q, c, err)
		a.log.write(q, c, e.Kind.String())
		return nil, e
	}
	a.log.write(q, c, "ok")
	return out, nil
}

// fromNobody reports whether the SDK has made what it says out of any HTTP answer. For S3 it does: a policy is whatever the body holds,
// and an error without body is called after its HTTP status.
func fromNobody(err error) bool {
	var answer *smithyhttp.ResponseError
	return err == nil || errors.As(err, &answer) && codeOf(err) == strings.ReplaceAll(http.StatusText(answer.HTTPStatusCode()), " ", "")
}

// in returns the operations in a region.
func (a *Account) in(region string) map[string]operation {
	a.mu.Lock()
	defer a.mu.Unlock()
	byName, ok := a.operations[region]
	if !ok {
		cfg := a.config.Copy()
		cfg.Region = region
		byName = make(map[string]operation)
		for _, op := range operations(cfg) {
			byName[op.Name()] = op
		}
		a.operations[region] = byName
	}
	return byName
}
