//go:build unix

package exectest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A message of the data channel, laid out field by field as it goes over the wire.
type message struct {
	HeaderLength  uint32
	Type          [32]byte
	SchemaVersion uint32
	Created       uint64
	Sequence      int64
	Flags         uint64
	ID            [16]byte
	Digest        [32]byte
	PayloadType   uint32
	PayloadLength uint32
}

func pack(kind string, sequence int64, flags uint64, payloadType uint32, payload []byte) []byte {
	m := message{HeaderLength: 116, SchemaVersion: 1, Created: uint64(time.Now().UnixMilli()), Sequence: sequence, Flags: flags,
		Digest: sha256.Sum256(payload), PayloadType: payloadType, PayloadLength: uint32(len(payload))}
	copy(m.Type[:], fmt.Sprintf("%-32s", kind))
	copy(m.ID[:], randomHex(8))
	var b bytes.Buffer
	_ = binary.Write(&b, binary.BigEndian, m) // a buffer takes everything
	b.Write(payload)
	return b.Bytes()
}

// unpack refuses everything that an agent would not understand.
func unpack(wire []byte) (m message, payload []byte, err error) {
	r := bytes.NewReader(wire)
	if err := binary.Read(r, binary.BigEndian, &m); err != nil {
		return m, nil, err
	}
	payload = wire[len(wire)-r.Len():]
	switch {
	case m.HeaderLength != 116, m.SchemaVersion != 1, int(m.PayloadLength) != len(payload):
		return m, nil, fmt.Errorf("bad header %+v", m)
	case sha256.Sum256(payload) != m.Digest:
		return m, nil, fmt.Errorf("bad digest of %q", payload)
	}
	return m, payload, nil
}

func (m message) kind() string { return strings.TrimRight(string(m.Type[:]), " ") }

// uuid returns the message's id as text. The low half goes over the wire first.
func (m message) uuid() string {
	id := append(append([]byte{}, m.ID[8:]...), m.ID[:8]...)
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
