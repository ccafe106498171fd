package exec

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Types of messages on a data channel.
const (
	inputStream      = "input_stream_data"
	outputStream     = "output_stream_data"
	acknowledge      = "acknowledge"
	channelClosed    = "channel_closed"
	startPublication = "start_publication"
	pausePublication = "pause_publication"
)

// Types of payloads of a message.
const (
	payloadOutput             = 1
	payloadError              = 2
	payloadSize               = 3
	payloadHandshakeRequest   = 5
	payloadHandshakeResponse  = 6
	payloadHandshakeComplete  = 7
	payloadEncryptionRequest  = 8
	payloadEncryptionResponse = 9
	payloadFlag               = 10
	payloadStderr             = 11
	payloadExitCode           = 12
)

const (
	flagData    = 0
	flagControl = 3 // of acknowledgements

	terminateFlag = 2 // payload of payloadFlag: end the session
)

// Offsets of a message's fields. All numbers are big-endian. The header's length leaves out the length of the payload, which follows it.
const (
	atType        = 4
	atSchema      = 36
	atCreated     = 40
	atSequence    = 48
	atFlags       = 56
	atID          = 64
	atDigest      = 80
	atPayloadType = 112
	headerLength  = 116
	atPayload     = headerLength + 4

	typeLength = atSchema - atType
)

// A frame is one message of a data channel.
type frame struct {
	kind     string // message type
	sequence int64
	flags    uint64
	id       [16]byte // as a UUID is written, first byte first
	payload  []byte
	payloadType
}

type payloadType = uint32

var errFrame = errors.New("not a message of a data channel")

// encode returns the frame as it goes over the wire.
func (f frame) encode(created time.Time) []byte {
	b := make([]byte, atPayload+len(f.payload))
	binary.BigEndian.PutUint32(b, headerLength)
	copy(b[atType:atSchema], bytes.Repeat([]byte{' '}, typeLength))
	copy(b[atType:atSchema], f.kind)
	binary.BigEndian.PutUint32(b[atSchema:], 1)
	binary.BigEndian.PutUint64(b[atCreated:], uint64(created.UnixMilli()))
	binary.BigEndian.PutUint64(b[atSequence:], uint64(f.sequence))
	binary.BigEndian.PutUint64(b[atFlags:], f.flags)
	copy(b[atID:], f.id[8:]) // the UUID's low half goes first
	copy(b[atID+8:], f.id[:8])
	digest := sha256.Sum256(f.payload)
	copy(b[atDigest:], digest[:])
	binary.BigEndian.PutUint32(b[atPayloadType:], f.payloadType)
	binary.BigEndian.PutUint32(b[headerLength:], uint32(len(f.payload)))
	copy(b[atPayload:], f.payload)
	return b
}

// decode takes a frame apart. Lengths that do not fit and a digest that is not the payload's are errors: the sender will send it again.
// The payload is part of b. A header may grow; its known fields stay where they are.
func decode(b []byte) (frame, error) {
	if len(b) < atPayload {
		return frame{}, fmt.Errorf("%w: %d bytes", errFrame, len(b))
	}
	header := int64(binary.BigEndian.Uint32(b))
	if header < headerLength || header+4 > int64(len(b)) {
		return frame{}, fmt.Errorf("%w: header of %d bytes", errFrame, header)
	}
	length := int64(binary.BigEndian.Uint32(b[header:]))
	if header+4+length != int64(len(b)) {
		return frame{}, fmt.Errorf("%w: payload of %d bytes in a message of %d", errFrame, length, len(b))
	}
	f := frame{
		kind:        string(bytes.TrimRight(b[atType:atSchema], " \x00")),
		sequence:    int64(binary.BigEndian.Uint64(b[atSequence:])),
		flags:       binary.BigEndian.Uint64(b[atFlags:]),
		payloadType: binary.BigEndian.Uint32(b[atPayloadType:]),
		payload:     b[header+4:],
	}
	copy(f.id[8:], b[atID:])
	copy(f.id[:8], b[atID+8:])
	if length > 0 && sha256.Sum256(f.payload) != [32]byte(b[atDigest:]) {
		return frame{}, fmt.Errorf("%w: the payload's digest is another", errFrame)
	}
	return f, nil
}

// newUUID returns a random UUID (RFC 9562, version 4).
func newUUID() (id [16]byte) {
	rand.Read(id[:])
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

func uuidText(id [16]byte) string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
