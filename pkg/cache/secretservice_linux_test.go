package cache

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xrole/xrole/internal/keyringtest"
)

const (
	display = "DISPLAY=:99"
	service = "XROLE_KEYRING=secret-service"
	// Limits for where only a person's time may run out, or only the keyring's.
	shortPerson = envLimits + "=50,30000,400"
	shortAnswer = envLimits + "=50,400,30000"
)

// fails checks what a user is told. The hint has to name the way out.
func fails(t *testing.T, o outcome, code int, is, msg, hint string) {
	t.Helper()
	if o.OK || o.Code != code || o.Is != is || !strings.Contains(o.Msg, msg) || !strings.Contains(o.Hint, hint) {
		t.Errorf("want code %d, %s, %q, %q; got %s", code, is, msg, hint, o)
	}
	if o.Msg != strings.TrimRight(o.Msg, ".\n") || strings.Contains(o.Msg, "\n") {
		t.Errorf("not one line without a full stop: %q", o.Msg)
	}
}

func TestSecretService(t *testing.T) {
	for _, choice := range []string{"XROLE_KEYRING=", service} {
		env := append(keyringtest.SecretService(t), choice)
		outs := child(t, "credentials", env, "get:one", "put:one", "put:two", "get:one", "put:one", "get:one")
		if outs[0].Is != "missing" {
			t.Errorf("%s", outs[0])
		}
		succeed(t, outs[1:])
		for _, o := range outs {
			if o.Name != "secret-service" || o.Guard != "answers" || "DBUS_SESSION_BUS_ADDRESS="+o.Env != env[0] {
				t.Errorf("name, guard or environment: %s", o)
			}
		}
		outs = child(t, "credentials", env, "get:one", "items", "delete:one", "delete:one", "get:two", "items", "get:one")
		succeed(t, outs[:6])
		one, _ := sample("one")
		two, _ := sample("two")
		want := []string{one.Item(), two.Item()}
		slices.Sort(want)
		if !slices.Equal(outs[1].Items, want) || !slices.Equal(outs[5].Items, []string{two.Item()}) {
			t.Errorf("items: %v, then %v", outs[1].Items, outs[5].Items)
		}
		if outs[6].Is != "missing" {
			t.Errorf("%s", outs[6])
		}
	}
}

// Locked is an error for what is stored and for what isn't, for every call.
func TestSecretServiceLocked(t *testing.T) {
	env := keyringtest.SecretService(t)
	succeed(t, child(t, "credentials", env, "put:one"))
	keyringtest.Lock(t, env)
	for _, o := range child(t, "credentials", env, "get:one", "get:two", "put:one", "delete:one", "items") {
		fails(t, o, 4, "locked", `"login" is locked`, "gnome-keyring-daemon --replace --unlock")
		if o.Name != "secret-service" {
			t.Errorf("fell back: %s", o)
		}
	}
	keyringtest.Unlock(t, env) // the way the hint says
	succeed(t, child(t, "credentials", env, "get:one", "put:one", "delete:one"))
}

// A dialog that nobody sees must not be waited for; one that a person may see
// must, and has an end.
func TestSecretServiceLockedWithDialog(t *testing.T) {
	env := keyringtest.SecretService(t)
	succeed(t, child(t, "credentials", env, "put:one"))
	keyringtest.Lock(t, env)
	keyringtest.DeafPrompter(t, env)
	for _, call := range []string{"get:one", "get:two", "put:one", "delete:one", "items"} {
		o := child(t, "credentials", env, call)[0]
		fails(t, o, 4, "locked", "no display", "--unlock")
		if o.Took >= usual.answer {
			t.Errorf("%s took %s", call, o.Took)
		}
		o = child(t, "credentials", append(env, display, shortPerson), call)[0]
		fails(t, o, 4, "locked", "was not unlocked", "dialog")
	}
}

