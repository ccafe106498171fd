package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"fargate-doctor/aws"
)

const (
	accessKey = "AKIAIOSFODNN7EXAMPLE"
	secretKey = "wJalrXUtnFEMIEXAMPLE"
	token     = "IQoJb3JpZ2luEXAMPLETOKEN"
)

// open opens an account whose API is handler. Its retries do not wait long.
func open(t *testing.T, handler http.Handler, opts Options) *Account {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return openAt(t, server.URL, opts)
}

func openAt(t *testing.T, endpoint string, opts Options) *Account {
	t.Helper()
	quietEnvironment(t)
	t.Setenv("AWS_ACCESS_KEY_ID", accessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
	t.Setenv("AWS_SESSION_TOKEN", token)
	opts.EndpointURL = endpoint
	if opts.Region == "" {
		opts.Region = "eu-central-1"
	}
	a, err := Open(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	a.config.Retryer = newRetryer(maxAttempts, time.Millisecond)
	return a
}

// answer returns a handler that always says the same.
func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func query(name string, in aws.Input) aws.Query {
	service, operation, _ := strings.Cut(name, ":")
	return aws.Query{Service: service, Operation: operation, Input: in}
}

func pages(t *testing.T, r aws.Reader, q aws.Query) []string {
	t.Helper()
	raw, err := aws.ReadAll(t.Context(), r, q)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range raw {
		out = append(out, string(p))
	}
	return out
}

func TestPagesEC2(t *testing.T) {
	var forms []url.Values
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		forms = append(forms, form)
		next := map[string]string{"": "two", "two": "three", "three": ""}[form.Get("NextToken")]
		fmt.Fprintf(w, `<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><subnetSet><item><subnetId>subnet-%s</subnetId>
			<state>available</state><tagSet/></item></subnetSet><nextToken>%s</nextToken></DescribeSubnetsResponse>`, form.Get("NextToken"), next)
	}), Options{})
	got := pages(t, a, query("ec2:DescribeSubnets", aws.Input{"Filters": []aws.Filter{{Name: "vpc-id", Values: []string{"vpc-1"}}}}))
	want := []string{
		`{"Subnets":[{"State":"available","SubnetId":"subnet-","Tags":[]}]}`,
		`{"Subnets":[{"State":"available","SubnetId":"subnet-two","Tags":[]}]}`,
		`{"Subnets":[{"State":"available","SubnetId":"subnet-three","Tags":[]}]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, form := range forms {
		if form.Get("MaxResults") != "1000" || form.Get("Filter.1.Name") != "vpc-id" || form.Get("Filter.1.Value.1") != "vpc-1" {
			t.Errorf("asked with %v", form)
		}
	}
	forms = nil
	if err := a.Read(t.Context(), query("ec2:DescribeSubnets", aws.Input{"SubnetIds": []string{"subnet-1"}}), func(json.RawMessage) error { return io.EOF }); err != io.EOF {
		t.Errorf("page's own error came back as %v", err)
	}
	if len(forms) != 1 || forms[0].Has("MaxResults") {
		t.Errorf("EC2 takes no page size beside ids, asked with %v", forms)
	}
}

func TestPagesECS(t *testing.T) {
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Cluster, NextToken, DesiredStatus string
			MaxResults                        int
		}
		json.NewDecoder(r.Body).Decode(&in)
		if in.Cluster != "shop" || in.DesiredStatus != "STOPPED" || in.MaxResults != 100 || r.Header.Get("X-Amz-Target") != "AmazonEC2ContainerServiceV20141113.ListTasks" {
			t.Errorf("asked %s with %+v", r.Header.Get("X-Amz-Target"), in)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if in.NextToken == "" {
			io.WriteString(w, `{"taskArns":["t1","t2"],"nextToken":"more"}`)
			return
		}
		io.WriteString(w, `{"taskArns":[]}`)
	}), Options{})
	got := pages(t, a, query("ecs:ListTasks", aws.Input{"cluster": "shop", "desiredStatus": "STOPPED"}))
	if diff := cmp.Diff([]string{`{"taskArns":["t1","t2"]}`, `{"taskArns":[]}`}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPagesRecordSets(t *testing.T) {
	record := `<ResourceRecordSets><ResourceRecordSet><Name>%s</Name><Type>A</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>10.0.0.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></ResourceRecordSets>`
	var asked []string
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("name")+" "+r.URL.Query().Get("type"))
		if !r.URL.Query().Has("name") {
			fmt.Fprintf(w, `<ListResourceRecordSetsResponse>`+record+`<IsTruncated>true</IsTruncated><NextRecordName>b.</NextRecordName><NextRecordType>AAAA</NextRecordType><MaxItems>300</MaxItems></ListResourceRecordSetsResponse>`, "a.")
			return
		}
		fmt.Fprintf(w, `<ListResourceRecordSetsResponse>`+record+`<IsTruncated>false</IsTruncated><MaxItems>300</MaxItems></ListResourceRecordSetsResponse>`, "b.")
	}), Options{})
	got := pages(t, a, query("route53:ListResourceRecordSets", aws.Input{"HostedZoneId": "Z1"}))
	want := []string{
		`{"ResourceRecordSets":[{"Name":"a.","Type":"A","ResourceRecords":[{"Value":"10.0.0.1"}],"TTL":60}]}`,
		`{"ResourceRecordSets":[{"Name":"b.","Type":"A","ResourceRecords":[{"Value":"10.0.0.1"}],"TTL":60}]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{" ", "b. AAAA"}, asked); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// An answer that says that it is not the whole one, and cannot be gone on with, is no answer.
func TestPartIsNotTheWhole(t *testing.T) {
	for name, test := range map[string]struct {
		q    aws.Query
		body string
	}{
		"token repeats": {query("ec2:DescribeVpcs", nil), `<DescribeVpcsResponse><vpcSet/><nextToken>same</nextToken></DescribeVpcsResponse>`},
		"more than the API hands out": {query("ec2:SearchTransitGatewayRoutes", aws.Input{"TransitGatewayRouteTableId": "tgw-rtb-1", "Filters": []aws.Filter{{Name: "type", Values: []string{"static"}}}}),
			`<SearchTransitGatewayRoutesResponse><routeSet/><additionalRoutesAvailable>true</additionalRoutesAvailable></SearchTransitGatewayRoutesResponse>`},
		"truncated without a next record": {query("route53:ListResourceRecordSets", aws.Input{"HostedZoneId": "Z1"}),
			`<ListResourceRecordSetsResponse><ResourceRecordSets/><IsTruncated>true</IsTruncated></ListResourceRecordSetsResponse>`},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, answer(200, "text/xml", test.body), Options{})
			_, err := aws.ReadAll(t.Context(), a, test.q)
			if aws.KindOf(err) != aws.Malformed {
				t.Errorf("got %v", err)
			}
		})
	}
}

