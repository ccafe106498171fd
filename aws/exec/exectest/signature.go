//go:build unix

package exectest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// signed says how a dial came: "signed", "unsigned" or "badly signed". It computes Signature Version 4 anew from the request, as "Create a
// signed AWS API request" in the IAM User Guide has it; canonical query strings here need no sorting and no escaping.
func signed(r *http.Request) string {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "unsigned"
	}
	fields := map[string]string{}
	for _, part := range strings.Split(strings.TrimPrefix(header, "AWS4-HMAC-SHA256 "), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = value
	}
	scope := strings.SplitN(fields["Credential"], "/", 2)
	day := r.Header.Get("X-Amz-Date")[:8]
	if scope[0] != AccessKey || scope[1] != day+"/"+Region+"/ssmmessages/aws4_request" {
		return "badly signed"
	}
	var headers strings.Builder
	for _, name := range strings.Split(fields["SignedHeaders"], ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
	}
	request := strings.Join([]string{"GET", r.URL.EscapedPath(), r.URL.RawQuery, headers.String(), fields["SignedHeaders"], hash("")}, "\n")
	text := strings.Join([]string{"AWS4-HMAC-SHA256", r.Header.Get("X-Amz-Date"), scope[1], hash(request)}, "\n")
	key := []byte("AWS4" + SecretKey)
	for _, part := range strings.Split(scope[1], "/") {
		key = mac(key, part)
	}
	if hex.EncodeToString(mac(key, text)) != fields["Signature"] {
		return "badly signed"
	}
	return "signed"
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}
