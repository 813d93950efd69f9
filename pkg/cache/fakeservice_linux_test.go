package cache

import (
	"sync"
	"testing"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"

	"encoding/json"

	"github.com/xrole/xrole/internal/keyringtest"
)

// dialog is how the unlock dialog of a fakeService ends.
type dialog int

const (
	none_ dialog = iota // it unlocks without one
	accepts
	declines
	ignores
)

// fakeService is a Secret Service with a collection "login" that holds the
// item which get:one looks for, and with habits that gnome-keyring has not.
type fakeService struct {
	locked   bool // at first; like KeePassXC it then finds nothing
	dialog   dialog
	hangs    bool   // a search is never answered
	nonsense bool   // a property has another type
	item     string // the stored bytes; "" for what put:one stores

	mu     sync.Mutex
	conn   *dbus.Conn
	closed chan struct{}
}

const (
	fakeCollection = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	fakeItem       = fakeCollection + "/1"
	fakeSession    = dbus.ObjectPath("/org/freedesktop/secrets/session/1")
	fakePrompt     = dbus.ObjectPath("/org/freedesktop/secrets/prompt/1")
)

func (f *fakeService) serve(t *testing.T, env []string) {
	t.Helper()
	if f.item == "" {
		k, e := sample("one")
		data, err := e.encode(k)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := json.Marshal(keyring.Item{Key: k.Item(), Data: data})
		if err != nil {
			t.Fatal(err)
		}
		f.item = string(whole)
	}
	f.closed = make(chan struct{})
	t.Cleanup(func() { close(f.closed) })
	f.conn = keyringtest.Connect(t, env)
	for _, e := range []struct {
		methods map[string]any
		path    dbus.ObjectPath
		iface   string
	}{
		{map[string]any{"OpenSession": f.openSession, "Unlock": f.unlock, "ReadAlias": f.readAlias}, secretsPath, secretsService},
		{map[string]any{"SearchItems": f.searchItems}, fakeCollection, "org.freedesktop.Secret.Collection"},
		{map[string]any{"GetSecret": f.getSecret}, fakeItem, "org.freedesktop.Secret.Item"},
		{map[string]any{"Prompt": f.prompt}, fakePrompt, secretsPrompt},
		{map[string]any{"Get": f.property}, secretsPath, "org.freedesktop.DBus.Properties"},
		{map[string]any{"Get": f.property}, fakeCollection, "org.freedesktop.DBus.Properties"},
		{map[string]any{"Get": f.property}, fakeItem, "org.freedesktop.DBus.Properties"},
	} {
		if err := f.conn.ExportMethodTable(e.methods, e.path, e.iface); err != nil {
			t.Fatal(err)
		}
	}
	reply, err := f.conn.RequestName(secretsName, 0)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v %v", reply, err)
	}
}

func (f *fakeService) isLocked() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.locked
}

func (f *fakeService) open() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.locked = false
}

func (f *fakeService) openSession(string, dbus.Variant) (dbus.Variant, dbus.ObjectPath, *dbus.Error) {
	return dbus.MakeVariant(""), fakeSession, nil
}

func (f *fakeService) readAlias(string) (dbus.ObjectPath, *dbus.Error) { return fakeCollection, nil }

func (f *fakeService) property(_, name string) (dbus.Variant, *dbus.Error) {
	switch {
	case name == "Locked":
		return dbus.MakeVariant(f.isLocked()), nil
	case f.nonsense:
		return dbus.MakeVariant("nonsense"), nil
	}
	return dbus.MakeVariant([]dbus.ObjectPath{fakeCollection}), nil
}

func (f *fakeService) searchItems(attributes map[string]string) ([]dbus.ObjectPath, *dbus.Error) {
	if f.hangs {
		<-f.closed
	}
	one, _ := sample("one")
	if f.isLocked() || attributes["profile"] != one.Item() {
		return []dbus.ObjectPath{}, nil
	}
	return []dbus.ObjectPath{fakeItem}, nil
}

type fakeSecret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

func (f *fakeService) getSecret(session dbus.ObjectPath) (fakeSecret, *dbus.Error) {
	return fakeSecret{session, []byte{}, []byte(f.item), "application/json"}, nil
}

func (f *fakeService) unlock(objects []dbus.ObjectPath) ([]dbus.ObjectPath, dbus.ObjectPath, *dbus.Error) {
	if f.dialog == none_ {
		f.open()
		return objects, noObject, nil
	}
	return []dbus.ObjectPath{}, fakePrompt, nil
}

func (f *fakeService) prompt(string) *dbus.Error {
	switch f.dialog {
	case accepts:
		f.open()
		go f.completed(false)
	case declines:
		go f.completed(true)
	}
	return nil
}

func (f *fakeService) completed(dismissed bool) {
	_ = f.conn.Emit(fakePrompt, secretsPrompt+".Completed", dismissed, dbus.MakeVariant([]dbus.ObjectPath{fakeCollection}))
}
