package exec

import (
	"os"
	"time"
)

// sizeChanges sends whenever the terminal's size may have changed, until stop is called. Windows sends no signal, so it is twice a second.
func sizeChanges() (changes <-chan os.Signal, stop func()) {
	c, quit := make(chan os.Signal, 1), make(chan struct{})
	ticker := time.NewTicker(500 * time.Millisecond)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-quit:
				return
			case <-ticker.C:
				select {
				case c <- os.Interrupt: // any signal: only that there is one counts
				default:
				}
			}
		}
	}()
	return c, func() { close(quit) }
}
