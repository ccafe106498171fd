package tui

import (
	"io"
	"os"
	"sync"
)

// shared returns a writer through which the renderer and the copier use one output without mixing their sequences. A file
// stays a file, because Bubble Tea asks a terminal for its size through it.
func shared(out io.Writer) io.Writer {
	turn := new(sync.Mutex)
	if f, ok := out.(*os.File); ok {
		return terminal{f, turn}
	}
	return sharedWriter{out, turn}
}

type terminal struct {
	*os.File
	turn *sync.Mutex
}

func (t terminal) Write(b []byte) (int, error) {
	t.turn.Lock()
	defer t.turn.Unlock()
	return t.File.Write(b)
}

func (t terminal) WriteString(s string) (int, error) { return t.Write([]byte(s)) }

type sharedWriter struct {
	out  io.Writer
	turn *sync.Mutex
}

func (w sharedWriter) Write(b []byte) (int, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	return w.out.Write(b)
}
