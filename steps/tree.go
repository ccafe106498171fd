package steps

import (
	"slices"

	"fargate-doctor/aws"
)

// tree is the whole decision tree, in the documents' order. The first step is the root: it asks for the symptom, and each symptom has
// its own way.
var tree = slices.Concat(symptomSteps, taskSteps, targetSteps, dnsSteps, waySteps, endpointSteps, internetSteps, filterSteps, proxySteps, platformSteps,
	probeSteps, accessSteps, execSteps, execWaySteps, insideSteps, sessionSteps, startSteps, startNetworkSteps, startNeedsSteps, startEndSteps)

// A Node is a step of the tree as it is drawn.
type Node struct {
	ID           string
	Ask          string
	Branch       string // id of the step this one hangs under, "" on the trunk
	Requirements []string
	Edges        []NodeEdge
}

// A NodeEdge leads from a node to the next.
type NodeEdge struct {
	Label string // "pass", "fail, unknown", "an interface endpoint"; "" when every outcome leads there
	To    string // step id; "" is the end
}

// Tree returns the whole tree in the documents' order, the root first.
func Tree() []Node {
	nodes := make([]Node, 0, len(tree))
	for _, s := range tree {
		n := Node{ID: s.ID, Ask: s.Ask, Branch: s.Branch, Requirements: slices.Clone(s.Requirements)}
		for _, e := range s.Next {
			n.Edges = append(n.Edges, NodeEdge{Label: s.label(e), To: e.To})
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// Policy returns the IAM actions that a walk needs, sorted. They are those of the facts that the tree's steps declare.
func Policy() []string {
	var actions []string
	for _, k := range wantedFacts(tree) {
		actions = append(actions, k.actions()...)
	}
	return aws.SortedActions(actions)
}

// Questions lists what a walk may ask the person, each question once.
func Questions() []Question {
	var all []Question
	for _, s := range tree {
		if q := s.Question; q != nil && !slices.ContainsFunc(all, func(o Question) bool { return o.ID == q.ID }) {
			all = append(all, *q)
		}
	}
	return all
}
