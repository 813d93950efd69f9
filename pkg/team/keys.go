package team

import (
	"slices"
	"strings"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/profiles"
)

// The keys that are more than a setting to hand on.
const (
	keySource  = profiles.Prefix + "source_profile"
	keyOrigin  = profiles.Prefix + "import" // see [origin]
	keyProcess = "credential_process"
)

// shared are the keys of a team's profile, in the order in which they are
// written. A key that pkg/profiles gains is not shared before it was thought about.
var shared = []string{
	"region",
	"xrole_role_arn",
	keySource,
	"xrole_credential_source",
	"xrole_external_id",
	"xrole_duration_seconds",
	"xrole_session_tags",
	"xrole_transitive_tag_keys",
	"xrole_policy_arns",
	"xrole_sts_region",
	"xrole_mfa_session_seconds",
}

// private are the keys that say who a person is or what device is theirs.
var private = []string{"mfa_serial", "role_session_name", "source_identity"}

// redirecting are the keys of the AWS tools that change whom they call.
var redirecting = []string{
	"ca_bundle", "endpoint_url", "services", "sso_session", "sts_regional_endpoints",
	"ignore_configured_endpoint_urls", "use_dualstack_endpoint", "use_fips_endpoint",
}

// whyNot says why a key is not shared, and what to do; "" for a shared one.
func whyNot(key string) (why, hint string) {
	if slices.Contains(shared, key) {
		return "", ""
	}
	name := strings.TrimPrefix(key, profiles.Prefix)
	switch {
	case strings.HasPrefix(key, "aws_"):
		return "keys are never shared", "take it out, and rotate the key if it is a real one"
	case key == keyProcess:
		return "it would run a command", "take it out: each import writes its own"
	case name == "mfa_process":
		return "it would run a command", "take it out: whoever wants one sets it in the source profile"
	case slices.Contains(private, name):
		return "it is personal", "take it out: whoever needs it sets it in the source profile, or in the imported one, where it stays"
	case name == "policy_file":
		return "it is a path on one machine", "share managed policies with xrole_policy_arns"
	case slices.Contains(redirecting, name):
		return "it would change where calls go", "take it out"
	case key == keyOrigin:
		return "only an import writes it", "take it out"
	case slices.Contains(shared, profiles.Prefix+key):
		return "it is no key of a role profile", "write " + profiles.Prefix + key
	}
	if near, _ := profiles.KeyName(key); slices.Contains(shared, near) {
		return "it is unknown", "did you mean " + near + "?"
	}
	return "it is unknown", "take it out, or update xrole if the file was written for a newer one"
}

// canonical is a value in the one form in which it is written and compared,
// checked.
func canonical(key, value string) (string, error) {
	if key == keySource {
		return value, profiles.ProfileName(value)
	}
	if err := profiles.CheckKey(key, value); err != nil {
		return "", err
	}
	value = respelled(key, value)
	// Tags may hold characters that some tool takes for the end of a line.
	_, err := profiles.Splice(nil, profiles.ProfileHeader("p"), profiles.Edit{Set: []profiles.Property{{Key: key, Value: value}}})
	return value, err
}

// respelled is a valid value without what its spelling leaves open, any other
// one as it is.
func respelled(key, value string) string {
	switch key {
	case "xrole_session_tags":
		if tags, err := profiles.DecodeTags(value); err == nil {
			return profiles.EncodeTags(tags)
		}
	case "xrole_transitive_tag_keys", "xrole_policy_arns":
		return profiles.EncodeList(profiles.DecodeList(value))
	default:
		if made, err := profiles.MakeValue(key, value); err == nil {
			return made
		}
	}
	return value
}

// checkTogether checks what depends on more than one key.
func checkTogether(values map[string]string) error {
	if values["xrole_role_arn"] == "" {
		return fault.New(fault.Config, "xrole_role_arn is missing")
	}
	if (values[keySource] == "") == (values["xrole_credential_source"] == "") {
		return fault.New(fault.Config, "it needs either xrole_source_profile or xrole_credential_source")
	}
	tags, err := profiles.DecodeTags(values["xrole_session_tags"])
	if err != nil {
		return err
	}
	return profiles.TransitiveKeys(profiles.DecodeList(values["xrole_transitive_tag_keys"]), tags)
}
