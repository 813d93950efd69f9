package sandbox

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
)

func TestControl(t *testing.T) {
	s := start(t, Options{Now: clock(time.Unix(1_800_000_000, 0))})
	ctx := context.Background()
	c := Client{URL: s.URL(), Token: s.Token()}

	for range 2 {
		got, err := c.Code(ctx, "alice")
		if err != nil {
			t.Fatal(err)
		}
		if !s.devices[0].accept(got, s.now()) {
			t.Fatalf("code %q was refused", got)
		}
	}
	_, err := c.Code(ctx, aliceMFA)
	var none *NoCodeError
	if !errors.As(err, &none) || none.Wait != 30*time.Second || none.Device != aliceMFA {
		t.Fatalf("got %v, want a wait of 30s", err)
	}
	if err := c.Advance(ctx, none.Wait); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Code(ctx, aliceMFA); err != nil {
		t.Errorf("no code after the wait: %v", err)
	}
	if _, err := c.Code(ctx, "mallory"); err == nil || !strings.Contains(err.Error(), `no MFA device "mallory"`) {
		t.Errorf("an unknown device: %v", err)
	}
	calls, err := c.Calls(ctx)
	if err != nil || len(calls) != 0 {
		t.Errorf("control counts as a call: %v, %v", calls, err)
	}
	if _, err := c.do(ctx, http.MethodGet, "secrets", nil); err == nil {
		t.Error("a control that does not exist answered")
	}
	stranger := Client{URL: s.URL(), Token: "guess"}
	if _, err := stranger.Code(ctx, "alice"); err == nil || !strings.Contains(err.Error(), "somebody else") {
		t.Errorf("a stranger got a code: %v", err)
	}
	if err := stranger.Advance(ctx, time.Hour); err == nil {
		t.Error("a stranger moved the clock")
	}
}

func TestClientGet(t *testing.T) {
	s := start(t, Options{})
	creds := mustAssume(t, s, keysOf(t, s, "alice"), prodRole("ProdS3ReadRole"), nil)
	c := Client{URL: s.URL(), Token: s.Token()}
	body, err := c.Get(context.Background(), creds, "my-prod-data-bucket", "hello.txt")
	if err != nil || string(body) != "Hello from production.\n" {
		t.Errorf("got %q, %v", body, err)
	}
	if _, err := c.Get(context.Background(), creds, "log-bucket", "example.log"); err == nil || !strings.HasPrefix(err.Error(), "AccessDenied: ") {
		t.Errorf("got %v, want AccessDenied", err)
	}
	creds.SessionToken = ""
	if _, err := c.Get(context.Background(), creds, "my-prod-data-bucket", "hello.txt"); err == nil || !strings.HasPrefix(err.Error(), "InvalidAccessKeyId: ") {
		t.Errorf("got %v, want InvalidAccessKeyId", err)
	}
}

func TestEveryCallIsLogged(t *testing.T) {
	var mu sync.Mutex
	var logged []Event
	s := start(t, Options{Log: func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		logged = append(logged, e)
	}})
	alice := keysOf(t, s, "alice")
	role := mustAssume(t, s, alice, prodRole("ProdS3ReadRole"), nil)
	s3Call(t, s, role, "GET", "/my-prod-data-bucket/none", nil)
	want := []Event{
		{Service: "sts", Action: "AssumeRole", Target: prodRole("ProdS3ReadRole"), AccessKeyID: alice.AccessKeyID, Status: 200},
		{Service: "s3", Action: "GetObject", Target: "my-prod-data-bucket/none", AccessKeyID: role.AccessKeyID, Status: 404, Code: "NoSuchKey"},
	}
	calls := s.Calls()
	for i, w := range want {
		if len(calls) != len(want) || len(logged) != len(want) {
			t.Fatalf("%d calls, %d logged, want %d", len(calls), len(logged), len(want))
		}
		if calls[i] != logged[i] || calls[i].Time.IsZero() {
			t.Errorf("call %+v, logged %+v", calls[i], logged[i])
		}
		calls[i].Time = time.Time{}
		if calls[i] != w {
			t.Errorf("call %+v, want %+v", calls[i], w)
		}
	}
}

