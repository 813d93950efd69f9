package credentials

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestSecretsDoNotPrintThemselves(t *testing.T) {
	const canary = "canary-of-a-secret"
	c := Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: canary, SessionToken: canary}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{c, &c, c.SecretAccessKey, &c.SecretAccessKey, []Secret{canary}, map[string]Secret{"k": canary}, errors.New(fmt.Sprint(c))} {
			out := fmt.Sprintf(verb, value)
			if strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) {
				t.Errorf("%s of %T prints %s", verb, value, out)
			}
		}
	}
	if out, err := json.Marshal(c); err == nil {
		t.Errorf("encoded as %s", out)
	}
	if c.SecretAccessKey.Reveal() != canary {
		t.Error("a secret that was asked for is not told")
	}
	if (Credentials{SecretAccessKey: canary}).Temporary() || !c.Temporary() {
		t.Error("it is the session token that makes credentials temporary")
	}
}
