package snapshot

import (
	"fmt"
	"regexp"
)

var (
	wordPattern     = regexp.MustCompile(`[0-9A-Za-z]+`)
	resourcePattern = regexp.MustCompile(`^([0-9a-f]{8}|[0-9a-f]{17}|[0-9a-f]{32})$`) // of resource ids: eni-…, a task's
	digitsPattern   = regexp.MustCompile(`[0-9]+`)
)

const accountDigits = 12

// redacted returns the files with every account id replaced by one of the same length, the same id always by the same. Any
// run of twelve digits is taken for an account id, be it in an ARN, a bucket's name or a registry's host.
func redacted(files []file) []file {
	masks := map[string]string{}
	mask := func(digits []byte) []byte {
		if len(digits) != accountDigits {
			return digits
		}
		if masks[string(digits)] == "" {
			n := len(masks) + 1
			if n <= 9 {
				masks[string(digits)] = fmt.Sprint(n * 111_111_111_111)
			} else {
				masks[string(digits)] = fmt.Sprint(100_000_000_000 + n)
			}
		}
		return []byte(masks[string(digits)])
	}
	out := make([]file, len(files))
	for i, f := range files {
		out[i] = file{f.name, wordPattern.ReplaceAllFunc(f.content, func(word []byte) []byte {
			if resourcePattern.Match(word) {
				return word
			}
			return digitsPattern.ReplaceAllFunc(word, mask)
		})}
	}
	return out
}
