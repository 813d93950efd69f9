package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// newcomers are the source profiles that WriteHome writes, and whose they are.
var newcomers = []struct{ profile, user string }{
	{"dev", "alice"},
	{"analyst", "bob"},
}

// WriteHome writes what a newcomer is handed: dir/.aws/config and
// dir/.aws/credentials with a source profile for each of the default world's
// users who assume roles: "dev" for alice, with her MFA device, and "analyst"
// for bob. Users that the world does not have are left out; files that stand
// there are replaced.
func (s *Server) WriteHome(dir string) error {
	var config, keys strings.Builder
	for _, n := range newcomers {
		u, err := s.User(n.user)
		if err != nil {
			continue
		}
		fmt.Fprintf(&config, "[profile %s]\nregion = us-east-1\n", n.profile)
		if u.MFASerial != "" {
			fmt.Fprintf(&config, "mfa_serial = %s\n", u.MFASerial)
		}
		fmt.Fprintf(&config, "endpoint_url = %s\n\n", s.url)
		fmt.Fprintf(&keys, "[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n\n",
			n.profile, u.Keys.AccessKeyID, u.Keys.SecretAccessKey.Reveal())
	}
	folder := filepath.Join(dir, ".aws")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("write the sandbox's home: %w", err)
	}
	for name, text := range map[string]string{"config": config.String(), "credentials": keys.String()} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return fmt.Errorf("write the sandbox's home: %w", err)
		}
	}
	return nil
}
