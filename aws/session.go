package aws

// An ExecRequest asks for a session of ECS Exec: a command on a terminal of its own, in a container of a running task.
type ExecRequest struct {
	Cluster   string // name or ARN
	Task      string // id or ARN
	Container string // name
	Command   string // split into words as a shell would, but run by no shell
}

// A Ticket admits one client to the data channel of a session, once. Whoever holds its token holds the session, so a Ticket
// prints as the session's id only.
type Ticket struct {
	Session   string // id: "ecs-execute-command-0a1b…"
	StreamURL string
	Token     string // "" when the session has ended
}

func (t Ticket) String() string   { return t.Session }
func (t Ticket) GoString() string { return t.Session }

// A DataKey is a key that KMS made: in the clear, and sealed for whoever may ask KMS to open it.
type DataKey struct{ Plain, Sealed []byte }
