package sandbox

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// The control endpoints lie where no AWS call can: a bucket's name may not
// begin with an underscore. A header carries the token, so that no web page
// can call them.
const (
	controlPath   = "/_sandbox/"
	controlHeader = "X-Sandbox-Token"
)

// controlReply is what every control endpoint answers.
type controlReply struct {
	Code  string  `json:"code,omitempty"`
	Calls []Event `json:"calls,omitempty"`
	Error string  `json:"error,omitempty"`
	// Device and Wait are those of a NoCodeError.
	Device string        `json:"device,omitempty"`
	Wait   time.Duration `json:"waitNanoseconds,omitempty"`
}

func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	given := []byte(r.Header.Get(controlHeader))
	if subtle.ConstantTimeCompare(given, []byte(s.token.Reveal())) != 1 {
		reply(w, http.StatusForbidden, controlReply{Error: "the sandbox belongs to somebody else"})
		return
	}
	switch r.Method + " " + r.URL.Path[len(controlPath):] {
	case "GET code":
		s.serveCode(w, r.FormValue("device"))
	case "GET calls":
		reply(w, http.StatusOK, controlReply{Calls: s.Calls()})
	case "POST advance":
		d, err := time.ParseDuration(r.FormValue("by"))
		if err != nil {
			reply(w, http.StatusBadRequest, controlReply{Error: err.Error()})
			return
		}
		s.Advance(d)
		reply(w, http.StatusOK, controlReply{})
	default:
		reply(w, http.StatusNotFound, controlReply{Error: "the sandbox has no such control"})
	}
}

func (s *Server) serveCode(w http.ResponseWriter, device string) {
	code, err := s.Code(device)
	var none *NoCodeError
	switch {
	case errors.As(err, &none):
		reply(w, http.StatusConflict, controlReply{Error: err.Error(), Device: none.Device, Wait: none.Wait})
	case err != nil:
		reply(w, http.StatusNotFound, controlReply{Error: err.Error()})
	default:
		reply(w, http.StatusOK, controlReply{Code: code})
	}
}

func reply(w http.ResponseWriter, status int, v controlReply) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a caller who has gone is none of our business
}
