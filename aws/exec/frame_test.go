package exec

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"
)

// Each field where the protocol has it; the digest is what sha256sum prints.
func TestAFrameIsLaidOutAsTheAgentReadsIt(t *testing.T) {
	f := frame{kind: inputStream, sequence: 0x0102, flags: 3, payloadType: payloadOutput, payload: []byte("payload")}
	copy(f.id[:], mustHex(t, "dd01e56bff4844c29e05e4ce9c1d5a1b"))
	got := f.encode(time.UnixMilli(1503434274948))
	want := "00000074" + // header length
		hex.EncodeToString([]byte("input_stream_data               ")) +
		"00000001" + // schema version
		"0000015e0baa7884" + // created
		"0000000000000102" + "0000000000000003" +
		"9e05e4ce9c1d5a1b" + "dd01e56bff4844c2" + // low half first
		"239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5" + // sha256sum of "payload"
		"00000001" + "00000007" + hex.EncodeToString([]byte("payload"))
	if hex.EncodeToString(got) != want {
		t.Errorf("got\n%x\nwant\n%s", got, want)
	}
}

func mustHex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzFrame(f *testing.F) {
	f.Add(frame{kind: outputStream, sequence: 7, id: newUUID(), payloadType: 1, payload: []byte("hello")}.encode(time.Now()))
	f.Add(frame{kind: channelClosed}.encode(time.Now()))
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, atPayload))
	f.Fuzz(func(t *testing.T, wire []byte) {
		first, err := decode(wire)
		if err != nil {
			return
		}
		again, err := decode(first.encode(time.Now()))
		if err != nil && len(first.kind) <= typeLength {
			t.Fatalf("what was read can't be written: %v", err)
		}
		if again.kind != first.kind || again.sequence != first.sequence || again.flags != first.flags || again.id != first.id ||
			again.payloadType != first.payloadType || !bytes.Equal(again.payload, first.payload) {
			t.Fatalf("%+v became %+v", first, again)
		}
	})
}

// A frame that was spoilt on the way is not taken for a good one.
func TestASpoiltFrameIsRefused(t *testing.T) {
	wire := frame{kind: outputStream, id: newUUID(), payloadType: 1, payload: []byte("hello")}.encode(time.Now())
	for _, at := range []int{0, 3, atDigest, headerLength + 3, len(wire) - 1} {
		bad := bytes.Clone(wire)
		bad[at] ^= 1
		if f, err := decode(bad); err == nil {
			t.Errorf("byte %d is another, and yet it became %+v", at, f)
		}
	}
	for n := range wire {
		if _, err := decode(wire[:n]); err == nil {
			t.Errorf("the first %d bytes passed for a frame", n)
		}
	}
}
