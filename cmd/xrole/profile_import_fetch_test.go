package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/team"
)

// secretQuery stands in the addresses: that of a presigned URL lets others in.
const secretQuery = "?X-Amz-Signature=CANARY"

// hoster answers as its path says.
func hoster(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/header":
		_ = r.Header.Write(w)
	case "/redirect":
		http.Redirect(w, r, "/header", http.StatusFound)
	case "/plain":
		http.Redirect(w, r, "http://"+r.Host+"/header", http.StatusFound)
	case "/login":
		http.Redirect(w, r, "https://me:CANARY@"+r.Host+"/header", http.StatusFound)
	case "/loop":
		http.Redirect(w, r, "/loop"+secretQuery, http.StatusFound)
	case "/long":
		_, _ = w.Write(make([]byte, team.MaxSize+100))
	case "/bomb":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		for range 64 {
			if _, err := z.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
		_ = z.Close()
	case "/short":
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "[xrole-team]")
	case "/silent":
		<-r.Context().Done()
	case "/slow":
		_, _ = io.WriteString(w, "[xrole-team]")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	default:
		http.NotFound(w, r)
	}
}

func TestFetch(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(hoster))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it says that its certificate was refused
	server.StartTLS()
	defer server.Close()
	plain := httptest.NewServer(http.HandlerFunc(hoster))
	defer plain.Close()
	trusting := newFetcher(200 * time.Millisecond)
	trusting.client.Transport = server.Client().Transport
	patient := newFetcher(time.Minute)
	patient.client.Transport = server.Client().Transport
	host := strings.TrimPrefix(server.URL, "https://")
	for _, c := range []struct {
		name    string
		fetcher fetcher
		url     string
		kind    fault.Kind
		want    string
	}{
		{"a page that is not there", patient, server.URL + "/nowhere", fault.Other, server.URL + "/nowhere answered 404 Not Found"},
		{"a redirect without TLS", patient, server.URL + "/plain", fault.Other, "https://" + host + " sends to an address without https"},
		{"a redirect with a password", patient, server.URL + "/login", fault.Usage, "a URL with a name or password in it is not fetched"},
		{"redirects without end", patient, server.URL + "/loop", fault.Other, server.URL + " sends from one address to the next"},
		{"a server that is silent", trusting, server.URL + "/silent", fault.Other, server.URL + "/silent did not send its file within 200ms"},
		{"a server that stops", trusting, server.URL + "/slow", fault.Other, server.URL + "/slow did not send its file within 200ms"},
		{"a file that is cut off", patient, server.URL + "/short", fault.Other, "can't get " + server.URL + "/short: unexpected EOF"},
		{"a certificate of nobody's", newFetcher(time.Minute), server.URL + "/header", fault.Other, "can't get " + server.URL + "/header: tls: failed to verify certificate"},
		{"nobody there", patient, "https://127.0.0.1:1/x", fault.Other, "can't get https://127.0.0.1:1/x: dial tcp 127.0.0.1:1: "},
		{"no TLS", patient, "http://team.example/x", fault.Usage, `team.example is not fetched with "http://"`},
		{"another protocol", patient, "ftp://team.example/x", fault.Usage, `team.example is not fetched with "ftp://"`},
		{"a password", patient, "https://me:CANARY@team.example/x", fault.Usage, "a URL with a name or password in it is not fetched"},
		{"no host", patient, "https:///x", fault.Usage, "the URL has no host"},
		{"no URL", patient, "https://a b\x7f/", fault.Usage, "the argument is no valid URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := c.fetcher.get(t.Context(), c.url+secretQuery)
			var e *fault.Error
			if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(e.Msg, c.want) {
				t.Fatalf("%v (%+v), want kind %d and %q", err, e, c.kind, c.want)
			}
			if shown := fmt.Sprint(e.Msg, e.Hint, e.Err); strings.Contains(shown, "CANARY") {
				t.Errorf("a secret in %q", shown)
			}
		})
	}
	for _, c := range []struct{ name, url, want string }{
		{"TLS", server.URL + "/header", server.URL + "/header"},
		{"a redirect", server.URL + "/redirect", server.URL + "/redirect"},
		{"this machine", plain.URL + "/header", plain.URL + "/header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, data, err := patient.get(t.Context(), c.url+secretQuery)
			if err != nil || name != c.want {
				t.Fatalf("%q, %v", name, err)
			}
			if got := string(data); got != "Accept-Encoding: gzip\r\nUser-Agent: xrole/"+release()+"\r\n" {
				t.Errorf("sent: %q", got)
			}
		})
	}
	for _, path := range []string{"/long", "/bomb"} {
		_, data, err := patient.get(t.Context(), server.URL+path)
		if err != nil || len(data) != team.MaxSize+1 {
			t.Errorf("%s: %d bytes, %v", path, len(data), err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := patient.get(gone, server.URL+"/header"); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
}

// A reader that never ends, and one that never answers.
func TestReadSome(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	data, err := readSome(ctx, "x", zeros{})
	if err != nil || len(data) != team.MaxSize+1 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	silent, w := io.Pipe()
	defer func() { _ = w.Close() }()
	cancel()
	if _, err := readSome(ctx, "x", silent); fault.KindOf(err) != fault.Interrupted {
		t.Errorf("interrupted: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestOwnTeam(t *testing.T) {
	for user, want := range map[string]string{
		"alice": "alice", `CORP\alice.b`: "CORP-alice.b", "--": "team", "ä": "team", "Alice Example": "Alice-Example",
	} {
		if got := newApp(nil, nil, nil, []string{"USER=" + user}).ownTeam(); got != want {
			t.Errorf("%q: %q, want %q", user, got, want)
		}
	}
}
