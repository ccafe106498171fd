package exec

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"fargate-doctor/aws"
)

// handshaking is less than the 15 s after which the agent gives up.
const handshaking = 12 * time.Second

// Only sessions of clusters with a KMS key begin with a handshake: the agent asks for a key, the client has KMS make one and hands it on
// sealed, and each proves to the other that it holds it.
type handshakeRequest struct {
	AgentVersion           string
	RequestedClientActions []struct {
		ActionType       string
		ActionParameters json.RawMessage
	}
}

type handshakeResponse struct {
	ClientVersion          string
	ProcessedClientActions []processedAction
	Errors                 []string
}

type processedAction struct {
	ActionType   string
	ActionStatus int
	ActionResult any
	Error        string
}

const (
	actionDone        = 1
	actionFailed      = 2
	actionUnsupported = 3
)

type sealedKey struct {
	KMSCipherTextKey         []byte
	ChallengeAcknowledgement bool `json:",omitempty"`
}

type challenge struct{ Challenge []byte }

// shakeHands answers a handshake request. It fails when the session can't go on; the agent is told as well.
func (s *Session) shakeHands(ctx context.Context, payload []byte) error {
	var request handshakeRequest
	if err := json.Unmarshal(payload, &request); err != nil {
		return &Error{Text: "the agent's handshake makes no sense", Err: err}
	}
	response := handshakeResponse{ClientVersion: clientVersion, ProcessedClientActions: []processedAction{}, Errors: []string{}}
	var failure error
	for _, action := range request.RequestedClientActions {
		done := processedAction{ActionType: action.ActionType, ActionStatus: actionDone}
		switch action.ActionType {
		case "SessionType": // only terminals are asked for, whatever they are called
		case "KMSEncryption":
			var err error
			if done.ActionResult, err = s.agreeOnKey(ctx, action.ActionParameters); err != nil {
				done.ActionStatus, done.Error, failure = actionFailed, "KMS gave no key", err
			}
		default:
			done.ActionStatus, done.Error = actionUnsupported, "unsupported action "+action.ActionType
			failure = &Error{Text: "the agent asks for a handshake that this program does not know: " + aws.Clean(action.ActionType)}
		}
		if done.Error != "" {
			response.Errors = append(response.Errors, done.Error)
		}
		response.ProcessedClientActions = append(response.ProcessedClientActions, done)
	}
	answer, err := json.Marshal(response)
	if err != nil {
		return err
	}
	if err := s.send(payloadHandshakeResponse, answer, false); err != nil && failure == nil {
		return err
	}
	return failure
}

// agreeOnKey has KMS make the session's key. From then on payloads are encrypted.
func (s *Session) agreeOnKey(ctx context.Context, parameters json.RawMessage) (any, error) {
	var asked struct{ KMSKeyId, Challenge string }
	if err := json.Unmarshal(parameters, &asked); err != nil {
		return nil, &Error{Text: "the agent's handshake makes no sense", Err: err}
	}
	bound := map[string]string{"aws:ssm:SessionId": s.id, "aws:ssm:TargetId": s.target.id()}
	if asked.Challenge != "" {
		bound["aws:ssm:RandomChallenge"] = asked.Challenge
	}
	ctx, cancel := context.WithTimeout(ctx, handshaking)
	defer cancel()
	key, err := s.client.API.GenerateDataKey(ctx, asked.KMSKeyId, 64, bound)
	if err != nil {
		return nil, &Error{Cause: "exec.kms-denied", Text: "the cluster encrypts its sessions and KMS gave no key", Err: err, Hint: aws.Hint(err)}
	}
	in, err := newSeal(key.Plain[:32])
	if err != nil {
		return nil, err
	}
	out, err := newSeal(key.Plain[32:])
	if err != nil {
		return nil, err
	}
	s.hear.cipher = in
	s.mu.Lock()
	s.say.cipher = out
	s.mu.Unlock()
	return sealedKey{KMSCipherTextKey: key.Sealed, ChallengeAcknowledgement: asked.Challenge != ""}, nil
}

// answerChallenge proves that the session's key is held: what came sealed goes back sealed the other way.
func (s *Session) answerChallenge(payload []byte) error {
	var asked challenge
	if err := json.Unmarshal(payload, &asked); err != nil {
		return &Error{Text: "the agent's challenge makes no sense", Err: err}
	}
	if s.hear.cipher == nil {
		return &Error{Text: "the agent sent a challenge before there was a key"}
	}
	plain, err := s.hear.cipher.open(asked.Challenge)
	if err != nil {
		return &Error{Text: "the agent's challenge can't be decrypted", Err: err}
	}
	answer, err := json.Marshal(challenge{s.say.cipher.seal(plain)})
	if err != nil {
		return err
	}
	return s.send(payloadEncryptionResponse, answer, false)
}

// greet passes on what the agent tells the person when the handshake is complete.
func (s *Session) greet(payload []byte) {
	var m struct{ CustomerMessage string }
	if json.Unmarshal(payload, &m) == nil && m.CustomerMessage != "" {
		s.client.notice(aws.Clean(m.CustomerMessage))
	}
}

// A seal encrypts one direction of a session: AES-256 in Galois/counter mode, the nonce before the ciphertext.
type seal struct{ aead cipher.AEAD }

func newSeal(key []byte) (*seal, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("session key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("session key: %w", err)
	}
	return &seal{aead}, nil
}

func (s *seal) seal(plain []byte) []byte {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	rand.Read(nonce)
	return s.aead.Seal(nonce, nonce, plain, nil)
}

func (s *seal) open(sealed []byte) ([]byte, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("too short")
	}
	return s.aead.Open(nil, sealed[:n], sealed[n:], nil)
}
