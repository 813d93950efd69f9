//go:build !linux && !darwin && !windows

package cache

import "runtime"

var platformBackends []string

// openPlatform fails: the keyring library speaks to Secret Service on Linux only.
func openPlatform(Options) (backend, error) {
	return nil, unavailableFault(nil, "use --keyring file, which asks for a passphrase, or --keyring none",
		"xrole has no keyring on %s", runtime.GOOS)
}
