package exec

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// However a session's output is cut into reads, what stands between the marks comes out whole.
func TestMarksAreFoundWhereverReadsEnd(t *testing.T) {
	alphabet := rapid.SampledFrom([]byte("mark<>0\n"))
	rapid.Check(t, func(t *rapid.T) {
		mark := []byte("mark")
		part := rapid.Custom(func(t *rapid.T) []byte {
			b := rapid.SliceOfN(alphabet, 0, 40).Draw(t, "part")
			return bytes.ReplaceAll(b, mark, []byte("mar-"))
		})
		before, between := part.Draw(t, "before"), part.Draw(t, "between")
		if bytes.Contains(append(bytes.Clone(before), "mark<"...)[:len(before)+4], mark) && bytes.Index(append(bytes.Clone(before), mark...), mark) != len(before) {
			t.Skip("the part's end and the mark make another mark")
		}
		if bytes.Index(append(bytes.Clone(between), mark...), mark) != len(between) {
			t.Skip("the part's end and the mark make another mark")
		}
		stream := bytes.Join([][]byte{before, []byte("mark<one>"), between, []byte("mark<2>rest")}, nil)
		var from io.Reader = bytes.NewReader(stream)
		switch rapid.IntRange(0, 2).Draw(t, "reader") {
		case 0:
			from = iotest.OneByteReader(from)
		case 1:
			from = iotest.HalfReader(from)
		}
		m := &markedReader{from: from, mark: mark}
		for _, want := range []struct {
			plain []byte
			text  string
		}{{before, "one"}, {between, "2"}} {
			var plain bytes.Buffer
			text, err := m.pass(&plain)
			if err != nil || text != want.text || !bytes.Equal(plain.Bytes(), want.plain) {
				t.Fatalf("%q: got %q and %q, %v; want %q and %q", stream, plain.Bytes(), text, err, want.plain, want.text)
			}
		}
		var rest bytes.Buffer
		if _, err := m.pass(&rest); err != io.EOF || rest.String() != "rest" {
			t.Fatalf("after the marks: %q, %v", rest.String(), err)
		}
	})
}
