package symptom

import (
	"net/netip"
)

// A Reading is what a text tells. Fields that it does not hold are empty.
type Reading struct {
	Class Class

	Service   string // the IAM prefix of the service (sns, secretsmanager), from the denied action, else from the call or the host
	Action    string // as printed (SNS:Publish, s3:GetObject), else the API operation (Publish)
	Resource  string
	Principal string // an ARN
	Host      string
	Port      uint16 // 0 when it is not printed
	RequestID string
	Endpoint  string // the id of a VPC endpoint
	PolicyARN string

	Policy   Policy // which policy type a denial names
	Explicit bool   // the denial is an explicit one

	Address netip.Addr // the address that was dialled
	Line    string     // the line that decided, without control sequences

	exec bool
}

// Symptom returns the symptom of contract.md that the text leads to: exec for a failed ECS Exec session, which has no class of its own
// and may hold a refusal of any class, else that of its class.
func (r Reading) Symptom() string {
	if r.exec {
		return "exec"
	}
	return r.Class.Symptom()
}

// Read reads what an application, an SDK or a tool printed.
func Read(text string) Reading {
	s := newScreen(text)
	l := application()
	found := l.finder.find(s.withoutNames())
	best, at, weight := Reading{Class: ClassOther}, -1, 0
	for i, sign := range l.signs {
		if found.first[i] < 0 || sign.weight < weight {
			continue
		}
		r, place := sign.judge(s, l.finder.phrases[i], int(found.last[i]), int(found.first[i]))
		if r.Class == "" || sign.weight == weight && place < at {
			continue
		}
		best, at, weight = r, place, sign.weight
	}
	session := s.session()
	if at < 0 {
		best.exec = session >= 0
		if best.exec {
			best.Line = s.shown(session)
		}
		if at = s.envelope(); at >= 0 {
			fill(&best, s, at)
		}
		return best
	}
	best.exec, best.Line = session >= 0, s.shown(at)
	fill(&best, s, at)
	if network[best.Class] && metadataHost(best.Host, best.Address) {
		best.Class = ClassCredentialsMissing
	}
	return best
}

// network are the classes of a connection that failed.
var network = map[Class]bool{ClassTimeout: true, ClassDNS: true, ClassNoRoute: true, ClassRefused: true, ClassReset: true,
	ClassTLS: true, ClassProxy: true}

// judge reads a sign at its last place, else at its first.
func (g *sign) judge(s screen, phrase string, places ...int) (Reading, int) {
	for _, at := range places {
		if isLetter(phrase[0]) && at > 0 && isWord(s.text[at-1]) {
			continue
		}
		if g.loose && advice(s, at, len(phrase)) {
			continue
		}
		if g.weight < refusal && prose(s, at) { // denials look for themselves
			continue
		}
		if g.read == nil {
			return Reading{Class: g.class}, at
		}
		if r := g.read(s, at); r.Class != "" {
			return r, at
		}
	}
	return Reading{}, -1
}

func isLetter(c byte) bool { return lower(c) >= 'a' && lower(c) <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isWord(c byte) bool   { return isLetter(c) || isDigit(c) || c == '_' }
