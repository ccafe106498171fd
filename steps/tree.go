package steps

// A Node is a step of the tree as it is drawn.
type Node struct {
	ID     string
	Ask    string
	Branch string // id of the step this one hangs under, "" on the trunk
	Edges  []NodeEdge
}

// A NodeEdge leads from a node to the next.
type NodeEdge struct {
	Label string // "pass", "fail, unknown", "an interface endpoint"; "" when every outcome leads there
	To    string // step id; "" is the end
}

// Tree returns the whole tree in the documents' order, the root first.
func Tree() []Node { return nil }

// Policy returns the IAM actions that a walk needs, sorted.
func Policy() []string { return nil }
