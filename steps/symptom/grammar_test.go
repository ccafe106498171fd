package symptom

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// The sentence of a denial comes in every envelope, and terminals, loggers and people wrap it anyhow: what is read stays the same.
func TestADenialIsReadInEveryFormAndDress(t *testing.T) {
	const (
		principal = "arn:aws:sts::123456789012:assumed-role/shop-task/7c1e55ab0d6f4c0e9a51c2f3b8d7e6a4"
		resource  = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-AbCdEf"
		action    = "secretsmanager:GetSecretValue"
		policyARN = "arn:aws:organizations::123456789012:policy/o-abc1234567/service_control_policy/p-abcd1234"
	)
	reasons := []struct {
		text     string
		class    Class
		policy   Policy
		explicit bool
	}{
		{"", ClassAuthUnspecified, "", false},
		{" because no identity-based policy allows the " + action + " action", ClassAuthIdentity, PolicyIdentity, false},
		{" with an explicit deny in an identity-based policy", ClassAuthIdentityDeny, PolicyIdentity, true},
		{" because no resource-based policy allows the " + action + " action", ClassAuthResource, PolicyResource, false},
		{" with an explicit deny in a resource-based policy", ClassAuthResource, PolicyResource, true},
		{" because no permissions boundary allows the " + action + " action", ClassAuthBoundary, PolicyBoundary, false},
		{" with an explicit deny in a permissions boundary", ClassAuthBoundary, PolicyBoundary, true},
		{" because no service control policy allows the " + action + " action", ClassAuthSCP, PolicySCP, false},
		{" with an explicit deny in a service control policy", ClassAuthSCP, PolicySCP, true},
		{" with an explicit deny in a service control policy: " + policyARN, ClassAuthSCP, PolicySCP, true},
		{" with an explicit deny in a resource control policy", ClassAuthRCP, PolicyRCP, true},
		{" because no session policy allows the " + action + " action", ClassAuthSession, PolicySession, false},
		{" with an explicit deny in a session policy", ClassAuthSession, PolicySession, true},
		{" because no VPC endpoint policy allows the " + action + " action", ClassAuthEndpoint, PolicyEndpoint, false},
		{" with an explicit deny in a VPC endpoint policy", ClassAuthEndpoint, PolicyEndpoint, true},
		{" with an explicit deny in a VPC endpoint policy transitively through a service control policy", ClassAuthEndpoint,
			PolicyEndpoint, true},
	}
	envelopes := map[string]string{
		"bare":     "%s",
		"botocore": "ClientError: An error occurred (AccessDeniedException) when calling the GetSecretValue operation: %s",
		"go v2": "operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, " +
			"RequestID: 0a1b2c3d-214b-4704-ad1e-0f1e2d3c4b5a, api error AccessDeniedException: %s",
		"go v1": "AccessDeniedException: %s\n\tstatus code: 400, request id: 0a1b2c3d-214b-4704-ad1e-0f1e2d3c4b5a",
		"java 2": "software.amazon.awssdk.services.secretsmanager.model.SecretsManagerException: %s " +
			"(Service: SecretsManager, Status Code: 400, Request ID: 0a1b2c3d-214b-4704-ad1e-0f1e2d3c4b5a)",
		"rest": `{"__type":"AccessDeniedException","Message":"%s"}`,
		"ecs":  "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: %s",
	}
	dresses := map[string]func(string) string{
		"plain":   func(s string) string { return s },
		"words":   func(s string) string { return wrapWords(s, 60) },
		"columns": func(s string) string { return wrapColumns(s, 80) },
		"json": func(s string) string {
			line, _ := json.Marshal(map[string]string{"level": "error", "msg": s, "ts": "2025-11-26T06:43:01Z"})
			return string(line)
		},
		"json in json": func(s string) string {
			inner, _ := json.Marshal(map[string]string{"error": s})
			line, _ := json.Marshal(map[string]string{"log": string(inner)})
			return string(line)
		},
		"colour": func(s string) string { return "\x1b[31mERROR\x1b[0m \x1b[1m" + s + "\x1b[0m" },
		"terraform": func(s string) string {
			return "╷\n│ " + strings.ReplaceAll(wrapWords(s, 70), "\n", "\n│ ") + "\n╵"
		},
		"in a log": func(s string) string {
			return "2025-11-26 06:42:59 INFO starting, connect timeout is 5s\n10.0.1.4 \"GET /health\" 200\n2025-11-26 ERROR " + s +
				"\n  File \"app.py\", line 3\n2025-11-26 06:43:02 INFO retrying\n"
		},
	}
	for _, reason := range reasons {
		for _, on := range []string{" on resource: " + resource, ` on resource: "` + resource + `"`, ""} {
			sentence := "User: " + principal + " is not authorized to perform: " + action + on + reason.text
			for envelope, form := range envelopes {
				for dress, put := range dresses {
					text := put(fmt.Sprintf(form, sentence))
					r := Read(text)
					want := Reading{Class: reason.class, Policy: reason.policy, Explicit: reason.explicit,
						Service: "secretsmanager", Action: action, Principal: principal}
					if on != "" {
						want.Resource = resource
					}
					if strings.Contains(reason.text, policyARN) {
						want.PolicyARN = policyARN
					}
					got := Reading{Class: r.Class, Policy: r.Policy, Explicit: r.Explicit, Service: r.Service, Action: r.Action,
						Principal: r.Principal, PolicyARN: r.PolicyARN}
					if on != "" {
						got.Resource = r.Resource
					}
					if got != want {
						t.Fatalf("%s, %s, %q%s:\n got %+v\nwant %+v\n%s", envelope, dress, on, reason.text, got, want, text)
					}
				}
			}
		}
	}
}

