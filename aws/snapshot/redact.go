package snapshot

import "fargate-doctor/aws"

// redacted returns the files with every account id masked, the same id in all of them by the same digits.
func redacted(files []file) []file {
	var r aws.Redactor
	out := make([]file, len(files))
	for i, f := range files {
		out[i] = file{f.name, r.Redact(f.content)}
	}
	return out
}
