package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
)

// Client speaks to the control endpoints of a sandbox in another process.
type Client struct {
	// URL is [Server.URL], Token is [Server.Token].
	URL   string
	Token credentials.Secret
}

// Code is [Server.Code].
func (c Client) Code(ctx context.Context, device string) (string, error) {
	r, err := c.do(ctx, http.MethodGet, "code", url.Values{"device": {device}})
	return r.Code, err
}

// Calls is [Server.Calls].
func (c Client) Calls(ctx context.Context) ([]Event, error) {
	r, err := c.do(ctx, http.MethodGet, "calls", nil)
	return r.Calls, err
}

// Advance is [Server.Advance].
func (c Client) Advance(ctx context.Context, d time.Duration) error {
	_, err := c.do(ctx, http.MethodPost, "advance", url.Values{"by": {d.String()}})
	return err
}

func (c Client) do(ctx context.Context, method, what string, query url.Values) (controlReply, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.URL+controlPath+what+"?"+query.Encode(), nil)
	if err != nil {
		return controlReply{}, fmt.Errorf("ask the sandbox: %w", err)
	}
	req.Header.Set(controlHeader, c.Token.Reveal())
	resp, err := loopback.Do(req)
	if err != nil {
		return controlReply{}, fmt.Errorf("ask the sandbox: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var r controlReply
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		return controlReply{}, fmt.Errorf("ask the sandbox: %s: %w", resp.Status, err)
	}
	switch {
	case r.Wait > 0:
		return r, &NoCodeError{Device: r.Device, Wait: r.Wait}
	case r.Error != "":
		return r, errors.New(r.Error)
	}
	return r, nil
}

// loopback reaches this machine alone, so no proxy of the environment may come between.
var loopback = &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
