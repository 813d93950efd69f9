package profiles

import (
	"maps"
	"testing"
)

func TestPublic(t *testing.T) {
	p := &Profile{Properties: map[string]string{
		"region": "eu-west-1", "client_secret": "CANARY", "proxy_password": "CANARY", "aws_security_token": "CANARY", "id_token": "CANARY",
		"web_identity_token_file": "/token", "s3": "a = 1\nclient_secret = CANARY",
		"mfa_process": "oathtool --totp -b CANARY", "xrole_mfa_process": `"/a b/oathtool" CANARY`,
		"credential_process": "helper --password CANARY",
	}}
	want := map[string]string{
		"region": "eu-west-1", "web_identity_token_file": "/token", "s3": "a = 1\nclient_secret = [redacted]",
		"mfa_process": "oathtool …", "xrole_mfa_process": `"/a b/oathtool" …`, "credential_process": "helper …",
	}
	if got := p.Public(); !maps.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := (Hop{MFAProcess: "oathtool CANARY"}).Settings()["mfa_process"]; got != "oathtool …" {
		t.Errorf("a hop's mfa_process is %q", got)
	}
}

func TestPublicCommand(t *testing.T) {
	for command, want := range map[string]string{
		"": "", "code": "code", `"/a b/code"`: `"/a b/code"`, "A=CANARY code": "…", `"code CANARY`: "…", "code\tCANARY": "code …", "code\nCANARY": "code …",
		`"/a b/xrole" credentials prod`: `"/a b/xrole" credentials prod`,
	} {
		if got := PublicCommand(command); got != want {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
}
