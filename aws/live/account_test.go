package live

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
)

// quietEnvironment hides the AWS settings of whoever runs the tests.
func quietEnvironment(t *testing.T) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "") // so that it is put back
			os.Unsetenv(name)
		}
	}
	nowhere := filepath.Join(t.TempDir(), "none")
	t.Setenv("AWS_CONFIG_FILE", nowhere)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", nowhere)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// configure writes shared config and credentials files.
func configure(t *testing.T, config, credentials string) {
	t.Helper()
	quietEnvironment(t)
	for name, text := range map[string]string{"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials} {
		path := filepath.Join(t.TempDir(), strings.ToLower(name))
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(name, path)
	}
}

const sharedConfig = `
[default]
region = eu-west-1
s3 =
  region = us-west-2

[profile prod]
region=eu-central-1   # Frankfurt
sso_session = corp
sso_account_id = 111122223333
sso_role_name = ReadOnly

[profile two words]
region = cn-north-1

[profile jump]
role_arn = arn:aws:iam::111122223333:role/doctor
source_profile = keys

[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-north-1
sso_registration_scopes = sso:account:access
`

const sharedCredentials = `
[keys]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMIEXAMPLE
region = us-east-2
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMIEXAMPLE
`

func TestProfiles(t *testing.T) {
	configure(t, sharedConfig, sharedCredentials)
	got, err := Profiles()
	if err != nil {
		t.Fatal(err)
	}
	want := []Profile{{"default", "eu-west-1"}, {"jump", ""}, {"keys", "us-east-2"}, {"prod", "eu-central-1"}, {"two words", "cn-north-1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// Every profile listed is one that the SDK opens, in the same region.
	for _, p := range got {
		a, err := Open(t.Context(), Options{Profile: p.Name})
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		if a.Region() != p.Region || a.Profile() != p.Name {
			t.Errorf("the SDK reads %s %s, want %s %s", a.Profile(), a.Region(), p.Name, p.Region)
		}
	}
}

func TestNoProfiles(t *testing.T) {
	quietEnvironment(t)
	if got, err := Profiles(); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOpenAsksNobody(t *testing.T) {
	configure(t, sharedConfig, sharedCredentials)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s %s was called", r.Method, r.URL) }))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	t.Setenv("AWS_DEFAULTS_MODE", "auto")
	for _, opts := range []Options{{}, {Profile: "prod"}, {Profile: "jump"}, {Region: "us-east-1"}, {Profile: "two words", Region: "cn-northwest-1"}} {
		if _, err := Open(t.Context(), opts); err != nil {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}

func TestEnvironmentDecides(t *testing.T) {
	configure(t, sharedConfig, sharedCredentials)
	t.Setenv("AWS_PROFILE", "prod")
	for _, test := range []struct {
		region          string // AWS_REGION
		opts            Options
		profile, wanted string
	}{
		{"", Options{}, "prod", "eu-central-1"},
		{"ap-south-1", Options{}, "prod", "ap-south-1"},
		{"ap-south-1", Options{Region: "sa-east-1"}, "prod", "sa-east-1"},
		{"", Options{Profile: "default"}, "default", "eu-west-1"},
		{"", Options{Profile: "jump"}, "jump", ""},
	} {
		t.Setenv("AWS_REGION", test.region)
		a, err := Open(t.Context(), test.opts)
		if err != nil {
			t.Fatal(err)
		}
		if a.Profile() != test.profile || a.Region() != test.wanted {
			t.Errorf("%+v with AWS_REGION=%s: %s %s", test.opts, test.region, a.Profile(), a.Region())
		}
	}
}

func TestUnknownProfile(t *testing.T) {
	configure(t, sharedConfig, sharedCredentials)
	_, err := Open(t.Context(), Options{Profile: "prdo"})
	var e *aws.Error
	if !errors.As(err, &e) || e.Kind != aws.Credentials || e.Resource != "prdo" || !strings.Contains(e.Hint, "--profile") {
		t.Errorf("got %v", err)
	}
}

func TestNoRegion(t *testing.T) {
	quietEnvironment(t)
	a, err := Open(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = aws.ReadAll(t.Context(), a, query("ec2:DescribeVpcs", nil))
	if aws.KindOf(err) != aws.Credentials || !strings.Contains(aws.Hint(err), "AWS_REGION") {
		t.Errorf("got %v, hint %q", err, aws.Hint(err))
	}
}

func TestCredentialsAreMissing(t *testing.T) {
	configure(t, sharedConfig, "")
	t.Setenv("HOME", t.TempDir()) // where the SDK keeps SSO tokens
	refused := httptest.NewServer(http.NotFoundHandler())
	refused.Close()
	for _, test := range []struct{ profile, hint string }{
		{"prod", "aws sso login --profile prod"},
		{"default", "No credentials were found"},
	} {
		a, err := Open(t.Context(), Options{Profile: test.profile, EndpointURL: refused.URL})
		if err != nil {
			t.Fatal(err)
		}
		_, err = aws.ReadAll(t.Context(), a, query("sts:GetCallerIdentity", nil))
		if aws.KindOf(err) != aws.Credentials || !strings.Contains(aws.Hint(err), test.hint) {
			t.Errorf("%s: %v, hint %q", test.profile, err, aws.Hint(err))
		}
	}
}

// A role that cannot be assumed because its own API does not answer says nothing about the credentials.
func TestSignInIsUnreachable(t *testing.T) {
	configure(t, sharedConfig, sharedCredentials)
	refused := httptest.NewServer(http.NotFoundHandler())
	refused.Close()
	a, err := Open(t.Context(), Options{Profile: "jump", Region: "eu-west-1", EndpointURL: refused.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, err = aws.ReadAll(t.Context(), a, query("sts:GetCallerIdentity", nil))
	if aws.KindOf(err) != aws.Unreachable || !strings.Contains(aws.Hint(err), "hands out this profile's credentials") {
		t.Errorf("got %v, hint %q", err, aws.Hint(err))
	}
}

func TestQueryChoosesTheRegion(t *testing.T) {
	var signed []string
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signed = append(signed, strings.Split(r.Header.Get("Authorization"), "/")[2])
		answer(200, "text/xml", `<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>`)(w, r)
	}), Options{})
	for _, region := range []string{"", "us-east-1", "", "us-east-1"} {
		q := query("ec2:DescribeVpcs", nil)
		q.Region = region
		pages(t, a, q)
	}
	if want := []string{"eu-central-1", "us-east-1", "eu-central-1", "us-east-1"}; !slices.Equal(signed, want) {
		t.Errorf("signed for %v, want %v", signed, want)
	}
}
