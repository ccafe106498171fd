package symptom

import "strings"

const denied = "not authorized to perform"

// readDenial reads the access-denied sentence, or what is left of it, at "not authorized to perform".
func readDenial(s screen, at int) Reading {
	r := Reading{Class: ClassAuthUnspecified}
	r.Principal = principalBefore(s.cut(at-500, at))
	rest := s.cut(at+len(denied), at+len(denied)+1600)
	if i := strings.Index(rest, denied); i >= 0 {
		rest = rest[:i] // the next sentence of this kind
	}
	rest = strings.TrimLeft(rest, ": '\"`*")
	if action, n := actionToken(rest); n > 0 {
		r.Action = action
		rest = rest[n:]
	} else if r.Principal == "" && !spokenByAWS(s, at) {
		return Reading{} // the application's own words
	}
	r.Resource = resourceOf(rest)
	readReasonIn(&r, rest)
	classify(&r)
	return r
}

// classify sets the class of a denial from its action and policy: a key and a role come first, whatever the policy.
func classify(r *Reading) {
	prefix, name, _ := strings.Cut(lowered(r.Action), ":")
	switch {
	case prefix == "kms":
		r.Class = ClassKMSAccess
	case prefix == "sts" && strings.HasPrefix(name, "assumerole"):
		r.Class = ClassAssumeRoleDenied
	case r.Policy == PolicyIdentity && r.Explicit:
		r.Class = ClassAuthIdentityDeny
	case r.Policy != "":
		r.Class = policyClass[r.Policy]
	default:
		r.Class = ClassAuthUnspecified
	}
	if name != "" {
		r.Service = prefix
	}
}

// readReason reads a denial of which only the reason was printed.
func readReason(s screen, at int) Reading {
	r := Reading{}
	rest := s.cut(at, at+400)
	readReasonIn(&r, rest)
	if r.Policy == "" {
		return Reading{}
	}
	if _, after, ok := strings.Cut(rest, "allows the "); ok {
		r.Action, _ = actionToken(after)
	}
	classify(&r)
	return r
}

// readReasonIn reads the reason of a denial: the policy type that it names first, whether it denies explicitly, and the ARN.
func readReasonIn(r *Reading, rest string) {
	low := lowered(rest)
	begin := -1
	for _, lead := range reasonLeads {
		if i := strings.Index(low, lead.phrase); i >= 0 && (begin < 0 || i < begin) {
			begin, r.Explicit = i, lead.explicit
		}
	}
	if begin < 0 {
		return
	}
	end := min(len(low), begin+110)
	nearest := -1
	for _, name := range policyNames {
		if i := strings.Index(low[begin:end], name.phrase); i >= 0 && (nearest < 0 || i < nearest) {
			nearest, r.Policy = i, name.policy
		}
	}
	if nearest < 0 {
		return
	}
	after := rest[begin+nearest:]
	if i := strings.Index(after, "arn:"); i >= 0 && i < 80 {
		if arn := arnToken(after[i:]); strings.Contains(arn, ":policy/") {
			r.PolicyARN = arn
		}
	}
}

var reasonLeads = []struct {
	phrase   string
	explicit bool
}{
	{"because no ", false}, {"explicit deny", true}, {"explicitly denied", true}, {"region, no ", false}, {"exist, no ", false},
	{"no resource-based polic", false}, {"no identity-based polic", false},
}

var policyNames = []struct {
	phrase string
	policy Policy
}{
	{"identity-based polic", PolicyIdentity}, {"identity based polic", PolicyIdentity}, {"identity policy", PolicyIdentity},
	{"resource-based polic", PolicyResource}, {"resource based polic", PolicyResource}, {"resource policy", PolicyResource},
	{"permissions boundar", PolicyBoundary}, {"permission boundar", PolicyBoundary}, {"service control polic", PolicySCP},
	{"resource control polic", PolicyRCP},
	{"session polic", PolicySession}, {"sessions polic", PolicySession}, {"endpoint polic", PolicyEndpoint}, {"trust polic",
		PolicyTrust},
}

// principalBefore returns the ARN that stands before "is not authorized to perform".
func principalBefore(text string) string {
	i := strings.LastIndex(text, "arn:")
	if i < 0 {
		return ""
	}
	arn := arnToken(text[i:])
	if end := strings.TrimSpace(text[i+len(arn):]); len(end) > 24 { // "is", "role is", a quote …
		return ""
	}
	return arn
}

// actionToken returns the action at the beginning of a text, and the length that was read for it.
func actionToken(text string) (string, int) {
	end := 0
	for end < len(text) && (isWord(text[end]) || strings.IndexByte("-:*", text[end]) >= 0) {
		end++
	}
	token := strings.TrimSuffix(strings.TrimRight(text[:end], ":-"), "**") // emphasis, not a pattern
	service, name, ok := strings.Cut(token, ":")
	if !ok || service == "" || name == "" || strings.Contains(name, ":") {
		return "", 0
	}
	return token, end
}

// resourceOf returns the resource that follows the action: "on resource: …".
func resourceOf(rest string) string {
	rest = strings.TrimLeft(rest, " '\"`.,")
	for _, lead := range []string{"on resource:", "on the resource:", "on resources:", "on resource", "on the resource"} {
		after, ok := strings.CutPrefix(rest, lead)
		if !ok {
			continue
		}
		after = strings.TrimLeft(after, " ")
		if after == "" {
			return ""
		}
		if quote := after[0]; quote == '"' || quote == '\'' || quote == '`' {
			if end := strings.IndexByte(after[1:], quote); end >= 0 {
				return after[1 : 1+end]
			}
			after = after[1:]
		}
		if kind, name, ok := strings.Cut(after, " "); ok && resourceKinds[kind] { // "role arn:…", "user NAME"
			if name = strings.TrimLeft(name, " "); strings.HasPrefix(name, "arn:") {
				return arnToken(name)
			}
			return kind + " " + arnToken(name)
		}
		token := arnToken(after)
		if !strings.HasSuffix(lead, ":") && !strings.Contains(token, ":") || token == "because" || token == "with" {
			return ""
		}
		return token
	}
	return ""
}

