package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/team"
)

// fetchTime is how long a team's file may take to come from a server.
const fetchTime = 30 * time.Second

// teamFile reads what the command line names, and returns what to call it in
// errors.
func (a *app) teamFile(ctx context.Context, from string) (name string, data []byte, err error) {
	switch scheme, _, found := strings.Cut(from, "://"); {
	case from == "-":
		data, err = readSome(ctx, "standard input", a.in)
		return "standard input", data, err
	case found && !strings.ContainsAny(scheme, `/\.`):
		return newFetcher(fetchTime).get(ctx, from)
	}
	f, err := os.Open(from)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return "", nil, fault.New(fault.Config, "can't read %q: %v", from, err).Because(err)
	}
	defer func() { _ = f.Close() }()
	data, err = readSome(ctx, from, f)
	return from, data, err
}

// readSome reads a team's file, and no more than one may be long. A reader that
// blocks, as a terminal or a pipe does, is left behind when ctx ends.
func readSome(ctx context.Context, name string, r io.Reader) ([]byte, error) {
	type content struct {
		data []byte
		err  error
	}
	done := make(chan content, 1)
	go func() {
		data, err := io.ReadAll(io.LimitReader(r, team.MaxSize+1))
		done <- content{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, fault.New(fault.Interrupted, "interrupted").Because(ctx.Err())
	case c := <-done:
		if c.err != nil {
			var p *fs.PathError
			if errors.As(c.err, &p) {
				c.err = p.Err
			}
			return nil, fault.New(fault.Config, "can't read %q: %v", name, c.err).Because(c.err)
		}
		return c.data, nil // one byte too many is for team.Parse to refuse
	}
}

// fetcher gets a team's file from a server.
type fetcher struct {
	client *http.Client
	within time.Duration
}

func newFetcher(within time.Duration) fetcher {
	return fetcher{within: within, client: &http.Client{CheckRedirect: redirect}}
}

// get fetches a URL. It sends nothing of the user's, and neither what it
// returns nor its errors show more than the URL's host and path: the rest may be a
// signature that lets others in.
func (f fetcher) get(ctx context.Context, from string) (string, []byte, error) {
	u, err := url.Parse(from)
	if err != nil {
		return "", nil, fault.New(fault.Usage, "the argument is no valid URL").WithHint("xrole profile import https://HOST/FILE")
	}
	if err := allowed(u); err != nil {
		return "", nil, err
	}
	name := u.Scheme + "://" + u.Host + u.EscapedPath()
	timed, cancel := context.WithTimeout(ctx, f.within)
	defer cancel()
	req, err := http.NewRequestWithContext(timed, http.MethodGet, from, http.NoBody)
	if err != nil {
		return "", nil, fault.New(fault.Usage, "%q can't be asked for", name)
	}
	req.Header.Set("User-Agent", "xrole/"+release())
	resp, err := f.client.Do(req)
	if err != nil {
		return "", nil, f.failed(ctx, timed, name, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", nil, fault.New(fault.Other, "%s answered %d %s", name, resp.StatusCode, http.StatusText(resp.StatusCode)).
			WithHint("fetch it with what can log in there, and import it with `xrole profile import -`")
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, team.MaxSize+1))
	if err == nil {
		err = timed.Err() // our own hanging up can look like a proper end to both sides
	}
	if err != nil {
		return "", nil, f.failed(ctx, timed, name, err)
	}
	return name, data, nil
}

// failed says why nothing came. The HTTP client's own error has the whole URL in it.
func (f fetcher) failed(ctx, timed context.Context, name string, err error) error {
	var own *fault.Error
	switch {
	case errors.As(err, &own):
		return own
	case ctx.Err() != nil:
		return fault.New(fault.Interrupted, "interrupted").Because(ctx.Err())
	case errors.Is(timed.Err(), context.DeadlineExceeded):
		return fault.New(fault.Other, "%s did not send its file within %v", name, f.within).Because(timed.Err())
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	return fault.New(fault.Other, "can't get %s: %v", name, err).Because(err)
}

// redirect allows what the first address had to be. Go would tell the next
// server the whole address of the one before.
func redirect(req *http.Request, via []*http.Request) error {
	req.Header.Del("Referer")
	if len(via) >= 5 {
		return fault.New(fault.Other, "%s://%s sends from one address to the next", req.URL.Scheme, req.URL.Host)
	}
	if via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return fault.New(fault.Other, "%s://%s sends to an address without https", via[0].URL.Scheme, via[0].URL.Host)
	}
	return allowed(req.URL)
}

// allowed accepts https, and http on this machine alone.
func allowed(u *url.URL) error {
	switch {
	case u.User != nil:
		return fault.New(fault.Usage, "a URL with a name or password in it is not fetched").
			WithHint("fetch it with what can log in there, and import it with `xrole profile import -`")
	case u.Host == "":
		return fault.New(fault.Usage, "the URL has no host").WithHint("xrole profile import https://HOST/FILE")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return fault.New(fault.Usage, "%s is not fetched with %q", u.Host, u.Scheme+"://").
		WithHint("%s", fmt.Sprintf("only https is, or a file: https://%s%s", u.Host, u.EscapedPath()))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
