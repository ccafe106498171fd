package vpc

// A Change is a mend of the network: the AWS CLI command that a person runs and the same change applied to the facts in
// memory come from one value, so that what is proven is what is printed.
type Change interface {
	// Title says what the change does in a few words: "allow TCP 443 from sg-02ad into sg-0cc3".
	Title() string
	// Command returns the AWS CLI command, on one line, for the region.
	Command(region string) string
	// Apply returns the network with the change made. It does not modify n.
	Apply(n Network) Network
}
