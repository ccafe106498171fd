//go:build !windows

package exec

import (
	"os"
	"os/signal"
	"syscall"
)

// sizeChanges sends whenever the terminal's size may have changed, until stop is called.
func sizeChanges() (changes <-chan os.Signal, stop func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGWINCH)
	return c, func() { signal.Stop(c) }
}
