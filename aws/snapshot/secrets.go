package snapshot

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"fargate-doctor/aws"
)

const removed = "(removed)"

// withoutSecrets returns an answer without what may be secret: what people write into task definitions and overrides, and what
// programs write into their logs. Names stay, because the diagnosis looks at which variables are set.
func withoutSecrets(q aws.Query, page json.RawMessage) (json.RawMessage, error) {
	strip := strip
	switch {
	case q.Name() == "logs:FilterLogEvents":
		strip = stripMessages
	case q.Service != "ecs":
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

// stripOptions keeps the options of a log driver or log router that say where to: region, group, stream, address. Others may be tokens.
func stripOptions(v any) any {
	options, ok := v.(map[string]any)
	if !ok {
		return stripAll(v)
	}
	for name, value := range options {
		text, _ := value.(string)
		switch lower := strings.ToLower(name); {
		case strings.HasPrefix(lower, "awslogs-"), slices.Contains(whereTo, lower):
		case slices.Contains(addresses, lower):
			options[name] = withoutCredentials(text)
		default:
			options[name] = stripAll(value)
		}
	}
	return options
}

// Options of log drivers, of FireLens and of Fluent Bit's outputs to AWS that are names of resources or addresses.
var (
	whereTo = []string{"mode", "max-buffer-size", "config-file-type", "config-file-value", "enable-ecs-log-metadata", "name", "region", "log_group_name",
		"log_stream_name", "log_stream_prefix", "auto_create_group", "delivery_stream", "stream", "bucket", "role_arn"}
	addresses = []string{"endpoint", "splunk-url", "gelf-address", "fluentd-address", "syslog-address", "host"}
)

// stripMessages replaces what looks like a credential in the messages of log events.
func stripMessages(v any) any {
	answer, _ := v.(map[string]any)
	for key, list := range answer {
		events, _ := list.([]any)
		for _, e := range events {
			event, _ := e.(map[string]any)
			if message, ok := event["message"].(string); ok && strings.EqualFold(key, "events") {
				event["message"] = withoutCredentialsIn(message)
			}
		}
	}
	return v
}

// Credentials as they get into logs: a value behind a word for one, what stands before the @ of a URL, a signed URL's query, tokens and
// keys by their form.
var (
	namedCredential = regexp.MustCompile(`(?i)([\w.-]*(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|authorization|cookie)` +
		`[\w.-]*(?:["']?\s*=\s*["']?|["']\s*:\s*["']?|:\s+["']?)(?:(?:bearer|basic)\s+)?)([^\s"',;&}\]]+)`)
	word           = regexp.MustCompile(`^[A-Za-z]+:?$`)
	urlCredential  = regexp.MustCompile(`([a-z][a-z0-9+.-]*://)[^\s/@"']+@`)
	signature      = regexp.MustCompile(`(?i)((?:x-amz-(?:signature|credential|security-token)|signature|sig)=)[^\s&"']+`)
	bareCredential = regexp.MustCompile(`\b(?:A[KS]IA[A-Z0-9]{16}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]+)?|[A-Za-z0-9+=]{40,})|(?i:bearer )[\w.~+/=-]{16,}`)
)

func withoutCredentialsIn(message string) string {
	message = urlCredential.ReplaceAllString(message, "${1}"+removed+"@")
	message = signature.ReplaceAllString(message, "${1}"+removed)
	message = namedCredential.ReplaceAllStringFunc(message, func(found string) string {
		m := namedCredential.FindStringSubmatch(found)
		prose := strings.HasSuffix(m[1], ": ") && word.MatchString(m[2]) // "no token: connection refused"
		if prose || m[2] == removed || strings.HasPrefix(m[2], "arn:") {
			return found
		}
		return m[1] + removed
	})
	return bareCredential.ReplaceAllString(message, removed)
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
