// Package report turns a steps.Report into text and JSON. It is pure; it decides nothing.
package report
