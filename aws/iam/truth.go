package iam

// A Truth is three-valued. The zero Truth is Maybe: what hangs on something that is not known.
type Truth int

const (
	Maybe Truth = iota
	No
	Yes
)

func (t Truth) String() string { return [...]string{"maybe", "no", "yes"}[t] }

func truth(b bool) Truth {
	if b {
		return Yes
	}
	return No
}

func and(all ...Truth) Truth {
	out := Yes
	for _, t := range all {
		if t == No {
			return No
		}
		if t == Maybe {
			out = Maybe
		}
	}
	return out
}

func or(all ...Truth) Truth {
	out := No
	for _, t := range all {
		if t == Yes {
			return Yes
		}
		if t == Maybe {
			out = Maybe
		}
	}
	return out
}

func not(t Truth) Truth {
	switch t {
	case Yes:
		return No
	case No:
		return Yes
	}
	return Maybe
}

// An Answer is what policies say to a request. The zero Answer is Unknown.
type Answer int

const (
	Unknown Answer = iota
	Allow
	Deny    // a statement denies
	NoMatch // no statement allows: an implicit deny
)

func (a Answer) String() string {
	return [...]string{"unknown", "allow", "explicit deny", "no match"}[a]
}

// Refused reports whether the request is certainly not allowed.
func (a Answer) Refused() bool { return a == Deny || a == NoMatch }

// answer turns what is known of deny and allow statements into one Answer. Where no statement allows it is NoMatch even when a deny may
// stand beside that: the request is refused either way.
func answer(denies, allows Truth) Answer {
	switch {
	case denies == Yes:
		return Deny
	case allows == No:
		return NoMatch
	case denies == No && allows == Yes:
		return Allow
	}
	return Unknown
}
