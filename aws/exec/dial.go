package exec

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"fargate-doctor/aws"
)

// The websocket library is coder/websocket: it needs nothing but the standard library, ends reads and writes with a context, and lets
// several goroutines write, which acknowledgements and keystrokes do. It adds 60 kB to the program.

// longestFrame bounds one message; the agent's own are little longer than a kilobyte.
const longestFrame = 1 << 20

// clientVersion is what the agent is told: the version of the official client whose protocol this is.
const clientVersion = "1.3.0.0"

// dial opens the data channel that a ticket admits to. The dial is signed unless its URL is; where the service refuses the signature it is
// tried without, because the token alone was enough for long.
func (c *Client) dial(ctx context.Context, ticket aws.Ticket) (*websocket.Conn, error) {
	u, err := url.Parse(ticket.StreamURL)
	if err != nil {
		return nil, &Error{Text: "the data channel has no address that can be dialled"} // without the URL, which may hold a signature
	}
	conn, status, err := c.dialOnce(ctx, u, !presigned(u))
	if status == http.StatusForbidden && !presigned(u) {
		conn, _, err = c.dialOnce(ctx, u, false)
	}
	var api *aws.Error
	if errors.As(err, &api) { // there is nothing to sign with
		return nil, err
	}
	if err != nil {
		return nil, &Error{Text: "the data channel at " + u.Host + " can't be opened", Err: wireError(err, u),
			Hint: fmt.Sprintf("this computer must reach %s on port 443, through the proxy of HTTPS_PROXY if there is one", u.Hostname())}
	}
	conn.SetReadLimit(longestFrame)
	hello, err := json.Marshal(map[string]string{
		"MessageSchemaVersion": "1.0", "RequestId": uuidText(newUUID()), "TokenValue": ticket.Token,
		"ClientId": uuidText(newUUID()), "ClientVersion": clientVersion,
	})
	if err == nil {
		err = conn.Write(ctx, websocket.MessageText, hello)
	}
	if err != nil {
		conn.CloseNow()
		return nil, &Error{Text: "the data channel at " + u.Host + " broke at once", Err: wireError(err, u)}
	}
	return conn, nil
}

func (c *Client) dialOnce(ctx context.Context, u *url.URL, sign bool) (conn *websocket.Conn, status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, dialling)
	defer cancel()
	header := http.Header{}
	if sign {
		web := *u
		web.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, web.String(), nil)
		if err != nil {
			return nil, 0, err
		}
		if err := c.API.SignDial(ctx, r); err != nil {
			return nil, 0, err
		}
		header = r.Header
	}
	conn, response, err := websocket.Dial(ctx, u.String(), &websocket.DialOptions{HTTPClient: &http.Client{Transport: c.API.Transport()}, HTTPHeader: header})
	if response != nil {
		status = response.StatusCode
	}
	return conn, status, err
}

func presigned(u *url.URL) bool { return u.Query().Has("X-Amz-Signature") }

// wireError returns an error of a connection in words only: as an error it may be io.EOF, which would make a session that broke off look
// like one whose command has ended. The query of the URL may hold a signature, and is left out.
func wireError(err error, u *url.URL) error {
	text := err.Error()
	if u != nil && u.RawQuery != "" {
		text = strings.ReplaceAll(text, u.RawQuery, "…")
	}
	return errors.New(text)
}

// connect makes conn the session's connection. What is on its way over a broken one is sent again at once.
func (s *Session) connect(conn *websocket.Conn) {
	s.mu.Lock()
	if s.over {
		conn.CloseNow() // and nobody looks at it
	}
	s.conn = conn
	s.say.paused = false
	s.heard = time.Now()
	for _, f := range s.say.unacked {
		f.last = time.Time{}
	}
	s.mu.Unlock()
	s.say.nudge()
}

// resume finds a new connection for a session whose connection broke. Both ends have kept what the other has not acknowledged.
func (s *Session) resume(ctx context.Context, broke error) (*websocket.Conn, error) {
	s.mu.Lock()
	s.conn = nil
	s.mu.Unlock()
	began := time.Now()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		ticket, err := s.client.API.ResumeSession(ctx, s.id)
		if err == nil && ticket.Token == "" {
			return nil, &Error{Text: "the session has ended: its connection broke and AWS has no such session any more", Err: wireError(broke, nil)}
		}
		if err == nil {
			var conn *websocket.Conn
			if conn, err = s.client.dial(ctx, ticket); err == nil {
				s.connect(conn)
				return conn, nil
			}
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if !passing(err) || time.Since(began) > resuming {
			return nil, &Error{Text: "the connection to the session broke and could not be resumed", Err: err, Hint: aws.Hint(err)}
		}
		s.client.notice("the connection broke: resuming the session")
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// passing reports whether what stood in the way of a connection may go away by itself.
func passing(err error) bool {
	var api *aws.Error
	if !errors.As(err, &api) {
		return true
	}
	return api.Kind == aws.Unreachable || api.Kind == aws.Throttled
}
