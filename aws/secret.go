package aws

import "time"

// A Secret is a secret of Secrets Manager without its value.
type Secret struct {
	ARN, Name string
	Key       string // ARN of its KMS key, or of an alias of it
	Deleted   time.Time
	Versions  map[string][]string // staging labels by version id; only versions that have one
	Primary   string              // region of the secret that this one is a replica of, "" for none
}

// Staged reports whether a version of the secret has the staging label.
func (s Secret) Staged(label string) bool {
	for _, labels := range s.Versions {
		for _, l := range labels {
			if l == label {
				return true
			}
		}
	}
	return false
}

// A Parameter is a parameter of Systems Manager's parameter store without its value.
type Parameter struct {
	ARN, Name string
	Type      string // String, StringList, SecureString
	Key       string // ARN of the KMS key of a SecureString, or of an alias of it; else ""
	Version   int    // the newest
}

// A LogGroup is a log group of CloudWatch Logs.
type LogGroup struct {
	ARN, Name string
	Key       string // ARN of a customer's KMS key, "" for none
	Class     string // STANDARD, INFREQUENT_ACCESS, DELIVERY
}

// A Repository is a private repository of images in ECR.
type Repository struct {
	ARN, Name, Account, URI string
	Key                     string // ARN of its KMS key, or of an alias of it; "" when ECR's own AES-256 is used
}
