//go:build unix

package acceptance

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the name of the SSO token's file is a SHA-1 by the AWS tools' convention
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// session are temporary credentials that the sandbox knows, of ProdS3ReadRole:
// what a source service hands out in these tests. Role rules/Chained trusts them.
func (w *world) session() (id, secret, token, expiration string) {
	w.t.Helper()
	alice, err := w.aws.User("alice")
	if err != nil {
		w.t.Fatal(err)
	}
	client := sts.New(sts.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(w.aws.URL()),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: alice.Keys.AccessKeyID, SecretAccessKey: alice.Keys.SecretAccessKey.Reveal()}, nil
		}),
	})
	out, err := client.AssumeRole(context.Background(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::111111111111:role/ProdS3ReadRole"), RoleSessionName: aws.String("source")})
	if err != nil {
		w.t.Fatal(err)
	}
	c := out.Credentials
	return *c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken, c.Expiration.UTC().Format(time.RFC3339)
}

// Every kind of source that is not a pair of keys, each from a service that
// refuses what the real one refuses. The role behind it is assumed, kept, and
// not asked for again.
func TestSourcesOfEveryKind(t *testing.T) {
	for _, row := range []struct {
		kind  string
		start func(t *testing.T, w *world) (config string, asked *int)
	}{
		{"ecs", ecs}, {"ec2", ec2}, {"sso", sso}, {"web_identity", webIdentity}, {"process", process}, {"environment", environment},
	} {
		t.Run(row.kind, func(t *testing.T) {
			w := newWorld(t, backends["keyctl"](t))
			config, asked := row.start(t, w)
			w.appendConfig("\n[profile prod]\nxrole_role_arn = arn:aws:iam::111111111111:role/rules/Chained\n" + config)
			if shown := w.ok("profile", "show", "prod", "--json"); !strings.Contains(shown, `"kind": "`+row.kind+`"`) {
				t.Errorf("profile show: %s", shown)
			}
			before := w.calls("AssumeRole")
			if out := w.ok("credentials", "prod"); !strings.Contains(out, canary) {
				t.Errorf("credentials: %s", out)
			}
			w.ok("credentials", "prod")
			if n := w.calls("AssumeRole") - before; n != 1 {
				t.Errorf("%d AssumeRole calls, want 1", n)
			}
			if asked != nil && *asked != 1 {
				t.Errorf("the source was asked %d times, want once", *asked)
			}
		})
	}
}

func (w *world) appendConfig(text string) {
	w.t.Helper()
	f, err := os.OpenFile(filepath.Join(w.home, ".aws", "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = f.WriteString(text)
	if cerr := f.Close(); err != nil || cerr != nil {
		w.t.Fatal(err, cerr)
	}
}

// serve starts a service on loopback that ends with the test.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func ecs(t *testing.T, w *world) (string, *int) {
	id, secret, token, exp := w.session()
	asked := new(int)
	at := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/creds" || r.Header.Get("Authorization") != "Bearer task-token" {
			http.Error(rw, `{"code":"Unauthorized"}`, http.StatusUnauthorized)
			return
		}
		*asked++
		_, _ = fmt.Fprintf(rw, `{"AccessKeyId":%q,"SecretAccessKey":%q,"Token":%q,"Expiration":%q}`, id, secret, token, exp)
	})
	w.env = append(w.env, "AWS_CONTAINER_CREDENTIALS_FULL_URI="+at+"/creds", "AWS_CONTAINER_AUTHORIZATION_TOKEN=Bearer task-token")
	return "xrole_credential_source = EcsContainer\n", asked
}

func ec2(t *testing.T, w *world) (string, *int) {
	id, secret, token, exp := w.session()
	asked := new(int)
	at := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		const path = "/latest/meta-data/iam/security-credentials/"
		switch {
		case r.Method == http.MethodPut && r.URL.Path == "/latest/api/token":
			rw.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds"))
			_, _ = io.WriteString(rw, "imds-token")
		case r.Header.Get("X-Aws-Ec2-Metadata-Token") != "imds-token":
			http.Error(rw, "", http.StatusUnauthorized)
		case r.URL.Path == path:
			_, _ = io.WriteString(rw, "instance-role")
		case r.URL.Path == path+"instance-role":
			*asked++
			_, _ = fmt.Fprintf(rw, `{"Code":"Success","Type":"AWS-HMAC","LastUpdated":%q,"AccessKeyId":%q,"SecretAccessKey":%q,"Token":%q,"Expiration":%q}`, exp, id, secret, token, exp)
		default:
			http.NotFound(rw, r)
		}
	})
	for i, e := range w.env {
		if strings.HasPrefix(e, "AWS_EC2_METADATA_DISABLED=") {
			w.env[i] = "AWS_EC2_METADATA_SERVICE_ENDPOINT=" + at
		}
	}
	return "xrole_credential_source = Ec2InstanceMetadata\n", asked
}

