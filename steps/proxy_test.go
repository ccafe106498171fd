package steps

import (
	"testing"

	"fargate-doctor/aws"
)

func TestBypass(t *testing.T) {
	tests := []struct {
		noProxy, host string
		port          uint16
		want          string
	}{
		{"", "sns.eu-central-1.amazonaws.com", 443, ""},
		{"*", "sns.eu-central-1.amazonaws.com", 443, "*"},
		{"amazonaws.com", "sns.eu-central-1.amazonaws.com", 443, "amazonaws.com"},
		{".amazonaws.com", "sns.eu-central-1.amazonaws.com", 443, ".amazonaws.com"},
		{"*.amazonaws.com", "sns.eu-central-1.amazonaws.com", 443, "*.amazonaws.com"},
		{"AmazonAWS.com", "sns.eu-central-1.amazonaws.com", 443, "AmazonAWS.com"},
		{"aws.com", "sns.eu-central-1.amazonaws.com", 443, ""},
		{"localhost, .internal ,sns.eu-central-1.amazonaws.com", "sns.eu-central-1.amazonaws.com", 443, "sns.eu-central-1.amazonaws.com"},
		{"localhost .internal", "db.internal", 443, ".internal"},
		{"amazonaws.com:443", "sns.eu-central-1.amazonaws.com", 443, "amazonaws.com:443"},
		{"amazonaws.com:8443", "sns.eu-central-1.amazonaws.com", 443, ""},
		{"10.0.0.0/8", "10.1.2.3", 443, "10.0.0.0/8"},
		{"10.0.0.0/8", "11.1.2.3", 443, ""},
		{"10.1.2.3", "10.1.2.3", 443, "10.1.2.3"},
		{"10.1.2.3:443", "10.1.2.3", 443, "10.1.2.3:443"},
		{"10.1.2", "10.1.2.3", 443, ""},
		{"2001:db8::/32", "2001:db8::5", 443, "2001:db8::/32"},
		{"[2001:db8::5]:443", "2001:db8::5", 443, "[2001:db8::5]:443"},
		{",, ,", "example.com", 443, ""},
		{".", "example.com", 443, ""},
	}
	for _, tt := range tests {
		if got := bypass(tt.noProxy, tt.host, tt.port); got != tt.want {
			t.Errorf("NO_PROXY=%q, %s:%d: %q, want %q", tt.noProxy, tt.host, tt.port, got, tt.want)
		}
	}
}

func TestProxyFor(t *testing.T) {
	https := Target{Scheme: "https", Host: "sns.eu-central-1.amazonaws.com", Port: 443}
	pair := func(name, value string) aws.Pair { return aws.Pair{Name: name, Value: value} }
	tests := []struct {
		name        string
		environment []aws.Pair
		secrets     []aws.Pair
		target      Target
		host        string
		port        uint16
		used        bool
	}{
		{"none", nil, nil, https, "", 0, false},
		{"https", []aws.Pair{pair("HTTPS_PROXY", "http://10.0.3.4:3128")}, nil, https, "10.0.3.4", 3128, true},
		{"lower case wins", []aws.Pair{pair("HTTPS_PROXY", "http://a:1"), pair("https_proxy", "http://b:2")}, nil, https, "b", 2, true},
		{"no scheme", []aws.Pair{pair("HTTPS_PROXY", "proxy.example.com:8080")}, nil, https, "proxy.example.com", 8080, true},
		{"default port", []aws.Pair{pair("HTTPS_PROXY", "http://proxy.example.com")}, nil, https, "proxy.example.com", 80, true},
		{"default port of socks", []aws.Pair{pair("ALL_PROXY", "socks5://proxy")}, nil, https, "proxy", 1080, true},
		{"HTTP_PROXY is not for https", []aws.Pair{pair("HTTP_PROXY", "http://a:1")}, nil, https, "", 0, false},
		{"plain http", []aws.Pair{pair("HTTP_PROXY", "http://a:1")}, nil, Target{Scheme: "http", Host: "example.com", Port: 80}, "a", 1, true},
		{"a database does not ask", []aws.Pair{pair("HTTPS_PROXY", "http://a:1")}, nil, Target{Host: "db", Port: 5432}, "", 0, false},
		{"passed by", []aws.Pair{pair("HTTPS_PROXY", "http://a:1"), pair("NO_PROXY", ".amazonaws.com")}, nil, https, "a", 1, false},
		{"from a secret", nil, []aws.Pair{pair("HTTPS_PROXY", "arn:aws:secretsmanager:x")}, https, "", 0, false},
		{"no URL", []aws.Pair{pair("HTTPS_PROXY", "http://:3128")}, nil, https, "", 0, false},
		{"no port", []aws.Pair{pair("HTTPS_PROXY", "http://a:99999")}, nil, https, "a", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := proxyFor(tt.environment, tt.secrets, tt.target)
			if got.host != tt.host || got.used() != tt.used || tt.used && got.port != tt.port {
				t.Errorf("%+v, used %v; want %s:%d, used %v", got, got.used(), tt.host, tt.port, tt.used)
			}
		})
	}
}

func TestAProxysPasswordIsMasked(t *testing.T) {
	got := proxyFor([]aws.Pair{{Name: "HTTPS_PROXY", Value: "http://user:hunter2@10.0.3.4:3128"}}, nil, Target{Scheme: "https", Host: "example.com", Port: 443})
	if got.url != "http://user:xxxxx@10.0.3.4:3128" {
		t.Errorf("the setting is shown as %q", got.url)
	}
}

func TestOverridesWinInTheEnvironment(t *testing.T) {
	c := aws.ContainerDefinition{Name: "app", Environment: []aws.Pair{{Name: "HTTPS_PROXY", Value: "http://old:1"}}}
	run := aws.Task{Environment: map[string][]aws.Pair{"app": {{Name: "HTTPS_PROXY", Value: "http://new:2"}}, "other": {{Name: "NO_PROXY", Value: "*"}}}}
	got := proxyFor(environmentOf(c, run), nil, Target{Scheme: "https", Host: "example.com", Port: 443})
	if got.host != "new" || !got.used() {
		t.Errorf("%+v", got)
	}
	if len(c.Environment) != 1 || len(run.Environment["app"]) != 1 {
		t.Error("the environment was modified")
	}
}

func TestContainerOf(t *testing.T) {
	d := aws.TaskDefinition{Containers: []aws.ContainerDefinition{{Name: "log-router"}, {Name: "app", Essential: true}, {Name: "proxy", Essential: true}}}
	for name, want := range map[string]string{"": "app", "proxy": "proxy", "log-router": "log-router", "absent": ""} {
		if got, _ := containerOf(d, name); got.Name != want {
			t.Errorf("container %q is %q, want %q", name, got.Name, want)
		}
	}
	if got, ok := containerOf(aws.TaskDefinition{Containers: []aws.ContainerDefinition{{Name: "only"}}}, ""); !ok || got.Name != "only" {
		t.Errorf("with no essential container: %q", got.Name)
	}
	if _, ok := containerOf(aws.TaskDefinition{}, ""); ok {
		t.Error("an empty task definition has a container")
	}
}
