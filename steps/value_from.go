package steps

import (
	"regexp"
	"strconv"
	"strings"

	"fargate-doctor/aws"
)

// A valueFrom is the reference to a secret or parameter in a task definition, taken apart. See "Pass Secrets Manager secrets through
// Amazon ECS environment variables" and "Pass Systems Manager parameters …" in the ECS developer guide.
type valueFrom struct {
	written   string
	parameter bool   // of Systems Manager; else a secret of Secrets Manager
	arn       string // without what is behind the secret's name; "" for a parameter that is written by name
	name      string
	region    string // "" for the task's own
	account   string
	jsonKey   string // of a secret's value
	stage     string // staging label of a secret's version
	version   string // version id of a secret, or version number or label of a parameter
	behind    string // the secret that a parameter of /aws/reference/secretsmanager/ stands for
	problem   string // why this can't work, as the end of a sentence; "" when its form is right
}

const referencePrefix = "/aws/reference/secretsmanager/"

// parameterName is the form of a parameter's name, with the version or label behind it.
var parameterName = regexp.MustCompile(`^[A-Za-z0-9_./-]+(?::[A-Za-z0-9_.-]+)?$`)

func parseValueFrom(written string) valueFrom {
	v := valueFrom{written: written}
	arn, isARN := aws.ParseARN(written)
	switch {
	case strings.TrimSpace(written) == "":
		v.problem = "is empty"
	case isARN && arn.Service == "secretsmanager":
		v.secret(arn)
	case isARN && arn.Service == "ssm":
		v.parameter, v.arn, v.region, v.account = true, written, arn.Region, arn.Account
		rest, ok := strings.CutPrefix(arn.Resource, "parameter/")
		if !ok {
			v.problem = "is no ARN of a parameter"
			return v
		}
		v.name = rest
		if strings.Contains(rest, "/") { // ARNs leave the first slash out
			v.name = "/" + rest
		}
		v.selector()
	case strings.HasPrefix(written, "arn:"):
		v.problem = "is neither an ARN of a secret nor of a parameter"
	case !parameterName.MatchString(written):
		v.parameter, v.name, v.problem = true, written, "is no name that a parameter can have"
	default:
		v.parameter, v.name = true, written
		v.selector()
	}
	return v
}

// secret reads arn:…:secret:NAME[:json-key:version-stage:version-id]. With one of the three the colons of all must be there.
func (v *valueFrom) secret(arn aws.ARN) {
	v.region, v.account = arn.Region, arn.Account
	parts := strings.Split(arn.Resource, ":")
	if parts[0] != "secret" || len(parts) < 2 || parts[1] == "" {
		v.problem = "is no ARN of a secret"
		return
	}
	v.name = parts[1]
	arn.Resource = "secret:" + parts[1]
	v.arn = arn.String()
	switch len(parts) {
	case 2:
	case 5:
		v.jsonKey, v.stage, v.version = parts[2], parts[3], parts[4]
	default:
		v.problem = "must end in :json-key:version-stage:version-id, with the colons of what is left out"
	}
}

// selector cuts the version or label off a parameter's name.
func (v *valueFrom) selector() {
	name, version, found := strings.Cut(v.name, ":")
	v.name = name
	if found {
		v.version = version
		v.arn = strings.TrimSuffix(v.arn, ":"+version)
	}
	if rest, ok := strings.CutPrefix(name, referencePrefix); ok {
		v.behind = rest
		if found {
			v.problem = "references a secret, and such parameters have no versions"
		}
	}
}

// number is the version number of a parameter; 0 for none, and for a label.
func (v valueFrom) number() int {
	n, err := strconv.Atoi(v.version)
	if err != nil {
		return 0
	}
	return n
}

// asked is how Secrets Manager or Systems Manager is asked about it.
func (v valueFrom) asked() string {
	if v.arn != "" {
		return v.arn
	}
	return v.name
}

// label is the reference as people call it: the name, without the six random characters of a secret's ARN.
func (v valueFrom) label() string {
	if v.parameter || len(v.name) < 8 || v.name[len(v.name)-7] != '-' {
		return v.name
	}
	return v.name[:len(v.name)-7]
}