// required holds the parameters without which the SDK does not send a request.
var required = map[string]aws.Input{
	"ecs:DescribeTaskDefinition":          {"taskDefinition": "web:1"},
	"ecs:DescribeTasks":                   {"cluster": "shop", "tasks": []string{"t"}},
	"ecs:DescribeServices":                {"cluster": "shop", "services": []string{"web"}},
	"ec2:DescribeVpcAttribute":            {"VpcId": "vpc-1", "Attribute": "enableDnsSupport"},
	"ec2:GetManagedPrefixListEntries":     {"PrefixListId": "pl-1"},
	"ec2:SearchTransitGatewayRoutes":      {"TransitGatewayRouteTableId": "tgw-rtb-1", "Filters": []aws.Filter{{Name: "type", Values: []string{"static"}}}},
	"route53resolver:ListFirewallRules":   {"FirewallRuleGroupId": "rslvr-frg-1"},
	"route53resolver:ListFirewallDomains": {"FirewallDomainListId": "rslvr-fdl-1"},
	"route53resolver:GetFirewallConfig":   {"ResourceId": "vpc-1"},
	"route53:ListHostedZonesByVPC":        {"VPCId": "vpc-1", "VPCRegion": "eu-central-1"},
	"route53:ListResourceRecordSets":      {"HostedZoneId": "Z1"},
	"iam:GetRole":                         {"RoleName": "task"},
	"iam:ListAttachedRolePolicies":        {"RoleName": "task"},
	"iam:ListRolePolicies":                {"RoleName": "task"},
	"iam:GetRolePolicy":                   {"RoleName": "task", "PolicyName": "p"},
	"iam:GetPolicy":                       {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
	"iam:GetPolicyVersion":                {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "VersionId": "v1"},
	"iam:SimulatePrincipalPolicy":         {"PolicySourceArn": "arn:aws:iam::111122223333:role/task", "ActionNames": []string{"s3:GetObject"}},
	"kms:DescribeKey":                     {"KeyId": "alias/app"},
	"kms:GetKeyPolicy":                    {"KeyId": "0a1b2c3d-1111-2222-3333-444455556666"},
	"s3:GetBucketPolicy":                  {"Bucket": "assets"},
	"s3:GetBucketEncryption":              {"Bucket": "assets"},
	"sqs:GetQueueAttributes":              {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/111122223333/orders"},
	"sns:GetTopicAttributes":              {"TopicArn": "arn:aws:sns:eu-central-1:111122223333:orders"},
	"dynamodb:DescribeTable":              {"TableName": "orders"},
	"dynamodb:GetResourcePolicy":          {"ResourceArn": "arn:aws:dynamodb:eu-central-1:111122223333:table/orders"},
	"secretsmanager:DescribeSecret":       {"SecretId": "db"},
	"secretsmanager:ListSecretVersionIds": {"SecretId": "db"},
	"secretsmanager:GetResourcePolicy":    {"SecretId": "db"},
	"ecr:GetRepositoryPolicy":             {"repositoryName": "web"},
	"ecr:DescribeImages":                  {"repositoryName": "web"},
	"ecr:BatchGetImage":                   {"repositoryName": "web", "imageIds": []aws.Input{{"imageTag": "1"}}},

	"elasticfilesystem:DescribeFileSystemPolicy":          {"FileSystemId": "fs-1"},
	"elasticfilesystem:DescribeMountTargetSecurityGroups": {"MountTargetId": "fsmt-1"},
}

// Whatever is not the API's answer is an error of every operation, never an empty list.
func TestForeignAnswers(t *testing.T) {
	const portal = "<html><head><title>Log in</title></head><body>captive portal: please log in</body></html>"
	for name, test := range map[string]struct {
		status            int
		contentType, body string
	}{
		"web page":                  {200, "text/html", portal},
		"web page called XML":       {200, "text/xml", portal},
		"web page called JSON":      {200, "application/x-amz-json-1.1", portal},
		"unclosed web page":         {200, "text/xml", "<!doctype html><html><body><p>hi<br></body>"},
		"empty":                     {200, "text/xml", ""},
		"no content":                {204, "", ""},
		"empty object":              {200, "application/x-amz-json-1.1", "{}"},
		"other object":              {200, "application/json", `{"status":"ok"}`},
		"null":                      {200, "application/json", "null"},
		"array":                     {200, "application/json", "[]"},
		"other document":            {200, "text/xml", "<?xml version='1.0'?><status>ok</status>"},
		"text":                      {200, "text/plain", "OK"},
		"token only":                {200, "text/xml", "<r><nextToken>x</nextToken></r>"},
		"page that forbids":         {403, "text/html", portal},
		"page that forbids, as XML": {403, "text/xml", portal},
		"empty refusal":             {403, "", ""},
		"page not found":            {404, "text/html", portal},
		"page instead of an error":  {500, "text/html", portal},
		"not implemented":           {501, "text/plain", "not implemented"},
		"proxy":                     {407, "text/plain", "proxy authentication required"},
		"bad gateway":               {502, "text/html", portal},
		"redirect to nowhere":       {302, "text/html", portal},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, answer(test.status, test.contentType, test.body), Options{})
			for _, o := range operations(sdk.Config{}) {
				err := a.Read(t.Context(), query(o.Name(), required[o.Name()]), func(p json.RawMessage) error {
					t.Errorf("%s passed on %s", o.Name(), p)
					return nil
				})
				if aws.KindOf(err) != aws.Malformed || !strings.Contains(aws.Hint(err), "127.0.0.1") {
					t.Errorf("%s: %v, kind %v, hint %q", o.Name(), err, aws.KindOf(err), aws.Hint(err))
				}
			}
		})
	}
}

