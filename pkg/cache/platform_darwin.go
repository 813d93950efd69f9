package cache

import (
	"slices"

	"github.com/99designs/keyring"
)

var platformBackends = []string{nameKeychain}

// openPlatform returns the user's default keychain.
func openPlatform(o Options) (backend, error) {
	if !slices.Contains(keyring.AvailableBackends(), keyring.KeychainBackend) {
		return nil, unavailableFault(nil, "build with CGO_ENABLED=1, or use --keyring file",
			"this xrole was built without cgo and can't use the Keychain")
	}
	// The patience is a person's: the Keychain may ask for its password.
	l := newLibrary(nameKeychain, o.limits.person, keyring.Config{
		ServiceName:                    "xrole",
		KeychainTrustApplication:       true, // else it would ask at every single read
		KeychainAccessibleWhenUnlocked: true,
		KeychainSynchronizable:         false,
	})
	l.wrap = func(r ringBlobs) blobs { return described{r} }
	return l, nil
}
