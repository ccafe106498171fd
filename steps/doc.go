// Package steps is the decision tree: what is asked, in which order, what each answer leads to, and the engine that walks it
// over facts. Steps are values; judging is pure; facts come in through an aws.Reader that the engine is given.
//
// How a packet is treated is decided in aws/vpc; how a report looks in steps/report; screens in tui.
package steps
