package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"fargate-doctor/aws"
)

// credentials marks what goes wrong while credentials are looked up, which the SDK itself says in words only. Once they have failed, the
// config files are read again: who has signed in meanwhile, in another window, goes on without starting anew.
type credentials struct {
	load func(context.Context) (sdk.CredentialsProvider, error)

	mu       sync.Mutex
	provider sdk.CredentialsProvider
	failed   bool
}

func (c *credentials) Retrieve(ctx context.Context) (sdk.Credentials, error) {
	v, err := c.current(ctx).Retrieve(ctx)
	if err != nil {
		c.fail()
		return v, &credentialsError{err}
	}
	return v, nil
}

// fail says that the credentials were refused, or could not be had.
func (c *credentials) fail() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = true
}

// current returns where credentials come from: what the config files say now, if the last ones have failed.
func (c *credentials) current(ctx context.Context) sdk.CredentialsProvider {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed {
		if fresh, err := c.load(ctx); err == nil {
			c.provider = fresh
		}
		c.failed = false
	}
	return c.provider
}

type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// kind tells a sign-in service that cannot be reached from credentials that are not there. The instance metadata service is
// the last place where the SDK looks: outside of AWS it never answers, and that means that nothing was found.
func (e *credentialsError) kind() aws.Kind {
	var unsent *smithyhttp.RequestSendError
	if errors.As(e.err, &unsent) && !strings.Contains(e.err.Error(), "EC2 IMDS") {
		return aws.Unreachable
	}
	return aws.Credentials
}

// credentialsHint says how to get credentials that work, in the way that the profile gets its own.
func credentialsHint(profile config.SharedConfig, region string, err error) string {
	named := ""
	if profile.Profile != "" && profile.Profile != "default" {
		named = " --profile " + profile.Profile
	}
	if profile.SSOSessionName != "" || profile.SSOStartURL != "" {
		return "Sign in: aws sso login" + named
	}
	code := codeOf(err)
	if code == "" {
		return "No credentials were found. Sign in (aws sso login" + named + "), choose a --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
	}
	switch {
	case strings.Contains(code, "Expired"):
		return "The session has expired: renew it where it came from, and check this computer's clock."
	case strings.Contains(code, "Signature"), code == "RequestTimeTooSkewed":
		return "The secret access key does not fit the access key, or this computer's clock is wrong."
	}
	return fmt.Sprintf("AWS does not know this access key in %s: check the key, and that the region is enabled for the account.", region)
}

// openError says why the shared config files cannot be used.
func openError(err error) *aws.Error {
	e := &aws.Error{
		Kind:      aws.Credentials,
		Operation: "open AWS configuration",
		Hint:      "Check the AWS shared config files and the AWS_… environment variables.",
		Err:       err,
	}
	var missing config.SharedConfigProfileNotExistError
	if errors.As(err, &missing) {
		e.Resource, e.Err = missing.Profile, errors.New("there is no such profile")
		e.Hint = "Choose one of the profiles that `aws configure list-profiles` names, with --profile or AWS_PROFILE."
	}
	return e
}
