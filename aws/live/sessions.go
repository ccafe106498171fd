package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"fargate-doctor/aws"
)

// Sessions opens, resumes and ends sessions of ECS Exec. It is apart from Account, which only reads: a program that is not to
// act makes no Sessions.
type Sessions struct{ actor }

// sessionOperations lists every API call that a session can make. Sessions does not hold the clients themselves; see op.
func sessionOperations(cfg sdk.Config) []operation {
	tasks, sessions, keys := ecs.NewFromConfig(cfg), ssm.NewFromConfig(cfg), kms.NewFromConfig(cfg)
	return []operation{
		op("ecs", lowerFirst, tasks.ExecuteCommand, 0),
		op("ssm", asIs, sessions.ResumeSession, 0),
		op("ssm", asIs, sessions.TerminateSession, 0),
		op("kms", asIs, keys.GenerateDataKey, 0),
	}
}

// SessionOperations returns the names ("ecs:ExecuteCommand") of the API calls that sessions make, in order.
func SessionOperations() []string { return names(sessionOperations) }

// Sessions returns what opens sessions in the account's region.
func (a *Account) Sessions() *Sessions { return &Sessions{a.actor(sessionOperations)} }

// ExecuteCommand calls ecs:ExecuteCommand, once: an attempt whose answer was lost may have opened a session, of which a container has
// two at the most.
func (s *Sessions) ExecuteCommand(ctx context.Context, r aws.ExecRequest) (aws.Ticket, error) {
	q := aws.Query{Service: "ecs", Operation: "ExecuteCommand", Input: aws.Input{"cluster": r.Cluster, "task": r.Task}}
	out, err := invoke[ecs.ExecuteCommandOutput](once(ctx), s.actor, q, &ecs.ExecuteCommandInput{
		Cluster: optional(r.Cluster), Task: &r.Task, Container: optional(r.Container), Command: &r.Command, Interactive: true,
	})
	if err != nil {
		return aws.Ticket{}, err
	}
	if out.Session == nil || sdk.ToString(out.Session.SessionId) == "" || sdk.ToString(out.Session.StreamUrl) == "" {
		return aws.Ticket{}, aws.Errorf(aws.Malformed, q, r.Task, "the answer holds no session")
	}
	return ticket(out.Session.SessionId, out.Session.StreamUrl, out.Session.TokenValue), nil
}

// ResumeSession calls ssm:ResumeSession for a session whose connection broke. The ticket's token is empty when the session has ended.
func (s *Sessions) ResumeSession(ctx context.Context, session string) (aws.Ticket, error) {
	out, err := invoke[ssm.ResumeSessionOutput](ctx, s.actor, sessionQuery("ResumeSession", session), &ssm.ResumeSessionInput{SessionId: &session})
	if err != nil {
		return aws.Ticket{}, err
	}
	return ticket(&session, out.StreamUrl, out.TokenValue), nil
}

// TerminateSession calls ssm:TerminateSession. Ending a session that has ended is no error to AWS.
func (s *Sessions) TerminateSession(ctx context.Context, session string) error {
	_, err := invoke[ssm.TerminateSessionOutput](ctx, s.actor, sessionQuery("TerminateSession", session), &ssm.TerminateSessionInput{SessionId: &session})
	return err
}

func sessionQuery(operation, session string) aws.Query {
	return aws.Query{Service: "ssm", Operation: operation, Input: aws.Input{"SessionId": session}}
}

// GenerateDataKey calls kms:GenerateDataKey for a key of the given number of bytes, bound to an encryption context.
func (s *Sessions) GenerateDataKey(ctx context.Context, key string, bytes int, bound map[string]string) (aws.DataKey, error) {
	n := int32(bytes)
	q := aws.Query{Service: "kms", Operation: "GenerateDataKey", Input: aws.Input{"KeyId": key}}
	out, err := invoke[kms.GenerateDataKeyOutput](ctx, s.actor, q, &kms.GenerateDataKeyInput{KeyId: &key, NumberOfBytes: &n, EncryptionContext: bound})
	if err != nil {
		return aws.DataKey{}, err
	}
	if len(out.Plaintext) != bytes || len(out.CiphertextBlob) == 0 {
		return aws.DataKey{}, aws.Errorf(aws.Malformed, q, key, "the answer holds no key of %d bytes", bytes)
	}
	return aws.DataKey{Plain: out.Plaintext, Sealed: out.CiphertextBlob}, nil
}

// SignDial signs the request that opens a data channel, as Signature Version 4 for the service ssmmessages has it.
func (s *Sessions) SignDial(ctx context.Context, r *http.Request) error {
	keys, err := s.account.config.Credentials.Retrieve(ctx)
	if err != nil {
		q := aws.Query{Service: "ssmmessages", Operation: "OpenDataChannel", Region: s.account.Region()}
		return s.account.failure(ctx, q, &call{}, err)
	}
	empty := sha256.Sum256(nil)
	return v4.NewSigner().SignHTTP(ctx, keys, r, hex.EncodeToString(empty[:]), "ssmmessages", s.account.Region(), time.Now())
}

// Transport returns how requests leave: with the proxies and the certificate authorities that the AWS environment names.
func (s *Sessions) Transport() http.RoundTripper { return s.account.transport }

func ticket(session, url, token *string) aws.Ticket {
	return aws.Ticket{Session: sdk.ToString(session), StreamURL: sdk.ToString(url), Token: sdk.ToString(token)}
}
