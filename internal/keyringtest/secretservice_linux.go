package keyringtest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus"

	"github.com/xrole/xrole/internal/suite"
)

const (
	secretsName = "org.freedesktop.secrets"
	secretsPath = "/org/freedesktop/secrets"
	secrets     = "org.freedesktop.Secret.Service"
	// guilt is gnome-keyring's own interface to do without a dialog what the
	// specification does with one.
	guilt = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"

	login = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
)

// SecretService starts a gnome-keyring with an unlocked collection "login".
func SecretService(t testing.TB) (env []string) {
	t.Helper()
	return gnomeKeyring(t, "--unlock")
}

// Locked starts a gnome-keyring whose collection "login" is locked, and where
// no dialog can be shown.
func Locked(t testing.TB) (env []string) {
	t.Helper()
	env = SecretService(t)
	Lock(t, env)
	return env
}

// NeverUnlocked starts a gnome-keyring as it is on a machine without a
// desktop login: there, and without a collection that lasts.
func NeverUnlocked(t testing.TB) (env []string) {
	t.Helper()
	return gnomeKeyring(t)
}

// Lock locks the collection "login" of the gnome-keyring of env.
func Lock(t testing.TB, env []string) {
	t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := Connect(t, env).Object(secretsName, secretsPath).
		Call(secrets+".Lock", 0, []dbus.ObjectPath{login}).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 {
		t.Fatalf("lock: %v (%v)", err, locked)
	}
}

// DeafPrompter joins the bus of env as the program that shows gnome-keyring's
// dialogs, and never answers: a dialog that nobody looks at.
func DeafPrompter(t testing.TB, env []string) {
	t.Helper()
	over := make(chan struct{})
	conn := Connect(t, env)
	t.Cleanup(func() { close(over) })
	begin := func(dbus.ObjectPath) *dbus.Error { <-over; return nil }
	err := conn.ExportMethodTable(map[string]any{"BeginPrompting": begin}, "/org/gnome/keyring/Prompter", "org.gnome.keyring.internal.Prompter")
	if err != nil {
		t.Fatal(err)
	}
	reply, err := conn.RequestName("org.gnome.keyring.SystemPrompter", 0)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v %v", reply, err)
	}
}

// NewCollection makes an unlocked collection in the gnome-keyring of env and
// makes it the default one.
func NewCollection(t testing.TB, env []string, label string) {
	t.Helper()
	service := Connect(t, env).Object(secretsName, secretsPath)
	var session dbus.ObjectPath
	var output dbus.Variant
	if err := service.Call(secrets+".OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&output, &session); err != nil {
		t.Fatal(err)
	}
	properties := map[string]dbus.Variant{"org.freedesktop.Secret.Collection.Label": dbus.MakeVariant(label)}
	password := struct {
		Session     dbus.ObjectPath
		Parameters  []byte
		Value       []byte
		ContentType string
	}{session, nil, []byte("test"), "text/plain"}
	var path dbus.ObjectPath
	if err := service.Call(guilt+".CreateWithMasterPassword", 0, properties, password).Store(&path); err != nil {
		t.Fatal(err)
	}
	if err := service.Call(secrets+".SetAlias", 0, "default", path).Err; err != nil {
		t.Fatal(err)
	}
}

// Unlock unlocks the collection "login" of the gnome-keyring of env as a person
// without a desktop would, with another daemon in the place of the first.
func Unlock(t testing.TB, env []string) {
	t.Helper()
	daemon(t, env, "--replace", "--unlock")
	service := Connect(t, env).Object(secretsName, login)
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		locked, err := service.GetProperty("org.freedesktop.Secret.Collection.Locked")
		if err == nil && locked.Value() == false {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still locked: %v %v", locked, err)
		}
	}
}

// envHome is where the daemon of an environment has its files.
const envHome = "XROLE_TEST_KEYRING_HOME"

// gnomeKeyring starts the daemon on a bus of its own and waits for it.
func gnomeKeyring(t testing.TB, args ...string) (env []string) {
	t.Helper()
	suite.Need(t, "dbus-daemon", "gnome-keyring-daemon")
	env = append(NoService(t), envHome+"="+shortDir(t))
	daemon(t, env, args...)
	await(t, Connect(t, env), secretsName)
	return env
}

func daemon(t testing.TB, env []string, args ...string) {
	t.Helper()
	cmd := exec.Command("gnome-keyring-daemon", append([]string{"--foreground", "--components=secrets"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"} {
		cmd.Env = append(cmd.Env, name+"="+value(t, env, envHome))
	}
	cmd.Env = append(cmd.Env, "GNOME_KEYRING_CONTROL=")
	cmd.Stdin = strings.NewReader("test") // the password, for --unlock
	run(t, cmd)
}
