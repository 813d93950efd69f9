package cache

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/godbus/dbus"
)

// What the keyring library has no call for, in the words of the Secret Service
// specification (https://specifications.freedesktop.org/secret-service).
const (
	secretsName     = "org.freedesktop.secrets"
	secretsPath     = "/org/freedesktop/secrets"
	collectionsPath = secretsPath + "/collection/"
	secretsService  = "org.freedesktop.Secret.Service"
	secretsPrompt   = "org.freedesktop.Secret.Prompt"
	noObject        = dbus.ObjectPath("/")
)

// errAnswer: the service answered with something else than the specification says.
var errAnswer = errors.New("the secret service gave an unexpected answer")

// call makes one method call of the service and stores the reply. The
// connection is the one that the library made when the program began.
func (s *secretService) call(ctx context.Context, path dbus.ObjectPath, method string, args []any, reply ...any) error {
	if err := s.reachable(); err != nil {
		return err
	}
	_, err := within(ctx, s.limits.answer, func() (struct{}, error) {
		conn, err := dbus.SessionBus()
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, conn.Object(secretsName, path).CallWithContext(ctx, method, 0, args...).Store(reply...)
	})
	return err
}

// property reads a property of the service or of one of its objects.
func (s *secretService) property(ctx context.Context, path dbus.ObjectPath, iface, name string) (any, error) {
	var v dbus.Variant
	err := s.call(ctx, path, "org.freedesktop.DBus.Properties.Get", []any{iface, name}, &v)
	return v.Value(), err
}

// collection returns the path of the collection of that name, "" if there is
// none. Names are compared as the library does it.
func (s *secretService) collection(ctx context.Context, name string) (dbus.ObjectPath, error) {
	v, err := s.property(ctx, secretsPath, secretsService, "Collections")
	if err != nil {
		return "", err
	}
	paths, ok := v.([]dbus.ObjectPath)
	if !ok {
		return "", errAnswer
	}
	for _, p := range paths {
		if collectionName(p) == name {
			return p, nil
		}
	}
	return "", nil
}

// defaultCollection returns the path of the collection that the user has made
// the default, "" if there is none.
func (s *secretService) defaultCollection(ctx context.Context) (dbus.ObjectPath, error) {
	var path dbus.ObjectPath
	err := s.call(ctx, secretsPath, secretsService+".ReadAlias", []any{"default"}, &path)
	if err != nil || path == noObject || collectionName(path) == "" {
		return "", err
	}
	return path, nil
}

// locked reports whether the collection at path is.
func (s *secretService) locked(ctx context.Context, path dbus.ObjectPath) (bool, error) {
	v, err := s.property(ctx, path, "org.freedesktop.Secret.Collection", "Locked")
	if err != nil {
		return false, err
	}
	locked, ok := v.(bool)
	if !ok {
		return false, errAnswer
	}
	return locked, nil
}

// nowLocked reports whether the collection in use is there and locked.
func (s *secretService) nowLocked(ctx context.Context) (bool, error) {
	path, err := s.collection(ctx, s.collectionInUse())
	if err != nil || path == "" {
		return false, err
	}
	return s.locked(ctx, path)
}

// unlock has the service ask the person to unlock the collection at path, and
// waits for that. It fails with errNobody if they don't.
func (s *secretService) unlock(ctx context.Context, path dbus.ObjectPath) error {
	asking, cancel := context.WithTimeout(ctx, s.limits.person)
	defer cancel()
	var done []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := s.call(asking, secretsPath, secretsService+".Unlock", []any{[]dbus.ObjectPath{path}}, &done, &prompt); err != nil {
		return err
	}
	if prompt == noObject {
		return nil
	}
	conn, err := dbus.SessionBus()
	if err != nil {
		return err
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	defer conn.RemoveSignal(signals)
	match := []dbus.MatchOption{dbus.WithMatchObjectPath(prompt), dbus.WithMatchInterface(secretsPrompt)}
	if err := conn.AddMatchSignal(match...); err != nil {
		return err
	}
	if err := s.call(asking, prompt, secretsPrompt+".Prompt", []any{""}); err != nil {
		return err
	}
	for {
		select {
		case sig, open := <-signals:
			if !open {
				return dbus.ErrClosed
			}
			if sig.Path != prompt || sig.Name != secretsPrompt+".Completed" || len(sig.Body) == 0 {
				continue
			}
			if dismissed, ok := sig.Body[0].(bool); !ok || dismissed {
				return errNobody
			}
			return nil
		case <-asking.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return errNobody
		}
	}
}

// isLocked reports whether the service's answer was that a person has to
// unlock something first.
func isLocked(err error) bool {
	var e dbus.Error
	return errors.As(err, &e) && e.Name == "org.freedesktop.Secret.Error.IsLocked"
}

// noService reports whether an answer of the bus means that there is no secret
// service and none that could be started.
func noService(e dbus.Error) bool {
	switch e.Name {
	case "org.freedesktop.DBus.Error.ServiceUnknown",
		"org.freedesktop.DBus.Error.NameHasNoOwner",
		"org.freedesktop.DBus.Error.Spawn.ServiceNotFound":
		return true
	}
	return false
}

// collectionName is the name of the collection at path as the library compares
// it: with each "_" and two hex digits decoded, and as it is if one of them is
// not that. "" if path is no collection's.
func collectionName(path dbus.ObjectPath) string {
	name, ok := strings.CutPrefix(string(path), collectionsPath)
	if !ok {
		return ""
	}
	var b strings.Builder
	for rest := name; ; {
		plain, after, found := strings.Cut(rest, "_")
		b.WriteString(plain)
		if !found {
			return b.String()
		}
		if len(after) < 2 {
			return name
		}
		c, err := hex.DecodeString(after[:2])
		if err != nil {
			return name
		}
		b.Write(c)
		rest = after[2:]
	}
}
