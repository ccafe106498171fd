package live

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"fargate-doctor/aws"
)

// A bucket of another region is asked there: S3 answers with where it is, and a bucket's ARN does not say it. The answers are those in
// "Making requests to Amazon S3" and in "Error responses" of the Amazon S3 API reference.
func TestBucketOfAnotherRegion(t *testing.T) {
	const policy = `{"Version":"2012-10-17","Statement":[]}`
	for name, refuse := range map[string]func(http.ResponseWriter){
		"redirect": func(w http.ResponseWriter) {
			w.WriteHeader(301)
			w.Write([]byte(`<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint.</Message></Error>`))
		},
		"signed for another region": func(w http.ResponseWriter) {
			w.WriteHeader(400)
			w.Write([]byte(`<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'eu-central-1' is wrong; expecting 'us-west-2'</Message><Region>us-west-2</Region></Error>`))
		},
	} {
		var regions []string
		a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			region := strings.Split(r.Header.Get("Authorization"), "/")[2]
			regions = append(regions, region)
			w.Header().Set("X-Amz-Request-Id", "4442587FB7D0A2F9")
			w.Header().Set("X-Amz-Bucket-Region", "us-west-2")
			if region != "us-west-2" {
				w.Header().Set("Content-Type", "application/xml")
				refuse(w)
				return
			}
			w.Write([]byte(policy))
		}), Options{})
		got := pages(t, a, query("s3:GetBucketPolicy", aws.Input{"Bucket": "assets"}))
		if len(got) != 1 || !strings.Contains(got[0], `2012-10-17`) || !slices.Equal(regions, []string{"eu-central-1", "us-west-2"}) {
			t.Errorf("%s: got %v from %v", name, got, regions)
		}
	}
}

// The search of a log group ends after some pages, and what was found is an answer.
func TestLogSearchIsBounded(t *testing.T) {
	calls := 0
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		answer(200, "application/x-amz-json-1.1", `{"events":[],"nextToken":"`+strings.Repeat("x", calls)+`"}`)(w, r)
	}), Options{})
	if got := pages(t, a, query("logs:FilterLogEvents", aws.Input{"logGroupName": "/shop/web"})); len(got) != 5 || calls != 5 {
		t.Errorf("%d pages in %d calls, want 5", len(got), calls)
	}
}

// IAM and EFS page with markers. EFS repeats the marker that it was asked with.
func TestMarkers(t *testing.T) {
	var asked []string
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		asked = append(asked, r.Form.Get("Marker")+" "+r.Form.Get("MaxItems"))
		body := `<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames><member>p</member></PolicyNames><IsTruncated>true</IsTruncated><Marker>m</Marker></ListRolePoliciesResult></ListRolePoliciesResponse>`
		if len(asked) == 2 {
			body = `<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames><member>q</member></PolicyNames><IsTruncated>false</IsTruncated></ListRolePoliciesResult></ListRolePoliciesResponse>`
		}
		answer(200, "text/xml", body)(w, r)
	}), Options{})
	got := pages(t, a, query("iam:ListRolePolicies", aws.Input{"RoleName": "task"}))
	if !slices.Equal(got, []string{`{"PolicyNames":["p"]}`, `{"PolicyNames":["q"]}`}) || !slices.Equal(asked, []string{" 1000", "m 1000"}) {
		t.Errorf("got %v, asked %q", got, asked)
	}
}
