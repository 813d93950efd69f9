package profiles

import (
	"strconv"
	"strings"
	"time"
)

// Has reports whether either file has a section for the profile.
func (s *Set) Has(name string) bool {
	config, credentials := s.profileSections(name)
	return len(config)+len(credentials) > 0
}

// ConfigBytes is the config file as it was read.
func (s *Set) ConfigBytes() []byte { return s.config.data }

// WithConfig is the set as it would be with other content in the config file.
// The error is that of [Load].
func (s *Set) WithConfig(data []byte) (*Set, error) {
	other := &Set{files: s.files, credentials: s.credentials, config: s.config}
	other.config.data = data
	var bad *syntaxError
	if other.config.sections, bad = scan(data, false); bad != nil {
		return nil, other.config.malformed(bad)
	}
	return other, nil
}

// Settings are what a hop is made of, named as in the config file without
// "xrole_"; what is not set is left out. Nothing in them is secret.
func (h Hop) Settings() map[string]string {
	all := map[string]string{
		"role_arn":            h.RoleARN,
		"mfa_serial":          h.MFASerial,
		"mfa_process":         h.MFAProcess,
		"external_id":         h.ExternalID,
		"role_session_name":   h.SessionName,
		"duration_seconds":    strconv.Itoa(int(h.Duration / time.Second)),
		"source_identity":     h.SourceIdentity,
		"session_tags":        EncodeTags(h.Tags),
		"transitive_tag_keys": EncodeList(h.TransitiveKeys),
		"policy_file":         h.PolicyFile,
		"policy_arns":         strings.Join(h.PolicyARNs, ", "),
	}
	for key, value := range all {
		if value == "" {
			delete(all, key)
		}
	}
	return all
}