// The collection is not there, as after a login without a password.
func TestSecretServiceWithoutCollection(t *testing.T) {
	env := keyringtest.NeverUnlocked(t)
	outs := child(t, "credentials", append(env, service), "get:one", "put:one", "delete:one", "items")
	if outs[0].Is != "missing" {
		t.Errorf("%s", outs[0])
	}
	fails(t, outs[1], 6, "unavailable", `no collection "login"`, "--keyring keyctl")
	succeed(t, outs[2:])
	// With a display the service makes one, and asks for its password.
	outs = child(t, "credentials", append(env, service, display), "get:one", "put:one")
	if outs[0].Is != "missing" {
		t.Errorf("%s", outs[0])
	}
	fails(t, outs[1], 4, "locked", "was not unlocked", "--keyring keyctl")
	keyringtest.DeafPrompter(t, env)
	fails(t, child(t, "credentials", append(env, service, display, shortPerson), "put:one")[0], 4, "locked", "was not unlocked", "dialog")
}

// Another collection is used where it is the default and there is no "login".
func TestSecretServiceDefaultCollection(t *testing.T) {
	env := append(keyringtest.NeverUnlocked(t), "XROLE_KEYRING=")
	keyringtest.NewCollection(t, env, "My keys_1")
	outs := child(t, "credentials", env, "get:one", "put:one", "get:one")
	if outs[0].Is != "missing" {
		t.Errorf("%s", outs[0])
	}
	succeed(t, outs[1:])
	outs = child(t, "credentials", env, "get:one", "items", "delete:one")
	succeed(t, outs)
	if len(outs[1].Items) != 1 || outs[2].Name != "secret-service" {
		t.Errorf("%v", outs)
	}
}

// A collection that the user named is used, and no other.
func TestSecretServiceNamedCollection(t *testing.T) {
	env := append(keyringtest.SecretService(t), service)
	session := append(env, envCollection+"=session")
	succeed(t, child(t, "credentials", session, "put:one", "get:one"))
	succeed(t, child(t, "credentials", session, "get:one"))
	if o := child(t, "credentials", env, "get:one")[0]; o.Is != "missing" {
		t.Errorf("it is in \"login\": %s", o)
	}
	fails(t, child(t, "credentials", append(env, envCollection+"=other"), "put:one")[0], 6, "unavailable", `"other"`, "--keyring")
}

func TestNoSecretService(t *testing.T) {
	for name, tt := range map[string]struct {
		env   []string
		guard string
		msg   string
	}{
		"no bus":     {keyringtest.NoBus(t), "absent", "no D-Bus session bus"},
		"no service": {keyringtest.NoService(t), "answers", "nobody keeps secrets"},
	} {
		t.Run(name, func(t *testing.T) {
			keyringtest.Keyctl(t)
			outs := child(t, "credentials", append(tt.env, "XROLE_KEYRING=auto"), "put:one", "get:one")
			succeed(t, outs)
			succeed(t, child(t, "credentials", tt.env, "get:one", "items", "delete:one"))
			for _, o := range outs {
				if o.Name != "keyctl" || o.Guard != tt.guard || len(o.Debug) == 0 {
					t.Errorf("%s", o)
				}
			}
			for _, o := range child(t, "credentials", append(tt.env, service), "get:one", "put:one", "delete:one", "items") {
				fails(t, o, 6, "unavailable", tt.msg, "--keyring keyctl")
			}
		})
	}
}

func TestNoCollectionChoosesKeyctl(t *testing.T) {
	env := keyringtest.NeverUnlocked(t)
	keyringtest.Keyctl(t)
	outs := child(t, "credentials", env, "put:one")
	succeed(t, append(outs, child(t, "credentials", env, "get:one", "delete:one")...))
	if outs[0].Name != "keyctl" {
		t.Errorf("%s", outs[0])
	}
}

// A bus that hangs is an error for what needs it, within the guard's deadline,
// and nothing to everything else.
func TestHungBus(t *testing.T) {
	for name, bus := range map[string]func(testing.TB) []string{"mute": keyringtest.HungBus, "after AUTH": keyringtest.HungAfterAuth} {
		for _, choice := range []string{"XROLE_KEYRING=", service} {
			t.Run(name+" "+choice, func(t *testing.T) {
				t.Parallel() // each waits for the guard's deadline
				env := append(bus(t), choice)
				for _, o := range child(t, "credentials", env, "get:one", "put:one", "delete:one", "items") {
					fails(t, o, 6, "timeout", "session bus does not answer", "--keyring keyctl")
					if o.Guard != "hung" || o.Name != "secret-service" || "DBUS_SESSION_BUS_ADDRESS="+o.Env != env[0] {
						t.Errorf("%s", o)
					}
				}
			})
		}
		t.Run(name+", not asked", func(t *testing.T) {
			env := bus(t)
			for command, choice := range map[string]string{"prompt": "", "--help": "", "profile": "", "credentials": "none", "exec": "file"} {
				o := child(t, command, append(env, "XROLE_KEYRING="+choice), "state")[0]
				if o.Guard != "not asked" || "DBUS_SESSION_BUS_ADDRESS="+o.Env != env[0] {
					t.Errorf("%s: %s", command, o)
				}
			}
		})
	}
}

