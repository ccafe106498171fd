package steps

import (
	"errors"
	"strings"
	"testing"

	"fargate-doctor/aws/vpc"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseTarget(t *testing.T) {
	const region = "eu-central-1"
	aws := func(service, host string) Target {
		return Target{Service: service, Scheme: "https", Host: host, Port: 443, Protocol: "tcp"}
	}
	tests := []struct {
		typed string
		want  Target
	}{
		{"sns", aws("sns", "sns.eu-central-1.amazonaws.com")},
		{" SNS ", aws("sns", "sns.eu-central-1.amazonaws.com")},
		{"ecr", aws("ecr.api", "api.ecr.eu-central-1.amazonaws.com")},
		{"ecr.dkr", aws("ecr.dkr", "*.dkr.ecr.eu-central-1.amazonaws.com")},
		{"cloudwatch logs", aws("logs", "logs.eu-central-1.amazonaws.com")},
		{"com.amazonaws.eu-central-1.secretsmanager", aws("secretsmanager", "secretsmanager.eu-central-1.amazonaws.com")},
		{"sns:443", aws("sns", "sns.eu-central-1.amazonaws.com")},
		{"sns.eu-central-1.amazonaws.com", aws("sns", "sns.eu-central-1.amazonaws.com")},
		{"SNS.eu-central-1.amazonaws.com.", aws("sns", "sns.eu-central-1.amazonaws.com")},
		{"https://sns.eu-central-1.amazonaws.com/", aws("sns", "sns.eu-central-1.amazonaws.com")},
		{"https://user:pass@sns.eu-central-1.amazonaws.com/x?y", aws("sns", "sns.eu-central-1.amazonaws.com")},
		{"sns.us-east-1.amazonaws.com", aws("sns", "sns.us-east-1.amazonaws.com")},
		{"sns.cn-north-1.amazonaws.com.cn", aws("sns", "sns.cn-north-1.amazonaws.com.cn")},
		{"my-bucket.s3.eu-central-1.amazonaws.com", aws("s3", "my-bucket.s3.eu-central-1.amazonaws.com")},
		{"111122223333.dkr.ecr.eu-central-1.amazonaws.com", aws("ecr.dkr", "111122223333.dkr.ecr.eu-central-1.amazonaws.com")},
		{"http://sqs.eu-central-1.amazonaws.com", Target{Service: "sqs", Scheme: "http", Host: "sqs.eu-central-1.amazonaws.com", Port: 80, Protocol: "tcp"}},
		{"ses", aws("email", "email.eu-central-1.amazonaws.com")},
		{"smtp", Target{Service: "email-smtp", Host: "email-smtp.eu-central-1.amazonaws.com", Port: 587, Protocol: "tcp"}},
		{"postgres:5432", Target{Host: "postgres", Port: 5432, Protocol: "tcp"}},
		{"db.internal.example:5432", Target{Host: "db.internal.example", Port: 5432, Protocol: "tcp"}},
		{"example.com", Target{Scheme: "https", Host: "example.com", Port: 443, Protocol: "tcp"}},
		{"example.com/path", Target{Scheme: "https", Host: "example.com", Port: 443, Protocol: "tcp"}},
		{"redis://cache.example.com:6379/0", Target{Scheme: "redis", Host: "cache.example.com", Port: 6379, Protocol: "tcp"}},
		{"10.0.0.5", Target{Scheme: "https", Host: "10.0.0.5", Port: 443, Protocol: "tcp"}},
		{"10.0.0.5:5432", Target{Host: "10.0.0.5", Port: 5432, Protocol: "tcp"}},
		{"2001:db8::1", Target{Scheme: "https", Host: "2001:db8::1", Port: 443, Protocol: "tcp"}},
		{"[2001:db8::1]:8443", Target{Host: "2001:db8::1", Port: 8443, Protocol: "tcp"}},
		{"[2001:db8::1]", Target{Scheme: "https", Host: "2001:db8::1", Port: 443, Protocol: "tcp"}},
		{"::ffff:10.0.0.5", Target{Scheme: "https", Host: "10.0.0.5", Port: 443, Protocol: "tcp"}},
	}
	services := Services(region, nil)
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			got, err := ParseTarget(tt.typed, region, services)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Typed = tt.typed
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestParseTargetSaysWhatIsWrong(t *testing.T) {
	tests := []struct{ typed, says, hint string }{
		{"", "say what", "sns"},
		{"https//sns.eu-central-1.amazonaws.com", "after https comes ://", "https://sns.eu-central-1.amazonaws.com"},
		{"https:/sns.eu-central-1.amazonaws.com", "after https comes ://", "https://sns.eu-central-1.amazonaws.com"},
		{"http:sns.eu-central-1.amazonaws.com", "after http comes ://", "http://sns.eu-central-1.amazonaws.com"},
		{"https://", "not a complete URL", "https://"},
		{"://x", "not a complete URL", "https://"},
		{"snss", "no AWS service", "snss:5432"},
		{"postgres://db.example.com", "no port that is known", "postgres://db.example.com:5432"},
		{"host:0", "not a port", "host:443"},
		{"host:65536", "not a port", "host:443"},
		{"host:https", "not a port", "host:443"},
		{"host:", "no host name", ":"},
		{":443", "no host name", ":"},
		{"a:b:c", "no host name", ":"},
		{"[2001:db8::1", "no host name", "["},
		{"10.0.0.256", "neither an IPv4 address nor a host name", "10.0"},
		{"-bad-.example.com", "not a host name", "sns."},
		{"two words.example.com", "not a host name", "sns."},
		{"exa\x1b[31mmple.com", "not a host name", "sns."},
	}
	services := Services("eu-central-1", nil)
	for _, tt := range tests {
		t.Run(tt.typed, func(t *testing.T) {
			got, err := ParseTarget(tt.typed, "eu-central-1", services)
			var wrong *TargetError
			if !errors.As(err, &wrong) {
				t.Fatalf("understood as %+v, error %v", got, err)
			}
			if !strings.Contains(wrong.Text, tt.says) || !strings.Contains(wrong.Hint, tt.hint) || wrong.Typed != tt.typed {
				t.Errorf("says %q, hints %q; want %q, %q", wrong.Text, wrong.Hint, tt.says, tt.hint)
			}
		})
	}
}

func TestParseTargetNeverReturnsHalfATarget(t *testing.T) {
	services := Services("eu-central-1", nil)
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`(https?:?/?/?)?[a-z0-9.\[\]:*-]{0,20}(:[0-9]{0,6})?`)).Draw(t, "typed")
		got, err := ParseTarget(typed, "eu-central-1", services)
		if err == nil && (got.Host == "" || got.Port == 0 || got.Protocol == "" || got.Typed != typed) {
			t.Errorf("%q is understood as %+v", typed, got)
		}
		if err != nil && got != (Target{}) {
			t.Errorf("%q fails and returns %+v", typed, got)
		}
		if err != nil {
			return
		}
		if again, err := ParseTarget(got.Host+":443", "eu-central-1", services); !strings.Contains(got.Host, ":") && (err != nil || again.Host != got.Host && again.Service == "") {
			t.Errorf("%q gives the host %q, which is not understood: %v", typed, got.Host, err)
		}
	})
}

