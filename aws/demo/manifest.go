package demo

// captured is the moment that the worlds show: ages and "recently stopped" are told from it.
const captured = "2025-11-20T03:07:00Z"

// manifest returns the snapshot's manifest of the world: what no AWS CLI output holds.
func (w World) manifest() map[string]any {
	return map[string]any{"captured": captured, "region": w.Region, "denied": w.denied}
}