// Calls of one round are on the wire together, and never more of them than allowed.
func TestCallsInFlight(t *testing.T) {
	const limit, calls = 4, 12
	var (
		mu              sync.Mutex
		inFlight, most  int
		together        = make(chan struct{})
		release         sync.Once
		describeNothing = `<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>`
	)
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		inFlight++
		most = max(most, inFlight)
		if inFlight == limit {
			release.Do(func() { close(together) })
		}
		mu.Unlock()
		<-together // answers come only once the limit is reached: without parallel calls the test would hang
		mu.Lock()
		inFlight--
		mu.Unlock()
		io.WriteString(w, describeNothing)
	}), Options{MaxInFlight: limit})
	var wg sync.WaitGroup
	for range calls {
		wg.Go(func() {
			if err := a.Read(t.Context(), query("ec2:DescribeVpcs", nil), func(json.RawMessage) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most != limit {
		t.Errorf("%d calls were in flight, want %d", most, limit)
	}
}

func TestCancelEndsAHangingCall(t *testing.T) {
	arrived, done := make(chan struct{}, 2), make(chan struct{})
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-done
	}), Options{Timeout: time.Hour, MaxInFlight: 1})
	t.Cleanup(func() { close(done) }) // before the server is closed
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 2)
	for range 2 { // one hangs on the wire, the other waits for its turn
		go func() {
			errs <- a.Read(ctx, query("ec2:DescribeVpcs", nil), func(json.RawMessage) error { return nil })
		}()
	}
	<-arrived
	cancel()
	for range 2 {
		if err := <-errs; aws.KindOf(err) != aws.Cancelled {
			t.Errorf("got %v", err)
		}
	}
}