// resourceKinds are the words that IAM puts before the name of a resource.
var resourceKinds = setOf("user group role policy instance profile")

// arnToken returns an ARN or a name: up to the next blank, without the punctuation of the sentence around it.
func arnToken(text string) string {
	end := strings.IndexAny(text, " \"'`<>()\\")
	if end < 0 {
		end = len(text)
	}
	return strings.TrimRight(text[:end], ".,;:}])")
}

// readDenialCode reads an error code of a denial by the message that goes with it: services use the code for other refusals too.
func readDenialCode(s screen, at int) Reading {
	firm := false // the code is AWS's alone; the others need an envelope
	for _, code := range []string{"accessdenied", "(accessdenied", "unauthorizedoperation", "authorizationerror"} {
		firm = firm || strings.HasPrefix(lowered(s.cut(at, at+24)), code)
	}
	if !firm && !spokenByAWS(s, at) || holdsAny(s.around(at, 60, 0), "springframework", "java.nio.file.") {
		return Reading{}
	}
	message := lowered(messageOf(s, at))
	if strings.Contains(message, "token") && strings.Contains(message, "expired") {
		return Reading{Class: ClassCredentialsExpired}
	}
	operation := operationAt(s, at)
	words := strings.Trim(message, " .:;,\"'`)]}>(")
	switch words {
	case "none", "null", "unknown", "unknownerror":
		words = ""
	}
	if advice(s, at, 0) && (words == "" || !spokenByAWS(s, at) && !strings.HasPrefix(words, "access denied") &&
		!strings.HasPrefix(words, "user")) {
		return Reading{}
	}
	ok := words == ""
	for _, phrase := range denialWords {
		ok = ok || strings.Contains(message, phrase)
	}
	switch {
	case strings.HasPrefix(operation, "AssumeRole") && !strings.Contains(message, "sts:tagsession"):
		return Reading{Class: ClassAssumeRoleDenied}
	case !ok:
		return Reading{}
	}
	r := Reading{Class: ClassAuthUnspecified}
	readReasonIn(&r, message)
	if r.Policy != "" {
		classify(&r)
	}
	if strings.HasPrefix(lowered(s.cut(at, at+24)), "unauthorizedoperation") {
		r.Service = "ec2"
	}
	return r
}

// denialWords are what the message of a denial holds.
var denialWords = []string{
	"denied", "not authorized", "not authorised", "forbidden", "permission", "not allowed", "unauthorized",
	"does not have access", "don't have access", "no access", "sufficient access", "not have authorization", "insufficient",
	"explicit deny", "encoded authorization",
	"policy allows", "not permitted", "unable to access", "not have sufficient", "cannot be accessed",
}

// readForbidden reads an HTTP status 403: a denial where an AWS service gave it without saying more.
func readForbidden(s screen, at int) Reading {
	from, to := s.lineAt(at)
	if from > 0 && at-from < 8 { // Go v1 breaks the line between the message and the status
		from, _ = s.lineAt(from - 1)
	}
	line := s.cut(max(from, at-600), min(to, at+200))
	low := lowered(line)
	if !holdsAny(low, "amazonaws.com", "request id", "requestid", "(service: ", "operation error ", "amazons3exception",
		"s3exception",
		"client error") {
		return Reading{}
	}
	if strings.Contains(lowered(s.cut(at, at+40)), "403, request id") && !holdsAny(low, "denied", "forbidden", "(service: ") {
		return Reading{} // Go v1: the code before the status says what it is
	}
	for _, other := range []string{"token", "signature", "credential", "expired", "accesskey", "access key", "proxy", "accessdenied"} {
		if strings.Contains(low, other) {
			return Reading{}
		}
	}
	return Reading{Class: ClassAuthUnspecified}
}

// readAccessTo reads the sentence of SQS and SNS: "Access to the resource URL is denied."
func readAccessTo(s screen, at int) Reading {
	before, _, ok := strings.Cut(s.cut(at, at+400), " is denied")
	if !ok || strings.Contains(before, ". ") || !spokenByAWS(s, at) {
		return Reading{}
	}
	return Reading{Class: ClassAuthUnspecified}
}

// readUnusableKey reads a sentence about something that could not be decrypted, or reached, with a key: Secrets Manager's, Lambda's,
// and of services that keep data under a key.
func readUnusableKey(s screen, at int) Reading {
	from, to := s.lineAt(at)
	line := lowered(s.cut(max(from, at-120), min(to, at+120)))
	if !holdsAny(line, "can't decrypt", "cannot decrypt", "unable to decrypt", "could not decrypt", "can't encrypt", "cannot encrypt",
		"unable to encrypt", "can't access", "cannot access", "unable to access", "not authorized to use") {
		return Reading{}
	}
	return Reading{Class: ClassKMSAccess}
}

// readKeyState reads what a key's state makes of a call, where the sentence is about a key.
func readKeyState(s screen, at int) Reading {
	from, _ := s.lineAt(at)
	before := s.cut(max(from, at-200), at)
	i := strings.LastIndex(before, "arn:aws")
	if i < 0 || !strings.Contains(before[i:], ":kms:") || strings.Count(before[i:], " ") > 1 {
		return Reading{}
	}
	return Reading{Class: ClassKMSAccess, Service: "kms", Resource: arnToken(before[i:])}
}
