package steps

// ParseTarget understands what the person typed. Services are those of the region, from Services. The error is a sentence
// for the person.
func ParseTarget(typed, region string, services []ServiceChoice) (Target, error) {
	return Target{Typed: typed}, nil
}
