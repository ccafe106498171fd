//go:build unix

package exectest

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/coder/websocket"
)

// gateway joins a client to the session of its token.
func (s *Server) gateway(w http.ResponseWriter, r *http.Request) {
	how := signed(r)
	s.mu.Lock()
	s.dials = append(s.dials, how)
	gone := s.gone
	s.mu.Unlock()
	one := s.session(r.PathValue("id"))
	switch {
	case gone:
		http.Error(w, "gone", http.StatusServiceUnavailable)
		return
	case s.options.NeedSigned && how != "signed", s.options.RefuseSigned && how != "unsigned", how == "badly signed":
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	case one == nil:
		http.Error(w, "no such session", http.StatusNotFound)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	var hello struct{ MessageSchemaVersion, RequestId, TokenValue, ClientId, ClientVersion string }
	kind, data, err := conn.Read(context.Background())
	if err != nil || kind != websocket.MessageText || json.Unmarshal(data, &hello) != nil {
		return
	}
	if hello.MessageSchemaVersion != "1.0" || len(hello.RequestId) < 16 || hello.ClientId == "" || hello.ClientVersion == "" || !one.redeem(hello.TokenValue) {
		conn.Close(websocket.StatusPolicyViolation, "not admitted")
		return
	}
	one.join(conn)
	for {
		kind, data, err := conn.Read(context.Background())
		if err != nil {
			return
		}
		if kind == websocket.MessageBinary {
			one.link.pass(func() { one.receive(data) })
		}
	}
}
