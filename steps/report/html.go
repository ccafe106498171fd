package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"slices"
	"strings"
)

var (
	//go:embed page.html
	pageText string

	//go:embed page.css
	pageStyle string
)

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"phrase": phrase, "sentence": sentence, "capital": capital, "kind": kindName, "secure": secure,
}).Parse(pageText))

// html writes a view as one page that needs nothing but itself: no script, no request. Its Content Security Policy has the browser hold
// it to that.
func html(v view) ([]byte, error) {
	hash := sha256.Sum256([]byte(pageStyle))
	var out bytes.Buffer
	err := pageTemplate.Execute(&out, struct {
		view
		Style template.CSS
		Hash  string
	}{v, template.CSS(pageStyle), base64.StdEncoding.EncodeToString(hash[:])})
	return out.Bytes(), err
}

// secure leaves out links that are not https.
func secure(links []string) []string {
	return slices.DeleteFunc(slices.Clone(links), func(l string) bool { return !strings.HasPrefix(l, "https://") })
}