func wrapWords(s string, width int) string {
	var out strings.Builder
	column := 0
	for _, word := range strings.Fields(s) {
		if column > 0 && column+1+len(word) > width {
			out.WriteByte('\n')
			column = 0
		} else if column > 0 {
			out.WriteByte(' ')
			column++
		}
		out.WriteString(word)
		column += len(word)
	}
	return out.String()
}

func wrapColumns(s string, width int) string {
	var out strings.Builder
	for len(s) > width {
		out.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return out.String() + s
}

// The innermost cause decides, whatever is printed around it.
func TestTheInnermostCauseDecides(t *testing.T) {
	systems := []struct {
		text  string
		class Class
	}{
		{"dial tcp 10.0.1.9:443: connect: connection refused", ClassRefused},
		{"dial tcp 10.0.1.9:443: i/o timeout", ClassTimeout},
		{"dial tcp 10.0.1.9:443: connect: no route to host", ClassNoRoute},
		{"dial tcp: lookup sqs.eu-west-1.amazonaws.com on 10.0.0.2:53: no such host", ClassDNS},
		{"dial tcp: lookup sqs.eu-west-1.amazonaws.com on 10.0.0.2:53: read udp 10.0.1.4:41000->10.0.0.2:53: i/o timeout",
			ClassDNS},
		{"dial tcp: lookup sqs.eu-west-1.amazonaws.com on 10.0.0.2:53: read udp 10.0.1.4:4->10.0.0.2:53: read: connection refused", ClassDNS},
		{"read tcp 10.0.1.4:41000->10.0.1.9:443: read: connection reset by peer", ClassReset},
		{"tls: failed to verify certificate: x509: certificate signed by unknown authority", ClassTLS},
		{"proxyconnect tcp: dial tcp 10.0.9.9:3128: i/o timeout", ClassProxy},
		{"EOF", ClassReset},
	}
	for _, system := range systems {
		for _, form := range []string{
			"RequestError: send request failed\ncaused by: Post \"https://sqs.eu-west-1.amazonaws.com/\": %s",
			"operation error SQS: SendMessage, https response error StatusCode: 0, RequestID: , request send failed, Post \"https://sqs.eu-west-1.amazonaws.com/\": %s",
			`{"level":"error","error":"could not send: Post \"https://sqs.eu-west-1.amazonaws.com/\": %s"}`,
		} {
			text := fmt.Sprintf(form, system.text)
			r := Read(text)
			if r.Class != system.class {
				t.Errorf("%s, want %s: %s", r.Class, system.class, text)
			}
			if r.Host != "sqs.eu-west-1.amazonaws.com" || r.Service != "sqs" {
				t.Errorf("host %q, service %q: %s", r.Host, r.Service, text)
			}
			if system.class == ClassDNS && r.Port != 0 {
				t.Errorf("port %d is the DNS server's: %s", r.Port, text)
			}
		}
	}
}

// A failure on the way to where containers and instances get credentials is a matter of credentials.
func TestTheMetadataAddressesGiveCredentials(t *testing.T) {
	for _, host := range metadataHosts[:2] {
		for _, text := range []string{
			"Get \"http://" + host + "/v2/credentials/x\": dial tcp " + host + ":80: i/o timeout",
			"connect ECONNREFUSED " + host + ":80",
			"Read timeout on endpoint URL: \"http://" + host + "/latest/meta-data\"",
		} {
			if r := Read(text); r.Class != ClassCredentialsMissing {
				t.Errorf("%s: %s", r.Class, text)
			}
		}
	}
}

func TestASettingIsNoFailure(t *testing.T) {
	for text, want := range map[string]Class{
		"connect timeout: 5s":                               ClassOther,
		"read timeout = 30":                                 ClassOther,
		"Connection timed out: 10.0.2.3:6379":               ClassTimeout,
		"Connection timed out to 10.0.2.3":                  ClassTimeout,
		"If you see ECONNREFUSED, start the server.":        ClassOther,
		"* **Feature**: Add ThrottlingException to the API": ClassOther,
		"connect ECONNREFUSED 10.0.2.3:6379":                ClassRefused,
	} {
		if r := Read(text); r.Class != want {
			t.Errorf("%s, want %s: %s", r.Class, want, text)
		}
	}
}