func TestServices(t *testing.T) {
	known := []vpc.EndpointService{
		{Name: "com.amazonaws.eu-central-1.sns", PrivateDNSNames: []string{"sns.eu-central-1.api.aws", "sns.eu-central-1.amazonaws.com"}},
		{Name: "com.amazonaws.eu-central-1.ecr.dkr", PrivateDNSNames: []string{"*.dkr.ecr.eu-central-1.amazonaws.com"}},
		{Name: "com.amazonaws.eu-central-1.kms", PrivateDNSNames: []string{"kms-fips.eu-central-1.amazonaws.com", "kms.eu-central-1.amazonaws.com"}},
		{Name: "com.amazonaws.eu-central-1.quantum-ledger", PrivateDNSNames: []string{"ledger.eu-central-1.amazonaws.com"}},
		{Name: "com.amazonaws.vpce.eu-central-1.vpce-svc-0123", PrivateDNSNames: []string{"partner.example.com"}},
		{Name: "com.amazonaws.eu-central-1.s3"},
	}
	byName := map[string]ServiceChoice{}
	var before ServiceChoice
	for _, s := range Services("eu-central-1", known) {
		if common := s.Title != ""; common == (before.Title != "") && s.Name <= before.Name || common && before.Name != "" && before.Title == "" {
			t.Errorf("%s comes after %s", s.Name, before.Name)
		}
		before = s
		byName[s.Name] = s
	}
	if before.Name != "quantum-ledger" {
		t.Errorf("the last one is %s; those that are not common come last", before.Name)
	}
	for name, host := range map[string]string{
		"sns": "sns.eu-central-1.amazonaws.com", "ecr.dkr": "*.dkr.ecr.eu-central-1.amazonaws.com", "kms": "kms.eu-central-1.amazonaws.com",
		"quantum-ledger": "ledger.eu-central-1.amazonaws.com", "s3": "s3.eu-central-1.amazonaws.com", "lambda": "lambda.eu-central-1.amazonaws.com",
	} {
		if got := byName[name].Host; got != host {
			t.Errorf("%s has the host %q, want %q", name, got, host)
		}
	}
	if _, foreign := byName["vpce-svc-0123"]; foreign {
		t.Error("a partner's service is offered as one of AWS's own")
	}
	if got := Services("cn-north-1", nil)[0].Host; !strings.HasSuffix(got, ".cn-north-1.amazonaws.com.cn") {
		t.Errorf("in China the first host is %s", got)
	}
}

func TestOneEdit(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"snss", "sns", true}, {"sn", "sns", true}, {"sms", "sns", true}, {"sqs", "sns", true}, {"lambda", "lamda", true},
		{"sns", "sns", false}, {"sqss", "sns", false}, {"s3", "sns", false}, {"", "a", true}, {"ab", "ba", false},
	}
	for _, tt := range tests {
		if got := oneEdit(tt.a, tt.b); got != tt.want {
			t.Errorf("oneEdit(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}
