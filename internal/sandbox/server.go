package sandbox

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
)

// maxBody is the largest request body that is read, in bytes.
const maxBody = 64 << 20

// Server is a running sandbox.
type Server struct {
	options Options
	world   *World
	url     string
	token   credentials.Secret
	http    *http.Server
	stopped chan struct{}

	logging sync.Mutex // serialises Options.Log

	mu       sync.Mutex // guards what follows
	advanced time.Duration
	calls    []Event
	keys     map[string]*accessKey // by access key id
	devices  []*device
	buckets  map[string]*store
}

// Start listens on a free port of 127.0.0.1 and serves until Close. It fails
// if the world is not well formed or nothing can be listened on.
func Start(o Options) (*Server, error) {
	if o.World == nil {
		o.World = DefaultWorld()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := o.World.err(); err != nil {
		return nil, fmt.Errorf("the sandbox's world: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	s := &Server{
		options: o,
		world:   o.World,
		url:     "http://" + listener.Addr().String(),
		token:   credentials.Secret(rand.Text()),
		stopped: make(chan struct{}),
		keys:    map[string]*accessKey{},
		buckets: map[string]*store{},
	}
	s.populate()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.stopped)
		_ = s.http.Serve(listener) // it returns when Close is called
	}()
	return s, nil
}

// populate gives the world what only a running server has: keys, device
// memory, objects.
func (s *Server) populate() {
	for _, u := range s.world.users() {
		keys := u.keys
		if keys.AccessKeyID == "" {
			keys = s.newKeys("AKIA", u.account.id)
		}
		s.keys[keys.AccessKeyID] = &accessKey{Credentials: keys, holder: &caller{user: u}}
		for _, d := range u.devices {
			seed := d.seed
			if seed == nil {
				seed = []byte(rand.Text())
			}
			s.devices = append(s.devices, &device{serial: d.Serial, owner: u, seed: seed})
		}
	}
	for _, b := range s.world.buckets() {
		s.buckets[b.name] = newStore(b, s.now())
	}
}

// newKeys makes up an access key; prefix is AKIA or, for a session, ASIA.
func (s *Server) newKeys(prefix, account string) credentials.Credentials {
	secret := make([]byte, 30)
	_, _ = rand.Read(secret) // it never fails
	return credentials.Credentials{
		AccessKeyID:     prefix + rand.Text()[:16],
		SecretAccessKey: credentials.Secret(s.options.Canary + base64.StdEncoding.EncodeToString(secret)),
		AccountID:       account,
	}
}

// newToken makes up a session token of about the length of AWS's.
func (s *Server) newToken() credentials.Secret {
	token := make([]byte, 480)
	_, _ = rand.Read(token) // it never fails
	return credentials.Secret(s.options.Canary + base32.StdEncoding.EncodeToString(token))
}

// URL is the endpoint of every service, without a slash at its end.
func (s *Server) URL() string { return s.url }

// Token is what [Client] must know to use the control endpoints. Keep it where
// only the owner of the sandbox can read it.
func (s *Server) Token() credentials.Secret { return s.token }

// Close stops the server and cuts every connection.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.stopped
	return err
}

// Calls returns the AWS calls so far, oldest first.
func (s *Server) Calls() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Event(nil), s.calls...)
}

// Advance lets d pass: sessions grow older, MFA codes change. Signatures are
// still judged by the clock without it, as if the callers' clocks, which
// cannot be moved, had moved along; [Options.Offset] sets the two apart.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advanced += d
}

// wall is the clock that signatures are judged by.
func (s *Server) wall() time.Time { return s.options.Now().Add(s.options.Offset).UTC() }

// now is the clock that sessions and codes are judged by. The caller holds mu
// or is alone.
func (s *Server) now() time.Time { return s.wall().Add(s.advanced) }

// Code returns a code of the MFA device that AWS would accept now: six digits,
// not used so far and good for half a minute at least. device is a serial
// number (an ARN) or the name at its end. The error is a [*NoCodeError] if
// all codes of this moment are used up.
func (s *Server) Code(device string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.devices {
		if d.serial != device && !strings.HasSuffix(d.serial, ":mfa/"+device) {
			continue
		}
		code, wait := d.code(s.now())
		if code == "" {
			return "", &NoCodeError{Device: d.serial, Wait: wait}
		}
		return code, nil
	}
	return "", fmt.Errorf("the sandbox has no MFA device %q", device)
}

// Identity is what a new user is handed by an administrator.
type Identity struct {
	ARN  string
	Keys credentials.Credentials
	// MFASerial is the user's first MFA device, empty if there is none.
	MFASerial string
}

// User returns the IAM user with that name, the first one where several
// accounts have it.
func (s *Server) User(name string) (Identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.world.users() {
		if u.name != name {
			continue
		}
		id := Identity{ARN: u.ARN()}
		if len(u.devices) > 0 {
			id.MFASerial = u.devices[0].Serial
		}
		for _, k := range s.keys {
			if k.holder.user == u && !k.Temporary() {
				id.Keys = k.Credentials
			}
		}
		return id, nil
	}
	return Identity{}, fmt.Errorf("the sandbox has no user %q", name)
}

// ServeHTTP serves every service, and the control endpoints, at one address.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, controlPath) {
		s.serveControl(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		http.Error(w, "the request was cut short", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	c := &call{r: r, id: requestID(), body: body, tooLarge: tooLarge != nil, wall: s.wall(), now: s.now()}
	s.mu.Unlock()
	c.auth, c.authFailure = parseAuthorization(r)
	seen := &statusWriter{ResponseWriter: w}
	if c.isSTS() {
		s.serveSTS(seen, c)
	} else {
		s.serveS3(seen, c)
	}
	e := c.event()
	e.Status = seen.status
	s.record(e)
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (s *Server) record(e Event) {
	s.mu.Lock()
	s.calls = append(s.calls, e)
	s.mu.Unlock()
	if s.options.Log != nil {
		s.logging.Lock()
		defer s.logging.Unlock()
		s.options.Log(e)
	}
}
