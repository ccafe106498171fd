package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

const (
	// maxAnswer bounds one page. The largest real ones, a thousand security groups with sixty rules each, stay under 30 MB.
	maxAnswer = 64 << 20

	// maxBroken is how many attempts of a call may end without an answer; more would let a person without a network wait.
	maxBroken = 3
)

// wire carries the SDK's requests: it limits how many are in flight, how long an attempt takes and how long an answer may be.
// Answers are read whole within the attempt, so that one that breaks off is tried again.
type wire struct {
	client  sdk.HTTPClient
	slots   chan struct{}
	timeout time.Duration
}

// A call counts the attempts of one API call, in the order in which they are made.
type call struct {
	started          time.Time
	host             string
	attempts, broken int
	signed           bool // the last answer has an AWS request id
	once             bool // not to be made again when it is not known whether it was made
}

type callKey struct{}

type onceKey struct{}

// once marks calls that must not be made again after an attempt without an answer.
func once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

func (w *wire) Do(req *http.Request) (*http.Response, error) {
	c, ok := req.Context().Value(callKey{}).(*call)
	if !ok {
		c = new(call)
	}
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
	ctx, cancel := context.WithTimeout(req.Context(), w.timeout)
	defer cancel()
	c.attempts++
	c.host = req.URL.Host
	resp, err := w.exchange(req.WithContext(ctx))
	if err == nil {
		c.signed = resp.Header.Get("X-Amz-Request-Id") != "" || resp.Header.Get("X-Amzn-Requestid") != ""
		return resp, nil
	}
	c.broken++
	var foreign *foreignAnswer
	if c.once || c.broken >= maxBroken || errors.As(err, &foreign) && !foreign.passing {
		err = &finalError{err}
	}
	return nil, err
}

func (w *wire) exchange(req *http.Request) (*http.Response, error) {
	resp, err := w.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if len(body) > maxAnswer {
		return nil, &foreignAnswer{text: fmt.Sprintf("the answer is longer than %d MB", maxAnswer>>20)}
	}
	if webPage.Match(body) {
		return nil, &foreignAnswer{
			text:          "a web page instead of an API answer: HTTP " + resp.Status,
			passing:       resp.StatusCode > http.StatusNotImplemented,
			unimplemented: unimplemented(resp),
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// webPage matches how HTML begins. No AWS API answers so, but its load balancers do while what is behind them is away.
var webPage = regexp.MustCompile(`(?i)^\s*<(!doctype )?html`)

// unimplemented reports whether a page is how a local API server (moto, on Werkzeug) says that it does not know an operation.
// Neither AWS nor a proxy on the way runs on that server, and a page of theirs must not pass for "there is no such thing".
func unimplemented(resp *http.Response) bool {
	return strings.HasPrefix(resp.Header.Get("Server"), "Werkzeug/") &&
		(resp.StatusCode == http.StatusInternalServerError || resp.StatusCode == http.StatusNotImplemented)
}

// A foreignAnswer is one that the AWS API cannot have sent.
type foreignAnswer struct {
	text          string
	passing       bool // worth another attempt
	unimplemented bool // said by a server that does not know the operation
}

func (e *foreignAnswer) Error() string { return e.text }

// A finalError is not worth another attempt.
type finalError struct{ error }

func (e *finalError) Unwrap() error { return e.error }

// notFinal tells the SDK's retryer not to try again after a finalError, nor to fetch credentials again that could not be
// fetched with retries of their own.
func notFinal(err error) sdk.Ternary {
	var (
		final  *finalError
		lookup *credentialsError
	)
	if errors.As(err, &final) || errors.As(err, &lookup) {
		return sdk.FalseTernary
	}
	return sdk.UnknownTernary
}
