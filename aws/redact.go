package aws

import (
	"fmt"
	"regexp"
)

// A Redactor masks account ids in texts that leave the house. The same id gets the same mask in every text that one Redactor sees.
// The zero value is ready; it is not for concurrent use.
type Redactor struct{ masks map[string]string }

var (
	wordPattern     = regexp.MustCompile(`[0-9A-Za-z]+`)
	resourcePattern = regexp.MustCompile(`^([0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})$`) // of resource ids: eni-…, a task's
	digitsPattern   = regexp.MustCompile(`[0-9]+`)
)

const accountDigits = 12

// Redact returns text with every account id replaced by one of the same length. Any run of twelve digits is taken for an account id,
// be it in an ARN, a bucket's name or a registry's host.
func (r *Redactor) Redact(text []byte) []byte {
	return wordPattern.ReplaceAllFunc(text, func(word []byte) []byte {
		if resourcePattern.Match(word) {
			return word
		}
		return digitsPattern.ReplaceAllFunc(word, r.mask)
	})
}

func (r *Redactor) mask(digits []byte) []byte {
	if len(digits) != accountDigits {
		return digits
	}
	if r.masks == nil {
		r.masks = map[string]string{}
	}
	if r.masks[string(digits)] == "" {
		n := len(r.masks) + 1
		if n <= 9 {
			r.masks[string(digits)] = fmt.Sprint(n * 111_111_111_111)
		} else {
			r.masks[string(digits)] = fmt.Sprint(100_000_000_000 + n)
		}
	}
	return []byte(r.masks[string(digits)])
}
