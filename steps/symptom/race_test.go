//go:build race

package symptom

const raceEnabled = true