// Every secret begins with the canary; none may be in the log, in what control
// answers or in a refusal.
func TestSecretsDoNotLeak(t *testing.T) {
	const canary = "canary-7f3a-"
	var seen strings.Builder
	var mu sync.Mutex
	see := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		seen.WriteString(text + "\n")
	}
	s := start(t, Options{Canary: canary, Log: func(e Event) {
		line, err := e.JSON()
		if err != nil {
			t.Error(err)
		}
		see(string(line))
	}})
	alice := keysOf(t, s, "alice")
	role := mustAssume(t, s, alice, prodRole("ProdS3ReadRole"), nil)
	for _, c := range []credentials.Credentials{alice, role} {
		if !strings.HasPrefix(c.SecretAccessKey.Reveal(), canary) {
			t.Error("a secret has no canary")
		}
	}
	bad := []func(c *credentials.Credentials){
		func(c *credentials.Credentials) {},
		func(c *credentials.Credentials) { c.SecretAccessKey += "x" },
		func(c *credentials.Credentials) { c.SessionToken += "x" },
		func(c *credentials.Credentials) { c.AccessKeyID = "AKIANOBODY" },
	}
	for _, spoil := range bad {
		c := role
		spoil(&c)
		see(s3Call(t, s, c, "PUT", "/my-prod-data-bucket/x", nil).body)
		s.Advance(2 * time.Hour) // and once more when it has expired
		see(send(t, whoAmI(alice).request(t, s.URL())).body)
		see(s3Call(t, s, c, "GET", "/my-prod-data-bucket/x", nil).body)
	}
	calls, err := Client{URL: s.URL(), Token: s.Token()}.Calls(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range calls {
		see(e.Action + e.Target + e.AccessKeyID + e.Code)
	}
	if strings.Contains(seen.String(), canary) {
		t.Errorf("a secret leaked:\n%s", seen.String())
	}
}

func TestWriteHome(t *testing.T) {
	s := start(t, Options{})
	dir := t.TempDir()
	if err := s.WriteHome(dir); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		path := filepath.Join(dir, ".aws", name)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	want := "[profile dev]\nregion = us-east-1\nmfa_serial = " + aliceMFA + "\nendpoint_url = " + s.URL() + "\n\n" +
		"[profile analyst]\nregion = us-east-1\nendpoint_url = " + s.URL() + "\n\n"
	if got := read("config"); got != want {
		t.Errorf("config:\n%s", got)
	}
	alice, bob := keysOf(t, s, "alice"), keysOf(t, s, "bob")
	want = "[dev]\naws_access_key_id = " + alice.AccessKeyID + "\naws_secret_access_key = " + alice.SecretAccessKey.Reveal() +
		"\n\n[analyst]\naws_access_key_id = " + bob.AccessKeyID + "\naws_secret_access_key = " + bob.SecretAccessKey.Reveal() + "\n\n"
	if got := read("credentials"); got != want {
		t.Error("the credentials file is not as expected")
	}
}

func TestAWorldThatIsNotWellFormed(t *testing.T) {
	w := NewWorld()
	a := w.Account(ProdAccount)
	a.Role("R").Trust(`{"Version": `)
	a.User("U").Policy("P", `{"Version": "2012-10-17"}`)
	if _, err := Start(Options{World: w}); err == nil || !strings.Contains(err.Error(), "trust policy of R") || !strings.Contains(err.Error(), `"P"`) {
		t.Errorf("got %v", err)
	}
}

func TestGivenKeysAreUsed(t *testing.T) {
	w := DefaultWorld()
	w.users()[0].AccessKey("AKIACANARY", "canary-secret")
	s := start(t, Options{World: w})
	if k := keysOf(t, s, "alice"); k.AccessKeyID != "AKIACANARY" || k.SecretAccessKey != "canary-secret" || k.AccountID != DevAccount {
		t.Errorf("alice has %s", k.AccessKeyID)
	}
	if _, err := s.User("mallory"); err == nil {
		t.Error("mallory exists")
	}
}

// Calls at once: one code serves one of them, and nothing races.
func TestManyAtOnce(t *testing.T) {
	s := start(t, Options{})
	alice := keysOf(t, s, "alice")
	body := "Action=GetSessionToken&Version=2011-06-15&SerialNumber=" + uriEncode(aliceMFA, true) + "&TokenCode=" + code(t, s)
	codes := make(chan string, 20)
	for range cap(codes) {
		call := whoAmI(alice)
		call.body = body
		req := call.request(t, s.URL())
		go func() {
			resp, err := testClient.Do(req)
			if err != nil {
				codes <- err.Error()
				return
			}
			codes <- resp.Status
			_ = resp.Body.Close()
		}()
	}
	passed := 0
	for range cap(codes) {
		if <-codes == "200 OK" {
			passed++
		}
	}
	if passed != 1 {
		t.Errorf("the code served %d calls", passed)
	}
}
