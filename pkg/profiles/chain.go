package profiles

import (
	"time"

	"github.com/xrole/xrole/pkg/credentials"
)

// SourceKind says where the calling credentials of a chain come from.
type SourceKind string

// The kinds of source, named as in `xrole profile show --json`.
const (
	SourceStatic      SourceKind = "static"
	SourceEnvironment SourceKind = "environment"
	SourceEC2         SourceKind = "ec2"
	SourceECS         SourceKind = "ecs"
	SourceWebIdentity SourceKind = "web_identity"
	SourceSSO         SourceKind = "sso"
	SourceProcess     SourceKind = "process"
)

// Chain is the resolved way from source credentials to the last role.
type Chain struct {
	// Profile is the name that was asked for.
	Profile string
	// Managed is true for a role profile (xrole_ keys).
	Managed bool
	Source  Source
	// Hops are the roles in the order in which they are assumed; empty for a
	// profile that is itself a source.
	Hops []Hop
	// Region is the profile's `region`, empty if it has none.
	Region string
	// STS is how the asked profile wants STS to be reached.
	STS Endpoint
	// MFASession is how long an MFA session of the source lives
	// (xrole_mfa_session_seconds, 28800 s unless said); 0 for none: every role
	// then asks for its own code.
	MFASession time.Duration
}

// Source is the beginning of a chain.
type Source struct {
	Kind SourceKind
	// Profile is the profile that holds the source; for a credential_source
	// kind, the profile that names it.
	Profile string
	// Static holds the keys of a static source.
	Static credentials.Credentials
	// Process is the command line of a process source.
	Process string
	// Settings are the other keys that tell one source of this kind from
	// another (sso_*, web_identity_token_file, role_arn …); no secrets.
	Settings map[string]string
	// MFASerial and MFAProcess stand in the source profile, if it is one.
	MFASerial  string
	MFAProcess string
	// STS is how the source profile wants STS to be reached.
	STS Endpoint
}

// Hop is one AssumeRole call.
type Hop struct {
	// Profile is the profile that names the role.
	Profile string
	RoleARN string
	// MFASerial and MFAProcess stand in this profile or, if it has none, are
	// inherited from its source profile.
	MFASerial  string
	MFAProcess string
	ExternalID string
	// SessionName is empty where the default is to be used.
	SessionName    string
	Duration       time.Duration // 1 h unless said
	SourceIdentity string
	Tags           []Tag // sorted by key
	TransitiveKeys []string
	// PolicyFile is the path of an inline session policy, absolute: a relative
	// one is taken from the folder of the config file.
	PolicyFile string
	PolicyARNs []string
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// Endpoint holds the settings of a profile that decide which STS is called.
// The SDK reference guide calls them service-specific endpoints, regional
// endpoints, FIPS and dual-stack.
type Endpoint struct {
	// Region is xrole_sts_region, else region; empty if neither is set.
	Region string
	// URL is `endpoint_url` below `sts =` in the profile's services section;
	// else the profile's own endpoint_url; empty if ignored or unset.
	URL              string
	IgnoreConfigured bool   // ignore_configured_endpoint_urls
	UseFIPS          bool   // use_fips_endpoint
	UseDualStack     bool   // use_dualstack_endpoint
	CABundle         string // ca_bundle
}
