// Package demo holds embedded worlds: small AWS accounts in the snapshot format, each a base with one small difference, so
// that the program can be tried, and tested, without an account or a network.
package demo
