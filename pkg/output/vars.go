package output

import (
	"runtime"
	"strings"

	"github.com/xrole/xrole/pkg/credentials"
)

// Var is one environment variable. Its value does not print itself.
type Var struct {
	Name  string
	Value credentials.Secret
}

// Vars is a change to an environment. The unsets come first: a name in both
// ends up set.
type Vars struct {
	Set   []Var
	Unset []string
}

// The variables of the contract, in the order in which they are written.
const (
	accessKeyID     = "AWS_ACCESS_KEY_ID"
	secretAccessKey = "AWS_SECRET_ACCESS_KEY"
	sessionToken    = "AWS_SESSION_TOKEN"
	expiration      = "AWS_CREDENTIAL_EXPIRATION"
	region          = "AWS_REGION"
	defaultRegion   = "AWS_DEFAULT_REGION"
	profileName     = "XROLE_PROFILE"
)

// contradicting returns the variables that would turn an SDK to other
// credentials than ours: a profile by either name, the token by its old one.
func contradicting() []string {
	return []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"}
}

// EnvVars is the environment of a program that is to use c, which came from the
// given profile. Without a region the region variables are left alone; a
// token or an expiration that c does not have is cleared, because an older
// session's would be wrong.
func EnvVars(c credentials.Credentials, profile, regionName string) Vars {
	var v Vars
	set := func(name string, value credentials.Secret) { v.Set = append(v.Set, Var{name, value}) }
	setOrClear := func(name string, value credentials.Secret) {
		if value == "" {
			v.Unset = append(v.Unset, name)
			return
		}
		set(name, value)
	}
	v.Unset = contradicting()
	set(accessKeyID, credentials.Secret(c.AccessKeyID))
	set(secretAccessKey, c.SecretAccessKey)
	setOrClear(sessionToken, c.SessionToken)
	setOrClear(expiration, credentials.Secret(timestamp(c.Expiration)))
	if regionName != "" {
		set(region, credentials.Secret(regionName))
		set(defaultRegion, credentials.Secret(regionName))
	}
	set(profileName, credentials.Secret(profile))
	return v
}

// UnsetVars clears all that EnvVars may set and all that it clears.
func UnsetVars() Vars {
	return Vars{Unset: append([]string{accessKeyID, secretAccessKey, sessionToken, expiration,
		region, defaultRegion, profileName}, contradicting()...)}
}

// Environ returns base, an environment as in os.Environ, with the change made
// to it. Base is not modified. Names are compared as the operating system does.
func (v Vars) Environ(base []string) []string {
	return v.environ(base, runtime.GOOS == "windows")
}

func (v Vars) environ(base []string, foldCase bool) []string {
	fold := func(name string) string {
		if foldCase {
			return strings.ToUpper(name)
		}
		return name
	}
	gone := map[string]bool{}
	for _, name := range v.Unset {
		gone[fold(name)] = true
	}
	for _, set := range v.Set {
		gone[fold(set.Name)] = true
	}
	env := make([]string, 0, len(base)+len(v.Set))
	for _, entry := range base {
		name, _, _ := strings.Cut(entry, "=")
		if !gone[fold(name)] {
			env = append(env, entry)
		}
	}
	for _, set := range v.Set {
		env = append(env, set.Name+"="+set.Value.Reveal())
	}
	return env
}