func TestAttemptTimesOut(t *testing.T) {
	done := make(chan struct{})
	var log bytes.Buffer
	a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		select {
		case <-done:
		case <-r.Context().Done():
		}
	}), Options{Timeout: 20 * time.Millisecond, Log: &log})
	t.Cleanup(func() { close(done) })
	_, err := aws.ReadAll(t.Context(), a, query("ec2:DescribeVpcs", nil))
	if aws.KindOf(err) != aws.Unreachable || !strings.Contains(log.String(), "attempts 3: unreachable") {
		t.Errorf("got %v, logged %s", err, log.String())
	}
}

// An answer that breaks off is asked for again, as is one that never came.
func TestBrokenConnections(t *testing.T) {
	for name, test := range map[string]struct {
		broken int // attempts
		want   aws.Kind
		breaks func(w http.ResponseWriter)
	}{
		"reset, then well":      {2, -1, func(http.ResponseWriter) {}},
		"always reset":          {99, aws.Unreachable, func(http.ResponseWriter) {}},
		"broken off":            {99, aws.Unreachable, partly},
		"broken off, then well": {1, -1, partly},
	} {
		t.Run(name, func(t *testing.T) {
			var attempts atomic.Int32 // a connection that is cut orders nothing
			a := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if int(attempts.Add(1)) <= test.broken {
					test.breaks(w)
					panic(http.ErrAbortHandler)
				}
				io.WriteString(w, `<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>`)
			}), Options{})
			got, err := aws.ReadAll(t.Context(), a, query("ec2:DescribeVpcs", nil))
			switch {
			case test.want < 0 && (err != nil || len(got) != 1):
				t.Errorf("got %s, %v", got, err)
			case test.want >= 0 && (aws.KindOf(err) != test.want || len(got) > 0 || attempts.Load() != maxBroken):
				t.Errorf("got %s, %v after %d attempts", got, err, attempts.Load())
			}
		})
	}
}

func partly(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	io.WriteString(w, `<DescribeVpcsResponse><vpcSet/>`)
	w.(http.Flusher).Flush()
}

// An operation may return one thing and lists beside it; the lists may be left out.
func TestAnswerWithoutItsLists(t *testing.T) {
	a := open(t, answer(200, "application/x-amz-json-1.1", `{"taskDefinition":{"family":"web","revision":1}}`), Options{})
	got := pages(t, a, query("ecs:DescribeTaskDefinition", required["ecs:DescribeTaskDefinition"]))
	if len(got) != 1 || !strings.Contains(got[0], `"family":"web"`) {
		t.Errorf("got %s", got)
	}
}
