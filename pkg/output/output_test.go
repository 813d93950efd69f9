package output

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
)

// canary is what must never stand in an error or in a printed value.
const canary = "CANARY-5f1e"

var session = credentials.Credentials{
	AccessKeyID:     "ASIAEXAMPLE",
	SecretAccessKey: "se/cr+et",
	SessionToken:    "to/k+en==",
	Expiration:      time.Date(2026, 11, 22, 6, 7, 8, 900, time.FixedZone("", 3600)),
	AccountID:       "111111111111",
}

var longLived = credentials.Credentials{AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: "a<b>&c"}

func TestCredentialProcess(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    credentials.Credentials
		want string
	}{
		{"session", session, `{"Version":1,"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"se/cr+et","SessionToken":"to/k+en==","Expiration":"2026-11-22T05:07:08Z","AccountId":"111111111111"}` + "\n"},
		{"nothing but keys", longLived, `{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"a<b>&c"}` + "\n"},
	} {
		got, err := CredentialProcess(tt.c)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s (%v), want %s", tt.name, got, err, tt.want)
		}
	}
	for name, c := range map[string]credentials.Credentials{
		"empty":     {},
		"no secret": {AccessKeyID: "AKIAEXAMPLE"},
		"no text":   {AccessKeyID: "AKIAEXAMPLE", SecretAccessKey: canary + "\xff"},
	} {
		if got, err := CredentialProcess(c); err == nil || got != nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: got %s and error %v", name, got, err)
		}
	}
}

func TestEnvVars(t *testing.T) {
	for _, tt := range []struct {
		name   string
		c      credentials.Credentials
		region string
		want   string
	}{
		{"session", session, "eu-west-1", "-AWS_PROFILE -AWS_DEFAULT_PROFILE -AWS_SECURITY_TOKEN AWS_ACCESS_KEY_ID=ASIAEXAMPLE AWS_SECRET_ACCESS_KEY=se/cr+et AWS_SESSION_TOKEN=to/k+en== AWS_CREDENTIAL_EXPIRATION=2026-11-22T05:07:08Z AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 XROLE_PROFILE=prod"},
		{"long-lived, no region", longLived, "", "-AWS_PROFILE -AWS_DEFAULT_PROFILE -AWS_SECURITY_TOKEN -AWS_SESSION_TOKEN -AWS_CREDENTIAL_EXPIRATION AWS_ACCESS_KEY_ID=AKIAEXAMPLE AWS_SECRET_ACCESS_KEY=a<b>&c XROLE_PROFILE=prod"},
	} {
		if got := spell(EnvVars(tt.c, "prod", tt.region)); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestUnsetVarsClearsAllThatEnvVarsTouches(t *testing.T) {
	cleared := map[string]bool{}
	for _, name := range UnsetVars().Unset {
		cleared[name] = true
	}
	for _, v := range []Vars{EnvVars(session, "prod", "eu-west-1"), EnvVars(longLived, "prod", "")} {
		for _, set := range v.Set {
			if !cleared[set.Name] {
				t.Errorf("%s is set and never cleared", set.Name)
			}
		}
		for _, name := range v.Unset {
			if !cleared[name] {
				t.Errorf("%s is cleared by env and not by env --unset", name)
			}
		}
	}
	if len(UnsetVars().Set) > 0 || len(cleared) != 10 {
		t.Errorf("got %s", spell(UnsetVars()))
	}
}

func spell(v Vars) string {
	var words []string
	for _, name := range v.Unset {
		words = append(words, "-"+name)
	}
	for _, set := range v.Set {
		words = append(words, set.Name+"="+set.Value.Reveal())
	}
	return strings.Join(words, " ")
}

func TestEnviron(t *testing.T) {
	v := Vars{Set: []Var{{"B", "new"}, {"D", "x=y"}}, Unset: []string{"A"}}
	base := []string{"A=1", "=C:=C:\\", "B=old", "b=small", "C", "B=again", "a=small", "AB=2"}
	before := strings.Join(base, " ")
	for _, tt := range []struct {
		fold bool
		want string
	}{
		{false, `=C:=C:\ b=small C a=small AB=2 B=new D=x=y`},
		{true, `=C:=C:\ C AB=2 B=new D=x=y`},
	} {
		if got := strings.Join(v.environ(base, tt.fold), " "); got != tt.want {
			t.Errorf("fold %v: got %s, want %s", tt.fold, got, tt.want)
		}
	}
	if strings.Join(base, " ") != before {
		t.Error("the base was modified")
	}
	if got := strings.Join(v.Environ([]string{"A=1", "Z=2"}), " "); got != "Z=2 B=new D=x=y" {
		t.Errorf("Environ: got %s", got)
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	v := EnvVars(credentials.Credentials{AccessKeyID: "ASIA", SecretAccessKey: canary, SessionToken: canary}, "prod", "")
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, v); strings.Contains(got, canary) {
			t.Errorf("%s prints %s", verb, got)
		}
	}
	for _, shell := range Shells() {
		for _, nasty := range []string{"\x00", "\n", "\"", "'", "%", "!", "\\", "\xff", "é"} {
			_, err := Format(shell, Vars{Set: []Var{{"X", credentials.Secret(canary + nasty)}}})
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), canary) {
					t.Errorf("%s with %q: the error prints the value", shell, nasty)
				}
			}
		}
	}
}

func TestTable(t *testing.T) {
	got := string(Table([][]string{
		{"PROFILE", "ROLE", "LEFT"},
		{"prod", "Prüfer", "47 min"},
		{"a-long-name", "x\x1b[2Jy\n", ""},
		{},
		{"short"},
	}))
	want := "PROFILE      ROLE     LEFT\n" +
		"prod         Prüfer   47 min\n" +
		"a-long-name  x?[2Jy?\n" +
		"\n" +
		"short\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(Table(nil)) != 0 {
		t.Error("no rows, but bytes")
	}
}

func TestTimeLeft(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		left time.Duration
		want string
	}{
		{-time.Second, "expired"},
		{0, "expired"},
		{59 * time.Second, "less than 1 min left"},
		{47*time.Minute + 59*time.Second, "47 min left"},
		{time.Hour, "1 h left"},
		{65 * time.Minute, "1 h 5 min left"},
		{36*time.Hour + time.Minute, "1 d 12 h left"},
	} {
		if got := TimeLeft(now.Add(tt.left), now); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.left, got, tt.want)
		}
	}
	if got := TimeLeft(time.Time{}, now); got != "does not expire" {
		t.Errorf("no expiry: %q", got)
	}
}
