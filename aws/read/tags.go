package read

// tags are the tags of a resource.
type tags []struct{ Key, Value string }

// name returns the value of the tag Name, or "".
func (t tags) name() string {
	for _, tag := range t {
		if tag.Key == "Name" {
			return tag.Value
		}
	}
	return ""
}