func sso(t *testing.T, w *world) (string, *int) {
	id, secret, token, exp := w.session()
	end, err := time.Parse(time.RFC3339, exp)
	if err != nil {
		t.Fatal(err)
	}
	asked := new(int)
	at := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if r.URL.Path != "/federation/credentials" || r.Header.Get("X-Amz-Sso_bearer_token") != "sso-token" {
			rw.Header().Set("X-Amzn-ErrorType", "UnauthorizedException")
			http.Error(rw, `{"message":"Session token not found or invalid"}`, http.StatusUnauthorized)
			return
		}
		if q.Get("account_id") != "111111111111" || q.Get("role_name") != "Developer" {
			http.Error(rw, `{"message":"No access"}`, http.StatusForbidden)
			return
		}
		*asked++
		_ = json.NewEncoder(rw).Encode(map[string]any{"roleCredentials": map[string]any{
			"accessKeyId": id, "secretAccessKey": secret, "sessionToken": token, "expiration": end.UnixMilli()}})
	})
	w.env = append(w.env, "AWS_ENDPOINT_URL_SSO="+at)
	w.appendConfig("\n[sso-session corp]\nsso_start_url = https://corp.example/start#/\nsso_region = us-east-1\n" +
		"\n[profile dev-sso]\nsso_session = corp\nsso_account_id = 111111111111\nsso_role_name = Developer\n")
	sum := sha1.Sum([]byte("corp")) //nolint:gosec // see the import
	dir := filepath.Join(w.home, ".aws", "sso", "cache")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, hex.EncodeToString(sum[:])+".json")

	// Without a login, and with one that is over, the error names the command.
	w.appendConfig("\n[profile early]\nxrole_role_arn = arn:aws:iam::111111111111:role/rules/Chained\nxrole_source_profile = dev-sso\n")
	expired := fmt.Sprintf(`{"accessToken":"sso-token","expiresAt":%q,"region":"us-east-1","startUrl":"https://corp.example/start#/"}`, "2020-01-01T00:00:00Z")
	for _, content := range []string{"", expired} {
		if content != "" {
			writeFile(t, file, content)
		}
		r := w.xrole("credentials", "early")
		want := "xrole: error: the Identity Center session of profile \"dev-sso\" has expired\nxrole: hint: aws sso login --sso-session corp\n"
		if r.code != 4 || r.errout != want {
			t.Errorf("exit %d, stderr %q; want 4 and %q", r.code, r.errout, want)
		}
	}
	writeFile(t, file, strings.Replace(expired, "2020-01-01T00:00:00Z", exp, 1))
	return "xrole_source_profile = dev-sso\n", asked
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// webIdentity puts AssumeRoleWithWebIdentity, which the sandbox does not have,
// in front of it.
func webIdentity(t *testing.T, w *world) (string, *int) {
	id, secret, token, exp := w.session()
	asked := new(int)
	behind, err := url.Parse(w.aws.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(behind)
		p.Out.Host = p.In.Host // it is signed
	}}
	at := serve(t, func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		if form.Get("Action") != "AssumeRoleWithWebIdentity" {
			proxy.ServeHTTP(rw, r)
			return
		}
		if r.Header.Get("Authorization") != "" || form.Get("WebIdentityToken") != "oidc-token" || form.Get("RoleArn") == "" {
			http.Error(rw, "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>", http.StatusBadRequest)
			return
		}
		*asked++
		_, _ = fmt.Fprintf(rw, `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>`+
			`<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>`+
			`</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`, id, secret, token, exp)
	})
	file := filepath.Join(w.home, "token")
	writeFile(t, file, "oidc-token")
	w.env = append(w.env, "AWS_ENDPOINT_URL_STS="+at)
	w.appendConfig("\n[profile ci]\nrole_arn = arn:aws:iam::111111111111:role/ProdS3ReadRole\nrole_session_name = ci\nweb_identity_token_file = " + file + "\n")
	return "xrole_source_profile = ci\n", asked
}

func process(t *testing.T, w *world) (string, *int) {
	id, secret, token, exp := w.session()
	// The user's own program: what it prints is its business, so it may stand
	// in a file that is not searched for secrets.
	dir := t.TempDir()
	script := filepath.Join(dir, "vault")
	writeFile(t, script, fmt.Sprintf("#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":%q,\"SecretAccessKey\":%q,\"SessionToken\":%q,\"Expiration\":%q}'\n", id, secret, token, exp))
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken")
	writeFile(t, broken, "#!/bin/sh\necho not json but "+secret+"\n")
	if err := os.Chmod(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	w.appendConfig("\n[profile vault]\ncredential_process = " + script + "\n\n[profile broken]\ncredential_process = " + broken +
		"\n\n[profile early]\nxrole_role_arn = arn:aws:iam::111111111111:role/rules/Chained\nxrole_source_profile = broken\n")
	// The SDK's error quotes what the process printed; ours must not.
	if r := w.xrole("credentials", "early", "--debug"); r.code != 1 || !strings.Contains(r.errout, "did not print credentials") {
		t.Errorf("exit %d, stderr %q", r.code, r.errout)
	}
	return "xrole_source_profile = vault\n", nil
}

func environment(t *testing.T, w *world) (string, *int) {
	id, secret, token, _ := w.session()
	w.env = append(w.env, "AWS_ACCESS_KEY_ID="+id, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_SESSION_TOKEN="+token)
	return "xrole_credential_source = Environment\n", nil
}
