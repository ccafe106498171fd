package vpc

// A Model is a Network compiled for questions. It is immutable and safe for concurrent use.
type Model struct {
	net Network
}

// Compile indexes a network. It never fails: what the network lacks shows in the answers.
func Compile(n Network) *Model { return &Model{net: n} }

// Trace says what happens to the flow.
func (m *Model) Trace(f Flow) Trace { return Trace{} }

// Resolve says what the resolver of the VPC answers for a host name.
func (m *Model) Resolve(name, vpcID string) Resolution { return Resolution{Name: name} }
