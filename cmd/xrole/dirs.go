package main

import (
	"path/filepath"
	"runtime"
)

// stateDir is where `status` and `prompt` find what they show: the XDG base
// directory specification's place, the platform's own elsewhere.
func (a *app) stateDir() string {
	switch xdg := a.getenv("XDG_STATE_HOME"); {
	case filepath.IsAbs(xdg):
		return filepath.Join(xdg, "xrole")
	case runtime.GOOS == "windows" && a.getenv("LOCALAPPDATA") != "":
		return filepath.Join(a.getenv("LOCALAPPDATA"), "xrole", "state")
	case runtime.GOOS == "darwin":
		return filepath.Join(a.home(), "Library", "Application Support", "xrole")
	}
	return filepath.Join(a.home(), ".local", "state", "xrole")
}

// lockDir is one place for all of a user's processes. A runtime directory
// would not be: it differs between a login shell, cron and sudo.
func (a *app) lockDir() string {
	switch xdg := a.getenv("XDG_CACHE_HOME"); {
	case filepath.IsAbs(xdg):
		return filepath.Join(xdg, "xrole", "locks")
	case runtime.GOOS == "windows" && a.getenv("LOCALAPPDATA") != "":
		return filepath.Join(a.getenv("LOCALAPPDATA"), "xrole", "locks")
	case runtime.GOOS == "darwin":
		return filepath.Join(a.home(), "Library", "Caches", "xrole", "locks")
	}
	return filepath.Join(a.home(), ".cache", "xrole", "locks")
}
