// Package probe asks a container what it sees of the network: does a name resolve and to what, does a connection open, does TLS shake
// hands, does a request get an answer with and without the container's proxy, does a harmless call to the AWS service (R6, R9). Probes are
// data: which command of which tool, in order of preference, and how to read what it prints. The scripts are POSIX sh, use what the image
// has, install nothing, write no file, and end by themselves.
//
// A round is three scripts at most: a survey of the image, the lookups, and the rest, which goes to the addresses that were found. All
// that a container prints is material: it is read with care and cleaned. What is not recognised is unknown, never fine and never broken.
//
// How scripts get into a container is aws/exec's, and what the answers mean for a diagnosis is decided in steps.
package probe
