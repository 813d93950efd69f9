package cache

import "github.com/99designs/keyring"

var platformBackends = []string{nameWincred}

// wincredLimit is CRED_MAX_CREDENTIAL_BLOB_SIZE of wincred.h. Nothing below us
// checks it.
const wincredLimit = 5 * 512

// openPlatform returns Credential Manager.
func openPlatform(o Options) (backend, error) {
	l := newLibrary(nameWincred, o.limits.answer, keyring.Config{ServiceName: "xrole"})
	l.wrap = func(r ringBlobs) blobs { return large{r, wincredLimit} }
	return l, nil
}
