package snapshot

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"fargate-doctor/aws"
)

const removed = "(removed)"

// withoutSecrets returns an answer without what may be secret. That is ECS's alone: what people write into task definitions
// and overrides. Names stay, because the diagnosis looks at which variables are set.
func withoutSecrets(q aws.Query, page json.RawMessage) (json.RawMessage, error) {
	if q.Service != "ecs" {
		return slices.Clone(page), nil
	}
	decoder := json.NewDecoder(bytes.NewReader(page))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(strip(v))
}

// strip returns the value with the members replaced that may hold secrets, at any depth.
func strip(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	case map[string]any:
		for name, value := range v {
			switch strings.ToLower(name) {
			case "environment":
				v[name] = stripVariables(value)
			case "command", "entrypoint", "dockerlabels":
				v[name] = stripAll(value)
			case "options":
				v[name] = stripOptions(value)
			default:
				v[name] = strip(value)
			}
		}
	}
	return v
}

// stripAll replaces every text in the value.
func stripAll(v any) any {
	switch v := v.(type) {
	case string:
		return removed
	case []any:
		for i := range v {
			v[i] = stripAll(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = stripAll(v[name])
		}
	}
	return v
}

// stripOptions keeps the awslogs options of a log driver: region, group, prefix. Other drivers' may be tokens.
func stripOptions(v any) any {
	options, ok := v.(map[string]any)
	if !ok {
		return stripAll(v)
	}
	for name := range options {
		if !strings.HasPrefix(name, "awslogs-") {
			options[name] = stripAll(options[name])
		}
	}
	return options
}

// stripVariables keeps the values of the variables that steer where a program connects to.
func stripVariables(v any) any {
	list, ok := v.([]any)
	if !ok {
		return stripAll(v)
	}
	for _, e := range list {
		variable, ok := e.(map[string]any)
		if !ok {
			continue
		}
		name, _ := variable["name"].(string)
		for member, value := range variable {
			text, ok := value.(string)
			switch {
			case member == "name" || ok && text == "": // an empty variable is no secret, and undoes a proxy
			case ok && steers(name):
				variable[member] = withoutCredentials(text)
			default:
				variable[member] = stripAll(value)
			}
		}
	}
	return list
}

// steers reports whether a variable says where to connect to.
func steers(name string) bool {
	name = strings.ToUpper(name)
	switch name {
	case "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
		"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_STS_REGIONAL_ENDPOINTS", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS":
		return true
	}
	return strings.HasPrefix(name, "AWS_ENDPOINT_URL_")
}

// withoutCredentials masks what stands before the @ of a URL, and drops its query.
func withoutCredentials(url string) string {
	url, _, _ = strings.Cut(url, "?")
	at := strings.LastIndexByte(url, '@')
	if at < 0 {
		return url
	}
	scheme := ""
	if i := strings.Index(url, "://"); i >= 0 && i < at {
		scheme = url[:i+len("://")]
	}
	return scheme + removed + url[at:]
}
