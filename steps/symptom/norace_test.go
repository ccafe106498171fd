//go:build !race

package symptom

const raceEnabled = false
