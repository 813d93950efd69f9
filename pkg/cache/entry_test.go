package cache

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
)

func TestNewKeyIsInjective(t *testing.T) {
	seen := map[string]string{}
	for name, k := range map[string]Key{
		"zero kind":       NewKey(""),
		"kind":            NewKey("role"),
		"another kind":    NewKey("mfa"),
		"field":           NewKey("role", Field{"a", "b"}),
		"empty value":     NewKey("role", Field{"a", ""}),
		"empty name":      NewKey("role", Field{"", "a"}),
		"two":             NewKey("role", Field{"a", "b"}, Field{"c", "d"}),
		"swapped":         NewKey("role", Field{"c", "d"}, Field{"a", "b"}),
		"run together":    NewKey("role", Field{"ab", ""}, Field{"c", "d"}),
		"shifted":         NewKey("role", Field{"a", "bc"}, Field{"", "d"}),
		"length in value": NewKey("role", Field{"a", "b1:c1:d"}),
		"kind in value":   NewKey("", Field{"role", ""}),
		"NUL":             NewKey("role", Field{"a\x00", "b"}),
		"NUL elsewhere":   NewKey("role", Field{"a", "\x00b"}),
	} {
		if other, ok := seen[k.Sum()]; ok {
			t.Errorf("%s and %s have the same key", name, other)
		}
		seen[k.Sum()] = name
	}
	if NewKey("role", Field{"a", "b"}) != NewKey("role", Field{"a", "b"}) {
		t.Error("equal parts have different keys")
	}
}

// The names are a promise to what is stored already: a change of the encoding
// needs another prefix.
func TestKeyNames(t *testing.T) {
	k := NewKey("role", Field{"arn", "arn:aws:iam::111111111111:role/r"})
	const want = "xrole-v1-d5e57be9968ceaca34d4d2876dc05616"
	if k.Item() != want {
		t.Errorf("Item() = %q, want %q", k.Item(), want)
	}
	if len(k.Sum()) != 64 || !strings.HasPrefix(k.Sum(), strings.TrimPrefix(want, itemPrefix)) {
		t.Errorf("Sum() = %q", k.Sum())
	}
	if got, ok := KeyOfItem(k.Item()); !ok || got.Item() != k.Item() || got == k {
		t.Errorf("KeyOfItem = %v, %v", got, ok)
	}
	for _, no := range []string{"", "xrole-v1-", want[:len(want)-1], want + "0", want + "-00-0", "xrole-v2" + want[8:], strings.ToUpper(want), strings.Replace(want, "d5", "g5", 1)} {
		if _, ok := KeyOfItem(no); ok {
			t.Errorf("KeyOfItem(%q) is taken for ours", no)
		}
	}
}

func TestTier(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for left, want := range map[time.Duration]Tier{
		time.Hour:                     Fresh,
		15 * time.Minute:              Fresh,
		15*time.Minute - 1:            Renewable,
		time.Minute:                   Renewable,
		time.Minute - 1:               Dead,
		0:                             Dead,
		-time.Hour:                    Dead,
		900*time.Second - time.Second: Renewable,
	} {
		e := Entry{Credentials: credentials.Credentials{Expiration: now.Add(left)}}
		if got := e.Tier(now); got != want {
			t.Errorf("%s left: %v, want %v", left, got, want)
		}
	}
	if got := (Entry{}).Tier(now); got != Fresh {
		t.Errorf("without expiry: %v", got)
	}
}

func TestEntryRoundTrip(t *testing.T) {
	k, want := sample("x")
	local := want
	local.Credentials.Expiration = want.Credentials.Expiration.In(time.FixedZone("", 3600))
	data, err := local.encode(k)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(data)
	want.Version, want.Key = entryVersion, k.Sum()
	if err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	want.Credentials.Expiration, want.Credentials.SessionToken = time.Time{}, ""
	if data, err = want.encode(k); err != nil {
		t.Fatal(err)
	}
	if got, err = decode(data); err != nil || got != want {
		t.Errorf("long-lived: got %v, %v", got, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	k, e := sample("x")
	data, err := e.encode(k)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(data)
	tests := []struct {
		name, data string
		want       error
	}{
		{"nothing", "", errCorrupt},
		{"torn", whole[:len(whole)/2], errCorrupt},
		{"not JSON", canarySecret, errCorrupt},
		{"another type", `{"v":1,"key":"k","akid":"a","secret":["` + canarySecret + `"]}`, errCorrupt},
		{"older", strings.Replace(whole, `"v":1`, `"v":0`, 1), errOldVersion},
		{"newer", strings.Replace(whole, `"v":1`, `"v":2`, 1), errOldVersion},
		{"no secret", `{"v":1,"key":"k","akid":"a"}`, errCorrupt},
		{"no key", `{"v":1,"akid":"a","secret":"s"}`, errCorrupt},
	}
	for _, tt := range tests {
		_, err := decode([]byte(tt.data))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "CANARY") {
			t.Errorf("%s: the error quotes the item: %v", tt.name, err)
		}
	}
}

func TestEntryDoesNotPrintSecrets(t *testing.T) {
	_, e := sample("x")
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{e, &e, []Entry{e}, map[string]Entry{"x": e}, e.Credentials} {
			if s := fmt.Sprintf(format, v); strings.Contains(s, "CANARY") || strings.Contains(s, fmt.Sprintf("%x", canarySecret)) {
				t.Errorf("%s of %T: %s", format, v, s)
			}
		}
	}
	if b, err := json.Marshal(e); err == nil {
		t.Errorf("encoded by reflection: %s", b)
	}
}

func FuzzDecode(f *testing.F) {
	k, e := sample("x")
	data, err := e.encode(k)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(headMark + "2 00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := decode(data)
		if err == nil && (e.Key == "" || e.Credentials.SecretAccessKey == "") {
			t.Errorf("half an entry: %v", e)
		}
		if h, is, err := parseHead(data); is && err == nil && (h.parts < 1 || h.part("x", 0) == "") {
			t.Errorf("half a head: %v", h)
		}
	})
}
