// Package read asks AWS and understands the answers: which API calls answer a question, and what their JSON means as values
// of aws and aws/vpc. It works over any aws.Reader (live, snapshot, demo), so there is one decoder for all of them.
//
// Functions that read one thing return an error when it cannot be read. Functions that read many collections (VPC, Beyond,
// Everything) return what could be read, with a vpc.Gap for each collection that could not.
//
// It judges nothing (aws/vpc, steps) and does no I/O of its own.
package read
