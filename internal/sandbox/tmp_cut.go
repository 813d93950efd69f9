package sandbox

import (
	"net/http"
	"time"
	"crypto/rand"
)

type call struct {
	r *http.Request
	body []byte
	wall time.Time
	id string
	tooLarge bool
	auth int
	authFailure error
}
type store struct{}
func newStore(*Bucket, time.Time) *store { return nil }
func requestID() string { return rand.Text() }
func parseAuthorization(*http.Request) (int, error) { return 0, nil }
func isSTS(*call) bool { return true }
func (c *call) event() Event { return Event{} }
func (s *Server) serveSTS(w http.ResponseWriter, c *call) {}
func (s *Server) serveS3(w http.ResponseWriter, c *call) {}