// A command that the guard does not know of must not read as "missing".
func TestHiddenBusIsAnError(t *testing.T) {
	env := keyringtest.SecretService(t)
	for _, o := range child(t, "unheard-of", env, "get:one", "put:one") {
		fails(t, o, 6, "unavailable", "not open to this command", "report")
	}
}

// The guard has to be initialised before the library, and before the D-Bus
// package that dials. The runtime's own trace says what came first.
func TestGuardIsInitialisedFirst(t *testing.T) {
	cmd := helper(t, "credentials", keyringtest.NoBus(t), "state")
	cmd.Env = append(cmd.Env, "GODEBUG=inittrace=1")
	var trace strings.Builder
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	at := func(pkg string) int {
		i := strings.Index(trace.String(), "init "+pkg+" @")
		if i < 0 {
			t.Fatalf("%s is not initialised:\n%s", pkg, trace.String())
		}
		return i
	}
	guard := at("github.com/xrole/xrole/internal/busguard")
	for _, pkg := range []string{"github.com/99designs/keyring", "github.com/godbus/dbus"} {
		if at(pkg) < guard {
			t.Errorf("%s is initialised before the guard:\n%s", pkg, trace.String())
		}
	}
}

// What a service can do that gnome-keyring does not.
func TestSecretServiceOfOtherMakes(t *testing.T) {
	type want struct {
		call, is, msg string
		code          int
	}
	tests := []struct {
		name string
		fake *fakeService
		env  string
		want []want
	}{
		{"finds nothing while locked, is unlocked", &fakeService{locked: true, dialog: accepts}, display, []want{{call: "get:one"}, {call: "get:one"}}},
		{"finds nothing while locked, is not unlocked", &fakeService{locked: true, dialog: declines}, display,
			[]want{{"get:one", "locked", "was not unlocked", 4}, {"get:one", "locked", "was not unlocked", 4}}},
		{"finds nothing while locked, nobody looks", &fakeService{locked: true, dialog: ignores}, display + " " + shortPerson,
			[]want{{"get:one", "locked", "was not unlocked", 4}}},
		{"finds nothing while locked, no display", &fakeService{locked: true, dialog: accepts}, "DISPLAY=",
			[]want{{"get:one", "locked", "no display", 4}}},
		{"needs no dialog to unlock", &fakeService{locked: true, dialog: none_}, display, []want{{call: "get:one"}}},
		{"hangs", &fakeService{hangs: true}, shortAnswer, []want{{"get:one", "timeout", "did not answer", 6}, {"get:one", "timeout", "did not answer", 6}}},
		{"answers nonsense", &fakeService{nonsense: true}, "DISPLAY=", []want{{"get:one", "unavailable", "broke down", 6}}},
		{"holds half an item", &fakeService{item: `{"Key":"x","Da`}, "DISPLAY=", []want{{"get:one", "missing", "not a whole entry", 1}}},
		{"holds something else", &fakeService{item: `{"Data":"` + canarySecret + `"}`}, "DISPLAY=", []want{{"get:one", "missing", "not a whole entry", 1}}},
		{"holds an older entry", &fakeService{item: `{"Key":"x","Data":"e30="}`}, "DISPLAY=", []want{{"get:one", "missing", "another version", 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := append(keyringtest.NoService(t), strings.Fields(tt.env)...)
			tt.fake.serve(t, env)
			calls := make([]string, len(tt.want))
			for i, w := range tt.want {
				calls[i] = w.call
			}
			for i, o := range child(t, "credentials", append(env, "XROLE_KEYRING="), calls...) {
				w := tt.want[i]
				if o.OK != (w.is == "") || o.Is != w.is || o.Code != w.code || !strings.Contains(o.Msg, w.msg) {
					t.Errorf("want %+v, got %s", w, o)
				}
				if o.Took > 20*time.Second {
					t.Errorf("took %s", o.Took)
				}
			}
		})
	}
}
