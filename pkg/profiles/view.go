package profiles

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xrole/xrole/internal/fault"
)

// Has reports whether either file has a section for the profile.
func (s *Set) Has(name string) bool {
	config, credentials := s.profileSections(name)
	return len(config)+len(credentials) > 0
}

// ConfigBytes is the config file as it was read; of a large one, which is not
// kept in memory, what the file that was read holds by now. A file that can't be read is empty.
func (s *Set) ConfigBytes() []byte { return s.config.bytes() }

// CredentialsBytes is the same of the credentials file.
func (s *Set) CredentialsBytes() []byte { return s.credentials.bytes() }

func (f *file) bytes() []byte {
	if f.data != nil || f.info == nil {
		return f.data
	}
	data, err := io.ReadAll(io.NewSectionReader(f.from, 0, sizeLimit))
	if err != nil {
		return nil
	}
	return data
}

// WithConfig is the set as it would be with other content in the config file.
// The error is that of [Load].
func (s *Set) WithConfig(data []byte) (*Set, error) {
	config, err := newFile(s.config.path, data, false)
	if err != nil {
		return nil, err
	}
	config.info = s.config.info
	return &Set{files: s.files, credentials: s.credentials, config: config}, nil
}

// WithCredentials is the set as it would be with other content in the
// credentials file. The error is that of [Load].
func (s *Set) WithCredentials(data []byte) (*Set, error) {
	credentials, err := newFile(s.credentials.path, data, true)
	if err != nil {
		return nil, err
	}
	credentials.info = s.credentials.info
	return &Set{files: s.files, credentials: credentials, config: s.config}, nil
}

// Holds reports, as an error of kind Config, where the profile does not read
// as an edit of its section in the config file says: the credentials file has another
// value for the key, and wins.
func (s *Set) Holds(name string, e Edit) error {
	p, err := s.Profile(name)
	if err != nil {
		return err
	}
	want := make(map[string]string, len(e.Set)+len(e.Unset))
	for _, key := range e.Unset {
		want[strings.ToLower(key)] = ""
	}
	for _, set := range e.Set {
		want[strings.ToLower(set.Key)] = set.Value
	}
	for key, value := range want {
		if p.Properties[key] != value {
			return fault.New(fault.Config, "profile %q: the credentials file has a %s of its own, which wins (%s)", name, key, s.place(p, key)).
				WithHint("take that line out of %s", s.credentials.path)
		}
	}
	return nil
}

// Settings are what a hop is made of, named as in the config file without
// "xrole_"; what is not set is left out. Nothing in them is secret: of the mfa_process
// there is only what [PublicCommand] leaves.
func (h Hop) Settings() map[string]string {
	all := map[string]string{
		"role_arn":            h.RoleARN,
		"mfa_serial":          h.MFASerial,
		"mfa_process":         PublicCommand(h.MFAProcess),
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
